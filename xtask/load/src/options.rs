//! The command line. It is called by a chore, which shows the help.

use anyhow::{Context, bail};
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;

/// The suites, in the order they run in.
pub(crate) const SUITES: [&str; 8] =
    ["interpreter", "store", "engine", "http", "bare", "growth", "distributed", "models"];

/// What to load and how.
pub(crate) struct Options {
    /// The `stepwell` binary.
    pub(crate) server: PathBuf,
    /// The directory the figures are written to.
    pub(crate) results: PathBuf,
    /// How long each load runs.
    pub(crate) duration: Duration,
    /// Connections that are kept busy.
    pub(crate) connections: usize,
    /// Open executions at most.
    pub(crate) executions: usize,
    /// Rows of the largest Distributed Map.
    pub(crate) items: usize,
    /// An earlier file of figures.
    pub(crate) compare: Option<PathBuf>,
    /// Parts of the growth suite; all if none.
    pub(crate) parts: Vec<String>,
    /// What is measured.
    pub(crate) suites: Vec<String>,
}

impl Options {
    pub(crate) fn read(mut arguments: impl Iterator<Item = String>) -> anyhow::Result<Options> {
        let (mut server, mut results, mut compare) = (None, None, None);
        let (mut suites, mut parts) = (Vec::new(), Vec::new());
        let (mut seconds, mut connections, mut executions, mut items) = (10, 64, 100_000, 1_000_000);
        while let Some(name) = arguments.next() {
            if SUITES.contains(&name.as_str()) {
                suites.push(name);
                continue;
            }
            let value = arguments.next().with_context(|| format!("'{name}' is no suite, or it needs a value"))?;
            let number = || value.parse::<u32>().ok().filter(|number| *number > 0);
            let number = || number().with_context(|| format!("{name} needs a number from 1, not '{value}'"));
            match name.as_str() {
                "--server" => server = Some(PathBuf::from(value)),
                "--results" => results = Some(PathBuf::from(value)),
                "--part" if crate::growth::PARTS.contains(&value.as_str()) => parts.push(value),
                "--part" => bail!("growth has no part '{value}', it has {}", crate::growth::PARTS.join(", ")),
                "--compare" => compare = Some(PathBuf::from(value)),
                "--seconds" => seconds = number()?,
                "--connections" => connections = number()?,
                "--executions" => executions = number()?,
                "--items" => items = number()?,
                _ => bail!("'{name}' is no option of bench"),
            }
        }
        if suites.is_empty() {
            suites = SUITES.map(str::to_owned).into();
        }
        Ok(Options {
            server: server.context("--server is missing")?,
            results: results.context("--results is missing")?,
            duration: Duration::from_secs(u64::from(seconds)),
            connections: connections as usize,
            executions: executions as usize,
            items: items as usize,
            compare,
            parts,
            suites,
        })
    }

    /// A directory for data, beside the builds: the place for temporary files is often no disk.
    pub(crate) fn directory(&self, prefix: &str) -> anyhow::Result<TempDir> {
        let near = self.server.parent().context("the server's program has no directory")?;
        Ok(tempfile::Builder::new().prefix(prefix).tempdir_in(near)?)
    }
}
