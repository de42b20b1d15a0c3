//! Width and colours of the terminal.

use std::io::IsTerminal;

/// Width and colour of where stdout goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terminal {
    /// Columns; none where stdout is no terminal (a pipe, a file).
    pub width: Option<usize>,
    /// Whether colour may be used.
    pub colour: bool,
}

impl Terminal {
    /// No limit and no colour.
    pub const PLAIN: Self = Self {
        width: None,
        colour: false,
    };

    pub fn of_stdout() -> Self {
        if !std::io::stdout().is_terminal() {
            return Self::PLAIN;
        }
        let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|t| t == "dumb");
        Self {
            width: terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)),
            colour: !set("NO_COLOR") && !dumb,
        }
    }
}
