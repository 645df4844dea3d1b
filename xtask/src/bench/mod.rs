//! `cargo xtask bench`: figures of the whole system, or the divan benches of single crates.
//!
//! The figures are a program of its own, `xtask/load`: it needs the engine and an HTTP client, and must be built for release like the server
//! it loads.

use crate::{process, workspace};

/// Runs the chore; `options` are `USAGE`'s.
pub(crate) fn run(options: &[&str]) -> anyhow::Result<()> {
    match options {
        ["crates"] => crates(),
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
