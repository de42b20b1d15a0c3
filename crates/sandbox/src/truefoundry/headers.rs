//! The `x-tfy-*` headers.

use super::ACCOUNTS;
use crate::http::{Call, Refusal};
use serde_json::Value;

/// The provider account that the request names; `None` for all of them.
pub(super) fn account(call: &Call) -> Result<Option<&'static str>, Refusal> {
    let named = call.header("x-tfy-provider-name");
    let Some(name) = named.filter(|name| !name.is_empty()) else {
        return Ok(None);
    };
    let found = ACCOUNTS.iter().find(|account| **account == name);
    found.map(|account| Some(*account)).ok_or_else(|| {
        let known = ACCOUNTS.join(", ");
        let message = format!("No provider account is named '{name}'. This gateway has {known}.");
        Refusal::field("x-tfy-provider-name", message)
    })
}

/// Refuses an `x-tfy-metadata` that is not a JSON object of texts.
pub(super) fn metadata(call: &Call) -> Result<(), Refusal> {
    let Some(text) = call.header("x-tfy-metadata") else {
        return Ok(());
    };
    let value: Value = serde_json::from_str(text).unwrap_or(Value::Null);
    let pairs = value.as_object();
    match pairs.is_some_and(|pairs| pairs.values().all(Value::is_string)) {
        true => Ok(()),
        false => {
            let message = "'x-tfy-metadata' must be a JSON object whose values are strings.";
            Err(Refusal::field("x-tfy-metadata", message))
        }
    }
}
