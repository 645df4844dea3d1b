//! Where words go: data to stdout, talk to stderr. Whoever reads may have gone; that is no reason to fail.

use std::io::{IsTerminal, Write};

/// One line of data.
pub(crate) fn data(line: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
}

/// Data that brings its own line breaks.
pub(crate) fn data_raw(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
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
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
