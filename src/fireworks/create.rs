//! Starts a job under an id that is chosen here: a request that is repeated then
//! makes no second job.

use std::hash::{BuildHasher, Hasher};

use serde_json::Value;

use super::error_body::ALREADY_EXISTS;
use super::jobs::Found;
use super::{
    Client, CreateDpoJobOptions, CreateReinforcementJobOptions, CreateSupervisedJobOptions,
    RetrieveDpoJobOptions, RetrieveReinforcementJobOptions, RetrieveSupervisedJobOptions,
};
use crate::providers::{Call, job_of_answer};
use crate::transport::CallOptions;
use crate::unify::fireworks::{JobRequest, NewJob, resource};
use crate::unify::{Job, Unify};
use crate::{Error, ErrorKind};

/// How close two numbers are that are the same: the vendor keeps 32 bits.
const PRECISION: f64 = 1e-6;

/// Returns an id that nobody else has: small letters, digits and hyphens, with a
/// letter first.
pub(super) fn new_id(stem: &str) -> String {
    let random = std::hash::RandomState::new().build_hasher().finish();
    let signs = stem.chars().map(|c| match c.to_ascii_lowercase() {
        c @ ('a'..='z' | '0'..='9') => c,
        _ => '-',
    });
    let stem: String = signs.collect();
    let stem = stem.trim_matches('-');
    let letter = stem.starts_with(|c: char| c.is_ascii_alphabetic());
    let stem = match (stem, letter) {
        ("", _) => "unitune".to_owned(),
        (stem, true) => stem.chars().take(40).collect(),
        (stem, false) => format!("d-{}", stem.chars().take(38).collect::<String>()),
    };
    format!("{}-{random:016x}", stem.trim_end_matches('-'))
}

/// Returns the id for a caller's idempotency key: always the same.
fn id_of_key(key: &str) -> String {
    // FNV-1a, which is the same in every release of Rust.
    let hash = key.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("unitune-{hash:016x}")
}

impl Client {
    /// Starts a job. Where the answer was lost, or says that there is a job of
    /// this id, that job is looked at: it is the one that was asked for, or the
    /// id belongs to another request.
    pub(super) async fn start_job(&self, call: &Call, request: &JobRequest) -> Result<Job, Error> {
        let account = self.account_id().await;
        let account = account.map_err(Error::without_effect)?.to_string();
        let request = with_full_names(&account, request);
        let key = call.options.get_idempotency_key();
        let id = request.id.clone();
        let id = id.or_else(|| key.map(id_of_key));
        let id = id.unwrap_or_else(|| new_id("unitune"));
        // With an id of its own the request can be repeated.
        let options = CallOptions::clone(&call.options).repeatable(true);
        let client = self.with_options(&options);
        let answer = match &request.job {
            NewJob::Supervised(job) => {
                let options = CreateSupervisedJobOptions::new();
                let options = options.supervised_fine_tuning_job_id(&id);
                let answer = client.create_supervised_job(&account, job, options).await;
                job_of_answer(call, answer)
            }
            NewJob::Dpo(job) => {
                let options = CreateDpoJobOptions::new().dpo_job_id(&id);
                job_of_answer(call, client.create_dpo_job(&account, job, options).await)
            }
            NewJob::Reinforcement(job) => {
                let options = CreateReinforcementJobOptions::new();
                let options = options.reinforcement_fine_tuning_job_id(&id);
                let answer = client
                    .create_reinforcement_job(&account, job, options)
                    .await;
                job_of_answer(call, answer)
            }
        };
        let error = match answer {
            Ok(job) => return Ok(job),
            Err(error) => error,
        };
        let is_there = error.vendor_type() == Some(ALREADY_EXISTS) || error.status() == Some(409);
        if !is_there && !error.may_have_taken_effect() {
            return Err(error);
        }
        let found = Found {
            kind: request.kind(),
            account,
            name: id,
        };
        match self.same_job(call, &found, &request).await {
            Ok(Some(job)) => Ok(job),
            Ok(None) => {
                let message = format!(
                    "there is a job {} that was not made of this request; choose another jobId",
                    found.id()
                );
                Err(Error::new(ErrorKind::InvalidRequest, message)
                    .with_vendor_param("jobId")
                    .because(error))
            }
            // It is not there, or cannot be looked at: the first error says more.
            Err(_) => Err(error),
        }
    }

