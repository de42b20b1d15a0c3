//! `POST /fine_tuning/jobs`: what a request must hold, and the job that it starts.

use super::dialect::Id;
use super::job::{Hyperparameters, Job, Kind, Setting, spans};
use super::store::Store;
use super::{grader_form, graders, models, render};
use crate::clock::Time;
use crate::http::{Answer, Call, ErrorResponse, Fields, Reply, metadata};
use crate::state::dataset::{Dataset, Form, examine, without_assistant};
use crate::state::files::StoredFile;
use crate::state::limits;
use crate::state::run::{Failure, Run, Stage};
use serde_json::{Value, json};

const KNOWN: &[&str] = &[
    "model",
    "training_file",
    "hyperparameters",
    "suffix",
    "validation_file",
    "integrations",
    "seed",
    "method",
    "metadata",
];

/// Fewer examples than this fail a job's validation.
const LEAST_EXAMPLES: u64 = 10;

/// `POST /fine_tuning/jobs`
pub(crate) fn create(store: &mut Store, call: &Call) -> Reply {
    let job = start(store, &call.object()?, call.now)?;
    Ok(Answer::json(render::job(job, call.now)))
}

/// Checks a request and starts its job.
pub(crate) fn start<'a>(
    store: &'a mut Store,
    body: &Value,
    now: Time,
) -> Result<&'a Job, ErrorResponse> {
    let fields = Fields::of(body, "")?;
    fields.only(KNOWN)?;
    if store.jobs.len() >= limits::JOBS {
        let message = format!("The sandbox keeps at most {} jobs.", limits::JOBS);
        return Err(ErrorResponse::new(429, message).code("rate_limit_exceeded"));
    }
    let (model, methods) = model(store, &fields, now)?;
    let training =
        file(store, &fields, "training_file")?.ok_or_else(|| fields.missing("training_file"))?;
    let validation = file(store, &fields, "validation_file")?;
    let (kind, hyperparameters) = method(&fields)?;
    if !methods.contains(&kind.name()) {
        let message = format!(
            "'{model}' cannot be tuned with the method '{}'.",
            kind.name()
        );
        return Err(fields
            .error_response("method", message)
            .code("unsupported_method"));
    }

    let dataset = examine(&training.content);
    let failure = problem(training, &dataset, &kind, "training_file").or_else(|| {
        let file = validation?;
        problem(file, &examine(&file.content), &kind, "validation_file")
    });
    let steps = (dataset.examples * hyperparameters.epochs()).div_ceil(hyperparameters.batch());
    let seed = fields.integer("seed", 0, i64::from(i32::MAX))?;
    let mut job = Job {
        id: String::new(),
        result_file: String::new(),
        suffix: suffix(&fields)?,
        training_file: training.id.clone(),
        validation_file: validation.map(|file| file.id.clone()),
        integrations: integrations(&fields)?,
        metadata: metadata(&fields)?,
        tokens: dataset.tokens,
        run: Run::new(now, spans(steps), steps).failing(failure),
        seed: seed.unwrap_or_default(),
        deviation: None,
        model,
        kind,
        hyperparameters,
        result_deleted: false,
        dialect: store.dialect,
    };
    // Ids are drawn last, so that a rejected request changes nothing.
    job.id = store.draw(Id::Job);
    job.result_file = store.draw(Id::File);
    if seed.is_none() {
        job.seed = store.random.below(i32::MAX as u64) as i64;
    }
    let at = store.jobs.len();
    store.jobs.push(job);
    Ok(&store.jobs[at])
}

