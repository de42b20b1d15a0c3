//! JSON pointers (RFC 6901), as text.
//!
//! ```
//! use unitune_diff::pointer;
//!
//! let at = pointer::join("/paths", "/jobs");
//! assert_eq!(at, "/paths/~1jobs");
//! assert_eq!(pointer::split(&at), Some(("/paths", "/jobs".to_owned())));
//! ```

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// Returns the pointer of a member.
#[must_use]
pub fn join(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", escape(key))
}

/// Returns the pointer of an array element.
#[must_use]
pub fn index(pointer: &str, n: usize) -> String {
    format!("{pointer}/{n}")
}

/// Returns one step of a pointer, as it is written.
#[must_use]
pub fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// Returns one written step of a pointer, as the key it means.
#[must_use]
pub fn unescape(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

/// Returns the pointer and last key of a node's parent.
#[must_use]
pub fn split(pointer: &str) -> Option<(&str, String)> {
    let (parent, last) = pointer.rsplit_once('/')?;
    Some((parent, unescape(last)))
}

/// Returns the pointer inside a local reference (`#/a/b`), with percent signs
/// decoded.
#[must_use]
pub fn of_reference(reference: &str) -> Option<String> {
    let fragment = reference.strip_prefix('#')?;
    let decode = || {
        percent_decode_str(fragment)
            .decode_utf8_lossy()
            .into_owned()
    };
    (fragment.is_empty() || fragment.starts_with('/')).then(decode)
}

/// Removes the node at a pointer. False when there is none.
pub fn remove(root: &mut Value, pointer: &str) -> bool {
    let Some((parent, last)) = split(pointer) else {
        return false;
    };
    match root.pointer_mut(parent) {
        Some(Value::Object(map)) => map.remove(&last).is_some(),
        Some(Value::Array(list)) => match last.parse::<usize>() {
            Ok(n) if n < list.len() => {
                list.remove(n);
                true
            }
            _ => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn steps_are_escaped_and_back() {
        assert_eq!(join("/paths", "/a~b"), "/paths/~1a~0b");
        assert_eq!(split("/paths/~1a~0b"), Some(("/paths", "/a~b".to_owned())));
    }

    #[test]
    fn references_are_percent_decoded() {
        assert_eq!(
            of_reference("#/paths/~1a~1%7Bid%7D"),
            Some("/paths/~1a~1{id}".to_owned())
        );
        assert_eq!(of_reference("other.yaml#/a"), None);
        assert_eq!(of_reference("#/a%"), Some("/a%".to_owned()));
    }

    #[test]
    fn removes_from_objects_and_arrays() {
        let mut value = json!({"a": [1, 2], "b": 3});
        assert!(remove(&mut value, "/a/0"));
        assert!(remove(&mut value, "/b"));
        assert!(!remove(&mut value, "/b"));
        assert_eq!(value, json!({"a": [2]}));
    }
}
