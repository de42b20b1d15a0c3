//! Arbitrary bytes through decode and unify. Nothing may panic, and whatever
//! becomes a job keeps what is promised of every job.

use std::fmt::Debug;

use serde::de::DeserializeOwned;
use unitune::unify::fireworks::MetricsOfFile;
use unitune::unify::together::events_in_log;
use unitune::unify::{self, Context, CreateRequest, Job, OnUnsupported, Unify};
use unitune::wire::from_slice;
use unitune::{azure, fireworks, openai, together, truefoundry};

/// How far one input came.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reached {
    /// As how many types the bytes decoded.
    pub decoded: u64,
    /// How many jobs they became.
    pub jobs: u64,
}

/// Feeds bytes to every conversion.
///
/// # Panics
///
/// When a conversion breaks a promise.
pub fn execute(bytes: &[u8]) -> Reached {
    let mut reached = Reached::default();
    let noted = Context::new("fuzz").with_notes();
    let strict = Context::new("fuzz").strict();
    macro_rules! job {
        ($ty:ty) => {
            decoded::<$ty>(bytes).inspect(|job| {
                reached.decoded += 1;
                let _ = job.clone().unify(&strict);
                if let Ok(job) = job.clone().unify(&noted) {
                    reached.jobs += 1;
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
    if let Ok(request) = serde_json::from_slice::<CreateRequest>(bytes) {
        reached.decoded += 1;
        for on_unsupported in [OnUnsupported::Reject, OnUnsupported::Drop] {
            let _ = request.to_openai(on_unsupported);
            let _ = request.to_azure(on_unsupported);
            let _ = request.to_together(on_unsupported);
            let _ = request.to_fireworks(on_unsupported);
        }
    }
    reached
}

/// Decoded in one pass where that is enough, and then just as otherwise.
fn decoded<T: DeserializeOwned + PartialEq + Debug>(bytes: &[u8]) -> Option<T> {
    let patiently = serde_json::from_slice::<T>(bytes).ok();
    assert_eq!(from_slice::<T>(bytes).ok(), patiently);
    patiently
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
