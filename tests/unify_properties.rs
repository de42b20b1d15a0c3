//! What holds for every job that a vendor's document allows, and beyond.
#![cfg(all(feature = "openai", feature = "together"))]

#[path = "support/generate.rs"]
mod generate;
use crate::support;

use std::sync::LazyLock;

use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use support::{plain, read};
use unitune::unify::together::events_in_log;
use unitune::unify::{
    Context, CreateRequest, Job, NoteKind, OnUnsupported, Status, Unify, job_from_slice,
};
use unitune::wire::LenientList;
use unitune::{openai, together, truefoundry};

type Document = LazyLock<Value>;
static OPENAI: Document = LazyLock::new(|| read("specs/openai/openapi.json"));
static TOGETHER: Document = LazyLock::new(|| read("specs/together/openapi.json"));
static TRUEFOUNDRY: Document = LazyLock::new(|| read("specs/truefoundry/openapi.json"));

/// The gateway's schema of a job, as JSON Schema.
static GATEWAY: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let components = &TRUEFOUNDRY["components"]["schemas"];
    let mut schema = json_schema(&components["FineTuningJob"]);
    schema["$defs"] = json_schema(components);
    jsonschema::draft202012::new(&schema).expect("the gateway's schema is one")
});

/// OpenAPI 3.0 in JSON Schema's words: `nullable`, and where components are.
fn json_schema(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => {
            let mut members: Map<String, Value> = members
                .iter()
                .map(|(name, value)| (name.clone(), json_schema(value)))
                .collect();
            if let Some(Value::String(target)) = members.get_mut("$ref") {
                *target = target.replace("#/components/schemas/", "#/$defs/");
            }
            match members.remove("nullable") {
                Some(Value::Bool(true)) => json!({"anyOf": [members, {"type": "null"}]}),
                Some(other) if other.is_object() => {
                    // A property of that name.
                    members.insert("nullable".to_owned(), other);
                    members.into()
                }
                _ => members.into(),
            }
        }
        Value::Array(items) => items.iter().map(json_schema).collect(),
        other => other.clone(),
    }
}

fn context() -> Context {
    Context::new("main").with_notes()
}

/// Decodes a body and converts it; every body that is generated decodes.
fn unify<T: DeserializeOwned + Unify<Output = Job>>(body: &Value) -> Result<Job, String> {
    let job: T = serde_json::from_value(body.clone()).expect("the body decodes");
    job.unify(&context()).map_err(|e| e.to_string())
}

/// What holds for the job of any vendor.
fn check(body: &Value, job: &Job, ends: &[&str], zero_is_unset: bool) -> Result<(), TestCaseError> {
    let gateway = json!(truefoundry::types::FineTuningJob::from(job.clone()));
    let ours = json!(job);
    // The gateway's schema demands a number.
    let mut timed = job.clone();
    timed.require_created_at();
    for value in [&gateway, &json!(timed)] {
        let errors: Vec<String> = GATEWAY
            .iter_errors(value)
            .map(|e| format!("{}: {e}", e.instance_path()))
            .collect();
        prop_assert!(errors.is_empty(), "{errors:?} in {value}");
    }

    let word = body["status"].as_str().unwrap_or_default();
    prop_assert_eq!(job.status.is_terminal(), ends.contains(&word), "{}", word);
    prop_assert_eq!(&job.provider.status, word);

    if let Some(finished) = job.finished_at {
        prop_assert!(
            job.created_at <= Some(finished),
            "{:?} {}",
            job.created_at,
            finished
        );
    }
    if job.status != Status::Succeeded && zero_is_unset {
        prop_assert_eq!(&job.fine_tuned_model, &None);
        prop_assert_eq!(job.trained_tokens, None);
    }

    let lost = lost(body, job, zero_is_unset);
    prop_assert!(lost.is_empty(), "lost: {lost:?}\nbody: {body}\njob: {ours}");

    // To the gateway and back.
    let there = truefoundry::types::FineTuningJob::from(job.clone());
    let back = there
        .unify(&Context::new("main"))
        .expect("the gateway's own job");
    let fields = |job: &Job| {
        let mut job = json!(job);
        let members = job.as_object_mut().expect("an object");
        members.remove("provider");
        members.remove("error");
        job
    };
    prop_assert_eq!(fields(&timed), fields(&back));

    // As text and back.
    let text = ours.to_string();
    prop_assert_eq!(&serde_json::from_str::<Job>(&text).expect("a job"), job);
    Ok(())
}

