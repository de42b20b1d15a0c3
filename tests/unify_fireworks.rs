//! A job of Fireworks' becomes the gateway's job, whichever of the three kinds it
//! is; and a request becomes a job of the kind that it is for.
#![cfg(all(feature = "fireworks", feature = "openai", feature = "together"))]

use crate::support;

use serde_json::{Value, json};
use support::{fixtures, gateway_fields};
use unitune::fireworks::types::{Dataset, DpoJob, JobState, ReinforcementJob, SupervisedJob};
use unitune::unify::fireworks::{JobRequest, MetricsOfFile, StateEvent};
use unitune::unify::{
    Context, CreateRequest, Job, OnUnsupported, Strictness, Translated, Unify, UnsupportedFields,
    job_from_slice,
};

fn context() -> Context {
    Context::new("main").with_notes()
}

/// The job of a body, whose name tells its kind.
fn job(body: &Value, context: &Context) -> Result<Job, String> {
    let name = body["name"].as_str().unwrap_or_default();
    let text = body.to_string();
    let job = match name {
        name if name.contains("/dpoJobs/") => job_from_slice::<DpoJob>(text.as_bytes(), context),
        name if name.contains("/reinforcementFineTuningJobs/") => {
            job_from_slice::<ReinforcementJob>(text.as_bytes(), context)
        }
        _ => job_from_slice::<SupervisedJob>(text.as_bytes(), context),
    };
    job.map_err(|error| error.to_string())
}

fn jobs() -> impl Iterator<Item = (String, Value)> {
    let all = fixtures("fireworks").into_iter();
    all.filter(|(_, body)| body.get("data").is_none())
}

fn snapshot(name: &str, value: &Value) {
    insta::with_settings!({
        snapshot_path => "snapshots/unify",
        prepend_module_to_snapshot => false,
        sort_maps => true,
        omit_expression => true,
    }, { insta::assert_json_snapshot!(name, value) });
}

#[test]
fn every_body_has_its_job() {
    for (name, body) in jobs() {
        let answer = match job(&body, &context()) {
            Ok(job) => serde_json::to_value(job).unwrap(),
            Err(error) => json!({ "error": error }),
        };
        snapshot(&format!("fireworks__{name}"), &answer);
    }
}

#[test]
fn every_state_has_a_fixture() {
    let names: Vec<String> = fixtures("fireworks")
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    for state in JobState::KNOWN {
        let name = format!("status_{}", state.as_str());
        assert!(names.contains(&name), "there is no {name}.json");
    }
}

/// Each of the gateway's fields has exactly one note.
#[test]
fn notes_cover_every_field() {
    let fields = gateway_fields();
    for (name, body) in jobs() {
        let Ok(job) = job(&body, &context()) else {
            continue;
        };
        let slots = |kind: &str| !matches!(kind, "unmapped" | "withheld");
        let notes = job.provider.notes.iter();
        let mut noted: Vec<&str> = notes
            .filter(|note| slots(note.kind.as_str()))
            .map(|note| note.field.as_str())
            .collect();
        noted.sort_unstable();
        assert_eq!(noted, fields, "{name}");
    }
}

#[test]
fn no_secret_is_in_any_job() {
    let mut seen = 0;
    for (name, body) in jobs() {
        for context in [context(), Context::new("main")] {
            let job = job(&body, &context).unwrap();
            let shown = format!("{} {job:?}", serde_json::to_string(&job).unwrap());
            seen += usize::from(body.to_string().contains("do-not-show"));
            assert!(!shown.contains("do-not-show"), "{name}: {shown}");
        }
        let typed: Result<SupervisedJob, _> = serde_json::from_value(body);
        let shown = format!("{typed:?}");
        assert!(!shown.contains("do-not-show"), "{name}: {shown}");
    }
    assert!(seen >= 4, "only {seen} bodies have secrets");
}

#[test]
fn notes_change_nothing_else() {
    for (name, body) in jobs() {
        let silent = job(&body, &Context::new("main")).unwrap();
        let mut noted = job(&body, &context()).unwrap();
        assert!(silent.provider.notes.is_empty());
        noted.provider.notes.clear();
        assert_eq!(silent, noted, "{name}");
    }
}

