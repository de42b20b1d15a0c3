//! The events of a job: messages and metrics, newest first.

use super::dialect::Id;
use super::job::Job;
use super::store::Store;
use super::{checkpoints, jobs};
use crate::clock::Time;
use crate::http::{Answer, Bounds, Call, Reply, page};
use crate::state::Random;
use crate::state::curve::Curve;
use crate::state::random::hash;
use crate::state::run::Stage;
use serde_json::{Value, json};

const BOUNDS: Bounds = Bounds {
    default: 20,
    max: 100,
};

/// Longer runs report metrics every few steps only.
const MOST_METRICS: u64 = 200;

struct Event {
    id: String,
    at: Time,
    level: &'static str,
    message: String,
    kind: &'static str,
    data: Value,
}

/// The messages of a run's plan: stage, fraction, text.
const MILESTONES: &[(Stage, f64, &str)] = &[
    (Stage::Preparing, 0.0, "Job was created"),
    (Stage::Preparing, 0.1, "Checking the training file"),
    (Stage::Queued, 0.0, "Files are valid; job is queued"),
    (Stage::Training, 0.0, "Training has started"),
];

/// `GET /fine_tuning/jobs/{fine_tuning_job_id}/events`
pub(crate) fn list(store: &mut Store, call: &Call) -> Reply {
    let job = jobs::find(store, call)?;
    let events = events(job, call.now);
    let newest_first = events.iter().rev().collect();
    let (events, has_more) = page(call, BOUNDS, newest_first, |event: &Event| &event.id)?;
    let data: Vec<Value> = events.into_iter().map(render).collect();
    Ok(Answer::json(json!({
        "object": "list",
        "data": data,
        "has_more": has_more,
    })))
}

fn render(event: &Event) -> Value {
    json!({
        "object": "fine_tuning.job.event",
        "id": event.id,
        "created_at": event.at.seconds(),
        "level": event.level,
        "message": event.message,
        "type": event.kind,
        "data": event.data,
    })
}

/// Everything that happened to a job until now, oldest first.
fn events(job: &Job, now: Time) -> Vec<Event> {
    let mut log = Log {
        job,
        now,
        all: Vec::new(),
    };
    let run = &job.run;
    let fails_at = run
        .failure()
        .map(|failure| run.offset(failure.stage, failure.fraction));
    for (stage, fraction, message) in MILESTONES {
        let offset = run.offset(*stage, *fraction);
        if fails_at.is_none_or(|end| offset < end) {
            log.message(run.reached(offset), "info", (*message).to_owned());
        }
    }
    metrics(&mut log);
    for step in checkpoints::steps(job) {
        let message = format!("Checkpoint was made at step {step}");
        log.message(run.step_reached(step), "info", message);
    }
    for (paused, resumed) in run.pauses() {
        log.message(Some(paused), "info", "Job was paused".into());
        log.message(resumed, "info", "Job was resumed".into());
    }
    if let Some(at) = run.cancel_requested() {
        log.message(Some(at), "info", "Job was cancelled".into());
    } else if let Some(failure) = run.failure() {
        log.message(run.expected_end(), "error", failure.message.clone());
    } else {
        let message = format!("New model: {}", job.output_model());
        log.message(run.expected_end(), "info", message);
        log.message(run.expected_end(), "info", "Job has succeeded".into());
    }
    // The sort is stable: what happened at one moment stays in the order above.
    log.all.sort_by_key(|event| event.at);
    log.all
}

fn metrics(log: &mut Log<'_>) {
    let run = &log.job.run;
    let total = run.steps();
    let curve = Curve::new(hash(&log.job.id), total);
    let every = total.div_ceil(MOST_METRICS).max(1);
    for step in (every..=total).step_by(every as usize) {
        let Some(at) = run.step_reached(step).filter(|at| *at <= log.now) else {
            return;
        };
        let point = curve.at(step);
        let mut data = json!({
            "step": step,
            "total_steps": total,
            "train_loss": point.train_loss,
            "train_mean_token_accuracy": point.train_accuracy,
        });
        if log.job.validation_file.is_some() {
            data["valid_loss"] = json!(point.valid_loss);
            data["valid_mean_token_accuracy"] = json!(point.valid_accuracy);
        }
        let message = format!("Step {step}/{total}: training loss={:.4}", point.train_loss);
        log.add(Some(at), "info", message, "metrics", data);
    }
}

/// A log under construction.
struct Log<'a> {
    job: &'a Job,
    now: Time,
    all: Vec<Event>,
}

impl Log<'_> {
    fn message(&mut self, at: Option<Time>, level: &'static str, message: String) {
        self.add(at, level, message, "message", json!({}));
    }

    fn add(
        &mut self,
        at: Option<Time>,
        level: &'static str,
        message: String,
        kind: &'static str,
        data: Value,
    ) {
        let Some(at) = at.filter(|at| *at <= self.now) else {
            return;
        };
        let seed = hash(&format!("{}{kind}{message}{at:?}", self.job.id));
        self.all.push(Event {
            id: (self.job.dialect.id)(&mut Random::new(seed, "event"), Id::Event),
            at,
            level,
            message,
            kind,
            data,
        });
    }
}
