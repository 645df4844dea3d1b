//! `cargo xtask tidy`: what a reviewer should not have to look for.
//!
//! All checks run, whatever the others find. Those that read files only are a test of this crate as well.

mod api_model;
mod compatibility;
mod floors;
mod heads;
mod lock_files;
mod paths;
mod pure_lints;

use crate::workspace::{self, File};
use anyhow::bail;
use std::process::Command;

/// What a check found; nothing means that all is well.
type Problems = Vec<String>;

/// Runs every check.
pub(crate) fn run() -> anyhow::Result<()> {
    let mut failed = 0;
    for (name, problems) in read_only()? {
        failed += report(name, &problems);
    }
    let mut format = workspace::cargo();
    format.args(["fmt", "--all", "--check"]);
    failed += report("formatting (cargo fmt mends it)", &outcome(&mut format));
    let mut clippy = workspace::cargo();
    clippy.args(["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    failed += report("lints (cargo clippy)", &outcome(&mut clippy));
    if failed > 0 {
        bail!("{failed} of the checks failed");
    }
    Ok(())
}

/// The checks that need nothing but the files.
fn read_only() -> anyhow::Result<Vec<(&'static str, Problems)>> {
    let (packages, files) = (workspace::packages()?, workspace::files()?);
    Ok(vec![
        ("floors", floors::check(&packages, &files)),
        ("lints of the pure floors", pure_lints::check(&files)),
        ("heads of files", heads::check(&files)),
        ("paths of machines", paths::check(&files)),
        ("lock files", lock_files::check(&files)),
        ("COMPATIBILITY.md", compatibility::check(&files)),
        ("shapes of the API", api_model::check(&files)),
    ])
}

fn report(name: &str, problems: &[String]) -> usize {
    println!("{:>6}  {name}", if problems.is_empty() { "ok" } else { "FAILED" });
    for problem in problems {
        println!("        {problem}");
    }
    usize::from(!problems.is_empty())
}

/// Runs a program that shows its own findings.
fn outcome(command: &mut Command) -> Problems {
    match command.status() {
        Ok(status) if status.success() => Vec::new(),
        Ok(_) => vec!["see above".to_owned()],
        Err(error) => vec![format!("{} could not be started: {error}", command.get_program().to_string_lossy())],
    }
}

/// The text of one file, or the problem that it is not there.
fn text_of<'f>(files: &'f [File], path: &str) -> Result<&'f str, String> {
    let file = files.iter().find(|file| file.path == path).ok_or_else(|| format!("{path} is missing"))?;
    file.text.as_deref().ok_or_else(|| format!("{path} is not text"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_files_are_tidy() {
        let found = super::read_only().expect("cargo and git can be asked");
        let problems: Vec<String> = found.into_iter().flat_map(|(_, problems)| problems).collect();
        assert!(problems.is_empty(), "{}", problems.join("\n"));
    }
}
