//! Finds the lines of YAML text by pointer, in block style. Flow style and
//! anchors count for the line that they start on.

use crate::pointer;
use std::collections::HashMap;

/// One open collection.
struct Level {
    indent: usize,
    pointer: String,
    /// The next element, in a list.
    next: usize,
    list: bool,
}

/// Returns where members and elements start, by their indentation.
pub(super) fn lines(text: &str) -> HashMap<String, usize> {
    let mut lines = HashMap::from([(String::new(), 1)]);
    let mut open: Vec<Level> = Vec::new();
    // The pointer of the member whose value comes on the next lines.
    let mut pending = (String::new(), 0);
    // Inside a block of text: everything indented deeper is text.
    let mut block: Option<usize> = None;
    for (n, line) in text.lines().enumerate() {
        let trimmed = line.trim_start();
        if trimmed.is_empty() || trimmed.starts_with('#') || trimmed.starts_with("---") {
            continue;
        }
        let mut indent = line.len() - trimmed.len();
        if block.is_some_and(|outer| indent > outer) {
            continue;
        }
        block = None;
        let mut rest = trimmed;
        loop {
            let item = rest == "-" || rest.starts_with("- ");
            // A list may stand at the indentation of the member that holds it.
            while open.last().is_some_and(|level| {
                level.indent > indent || (level.indent == indent && level.list && !item)
            }) {
                open.pop();
            }
            let same = open
                .last()
                .is_some_and(|level| level.indent == indent && level.list == item);
            if !same {
                open.push(Level {
                    indent,
                    pointer: pending.0.clone(),
                    next: 0,
                    list: item,
                });
            }
            let Some(level) = open.last_mut() else { break };
            if item {
                let place = pointer::index(&level.pointer, level.next);
                level.next += 1;
                lines.insert(place.clone(), n + 1);
                pending = (place, indent);
                let inner = rest.trim_start_matches('-').trim_start();
                indent += rest.len() - inner.len();
                rest = inner;
                if rest.is_empty() {
                    break;
                }
                continue;
            }
            if let Some((key, value)) = member(rest) {
                let place = pointer::join(&level.pointer, &key);
                lines.insert(place.clone(), n + 1);
                pending = (place, indent);
                if value.starts_with('|') || value.starts_with('>') {
                    block = Some(indent);
                }
            }
            break;
        }
    }
    lines
}

/// Returns the key of a member, and what stands behind the colon.
fn member(text: &str) -> Option<(String, &str)> {
    for quote in ['"', '\''] {
        if let Some(rest) = text.strip_prefix(quote) {
            let (key, rest) = rest.split_once(quote)?;
            let value = rest.trim_start().strip_prefix(':')?;
            return Some((key.to_owned(), value.trim_start()));
        }
    }
    let (key, value) = match text.split_once(": ") {
        Some((key, value)) => (key, value),
        None => (text.trim_end().strip_suffix(':')?, ""),
    };
    Some((key.trim_end().to_owned(), value.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn members_and_elements_have_their_lines() {
        let text = "a:\n  'b/c':\n    - x: 1\n      y: 2\n    - z\n  d: |\n    e: no\n    f\n  g:\n  - h: 1\ni: 2\n";
        let lines = lines(text);
        let expected = [
            ("/a", 1),
            ("/a/b~1c", 2),
            ("/a/b~1c/0", 3),
            ("/a/b~1c/0/x", 3),
            ("/a/b~1c/0/y", 4),
            ("/a/b~1c/1", 5),
            ("/a/d", 6),
            ("/a/g", 9),
            ("/a/g/0/h", 10),
            ("/i", 11),
        ];
        for (pointer, line) in expected {
            assert_eq!(lines.get(pointer), Some(&line), "{pointer}");
        }
        assert!(!lines.contains_key("/a/d/e"));
    }
}
