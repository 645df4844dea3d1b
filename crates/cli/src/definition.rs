//! A definition in a file: read, checked, its findings told, and turned into the JSON the API takes.

use crate::output::{self, Style};
use anyhow::anyhow;
use api::StateMachineType;
use asl::{Diagnostic, Format, MachineType, Options};
use std::io::Read;
use std::path::Path;

/// What stands for stdin among file names.
pub(crate) const STDIN: &str = "-";
/// Bytes read from a file at most: the longest definition, each character written with six bytes, and some more.
const BYTES_MAX: u64 = 16 << 20;

/// A definition and what was found in it.
pub(crate) struct Definition {
    pub(crate) file_name: String,
    pub(crate) text: String,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) has_errors: bool,
    /// The definition as JSON; `None` if there are errors.
    pub(crate) json: Option<String>,
}

/// Reads and checks a file, or stdin for `-`.
pub(crate) fn read(path: &Path, machine_type: StateMachineType) -> anyhow::Result<Definition> {
    let (file_name, text) = if path == Path::new(STDIN) {
        ("<stdin>".to_owned(), limited(std::io::stdin().lock()))
    } else {
        (path.display().to_string(), std::fs::File::open(path).and_then(limited_file))
    };
    let text = text.map_err(|error| anyhow!("cannot read {file_name}: {error}"))?;
    Ok(check(file_name, text, machine_type))
}

fn limited_file(file: std::fs::File) -> std::io::Result<String> {
    if file.metadata()?.is_dir() {
        return Err(std::io::Error::from(std::io::ErrorKind::IsADirectory));
    }
    limited(file)
}

fn limited(reader: impl Read) -> std::io::Result<String> {
    let mut text = String::new();
    reader.take(BYTES_MAX).read_to_string(&mut text)?;
    Ok(text)
}

fn check(file_name: String, text: String, machine_type: StateMachineType) -> Definition {
    let format = format_of(&file_name, &text);
    let machine_type = match machine_type {
        StateMachineType::Standard => MachineType::Standard,
        StateMachineType::Express => MachineType::Express,
    };
    let parsed = asl::parse(&text, format, &Options { machine_type });
    let has_errors = parsed.has_errors();
    let json = match (format, &parsed.tree) {
        _ if has_errors => None,
        (Format::Json, _) => Some(text.clone()),
        (Format::Yaml, tree) => tree.as_ref().map(|tree| tree.to_value().to_string()),
    };
    Definition { file_name, text, diagnostics: parsed.diagnostics, has_errors, json }
}

/// Stdin has no name to tell by: what does not begin like a JSON object is YAML.
pub(crate) fn format_of(file_name: &str, text: &str) -> Format {
    match file_name {
        "<stdin>" if !text.trim_start().starts_with('{') => Format::Yaml,
        _ => Format::of_file_name(file_name),
    }
}

impl Definition {
    /// The findings for a terminal.
    pub(crate) fn rendered(&self, style: Style) -> String {
        asl::render(&self.diagnostics, &self.text, &self.file_name, style.coloured)
    }

    /// Tells the findings on stderr.
    pub(crate) fn tell(&self) {
        output::talk_raw(&self.rendered(Style::of_stderr()));
    }
}
