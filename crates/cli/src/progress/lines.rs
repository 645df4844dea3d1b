//! One line per happening: for logs, pipes, and several executions at a time.

use super::duration::shown;
use super::tree::{Happening, Kind, Status, Tree};
use crate::output::Style;

/// The line for a happening at `at` (ms since the Unix epoch); `None` if it is not worth one. `prefix` says which execution.
pub(crate) fn line(tree: &Tree, happening: Happening, at: i64, prefix: &str, style: Style) -> Option<String> {
    let since_start = format!("{:>9}", shown(at - tree.root().began));
    let (mark, text) = match happening {
        Happening::Began(row) => match tree.row(row).kind {
            // The others end at once: one line is enough.
            Kind::State { state_type: "Task" | "Wait" | "Parallel" | "Map", .. } => {
                (style.active("▶"), style.faint(&tree.path(row)))
            }
            Kind::State { state_type: "Fail", .. } => (style.failure("✗"), tree.path(row)),
            _ => return None,
        },
        Happening::Ended(row) => (mark(tree.row(row).status, style), ended(tree, row)?),
        Happening::AttemptFailed(row) => {
            let error = tree.row(row).error.as_deref().unwrap_or_default();
            (style.warning("!"), format!("{} attempt {}: {error}", tree.path(row), tree.row(row).attempts.max(1)))
        }
        Happening::Closed => return None,
    };
    Some(format!("{}{} {mark} {text}", style.faint(prefix), style.faint(&since_start)))
}

fn ended(tree: &Tree, row: usize) -> Option<String> {
    let row_data = tree.row(row);
    if row_data.status == Status::Succeeded && !matches!(row_data.kind, Kind::State { .. }) {
        return None;
    }
    let duration = shown(row_data.ended? - row_data.began);
    let note = match &row_data.error {
        Some(error) if row_data.status == Status::Succeeded => format!(", {error} caught"),
        _ => String::new(),
    };
    let word = if row_data.status == Status::Aborted { ", aborted" } else { "" };
    Some(format!("{}  {duration}{note}{word}", tree.path(row)))
}

/// A character for how something is going.
pub(super) fn mark(status: Status, style: Style) -> String {
    match status {
        Status::Running => style.active("▶"),
        Status::Succeeded => style.success("✓"),
        Status::Failed => style.failure("✗"),
        Status::Aborted => style.warning("■"),
    }
}
