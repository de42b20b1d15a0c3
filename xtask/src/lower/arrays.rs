//! Rules for arrays.

use super::rule::{Schema, Site};
use serde_json::{Value, json};

/// A tuple: `prefixItems`, or the older list under `items`.
pub fn prefix_items(schema: &mut Schema, site: &mut Site<'_>) {
    let (keyword, mut items) = match (schema.remove("prefixItems"), schema.get("items")) {
        (Some(Value::Array(items)), _) => ("prefixItems", items),
        (None, Some(Value::Array(items))) => ("items", items.clone()),
        _ => return,
    };
    // What may follow the named items.
    let rest = schema
        .remove("items")
        .filter(|rest| keyword == "prefixItems" && rest.get("not").is_none())
        .filter(|rest| rest.as_object().is_some_and(|rest| !rest.is_empty()));
    items.extend(rest);
    let mut unique: Vec<Value> = Vec::new();
    for item in items {
        if !unique.contains(&item) {
            unique.push(item);
        }
    }
    site.note(keyword, "is now a list of any of these items");
    let any = unique
        .iter()
        .any(|item| item.as_object().is_some_and(Schema::is_empty));
    let items = match unique.len() {
        0 => json!({}),
        _ if any => json!({}),
        1 => unique.remove(0),
        _ => {
            // The union's own rules have not seen it: they run on a parent.
            let mut union = Schema::new();
            union.insert("oneOf".to_owned(), Value::Array(unique));
            super::unions::settle(&mut union, site);
            Value::Object(union)
        }
    };
    schema.insert("items".to_owned(), items);
}

/// An array without items holds anything.
pub fn items(schema: &mut Schema, site: &mut Site<'_>) {
    if schema.get("type").and_then(Value::as_str) == Some("array") && !schema.contains_key("items")
    {
        site.note("", "an array without items holds anything");
        schema.insert("items".to_owned(), json!({}));
    }
}

/// `minItems` on the items of an array that are no arrays themselves.
pub fn counts(schema: &mut Schema, site: &mut Site<'_>) {
    for keyword in ["minItems", "maxItems", "uniqueItems"] {
        let Some(Value::Object(items)) = schema.get_mut("items") else {
            return;
        };
        let scalar = matches!(
            items.get("type").and_then(Value::as_str),
            Some("string" | "number" | "integer" | "boolean" | "object")
        );
        if !scalar {
            return;
        }
        let Some(count) = items.remove(keyword) else {
            continue;
        };
        if schema.contains_key(keyword) {
            site.note(
                "items",
                format!("{keyword} is left out: the array says its own"),
            );
        } else {
            site.note("items", format!("{keyword} now applies to the array"));
            schema.insert(keyword.to_owned(), count);
        }
    }
}
