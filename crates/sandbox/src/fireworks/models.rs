//! Models: the public ones that can be tuned, and those that jobs have made.

use super::fields;
use super::job::Job;
use super::store::Store;
use super::{account, errors, list, tables, times};
use crate::clock::{DAY, START, Time};
use crate::http::{Answer, Call, Reply};
use crate::state::run::Stage;
use serde_json::{Value, json};

/// A family of models: what their ids begin with, and how large one is unless its id says so.
struct Family {
    prefix: &'static str,
    /// Parameters, in thousands of millions.
    billions: u64,
    is_mixture: bool,
}

const fn family(prefix: &'static str, billions: u64, is_mixture: bool) -> Family {
    Family {
        prefix,
        billions,
        is_mixture,
    }
}

/// Every family.
const FAMILIES: &[Family] = &[
    family("deepseek-", 671, true),
    family("gemma-", 27, false),
    family("glm-", 355, true),
    family("gpt-oss-", 120, true),
    family("kimi-", 1000, true),
    family("llama-", 70, false),
    family("minimax-", 229, true),
    family("mistral-", 7, false),
    family("mixtral-", 47, true),
    family("phi-", 14, false),
    family("qwen", 8, false),
];

/// What a token costs to train on, in nanodollars: for models of so many thousands of millions of parameters and more.
const PRICES: &[(u64, u64)] = &[(301, 10_000), (81, 6_000), (17, 3_000), (0, 500)];

/// Examples of the public models, for lists.
const LISTED: &[&str] = &[
    "deepseek-v3",
    "gemma-3-27b-it",
    "gpt-oss-20b",
    "llama-v3p1-8b-instruct",
    "llama-v3p3-70b-instruct",
    "qwen2p5-7b-instruct",
    "qwen3-8b",
];

/// A public model.
pub(super) struct Base {
    id: String,
    billions: u64,
    is_mixture: bool,
}

impl Base {
    /// What training on so many tokens costs, in nanodollars.
    pub(super) fn price(&self, tokens: u64) -> u64 {
        let row = PRICES.iter().find(|row| self.billions >= row.0);
        tokens.saturating_mul(row.map_or(0, |row| row.1))
    }
}

/// The public model with this name.
pub(super) fn base(name: &str) -> Option<Base> {
    let id = name.strip_prefix("accounts/fireworks/models/")?;
    let family = FAMILIES.iter().find(|row| id.starts_with(row.prefix))?;
    let billions = id
        .split('-')
        .find_map(|part| part.strip_suffix('b')?.parse().ok());
    Some(Base {
        id: id.to_owned(),
        billions: billions.unwrap_or(family.billions),
        is_mixture: family.is_mixture,
    })
}

/// The finished job that made a model of the account.
pub(super) fn job_of<'a>(store: &'a Store, id: &str, now: Time) -> Option<&'a Job> {
    let mut jobs = store.jobs.iter().rev();
    jobs.find(|job| job.output_model() == id && job.at(now).stage == Stage::Succeeded)
}

/// The public model that a job began with, perhaps by way of other jobs.
pub(super) fn origin(store: &Store, job: &Job, now: Time) -> Option<Base> {
    let mut job = job;
    // A model may have been made again out of itself.
    for _ in 0..16 {
        let name = job.base_model();
        match base(name) {
            Some(base) => return Some(base),
            None => job = job_of(store, account::id_of(name, "models")?, now)?,
        }
    }
    None
}

/// `GET …/models/{id}`
pub(crate) fn retrieve(store: &mut Store, call: &Call) -> Reply {
    let id = call.path("id");
    let body = match call.path("account_id") {
        account::PUBLIC => base(&format!("accounts/{}/models/{id}", account::PUBLIC)).map(public),
        account::ID => job_of(store, id, call.now).map(|job| tuned(store, job, call.now)),
        _ => return Err(errors::forbidden()),
    };
    let body = body.ok_or_else(errors::not_found)?;
    Ok(Answer::json(list::masked(call, tables::MODEL, body)?))
}

/// `GET …/models`
pub(crate) fn list(store: &mut Store, call: &Call) -> Reply {
    let items: Vec<Value> = match call.path("account_id") {
        account::PUBLIC => {
            let names = LISTED
                .iter()
                .map(|id| format!("accounts/{}/models/{id}", account::PUBLIC));
            names.filter_map(|name| base(&name)).map(public).collect()
        }
        account::ID => {
            let jobs = store.jobs.iter();
            let made = jobs.filter(|job| job.at(call.now).stage == Stage::Succeeded);
            made.map(|job| tuned(store, job, call.now)).collect()
        }
        _ => return Err(errors::forbidden()),
    };
    let listing = list::Listing {
        collection: "models",
        fields: tables::MODEL,
        items,
        key: |body, field| list::text_key(body, field),
        render: &Value::clone,
    };
    listing.answer(call)
}

fn public(base: Base) -> Value {
    let name = format!("accounts/{}/models/{}", account::PUBLIC, base.id);
    let created = times::micros(START.plus(-450 * DAY), &name);
    let values = json!({
        "name": name,
        "displayName": base.id,
        "createTime": created,
        "updateTime": created,
        "state": "READY",
        "status": {"code": "OK", "message": ""},
        "kind": "HF_BASE_MODEL",
        "baseModelDetails": {
            "worldSize": 1,
            "checkpointFormat": "HUGGINGFACE",
            "parameterCount": (base.billions * 1_000_000_000).to_string(),
            "moe": base.is_mixture,
            "tunable": true,
            "supportsFireattention": true,
            "defaultPrecision": "FP8",
        },
        "public": true,
        "contextLength": 131_072,
        "trainingContextLength": 32_768,
        "supportsTools": true,
        "calibrated": true,
        "tunable": true,
        "supportsLora": true,
        "supportsServerless": true,
        "supervisedLoraTunable": true,
        "rlTunable": true,
        "rlLoraTunable": true,
    });
    fields::written(tables::MODEL, &values)
}

fn tuned(store: &Store, job: &Job, now: Time) -> Value {
    let name = account::resource("models", job.output_model());
    let made = job.at(now).ended.unwrap_or(now);
    let base = origin(store, job, now).map_or(String::new(), |base| {
        format!("accounts/{}/models/{}", account::PUBLIC, base.id)
    });
    let rank = job.setting("loraRank").and_then(Value::as_u64).unwrap_or(8);
    let values = json!({
        "name": name,
        "displayName": job.output_model(),
        "createTime": times::micros(made, &name),
        "updateTime": times::micros(made, &name),
        "state": "READY",
        "status": {"code": "OK", "message": ""},
        "kind": "HF_PEFT_ADDON",
        "peftDetails": {
            "baseModel": base,
            "r": rank,
            "targetModules": ["q_proj", "k_proj", "v_proj", "o_proj"],
        },
        "fineTuningJob": job.name(),
        "contextLength": 131_072,
        "supportsTools": true,
    });
    fields::written(tables::MODEL, &values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_say_how_large_a_model_is() {
        let billions = |id: &str| {
            let base = base(&format!("accounts/fireworks/models/{id}"));
            base.map(|base| base.billions)
        };
        assert_eq!(billions("llama-v3p1-8b-instruct"), Some(8));
        assert_eq!(billions("deepseek-v3"), Some(671));
        assert_eq!(billions("none"), None);
        assert!(base("llama-v3p1-8b-instruct").is_none());
        for id in LISTED {
            assert!(billions(id).is_some(), "{id}");
        }
    }
}
