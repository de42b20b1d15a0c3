//! Events that are derived from a job's fields: the vendor keeps no log.

use super::VENDOR;
use super::status::meaning;
use crate::fireworks::types::JobState;
use crate::unify::extras::Extras;
use crate::unify::{
    Context, Event, EventKind, EventLevel, Job, MappingError, MetricPoint, Origin, Status, Unify,
};

/// What an event is made of.
#[derive(Clone, Debug, PartialEq)]
pub enum StateEvent<'j> {
    /// That the job was created.
    Created(&'j Job),
    /// The state that the job is in.
    State(&'j Job),
    /// A step of the job's metrics file, by its place in the file, from 1.
    Metrics(&'j Job, usize, MetricPoint),
}

impl Unify for StateEvent<'_> {
    type Output = Event;

    fn unify(self, context: &Context) -> Result<Event, MappingError> {
        match self {
            Self::Created(job) => event(job, "created", created(job), "job", context),
            Self::State(job) => state(job, context),
            Self::Metrics(job, place, point) => metrics(job, place, point, context),
        }
    }
}

fn created(job: &Job) -> (Option<i64>, String) {
    (job.created_at, "Job created".to_owned())
}

/// The vendor says when a job ended, and of some kinds when it changed. Where it
/// says neither, its creation is what is known.
fn state(job: &Job, context: &Context) -> Result<Event, MappingError> {
    let word = job.provider.status.as_ref();
    let plain = word.trim_start_matches("JOB_STATE_").to_lowercase();
    let updated = job.provider.extra.get("updateTime");
    let updated = updated.and_then(|time| {
        let time = crate::wire::Timestamp::from(time.as_str()?);
        time.unix_seconds()
    });
    let time = job.finished_at.or(updated).or(job.created_at);
    let mut message = format!("Job {}", plain.replace('_', " "));
    let reason = job.error.as_ref().and_then(|error| error.message.as_ref());
    if let Some(reason) = reason {
        message = format!("{message}: {reason}");
    }
    let mut event = event(job, word, (time, message), "job", context)?;
    event.level = match job.status {
        Status::Failed => EventLevel::Error,
        Status::Cancelled => EventLevel::Warn,
        Status::Queued | Status::Running | Status::Succeeded => EventLevel::Info,
    };
    let mut data = Extras::new();
    data.put("type", Some(word));
    event.data = Some(data.into_members());
    Ok(event)
}

fn metrics(
    job: &Job,
    place: usize,
    point: MetricPoint,
    context: &Context,
) -> Result<Event, MappingError> {
    let last = job.finished_at.or(job.created_at);
    let time = point.logged_at.or(last);
    let message = match point.step {
        Some(step) => format!("Step {step}"),
        None => format!("Metrics {place}"),
    };
    let suffix = format!("metrics-{place}");
    let mut event = event(job, &suffix, (time, message), "metrics file", context)?;
    let mut data = Extras::new();
    for (name, value) in &point.values {
        data.put(name, Some(*value));
    }
    data.put("step", point.step);
    event.kind = EventKind::Metrics;
    event.data = Some(data.into_members());
    Ok(event)
}

fn event(
    job: &Job,
    suffix: &str,
    (time, message): (Option<i64>, String),
    from: &str,
    context: &Context,
) -> Result<Event, MappingError> {
    let id = format!("{}-event-{suffix}", job.id);
    let Some(time) = time else {
        let reason = "the job says no time at all";
        return Err(MappingError::new("created_at", reason).of_id(id));
    };
    let mut extras = Extras::new();
    extras.put("derived_from", Some(from));
    let origin = Origin::with_extras(context, VENDOR, extras);
    Ok(Event::new(id, time, message, origin))
}

/// Every state as the type of an event, and what becomes of the job.
pub(super) fn types() -> Vec<(&'static str, String)> {
    let known = JobState::KNOWN.iter();
    known
        .map(|state| (state.as_str(), meaning(state).0.to_string()))
        .collect()
}
