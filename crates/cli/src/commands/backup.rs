//! `stepwell backup`: everything in a data directory, of one moment, in one file; also while a server runs on it.

use crate::exit::Exit;
use crate::{admin, output};
use anyhow::{Context, anyhow, bail};
use clap::Args;
use json::json;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use store::Store;
use store_embedded::{Embedded, Options, verify_backup};

const EXAMPLES: &str = "\
Examples:
  stepwell backup before-upgrade.stepwell
  stepwell backup --data /var/lib/stepwell /backups/$(date +%F).stepwell
  stepwell restore before-upgrade.stepwell --data restored

A server that runs on the directory goes on meanwhile; the backup is what was durable at one moment. It is read back and checked before it
gets its name. It holds inputs and outputs as they are: keep it as safe as the directory. A server on a restored directory goes on with
everything that was open at that moment: tasks are performed again with the same identities, timers that have gone by fire at once.";

/// Make a backup of a data directory, also of a running server
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The file to make; one that is there already is not touched
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The data directory
    #[arg(long, value_name = "DIR", default_value = ".stepwell")]
    data: PathBuf,
    /// Print what was made as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let Arguments { file, data, json } = arguments;
    if file.exists() {
        bail!("{} is there already: nothing is overwritten", file.display());
    }
    let mut name = file.file_name().with_context(|| format!("{} is no name of a file", file.display()))?.to_owned();
    name.push(".unfinished");
    let unfinished = file.with_file_name(name);
    let made = make(&data, &unfinished).and_then(|()| {
        let summary = verify_backup(&unfinished).map_err(|error| anyhow!("{error}"))?;
        // A name that somebody took meanwhile stays theirs.
        fs::hard_link(&unfinished, &file).with_context(|| format!("cannot make {}", file.display()))?;
        Ok(summary)
    });
    // It has its name, or is of no use.
    let _ = fs::remove_file(&unfinished);
    let summary = made?;
    let _ = sync_directory(&file);
    output::data(&if json {
        let value: json::Value = json!({
            "file": (file.display().to_string()), "madeAtMs": (summary.made_at_ms), "rows": (summary.rows as i64), "bytes": (summary.bytes as i64),
        });
        value.to_string()
    } else {
        format!("{}: {} rows, {} bytes, checked", file.display(), summary.rows, summary.bytes)
    });
    Ok(Exit::Success)
}

fn make(data: &Path, unfinished: &Path) -> anyhow::Result<()> {
    if !data.join("FORMAT").is_file() {
        bail!("{} is no data directory", data.display());
    }
    let file = File::create(unfinished).with_context(|| format!("cannot make {}", unfinished.display()))?;
    let mut out = BufWriter::with_capacity(1024 * 1024, file);
    if !admin::back_up(data, &mut out)? {
        let store = Embedded::open(data, Options::default()).map_err(|error| anyhow!("{error}"))?;
        store.back_up(admin::now_ms(), &mut out)?;
        close(&store)?;
    }
    let file = out.into_inner().map_err(|error| error.into_error()).context("the backup could not be written")?;
    file.sync_all().context("the backup could not be written")
}

fn close(store: &Embedded) -> anyhow::Result<()> {
    Ok(crate::node::runtime()?.block_on(store.close())?)
}

fn sync_directory(file: &Path) -> std::io::Result<()> {
    let directory = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(directory)?.sync_all()
}