#[test]
fn strict_mode_rejects_guesses_and_nothing_else() {
    let strict = Context::new("main").strict();
    assert_eq!(strict.strictness, Strictness::Strict);
    let rejected: Vec<String> = jobs()
        .filter_map(|(name, body)| Some(format!("{name}: {}", job(&body, &strict).err()?)))
        .collect();
    insta::with_settings!({
        snapshot_path => "snapshots/unify",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, { insta::assert_snapshot!("fireworks_strict", rejected.join("\n")) });
}

/// A member of the wrong type is its absence, and no reason to lose the job.
#[test]
fn no_member_breaks_a_job() {
    for (name, body) in jobs().filter(|(name, _)| {
        matches!(
            name.as_str(),
            "reinforcement" | "dpo_with_all_settings" | "estimated_cost"
        )
    }) {
        let whole = job(&body, &context()).unwrap();
        for member in body.as_object().unwrap().keys().filter(|m| *m != "name") {
            for odd in [
                json!(7),
                json!([[]]),
                json!({"a": {"b": []}}),
                json!(true),
                json!("odd"),
            ] {
                let mut body = body.clone();
                body[member] = odd.clone();
                let job = job(&body, &context()).unwrap_or_else(|error| {
                    panic!("{name}: {member} = {odd}: {error}");
                });
                assert_eq!(job.id, whole.id);
            }
        }
    }
    let error = job(&json!({"dataset": "d"}), &context()).unwrap_err();
    assert!(error.contains("name"), "{error}");
}

#[test]
fn datasets_become_files() {
    let bodies = [
        json!({
            "name": "accounts/acme/datasets/train", "displayName": "train.jsonl",
            "createTime": "2026-08-30T12:00:00.1Z", "updateTime": "2026-08-30T12:01:00Z",
            "state": "READY", "status": {"code": "OK", "message": ""}, "exampleCount": "120",
            "userUploaded": {}, "format": "CHAT", "estimatedTokenCount": 4711,
            "createdBy": "ann@acme.example", "externalUrl": "", "transformed": null,
        }),
        json!({
            "name": "accounts/acme/datasets/bad", "createTime": "2026-08-30T12:00:00Z",
            "state": "UPLOADING", "status": {"code": "INVALID_ARGUMENT", "message": "line 3"},
        }),
        json!({
            "name": "accounts/acme/datasets/new", "createTime": "2026-08-30T12:00:00Z",
            "state": "STATE_UNSPECIFIED", "status": null,
        }),
    ];
    let files: Vec<_> = bodies
        .into_iter()
        .map(|body| serde_json::from_value::<Dataset>(body).unwrap())
        .map(|dataset| dataset.unify(&context()).unwrap())
        .collect();
    snapshot("fireworks_files", &json!(files));
    let nameless = Dataset::default().unify(&context()).unwrap_err();
    assert_eq!(nameless.field(), "id");
}

#[test]
fn a_job_and_its_metrics_become_events() {
    let (_, body) = jobs()
        .find(|(name, _)| name == "failed_with_a_reason")
        .unwrap();
    let job = job(&body, &context()).unwrap();
    let points = MetricsOfFile(
        "{\"step\": 1, \"train/loss\": 2.5, \"timestamp\": \"2026-08-30T12:10:00Z\"}\n",
    );
    let point = points.unify(&context()).unwrap().remove(0);
    let events = [
        StateEvent::State(&job),
        StateEvent::Metrics(&job, 1, point),
        StateEvent::Created(&job),
    ];
    let events = events.map(|event| event.unify(&context()).unwrap());
    snapshot("fireworks_events", &json!(events));
}

fn answer(result: Result<Translated<JobRequest>, UnsupportedFields>) -> Value {
    match result {
        Ok(sent) => json!({
            "kind": sent.request.kind().collection(),
            "id": sent.request.id,
            "request": sent.request,
            "dropped": sent.dropped,
        }),
        Err(error) => json!({ "refused": error.fields() }),
    }
}

fn request(body: &Value) -> CreateRequest {
    serde_json::from_value(body.clone()).expect("a request")
}

/// Requests of Fireworks' own beside those that all vendors are tried with.
fn own_requests() -> Vec<(&'static str, Value)> {
    let model = "accounts/fireworks/models/llama-v3p1-8b-instruct";
    vec![
        (
            "everything_supervised",
            json!({
                "model": model, "training_file": "train", "validation_file": "eval",
                "hyperparameters": {
                    "n_epochs": 2, "batch_size": 8, "batch_size_tokens": 4096, "learning_rate": 1e-4,
                    "learning_rate_warmup_steps": 5, "lr_scheduler": {"cosine": {"minLrRatio": 0.1}},
                    "gradient_accumulation_steps": 2, "max_context_length": 4096,
                    "optimizer_weight_decay": 0.01, "lora_rank": 0,
                },
                "integrations": [{"type": "wandb", "wandb": {"project": "p", "entity": "e", "run_id": "r", "api_key": "k"}}],
                "jobId": "my-job", "displayName": "My job", "outputModel": "my-model",
                "earlyStop": true, "isTurbo": true, "evalAutoCarveout": false,
                "awsS3Config": {"iamRoleArn": "arn:aws:iam::1:role/r"},
            }),
        ),
        (
            "everything_dpo",
            json!({
                "model": "llama-v3p1-8b-instruct", "training_file": "accounts/other/datasets/pairs",
                "hyperparameters": {"n_epochs": 1, "lora_alpha": 16, "lora_dropout": 0.1,
                    "lora_target_modules": ["q_proj"], "trainer_sharding_scheme": {"tensorParallelism": 2}},
                "method": {"type": "dpo", "dpo": {"hyperparameters": {"beta": 0.2, "ref_cache_batch_size": 4}}},
            }),
        ),
        (
            "orpo",
            json!({
                "model": model, "training_file": "pairs",
                "method": {"type": "dpo", "dpo": {"hyperparameters": {"orpo_lambda": 0.5}}},
            }),
        ),
        (
            "everything_reinforcement",
            json!({
                "model": model, "training_file": "prompts", "validation_file": "eval",
                "method": {"type": "reinforcement", "reinforcement": {
                    "evaluator": "grade", "hyperparameters": {"loss_method": "DAPO", "kl_beta": 0.1}}},
                "inferenceParameters": {"temperature": 0.8, "responseCandidatesCount": 4},
                "chunkSize": 50, "nodeCount": 2,
            }),
        ),
        (
            "reinforcement_without_evaluator",
            json!({
                "model": model, "training_file": "prompts",
                "method": {"type": "reinforcement", "reinforcement": {"grader": {"type": "string_check"}}},
            }),
        ),
        (
            "evaluator_beside_the_method",
            json!({
                "model": model, "training_file": "prompts", "evaluator": "grade",
                "method": {"type": "reinforcement", "reinforcement": {}},
            }),
        ),
        (
            "what_it_has_no_place_for",
            json!({
                "model": model, "training_file": "train", "validation_file": "eval", "seed": 1,
                "suffix": "bot", "metadata": {"team": "a"}, "chunkSize": 5,
                "hyperparameters": {"learning_rate_multiplier": 2, "beta": 0.1},
                "method": {"type": "dpo", "dpo": {}},
            }),
        ),
        (
            "settings_of_another_kind",
            json!({
                "model": model, "training_file": "train", "chunkSize": 5,
                "hyperparameters": {"lora_alpha": 8},
            }),
        ),
        (
            "warm_start",
            json!({
                "model": "accounts/acme/models/earlier", "training_file": "train",
                "warmStartFrom": "accounts/acme/models/earlier",
            }),
        ),
        (
            "two_models",
            json!({
                "model": model, "training_file": "train",
                "warmStartFrom": "accounts/acme/models/earlier",
            }),
        ),
        (
            "model_of_another_vendor",
            json!({"model": "meta-llama/x", "training_file": "train"}),
        ),
        (
            "objects_of_another_form",
            json!({
                "model": model, "training_file": "train",
                "hyperparameters": {"lr_scheduler": {"stairs": {}}},
                "awsS3Config": {"iamRoleArn": 7},
            }),
        ),
    ]
}

#[test]
fn requests_are_translated_or_rejected() {
    let shared = fixtures("requests").into_iter();
    let own = own_requests();
    let own = own
        .into_iter()
        .map(|(name, body)| (format!("own_{name}"), body));
    for (name, body) in shared.chain(own) {
        let request = request(&body);
        let answers = json!({
            "reject": answer(request.to_fireworks(OnUnsupported::Reject)),
            "drop": answer(request.to_fireworks(OnUnsupported::Drop)),
        });
        snapshot(&format!("fireworks_request__{name}"), &answers);
    }
}

/// What was accepted without loss comes back from the vendor's form, but for the
/// key, and with the model's full name.
#[test]
fn requests_come_back() {
    let mut came = 0;
    for (name, body) in own_requests() {
        let Ok(sent) = request(&body).to_fireworks(OnUnsupported::Reject) else {
            continue;
        };
        let again = CreateRequest::from(&sent.request);
        let again = again.to_fireworks(OnUnsupported::Reject).unwrap();
        let mut first = serde_json::to_value(&sent.request).unwrap();
        if let Some(wandb) = first.get_mut("wandbConfig") {
            wandb.as_object_mut().unwrap().remove("apiKey");
        }
        assert_eq!(
            serde_json::to_value(&again.request).unwrap(),
            first,
            "{name}"
        );
        assert_eq!(again.request.id, sent.request.id, "{name}");
        came += 1;
    }
    assert!(came >= 6, "only {came} came back");
}
