//! Several lowered slices become one document: equal parts may repeat,
//! contradictions are errors.

use crate::fault::{Fault, Faults, Result};
use crate::lower::brief;
use crate::pointer;
use crate::report::Report;
use serde_json::{Map, Value};

/// A slice and the file it comes from.
pub type Part = (String, Value);

/// Merges slices in order.
pub fn merge(parts: Vec<Part>, report: &mut Report) -> Result<Value> {
    let mut parts = parts.into_iter();
    let Some((first, mut merged)) = parts.next() else {
        return Ok(Value::Object(Map::new()));
    };
    let mut faults = Faults::default();
    for (file, mut part) in parts {
        if let Some(map) = part.as_object_mut()
            && let Some(info) = map.remove("info")
            && merged.get("info") != Some(&info)
        {
            report.add(
                "merge",
                "/info",
                format!("{file}: left out for that of {first}"),
            );
        }
        unite(&mut merged, part, "", &first, &file, &mut faults);
    }
    faults.into_result()?;
    Ok(merged)
}

fn unite(merged: &mut Value, part: Value, at: &str, first: &str, file: &str, faults: &mut Faults) {
    match (merged, part) {
        (Value::Object(merged), Value::Object(part)) if open(at) => {
            for (name, value) in part {
                match merged.get_mut(&name) {
                    Some(known) => {
                        unite(known, value, &pointer::join(at, &name), first, file, faults);
                    }
                    None => {
                        merged.insert(name, value);
                    }
                }
            }
        }
        (merged, part) if *merged != part => faults.0.push(Fault::at(
            file,
            at,
            format!(
                "contradicts {first}: {} here, {} there",
                brief(&part),
                brief(merged)
            ),
        )),
        _ => {}
    }
}

/// Where a later document may add to an earlier one: paths, methods and
/// components; nothing inside them.
fn open(at: &str) -> bool {
    let depth = at.matches('/').count();
    match at.split('/').nth(1) {
        None => true,
        Some("paths") => depth <= 2,
        Some("components") => depth <= 2,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn part(value: Value) -> Part {
        ("x".to_owned(), value)
    }

    #[test]
    fn parts_add_up() {
        let a = json!({"paths": {"/a": {"get": {"x": 1}}}, "components": {"schemas": {"A": {}}}});
        let b = json!({"paths": {"/a": {"get": {"x": 1}, "put": {}}}, "components": {"schemas": {"B": {}}}});
        let merged = merge(vec![part(a), part(b)], &mut Report::default()).unwrap();
        assert_eq!(
            merged,
            json!({"paths": {"/a": {"get": {"x": 1}, "put": {}}}, "components": {"schemas": {"A": {}, "B": {}}}})
        );
    }

    #[test]
    fn contradictions_name_their_place() {
        let a = json!({"components": {"schemas": {"A": {"type": "string"}}}});
        let b = json!({"components": {"schemas": {"A": {"type": "integer"}}}});
        let faults = merge(vec![part(a), part(b)], &mut Report::default()).unwrap_err();
        assert_eq!(
            faults.0[0].pointer.as_deref(),
            Some("/components/schemas/A")
        );
    }
}