/// Leaves of the body that are neither in the job nor named in a note.
fn lost(body: &Value, job: &Job, zero_is_unset: bool) -> Vec<String> {
    let mut without_notes = job.clone();
    without_notes.provider.notes.clear();
    let mut kept = Vec::new();
    leaves(&plain(&without_notes), String::new(), &mut kept);
    let mut asked = Vec::new();
    leaves(&plain(body), String::new(), &mut asked);
    asked
        .into_iter()
        .filter(|(_, value)| !(zero_is_unset && (*value == json!("") || *value == json!(0.0))))
        // In the gateway's words: `sft` is `supervised`.
        .filter(|(path, _)| path != ".training_method.method")
        .filter(|(path, _)| {
            let top = path
                .split('.')
                .find(|part| !part.is_empty())
                .unwrap_or_default();
            let quoted = format!("`{top}`");
            // What a note calls exact or kept must be there, but for rounding.
            // What is derived from an object of the body shows all of it.
            let is_deep = path.matches('.').count() > 1;
            let others = job.provider.notes.iter().filter(|note| match note.kind {
                NoteKind::Exact | NoteKind::Unmapped => top == "created_at",
                NoteKind::Derived => !is_deep,
                _ => true,
            });
            !others.into_iter().any(|note| {
                note.field == top
                    || note.message.contains(&quoted)
                    || path.trim_start_matches('.') == note.field
            })
        })
        // Each leaf of the body has one of the job's for itself.
        .filter(|(_, value)| {
            let found = kept.iter().position(|(_, k)| k == value);
            found.map(|index| kept.swap_remove(index)).is_none()
        })
        .map(|(path, value)| format!("{path} = {value}"))
        .collect()
}

fn leaves(value: &Value, path: String, into: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                leaves(value, format!("{path}.{name}"), into);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                leaves(value, format!("{path}.{index}"), into);
            }
        }
        leaf => into.push((path, leaf.clone())),
    }
}

