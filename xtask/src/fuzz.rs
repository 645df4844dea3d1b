//! `cargo xtask fuzz`: one target of `fuzz/`, guided by coverage.
//!
//! The stable compiler will do: what libFuzzer needs of it is asked for by name, without a sanitizer, of which safe code has little use.

use crate::{process, workspace};
use anyhow::{Context, bail};
use std::fs;

const FLAGS: &str = "-C passes=sancov-module -C llvm-args=-sanitizer-coverage-level=4 \
    -C llvm-args=-sanitizer-coverage-inline-8bit-counters -C llvm-args=-sanitizer-coverage-pc-table \
    -C llvm-args=-sanitizer-coverage-trace-compares";

/// Runs the chore. New inputs are kept under the build directory; one that fails is shown, and belongs into `fuzz/corpus` once it is mended.
pub(crate) fn run(options: &[&str]) -> anyhow::Result<()> {
    let (target, seconds) = match options {
        [target] => (*target, 60),
        [target, "--seconds", number] => (*target, number.parse::<u64>().context("--seconds")?),
        _ => bail!("cargo xtask fuzz TARGET [--seconds N]"),
    };
    let kept = workspace::root().join("fuzz/corpus").join(target);
    if !kept.is_dir() {
        bail!("there is no {}", kept.display());
    }
    let build = workspace::target_directory()?.join("fuzz");
    let found = build.join("corpus").join(target);
    fs::create_dir_all(&found).with_context(|| found.display().to_string())?;
    // With a target named, the flags are not for build scripts and macros.
    let host = process::output(std::process::Command::new("rustc").args(["--print", "host-tuple"]));
    let host = host.context("rustc does not say what machine this is")?;
    let mut cargo = workspace::cargo();
    cargo.args(["run", "--release", "--manifest-path", "fuzz/guided/Cargo.toml", "--target", &host]);
    cargo.arg("--target-dir").arg(&build).env("RUSTFLAGS", FLAGS).env("STEPWELL_FUZZ_TARGET", target);
    cargo.arg("--").arg(&found).arg(&kept);
    cargo.args(["-timeout=10", "-rss_limit_mb=2048", "-max_len=4096"]).arg(format!("-max_total_time={seconds}"));
    cargo.arg(format!("-artifact_prefix={}/{target}-", build.display()));
    process::run(&format!("{target} for {seconds} s"), &mut cargo)
}
