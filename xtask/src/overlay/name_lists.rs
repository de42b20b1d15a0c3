//! Lists of names in JSONPath: `properties['first_id', 'last_id']`.

use serde_json::Value;
use serde_json_path::JsonPath;

/// Returns the names in the lists of a path that match nothing in a document, whatever
/// stands for the names of other lists. A list in a filter is left out.
pub(super) fn unmatched(path: &str, document: &Value) -> Vec<String> {
    let mut unmatched = Vec::new();
    for (start, end, names) in lists(path) {
        for name in names {
            let one = format!("{}[{name}]{}", &path[..start], &path[end..]);
            let found = JsonPath::parse(&one).is_ok_and(|one| one.query(document).is_empty());
            if found {
                unmatched.push(name.to_owned());
            }
        }
    }
    unmatched
}

/// Returns the lists of two or more names in a path: where each starts and ends, and the
/// names with their quotes.
fn lists(path: &str) -> Vec<(usize, usize, Vec<&str>)> {
    let mut found = Vec::new();
    let mut start = 0;
    while let Some(open) = path[start..].find('[').map(|at| start + at) {
        let end = open + length(&path[open..]);
        if let Some(names) = names(&path[open + 1..end - 1])
            && names.len() > 1
        {
            found.push((open, end, names));
        }
        start = end;
    }
    found
}

/// Returns the length of the brackets at the start of a text, with what is in them.
fn length(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), c) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '[') => depth += 1,
            (None, ']') => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            (None, _) => {}
        }
    }
    text.len()
}

/// Returns the names in brackets; `None` where something else is in them.
fn names(inside: &str) -> Option<Vec<&str>> {
    let mut names = Vec::new();
    let mut rest = inside.trim();
    loop {
        let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        let mut escaped = false;
        let close = rest[1..].char_indices().find(|(_, c)| {
            let closes = *c == quote && !escaped;
            escaped = *c == '\\' && !escaped;
            closes
        });
        let end = close?.0 + 2;
        names.push(&rest[..end]);
        rest = rest[end..].trim_start();
        match rest.strip_prefix(',') {
            Some(more) => rest = more.trim_start(),
            None if rest.is_empty() => return Some(names),
            None => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_name_of_a_list_matches_somewhere() {
        let document = json!({"A": {"p": {"x": 1, "it's]": 2}}, "B": {"p": {"y": [{"n": "a"}]}}});
        let of = |path: &str| unmatched(path, &document);
        assert_eq!(of("$['A', 'B'].p['x', 'y']"), [""; 0]);
        assert_eq!(of("$['A','C'].p['x', 'z']"), ["'C'", "'z'"]);
        assert_eq!(of(r#"$.A.p['it\'s]', "x", "gone"]"#), ["\"gone\""]);
        assert_eq!(of("$.C"), [""; 0]);
        assert_eq!(of("$.B.p.y[?@['n','m'] == 'a']"), [""; 0]);
        assert_eq!(of("$.B.p.y[0, 7]"), [""; 0]);
        assert_eq!(of("$.B.p.y[*]['n', 'm']"), ["'m'"]);
    }
}
