//! `cargo xtask crash`: the test that kills the finished binary, for as long as one likes.

use crate::{process, workspace};
use anyhow::{Context, bail};

/// How often the server is killed unless that is said.
const KILLS: u64 = 300;

/// Runs the chore.
pub(crate) fn run(options: &[&str]) -> anyhow::Result<()> {
    let (mut kills, mut seed, mut is_disk_full) = (KILLS, None, false);
    let mut options = options.iter();
    while let Some(option) = options.next() {
        match *option {
            "--kills" => kills = number(option, options.next())?,
            "--seed" => seed = Some(number(option, options.next())?),
            "--full-disk" => is_disk_full = true,
            other => bail!("there is no option {other}"),
        }
    }
    process::run(
        "build",
        workspace::cargo().args(["build", "--package", "stepwell", "--package", "stepwell-system-tests"]),
    )?;
    let mut test = workspace::cargo();
    test.args([
        "test",
        "--package",
        "stepwell-system-tests",
        "--test",
        "kill",
        "--",
        "--nocapture",
        "--test-threads",
        "1",
    ]);
    test.args(["--exact", "executions_survive_sigkill_at_any_moment"]);
    test.env("STEPWELL_KILLS", kills.to_string());
    if let Some(seed) = seed {
        test.env("STEPWELL_SEED", seed.to_string());
    }
    if is_disk_full {
        test.env("STEPWELL_FULL_DISK", "1");
    }
    process::run(&format!("{kills} kills"), &mut test)
}

fn number(option: &str, value: Option<&&str>) -> anyhow::Result<u64> {
    let value = value.with_context(|| format!("{option} needs a number"))?;
    value.parse().with_context(|| format!("{option} {value}: no number"))
}
