//! The end of a training whose evaluations do not get better.

use super::job::{Job, spans};
use crate::clock::Time;
use crate::http::{ErrorResponse, Fields};
use crate::state::curve::Curve;
use crate::state::random::hash;
use crate::state::run::Run;

/// How long a training waits for a better evaluation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EarlyStopping {
    patience: u64,
    min_delta: f64,
    warmup_evals: u64,
}

/// The best evaluation of a training, and where the training ended because of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Best {
    pub(crate) metric: f64,
    pub(crate) step: u64,
    /// The step at which the training stopped before its end.
    pub(crate) halt: Option<u64>,
}

impl EarlyStopping {
    /// Reads the settings of a request with so many evaluations.
    pub(super) fn read(
        fields: &Fields<'_>,
        evals: u64,
        has_validation: bool,
    ) -> Result<Option<EarlyStopping>, ErrorResponse> {
        let stopping = EarlyStopping {
            patience: count(fields, "early_stopping_patience")?.unwrap_or(2),
            min_delta: fields
                .number("early_stopping_min_delta", 0.0, f64::MAX)?
                .unwrap_or(0.0),
            warmup_evals: count(fields, "early_stopping_warmup_evals")?.unwrap_or(1),
        };
        if !fields.flag("early_stopping_enabled")?.unwrap_or(false) {
            return Ok(None);
        }
        if !has_validation {
            let message = "'early_stopping_enabled' needs a 'validation_file'.";
            return Err(fields.error_response("early_stopping_enabled", message));
        }
        let least = stopping.patience + stopping.warmup_evals + 1;
        if evals < least {
            let message = format!(
                "'n_evals' is {evals}: stopping early needs at least {least}, patience + warm-up + 1."
            );
            return Err(fields.error_response("n_evals", message));
        }
        Ok(Some(stopping))
    }

    /// The best evaluation of a job, and where the job stops.
    fn best(self, job: &Job) -> Option<Best> {
        let curve = Curve::new(hash(&job.id), job.planned_steps);
        let every = (job.planned_steps / job.n_evals.max(1)).max(1);
        let mut best: Option<Best> = None;
        let mut waited = 0;
        for eval in self.warmup_evals + 1..=job.n_evals {
            let step = eval * every;
            if step >= job.planned_steps {
                break;
            }
            let metric = curve.at(step).valid_loss;
            if best.is_none_or(|best| metric < best.metric - self.min_delta) {
                best = Some(Best {
                    metric,
                    step,
                    halt: None,
                });
                waited = 0;
                continue;
            }
            waited += 1;
            if waited >= self.patience.max(1) {
                return best.map(|best| Best {
                    halt: Some(step),
                    ..best
                });
            }
        }
        best
    }

    /// Ends a new job where its evaluations stop getting better. The job has to have its id, which its numbers come
    /// from.
    pub(super) fn apply(self, job: &mut Job, now: Time) {
        job.best = self.best(job);
        if let Some(halt) = job.best.and_then(|best| best.halt) {
            let failure = job.run.failure().cloned();
            job.run = Run::new(now, spans(halt, job.is_full()), halt).failing(failure);
        }
    }
}

fn count(fields: &Fields<'_>, name: &str) -> Result<Option<u64>, ErrorResponse> {
    Ok(fields.integer(name, 0, 1_000)?.map(i64::unsigned_abs))
}
