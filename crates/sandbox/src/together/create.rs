//! `POST /fine-tunes` and what it shares with the price estimate: what a request must hold.

use super::dataset::examine;
use super::early_stop::EarlyStopping;
use super::job::{Job, Method, STOPPING, Scheduler, TrainingType, spans};
use super::models::{self, Model, limits as model_limits};
use super::render;
use super::store::Store;
use crate::clock::Time;
use crate::deviation::Deviation;
use crate::http::{Answer, Call, ErrorResponse, Fields, Reply};
use crate::state::dataset::{Dataset, Form};
use crate::state::files::StoredFile;
use crate::state::limits;
use crate::state::run::{Failure, Run, Stage};
use serde_json::{Value, json};

/// `POST /fine-tunes`
pub(crate) fn create(store: &mut Store, call: &Call) -> Reply {
    let body = call.object()?;
    let fields = Fields::of(&body, "")?;
    if store.jobs.len() >= limits::JOBS {
        let message = format!("The sandbox keeps at most {} jobs.", limits::JOBS);
        return Err(ErrorResponse::new(429, message).code("rate_limit_exceeded"));
    }
    let (mut job, early_stopping) = read(store, &fields, call.now)?;
    // The id is drawn last, so that a rejected request changes nothing.
    job.id = store.random.uuid("ft-");
    if let Some(early_stopping) = early_stopping {
        early_stopping.apply(&mut job, call.now);
    }
    let body = render::truncated(&job, call.now);
    store.jobs.push(job);
    Ok(Answer::json(body))
}

fn read(
    store: &Store,
    fields: &Fields<'_>,
    now: Time,
) -> Result<(Job, Option<EarlyStopping>), ErrorResponse> {
    let training =
        file(store, fields, "training_file")?.ok_or_else(|| fields.missing("training_file"))?;
    let validation = file(store, fields, "validation_file")?;
    let (model, from_checkpoint) = model(store, fields, now)?;
    let method = method(fields)?;
    let training_type = training_type(fields, model)?;
    let full = matches!(training_type, TrainingType::Full);
    let dataset = examine(&training.content);

    let n_epochs = fields
        .integer("n_epochs", 1, model_limits::EPOCHS)?
        .unwrap_or(1)
        .unsigned_abs();
    let batch_size = batch_size(fields, model)?;
    // 0 means the model's default, too.
    let accumulation = fields
        .integer("gradient_accumulation_steps", 0, model_limits::ACCUMULATION)?
        .filter(|steps| *steps > 0)
        .unwrap_or(model_limits::DEFAULT_ACCUMULATION)
        .unsigned_abs();
    let steps = (dataset.examples * n_epochs).div_ceil(batch_size * accumulation);
    let n_evals = fields
        .integer("n_evals", 0, model_limits::EVALS)?
        .unwrap_or(0)
        .unsigned_abs();
    let early_stopping = EarlyStopping::read(fields, n_evals, validation.is_some())?;
    let job = Job {
        id: String::new(),
        model: model.name.to_owned(),
        suffix: suffix(fields)?,
        training_file: training.id.clone(),
        validation_file: validation.map(|file| file.id.clone()),
        lines: dataset.examples,
        size: training.content.len() as u64,
        tokens: dataset.tokens,
        parameters: models::parameters(model.name),
        price: models::price(model.name, dataset.tokens * n_epochs),
        n_epochs,
        n_evals,
        n_checkpoints: fields
            .integer("n_checkpoints", 1, model_limits::CHECKPOINTS)?
            .unwrap_or(1)
            .unsigned_abs(),
        batch_size,
        planned_steps: steps.max(1),
        best: None,
        learning_rate: fields
            .number(
                "learning_rate",
                model_limits::LEAST_RATE,
                model_limits::MOST_RATE,
            )?
            .unwrap_or(1e-5),
        scheduler: scheduler(fields)?,
        warmup_ratio: fields.number("warmup_ratio", 0.0, 1.0)?.unwrap_or(0.0),
        max_grad_norm: fields
            .number("max_grad_norm", 0.0, f64::MAX)?
            .unwrap_or(1.0),
        weight_decay: fields.number("weight_decay", 0.0, f64::MAX)?.unwrap_or(0.0),
        packing: fields.flag("packing")?.unwrap_or(true),
        max_seq_length: fields
            .integer("max_seq_length", 1, model_limits::SEQUENCE)?
            .unwrap_or(model_limits::SEQUENCE)
            .unsigned_abs(),
        random_seed: fields.integer("random_seed", i64::MIN, i64::MAX)?,
        wandb_project: fields.filled_text("wandb_project_name")?.map(str::to_owned),
        wandb_name: fields.filled_text("wandb_name")?.map(str::to_owned),
        wandb_entity: fields.filled_text("wandb_entity")?.map(str::to_owned),
        from_checkpoint,
        run: Run::new(now, spans(steps, full), steps).failing(problem(&dataset, &method)),
        method,
        training_type,
        restarted_as: None,
        // What the document does not know yet comes in the bodies of today.
        deviation: early_stopping.map(|_| Deviation::NewEvents),
    };
    Ok((job, early_stopping))
}

