//! The terminal behind stderr, if there is one.

use std::io::IsTerminal;

/// Columns and rows; `None` if stderr is no terminal that a drawing can be redrawn on.
pub(crate) fn size() -> Option<(usize, usize)> {
    let stderr = std::io::stderr();
    if !stderr.is_terminal() || std::env::var_os("TERM").is_none_or(|terminal| terminal == "dumb") {
        return None;
    }
    let size = rustix::termios::tcgetwinsize(&stderr).ok()?;
    // A terminal that does not tell its size gets that of the first ones.
    let or = |cells: u16, default: usize| if cells == 0 { default } else { usize::from(cells) };
    Some((or(size.ws_col, 80), or(size.ws_row, 24)))
}
