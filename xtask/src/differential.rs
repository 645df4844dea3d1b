//! `cargo xtask differential`: as many generated JSONata expressions as one likes against jsonata-js.

use crate::test::clients;
use crate::{process, workspace};
use anyhow::{Context, bail};
use std::time::{SystemTime, UNIX_EPOCH};

/// Runs the chore. A seed shown with a difference is the seed to start from to see that one alone.
pub(crate) fn run(options: &[&str]) -> anyhow::Result<()> {
    let mut seed = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?.as_secs();
    let mut cases = 100_000;
    let mut listed = false;
    for option in options.chunks(2) {
        match option {
            ["--seed", number] => seed = number.parse().context("--seed")?,
            ["--cases", number] => cases = number.parse().context("--cases")?,
            ["--listed", "yes"] => listed = true,
            _ => bail!("unknown option {}", option.join(" ")),
        }
    }
    clients::jsonata()?;
    let mut cargo = workspace::cargo();
    cargo.args(["test", "-p", "stepwell-jsonata", "--test", "differential", "generated", "--", "--nocapture"]);
    cargo.env("STEPWELL_DIFFERENTIAL_SEED", seed.to_string()).env("STEPWELL_DIFFERENTIAL_CASES", cases.to_string());
    if listed {
        cargo.env("STEPWELL_DIFFERENTIAL_LISTED", "yes");
    }
    process::run(&format!("{cases} expressions from seed {seed}"), &mut cargo)
}
