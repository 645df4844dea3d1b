//! Crates name lower floors only, every crate has a floor, and ARCHITECTURE.md shows the table.

use super::{Problems, text_of};
use crate::floors::{FLOORS, PURE_FLOOR_HIGHEST, floor_of, table};
use crate::workspace::{File, Package};

/// Packages a pure crate has no use for: they exist to wait, or to reach outside.
const IMPURE: &[&str] = &["tokio", "hyper", "hyper-util", "getrandom", "rand", "rustix", "libc", "notify", "tempfile"];

pub(super) fn check(packages: &[Package], files: &[File]) -> Problems {
    let mut problems = Problems::new();
    for package in packages {
        if let Some(name) = package.directory.strip_prefix("crates/") {
            problems.extend(check_crate(name, package, packages));
        }
    }
    for name in FLOORS.iter().flat_map(|floor| floor.crates).map(|(name, _)| name) {
        if !packages.iter().any(|package| package.directory == format!("crates/{name}")) {
            problems.push(format!("xtask/src/floors.rs: there is no crates/{name}"));
        }
    }
    match text_of(files, "ARCHITECTURE.md") {
        Ok(text) if text.contains(&table()) => {}
        Ok(_) => problems.push(format!("ARCHITECTURE.md must show the floors as they are:\n{}", table())),
        Err(problem) => problems.push(problem),
    }
    problems
}

fn check_crate(name: &str, package: &Package, packages: &[Package]) -> Problems {
    let Some(floor) = floor_of(name) else {
        return vec![format!("crates/{name} has no floor in xtask/src/floors.rs")];
    };
    let mut problems = Problems::new();
    for dependency in &package.dependencies {
        if floor <= PURE_FLOOR_HIGHEST && IMPURE.contains(&dependency.as_str()) {
            problems.push(format!("crates/{name} is on a pure floor and names {dependency}"));
        }
        let Some(other) = packages.iter().find(|package| package.name == *dependency) else { continue };
        match other.directory.strip_prefix("crates/").and_then(floor_of) {
            // The value lies under everything, its own floor included.
            Some(below) if below < floor || other.directory == "crates/json" => {}
            Some(below) => problems.push(format!(
                "crates/{name} is on floor {floor} and names {}, which is on floor {below}: lower floors only",
                other.directory
            )),
            None => problems.push(format!("crates/{name} names {}, which is on no floor", other.directory)),
        }
    }
    problems
}
