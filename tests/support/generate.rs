//! Bodies as a vendor's document describes them, and a little beyond: strange
//! words in enumerations, times in every form, undocumented members.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;
use serde_json::{Map, Value};

const REF: &str = "#/components/schemas/";

/// Values of one component of a document.
pub fn component(document: &Value, name: &str) -> BoxedStrategy<Value> {
    schema(document, &document["components"]["schemas"][name], name)
}

fn schema(document: &Value, schema: &Value, name: &str) -> BoxedStrategy<Value> {
    let nullable = schema["nullable"].as_bool().unwrap_or_default();
    let inner = one(document, schema, name);
    if nullable {
        Union::new_weighted(vec![(1, Just(Value::Null).boxed()), (4, inner)]).boxed()
    } else {
        inner
    }
}

fn one(document: &Value, schema: &Value, name: &str) -> BoxedStrategy<Value> {
    if let Some(target) = schema["$ref"].as_str() {
        let target = target.strip_prefix(REF).expect("a component");
        return component(document, target);
    }
    if let Some([only]) = schema["allOf"].as_array().map(Vec::as_slice) {
        return self::schema(document, only, name);
    }
    for key in ["oneOf", "anyOf"] {
        if let Some(branches) = schema[key].as_array() {
            let branches = branches.iter().map(|b| self::schema(document, b, name));
            return Union::new(branches).boxed();
        }
    }
    if let Some(words) = schema["enum"].as_array() {
        let known = select(words.clone());
        if words.len() == 1 {
            return known.boxed();
        }
        let strange = "[A-Za-z_]{0,12}".prop_map(Value::from);
        return prop_oneof![9 => known, 1 => strange].boxed();
    }
    match schema["type"].as_str() {
        Some("object") => object(document, schema, name),
        Some("array") => vec(self::schema(document, &schema["items"], name), 0..4)
            .prop_map(Value::from)
            .boxed(),
        Some("boolean") => any::<bool>().prop_map(Value::from).boxed(),
        Some("integer") => integer(name).prop_map(Value::from).boxed(),
        Some("number") => prop_oneof![Just(0.0), 1e-6..1e6_f64]
            .prop_map(Value::from)
            .boxed(),
        Some("string") if schema["format"] == "date-time" => time(),
        Some("string") => prop_oneof![1 => Just(String::new()), 6 => "[a-zA-Z0-9 _./:-]{1,24}"]
            .prop_map(Value::from)
            .boxed(),
        _ => leaf().boxed(),
    }
}

fn object(document: &Value, schema: &Value, name: &str) -> BoxedStrategy<Value> {
    let Some(properties) = schema["properties"].as_object() else {
        return btree_map("[a-z_]{1,10}", free(schema), 0..4)
            .prop_map(|members| members.into_iter().collect::<Map<String, Value>>().into())
            .boxed();
    };
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let members: Vec<BoxedStrategy<Option<(String, Value)>>> = properties
        .iter()
        .map(|(property, inner)| {
            let property = property.clone();
            let must = required.contains(&property.as_str());
            let value = self::schema(document, inner, &property);
            let member = value
                .prop_map(move |value| Some((property.clone(), value)))
                .boxed();
            if must {
                member
            } else {
                prop_oneof![1 => Just(None), 3 => member].boxed()
            }
        })
        .collect();
    // An undocumented member, where the vendor may add some.
    let beyond = prop_oneof![
        6 => Just(None),
        1 => ("zz_[a-z]{1,8}", leaf()).prop_map(Some),
    ];
    let _ = name;
    (members, beyond)
        .prop_map(|(members, beyond)| {
            members
                .into_iter()
                .flatten()
                .chain(beyond)
                .collect::<Map<String, Value>>()
                .into()
        })
        .boxed()
}

fn free(schema: &Value) -> BoxedStrategy<Value> {
    match schema["additionalProperties"]["type"].as_str() {
        Some("string") => "[a-z]{0,8}".prop_map(Value::from).boxed(),
        Some("number") => (0.0..1e6_f64).prop_map(Value::from).boxed(),
        _ => leaf().boxed(),
    }
}

pub fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        "[a-z0-9]{0,10}".prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
    ]
}

/// Times as numbers stay in a range in which some are before others.
fn integer(name: &str) -> BoxedStrategy<i64> {
    match name {
        "created_at" | "finished_at" | "estimated_finish" => {
            (1_700_000_000..1_700_100_000_i64).boxed()
        }
        _ => prop_oneof![2 => Just(0), 5 => 1..100_000_i64, 1 => any::<i64>()].boxed(),
    }
}

/// Every form of a time that the vendors send, and some that are none.
fn time() -> BoxedStrategy<Value> {
    let moment = (0..24_u8, 0..60_u8, 0..60_u8);
    let text = (
        moment,
        0..=9_usize,
        select(vec!["Z", "+01:00", "-00:00", ""]),
    )
        .prop_map(|((h, m, s), digits, zone)| {
            let fraction = match &"123456789"[..digits] {
                "" => String::new(),
                digits => format!(".{digits}"),
            };
            Value::from(format!("2025-03-04T{h:02}:{m:02}:{s:02}{fraction}{zone}"))
        });
    prop_oneof![
        6 => text,
        1 => Just(Value::from("")),
        1 => Just(Value::from("soon")),
        1 => (1_741_000_000..1_741_100_000_i64).prop_map(Value::from),
    ]
    .boxed()
}

/// Any JSON at all.
pub fn anything() -> BoxedStrategy<Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    scalar
        .prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..4).prop_map(Value::from),
                btree_map(".{0,8}", inner, 0..4)
                    .prop_map(|m| m.into_iter().collect::<Map<String, Value>>().into()),
            ]
        })
        .boxed()
}