/// The file that a field names; `""` names none.
pub(super) fn file<'a>(
    store: &'a Store,
    fields: &Fields<'_>,
    name: &str,
) -> Result<Option<&'a StoredFile>, ErrorResponse> {
    let Some(id) = fields.filled_text(name)? else {
        return Ok(None);
    };
    let file = store.files.get(id).ok_or_else(|| {
        let message = format!("There is no file '{id}'. Upload it first.");
        fields.error_response(name, message).code("invalid_file")
    })?;
    if file.purpose != "fine-tune" {
        let message = format!(
            "The file '{id}' has the purpose '{}': it must be 'fine-tune'.",
            file.purpose
        );
        return Err(fields.error_response(name, message).code("invalid_file"));
    }
    Ok(Some(file))
}

/// The model to tune, or that of the checkpoint to continue from.
pub(super) fn model(
    store: &Store,
    fields: &Fields<'_>,
    now: Time,
) -> Result<(&'static Model, Option<String>), ErrorResponse> {
    if let Some(checkpoint) = fields.filled_text("from_checkpoint")? {
        let job = earlier(store, checkpoint, now).ok_or_else(|| {
            let message = format!("There is no checkpoint '{checkpoint}'.");
            fields
                .error_response("from_checkpoint", message)
                .code("invalid_checkpoint")
        })?;
        let model = models::model(&job.model);
        let model = model.ok_or_else(|| {
            fields.error_response("from_checkpoint", "Its model cannot be tuned any more.")
        })?;
        return Ok((model, Some(checkpoint.to_owned())));
    }
    let name = fields
        .filled_text("model")?
        .ok_or_else(|| fields.missing("model"))?;
    let model = models::model(name).ok_or_else(|| {
        let message =
            format!("The model '{name}' cannot be fine-tuned. See /fine-tunes/models/supported.");
        fields
            .error_response("model", message)
            .code("model_not_supported")
    })?;
    Ok((model, None))
}

/// `job`, `job:step`, `model`, `model:step`
fn earlier<'a>(store: &'a Store, checkpoint: &str, now: Time) -> Option<&'a Job> {
    let (name, step) = match checkpoint.rsplit_once(':') {
        Some((name, step)) => (name, Some(step.parse::<u64>().ok()?)),
        None => (checkpoint, None),
    };
    let job = store
        .jobs
        .iter()
        .find(|job| job.id == name || job.output_model() == name)?;
    let step = step.unwrap_or(job.run.steps());
    let made = job.checkpoint_steps().contains(&step);
    let made = made && job.run.step_reached(step).is_some_and(|at| at <= now);
    made.then_some(job)
}

