//! Lock files name the public registries only, so that they mean the same everywhere.

use super::Problems;
use crate::workspace::File;

const CRATES: &str = "\"registry+https://github.com/rust-lang/crates.io-index\"";
const NPM: &str = "\"https://registry.npmjs.org/";

pub(super) fn check(files: &[File]) -> Problems {
    let mut problems = Problems::new();
    for (file, text) in files.iter().filter_map(|file| Some((file, file.text.as_deref()?))) {
        let is_foreign: fn(&str) -> bool = match file.path.rsplit('/').next() {
            Some("Cargo.lock") => |line| line.strip_prefix("source = ").is_some_and(|source| source != CRATES),
            Some("package-lock.json") => {
                |line| line.trim_start().strip_prefix("\"resolved\": ").is_some_and(|place| !place.starts_with(NPM))
            }
            Some("requirements.txt") => |line| line.starts_with('-') || line.contains("://"),
            _ => continue,
        };
        let lines = text.lines().enumerate().filter(|(_, line)| is_foreign(line));
        problems.extend(
            lines.map(|(number, _)| format!("{}:{}: a source that is not the public registry", file.path, number + 1)),
        );
    }
    problems
}
