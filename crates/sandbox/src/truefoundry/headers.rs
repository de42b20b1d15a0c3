//! The `x-tfy-*` headers, which every operation takes.

use super::account::ACCOUNTS;
use crate::http::{Call, ErrorResponse};
use std::collections::BTreeMap;

/// Checks the headers; the provider account that the request names, `None` for all of them.
pub(super) fn account(call: &Call) -> Result<Option<&'static str>, ErrorResponse> {
    metadata(call)?;
    let named = call.header("x-tfy-provider-name");
    let Some(name) = named.filter(|name| !name.is_empty()) else {
        return Ok(None);
    };
    let found = ACCOUNTS.iter().find(|account| **account == name);
    found.map(|account| Some(*account)).ok_or_else(|| {
        let known = ACCOUNTS.join(", ");
        let message = format!("No provider account is named '{name}'. This gateway has {known}.");
        ErrorResponse::field("x-tfy-provider-name", message)
    })
}

/// Rejects an `x-tfy-metadata` that is not a JSON object of texts.
fn metadata(call: &Call) -> Result<(), ErrorResponse> {
    // As bytes: a text that is not ASCII is JSON, too.
    let mut all = call.headers.get_all("x-tfy-metadata").iter();
    let pairs = |text: &[u8]| serde_json::from_slice::<BTreeMap<String, String>>(text);
    match all.all(|text| pairs(text.as_bytes()).is_ok()) {
        true => Ok(()),
        false => {
            let message = "'x-tfy-metadata' must be a JSON object whose values are strings.";
            Err(ErrorResponse::field("x-tfy-metadata", message))
        }
    }
}
