//! `stepwell lint`: what AWS would refuse, and what will disappoint.

use crate::configuration::{self, Lint};
use crate::definition::{self, format_of};
use crate::exit::Exit;
use crate::files;
use crate::output::{self, Style};
use crate::report::{self, Format, Item, Level, Report};
use anyhow::{Context, bail};
use api::StateMachineType;
use asl::lint::{Config, Finding, Severity};
use clap::Args;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  stepwell lint order.asl.json shipping.asl.yaml
  stepwell lint --fix order.asl.json
  stepwell lint --format sarif *.asl.json > findings.sarif
  stepwell explain timeout-missing

Rules are switched in stepwell.yaml of the current directory, by lint: {off: [..], on: [..], error: [..]},
and in a definition by a Comment or YAML comment: stepwell-lint: off RULE, RULE

Exit codes: 0 no errors, 1 errors (with --strict: or warnings), 2 a file could not be read or written.";

/// Look for mistakes and weak spots in definitions
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Definitions in JSON or YAML (by their names' ends), or directories of *.asl.json and *.asl.yaml; - is stdin
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How the findings are written
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Apply the mends that are certain to the files
    #[arg(long)]
    fix: bool,
    /// The type of state machine the definitions are for
    #[arg(long = "type", value_name = "TYPE", default_value = "STANDARD", value_parser = super::validate::machine_type)]
    machine_type: StateMachineType,
    /// Switch a rule off; may be repeated
    #[arg(long, value_name = "RULE", value_parser = rule_id)]
    off: Vec<String>,
    /// Switch an optional rule on; may be repeated
    #[arg(long, value_name = "RULE", value_parser = rule_id)]
    on: Vec<String>,
    /// Let warnings fail the command as errors do
    #[arg(long)]
    strict: bool,
}

/// A file and what was found in it.
struct Linted {
    file_name: String,
    text: String,
    findings: Vec<Finding>,
    has_failed: bool,
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let config = config(&arguments, configuration::load_lint(Path::new(configuration::FILE_NAME))?);
    let mut exit = Exit::Success;
    let mut files = Vec::new();
    for file in &files::definitions(&arguments.files)? {
        match lint(file, &arguments, &config) {
            Ok(linted) => {
                if linted.has_failed && exit == Exit::Success {
                    exit = Exit::Failed;
                }
                files.push(linted);
            }
            Err(error) => {
                output::error(&error);
                exit = Exit::Unable;
            }
        }
    }
    let reports = || files.iter().map(report).collect::<Vec<Report<'_>>>();
    match arguments.format {
        Format::Text => files.iter().for_each(write_text),
        Format::Json => output::data(&report::json(&reports()).to_string()),
        Format::Sarif => output::data(&report::sarif(&reports()).to_string()),
        Format::Github => output::data_raw(&report::github(&reports())),
    }
    Ok(exit)
}

fn config(arguments: &Arguments, project: Lint) -> Config {
    let machine_type = definition::of_api(arguments.machine_type);
    // What the command line switches on is on whatever the project says.
    let off = project.off.into_iter().filter(|id| !arguments.on.contains(id)).chain(arguments.off.clone()).collect();
    let on = project.on.into_iter().chain(arguments.on.clone()).collect();
    Config { machine_type, has_placeholders: true, off, on, error: project.error }
}

fn lint(file: &Path, arguments: &Arguments, config: &Config) -> anyhow::Result<Linted> {
    if arguments.fix && file == Path::new(definition::STDIN) {
        bail!("--fix needs files: stdin cannot be changed");
    }
    let (file_name, mut text) = definition::unmarked_text(file)?;
    let format = format_of(&file_name, &text);
    if arguments.fix {
        let (fixed, count) = asl::lint::fix(&text, format, config);
        if count > 0 {
            files::replace(file, &fixed).with_context(|| format!("cannot write {file_name}"))?;
            output::talk(&format!("{}: {count} fixed", output::printable(&file_name)));
            text = fixed;
        }
    }
    let findings = asl::lint::lint(&text, format, config);
    let least = if arguments.strict { Severity::Warning } else { Severity::Error };
    let has_failed = findings.iter().any(|finding| finding.severity >= least);
    Ok(Linted { file_name, text, findings, has_failed })
}

fn write_text(linted: &Linted) {
    let coloured = Style::of_stdout().coloured;
    output::data_raw(&asl::lint::render(&linted.findings, &linted.text, &linted.file_name, coloured));
    let counts = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "hint")].map(
        |(severity, noun)| {
            let count = linted.findings.iter().filter(|finding| finding.severity == severity).count();
            super::validate::counted(count, noun)
        },
    );
    let fixable = linted.findings.iter().filter(|finding| finding.fix.is_some()).count();
    let mut verdict = if linted.findings.is_empty() { "no findings".to_owned() } else { counts.join(", ") };
    if fixable > 0 {
        verdict.push_str(&format!("; --fix mends {fixable}"));
    }
    let note = definition::note(&linted.text);
    output::talk(&format!("{}: {verdict}{note}", output::printable(&linted.file_name)));
}

fn report(linted: &Linted) -> Report<'_> {
    let items = linted.findings.iter().map(|finding| Item {
        level: match finding.severity {
            Severity::Error => Level::Error,
            Severity::Warning => Level::Warning,
            Severity::Info => Level::Info,
        },
        code: finding.rule,
        message: &finding.message,
        location: finding.location.as_deref(),
        span: &finding.span,
        help: finding.help.as_deref(),
    });
    let items = items.collect();
    Report { file_name: &linted.file_name, text: &linted.text, has_failed: linted.has_failed, items }
}

fn rule_id(word: &str) -> Result<String, String> {
    match asl::lint::rule(word) {
        Some(rule) => Ok(rule.id.to_owned()),
        None => Err("there is no such rule; stepwell explain lists them".to_owned()),
    }
}
