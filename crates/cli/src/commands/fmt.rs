//! `stepwell fmt`: definitions in one layout.

use crate::definition::{self, STDIN, format_of};
use crate::exit::Exit;
use crate::files;
use crate::output::{self, Style};
use anyhow::Context;
use clap::Args;
use similar::TextDiff;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  stepwell fmt order.asl.json workflows/
  stepwell fmt --check .
  stepwell fmt --diff order.asl.yaml
  stepwell fmt - < order.asl.json

The order of keys, numbers, escapes and the comments of YAML stay as they are written.

Exit codes: 0 done, 1 a file is no JSON or YAML, or with --check not laid out, 2 a file could not be read or written.";

/// Lay definitions out; the files are changed
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Definitions in JSON or YAML (by their names' ends), or directories of *.asl.json and *.asl.yaml; - is stdin, whose layout is printed
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Change nothing; name the files that would change, and fail if there are any
    #[arg(long)]
    check: bool,
    /// Change nothing; print what would change
    #[arg(long)]
    diff: bool,
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let mut exit = Exit::Success;
    for file in &files::definitions(&arguments.files)? {
        match lay_out(file, &arguments) {
            Ok(Exit::Success) => {}
            Ok(other) if exit == Exit::Success => exit = other,
            Ok(_) => {}
            Err(error) => {
                output::error(&error);
                exit = Exit::Unable;
            }
        }
    }
    Ok(exit)
}

fn lay_out(file: &Path, arguments: &Arguments) -> anyhow::Result<Exit> {
    let (file_name, text) = definition::text(file)?;
    let shown = output::printable(&file_name);
    let laid_out = match asl::lay_out(&text, format_of(&file_name, &text)) {
        Ok(laid_out) => laid_out,
        Err(findings) => {
            output::talk_raw(&asl::render(&findings, &text, &file_name, Style::of_stderr().coloured));
            return Ok(Exit::Failed);
        }
    };
    let is_changed = laid_out != text;
    if arguments.diff && is_changed {
        let diff = TextDiff::from_lines(&text, &laid_out);
        output::data_raw(&diff.unified_diff().header(&shown, &shown).to_string());
    }
    if arguments.check {
        if is_changed {
            output::talk(&format!("{shown}: not laid out"));
        }
        return Ok(if is_changed { Exit::Failed } else { Exit::Success });
    }
    if file == Path::new(STDIN) && !arguments.diff {
        output::data_raw(&laid_out);
    } else if is_changed && !arguments.diff {
        files::replace(file, &laid_out).with_context(|| format!("cannot write {file_name}"))?;
        output::talk(&format!("{shown}: laid out"));
    }
    Ok(Exit::Success)
}
