//! OperationIds: the document's own, or, where it has none or two that are one
//! name in Rust, names made from method and path.

use crate::selected_operation::Selected;
use heck::{ToLowerCamelCase, ToSnakeCase};
use std::collections::BTreeMap;

/// An operation without a name, or with one that is not settled.
#[derive(Clone, Debug)]
pub struct Unnamed {
    /// `get`, `post`, …
    pub method: String,
    /// The path, as in the document.
    pub path: String,
    /// The operationId that is the operation's own.
    pub own: Option<String>,
    /// Whether the path is a reference: what it leads to stands elsewhere too.
    pub shared: bool,
}

/// How a name is made from method and path, from the plainest to one that
/// no other operation can have.
const SPELLINGS: &[fn(&str, &str) -> String] = &[plain, spelled, placed, exact];

/// Names operations. Only where an operationId itself stands twice are two
/// names the same.
#[must_use]
pub fn named(mut operations: Vec<Unnamed>) -> Vec<Selected> {
    operations.sort_by(|a, b| (&a.path, &a.method).cmp(&(&b.path, &b.method)));
    // Name in Rust → the operationId that has it.
    let mut taken: BTreeMap<String, String> = BTreeMap::new();
    let mut names: Vec<Option<String>> = Vec::new();
    for operation in &operations {
        let own = operation.own.as_ref().filter(|own| {
            let known = taken.contains_key(&own.to_snake_case());
            let first = taken
                .entry(own.to_snake_case())
                .or_insert_with(|| (*own).clone());
            *first == **own && !(known && operation.shared)
        });
        names.push(own.cloned());
    }
    for spelling in SPELLINGS {
        let mut wanted: BTreeMap<String, Vec<(usize, String)>> = BTreeMap::new();
        for (n, operation) in operations.iter().enumerate() {
            if names[n].is_none() {
                let name = spelling(&operation.method, &operation.path);
                wanted
                    .entry(name.to_snake_case())
                    .or_default()
                    .push((n, name));
            }
        }
        for (key, mut found) in wanted {
            if let (Some((n, name)), true, false) =
                (found.pop(), found.is_empty(), taken.contains_key(&key))
            {
                taken.insert(key, name.clone());
                names[n] = Some(name);
            }
        }
    }
    operations
        .into_iter()
        .zip(names)
        .map(|(operation, name)| Selected {
            id: name.unwrap_or_else(|| exact(&operation.method, &operation.path)),
            method: operation.method,
            path: operation.path,
        })
        .collect()
}

/// Returns a name from method and path: `get /a/{b}` → `getAB`.
fn plain(method: &str, path: &str) -> String {
    format!("{method} {path}").to_lower_camel_case()
}

/// Returns a name with the signs that distinguish paths as words: `get /a/{b}`
/// → `getAByB`, `get /a-b` → `getADashB`.
fn spelled(method: &str, path: &str) -> String {
    const WORDS: &[(char, &str)] = &[
        ('/', " "),
        ('{', " by "),
        ('}', " "),
        ('-', " dash "),
        ('_', " underscore "),
        ('.', " dot "),
        (':', " colon "),
    ];
    let mut text = format!("{method} ");
    for c in path.chars() {
        match WORDS.iter().find(|(sign, _)| *sign == c) {
            Some((_, word)) => text.push_str(word),
            None => text.push(c),
        }
    }
    if path.len() > 1 && path.ends_with('/') {
        text.push_str(" slash");
    }
    text.to_lower_camel_case()
}

/// Returns where an operationId is the plain name of another operation: `get
/// /b` → `getAtB`.
fn placed(method: &str, path: &str) -> String {
    spelled(&format!("{method} at"), path)
}

/// Returns a name with all characters but small letters and digits as code
/// points.
fn exact(method: &str, path: &str) -> String {
    let mut text = method.to_owned();
    for c in path.chars() {
        if c.is_ascii_lowercase() || c.is_ascii_digit() {
            text.push(c);
        } else {
            text.push_str(&format!(" u{:04x} ", u32::from(c)));
        }
    }
    text.to_lower_camel_case()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(operations: &[(&str, Option<&str>)]) -> Vec<String> {
        let operations = operations.iter().map(|(path, own)| Unnamed {
            method: "get".to_owned(),
            path: (*path).to_owned(),
            own: own.map(str::to_owned),
            shared: path.starts_with("/shared"),
        });
        let named = named(operations.collect());
        named.into_iter().map(|s| s.id).collect()
    }

    #[test]
    fn names_tell_operations_apart() {
        assert_eq!(
            ids(&[("/a/b", None), ("/a-b", None)]),
            ["getADashB", "getAB"]
        );
        assert_eq!(
            ids(&[("/a/b", None), ("/a/{b}", None)]),
            ["getAB", "getAByB"]
        );
        assert_eq!(
            ids(&[("/a", None), ("/a/", None), ("/A", None)]),
            ["getU002fU0041", "getU002fA", "getASlash"]
        );
        assert_eq!(
            ids(&[
                ("/a", Some("list")),
                ("/b", Some("List")),
                ("/z", Some("getB"))
            ]),
            ["list", "getAtB", "getB"]
        );
    }

    #[test]
    fn only_an_operation_id_that_stands_twice_is_the_same() {
        assert_eq!(ids(&[("/a", Some("x")), ("/b", Some("x"))]), ["x", "x"]);
        let shared = [("/shared/a", Some("x")), ("/shared/b", Some("x"))];
        assert_eq!(ids(&shared), ["x", "getSharedB"]);
    }
}
