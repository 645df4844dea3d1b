//! `cargo xtask console`: builds the console's pages, which the next build of the program takes in. And what `cargo xtask test` does for them.

use crate::{process, test::clients, workspace};
use anyhow::{Context, bail};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// Where the pages are.
const DIRECTORY: &str = "console";
/// What is younger than anything it was made of.
const MADE: &str = "dist/web/index.html";
/// What the pages are made of.
const SOURCES: [&str; 6] = ["index.html", "package-lock.json", "public", "scripts", "src", "vite.config.ts"];
/// What Chromium is called, here and there.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Installs what the pages need and builds them, unless they are up to date.
pub(crate) fn build() -> anyhow::Result<()> {
    clients::node(DIRECTORY, "what the console is made of")?;
    if is_current()? {
        println!("the console's pages are up to date");
        return Ok(());
    }
    process::run("the console's pages", npm().args(["run", "build"]))
}

/// Types, lints and tests of the pages that need no server.
pub(crate) fn check() -> anyhow::Result<()> {
    process::run("checks of the console's pages", npm().args(["run", "check"]))
}

/// Sees that there is a browser for the console's journeys: Debian's is installed if that is possible.
pub(crate) fn browser() -> anyhow::Result<()> {
    if std::env::var_os("CHROMIUM").is_some() || BROWSERS.iter().any(|name| runs(name, "--version")) {
        return Ok(());
    }
    let is_root = process::output(Command::new("id").arg("-u")).is_some_and(|id| id == "0");
    if !is_root || !runs("apt-get", "--version") {
        bail!("the console's tests need Chromium (Debian: apt-get install chromium); CHROMIUM may name its program");
    }
    let mut install = Command::new("apt-get");
    install.args(["install", "--yes", "--no-install-recommends", "chromium"]).env("DEBIAN_FRONTEND", "noninteractive");
    process::run("Chromium, for the console's tests", &mut install)
}

fn runs(program: &str, argument: &str) -> bool {
    process::output(Command::new(program).arg(argument)).is_some()
}

fn npm() -> Command {
    let mut npm = Command::new("npm");
    npm.current_dir(workspace::root().join(DIRECTORY));
    npm
}

fn is_current() -> anyhow::Result<bool> {
    let directory = workspace::root().join(DIRECTORY);
    let Ok(made) = directory.join(MADE).metadata().and_then(|made| made.modified()) else { return Ok(false) };
    let mut youngest = SystemTime::UNIX_EPOCH;
    for source in SOURCES {
        look(&directory.join(source), &mut youngest)?;
    }
    Ok(youngest <= made)
}

/// Notes the youngest file at a place or below it.
fn look(place: &Path, youngest: &mut SystemTime) -> anyhow::Result<()> {
    let about = place.metadata().with_context(|| place.display().to_string())?;
    *youngest = about.modified()?.max(*youngest);
    if about.is_dir() {
        let entries = std::fs::read_dir(place)?.collect::<Result<Vec<_>, _>>()?;
        let places: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
        places.iter().try_for_each(|place| look(place, youngest))?;
    }
    Ok(())
}
