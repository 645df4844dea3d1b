//! The log, on stderr.

use anyhow::bail;
use std::io::IsTerminal;
use tracing::level_filters::LevelFilter;

/// Names the lowest level that is logged.
const LEVEL_VARIABLE: &str = "STEPWELL_LOG";

/// Starts the log at the level that `STEPWELL_LOG` names (`off`, `error`, `warn`, `info`, `debug`, `trace`), by default at `warn`.
pub(crate) fn start() -> anyhow::Result<()> {
    let word = std::env::var(LEVEL_VARIABLE).unwrap_or_default();
    let Ok(level) = (if word.is_empty() { Ok(LevelFilter::WARN) } else { word.parse() }) else {
        bail!("{LEVEL_VARIABLE}: '{word}' is no level; there are off, error, warn, info, debug and trace");
    };
    let stderr = std::io::stderr;
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(stderr)
        .with_ansi(stderr().is_terminal() && crate::output::colours_wanted())
        .init();
    Ok(())
}
