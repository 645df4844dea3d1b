//! Where words go: data to stdout, talk to stderr. Whoever reads may have gone; that is no reason to fail. A full disk is: the data is lost.

use std::io::{ErrorKind, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

static DATA_LOST: AtomicBool = AtomicBool::new(false);

/// Whether data could not be written, for another reason than that its reader has gone. It has been told.
pub(crate) fn data_lost() -> bool {
    DATA_LOST.load(Ordering::Relaxed)
}

/// One line of data.
pub(crate) fn data(line: &str) {
    let mut stdout = std::io::stdout().lock();
    written(writeln!(stdout, "{line}").and_then(|()| stdout.flush()));
}

/// Data that brings its own line breaks.
pub(crate) fn data_raw(text: &str) {
    data_bytes(text.as_bytes());
}

/// Data that need not be text.
pub(crate) fn data_bytes(bytes: &[u8]) {
    let mut stdout = std::io::stdout().lock();
    written(stdout.write_all(bytes).and_then(|()| stdout.flush()));
}

fn written(result: std::io::Result<()>) {
    if let Err(failure) = result
        && failure.kind() != ErrorKind::BrokenPipe
        && !DATA_LOST.swap(true, Ordering::Relaxed)
    {
        error(&anyhow::anyhow!("cannot write to stdout: {failure}"));
    }
}

/// One line of talk.
pub(crate) fn talk(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// A text that brings its own line breaks, to stderr.
pub(crate) fn talk_raw(text: &str) {
    let mut stderr = std::io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

/// Why a command could not do its work, with the chain of causes.
pub(crate) fn error(error: &anyhow::Error) {
    let style = Style::of_stderr();
    talk(&format!("{}: {error}", style.failure("error")));
    for cause in error.chain().skip(1) {
        talk(&format!("Cause: {cause}"));
    }
}

/// Something to know that stops nothing.
pub(crate) fn warning(text: &str) {
    talk(&format!("{}: {text}", Style::of_stderr().warning("warning")));
}

/// Whether the user has not asked for plain text (<https://no-color.org>).
pub(crate) fn colours_wanted() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var_os("TERM").is_none_or(|terminal| terminal != "dumb")
}

/// Colours by meaning, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    /// Whether colours are written at all.
    pub(crate) coloured: bool,
}

impl Style {
    /// Coloured if stderr is a terminal and colours are wanted.
    pub(crate) fn of_stderr() -> Style {
        Style { coloured: std::io::stderr().is_terminal() && colours_wanted() }
    }

    /// Coloured if stdout is a terminal and colours are wanted.
    pub(crate) fn of_stdout() -> Style {
        Style { coloured: std::io::stdout().is_terminal() && colours_wanted() }
    }

    /// Went wrong.
    pub(crate) fn failure(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    /// Deserves a look.
    pub(crate) fn warning(self, text: &str) -> String {
        self.paint("1;33", text)
    }

    /// Went well.
    pub(crate) fn success(self, text: &str) -> String {
        self.paint("32", text)
    }

    /// Is going on.
    pub(crate) fn active(self, text: &str) -> String {
        self.paint("36", text)
    }

    /// Matters less than what is beside it.
    pub(crate) fn faint(self, text: &str) -> String {
        self.paint("2", text)
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.coloured { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// The text without characters that would move the cursor or change the terminal: names and causes come from strangers.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || turns_direction(c) { '\u{fffd}' } else { c }).collect()
}

/// Characters that let a terminal show the following ones in another order than they are in.
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The lines of a text that a function wrote. Lambda's Python client breaks the lines of a stack trace by carriage returns, so that a
/// trace stays one line in a log; here it is to be read.
pub(crate) fn printable_lines(text: &str) -> impl Iterator<Item = String> {
    text.trim_end_matches('\r').split('\r').map(|line| printable(&line.replace('\t', "    ")))
}
