//! Where the events go that `loggingConfiguration` asks for: a file or stdout.

use crate::configuration::Project;
use anyhow::anyhow;
use clap::Args;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The flag.
#[derive(Args, Clone, Debug)]
pub(crate) struct ExecutionLogArguments {
    /// Append the events that loggingConfiguration asks for to a file, a line of JSON each, or write them to stdout with `-`
    #[arg(long, value_name = "FILE")]
    execution_log: Option<PathBuf>,
}

impl ExecutionLogArguments {
    /// What to write to, if anything; the flag is stronger than the project.
    pub(crate) fn open(&self, project: Option<&Project>) -> anyhow::Result<Option<Box<dyn Write + Send>>> {
        let of_project = || project.and_then(|project| project.execution_log.as_deref());
        self.execution_log.as_deref().or_else(of_project).map(open).transpose()
    }
}

fn open(path: &Path) -> anyhow::Result<Box<dyn Write + Send>> {
    if path == Path::new("-") {
        return Ok(Box::new(std::io::stdout()));
    }
    // Appended to, so that the file may be cut or exchanged meanwhile.
    let file = File::options().create(true).append(true).open(path);
    let file = file.map_err(|error| anyhow!("the execution log {} cannot be written: {error}", path.display()))?;
    Ok(Box::new(file))
}
