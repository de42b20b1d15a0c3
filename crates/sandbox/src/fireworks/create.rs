//! The creation of a job: what a request must hold.

use super::datasets::{self, Dataset};
use super::fields;
use super::job::{Job, epochs, spans, steps};
use super::kinds::{KINDS, Kind, PREFERENCE, REINFORCEMENT, SUPERVISED};
use super::store::Store;
use super::{account, errors, models, render};
use crate::http::{Answer, Call, ErrorResponse, Reply};
use crate::state::dataset::Form;
use crate::state::limits;
use crate::state::run::{Failure, Run, Stage};
use serde_json::{Map, Value, json};

/// The fewest examples that a job trains on.
const FEWEST_EXAMPLES: u64 = 3;
/// The most epochs.
const MOST_EPOCHS: u64 = 100;
/// From so many epochs on the loss of an evaluation dataset no longer falls, and a job that may stop early does.
const EARLY_STOP_EPOCHS: u64 = 4;

/// A request to create a job, checked.
pub(super) struct Request {
    values: Map<String, Value>,
    dataset: String,
    lines: u64,
    steps: u64,
    /// Nanodollars.
    pub(super) price: u64,
}

/// `POST …/{collection}`
pub(crate) fn create<const KIND: usize>(store: &mut Store, call: &Call) -> Reply {
    account::check(call)?;
    if store.jobs.len() >= limits::JOBS {
        let message = format!("The sandbox keeps at most {} jobs.", limits::JOBS);
        return Err(ErrorResponse::new(429, message).code("rate_limit_exceeded"));
    }
    let kind = &KINDS[KIND];
    let chosen = call.query(kind.id_parameter).filter(|id| !id.is_empty());
    if let Some(id) = chosen {
        check_id(kind.id_parameter, id)?;
        if store.job(KIND, id, call.now).is_some() {
            return Err(errors::exists(&account::resource(kind.collection, id)));
        }
    }
    let request = read(store, call, kind)?;
    // The id is drawn last, so that a rejected request changes nothing.
    let id = match chosen {
        Some(id) => id.to_owned(),
        None => store.random.uuid(""),
    };
    let job = request.job(store, KIND, id, call);
    // One of this id may have been deleted.
    let now = call.now;
    store.jobs.retain(|job| !job.is_gone(now));
    let body = render::created(store, &job, call);
    store.jobs.push(job);
    Ok(Answer::json(body))
}

/// Reads and checks the body.
pub(super) fn read(store: &Store, call: &Call, kind: &Kind) -> Result<Request, ErrorResponse> {
    let mut values = fields::read(kind.fields, &call.object()?, "")?;
    let dataset = dataset(store, &mut values, "dataset")?.ok_or_else(|| missing("dataset"))?;
    let evaluation = dataset_of_evaluation(store, &mut values)?;
    if kind.collection == KINDS[REINFORCEMENT].collection {
        let evaluator = values
            .get("evaluator")
            .and_then(Value::as_str)
            .unwrap_or("");
        let id = account::id_of(evaluator, "evaluators").filter(|id| !id.is_empty());
        let id = id.ok_or_else(|| missing("evaluator"))?;
        let name = account::resource("evaluators", id);
        values.insert("evaluator".into(), json!(name));
    }
    let examined = datasets::examine(store, dataset);
    let lines = examined.examples;
    let tokens = examined.tokens + evaluation.map_or(0, |it| datasets::examine(store, it).tokens);
    let dataset = dataset.id.clone();

    let Some(settings) = kind.settings_mut(&mut values) else {
        return Err(missing("trainingConfig"));
    };
    let model = base_model(store, call, kind, settings)?;
    if let Some(output) = settings.get("outputModel").and_then(Value::as_str) {
        let path = kind.path_of("outputModel");
        let id = account::id_of(output, "models").filter(|id| !id.is_empty());
        let id = id.ok_or_else(|| invalid(&path, "is not a model of this account"))?;
        check_id(&path, id)?;
        let name = account::resource("models", id);
        settings.insert("outputModel".into(), json!(name));
    }
    let settings = Some(&*settings);
    let count = epochs(settings);
    if count > MOST_EPOCHS {
        return Err(invalid(
            &kind.path_of("epochs"),
            &format!("is over {MOST_EPOCHS}"),
        ));
    }
    let price = model.price(tokens.saturating_mul(count));
    let steps = steps(settings, lines);
    Ok(Request {
        values,
        dataset,
        lines,
        steps,
        price,
    })
}

