//! COMPATIBILITY.md has a row for every operation of the API, and the tests it names exist.

use super::{Problems, text_of};
use crate::workspace::File;

const PAGE: &str = "COMPATIBILITY.md";
const OPERATIONS: &str = "crates/api/src/operation.rs";

/// A row of a table: name, state, the rest.
struct Row<'t> {
    line: usize,
    name: &'t str,
    state: &'t str,
    text: &'t str,
}

pub(super) fn check(files: &[File]) -> Problems {
    let (page, operations) = match (text_of(files, PAGE), text_of(files, OPERATIONS)) {
        (Ok(page), Ok(operations)) => (page, operations),
        (page, operations) => return page.err().into_iter().chain(operations.err()).collect(),
    };
    let rows: Vec<Row<'_>> = page.lines().enumerate().filter_map(|(index, line)| read(index + 1, line)).collect();
    let mut problems = Problems::new();
    for row in &rows {
        problems.extend(check_row(row, files));
    }
    let built = between(operations, "\noperations! {", "}").split_whitespace();
    for name in built {
        match rows.iter().find(|row| row.name == name) {
            None => problems.push(format!("{PAGE} has no row for the operation {name}")),
            Some(row) if row.state == "no" => {
                problems.push(format!("{PAGE}:{}: {name} is '{}', which {OPERATIONS} denies", row.line, row.state));
            }
            Some(_) => {}
        }
    }
    problems
}

/// ``| `name` | yes | … |``
fn read(line: usize, text: &str) -> Option<Row<'_>> {
    let mut cells = text.strip_prefix('|')?.split('|').map(str::trim);
    let (name, state) = (cells.next()?, cells.next()?);
    matches!(state, "yes" | "partial" | "no").then_some(Row { line, name: name.trim_matches('`'), state, text })
}

fn check_row(row: &Row<'_>, files: &[File]) -> Problems {
    let quoted = row.text.split('`').skip(1).step_by(2);
    let tests: Vec<&str> = quoted.filter(|word| word.contains('/') && !word.contains(['$', ' ', ':'])).collect();
    let mut problems = Problems::new();
    if tests.is_empty() && row.state != "no" {
        problems.push(format!("{PAGE}:{}: {} is '{}' and names no test", row.line, row.name, row.state));
    }
    let exists = |path: &str| files.iter().any(|file| file.path == path || file.path.starts_with(&format!("{path}/")));
    for test in tests.iter().filter(|test| !exists(test.trim_end_matches('/'))) {
        problems.push(format!("{PAGE}:{}: there is no {test}", row.line));
    }
    problems
}

/// What stands between the first `from` and the next `to`; nothing if there is no such place.
fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let after = text.split_once(from).map_or("", |(_, after)| after);
    after.split_once(to).map_or("", |(inside, _)| inside)
}
