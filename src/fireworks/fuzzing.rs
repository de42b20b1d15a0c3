//! The cursor of merged lists, for the targets in `fuzz/`.

use super::cursor::Cursor;

/// Reads a cursor, and writes it again: none where it is of another form, and
/// within that none at the end of all lists.
pub fn cursor_again(text: &str) -> Option<Option<String>> {
    Cursor::parse(text).map(|cursor| cursor.write())
}
