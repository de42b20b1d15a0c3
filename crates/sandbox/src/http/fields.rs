//! Reads the fields of a JSON body, and rejects what does not fit, naming the field.

use super::ErrorResponse;
use serde_json::{Map, Value};
use std::cmp::Ordering;

/// The fields of a JSON object, with the path that leads to it.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'a> {
    object: &'a Map<String, Value>,
    path: String,
}

impl<'a> Fields<'a> {
    /// The fields of a value, which must be an object.
    pub(crate) fn of(value: &'a Value, path: &str) -> Result<Fields<'a>, ErrorResponse> {
        let object = value
            .as_object()
            .ok_or_else(|| wrong_type(path, "an object"))?;
        Ok(Fields {
            object,
            path: path.to_owned(),
        })
    }

    /// A field's value, unless it is absent or null.
    pub(crate) fn value(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// Where a field of this object is in the body: `method.dpo.hyperparameters`.
    pub(crate) fn path_of(&self, name: &str) -> String {
        match self.path.is_empty() {
            true => name.to_owned(),
            false => format!("{}.{name}", self.path),
        }
    }

    /// An error answer that names a field of this object.
    pub(crate) fn error_response(&self, name: &str, message: impl Into<String>) -> ErrorResponse {
        ErrorResponse::field(&self.path_of(name), message)
    }

    /// Rejects fields that are not in the table.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), ErrorResponse> {
        let unknown = self
            .object
            .keys()
            .find(|name| !known.contains(&name.as_str()));
        match unknown {
            None => Ok(()),
            Some(name) => {
                let message = format!(
                    "Unknown field '{}'. Expected one of: {}.",
                    self.path_of(name),
                    known.join(", ")
                );
                Err(self.error_response(name, message).code("unknown_parameter"))
            }
        }
    }

    /// A text that must be there.
    pub(crate) fn required_text(&self, name: &str) -> Result<&'a str, ErrorResponse> {
        self.text(name)?.ok_or_else(|| self.missing(name))
    }

    /// The error answer of an object without a field.
    pub(crate) fn missing(&self, name: &str) -> ErrorResponse {
        let message = format!("The field '{}' is missing.", self.path_of(name));
        self.error_response(name, message)
            .code("missing_required_parameter")
    }

    /// A text.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&'a str>, ErrorResponse> {
        self.typed(name, "a string", Value::as_str)
    }

    /// A text that is not empty.
    pub(crate) fn filled_text(&self, name: &str) -> Result<Option<&'a str>, ErrorResponse> {
        Ok(self.text(name)?.filter(|text| !text.is_empty()))
    }

    /// Yes or no.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, ErrorResponse> {
        self.typed(name, "true or false", Value::as_bool)
    }

    /// A whole number within bounds.
    pub(crate) fn integer(
        &self,
        name: &str,
        least: i64,
        most: i64,
    ) -> Result<Option<i64>, ErrorResponse> {
        let Some(value) = self.typed(name, "an integer", whole)? else {
            return Ok(None);
        };
        let code = match value {
            value if value < least => "integer_below_min_value",
            value if value > most => "integer_above_max_value",
            value => return Ok(Some(value)),
        };
        let path = self.path_of(name);
        let message = format!("'{path}' is {value}: expected an integer from {least} to {most}.");
        Err(self.error_response(name, message).code(code))
    }

    /// A number within bounds.
    pub(crate) fn number(
        &self,
        name: &str,
        least: f64,
        most: f64,
    ) -> Result<Option<f64>, ErrorResponse> {
        let Some(value) = self.typed(name, "a number", Value::as_f64)? else {
            return Ok(None);
        };
        if (least..=most).contains(&value) {
            return Ok(Some(value));
        }
        let path = self.path_of(name);
        let value = short(value);
        let least = match least.total_cmp(&f64::MIN_POSITIVE) {
            Ordering::Equal => "above 0 and up to".to_owned(),
            _ => format!("from {} to", short(least)),
        };
        let message = format!(
            "'{path}' is {value}: expected a number {least} {}.",
            short(most)
        );
        Err(self.error_response(name, message).code("invalid_value"))
    }

    /// A text out of a table.
    pub(crate) fn choice(
        &self,
        name: &str,
        table: &[&str],
    ) -> Result<Option<&'a str>, ErrorResponse> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        match table.contains(&text) {
            true => Ok(Some(text)),
            false => {
                let path = self.path_of(name);
                let known = table.join(", ");
                let message = format!("'{path}' is '{text}': expected one of {known}.");
                Err(self.error_response(name, message).code("invalid_value"))
            }
        }
    }

    /// An object.
    pub(crate) fn object(&self, name: &str) -> Result<Option<Fields<'a>>, ErrorResponse> {
        let value = self.value(name);
        value
            .map(|value| Fields::of(value, &self.path_of(name)))
            .transpose()
    }

    /// A list.
    pub(crate) fn list(&self, name: &str) -> Result<Option<&'a Vec<Value>>, ErrorResponse> {
        self.typed(name, "a list", Value::as_array)
    }

    /// Every field with its value.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.object.iter()
    }

    fn typed<T>(
        &self,
        name: &str,
        expected: &str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, ErrorResponse> {
        match self.value(name) {
            None => Ok(None),
            Some(value) => match read(value) {
                Some(value) => Ok(Some(value)),
                None => Err(wrong_type(&self.path_of(name), expected)),
            },
        }
    }
}

fn wrong_type(path: &str, expected: &str) -> ErrorResponse {
    let message = format!("'{path}' has the wrong type: expected {expected}.");
    ErrorResponse::field(path, message).code("invalid_type")
}

/// A number without hundreds of zeros.
fn short(number: f64) -> String {
    match number != 0.0 && !(1e-5..1e16).contains(&number.abs()) {
        true => format!("{number:e}"),
        false => number.to_string(),
    }
}

/// An integer, also when it is written as `3.0`.
fn whole(value: &Value) -> Option<i64> {
    let float = value
        .as_f64()
        .filter(|float| float.fract() == 0.0 && float.abs() < 9e15);
    value.as_i64().or(float.map(|float| float as i64))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn numbers_of_errors_are_short() {
        let body = serde_json::json!({"rate": -5, "huge": 1e300});
        let fields = Fields::of(&body, "").unwrap();
        let said = |name: &str, least: f64, most: f64| {
            fields.number(name, least, most).unwrap_err().message
        };
        assert_eq!(
            said("rate", f64::MIN_POSITIVE, 1000.0),
            "'rate' is -5: expected a number above 0 and up to 1000."
        );
        assert_eq!(
            said("huge", 1e-8, 0.5),
            "'huge' is 1e300: expected a number from 1e-8 to 0.5."
        );
    }
}
