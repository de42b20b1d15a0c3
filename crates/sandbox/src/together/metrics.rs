//! `GET /fine-tunes/{id}/metrics`: a training run in numbers, with filters in the query.

use super::job::{Job, Scheduler};
use super::jobs;
use super::store::Store;
use crate::clock::Time;
use crate::http::{Answer, Call, ErrorResponse, Reply};
use crate::state::curve::{Curve, round};
use crate::state::random::hash;
use serde_json::{Value, json};

/// Which points are asked for.
#[derive(Default)]
struct Filter {
    step_from: Option<i64>,
    step_to: Option<i64>,
    from: Option<Time>,
    to: Option<Time>,
    resolution: Option<i64>,
}

/// `GET /fine-tunes/{id}/metrics`
pub(crate) fn list(store: &mut Store, call: &Call) -> Reply {
    let filter = Filter::read(call)?;
    let job = jobs::find(store, call.path("id"))?;
    let points = (1..=job.run.steps().min(10_000)).map_while(|step| {
        let at = job.run.step_reached(step).filter(|at| *at <= call.now)?;
        Some((step, at))
    });
    let points: Vec<(u64, Time)> = points
        .filter(|(step, at)| filter.matches(*step, *at))
        .collect();
    let every = match filter.resolution {
        Some(wanted) if wanted > 0 => points.len().div_ceil(wanted.unsigned_abs() as usize).max(1),
        _ => 1,
    };
    let points = points.into_iter().step_by(every);
    let metrics: Vec<Value> = points.map(|(step, at)| point(job, step, at)).collect();
    Ok(Answer::json(json!({ "metrics": metrics })))
}

fn point(job: &Job, step: u64, at: Time) -> Value {
    let total = job.planned_steps;
    let point = Curve::new(hash(&job.id), total).at(step);
    let mut body = json!({
        "global_step": step,
        "epoch": round(job.n_epochs as f64 * step as f64 / total as f64, 4),
        "logged_at": at.seconds(),
        "train/loss": point.train_loss,
        "train/grad_norm": point.gradient_norm,
        "train/learning_rate": rate(job, step as f64 / total as f64),
    });
    let evaluated = job.n_evals > 0 && step.is_multiple_of((total / job.n_evals).max(1));
    if evaluated && job.validation_file.is_some() {
        body["eval/loss"] = json!(point.valid_loss);
    }
    body
}

/// The learning rate that far through a run: it rises during the warm-up and falls by the schedule.
fn rate(job: &Job, done: f64) -> f64 {
    let warm = job.warmup_ratio;
    let share = if done < warm {
        done / warm
    } else {
        let rest = (done - warm) / (1.0 - warm).max(1e-9);
        let (least, fall) = match job.scheduler {
            Scheduler::Linear { min_lr_ratio } => (min_lr_ratio, 1.0 - rest),
            Scheduler::Cosine {
                min_lr_ratio,
                num_cycles,
            } => {
                let angle = 2.0 * std::f64::consts::PI * num_cycles * rest;
                (min_lr_ratio, 0.5 * (1.0 + angle.cos()))
            }
        };
        least + (1.0 - least) * fall
    };
    round(job.learning_rate * share, 12)
}

impl Filter {
    fn read(call: &Call) -> Result<Filter, ErrorResponse> {
        let integer = |name: &str| -> Result<Option<i64>, ErrorResponse> {
            let parse = |text: &str| text.parse().map_err(|_| wrong(name, "an integer"));
            call.query(name).map(parse).transpose()
        };
        let time = |name: &str| -> Result<Option<Time>, ErrorResponse> {
            let parse = |text: &str| {
                Time::parse(text).ok_or_else(|| wrong(name, "a time like 2026-01-15T12:00:00Z"))
            };
            call.query(name).map(parse).transpose()
        };
        Ok(Filter {
            step_from: integer("global_step_from")?,
            step_to: integer("global_step_to")?,
            from: time("logged_at_from")?,
            to: time("logged_at_to")?,
            resolution: integer("resolution")?,
        })
    }

    fn matches(&self, step: u64, at: Time) -> bool {
        let step = i64::try_from(step).unwrap_or(i64::MAX);
        self.step_from.is_none_or(|from| step >= from)
            && self.step_to.is_none_or(|to| step <= to)
            && self.from.is_none_or(|from| at >= from)
            && self.to.is_none_or(|to| at <= to)
    }
}

fn wrong(name: &str, expected: &str) -> ErrorResponse {
    ErrorResponse::field(
        name,
        format!("'{name}' has the wrong form: expected {expected}."),
    )
    .code("invalid_type")
}
