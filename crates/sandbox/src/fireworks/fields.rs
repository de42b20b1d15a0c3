//! Tables of fields: what a body may hold, and what an unset field is written out as.

use crate::http::{ErrorResponse, Fields};
use serde_json::{Map, Value, json};

/// What a field holds.
#[derive(Debug)]
pub(super) enum Type {
    Text,
    /// A key: checked, and never kept.
    Secret,
    /// A word of a table; the first is the one for unset.
    Choice(&'static [&'static str]),
    Flag,
    Integer,
    /// 64 bits, written as a text.
    Long,
    Number,
    Time,
    Object(&'static [Field]),
    Texts,
    Objects,
    /// Members with names of the caller's.
    Map,
}

/// Who sets a field.
#[derive(Debug, PartialEq)]
enum SetBy {
    Caller,
    /// The vendor: what a caller sends is ignored.
    Vendor,
    /// The caller; the vendor's document does not know it yet, so it is not written out when it is unset.
    Newer,
}

/// One field.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) holds: Type,
    by: SetBy,
}

/// A field that callers set.
pub(super) const fn set(name: &'static str, holds: Type) -> Field {
    let by = SetBy::Caller;
    Field { name, holds, by }
}

/// A field that the vendor sets.
pub(super) const fn output(name: &'static str, holds: Type) -> Field {
    let by = SetBy::Vendor;
    Field { name, holds, by }
}

/// A field that callers set and the document lacks.
pub(super) const fn newer(name: &'static str, holds: Type) -> Field {
    let by = SetBy::Newer;
    Field { name, holds, by }
}

/// The field of this name, which may be written with underscores.
pub(super) fn find(table: &'static [Field], name: &str) -> Option<&'static Field> {
    let name = camel_case(name);
    table.iter().find(|field| field.name == name)
}

/// `create_time` as `createTime`.
pub(super) fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let mut all = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        all.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        all.push_str(letters.as_str());
    }
    all
}

/// Reads a body: the fields that a caller sets, checked, in their canonical form. What is not in the table is rejected.
pub(super) fn read(
    table: &'static [Field],
    body: &Value,
    path: &str,
) -> Result<Map<String, Value>, ErrorResponse> {
    let fields = Fields::of(body, path)?;
    let names: Vec<&str> = table.iter().map(|field| field.name).collect();
    fields.only(&names)?;
    let mut values = Map::new();
    for field in table.iter().filter(|field| field.by != SetBy::Vendor) {
        if let Some(value) = one(field, &fields)? {
            values.insert(field.name.into(), value);
        }
    }
    Ok(values)
}

fn one(field: &Field, fields: &Fields<'_>) -> Result<Option<Value>, ErrorResponse> {
    let name = field.name;
    let wrong = |expected: &str| {
        let message = format!(
            "'{}' has the wrong type: expected {expected}.",
            fields.path_of(name)
        );
        fields.error_response(name, message).code("invalid_type")
    };
    let Some(value) = fields.value(name) else {
        return Ok(None);
    };
    let value = match &field.holds {
        Type::Text => json!(fields.text(name)?),
        Type::Time => {
            fields.text(name)?;
            value.clone()
        }
        Type::Secret => {
            fields.text(name)?;
            return Ok(None);
        }
        Type::Choice(words) => json!(fields.choice(name, words)?),
        Type::Flag => json!(fields.flag(name)?),
        Type::Integer => json!(
            whole(value, i64::from(i32::MAX))
                .ok_or_else(|| { wrong("an integer from 0 to 2147483647") })?
        ),
        Type::Long => {
            let number = whole(value, i64::MAX);
            let number = number.ok_or_else(|| wrong("a 64-bit integer, which may be a string"))?;
            json!(number.to_string())
        }
        Type::Number => {
            let number = fields.number(name, 0.0, f64::from(f32::MAX))?;
            json!(number)
        }
        Type::Object(table) => Value::Object(read(table, value, &fields.path_of(name))?),
        Type::Texts => match value.as_array() {
            Some(all) if all.iter().all(Value::is_string) => value.clone(),
            _ => return Err(wrong("a list of strings")),
        },
        Type::Objects => match value.as_array() {
            Some(all) if all.iter().all(Value::is_object) => value.clone(),
            _ => return Err(wrong("a list of objects")),
        },
        Type::Map => match value.is_object() {
            true => value.clone(),
            false => return Err(wrong("an object")),
        },
    };
    Ok(Some(value))
}

/// A whole number that is not negative, also as a text.
pub(super) fn whole(value: &Value, most: i64) -> Option<i64> {
    let number = match value {
        Value::String(text) => text.parse().ok()?,
        value => value.as_i64().or_else(|| {
            let float = value.as_f64().filter(|it| it.fract() == 0.0)?;
            (float.abs() < 9e15).then_some(float as i64)
        })?,
    };
    (0..=most).contains(&number).then_some(number)
}

/// A body with every field of the table: those without a value are written out as zero, `""` and the like.
pub(super) fn written(table: &'static [Field], values: &Value) -> Value {
    let mut body = Map::new();
    for field in table {
        let value = match (values.get(field.name), &field.holds) {
            (None | Some(Value::Null), _) if field.by == SetBy::Newer => continue,
            (None | Some(Value::Null), holds) => unset(holds),
            (Some(value), Type::Object(inner)) => written(inner, value),
            (Some(Value::Number(number)), Type::Long) => json!(number.to_string()),
            (Some(value), _) => value.clone(),
        };
        body.insert(field.name.into(), value);
    }
    Value::Object(body)
}

fn unset(holds: &Type) -> Value {
    match holds {
        Type::Text | Type::Secret => json!(""),
        Type::Choice(words) => json!(words.first()),
        Type::Flag => json!(false),
        Type::Integer | Type::Number => json!(0),
        Type::Long => json!("0"),
        Type::Time | Type::Object(_) => Value::Null,
        Type::Texts | Type::Objects => json!([]),
        Type::Map => json!({}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static TABLE: &[Field] = &[
        output("name", Type::Text),
        set("epochs", Type::Integer),
        set("size", Type::Long),
        set("key", Type::Secret),
        newer("region", Type::Text),
    ];

    #[test]
    fn bodies_are_read_by_the_table() {
        let body = json!({"name": "mine", "epochs": "3", "size": 7, "key": "k", "region": null});
        let read = read(TABLE, &body, "").unwrap();
        assert_eq!(json!(read), json!({"epochs": 3, "size": "7"}));
        for wrong in [
            json!({"epoch": 1}),
            json!({"epochs": -1}),
            json!({"key": 1}),
        ] {
            assert!(super::read(TABLE, &wrong, "").is_err(), "{wrong}");
        }
    }

    #[test]
    fn unset_fields_are_written_out() {
        let body = written(TABLE, &json!({"size": 7}));
        let expected = json!({"name": "", "epochs": 0, "size": "7", "key": ""});
        assert_eq!(body, expected);
        assert_eq!(camel_case("create_time"), "createTime");
    }
}
