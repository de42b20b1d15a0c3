//! The gateway's bodies.

use super::job::Job;
use crate::clock::Time;
use crate::state::run::Stage;
use serde_json::{Value, json};

/// `fine_tuning.job`, which has neither `error` nor `suffix` here.
pub(crate) fn job(job: &Job, now: Time) -> Value {
    let moment = job.at(now);
    let succeeded = moment.stage == Stage::Succeeded;
    let estimate = match moment.stage {
        Stage::Training => job.run.expected_end().map(Time::seconds),
        _ => None,
    };
    let metadata = job
        .metadata
        .iter()
        .map(|(key, value)| (key.clone(), json!(value)));
    json!({
        "object": "fine_tuning.job",
        "id": job.id,
        "model": job.model,
        "created_at": job.run.created().seconds(),
        "finished_at": moment.ended.map(Time::seconds),
        "fine_tuned_model": succeeded.then(|| job.output_model()),
        "organization_id": "org-sandbox",
        "result_files": Vec::<String>::new(),
        "status": job.status(now),
        "validation_file": job.validation_file,
        "training_file": job.training_file,
        "hyperparameters": job.hyperparameters,
        "trained_tokens": succeeded.then_some(job.tokens),
        "integrations": job.integrations,
        "seed": job.seed,
        "estimated_finish": estimate,
        "method": job.method,
        "metadata": if job.metadata.is_empty() { Value::Null } else { Value::Object(metadata.collect()) },
    })
}
