//! `stepwell restore`: a data directory from a backup.

use crate::exit::Exit;
use crate::output;
use anyhow::anyhow;
use clap::Args;
use json::json;
use std::path::PathBuf;
use store_embedded::Options;

/// Make a data directory from a backup
#[derive(Args)]
pub(crate) struct Arguments {
    /// The backup
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The directory to make; one with anything in it is not touched
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Print what was restored as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let Arguments { file, data, json } = arguments;
    // The error is one line that says all.
    let summary = store_embedded::restore(&file, &data, &Options::default()).map_err(|error| anyhow!("{error}"))?;
    output::data(&if json {
        let value: json::Value = json!({"directory": (data.display().to_string()), "madeAtMs": (summary.made_at_ms), "rows": (summary.rows as i64)});
        value.to_string()
    } else {
        format!("{}: {} rows restored; stepwell check looks whether they fit together", data.display(), summary.rows)
    });
    Ok(Exit::Success)
}
