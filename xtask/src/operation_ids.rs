//! OperationIds: the document's own, or, where it has none, or one that another
//! operation has in Rust, names made from method and path.

use crate::selected_operation::Selected;
use heck::{ToLowerCamelCase, ToSnakeCase};
use std::collections::{BTreeMap, BTreeSet};

/// An operation without a name, or with one that is not settled.
#[derive(Clone, Debug)]
pub struct Unnamed {
    /// `get`, `post`, …
    pub method: String,
    /// The path, as in the document.
    pub path: String,
    /// The operationId that is the operation's own.
    pub own: Option<String>,
}

/// How a name is made from method and path, from the plainest to one that
/// no other operation can have.
const SPELLINGS: &[fn(&str, &str) -> String] = &[plain, spelled, placed, exact];

/// Names operations, each differently: of several with one operationId the first has
/// it.
#[must_use]
pub fn named(mut operations: Vec<Unnamed>) -> Vec<Selected> {
    operations.sort_by(|a, b| (&a.path, &a.method).cmp(&(&b.path, &b.method)));
    // Names in Rust.
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut names: Vec<Option<String>> = Vec::new();
    for operation in &operations {
        let own = operation.own.as_ref();
        let own = own.filter(|own| taken.insert(own.to_snake_case()));
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
                (found.pop(), found.is_empty(), taken.contains(&key))
            {
                taken.insert(key);
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

/// Returns the names of operations of which some have a name from elsewhere: of two
/// that are one name in Rust, the other one is made from method and path.
#[must_use]
pub fn with_names(
    mut operations: Vec<Selected>,
    names: &BTreeMap<(String, String), String>,
) -> Vec<Selected> {
    let given = |one: &Selected| names.get(&(one.path.clone(), one.method.clone()));
    let taken: BTreeSet<String> = operations
        .iter()
        .filter_map(given)
        .map(|id| id.to_snake_case())
        .collect();
    for operation in &mut operations {
        if let Some(id) = given(operation) {
            operation.id.clone_from(id);
        } else if taken.contains(&operation.id.to_snake_case()) {
            operation.id = exact(&operation.method, &operation.path);
        }
    }
    operations
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
    fn an_operation_id_that_stands_twice_is_that_of_the_first() {
        assert_eq!(ids(&[("/a", Some("x")), ("/b", Some("x"))]), ["x", "getB"]);
    }

    #[test]
    fn a_name_from_elsewhere_comes_before_an_operation_id() {
        let selected = |path: &str, id: &str| Selected {
            method: "get".to_owned(),
            path: path.to_owned(),
            id: id.to_owned(),
        };
        let operations = vec![selected("/a", "list"), selected("/b", "other")];
        let names = BTreeMap::from([(("/b".to_owned(), "get".to_owned()), "list".to_owned())]);
        let named = with_names(operations, &names);
        let ids: Vec<&str> = named.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(ids, ["getU002fA", "list"]);
    }
}
