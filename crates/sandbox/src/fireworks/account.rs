//! The account that Fireworks' simulation belongs to.

use super::store::Store;
use super::{errors, fields, list, tables, times};
use crate::clock::{DAY, START};
use crate::http::{Answer, Call, ErrorResponse, Reply};
use serde_json::{Value, json};

/// The account's id.
pub(super) const ID: &str = "sandbox";
/// The account that the public models belong to.
pub(super) const PUBLIC: &str = "fireworks";
/// The person who creates everything in the sandbox.
pub(super) const OWNER: &str = "somebody@sandbox.invalid";

/// The name of a resource of the account: `accounts/sandbox/datasets/x`.
pub(super) fn resource(collection: &str, id: &str) -> String {
    format!("accounts/{ID}/{collection}/{id}")
}

/// The id in the name of a resource of the account, or in a bare id; `None` when it is of another kind or account.
pub(super) fn id_of<'a>(name: &'a str, collection: &str) -> Option<&'a str> {
    let mut parts = name.split('/');
    let found = match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some("accounts"), Some(ID), Some(kind), Some(id)) if kind == collection => id,
        (Some(id), None, ..) => id,
        _ => return None,
    };
    (parts.next().is_none() && !found.is_empty()).then_some(found)
}

/// Rejects a path in another account, as Fireworks does: without a word of explanation.
pub(super) fn check(call: &Call) -> Result<(), ErrorResponse> {
    match call.path("account_id") == ID {
        true => Ok(()),
        false => Err(errors::forbidden()),
    }
}

/// `GET /v1/accounts`
pub(crate) fn list(_: &mut Store, call: &Call) -> Reply {
    let listing = list::Listing {
        collection: "accounts",
        fields: tables::ACCOUNT,
        items: vec![()],
        key: |(), field| list::text_key(&body(), field),
        render: &|()| body(),
    };
    listing.answer(call)
}

/// `GET /v1/accounts/{account_id}`
pub(crate) fn retrieve(_: &mut Store, call: &Call) -> Reply {
    check(call)?;
    let body = list::masked(call, tables::ACCOUNT, body())?;
    Ok(Answer::json(body))
}

fn body() -> Value {
    let created = START.plus(-500 * DAY);
    let values = json!({
        "name": format!("accounts/{ID}"),
        "displayName": "Sandbox",
        "createTime": times::micros(created, ID),
        "updateTime": times::micros(created, ID),
        "accountType": "ENTERPRISE",
        "email": OWNER,
        "state": "READY",
        "status": {"code": "OK", "message": ""},
        "notificationSettings": {"monthlySpendThresholds": []},
    });
    fields::written(tables::ACCOUNT, &values)
}
