//! Build commands: run one after the other in the project's directory, what they print goes to stderr as it comes.

use crate::configuration::Function;
use crate::output;
use anyhow::{Context, anyhow, bail};
use std::os::fd::AsFd;
use std::path::Path;
use std::process::Stdio;
use tokio::process::Command;

/// Runs the build commands of `functions`, each once however many functions share it. The first that fails ends it.
pub(super) async fn all(functions: &[Function], directory: &Path) -> anyhow::Result<()> {
    let mut commands: Vec<(&str, Vec<&str>)> = Vec::new();
    for function in functions {
        let Some(build) = &function.build else { continue };
        match commands.iter_mut().find(|(command, _)| command == build) {
            Some((_, names)) => names.push(&function.config.name),
            None => commands.push((build, vec![&function.config.name])),
        }
    }
    for (command, names) in commands {
        output::talk(&format!("building {}: {command}", names.join(", ")));
        one(command, directory).await?;
    }
    Ok(())
}

async fn one(command: &str, directory: &Path) -> anyhow::Result<()> {
    // stdout is for the outputs of executions.
    let stderr = std::io::stderr().as_fd().try_clone_to_owned().context("stderr cannot be shared")?;
    let status = Command::new("sh")
        .args(["-c", command])
        .current_dir(directory)
        .stdin(Stdio::null())
        .stdout(Stdio::from(stderr))
        .kill_on_drop(true)
        .status()
        .await
        .map_err(|error| anyhow!("cannot run sh: {error}"))?;
    if !status.success() {
        bail!("the build failed ({status}): {command}");
    }
    Ok(())
}
