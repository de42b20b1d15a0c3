//! The files of a job: its metrics and its trainer's log, behind signed URLs.

use super::job::Job;
use super::kinds::{KINDS, REINFORCEMENT};
use super::store::Store;
use super::{account, errors, signed, times};
use crate::clock::Time;
use crate::http::{Answer, Call, Reply};
use crate::state::curve::{Curve, round};
use crate::state::random::hash;
use crate::state::run::Stage;
use bytes::Bytes;
use serde_json::json;

/// The metrics: one JSON object for each step.
pub(super) const METRICS: &str = "metrics.jsonl";
/// The trainer's log.
pub(super) const LOG: &str = "trainer.log";

/// The steps whose metrics are kept.
const MOST_STEPS: u64 = 10_000;

/// A signed URL of a job's file.
pub(super) fn url(store: &Store, job: &Job, call: &Call, file: &str) -> String {
    let parts = [job.kind().collection, &job.id, file];
    signed::url(store, call, "GET", &parts, signed::UPLOAD)
}

/// `GET …/{id}:getMetricsFileEndpoint`
pub(crate) fn locate<const KIND: usize>(store: &mut Store, call: &Call) -> Reply {
    account::check(call)?;
    let job = store.job(KIND, call.path("id"), call.now);
    let job = job.ok_or_else(errors::not_found)?;
    Ok(Answer::json(
        json!({ "signedUrl": url(store, job, call, METRICS) }),
    ))
}

/// The signed URL of a job's file.
pub(crate) fn download(store: &mut Store, call: &Call) -> Reply {
    let (collection, id, file) = (call.path("collection"), call.path("id"), call.path("file"));
    if let Err(answer) = signed::check(store, call, "GET", &[collection, id, file]) {
        return Ok(answer);
    }
    let kind = KINDS.iter().position(|kind| kind.collection == collection);
    let job = kind.and_then(|kind| store.job(kind, id, call.now));
    let content = job.and_then(|job| match file {
        METRICS => metrics(job, call.now),
        LOG => log(job, call.now),
        _ => None,
    });
    Ok(match content {
        Some(content) => Answer::bytes("application/octet-stream", content),
        None => signed::rejected(404, "NoSuchKey", "The file does not exist."),
    })
}

/// The metrics so far; there is no file before the first step.
fn metrics(job: &Job, now: Time) -> Option<Bytes> {
    let steps = job.run.steps();
    let curve = Curve::new(hash(&job.name()), steps);
    let rate = job.setting("learningRate").and_then(|it| it.as_f64());
    let rate = rate.filter(|rate| *rate > 0.0).unwrap_or(1e-4);
    let evaluated = job.values.contains_key("evaluationDataset");
    let mut text = String::new();
    for step in 1..=steps.min(MOST_STEPS) {
        let Some(at) = job.run.step_reached(step).filter(|at| *at <= now) else {
            break;
        };
        let point = curve.at(step);
        let share = step as f64 / steps as f64;
        let mut line = json!({
            "step": step,
            "epoch": round(job.epochs() as f64 * share, 4),
            "timestamp": times::micros(at, &job.id),
            "train/loss": point.train_loss,
            "train/learning_rate": round(rate * (1.0 - share), 12),
            "train/grad_norm": point.gradient_norm,
        });
        if job.kind == REINFORCEMENT {
            line["train/reward"] = json!(point.train_accuracy);
        }
        if evaluated && (step == steps || step.is_multiple_of(10)) {
            line["eval/loss"] = json!(point.valid_loss);
        }
        text.push_str(&format!("{line}\n"));
    }
    (!text.is_empty()).then(|| Bytes::from(text))
}

/// What the trainer has written so far.
fn log(job: &Job, now: Time) -> Option<Bytes> {
    let began = job.run.began(Stage::Training, now)?;
    let moment = job.at(now);
    let mut lines = vec![(
        began,
        format!("training {} on {}", job.base_model(), job.name()),
    )];
    for epoch in 1..=job.epochs().min(100) {
        let step = job.run.steps() * epoch / job.epochs();
        let at = job.run.step_reached(step).filter(|at| *at <= now);
        lines.extend(at.map(|at| (at, format!("epoch {epoch} of {} is complete", job.epochs()))));
    }
    lines.extend(
        moment
            .ended
            .map(|at| (at, format!("ended as {}", job.state(now)))),
    );
    let lines = lines
        .iter()
        .map(|(at, text)| format!("{} {text}\n", times::micros(*at, "")));
    Some(Bytes::from(lines.collect::<String>()))
}
