//! Findings in the forms other programs read: JSON, SARIF 2.1.0, and the commands of GitHub's workflows.

use asl::LineIndex;
use clap::ValueEnum;
use json::{ObjectBuilder, Value, json};
use std::fmt::Write;
use std::ops::Range;

/// How findings are written.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// One JSON document
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Commands that GitHub shows beside the lines of a pull request
    Github,
}

/// What was found in one file.
pub(crate) struct Report<'a> {
    pub(crate) file_name: &'a str,
    pub(crate) text: &'a str,
    pub(crate) has_failed: bool,
    pub(crate) items: Vec<Item<'a>>,
}

/// One finding.
pub(crate) struct Item<'a> {
    pub(crate) level: Level,
    /// AWS's code or the rule's id.
    pub(crate) code: &'static str,
    pub(crate) message: &'a str,
    pub(crate) location: Option<&'a str>,
    pub(crate) span: &'a Range<usize>,
    pub(crate) help: Option<&'a str>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Error,
    Warning,
    Info,
}

/// `{"files":[{"file":…,"result":"OK"|"FAIL","diagnostics":[{"severity","code","message","location","line","column","endLine","endColumn","help"}]}]}`,
/// with the words of ValidateStateMachineDefinition.
pub(crate) fn json(reports: &[Report<'_>]) -> Value {
    let files = reports.iter().map(|report| {
        let index = LineIndex::new(report.text);
        let findings: Vec<Value> = report.items.iter().map(|item| item.json(report.text, &index)).collect();
        let result = if report.has_failed { "FAIL" } else { "OK" };
        json!({"file": (report.file_name), "result": result, "diagnostics": findings})
    });
    json!({"files": (files.collect::<Vec<Value>>())})
}

/// <https://docs.oasis-open.org/sarif/sarif/v2.1.0/>, with the linter's rules described.
pub(crate) fn sarif(reports: &[Report<'_>]) -> Value {
    let rules = asl::lint::rules().iter().map(|rule| {
        json!({
            "id": (rule.id),
            "shortDescription": {"text": (rule.summary)},
            "help": {"text": (rule.summary), "markdown": (rule.page())}
        })
    });
    let mut results = Vec::new();
    for report in reports {
        let index = LineIndex::new(report.text);
        results.extend(report.items.iter().map(|item| item.sarif(report, &index)));
    }
    let rules: Vec<Value> = rules.collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "stepwell", "version": (env!("CARGO_PKG_VERSION")), "rules": rules}},
            "columnKind": "unicodeCodePoints",
            "results": results
        }]
    })
}

/// One `::error file=…,line=…::message` a line.
pub(crate) fn github(reports: &[Report<'_>]) -> String {
    let mut out = String::new();
    for report in reports {
        let index = LineIndex::new(report.text);
        for item in &report.items {
            let [line, column, end_line, end_column] = item.place(report.text, &index);
            let word = match item.level {
                Level::Error => "error",
                Level::Warning => "warning",
                Level::Info => "notice",
            };
            let (file, title) = (property(report.file_name), property(item.code));
            let message = match item.help {
                Some(help) => escaped(&format!("{}\n{help}", item.message)),
                None => escaped(item.message),
            };
            writeln!(
                out,
                "::{word} file={file},line={line},col={column},endLine={end_line},endColumn={end_column},title={title}::{message}"
            )
            .expect("writing to a String does not fail");
        }
    }
    out
}

fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}

impl Item<'_> {
    /// Line and column of the beginning and of the end, from 1.
    fn place(&self, text: &str, index: &LineIndex) -> [i64; 4] {
        let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let (line, column) = index.position(text, self.span.start);
        let (end_line, end_column) = index.position(text, self.span.end);
        [number(line), number(column), number(end_line), number(end_column)]
    }

    fn json(&self, text: &str, index: &LineIndex) -> Value {
        let mut object = ObjectBuilder::new();
        object.insert(
            "severity",
            match self.level {
                Level::Error => "ERROR",
                Level::Warning => "WARNING",
                Level::Info => "INFO",
            },
        );
        object.insert("code", self.code);
        object.insert("message", self.message);
        object.insert_some("location", self.location);
        for (name, number) in ["line", "column", "endLine", "endColumn"].into_iter().zip(self.place(text, index)) {
            object.insert(name, number);
        }
        object.insert_some("help", self.help);
        object.build().into()
    }

    fn sarif(&self, report: &Report<'_>, index: &LineIndex) -> Value {
        let level = match self.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Info => "note",
        };
        let [line, column, end_line, end_column] = self.place(report.text, index);
        let mut place = ObjectBuilder::new();
        place.insert(
            "physicalLocation",
            json!({
                "artifactLocation": {"uri": (uri(report.file_name))},
                "region": {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}
            }),
        );
        if let Some(location) = self.location {
            place.insert("logicalLocations", json!([{"fullyQualifiedName": location}]));
        }
        let message = match self.help {
            Some(help) => format!("{}: {help}", self.message),
            None => self.message.to_owned(),
        };
        let places = vec![Value::from(place.build())];
        json!({"ruleId": (self.code), "level": level, "message": {"text": (message)}, "locations": places})
    }
}

/// A file's name as a relative URI.
fn uri(file_name: &str) -> String {
    let mut out = String::new();
    for byte in file_name.bytes() {
        match byte {
            b'\\' => out.push('/'),
            byte if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) => out.push(char::from(byte)),
            byte => write!(out, "%{byte:02X}").expect("writing to a String does not fail"),
        }
    }
    out
}
