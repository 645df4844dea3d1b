//! `functions:`, by name.

use super::reader::{Fields, Findings};
use super::words;
use asl::{Entry, Node, NodeKind};
use functions::{FunctionConfig, Target};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

const FIELDS: [&str; 9] =
    ["command", "handler", "build", "timeout", "environment", "concurrency", "url", "directory", "memory"];

/// One function and how its program is made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Function {
    /// What runs.
    pub(crate) config: FunctionConfig,
    /// A shell command that makes the program, run in the project's directory.
    pub(crate) build: Option<String>,
    /// Where the function runs; its code is there.
    pub(crate) directory: PathBuf,
}

impl Function {
    /// The file that is run, if the command names one by its place.
    pub(crate) fn program(&self) -> Option<PathBuf> {
        match &self.config.target {
            Target::Command { command, .. } => {
                let program = command.first().filter(|program| program.contains('/'))?;
                Some(self.directory.join(program))
            }
            Target::Url(_) => None,
        }
    }

    /// Whether its program has yet to be made.
    pub(crate) fn is_unbuilt(&self) -> bool {
        self.build.is_some() && self.program().is_some_and(|program| !program.exists())
    }
}

/// Reads one entry; relative paths are relative to `base`.
pub(super) fn read(entry: &Entry, base: &Path, findings: &mut Findings) -> Option<Function> {
    let name = &entry.key;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if name.is_empty() || name.len() > 64 || !name.bytes().all(plain) {
        findings.add(&entry.key_span, "A function's name has 1 to 64 letters, digits, hyphens and underscores");
    }
    let fields = Fields::of(name, &entry.value, &FIELDS, findings);
    let directory = directory(&fields, base, findings);
    let target = target(&fields, &directory, findings);
    let timeout = fields.get("timeout").and_then(|node| findings.number("timeout", node, 0.001, 86_400.0));
    let concurrency = fields.get("concurrency").and_then(|node| findings.integer("concurrency", node, 1, 1000));
    let megabytes = fields.get("memory").and_then(|node| findings.integer("memory", node, 1, 1 << 20));
    let environment = fields.get("environment").map(|node| environment(node, findings));
    let build = fields.get("build").and_then(|node| findings.text("build", node)).map(|text| text.to_string());
    let mut config = FunctionConfig::new(&**name, target?);
    if let Some(seconds) = timeout {
        config.timeout = Duration::from_secs_f64(seconds);
    }
    if let Some(count) = concurrency {
        config.concurrency = usize::try_from(count).expect("it is from 1 to 1000");
    }
    if let Some(megabytes) = megabytes {
        config.memory_mb = u32::try_from(megabytes).expect("it is at most 2^20");
    }
    config.environment = environment.unwrap_or_default();
    Some(Function { config, build, directory })
}

fn directory(fields: &Fields<'_>, base: &Path, findings: &mut Findings) -> PathBuf {
    let Some(node) = fields.get("directory") else { return base.to_owned() };
    let Some(text) = findings.text("directory", node) else { return base.to_owned() };
    let directory = base.join(&**text);
    if !directory.is_dir() {
        findings.add(&node.span, format!("There is no directory {}", directory.display()));
    }
    directory
}

fn target(fields: &Fields<'_>, directory: &Path, findings: &mut Findings) -> Option<Target> {
    match (fields.get("command"), fields.get("url")) {
        (Some(_), Some(url)) => {
            findings.add(&url.span, "A function has either 'command' or 'url'");
            None
        }
        (None, None) => {
            findings.add(&fields.span, "A function needs a 'command' that runs it, or the 'url' of a Lambda endpoint");
            None
        }
        (None, Some(node)) => {
            let url = findings.text("url", node)?;
            if !url.starts_with("http://") && !url.starts_with("https://") {
                findings.add(&node.span, "'url' must be a URL such as http://127.0.0.1:3001");
                return None;
            }
            Some(Target::Url(url.trim_end_matches('/').to_owned()))
        }
        (Some(node), None) => {
            let command = command(node, findings)?;
            let handler = fields.get("handler").and_then(|node| findings.text("handler", node));
            let handler = handler.map(|handler| handler.to_string());
            Some(Target::Command { command, working_directory: directory.to_owned(), handler })
        }
    }
}

/// Text, split into words, or a list of words.
fn command(node: &Node, findings: &mut Findings) -> Option<Vec<String>> {
    if let Some(elements) = node.as_array() {
        let words: Option<Vec<String>> =
            elements.iter().map(|node| findings.text("command", node).map(|word| word.to_string())).collect();
        let words = words?;
        if words.is_empty() {
            findings.add(&node.span, "'command' has no program");
            return None;
        }
        return Some(words);
    }
    let text = findings.text("command", node)?;
    let words = words::split(text);
    if words.is_none() {
        findings.add(&node.span, "A quote in 'command' is never closed");
    }
    words
}

/// Names and values; a number or a truth value is its text.
fn environment(node: &Node, findings: &mut Findings) -> BTreeMap<String, String> {
    let mut environment = BTreeMap::new();
    for entry in findings.entries("environment", node) {
        if entry.key.is_empty() || entry.key.contains(['=', '\0']) {
            findings.add(&entry.key_span, "A variable's name is not empty and has no '='");
            continue;
        }
        let value = match &entry.value.kind {
            NodeKind::String(text) if !text.contains('\0') => text.to_string(),
            NodeKind::Null => String::new(),
            NodeKind::Number(_) | NodeKind::Bool(_) => entry.value.to_value().to_string(),
            NodeKind::String(_) | NodeKind::Array(_) | NodeKind::Object(_) => {
                findings.add(&entry.value.span, format!("The value of '{}' must be text", entry.key));
                continue;
            }
        };
        environment.insert(entry.key.to_string(), value);
    }
    environment
}
