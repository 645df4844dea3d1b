//! One execution on stderr: a live tree on a terminal, lines elsewhere, with the functions' output between them.

use super::{Live, Tree, lines};
use crate::output::{self, Style};
use crate::terminal;
use engine::ExecutionEvents;
use functions::{LogLine, LogStream};
use std::time::{SystemTime, UNIX_EPOCH};

/// What is shown of one execution.
pub(crate) struct View {
    tree: Tree,
    live: Option<Live>,
    style: Style,
}

impl View {
    /// The view for this stderr.
    pub(crate) fn new() -> View {
        let style = Style::of_stderr();
        View { tree: Tree::new(), live: terminal::size().map(|_| Live::new(style)), style }
    }

    /// Whether it has to be refreshed for durations to go on.
    pub(crate) fn is_live(&self) -> bool {
        self.live.is_some()
    }

    /// Takes in what has happened; true once the execution has closed.
    pub(crate) fn handle(&mut self, events: &ExecutionEvents) -> bool {
        for event in &*events.events {
            let Some(happening) = self.tree.handle(event) else { continue };
            if self.live.is_none()
                && let Some(line) = lines::line(&self.tree, happening, event.timestamp.0, "", self.style)
            {
                output::talk(&line);
            }
        }
        self.refresh();
        self.tree.root().ended.is_some()
    }

    /// A line of a function, above the tree.
    pub(crate) fn log(&mut self, line: &LogLine) {
        let Some(text) = log_line(line, self.style) else { return };
        let erased = self.live.as_mut().map(Live::erase).unwrap_or_default();
        output::talk_raw(&format!("{erased}{text}\n"));
        self.refresh();
    }

    /// Draws the tree as it is now.
    pub(crate) fn refresh(&mut self) {
        if let Some(live) = &mut self.live
            && let Some((columns, rows)) = terminal::size()
        {
            output::talk_raw(&live.draw(&self.tree, now(), columns, rows));
        }
    }

    /// Leaves the whole tree on the terminal.
    pub(crate) fn finish(&mut self) {
        if let Some(live) = &mut self.live
            && let Some((columns, _)) = terminal::size()
        {
            output::talk_raw(&live.finish(&self.tree, now(), columns));
        }
    }
}

/// What a function wrote itself, with its name before each line; the platform's own lines are left out.
pub(crate) fn log_line(line: &LogLine, style: Style) -> Option<String> {
    let name = style.faint(&format!("{} |", line.function));
    let lines =
        || output::printable_lines(&line.text).map(|text| format!("{name} {text}")).collect::<Vec<_>>().join("\n");
    (line.stream != LogStream::Platform).then(lines)
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