const TOGETHER_ENDS: [&str; 4] = ["cancelled", "error", "user_error", "completed"];
const GATEWAY_ENDS: [&str; 3] = ["succeeded", "failed", "cancelled"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn together_jobs_of_a_list(body in generate::component(&TOGETHER, "FinetuneResponseTruncated")) {
        if let Ok(job) = unify::<together::types::FinetuneResponseTruncated>(&body) {
            check(&body, &job, &TOGETHER_ENDS, true)?;
        }
    }

    #[test]
    fn together_jobs_alone(body in generate::component(&TOGETHER, "FinetuneResponse")) {
        if let Ok(job) = unify::<together::types::FinetuneResponse>(&body) {
            check(&body, &job, &TOGETHER_ENDS, true)?;
        }
    }

    #[test]
    fn openai_jobs(body in generate::component(&OPENAI, "FineTuningJob")) {
        let job = unify::<openai::types::FineTuningJob>(&body).expect("it always has its times");
        check(&body, &job, &GATEWAY_ENDS, false)?;
    }

    #[test]
    fn truefoundry_jobs(body in generate::component(&TRUEFOUNDRY, "FineTuningJob")) {
        let job = unify::<truefoundry::types::FineTuningJob>(&body).expect("it always has its times");
        check(&body, &job, &GATEWAY_ENDS, false)?;
    }

    /// The only reason to have no time is that there is none at all.
    #[test]
    fn a_job_has_no_time_only_for_want_of_any(
        body in generate::component(&TOGETHER, "FinetuneResponse")
    ) {
        let job = unify::<together::types::FinetuneResponse>(&body).expect("it has an id");
        if job.created_at.is_none() {
            let job: together::types::FinetuneResponse =
                serde_json::from_value(body).expect("it decodes");
            let events = job.events.iter().flat_map(LenientList::ok).filter_map(|e| e.created_at.as_ref());
            let times = [&job.created_at, &job.started_at, &job.updated_at];
            let times = times.into_iter().flatten().chain(events);
            let mut times = times.filter_map(|time| time.unix_seconds());
            prop_assert_eq!(times.find(|time| *time > 0), None);
        }
    }

    /// A list and a look-up read the same job out of the same body, whatever is
    /// wrong with it.
    #[test]
    fn list_and_get_agree_on_any_body(
        body in generate::component(&TOGETHER, "FinetuneResponseTruncated"),
        other in generate::component(&TOGETHER, "FinetuneResponse"),
        odd in prop::collection::vec((any::<prop::sample::Index>(), generate::anything()), 0..4),
    ) {
        let mut body = body;
        let members = body.as_object_mut().expect("an object");
        let other = other.as_object().expect("an object");
        for (name, value) in other {
            members.entry(name.clone()).or_insert_with(|| value.clone());
        }
        let names: Vec<String> = members.keys().filter(|name| *name != "id").cloned().collect();
        for (index, value) in odd {
            members.insert(names[index.index(names.len())].clone(), value);
        }
        let bytes = body.to_string().into_bytes();
        let alone = job_from_slice::<together::types::FinetuneResponse>(&bytes, &context());
        let listed = job_from_slice::<together::types::FinetuneResponseTruncated>(&bytes, &context());
        let (mut alone, mut listed) = (alone.expect("it has an id"), listed.expect("it has an id"));
        for job in [&mut alone, &mut listed] {
            job.provider.notes.sort_by(|a, b| (&a.field, &a.message).cmp(&(&b.field, &b.message)));
        }
        prop_assert_eq!(&alone.provider.notes, &listed.provider.notes);
        prop_assert_eq!(alone, listed);
    }

    /// Whatever is wrong with its members, an object with an id is a job.
    #[test]
    fn an_object_with_an_id_is_a_job(
        body in generate::component(&OPENAI, "FineTuningJob"),
        odd in prop::collection::vec((any::<prop::sample::Index>(), generate::anything()), 0..6),
        gone in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let mut body = body;
        let members = body.as_object_mut().expect("an object");
        members.insert("id".to_owned(), json!("ftjob-1"));
        let names: Vec<String> = members.keys().filter(|name| *name != "id").cloned().collect();
        for (index, value) in odd {
            members.insert(names[index.index(names.len())].clone(), value);
        }
        for index in gone {
            members.remove(&names[index.index(names.len())]);
        }
        let bytes = body.to_string().into_bytes();
        for job in [
            job_from_slice::<openai::types::FineTuningJob>(&bytes, &context()),
            job_from_slice::<truefoundry::types::FineTuningJob>(&bytes, &context()),
        ] {
            let job = job.expect("it has an id");
            prop_assert_eq!(job.id.as_str(), "ftjob-1");
            prop_assert_eq!(job.created_at, body["created_at"].as_i64());
        }
    }

    #[test]
    fn requests_come_back_from_openai(request in request(openai_settings())) {
        let sent = request.to_openai(OnUnsupported::Reject).expect("OpenAI takes all of it");
        prop_assert!(sent.dropped.is_empty());
        prop_assert_eq!(plain(&CreateRequest::from(&sent.request)), plain(&request));
    }

    #[test]
    fn requests_come_back_from_together(request in request(together_settings())) {
        let mut request = request;
        request.metadata = None;
        let sent = request.to_together(OnUnsupported::Reject).expect("Together takes all of it");
        prop_assert!(sent.dropped.is_empty());
        prop_assert_eq!(plain(&CreateRequest::from(&sent.request)), plain(&request));
    }

    /// With losses allowed, what is left out is listed, and nothing else is.
    #[test]
    fn what_is_left_out_is_listed(request in request(openai_settings())) {
        if let Ok(sent) = request.to_together(OnUnsupported::Drop) {
            let strict = request.to_together(OnUnsupported::Reject);
            match strict {
                Ok(strict) => {
                    prop_assert!(sent.dropped.is_empty());
                    prop_assert_eq!(strict.request, sent.request);
                }
                Err(error) => prop_assert_eq!(error.fields(), &sent.dropped[..]),
            }
        }
    }

    /// Decoding and converting never panic, whatever comes.
    #[test]
    fn anything_at_all(body in generate::anything()) {
        poke(&body);
    }

    /// Neither where a good body has one bad member.
    #[test]
    fn almost_a_job(
        body in generate::component(&TOGETHER, "FinetuneResponse"),
        index in any::<prop::sample::Index>(),
        value in generate::anything(),
    ) {
        let mut body = body;
        if let Some(members) = body.as_object_mut() {
            let names: Vec<String> = members.keys().cloned().collect();
            members.insert(names[index.index(names.len())].clone(), value);
        }
        poke(&body);
    }
}

