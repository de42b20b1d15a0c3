//! Requests in the gateway's terms become a vendor's, or are rejected field by
//! field; and they come back.
#![cfg(all(feature = "openai", feature = "together"))]

use crate::support;

use serde_json::{Value, json};
use support::{fixtures, read};
use unitune::providers::{Account, Operation, Support};
use unitune::unify::together::{JobCheckpoint, events_in_log};
use unitune::unify::{
    Checkpoint, Context, CreateRequest, Event, MetricPoint, OnUnsupported, Translated, Unify,
    UnsupportedFields,
};
use unitune::{openai, together, truefoundry, vendors};

fn snapshot(name: &str, value: &Value) {
    insta::with_settings!({
        snapshot_path => "snapshots/unify",
        prepend_module_to_snapshot => false,
        sort_maps => true,
        omit_expression => true,
    }, { insta::assert_json_snapshot!(name, value) });
}

fn answer<T: serde::Serialize>(result: Result<Translated<T>, UnsupportedFields>) -> Value {
    match result {
        Ok(sent) => json!({ "request": sent.request, "dropped": sent.dropped }),
        Err(error) => json!({
            "refused": error.fields(),
            "text": error.to_string().lines().collect::<Vec<_>>(),
        }),
    }
}

/// Decodes a value and converts it.
fn unified<T: serde::de::DeserializeOwned + Unify>(value: &Value, context: &Context) -> T::Output {
    let value: T = serde_json::from_value(value.clone()).expect("it decodes");
    value.unify(context).expect("it has a unified form")
}

fn request(body: &Value) -> CreateRequest {
    serde_json::from_value(body.clone()).expect("a request")
}

#[test]
fn requests_are_translated_or_rejected() {
    for (name, body) in fixtures("requests") {
        let request = request(&body);
        let answers = json!({
            "openai": answer(request.to_openai(OnUnsupported::Reject)),
            "openai_lossy": answer(request.to_openai(OnUnsupported::Drop)),
            "together": answer(request.to_together(OnUnsupported::Reject)),
            "together_lossy": answer(request.to_together(OnUnsupported::Drop)),
        });
        snapshot(&format!("request__{name}"), &answers);
    }
}

#[test]
fn an_error_names_the_field_why_and_what_to_do() {
    let mut request = CreateRequest::new("m", "f");
    request.hyperparameters = json!({"learning_rate_multiplier": 2, "warp": 9})
        .as_object()
        .cloned();
    let error = request
        .to_together(OnUnsupported::Reject)
        .expect_err("it is relative");
    let named: Vec<&str> = error.fields().iter().map(|f| f.field.as_str()).collect();
    assert_eq!(
        named,
        [
            "hyperparameters.learning_rate_multiplier",
            "hyperparameters.warp"
        ]
    );
    assert!(error.fields()[0].instead.contains("learning_rate"));
    let error = unitune::Error::from(error);
    assert_eq!(error.kind(), unitune::ErrorKind::InvalidRequest);
    assert!(
        error
            .to_string()
            .contains("hyperparameters.learning_rate_multiplier"),
        "{error}"
    );
}

#[test]
fn a_rate_is_never_taken_for_a_multiplier() {
    for on_unsupported in [OnUnsupported::Reject, OnUnsupported::Drop] {
        let mut relative = CreateRequest::new("m", "f");
        relative.hyperparameters = json!({"learning_rate_multiplier": 2}).as_object().cloned();
        if let Ok(sent) = relative.to_together(on_unsupported) {
            assert_eq!(sent.request.learning_rate, None);
        }
        let mut absolute = CreateRequest::new("m", "f");
        absolute.hyperparameters = json!({"learning_rate": 1e-5}).as_object().cloned();
        if let Ok(sent) = absolute.to_openai(on_unsupported) {
            let settings = sent.request.hyperparameters.expect("they were given");
            assert_eq!(settings.learning_rate_multiplier, None);
        }
    }
}

/// At the top of a request, OpenAI's document has the settings of all methods alone:
/// others would be ignored there without a word.
#[test]
fn a_method_s_own_settings_stand_below_it() {
    let mut sent = CreateRequest::new("m", "f");
    sent.hyperparameters = json!({"beta": 0.2, "n_epochs": 3}).as_object().cloned();
    for method in [json!({"type": "dpo"}), json!({"type": "dpo", "dpo": {}})] {
        sent.method = method.as_object().cloned();
        let openai = sent.to_openai(OnUnsupported::Reject).unwrap().request;
        let body = json!(openai);
        let below = &body["method"]["dpo"]["hyperparameters"];
        assert_eq!(*below, json!({"beta": 0.2, "n_epochs": 3}), "{body}");
        assert_eq!(body.get("hyperparameters"), None, "{body}");
    }
    // Without the method there is no place for it.
    sent.method = None;
    let openai = sent.to_openai(OnUnsupported::Drop).unwrap();
    assert_eq!(
        json!(openai.request)["hyperparameters"],
        json!({"n_epochs": 3})
    );
    assert_eq!(openai.dropped[0].field, "hyperparameters.beta");
}

