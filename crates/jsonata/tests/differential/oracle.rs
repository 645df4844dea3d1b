//! jsonata-js under Node.js, asked for many expressions at once.

use crate::documents::Document;
use json::{ObjectBuilder, Value};
use std::fmt;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

pub(crate) struct Case {
    pub(crate) seed: u64,
    pub(crate) expression: String,
    pub(crate) document: Option<String>,
}

impl Case {
    pub(crate) fn new(seed: u64, expression: &str, document: Option<&str>) -> Case {
        Case { seed, expression: expression.to_owned(), document: document.map(str::to_owned) }
    }
}

/// What an expression evaluates to, on either side.
#[derive(Debug, PartialEq)]
pub(crate) enum Answer {
    Undefined,
    Function,
    /// JSON as JavaScript prints it.
    Value(String),
    Error {
        code: String,
        message: String,
    },
    /// An error of JavaScript's, which is a bug of the reference implementation.
    Crash(String),
    Endless,
}

impl Answer {
    /// Whether the language says so.
    pub(crate) fn is_of_the_language(&self) -> bool {
        !matches!(self, Answer::Crash(_) | Answer::Endless)
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Answer::Undefined => "undefined",
            Answer::Function => "functions",
            Answer::Value(_) => "values",
            Answer::Error { code, .. } if code.starts_with('S') => "syntax errors",
            Answer::Error { .. } => "errors",
            Answer::Crash(_) => "crashes of the reference",
            Answer::Endless => "endless in the reference",
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Answer::Undefined => formatter.write_str("undefined"),
            Answer::Function => formatter.write_str("function"),
            Answer::Value(text) => formatter.write_str(text),
            Answer::Error { code, message } => write!(formatter, "{code}: {message}"),
            Answer::Crash(text) => write!(formatter, "crash {text}"),
            Answer::Endless => formatter.write_str("endless"),
        }
    }
}

/// The answers of the two versions.
pub(crate) struct Answers {
    /// That of the documented version, or that of the newest where the documented one fails with an error of JavaScript's or does not end.
    pub(crate) documented: Answer,
    pub(crate) newest: Answer,
}

pub(crate) fn ask(documents: &[Document], cases: &[Case]) -> Vec<Answers> {
    let node = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/differential/node");
    assert!(
        node.join("node_modules/jsonata").exists(),
        "jsonata-js is not installed: `cargo xtask test` does it, or `npm ci` in {}",
        node.display()
    );
    // Every test of this file is a process of its own or a thread, and asks for another number of cases or others.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!(
        "{}-{:?}",
        std::process::id(),
        std::thread::current().id()
    ));
    std::fs::create_dir_all(&folder).expect("cargo's folder for tests can be written to");
    let mut texts = ObjectBuilder::new();
    for document in documents {
        texts.insert(document.name.as_str(), Value::from(document.text.as_str()));
    }
    let documents_path = folder.join("documents.json");
    std::fs::write(&documents_path, Value::from(texts.build()).to_string()).expect("the folder can be written to");
    let cases_path = folder.join("cases.jsonl");
    let lines: String = cases.iter().map(|case| line(case) + "\n").collect();
    std::fs::write(&cases_path, lines).expect("the folder can be written to");
    let output = Command::new("node")
        .arg(node.join("oracle.mjs"))
        .arg(&documents_path)
        .stdin(File::open(&cases_path).expect("it was just written"))
        .stderr(Stdio::inherit())
        .output()
        .expect("Node.js can be started");
    std::fs::remove_dir_all(&folder).expect("the folder is this one's");
    assert!(output.status.success(), "the oracle ended with {}", output.status);
    let text = String::from_utf8(output.stdout).expect("Node.js prints UTF-8");
    let answers: Vec<Answers> = text.lines().map(answers).collect();
    assert_eq!(answers.len(), cases.len(), "every case has its answers");
    answers
}

fn line(case: &Case) -> String {
    let mut fields = ObjectBuilder::new();
    fields.insert("expression", Value::from(case.expression.as_str()));
    if let Some(document) = &case.document {
        fields.insert("document", Value::from(document.as_str()));
    }
    Value::from(fields.build()).to_string()
}

fn answers(line: &str) -> Answers {
    let parsed = json::parse(line).expect("a line is JSON");
    let both = parsed.as_array().expect("a line has two answers");
    let documented = answer(&both[0], "value");
    let documented = if documented.is_of_the_language() { documented } else { answer(&both[1], "spelled") };
    Answers { documented, newest: answer(&both[1], "value") }
}

/// `value` names the member with the JSON: as JavaScript prints it, or with numbers that JSON lacks spelled out.
fn answer(fields: &Value, value: &str) -> Answer {
    let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
    if let Some(value) = text(value) {
        return Answer::Value(value);
    }
    if let (Some(code), Some(message)) = (text("code"), text("message")) {
        return Answer::Error { code, message };
    }
    if let Some(crash) = text("crash") {
        return Answer::Crash(crash);
    }
    if fields.get("function").is_some() {
        return Answer::Function;
    }
    if fields.get("endless").is_some() {
        return Answer::Endless;
    }
    assert!(fields.get("undefined").is_some(), "the oracle answers {fields}");
    Answer::Undefined
}