impl Request {
    fn job(mut self, store: &Store, kind: usize, id: String, call: &Call) -> Job {
        let settings = KINDS[kind].settings_mut(&mut self.values);
        if let Some(settings) = settings {
            let model = account::resource("models", &id);
            settings.entry("outputModel").or_insert(json!(model));
        }
        let flag = |name: &str| self.values.get(name) == Some(&Value::Bool(true));
        let evaluated = flag("evalAutoCarveout") || self.values.contains_key("evaluationDataset");
        let stops = flag("earlyStop")
            && evaluated
            && epochs(KINDS[kind].settings(&self.values)) >= EARLY_STOP_EPOCHS;
        let run = Run::new(call.now, spans(&KINDS[kind], self.steps), self.steps);
        Job {
            run: run.failing(problem(store, kind, &self.dataset)),
            kind,
            id,
            values: self.values,
            price: self.price,
            lines: self.lines,
            ending: stops.then_some("JOB_STATE_EARLY_STOPPED"),
            deleted: None,
            deviation: None,
        }
    }
}

/// The error in the dataset that the job will fail with when it is validated, if there is one.
fn problem(store: &Store, kind: usize, dataset: &str) -> Option<Failure> {
    let dataset = store.dataset(dataset)?;
    if dataset.is_external() {
        return None;
    }
    let examined = datasets::examine(store, dataset);
    let preference = examined.form == Some(Form::Preference);
    let silent = || datasets::without_assistant(store, dataset);
    let what = match (examined.problem, kind) {
        (Some(problem), _) => problem,
        (None, _) if examined.examples < FEWEST_EXAMPLES => {
            format!(
                "it has {} examples, and needs {FEWEST_EXAMPLES}",
                examined.examples
            )
        }
        (None, PREFERENCE) if !preference => "a preference job needs preference examples".into(),
        (None, SUPERVISED) if preference => "preference examples need a preference job".into(),
        (None, SUPERVISED) => format!("line {} has no message of the assistant", silent()?),
        _ => return None,
    };
    Some(Failure {
        stage: Stage::Preparing,
        fraction: 0.5,
        code: "INVALID_ARGUMENT",
        message: format!("The dataset '{}' cannot be used: {what}.", dataset.id),
        param: None,
        by_user: true,
    })
}

/// The dataset that a field names; its whole name is written back.
fn dataset<'a>(
    store: &'a Store,
    values: &mut Map<String, Value>,
    field: &str,
) -> Result<Option<&'a Dataset>, ErrorResponse> {
    let name = values.get(field).and_then(Value::as_str);
    let Some(name) = name.filter(|name| !name.is_empty()) else {
        values.remove(field);
        return Ok(None);
    };
    let found = account::id_of(name, "datasets").and_then(|id| store.dataset(id));
    let found = found.ok_or_else(|| invalid(field, "names no dataset of this account"))?;
    if !found.is_ready() {
        let message = format!("The dataset '{}' is not ready: upload it first.", found.id);
        return Err(errors::precondition(message).param(field));
    }
    values.insert(field.into(), json!(found.name()));
    Ok(Some(found))
}

fn dataset_of_evaluation<'a>(
    store: &'a Store,
    values: &mut Map<String, Value>,
) -> Result<Option<&'a Dataset>, ErrorResponse> {
    dataset(store, values, "evaluationDataset")
}

/// The model to start from: a public one, or one that a job of the account has made.
fn base_model(
    store: &Store,
    call: &Call,
    kind: &Kind,
    settings: &mut Map<String, Value>,
) -> Result<models::Base, ErrorResponse> {
    let named = |field: &str| {
        let name = settings.get(field).and_then(Value::as_str);
        name.filter(|name| !name.is_empty()).map(str::to_owned)
    };
    match (named("baseModel"), named("warmStartFrom")) {
        (Some(base), None) => models::base(&base).ok_or_else(|| {
            invalid(
                &kind.path_of("baseModel"),
                "names no model that can be tuned",
            )
        }),
        (None, Some(tuned)) => {
            let job =
                account::id_of(&tuned, "models").and_then(|id| models::job_of(store, id, call.now));
            let base = job.and_then(|job| models::origin(store, job, call.now));
            base.ok_or_else(|| {
                invalid(
                    &kind.path_of("warmStartFrom"),
                    "names no tuned model of this account",
                )
            })
        }
        (Some(_), Some(_)) => Err(invalid(
            &kind.path_of("warmStartFrom"),
            "cannot be set together with the base model",
        )),
        (None, None) => Err(missing(&kind.path_of("baseModel"))),
    }
}

/// Checks an id that the caller chose.
pub(super) fn check_id(field: &str, id: &str) -> Result<(), ErrorResponse> {
    let allowed =
        |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-';
    match id.len() <= 63 && id.bytes().all(allowed) && !id.starts_with('-') && !id.ends_with('-') {
        true => Ok(()),
        false => Err(invalid(
            field,
            "must be 1 to 63 lower-case letters, digits and hyphens, with no hyphen at either end",
        )),
    }
}

/// 400 that names the field.
pub(super) fn invalid(field: &str, what: &str) -> ErrorResponse {
    ErrorResponse::field(field, format!("'{field}' {what}.")).code("invalid_value")
}

/// 400 for a field that must be there.
pub(super) fn missing(field: &str) -> ErrorResponse {
    ErrorResponse::field(field, format!("'{field}' is required.")).code("missing_field")
}
