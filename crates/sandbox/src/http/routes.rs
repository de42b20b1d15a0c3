//! Tables of operations, and the search for a request's operation in them.

use super::{Call, Reply};
use http::Method;
use percent_encoding::percent_decode_str;

/// The name, method and path of an operation.
#[derive(Debug)]
pub(crate) struct Route {
    /// The operation's name, as faults and recordings write it.
    pub(crate) name: &'static str,
    pub(crate) method: Method,
    /// The path below the vendor's base URL, with `{parameters}`.
    pub(crate) path: &'static str,
    /// Whether it is in the vendor's document, or only in the vendor's SDK.
    pub(crate) documented: bool,
    /// Whether it needs no key, as an upload to a signed URL.
    pub(crate) open: bool,
}

/// One operation of a vendor, answered from the vendor's state: a row of that vendor's table.
#[derive(Debug)]
pub(crate) struct Operation<S: 'static> {
    route: Route,
    run: fn(&mut S, &Call) -> Reply,
}

impl<S> Operation<S> {
    const fn new(
        name: &'static str,
        method: Method,
        path: &'static str,
        run: fn(&mut S, &Call) -> Reply,
    ) -> Operation<S> {
        let route = Route {
            name,
            method,
            path,
            documented: true,
            open: false,
        };
        Operation { route, run }
    }

    /// A row for a GET.
    pub(crate) const fn get(
        name: &'static str,
        path: &'static str,
        run: fn(&mut S, &Call) -> Reply,
    ) -> Operation<S> {
        Operation::new(name, Method::GET, path, run)
    }

    /// A row for a POST.
    pub(crate) const fn post(
        name: &'static str,
        path: &'static str,
        run: fn(&mut S, &Call) -> Reply,
    ) -> Operation<S> {
        Operation::new(name, Method::POST, path, run)
    }

    /// A row for a PUT.
    pub(crate) const fn put(
        name: &'static str,
        path: &'static str,
        run: fn(&mut S, &Call) -> Reply,
    ) -> Operation<S> {
        Operation::new(name, Method::PUT, path, run)
    }

    /// A row for a PATCH.
    pub(crate) const fn patch(
        name: &'static str,
        path: &'static str,
        run: fn(&mut S, &Call) -> Reply,
    ) -> Operation<S> {
        Operation::new(name, Method::PATCH, path, run)
    }

    /// A row for a DELETE.
    pub(crate) const fn delete(
        name: &'static str,
        path: &'static str,
        run: fn(&mut S, &Call) -> Reply,
    ) -> Operation<S> {
        Operation::new(name, Method::DELETE, path, run)
    }

    /// The same row, for what only the vendor's SDK knows.
    pub(crate) const fn undocumented(mut self) -> Operation<S> {
        self.route.documented = false;
        self
    }

    /// The same row, for what needs no key.
    pub(crate) const fn open(mut self) -> Operation<S> {
        self.route.open = true;
        self
    }

    /// Answers a call.
    pub(crate) fn run(&self, state: &mut S, call: &Call) -> Reply {
        (self.run)(state, call)
    }
}

/// A vendor's operations, whatever state they are answered from.
pub(crate) trait OperationTable: Sync {
    /// The routes of the operations, in the order of the table.
    fn routes(&self) -> Box<dyn Iterator<Item = &'static Route>>;
}

impl<S> OperationTable for &'static [Operation<S>] {
    fn routes(&self) -> Box<dyn Iterator<Item = &'static Route>> {
        Box::new(self.iter().map(|operation| &operation.route))
    }
}

/// The operation that a method and a path lead to.
pub(crate) enum Found {
    /// An operation, its index in the table, and the path's parameters.
    Operation(&'static Route, usize, Vec<(&'static str, String)>),
    /// A path that exists, but not with this method.
    OtherMethod,
    /// No operation.
    Nothing,
}

/// Finds an operation. Where several rows match (`/models/limits`, `/{id}`), the first wins.
pub(crate) fn find(table: &dyn OperationTable, method: &Method, path: &str) -> Found {
    let mut found = Found::Nothing;
    for (at, route) in table.routes().enumerate() {
        let Some(parameters) = matches(route.path, path) else {
            continue;
        };
        if route.method == *method {
            return Found::Operation(route, at, parameters);
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
        let parameter = expected
            .strip_prefix('{')
            .and_then(|rest| rest.split_once('}'));
        match parameter {
            // What follows a parameter, as in `{id}:cancel`, ends the part; clients may encode the colon.
            Some((name, end)) => {
                let value = decoded(part);
                let value = value.strip_suffix(end).filter(|it| !it.is_empty())?;
                parameters.push((name, value.to_owned()));
            }
            None if expected == part => {}
            None => return None,
        }
    }
    parts.next().is_none().then_some(parameters)
}

fn decoded(part: &str) -> String {
    percent_decode_str(part).decode_utf8_lossy().into_owned()
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
        for path in ["/jobs/a:stop", "/jobs/a%3Astop"] {
            let expected = Some(vec![("id", "a".to_owned())]);
            assert_eq!(matches("/jobs/{id}:stop", path), expected);
        }
        assert_eq!(matches("/jobs/{id}:stop", "/jobs/a"), None);
        assert_eq!(matches("/jobs/{id}:stop", "/jobs/:stop"), None);
    }
}
