//! Escapes what comes out of documents for Markdown, HTML, terminals and GitHub's
//! commands: the vendor wrote it, and it may contain anything.

use crate::escape_control::escape_control;

/// A stretch of a sentence.
enum Span<'t> {
    Text(&'t str),
    Code(&'t str),
}

/// Returns a sentence by its code spans: between as many backticks as opened
/// them.
fn spans(text: &str) -> Vec<Span<'_>> {
    let mut spans = Vec::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(start) = rest[from..].find('`').map(|start| start + from) {
        let fence = run(&rest[start..]);
        let inside = start + fence;
        match closing(&rest[inside..], fence) {
            Some(length) => {
                spans.push(Span::Text(&rest[..start]));
                spans.push(Span::Code(&rest[inside..inside + length]));
                rest = &rest[inside + length + fence..];
                from = 0;
            }
            None => from = inside,
        }
    }
    spans.push(Span::Text(rest));
    spans
}

/// Returns how many backticks a text starts with.
fn run(text: &str) -> usize {
    text.len() - text.trim_start_matches('`').len()
}

/// Returns where a code span of that many backticks ends.
fn closing(text: &str, fence: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(start) = text[at..].find('`').map(|start| start + at) {
        let found = run(&text[start..]);
        if found == fence {
            return Some(start);
        }
        at = start + found;
    }
    None
}

/// Returns what a code span holds, without the spaces that keep backticks
/// apart.
fn content(code: &str) -> &str {
    let inner = code.strip_prefix(' ').and_then(|c| c.strip_suffix(' '));
    let needed = |inner: &&str| inner.starts_with('`') || inner.ends_with('`');
    inner.filter(needed).unwrap_or(code)
}

/// Returns a sentence for a terminal: without the marks of code.
#[must_use]
pub(super) fn plain(text: &str) -> String {
    let spans = spans(text).into_iter();
    let texts = spans.map(|span| match span {
        Span::Text(text) => escape_control(text),
        Span::Code(code) => escape_control(content(code)),
    });
    texts.collect()
}

/// Returns a sentence for Markdown, in headings and cells of tables too.
#[must_use]
pub(super) fn markdown(text: &str) -> String {
    let spans = spans(text).into_iter();
    let texts = spans.map(|span| match span {
        Span::Text(text) => words(text),
        Span::Code(text) => code(content(text)),
    });
    texts.collect()
}

/// Returns a name as code in Markdown.
#[must_use]
pub(super) fn code(text: &str) -> String {
    let text = escape_control(text);
    if text.is_empty() {
        return String::new();
    }
    // A cell ends at `|`, in code as well; there is no way to write it but HTML.
    if text.contains('|') {
        return format!("<code>{}</code>", words(&text));
    }
    crate::finding::code(&text)
}

/// Words in Markdown that are nothing but words.
fn words(text: &str) -> String {
    let text = escape_control(text);
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    for (n, c) in chars.iter().enumerate() {
        let beside = |at: Option<usize>| {
            let c = at.and_then(|at| chars.get(at));
            c.is_some_and(|c| c.is_alphanumeric())
        };
        match c {
            // Inside a word it is a letter.
            '_' if beside(n.checked_sub(1)) && beside(Some(n + 1)) => out.push('_'),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '$' | '!' => {
                out.push('\\');
                out.push(*c);
            }
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '|' => out.push_str("&#124;"),
            // No user is mentioned, and no issue is linked.
            '@' | '#' => {
                out.push(*c);
                out.push_str("&#8203;");
            }
            c => out.push(*c),
        }
    }
    out
}

/// Escapes text inside an HTML element.
#[must_use]
pub(super) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in escape_control(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '@' | '#' => {
                out.push(c);
                out.push_str("&#8203;");
            }
            c => out.push(c),
        }
    }
    out
}

/// Returns the message of a workflow command; its own line breaks stay.
#[must_use]
pub(super) fn message(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| escape_control(line)).collect();
    data(&lines.join("\n"))
}

/// Returns a property of a workflow command.
#[must_use]
pub(super) fn property(text: &str) -> String {
    data(&escape_control(text))
        .replace(':', "%3A")
        .replace(',', "%2C")
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::{code, markdown, plain, property};
    use crate::escape_control::escape_control;

    #[test]
    fn words_are_words() {
        let cases = [
            ("a | b", "a &#124; b"),
            ("<img src=x>", "&lt;img src=x&gt;"),
            ("@octocat", "@&#8203;octocat"),
            ("[x](y) *z*", "\\[x\\](y) \\*z\\*"),
            ("fine_tuning", "fine_tuning"),
            ("a\n## H", "a\\\\n#&#8203;#&#8203; H"),
            ("one ` alone", "one \\` alone"),
        ];
        for (text, expected) in cases {
            assert_eq!(markdown(text), expected, "{text}");
        }
    }

    #[test]
    fn code_is_code() {
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("a|<b>"), "<code>a&#124;&lt;b&gt;</code>");
        let sentence = format!("x {} y", crate::finding::code("a``b`"));
        assert_eq!(markdown(&sentence), "x ``` a``b` ``` y");
        assert_eq!(plain(&sentence), "x a``b` y");
    }

    #[test]
    fn hidden_characters_are_shown() {
        assert_eq!(
            escape_control("\u{1b}[31m\u{202e}\u{7}"),
            "\\u{1b}[31m\\u{202e}\\u{7}"
        );
        assert_eq!(property("a:b,c%\n"), "a%3Ab%2Cc%25\\n");
    }
}
