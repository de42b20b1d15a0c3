//! Moves in a list that is longer than the screen.

use std::ops::Range;

use ratatui::crossterm::event::KeyCode;

/// Returns by how many rows a key moves in a list of which so many rows are shown;
/// none of a key that does not.
pub fn moved_by(key: KeyCode, page: usize) -> Option<isize> {
    let page = isize::try_from(page).unwrap_or(isize::MAX);
    Some(match key {
        KeyCode::Up | KeyCode::Char('k') => -1,
        KeyCode::Down | KeyCode::Char('j') => 1,
        KeyCode::PageUp => -page,
        KeyCode::PageDown | KeyCode::Char(' ') => page,
        KeyCode::Home | KeyCode::Char('g') => isize::MIN,
        KeyCode::End | KeyCode::Char('G') => isize::MAX,
        _ => return None,
    })
}

/// The part of a list that is shown.
#[derive(Debug, Default)]
pub struct Scroll {
    first: usize,
    page: usize,
    rows: usize,
}

impl Scroll {
    /// Takes in how many rows there are and fit, and returns those that are shown.
    pub fn fit(&mut self, rows: usize, page: usize) -> Range<usize> {
        (self.rows, self.page) = (rows, page);
        self.first = self.first.min(rows.saturating_sub(page));
        self.first..(self.first + page).min(rows)
    }

    /// Takes in a key, and returns false where it moves nothing.
    pub fn key(&mut self, key: KeyCode) -> bool {
        let Some(by) = moved_by(key, self.page) else {
            return false;
        };
        let last = self.rows.saturating_sub(self.page);
        self.first = self.first.saturating_add_signed(by).min(last);
        true
    }

    /// Returns true where not all rows are shown.
    pub fn is_longer(&self) -> bool {
        self.page < self.rows
    }

    /// Says which rows are shown, where that is not all of them: `jobs 1–20 of 43`.
    pub fn shown(&self, what: &str) -> Option<String> {
        let last = (self.first + self.page).min(self.rows);
        let first = (self.first + 1).min(last);
        self.is_longer()
            .then(|| format!("{what} {first}–{last} of {}", self.rows))
    }
}