/// The model to tune: a base model, or a model that an earlier job made.
fn model(
    store: &Store,
    fields: &Fields<'_>,
    now: Time,
) -> Result<(String, &'static [&'static str]), ErrorResponse> {
    let name = fields.required_text("model")?;
    if let Some((name, methods)) = models::resolve(name) {
        return Ok((name.to_owned(), methods));
    }
    let earlier = store
        .jobs
        .iter()
        .find(|job| job.at(now).stage == Stage::Succeeded && job.output_model() == name);
    let base = earlier.and_then(|job| models::resolve((store.dialect.base_model)(&job.model)));
    base.map(|(_, methods)| (name.to_owned(), methods))
        .ok_or_else(|| {
            let message = format!("The model '{name}' does not exist or cannot be tuned.");
            fields
                .error_response("model", message)
                .code("model_not_available")
        })
}

fn file<'a>(
    store: &'a Store,
    fields: &Fields<'_>,
    name: &str,
) -> Result<Option<&'a StoredFile>, ErrorResponse> {
    let Some(id) = fields.text(name)? else {
        return Ok(None);
    };
    let file = store.files.get(id).ok_or_else(|| {
        let message =
            format!("There is no file '{id}'. Upload one with the purpose 'fine-tune' first.");
        fields.error_response(name, message).code("invalid_file_id")
    })?;
    if file.purpose != "fine-tune" {
        let message = format!(
            "The file '{id}' has the purpose '{}': it must be 'fine-tune'.",
            file.purpose
        );
        return Err(fields
            .error_response(name, message)
            .code("invalid_file_purpose"));
    }
    Ok(Some(file))
}

/// The error in a file that the job will fail with, if there is one.
fn problem(
    file: &StoredFile,
    dataset: &Dataset,
    kind: &Kind,
    param: &'static str,
) -> Option<Failure> {
    let least = if param == "training_file" {
        LEAST_EXAMPLES
    } else {
        1
    };
    let expected = match kind {
        Kind::Dpo { .. } => Form::Preference,
        Kind::Supervised | Kind::Reinforcement { .. } => Form::Chat,
    };
    let lesson = matches!(kind, Kind::Supervised)
        .then(|| without_assistant(&file.content))
        .flatten();
    let (code, what) = if let Some(problem) = &dataset.problem {
        ("invalid_file_format", format!("{problem}."))
    } else if dataset.form.is_some_and(|form| form != expected) {
        (
            "invalid_file_format",
            format!(
                "its examples are not in the form that the method '{}' takes.",
                kind.name()
            ),
        )
    } else if dataset.examples < least {
        (
            "invalid_n_examples",
            format!(
                "it holds {} examples, and at least {least} are needed.",
                dataset.examples
            ),
        )
    } else if let Some(line) = lesson {
        (
            "invalid_file_format",
            format!("line {line} has no assistant message to learn from."),
        )
    } else {
        return None;
    };
    Some(Failure {
        stage: Stage::Preparing,
        fraction: 0.9,
        code,
        message: format!("The file '{}' did not pass validation: {what}", file.id),
        param: Some(param),
        by_user: true,
    })
}

fn method(fields: &Fields<'_>) -> Result<(Kind, Hyperparameters), ErrorResponse> {
    let old = fields.object("hyperparameters")?;
    let Some(method) = fields.object("method")? else {
        return Ok((Kind::Supervised, hyperparameters(old.as_ref())?));
    };
    let types = ["supervised", "dpo", "reinforcement"];
    let kind = method
        .choice("type", &types)?
        .ok_or_else(|| method.missing("type"))?;
    let settings = method.object(kind)?;
    let inner = match &settings {
        Some(settings) => settings.object("hyperparameters")?,
        None => None,
    };
    let chosen = hyperparameters(inner.as_ref().or(old.as_ref()))?;
    let kind = match kind {
        "dpo" => Kind::Dpo {
            beta: match &inner {
                Some(inner) => number(inner, "beta", 2.0)?,
                None => Setting::Auto,
            },
        },
        "reinforcement" => {
            let settings = settings.ok_or_else(|| method.missing("reinforcement"))?;
            let grader = settings
                .value("grader")
                .ok_or_else(|| settings.missing("grader"))?;
            grader_form::check(grader, &settings.path_of("grader"))?;
            Kind::Reinforcement {
                grader: graders::answered(grader),
                extra: extra(inner.as_ref())?,
            }
        }
        _ => Kind::Supervised,
    };
    Ok((kind, chosen))
}

