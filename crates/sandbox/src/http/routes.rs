//! Tables of operations, and finding a request's operation in them.

use super::{Call, Reply, percent_decode};
use crate::state::World;
use http::Method;

/// What answers an operation.
type Run = fn(&mut World, &Call) -> Reply;

/// One operation of a vendor: a row of that vendor's table.
#[derive(Debug)]
pub(crate) struct Operation {
    /// The operation's name, as faults and recordings call it.
    pub(crate) name: &'static str,
    /// The method.
    pub(crate) method: Method,
    /// The path below the vendor's base URL, with `{parameters}`.
    pub(crate) path: &'static str,
    /// What answers it.
    pub(crate) run: Run,
    /// Whether it is in the vendor's document, or only in the vendor's SDK.
    pub(crate) documented: bool,
    /// Whether it needs no key, as an upload to a signed URL.
    pub(crate) open: bool,
}

impl Operation {
    const fn new(name: &'static str, method: Method, path: &'static str, run: Run) -> Operation {
        Operation {
            name,
            method,
            path,
            run,
            documented: true,
            open: false,
        }
    }

    /// A row for a GET.
    pub(crate) const fn get(name: &'static str, path: &'static str, run: Run) -> Operation {
        Operation::new(name, Method::GET, path, run)
    }

    /// A row for a POST.
    pub(crate) const fn post(name: &'static str, path: &'static str, run: Run) -> Operation {
        Operation::new(name, Method::POST, path, run)
    }

    /// A row for a PUT.
    pub(crate) const fn put(name: &'static str, path: &'static str, run: Run) -> Operation {
        Operation::new(name, Method::PUT, path, run)
    }

    /// A row for a DELETE.
    pub(crate) const fn delete(name: &'static str, path: &'static str, run: Run) -> Operation {
        Operation::new(name, Method::DELETE, path, run)
    }

    /// The same row, for what only the vendor's SDK knows.
    pub(crate) const fn undocumented(mut self) -> Operation {
        self.documented = false;
        self
    }

    /// The same row, for what needs no key.
    pub(crate) const fn open(mut self) -> Operation {
        self.open = true;
        self
    }
}

/// What a method and a path lead to.
pub(crate) enum Found {
    /// An operation, and the path's parameters.
    Operation(&'static Operation, Vec<(&'static str, String)>),
    /// A path that exists, but not with this method.
    OtherMethod,
    /// Nothing.
    Nothing,
}

/// Finds an operation. Where several rows match (`/models/limits`, `/{id}`), the first wins.
pub(crate) fn find(table: &'static [Operation], method: &Method, path: &str) -> Found {
    let mut found = Found::Nothing;
    for operation in table {
        let Some(parameters) = matches(operation.path, path) else {
            continue;
        };
        if operation.method == *method {
            return Found::Operation(operation, parameters);
        }
        found = Found::OtherMethod;
    }
    found
}

fn matches(pattern: &'static str, path: &str) -> Option<Vec<(&'static str, String)>> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let mut parts = path.split('/');
    let mut parameters = Vec::new();
    for expected in pattern.split('/') {
        let part = parts.next()?;
        match expected
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'))
        {
            Some(_) if part.is_empty() => return None,
            Some(name) => parameters.push((name, percent_decode(part))),
            None if expected == part => {}
            None => return None,
        }
    }
    parts.next().is_none().then_some(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_whole_paths_only() {
        assert_eq!(
            matches("/files/{id}/content", "/files/a%2Fb/content"),
            Some(vec![("id", "a/b".to_owned())])
        );
        assert_eq!(matches("/files/{id}", "/files/"), None);
        assert_eq!(matches("/files/{id}", "/files/a/b"), None);
        assert_eq!(matches("/files", "/files/"), Some(vec![]));
    }
}
