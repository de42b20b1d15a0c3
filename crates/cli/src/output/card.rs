//! A card: one item of output, with a line for each of its values.

use super::Terminal;
use super::text_width::{width, wrap};

/// Returns lines with their titles; what is empty has no line.
pub fn card<T: AsRef<str>>(
    lines: impl IntoIterator<Item = (T, String)>,
    terminal: &Terminal,
) -> String {
    let lines = lines.into_iter().filter(|(_, text)| !text.is_empty());
    let lines: Vec<(T, String)> = lines.collect();
    let widest = lines.iter().map(|(title, _)| width(title.as_ref())).max();
    let indent = widest.unwrap_or(0) + 2;
    let space = terminal
        .width
        .map_or(usize::MAX, |width| width.saturating_sub(indent));
    let mut card = String::new();
    for (title, text) in lines {
        let parts = text.lines().flat_map(|line| wrap(line, space));
        for (n, part) in parts.enumerate() {
            let title = if n == 0 { title.as_ref() } else { "" };
            let gap = " ".repeat(indent - width(title));
            card.push_str(format!("{title}{gap}{part}").trim_end());
            card.push('\n');
        }
    }
    card
}