fn method(fields: &Fields<'_>) -> Result<Method, ErrorResponse> {
    let old = on_inputs(fields)?.unwrap_or(json!("auto"));
    let Some(method) = fields.object("training_method")? else {
        return Ok(Method::Sft {
            train_on_inputs: old,
        });
    };
    let kind = method.choice("method", &["sft", "dpo"])?;
    match kind.ok_or_else(|| method.missing("method"))? {
        "dpo" => Ok(Method::Dpo(json!({
            "method": "dpo",
            "dpo_beta": method.number("dpo_beta", 0.0, 100.0)?.unwrap_or(0.1),
            "rpo_alpha": method.number("rpo_alpha", 0.0, 100.0)?.unwrap_or(0.0),
            "dpo_normalize_logratios_by_length": method.flag("dpo_normalize_logratios_by_length")?.unwrap_or(false),
            "dpo_reference_free": method.flag("dpo_reference_free")?.unwrap_or(false),
            "simpo_gamma": method.number("simpo_gamma", 0.0, 100.0)?.unwrap_or(0.0),
        }))),
        _ => Ok(Method::Sft {
            train_on_inputs: on_inputs(&method)?.unwrap_or(old),
        }),
    }
}

/// `train_on_inputs`: true, false, or `"auto"`.
fn on_inputs(fields: &Fields<'_>) -> Result<Option<Value>, ErrorResponse> {
    match fields.value("train_on_inputs") {
        None => Ok(None),
        Some(value) if value.is_boolean() || value == "auto" => Ok(Some(value.clone())),
        Some(_) => {
            let message = "'train_on_inputs' must be true, false or \"auto\".";
            Err(fields
                .error_response("train_on_inputs", message)
                .code("invalid_type"))
        }
    }
}

fn training_type(fields: &Fields<'_>, model: &Model) -> Result<TrainingType, ErrorResponse> {
    let Some(kind) = fields.object("training_type")? else {
        return Ok(lora(
            model_limits::RANK,
            2 * model_limits::RANK,
            0.0,
            "all-linear",
        ));
    };
    let name = kind.choice("type", &["Full", "Lora"])?;
    if name.ok_or_else(|| kind.missing("type"))? == "Full" {
        if !model.supports_full {
            let message = format!("'{}' can only be tuned with LoRA.", model.name);
            return Err(kind.error_response("type", message));
        }
        return Ok(TrainingType::Full);
    }
    let rank = kind
        .integer("lora_r", 1, model_limits::RANK)?
        .ok_or_else(|| kind.missing("lora_r"))?;
    let alpha = kind
        .integer("lora_alpha", 1, 100_000)?
        .ok_or_else(|| kind.missing("lora_alpha"))?;
    let dropout = kind.number("lora_dropout", 0.0, 0.999_999)?.unwrap_or(0.0);
    let modules = kind
        .filled_text("lora_trainable_modules")?
        .unwrap_or("all-linear");
    Ok(lora(rank, alpha, dropout, modules))
}

fn lora(rank: i64, alpha: i64, dropout: f64, modules: &str) -> TrainingType {
    TrainingType::Lora(json!({
        "type": "Lora",
        "lora_r": rank,
        "lora_alpha": alpha,
        "lora_dropout": dropout,
        "lora_trainable_modules": modules,
    }))
}

fn batch_size(fields: &Fields<'_>, model: &Model) -> Result<u64, ErrorResponse> {
    if fields
        .value("batch_size")
        .is_none_or(|value| value == "max")
    {
        return Ok(model.max_batch_size);
    }
    let most = i64::try_from(model.max_batch_size).unwrap_or(i64::MAX);
    let size = fields.integer("batch_size", model_limits::LEAST_BATCH, most)?;
    Ok(size.map_or(model.max_batch_size, i64::unsigned_abs))
}

fn scheduler(fields: &Fields<'_>) -> Result<Scheduler, ErrorResponse> {
    let Some(scheduler) = fields.object("lr_scheduler")? else {
        return Ok(Scheduler::Linear { min_lr_ratio: 0.0 });
    };
    let kind = scheduler.choice("lr_scheduler_type", &["linear", "cosine"])?;
    let kind = kind.ok_or_else(|| scheduler.missing("lr_scheduler_type"))?;
    let arguments = scheduler.object("lr_scheduler_args")?;
    let number = |name: &str, most: f64, default: f64| -> Result<f64, ErrorResponse> {
        match &arguments {
            Some(arguments) => Ok(arguments.number(name, 0.0, most)?.unwrap_or(default)),
            None => Ok(default),
        }
    };
    let min_lr_ratio = number("min_lr_ratio", 1.0, 0.0)?;
    Ok(match kind {
        "cosine" => Scheduler::Cosine {
            min_lr_ratio,
            num_cycles: number("num_cycles", 1000.0, 0.5)?,
        },
        _ => Scheduler::Linear { min_lr_ratio },
    })
}

