//! The events of a job: OpenAI's, with data in those about metrics only.

use super::store::Store;
use super::{address, files};
use crate::http::{Call, Reply};
use crate::openai::events;
use serde_json::json;

/// `GET /fine_tuning/jobs/{fine_tuning_job_id}/events`
pub(crate) fn list(store: &mut Store, call: &Call) -> Reply {
    let answer = events::list(&mut store.shared, call)?;
    Ok(files::changed(answer, |body| {
        for event in body["data"].as_array_mut().into_iter().flatten() {
            if event["level"] == "warn" && address::is_dated(call) {
                event["level"] = json!("warning");
            }
            if event["type"] == "message" {
                event.as_object_mut().map(|event| event.remove("data"));
            }
        }
    }))
}