/// Every conversion, on whatever decodes.
fn poke(body: &Value) {
    for context in [context(), Context::new("main").strict()] {
        if let Ok(job) = serde_json::from_value::<openai::types::FineTuningJob>(body.clone()) {
            let _ = job.unify(&context);
        }
        if let Ok(job) = serde_json::from_value::<together::types::FinetuneResponse>(body.clone()) {
            let events = job.events.clone().unwrap_or_default();
            for event in events_in_log("ft-1", events.ok().cloned().collect()) {
                let _ = event.unify(&context);
            }
            let _ = job.unify(&context);
        }
        if let Ok(job) =
            serde_json::from_value::<together::types::FinetuneResponseTruncated>(body.clone())
        {
            let _ = job.unify(&context);
        }
        if let Ok(job) = serde_json::from_value::<truefoundry::types::FineTuningJob>(body.clone()) {
            let _ = job.unify(&context);
        }
    }
    if let Ok(request) = serde_json::from_value::<CreateRequest>(body.clone()) {
        for on_unsupported in [OnUnsupported::Reject, OnUnsupported::Drop] {
            let _ = request.to_openai(on_unsupported);
            let _ = request.to_together(on_unsupported);
        }
    }
}

fn number() -> impl Strategy<Value = Value> {
    (1e-6..1e3_f64).prop_map(Value::from)
}

fn count() -> impl Strategy<Value = Value> {
    (1..64_i64).prop_map(Value::from)
}

fn or_auto(value: impl Strategy<Value = Value> + 'static) -> impl Strategy<Value = Value> {
    prop_oneof![3 => value, 1 => Just(Value::from("auto"))]
}

