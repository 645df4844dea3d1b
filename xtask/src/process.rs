//! Running other programs, with their output shown.

use anyhow::{Context, bail};
use std::process::{Command, Stdio};

/// Says what is done and does it.
pub(crate) fn run(title: &str, command: &mut Command) -> anyhow::Result<()> {
    println!("\n==> {title}");
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.stdin(Stdio::null()).status().with_context(|| format!("{program} could not be started"))?;
    if !status.success() {
        bail!("{title}: {program} ended with {status}");
    }
    Ok(())
}

/// What a program prints, on either stream, if it can be run and ends well.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok().filter(|output| output.status.success())?;
    let bytes = if output.stdout.is_empty() { output.stderr } else { output.stdout };
    Some(String::from_utf8_lossy(&bytes).trim().to_owned())
}
