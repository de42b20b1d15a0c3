//! OpenAI's bodies.

use super::job::{Job, Kind};
use crate::clock::Time;
use crate::deviation::Deviation;
use crate::state::run::Stage;
use serde_json::{Map, Value, json};

/// `fine_tuning.job`.
pub(crate) fn job(job: &Job, now: Time) -> Value {
    let moment = job.at(now);
    let succeeded = moment.stage == Stage::Succeeded;
    let failed = moment.stage == Stage::Failed;
    let failure = job.run.failure().filter(|_| failed);
    let error = failure.map(|failure| {
        json!({
            "code": failure.code,
            "message": failure.message,
            "param": failure.param,
        })
    });
    let estimate = match moment.stage {
        Stage::Training => job.run.expected_end().map(Time::seconds),
        _ => None,
    };
    let mut body = json!({
        "object": "fine_tuning.job",
        "id": job.id,
        "model": job.model,
        "created_at": job.run.created().seconds(),
        "finished_at": moment.ended.map(Time::seconds),
        "fine_tuned_model": succeeded.then(|| job.output_model()),
        "organization_id": super::account::ORGANIZATION,
        "result_files": if succeeded { vec![job.result_file.as_str()] } else { vec![] },
        "status": job.status(now),
        "validation_file": job.validation_file,
        "training_file": job.training_file,
        "hyperparameters": job.hyperparameters.json(),
        "trained_tokens": succeeded.then_some(job.tokens * job.hyperparameters.epochs()),
        "error": error,
        "seed": job.seed,
        "estimated_finish": estimate,
        "integrations": job.integrations,
        "metadata": metadata(&job.metadata),
        "method": method(job),
    });
    if let (Some(deviation), Some(object)) = (job.deviation, body.as_object_mut()) {
        deviate(object, deviation, job);
    }
    body
}

fn metadata(pairs: &[(String, String)]) -> Value {
    if pairs.is_empty() {
        return Value::Null;
    }
    let pairs = pairs.iter().map(|(key, value)| (key.clone(), json!(value)));
    Value::Object(pairs.collect())
}

fn method(job: &Job) -> Value {
    let mut hyperparameters = job.hyperparameters.json();
    match &job.kind {
        Kind::Supervised => json!({
            "type": "supervised",
            "supervised": {"hyperparameters": hyperparameters},
        }),
        Kind::Dpo { beta } => {
            hyperparameters["beta"] = beta.json();
            json!({"type": "dpo", "dpo": {"hyperparameters": hyperparameters}})
        }
        Kind::Reinforcement { grader, extra } => {
            for (name, value) in extra.as_object().into_iter().flatten() {
                hyperparameters[name.as_str()] = value.clone();
            }
            json!({
                "type": "reinforcement",
                "reinforcement": {"grader": grader, "hyperparameters": hyperparameters},
            })
        }
    }
}

/// What a switch does to a job's body.
fn deviate(body: &mut Map<String, Value>, deviation: Deviation, job: &Job) {
    match deviation {
        Deviation::EmptyError => {
            body.insert("error".into(), json!({}));
        }
        Deviation::NullError => {
            let error = json!({"code": null, "message": null, "param": null});
            body.insert("error".into(), error);
        }
        Deviation::UserProvidedSuffix => {
            body.insert("user_provided_suffix".into(), json!(job.suffix));
        }
        Deviation::MissingRequired => {
            let absent = [
                "error",
                "finished_at",
                "hyperparameters",
                "trained_tokens",
                "seed",
            ];
            for field in absent {
                body.remove(field);
            }
        }
        Deviation::UnknownStatus => {
            body.insert("status".into(), json!("warming_up"));
        }
        _ => {}
    }
}
