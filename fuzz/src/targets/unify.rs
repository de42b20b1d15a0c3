//! Vendors' bodies through decode and unify, and requests through every vendor's
//! translation.

use std::fmt::Debug;

use serde::de::DeserializeOwned;
use unitune::unify::fireworks::MetricsOfFile;
use unitune::unify::together::events_in_log;
use unitune::unify::{self, Context, CreateRequest, Job, OnUnsupported, Unify};
use unitune::wire::from_slice;
use unitune::{azure, fireworks, openai, together, truefoundry};

/// Tries a body as each type that a vendor's client decodes.
pub fn bodies(bytes: &[u8]) {
    let noted = Context::new("fuzz").with_notes();
    let strict = Context::new("fuzz").strict();
    macro_rules! job {
        ($ty:ty) => {
            decoded::<$ty>(bytes).inspect(|job| {
                let strictly = job.clone().unify(&strict);
                let job = job.clone().unify(&noted);
                assert!(job.is_ok() || strictly.is_err(), "strict mode accepts more");
                if let Ok(job) = job {
                    promises(&job);
                }
            })
        };
    }
    job!(openai::types::FineTuningJob);
    job!(truefoundry::types::FineTuningJob);
    job!(azure::types::FineTuningJob);
    job!(fireworks::types::SupervisedJob);
    job!(fireworks::types::DpoJob);
    job!(fireworks::types::ReinforcementJob);
    // Lists keep what does not decode, which no other type does.
    decoded::<openai::types::FineTuningJobList>(bytes);
    decoded::<azure::types::FineTuningJobList>(bytes);
    decoded::<together::types::FinetuneTruncatedList>(bytes);
    decoded::<fireworks::types::DpoJobList>(bytes);
    if let Some(file) = decoded::<azure::types::File>(bytes) {
        let _ = file.unify(&noted);
    }
    if let Some(dataset) = decoded::<fireworks::types::Dataset>(bytes) {
        let _ = dataset.unify(&noted);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = MetricsOfFile(text).unify(&noted);
    }
    job!(together::types::FinetuneResponseTruncated);
    if let Some(job) = job!(together::types::FinetuneResponse) {
        let events = job.events.unwrap_or_default();
        for event in events_in_log(&job.id, events.ok().cloned().collect()) {
            let _ = event.unify(&noted);
        }
    }
}

/// Tries a request to create a job.
pub fn request(bytes: &[u8]) {
    let Ok(request) = serde_json::from_slice::<CreateRequest>(bytes) else {
        return;
    };
    let written = serde_json::to_value(&request).expect("a request can be written");
    let again: CreateRequest = serde_json::from_value(written.clone()).expect("and read again");
    let written_again = serde_json::to_value(&again).expect("a request can be written");
    assert_eq!(
        written, written_again,
        "a request changes when it is written"
    );
    macro_rules! translated {
        ($($to:ident),*) => {$(
            let strictly = request.$to(OnUnsupported::Reject);
            let loosely = request.$to(OnUnsupported::Drop);
            // Fewer fields are in the way where they may be dropped.
            assert!(strictly.is_err() || loosely.is_ok(), stringify!($to));
        )*};
    }
    translated!(to_openai, to_azure, to_together, to_fireworks);
}

/// Decodes a body: just as with serde_json. What is no JSON for a byte order mark or a
/// number is cleaned first.
fn decoded<T: DeserializeOwned + PartialEq + Debug>(bytes: &[u8]) -> Option<T> {
    let decoded = from_slice::<T>(bytes).ok();
    match serde_json::from_slice::<T>(bytes) {
        Ok(theirs) => assert_eq!(decoded, Some(theirs), "serde_json reads otherwise"),
        Err(_) => {
            let is_json = serde_json::from_slice::<serde_json::Value>(bytes).is_ok();
            assert!(decoded.is_none() || !is_json, "what is JSON was cleaned");
        }
    }
    decoded
}

fn promises(job: &Job) {
    if let Some(finished) = job.finished_at {
        assert!(job.created_at <= Some(finished), "ended before it was made");
    }
    assert!(
        job.error.is_none()
            || job.provider.vendor != unify::together::VENDOR
            || job.status == unify::Status::Failed
    );
}
