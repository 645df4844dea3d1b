//! The tree on a terminal, redrawn in place. What does not fit on the screen is left out, the finished first.

use super::duration::shown;
use super::lines::mark;
use super::tree::{Kind, Row, Status, Tree};
use crate::output::Style;
use std::fmt::Write;

/// Lines of the last drawing, which stays: a Map of a thousand items is not worth a thousand lines.
const FINAL_LINES_MAX: usize = 200;

/// A part of the terminal below everything that was written before.
pub(crate) struct Live {
    style: Style,
    /// Lines drawn last time, which the next drawing replaces.
    drawn: usize,
}

impl Live {
    pub(crate) fn new(style: Style) -> Live {
        Live { style, drawn: 0 }
    }

    /// What to write so that the terminal shows `tree` as of `now` (ms since the Unix epoch).
    pub(crate) fn draw(&mut self, tree: &Tree, now: i64, columns: usize, rows: usize) -> String {
        let lines = self.lines(tree, now, rows.saturating_sub(2).max(4));
        let mut out = self.erase();
        for line in &lines {
            let _ = writeln!(out, "{}", line.painted(columns.saturating_sub(1), self.style));
        }
        self.drawn = lines.len();
        out
    }

    /// What to write so that the whole tree stays on the terminal.
    pub(crate) fn finish(&mut self, tree: &Tree, now: i64, columns: usize) -> String {
        let out = self.draw(tree, now, columns, FINAL_LINES_MAX + 2);
        self.drawn = 0;
        out
    }

    /// What to write to take the drawing back.
    pub(crate) fn erase(&mut self) -> String {
        let drawn = std::mem::take(&mut self.drawn);
        if drawn == 0 { String::new() } else { format!("\u{1b}[{drawn}A\u{1b}[J") }
    }

    fn lines(&self, tree: &Tree, now: i64, lines_max: usize) -> Vec<Line> {
        for detail in [Detail::All, Detail::NothingInsideFinished, Detail::RunningOnly] {
            let mut lines = Vec::new();
            collect(tree, tree.root(), 0, detail, now, &mut lines);
            if lines.len() <= lines_max {
                return lines;
            }
            if detail == Detail::RunningOnly {
                let left_out = lines.len() - (lines_max - 1);
                lines.truncate(lines_max - 1);
                lines.push(Line::note(0, format!("and {left_out} more")));
                return lines;
            }
        }
        unreachable!("the last level of detail always returns")
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    All,
    NothingInsideFinished,
    RunningOnly,
}

struct Line {
    depth: usize,
    status: Option<Status>,
    label: String,
    note: String,
}

impl Line {
    fn note(depth: usize, text: String) -> Line {
        Line { depth, status: None, label: String::new(), note: text }
    }

    /// Cut to `columns`, so that a line is one line on the terminal.
    fn painted(&self, columns: usize, style: Style) -> String {
        let indent = "  ".repeat(self.depth.min(20));
        let room = columns.saturating_sub(indent.len() + 4);
        let label = cut(&self.label, room);
        let note = cut(&self.note, room.saturating_sub(label.chars().count()));
        let mark = self.status.map_or_else(|| "…".to_owned(), |status| mark(status, style));
        let space = if label.is_empty() { "" } else { "  " };
        format!("{indent}{mark} {label}{space}{}", style.faint(&note))
    }
}

fn cut(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    text.chars().take(room.saturating_sub(1)).chain(['…']).collect()
}

fn collect(tree: &Tree, row: &Row, depth: usize, detail: Detail, now: i64, lines: &mut Vec<Line>) {
    let mut left_out = 0;
    for &child in &row.children {
        let child_row = tree.row(child);
        let finished = child_row.ended.is_some();
        if finished && detail == Detail::RunningOnly {
            left_out += 1;
            continue;
        }
        lines.push(Line {
            depth,
            status: Some(child_row.status),
            label: tree.label(child),
            note: note(child_row, now),
        });
        if !finished || detail == Detail::All {
            collect(tree, child_row, depth + 1, detail, now, lines);
        }
    }
    if left_out > 0 {
        lines.push(Line::note(depth, format!("{left_out} finished")));
    }
}

fn note(row: &Row, now: i64) -> String {
    let mut note = shown(row.ended.unwrap_or(now) - row.began);
    if let Some(length) = row.length {
        let _ = write!(note, ", {length} items");
    }
    match (&row.error, row.status) {
        (Some(error), Status::Running) => {
            let _ = write!(note, ", attempt {} failed: {error}", row.attempts.max(1));
        }
        (Some(error), Status::Succeeded) => {
            let _ = write!(note, ", {error} caught");
        }
        (Some(error), Status::Failed | Status::Aborted) => {
            let _ = write!(note, ", {error}");
        }
        (None, _) if row.attempts > 1 => {
            let _ = write!(note, ", {} attempts", row.attempts);
        }
        (None, _) => {}
    }
    if let Kind::State { state_type: kind @ ("Wait" | "Choice"), .. } = row.kind {
        let _ = write!(note, ", {kind}");
    }
    note
}
