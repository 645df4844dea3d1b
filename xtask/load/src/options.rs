//! The command line. It is called by a chore, which shows the help.

use anyhow::{Context, bail};
use std::path::PathBuf;
use std::time::Duration;

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
    /// Whether only the comparison with the bare server and idle connections are measured.
    pub(crate) only_bare: bool,
    /// An earlier file of figures.
    pub(crate) compare: Option<PathBuf>,
}

impl Options {
    pub(crate) fn read(mut arguments: impl Iterator<Item = String>) -> anyhow::Result<Options> {
        let (mut server, mut results, mut compare) = (None, None, None);
        let (mut seconds, mut connections, mut only_bare) = (10, 64, false);
        while let Some(name) = arguments.next() {
            if name == "--only-bare" {
                only_bare = true;
                continue;
            }
            let value = arguments.next().with_context(|| format!("{name} needs a value"))?;
            let number = || value.parse::<u32>().ok().filter(|number| *number > 0);
            let number = || number().with_context(|| format!("{name} needs a number from 1, not '{value}'"));
            match name.as_str() {
                "--server" => server = Some(PathBuf::from(value)),
                "--results" => results = Some(PathBuf::from(value)),
                "--compare" => compare = Some(PathBuf::from(value)),
                "--seconds" => seconds = number()?,
                "--connections" => connections = number()?,
                _ => bail!("'{name}' is no option of bench --http"),
            }
        }
        Ok(Options {
            server: server.context("--server is missing")?,
            results: results.context("--results is missing")?,
            duration: Duration::from_secs(u64::from(seconds)),
            connections: connections as usize,
            only_bare,
            compare,
        })
    }
}
