//! `stepwell validate`: what is wrong or doubtful in definitions.

use crate::definition::{self, Definition};
use crate::exit::Exit;
use crate::files;
use crate::output::{self, Style};
use crate::report::{self, Format, Item, Level, Report};
use api::StateMachineType;
use asl::Severity;
use clap::Args;
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
    /// Definitions in JSON or YAML (by their names' ends), or directories of *.asl.json and *.asl.yaml; - is stdin
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How the findings are written
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// The type of state machine the definitions are for
    #[arg(long = "type", value_name = "TYPE", default_value = "STANDARD", value_parser = machine_type)]
    machine_type: StateMachineType,
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let mut exit = Exit::Success;
    let mut definitions = Vec::new();
    for file in &files::definitions(&arguments.files)? {
        match definition::read_undeployed(file, arguments.machine_type) {
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
    let reports = || definitions.iter().map(report).collect::<Vec<Report<'_>>>();
    match arguments.format {
        Format::Text => definitions.iter().for_each(write_text),
        Format::Json => output::data(&report::json(&reports()).to_string()),
        Format::Sarif => output::data(&report::sarif(&reports()).to_string()),
        Format::Github => output::data_raw(&report::github(&reports())),
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
    let note = definition::note(&definition.text);
    output::talk(&format!("{}: {verdict}{note}", output::printable(&definition.file_name)));
}

pub(super) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn report(definition: &Definition) -> Report<'_> {
    let items = definition.diagnostics.iter().map(|finding| Item {
        level: if finding.severity == Severity::Error { Level::Error } else { Level::Warning },
        code: finding.code,
        message: &finding.message,
        location: finding.location.as_deref(),
        span: &finding.span,
        help: finding.help.as_deref(),
    });
    let items = items.collect();
    Report { file_name: &definition.file_name, text: &definition.text, has_failed: definition.has_errors, items }
}

pub(super) fn machine_type(word: &str) -> Result<StateMachineType, String> {
    StateMachineType::from_word(&word.to_ascii_uppercase()).ok_or_else(|| "there are STANDARD and EXPRESS".to_owned())
}