/// What was accepted without loss comes back from the vendor's form.
#[test]
fn requests_come_back() {
    for (name, body) in fixtures("requests") {
        let sent = request(&body);
        if let Ok(openai) = sent.to_openai(OnUnsupported::Reject) {
            let back = CreateRequest::from(&openai.request);
            assert_eq!(
                support::plain(&back),
                support::plain(&sent),
                "{name} through OpenAI"
            );
        }
        let gateway = unitune::truefoundry::types::CreateFineTuningJobRequest::from(sent.clone());
        assert_eq!(
            CreateRequest::from(gateway),
            sent,
            "{name} through the gateway"
        );
    }
    let sent = request(&read("tests/fixtures/requests/early_stopping.json"));
    let together = sent.to_together(OnUnsupported::Reject);
    let back = CreateRequest::from(&together.expect("it takes all of it").request);
    assert_eq!(support::plain(&back), support::plain(&sent));
    let sent = request(&read(
        "tests/fixtures/requests/everything_that_together_takes.json",
    ));
    let together = sent
        .to_together(OnUnsupported::Reject)
        .expect("it takes all of it");
    let back = CreateRequest::from(&together.request);
    let mut expected = support::plain(&sent);
    // Keys do not come back.
    expected
        .as_object_mut()
        .expect("an object")
        .remove("hf_api_token");
    expected["integrations"][0]["wandb"]
        .as_object_mut()
        .expect("an object")
        .remove("api_key");
    assert_eq!(support::plain(&back), expected);
}

#[test]
fn keys_are_sent_and_not_shown() {
    let sent = request(&read(
        "tests/fixtures/requests/everything_that_together_takes.json",
    ));
    let together = sent
        .to_together(OnUnsupported::Reject)
        .expect("it takes all of it")
        .request;
    assert!(!format!("{sent:?} {together:?}").contains("do-not-show"));
    let wire = serde_json::to_value(&together).expect("JSON");
    assert_eq!(wire["wandb_api_key"], "do-not-show");
    assert_eq!(wire["hf_api_token"], "do-not-show");
}

#[test]
fn events_of_a_log() {
    let context = Context::new("main");
    let events = |name: &str| -> Value {
        let log: unitune::together::types::FineTuneEventList =
            serde_json::from_value(read(&format!("tests/fixtures/events/{name}.json")))
                .expect(name);
        let log: Vec<_> = log.data.ok().cloned().collect();
        let events = events_in_log("ft-1", log).map(|event| match event.unify(&context) {
            Ok(event) => json!(event),
            Err(error) => json!(error.to_string()),
        });
        events.collect()
    };
    for name in [
        "together",
        "together_without_any_time",
        "together_without_what_was_required",
        "together_null",
    ] {
        let events = events(name);
        assert!(!events.to_string().contains("do-not-show"));
        snapshot(&format!("events__{name}"), &events);
    }
    let openai: Vec<Event> = read("tests/fixtures/events/openai.json")["data"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|event| unified::<openai::types::FineTuningJobEvent>(event, &context))
        .collect();
    let metrics: Vec<MetricPoint> = openai.iter().filter_map(MetricPoint::from_event).collect();
    assert_eq!(metrics.len(), 1);
    assert_eq!(metrics[0].step, Some(10));
    snapshot("events__openai", &json!(openai));
}

