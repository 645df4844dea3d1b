//! No file names a place on somebody's machine.

use super::Problems;
use crate::workspace::File;

/// Beginnings of such places, in pieces so that this file does not name one itself.
const PLACES: [[&str; 2]; 4] = [["/ro", "ot/"], ["/ho", "me/"], ["/Us", "ers/"], ["/wo", "rk/"]];

/// What stands before a path that begins there, and not further up.
const BEFORE: [char; 8] = [' ', '"', '\'', '`', '(', '=', ':', '\t'];

pub(super) fn check(files: &[File]) -> Problems {
    let mut problems = Problems::new();
    // What was recorded or written elsewhere is kept as it is.
    let own = files.iter().filter(|file| !file.path.contains("/recorded/") && !file.path.contains("/test_data/"));
    for (file, text) in own.filter_map(|file| Some((file, file.text.as_deref()?))) {
        for (number, line) in text.lines().enumerate() {
            if let Some(place) = PLACES.iter().map(|pieces| pieces.concat()).find(|place| names(line, place)) {
                problems.push(format!("{}:{}: names a path under {place}", file.path, number + 1));
            }
        }
    }
    problems
}

fn names(line: &str, place: &str) -> bool {
    line.match_indices(place)
        .any(|(at, _)| line[..at].chars().next_back().is_none_or(|before| BEFORE.contains(&before)))
}