/// Each of some members, or not.
fn some_of(
    members: Vec<(&'static str, BoxedStrategy<Value>)>,
) -> BoxedStrategy<Map<String, Value>> {
    let members: Vec<_> = members
        .into_iter()
        .map(|(name, value)| {
            prop::option::of(value).prop_map(move |v| v.map(|v| (name.to_owned(), v)))
        })
        .collect();
    members
        .prop_map(|members| members.into_iter().flatten().collect())
        .boxed()
}

fn method(
    word: &'static str,
    settings: BoxedStrategy<Map<String, Value>>,
) -> BoxedStrategy<Map<String, Value>> {
    settings
        .prop_map(move |settings| {
            let mut body = Map::new();
            if !settings.is_empty() {
                body.insert("hyperparameters".to_owned(), settings.into());
            }
            Map::from_iter([
                ("type".to_owned(), json!(word)),
                (word.to_owned(), body.into()),
            ])
        })
        .boxed()
}

type Parts = (Option<Map<String, Value>>, Option<Map<String, Value>>);

fn openai_settings() -> BoxedStrategy<Parts> {
    let common = || {
        vec![
            ("n_epochs", or_auto(count()).boxed()),
            ("batch_size", or_auto(count()).boxed()),
            ("learning_rate_multiplier", or_auto(number()).boxed()),
        ]
    };
    let mut dpo = common();
    dpo.push(("beta", or_auto(number()).boxed()));
    let methods = prop_oneof![
        method("supervised", some_of(common())).prop_map(|m| (None, Some(m))),
        method("dpo", some_of(dpo)).prop_map(|m| (None, Some(m))),
        some_of(common()).prop_map(|h| (Some(h).filter(|h| !h.is_empty()), None)),
    ];
    methods.boxed()
}

fn together_settings() -> BoxedStrategy<Parts> {
    let scheduler = prop_oneof![
        Just(json!({"lr_scheduler_type": "linear"})),
        number().prop_map(
            |r| json!({"lr_scheduler_type": "linear", "lr_scheduler_args": {"min_lr_ratio": r}})
        ),
        (number(), number()).prop_map(|(r, c)| json!({
            "lr_scheduler_type": "cosine",
            "lr_scheduler_args": {"min_lr_ratio": r, "num_cycles": c},
        })),
    ];
    let training = prop_oneof![
        Just(json!({"type": "Full"})),
        (count(), count(), prop::option::of(number())).prop_map(|(r, alpha, dropout)| {
            let mut lora = json!({"type": "Lora", "lora_r": r, "lora_alpha": alpha});
            if let Some(dropout) = dropout {
                lora["lora_dropout"] = dropout;
            }
            lora
        }),
    ];
    let settings = some_of(vec![
        ("n_epochs", count().boxed()),
        (
            "batch_size",
            prop_oneof![count(), Just(json!("max"))].boxed(),
        ),
        ("learning_rate", number().boxed()),
        ("lr_scheduler", scheduler.boxed()),
        ("warmup_ratio", number().boxed()),
        ("weight_decay", number().boxed()),
        ("max_grad_norm", number().boxed()),
        ("max_seq_length", count().boxed()),
        ("packing", any::<bool>().prop_map(Value::from).boxed()),
        ("n_checkpoints", count().boxed()),
        ("n_evals", count().boxed()),
        ("training_type", training.boxed()),
    ]);
    let flag = || any::<bool>().prop_map(Value::from).boxed();
    let methods = prop_oneof![
        Just(None),
        method("supervised", some_of(vec![("train_on_inputs", flag())])).prop_map(Some),
        method(
            "dpo",
            some_of(vec![
                ("beta", number().boxed()),
                ("dpo_normalize_logratios_by_length", flag()),
                ("dpo_reference_free", flag()),
                ("rpo_alpha", number().boxed()),
                ("simpo_gamma", number().boxed()),
            ])
        )
        .prop_map(Some),
    ];
    (settings, methods)
        .prop_map(|(settings, method)| (Some(settings).filter(|s| !s.is_empty()), method))
        .boxed()
}

fn request(parts: BoxedStrategy<Parts>) -> BoxedStrategy<CreateRequest> {
    let text = || "[a-zA-Z0-9/_-]{1,24}";
    let wandb = prop::option::of(text()).prop_map(|name| {
        let mut wandb = json!({"project": "tuning"});
        if let Some(name) = name {
            wandb["name"] = name.into();
        }
        let integration = json!({"type": "wandb", "wandb": wandb});
        vec![integration.as_object().cloned().expect("an object")]
    });
    (
        text(),
        text(),
        parts,
        prop::option::of(wandb),
        prop::option::of(prop::collection::btree_map(
            "[a-z]{1,4}",
            "[a-z]{0,4}",
            1..3,
        )),
        prop::option::of(0..=i64::from(i32::MAX)),
        prop::option::of(text()),
        prop::option::of(text()),
    )
        .prop_map(
            |(model, file, (hyperparameters, method), wandb, metadata, seed, suffix, valid)| {
                let mut request = CreateRequest::new(model, file);
                request.hyperparameters = hyperparameters;
                request.method = method;
                request.integrations = wandb;
                request.metadata = metadata;
                request.seed = seed;
                request.suffix = suffix;
                request.validation_file = valid;
                request
            },
        )
        .boxed()
}
