//! `cargo xtask bench`: figures of the whole system, the divan benches of single crates, or our languages beside other implementations.
//!
//! The figures are a program of its own, `xtask/load`: it needs the engine and an HTTP client, and must be built for release like the server
//! it loads. So is the comparison, `xtask/peers`: what it compares with must not enter the workspace.

use crate::{process, workspace};

/// Runs the chore; `options` are `USAGE`'s.
pub(crate) fn run(options: &[&str]) -> anyhow::Result<()> {
    match options {
        ["crates"] => crates(),
        ["--peers"] => peers(),
        options => figures(options),
    }
}

/// Every bench of every crate that has some.
fn crates() -> anyhow::Result<()> {
    for package in workspace::packages()? {
        for bench in &package.benches {
            let mut cargo = workspace::cargo();
            cargo.args(["bench", "--quiet", "--package", &package.name, "--bench", bench]);
            process::run(&format!("{} {bench}", package.directory), &mut cargo)?;
        }
    }
    Ok(())
}

/// Builds the server and the load for release and runs the suites.
fn figures(options: &[&str]) -> anyhow::Result<()> {
    let mut build = workspace::cargo();
    build.args(["build", "--release", "--package", "stepwell", "--package", "stepwell-load"]);
    process::run("build for release", &mut build)?;
    let target = workspace::target_directory()?;
    let programs = target.join("release");
    let mut load = std::process::Command::new(programs.join("stepwell-load"));
    load.current_dir(workspace::root()).arg("--server").arg(programs.join("stepwell"));
    load.arg("--results").arg(target.join("bench")).args(options);
    process::run("figures", &mut load)
}

/// Installs jsonata-js and runs it, the crates of others and ours side by side.
fn peers() -> anyhow::Result<()> {
    let directory = workspace::root().join("xtask/peers");
    let node = directory.join("node");
    let mut npm = std::process::Command::new("npm");
    npm.current_dir(&node).args(["ci", "--no-audit", "--no-fund"]);
    process::run("jsonata-js", &mut npm)?;
    let mut cargo = workspace::cargo();
    cargo.current_dir(&directory).args(["run", "--release", "--locked", "--", "--node"]).arg(&node);
    process::run("our languages beside others", &mut cargo)
}