fn hyperparameters(fields: Option<&Fields<'_>>) -> Result<Hyperparameters, ErrorResponse> {
    let Some(fields) = fields else {
        return Ok(Hyperparameters::AUTO);
    };
    Ok(Hyperparameters {
        batch_size: integer(fields, "batch_size", 256)?,
        learning_rate_multiplier: number(fields, "learning_rate_multiplier", 1000.0)?,
        n_epochs: integer(fields, "n_epochs", 50)?,
    })
}

/// What only reinforcement takes.
fn extra(fields: Option<&Fields<'_>>) -> Result<Value, ErrorResponse> {
    let mut extra = json!({});
    let Some(fields) = fields else {
        return Ok(extra);
    };
    let efforts = ["default", "low", "medium", "high"];
    if let Some(effort) = fields.choice("reasoning_effort", &efforts)? {
        extra["reasoning_effort"] = json!(effort);
    }
    for name in ["eval_interval", "eval_samples"] {
        if fields.value(name).is_some() {
            extra[name] = integer(fields, name, 1_000_000)?.json();
        }
    }
    if fields.value("compute_multiplier").is_some() {
        extra["compute_multiplier"] = number(fields, "compute_multiplier", 10.0)?.json();
    }
    Ok(extra)
}

fn integer(fields: &Fields<'_>, name: &str, most: i64) -> Result<Setting, ErrorResponse> {
    if is_auto(fields, name) {
        return Ok(Setting::Auto);
    }
    let value = fields.integer(name, 1, most)?;
    Ok(value.map_or(Setting::Auto, |value| {
        Setting::Integer(value.unsigned_abs())
    }))
}

fn number(fields: &Fields<'_>, name: &str, most: f64) -> Result<Setting, ErrorResponse> {
    if is_auto(fields, name) {
        return Ok(Setting::Auto);
    }
    let value = fields.number(name, f64::MIN_POSITIVE, most)?;
    Ok(value.map_or(Setting::Auto, Setting::Number))
}

fn is_auto(fields: &Fields<'_>, name: &str) -> bool {
    fields.value(name).is_some_and(|value| value == "auto")
}

fn suffix(fields: &Fields<'_>) -> Result<Option<String>, ErrorResponse> {
    let Some(suffix) = fields.text("suffix")? else {
        return Ok(None);
    };
    if (1..=64).contains(&suffix.chars().count()) {
        return Ok(Some(suffix.to_owned()));
    }
    let message = "'suffix' must have from 1 to 64 characters.";
    Err(fields
        .error_response("suffix", message)
        .code("invalid_value"))
}

fn integrations(fields: &Fields<'_>) -> Result<Vec<Value>, ErrorResponse> {
    let given = fields.list("integrations")?;
    let given = given.map(Vec::as_slice).unwrap_or_default();
    if given.len() > 5 {
        let message = "A job takes at most 5 integrations.";
        return Err(fields.error_response("integrations", message));
    }
    let read = |integration: &Value| {
        let integration = Fields::of(integration, "integrations")?;
        integration
            .choice("type", &["wandb"])?
            .ok_or_else(|| integration.missing("type"))?;
        let wandb = integration
            .object("wandb")?
            .ok_or_else(|| integration.missing("wandb"))?;
        let tags = wandb.list("tags")?.cloned().unwrap_or_default();
        Ok(json!({
            "type": "wandb",
            "wandb": {
                "project": wandb.required_text("project")?,
                "name": wandb.text("name")?,
                "entity": wandb.text("entity")?,
                "tags": tags.iter().filter(|tag| tag.is_string()).collect::<Vec<_>>(),
            },
        }))
    };
    given.iter().map(read).collect()
}
