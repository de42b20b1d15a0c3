//! Width and colours of the terminal.

use std::io::IsTerminal;

/// Width and colour of where stdout goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terminal {
    /// Whether stdout is a terminal.
    pub is_terminal: bool,
    /// Columns; none where stdout is no terminal (a pipe, a file).
    pub width: Option<usize>,
    /// Whether colour may be used.
    pub colour: bool,
}

impl Terminal {
    /// A part of a full screen, which colours texts itself.
    #[cfg(feature = "top")]
    pub const FULL_SCREEN: Self = Self {
        is_terminal: true,
        width: None,
        colour: false,
    };

    /// No limit and no colour.
    #[cfg(test)]
    pub const PLAIN: Self = Self {
        is_terminal: false,
        width: None,
        colour: false,
    };

    pub fn of_stdout() -> Self {
        let is_terminal = std::io::stdout().is_terminal();
        let width = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        Self {
            is_terminal,
            width: width.filter(|width| is_terminal && *width > 0),
            colour: colour(is_terminal, &|name| {
                std::env::var(name).ok().filter(|value| !value.is_empty())
            }),
        }
    }
}

/// `NO_COLOR` comes before `CLICOLOR_FORCE`, and that before what the terminal
/// can do.
fn colour(is_terminal: bool, variable: &dyn Fn(&str) -> Option<String>) -> bool {
    if variable("NO_COLOR").is_some() {
        return false;
    }
    if variable("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
        return true;
    }
    let is_dumb = variable("TERM").is_some_and(|term| term == "dumb");
    let is_rejected = variable("CLICOLOR").is_some_and(|value| value == "0");
    is_terminal && !is_dumb && !is_rejected
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_come_before_what_the_terminal_can_do() {
        let with = |is_terminal, set: &[(&str, &str)]| {
            colour(is_terminal, &|name| {
                let found = set.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        assert!(with(true, &[]));
        assert!(!with(false, &[]));
        assert!(with(false, &[("CLICOLOR_FORCE", "1")]));
        assert!(!with(false, &[("CLICOLOR_FORCE", "0")]));
        assert!(!with(true, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
        assert!(!with(true, &[("CLICOLOR", "0")]));
        assert!(!with(true, &[("TERM", "dumb")]));
    }
}