    /// Returns the job of an id, if it is what a request asks for.
    async fn same_job(
        &self,
        call: &Call,
        found: &Found,
        request: &JobRequest,
    ) -> Result<Option<Job>, Error> {
        let Found { account, name, .. } = found;
        macro_rules! compared {
            ($job:expr, $operation:ident, $options:ident) => {{
                let answer = self.$operation(account, name, $options::new()).await?;
                let there = answer.into_inner();
                match is_part(&json($job), &json(&there)) {
                    true => Some(there.unify(&call.context)?),
                    false => None,
                }
            }};
        }
        Ok(match &request.job {
            NewJob::Supervised(job) => {
                compared!(job, retrieve_supervised_job, RetrieveSupervisedJobOptions)
            }
            NewJob::Dpo(job) => compared!(job, retrieve_dpo_job, RetrieveDpoJobOptions),
            NewJob::Reinforcement(job) => {
                compared!(
                    job,
                    retrieve_reinforcement_job,
                    RetrieveReinforcementJobOptions
                )
            }
        })
    }
}

fn json(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// Returns the request with the account's full names of what is the account's.
pub(super) fn with_full_names(account: &str, request: &JobRequest) -> JobRequest {
    let mut request = request.clone();
    let dataset = |name: &mut String| {
        if !name.is_empty() {
            *name = resource(account, "datasets", name);
        }
    };
    match &mut request.job {
        NewJob::Supervised(job) => {
            dataset(&mut job.dataset);
            job.evaluation_dataset.iter_mut().for_each(dataset);
        }
        NewJob::Dpo(job) => dataset(&mut job.dataset),
        NewJob::Reinforcement(job) => {
            dataset(&mut job.dataset);
            job.evaluation_dataset.iter_mut().for_each(dataset);
            job.evaluator = resource(account, "evaluators", &job.evaluator);
        }
    }
    request
}

/// True where everything that was asked for is in what is there. The key of
/// Weights & Biases is not compared: the vendor need not repeat it. Names may
/// come with the account before them.
fn is_part(asked: &Value, there: &Value) -> bool {
    match (asked, there) {
        (Value::Object(asked), there) => asked.iter().all(|(name, asked)| {
            let there = there.get(name).unwrap_or(&Value::Null);
            name == "apiKey" || is_part(asked, there)
        }),
        (Value::Array(asked), Value::Array(there)) => {
            asked.len() == there.len()
                && asked
                    .iter()
                    .zip(there)
                    .all(|(asked, there)| is_part(asked, there))
        }
        (Value::Number(asked), Value::Number(there)) => {
            let pair = asked.as_f64().zip(there.as_f64());
            pair.is_some_and(|(a, b)| (a - b).abs() <= a.abs().max(b.abs()) * PRECISION)
        }
        (Value::String(asked), Value::String(there)) => {
            asked == there || there.ends_with(&format!("/{asked}"))
        }
        // What is not set may be left out.
        (Value::Null | Value::Bool(false), Value::Null) => true,
        (Value::Number(asked), Value::Null) => asked.as_f64() == Some(0.0),
        (asked, there) => asked == there,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_are_of_the_vendor_s_form() {
        for stem in ["train.jsonl", "7 Ünï", "", "-", "A_b"] {
            let id = new_id(stem);
            assert!(id.starts_with(|c: char| c.is_ascii_lowercase()), "{id}");
            let is_sign = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(id.chars().all(is_sign) && id.len() <= 63, "{id}");
            assert_ne!(id, new_id(stem));
        }
        assert!(new_id("train.jsonl").starts_with("train-jsonl-"));
        assert_eq!(id_of_key("order-7"), id_of_key("order-7"));
        assert_ne!(id_of_key("order-7"), id_of_key("order-8"));
    }

    #[test]
    fn a_job_is_recognised_by_what_was_asked_for() {
        let asked = json!({
            "dataset": "accounts/a/datasets/d", "epochs": 3, "learningRate": 0.0001,
            "outputModel": "m", "wandbConfig": {"apiKey": "k", "project": "p"}, "earlyStop": false,
        });
        let there = json!({
            "name": "x", "dataset": "accounts/a/datasets/d", "epochs": 3,
            "learningRate": 9.999_999_7e-5, "outputModel": "accounts/a/models/m",
            "wandbConfig": {"apiKey": "", "project": "p", "entity": ""}, "state": "JOB_STATE_RUNNING",
        });
        assert!(is_part(&asked, &there));
        for (name, other) in [
            ("dataset", json!("accounts/a/datasets/e")),
            ("epochs", json!(4)),
            ("learningRate", json!(0.0002)),
            ("wandbConfig", json!(null)),
        ] {
            let mut there = there.clone();
            there[name] = other;
            assert!(!is_part(&asked, &there), "{name}");
        }
    }
}
