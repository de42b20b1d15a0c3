//! What a job costs, and the estimate before it.

use super::kinds::{KINDS, SUPERVISED};
use super::store::Store;
use super::{account, create};
use crate::http::{Answer, Call, Reply};
use serde_json::{Value, json};

/// `POST …/supervisedFineTuningJobs:estimateCost`
pub(crate) fn estimate(store: &mut Store, call: &Call) -> Reply {
    account::check(call)?;
    let request = create::read(store, call, &KINDS[SUPERVISED])?;
    Ok(Answer::json(
        json!({ "estimatedCost": money(request.price) }),
    ))
}

/// Nanodollars as whole dollars and the rest.
pub(super) fn money(nanodollars: u64) -> Value {
    json!({
        "currencyCode": "USD",
        "units": (nanodollars / 1_000_000_000).to_string(),
        "nanos": nanodollars % 1_000_000_000,
    })
}