fn suffix(fields: &Fields<'_>) -> Result<Option<String>, ErrorResponse> {
    let suffix = fields.filled_text("suffix")?;
    match suffix {
        Some(suffix) if suffix.chars().count() > 64 => {
            let message = "'suffix' must have at most 64 characters.";
            Err(fields
                .error_response("suffix", message)
                .code("invalid_value"))
        }
        suffix => Ok(suffix.map(str::to_owned)),
    }
}

/// The error in the training file that the job will fail with, if there is one.
fn problem(dataset: &Dataset, method: &Method) -> Option<Failure> {
    let preference = dataset.form == Some(Form::Preference);
    let what = match (&dataset.problem, method) {
        (Some(problem), _) => problem.clone(),
        (None, _) if dataset.examples == 0 => "it holds no example".into(),
        (None, Method::Dpo(_)) if !preference => "DPO needs preference examples".into(),
        (None, Method::Sft { .. }) if preference => "preference examples need DPO".into(),
        _ => return None,
    };
    Some(Failure {
        stage: Stage::Training,
        fraction: 0.04,
        code: "job_user_error",
        message: format!("Training data is not usable: {what}"),
        param: None,
        by_user: true,
    })
}

/// `POST /fine-tunes/{id}/cancel`
pub(crate) fn cancel(store: &mut Store, call: &Call) -> Reply {
    let id = call.path("id");
    let found = store.jobs.iter_mut().find(|job| job.id == id);
    let job = found.ok_or_else(|| super::jobs::unknown_job(id))?;
    let stage = job.at(call.now).stage;
    if stage.is_over() || stage == Stage::Cancelling {
        let status = job.status(call.now);
        let message = format!("A job that is {status} cannot be cancelled.");
        return Err(ErrorResponse::new(400, message).code("invalid_job_state"));
    }
    job.run.cancel(call.now, STOPPING);
    Ok(Answer::json(render::truncated(job, call.now)))
}

/// `POST /fine-tunes/estimate-price`
pub(crate) fn estimate(store: &mut Store, call: &Call) -> Reply {
    let body = call.object()?;
    let fields = Fields::of(&body, "")?;
    let training =
        file(store, &fields, "training_file")?.ok_or_else(|| fields.missing("training_file"))?;
    let validation = file(store, &fields, "validation_file")?;
    let named =
        fields.filled_text("model")?.is_some() || fields.filled_text("from_checkpoint")?.is_some();
    let name = match named {
        true => model(store, &fields, call.now)?.0.name,
        false => "",
    };
    method(&fields)?;
    let epochs = fields
        .integer("n_epochs", 1, model_limits::EPOCHS)?
        .unwrap_or(1)
        .unsigned_abs();
    let evals = fields
        .integer("n_evals", 0, model_limits::EVALS)?
        .unwrap_or(0)
        .unsigned_abs();
    let of_no_use = |file: &StoredFile| examine(&file.content).problem.is_some();
    let reason = match (training, validation) {
        (file, _) if of_no_use(file) => Some("train_file_invalid"),
        (_, Some(file)) if of_no_use(file) => Some("eval_file_invalid"),
        (file, _) if examine(&file.content).has_images => Some("multimodal_dataset"),
        _ => None,
    };
    if let Some(reason) = reason {
        return Ok(Answer::json(json!({
            "estimation_available": false,
            "unavailable_reason": reason,
        })));
    }
    let train = examine(&training.content).tokens * epochs;
    let eval = validation.map_or(0, |file| examine(&file.content).tokens * evals);
    let dollars = models::price(name, train + eval) as f64 / 1e9;
    Ok(Answer::json(json!({
        "estimation_available": true,
        "estimated_total_price": dollars,
        "allowed_to_proceed": dollars <= super::account::CREDIT,
        "user_limit": super::account::CREDIT,
        "estimated_train_token_count": train,
        "estimated_eval_token_count": eval,
    })))
}
