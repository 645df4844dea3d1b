//! `stepwell validate`: what is wrong or doubtful in definitions.

use crate::definition::{self, Definition};
use crate::exit::Exit;
use crate::output::{self, Style};
use api::StateMachineType;
use asl::{Diagnostic, LineIndex, Severity};
use clap::{Args, ValueEnum};
use json::{ObjectBuilder, Value, json};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  stepwell validate order.asl.json shipping.asl.yaml
  stepwell validate --format json order.asl.json
  cat order.asl.json | stepwell validate -

Exit codes: 0 no errors (warnings are allowed), 1 errors, 2 a file could not be read.";

/// Check definitions; findings come with their source lines
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Definitions in JSON or YAML (by their names' ends); - is stdin
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How the findings are written
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// The type of state machine the definitions are for
    #[arg(long = "type", value_name = "TYPE", default_value = "STANDARD", value_parser = machine_type)]
    machine_type: StateMachineType,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON document
    Json,
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let mut exit = Exit::Success;
    let mut definitions = Vec::new();
    for file in &arguments.files {
        match definition::read(file, arguments.machine_type) {
            Ok(definition) => {
                if definition.has_errors && exit == Exit::Success {
                    exit = Exit::Failed;
                }
                definitions.push(definition);
            }
            Err(error) => {
                output::error(&error);
                exit = Exit::Unable;
            }
        }
    }
    match arguments.format {
        Format::Text => definitions.iter().for_each(write_text),
        Format::Json => output::data(&document(&definitions).to_string()),
    }
    Ok(exit)
}

fn write_text(definition: &Definition) {
    output::data_raw(&definition.rendered(Style::of_stdout()));
    let count = |severity| definition.diagnostics.iter().filter(|finding| finding.severity == severity).count();
    let verdict = match (count(Severity::Error), count(Severity::Warning)) {
        (0, 0) => "no findings".to_owned(),
        (errors, warnings) => format!("{}, {}", counted(errors, "error"), counted(warnings, "warning")),
    };
    output::talk(&format!("{}: {verdict}", output::printable(&definition.file_name)));
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// `{"files":[{"file":…,"result":"OK"|"FAIL","diagnostics":[{"severity","code","message","location","line","column","endLine","endColumn","help"}]}]}`,
/// with the words of ValidateStateMachineDefinition.
fn document(definitions: &[Definition]) -> Value {
    let files = definitions.iter().map(|definition| {
        let index = LineIndex::new(&definition.text);
        let findings: Vec<Value> =
            definition.diagnostics.iter().map(|finding| encode(finding, &definition.text, &index)).collect();
        let result = if definition.has_errors { "FAIL" } else { "OK" };
        json!({"file": (definition.file_name.as_str()), "result": result, "diagnostics": findings})
    });
    json!({"files": (files.collect::<Vec<Value>>())})
}

fn encode(finding: &Diagnostic, text: &str, index: &LineIndex) -> Value {
    let mut object = ObjectBuilder::new();
    object.insert("severity", if finding.severity == Severity::Error { "ERROR" } else { "WARNING" });
    object.insert("code", finding.code);
    object.insert("message", finding.message.as_str());
    object.insert_some("location", finding.location.as_deref());
    let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    for (names, offset) in [(["line", "column"], finding.span.start), (["endLine", "endColumn"], finding.span.end)] {
        let (line, column) = index.position(text, offset);
        object.insert(names[0], number(line)).insert(names[1], number(column));
    }
    object.insert_some("help", finding.help.as_deref());
    object.build().into()
}

fn machine_type(word: &str) -> Result<StateMachineType, String> {
    StateMachineType::from_word(&word.to_ascii_uppercase()).ok_or_else(|| "there are STANDARD and EXPRESS".to_owned())
}