#[test]
fn checkpoints_and_files() {
    let context = Context::new("main");
    let list =
        |name: &str| read(&format!("tests/fixtures/checkpoints/{name}.json"))["data"].clone();
    let together = |name: &str| -> Value {
        let checkpoints = list(name)
            .as_array()
            .cloned()
            .expect("a list")
            .into_iter()
            .map(|c| {
                let checkpoint = serde_json::from_value(c).expect("a checkpoint");
                let job = "ft-1";
                match (JobCheckpoint { job, checkpoint }).unify(&context) {
                    Ok(checkpoint) => json!(checkpoint),
                    Err(error) => json!(error.to_string()),
                }
            });
        checkpoints.collect()
    };
    snapshot("checkpoints__together", &together("together"));
    snapshot(
        "checkpoints__together_without_a_time",
        &together("together_without_a_time"),
    );
    snapshot(
        "checkpoints__together_in_the_registry",
        &together("together_in_the_registry"),
    );
    let openai: Vec<Checkpoint> = list("openai")
        .as_array()
        .expect("a list")
        .iter()
        .map(|c| unified::<openai::types::FineTuningJobCheckpoint>(c, &context))
        .collect();
    assert_eq!(
        MetricPoint::from_checkpoint(&openai[0]).values["full_valid_loss"],
        0.567
    );
    snapshot("checkpoints__openai", &json!(openai));
    let file = |name: &str| read(&format!("tests/fixtures/files/{name}.json"));
    let files = json!({
        "openai": unified::<openai::types::File>(&file("openai"), &context),
        "together": unified::<together::types::File>(&file("together"), &context),
        "together_not_processed": unified::<together::types::File>(&file("together_not_processed"), &context),
        "truefoundry": unified::<truefoundry::types::File>(&file("truefoundry"), &context),
    });
    snapshot("files", &files);
    for name in [
        "together_being_checked",
        "together_checked",
        "together_not_to_be_checked",
        "together_of_an_invalid_format",
    ] {
        let file = unified::<together::types::File>(&file(name), &context);
        snapshot(&format!("files__{name}"), &json!(file));
    }
}

#[test]
fn pausing_at_together_is_rejected_and_not_turned_into_cancelling() {
    let client = together::Client::builder().api_key("k").build().unwrap();
    let account = Account::with_backend("cheap", client);
    assert!(!account.support(Operation::Pause).is_supported());
    let error = account.check(Operation::Pause).expect_err("it cannot");
    assert_eq!(error.kind(), unitune::ErrorKind::Unsupported);
    assert_eq!(
        error.to_string(),
        "cheap: Together has no pause: cancel the job, and start another one from its last \
         checkpoint"
    );
    assert!(account.check(Operation::Cancel).is_ok());
    for vendor in vendors::all() {
        for operation in Operation::ALL {
            if let Support::Unsupported(instead) = vendor.support(operation) {
                assert!(!instead.is_empty(), "{operation} at {}", vendor.name());
            }
        }
    }
}

#[test]
fn a_price_that_together_cannot_estimate() {
    let context = Context::new("main");
    let estimate = |body: Value| unified::<together::types::PriceEstimate>(&body, &context);
    let reason = "train_file_not_validated";
    let none = estimate(json!({"estimation_available": false, "unavailable_reason": reason}));
    assert_eq!(
        (none.total, none.unavailable.as_deref()),
        (None, Some(reason))
    );
    let unsaid = estimate(json!({"estimation_available": false}));
    assert_eq!(unsaid.unavailable.as_deref(), Some("not said"));
    for body in [
        json!({"estimation_available": true, "estimated_total_price": 4.5}),
        // As it was before.
        json!({"estimated_total_price": 4.5}),
    ] {
        let some = estimate(body);
        assert!(some.total.is_some() && some.unavailable.is_none());
    }
}

#[test]
fn limits_of_a_model_that_together_trains_by_adapters_only() {
    let batches = json!({"min_batch_size": 0, "max_batch_size": 0, "max_batch_size_dpo": 0});
    let mut body = json!({
        "model_name": "a/b", "max_num_epochs": 20, "max_num_evals": 100, "max_num_checkpoints": 10,
        "max_learning_rate": 0.1, "min_learning_rate": 1e-8, "max_seq_length_sft": 65536,
        "max_seq_length_dpo": 32768, "min_max_seq_length": 128, "merge_output_lora": true,
        "default_gradient_accumulation_steps": 1, "supports_full_training": false,
        "supports_vision": false, "supports_tools": true, "supports_reasoning": false,
        "full_training": batches,
        "lora_training": {"min_batch_size": 1, "max_batch_size": 8, "max_batch_size_dpo": 4,
            "max_rank": 16, "default_rank": 16, "target_modules": ["q_proj"]},
    });
    let context = Context::new("main");
    let limits = unified::<together::types::ModelLimits>(&body, &context);
    assert!(limits.full.is_none() && limits.lora.is_some());
    assert_eq!(limits.default_lora_rank, Some(16));
    let lengths = (limits.max_sequence_length, limits.max_sequence_length_dpo);
    assert_eq!(lengths, (Some(65536), Some(32768)));
    body["supports_full_training"] = json!(true);
    assert!(
        unified::<together::types::ModelLimits>(&body, &context)
            .full
            .is_some()
    );
}

#[test]
fn metrics_of_together() {
    let metrics = json!({"metrics": [
        {"global_step": 10, "train/loss": 1.5}, {"train/loss": 1.25}
    ]});
    let points = unified::<together::types::JobMetrics>(&metrics, &Context::new("main"));
    assert_eq!(points[0].step, Some(10));
    assert_eq!(points[1].step, None);
    assert_eq!(points[1].values["train/loss"], 1.25);
}
