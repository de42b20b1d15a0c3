//! Requests in the gateway's terms become a vendor's, or are refused field by
//! field; and they come back.
#![cfg(all(feature = "openai", feature = "together"))]

mod support;

use serde_json::{Value, json};
use support::{fixtures, read};
use unitune::unify::{
    Checkpoint, Context, CreateRequest, Event, File, Loss, MetricPoint, Operation, Refusal,
    Support, Translated, Vendor,
};

fn snapshot(name: &str, value: &Value) {
    insta::with_settings!({
        snapshot_path => "snapshots/unify",
        prepend_module_to_snapshot => false,
        sort_maps => true,
        omit_expression => true,
    }, { insta::assert_json_snapshot!(name, value) });
}

fn answer<T: serde::Serialize>(result: Result<Translated<T>, Refusal>) -> Value {
    match result {
        Ok(sent) => json!({ "request": sent.request, "dropped": sent.dropped }),
        Err(refusal) => json!({
            "refused": refusal.fields(),
            "text": refusal.to_string().lines().collect::<Vec<_>>(),
        }),
    }
}

fn request(body: &Value) -> CreateRequest {
    serde_json::from_value(body.clone()).expect("a request")
}

#[test]
fn requests_are_translated_or_refused() {
    for (name, body) in fixtures("requests") {
        let request = request(&body);
        let answers = json!({
            "openai": answer(request.to_openai(Loss::Refuse)),
            "openai_lossy": answer(request.to_openai(Loss::Allow)),
            "together": answer(request.to_together(Loss::Refuse)),
            "together_lossy": answer(request.to_together(Loss::Allow)),
        });
        snapshot(&format!("request__{name}"), &answers);
    }
}

#[test]
fn a_refusal_names_the_field_why_and_what_to_do() {
    let mut request = CreateRequest::new("m", "f");
    request.hyperparameters = json!({"learning_rate_multiplier": 2, "warp": 9})
        .as_object()
        .cloned();
    let refusal = request
        .to_together(Loss::Refuse)
        .expect_err("it is relative");
    let named: Vec<&str> = refusal.fields().iter().map(|f| f.field.as_str()).collect();
    assert_eq!(
        named,
        [
            "hyperparameters.learning_rate_multiplier",
            "hyperparameters.warp"
        ]
    );
    assert!(refusal.fields()[0].instead.contains("learning_rate"));
    let error = unitune::Error::from(refusal);
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
    for loss in [Loss::Refuse, Loss::Allow] {
        let mut relative = CreateRequest::new("m", "f");
        relative.hyperparameters = json!({"learning_rate_multiplier": 2}).as_object().cloned();
        if let Ok(sent) = relative.to_together(loss) {
            assert_eq!(sent.request.learning_rate, None);
        }
        let mut absolute = CreateRequest::new("m", "f");
        absolute.hyperparameters = json!({"learning_rate": 1e-5}).as_object().cloned();
        if let Ok(sent) = absolute.to_openai(loss) {
            let settings = sent.request.hyperparameters.expect("they were given");
            assert_eq!(settings.learning_rate_multiplier, None);
        }
    }
}

/// What was accepted without loss comes back from the vendor's form.
#[test]
fn requests_come_back() {
    for (name, body) in fixtures("requests") {
        let sent = request(&body);
        if let Ok(openai) = sent.to_openai(Loss::Refuse) {
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
    let sent = request(&read(
        "tests/fixtures/requests/everything_that_together_takes.json",
    ));
    let together = sent.to_together(Loss::Refuse).expect("it takes all of it");
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
        .to_together(Loss::Refuse)
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
        let events = Event::from_together("ft-1", &log, &context)
            .into_iter()
            .map(|event| match event {
                Ok(event) => json!(event),
                Err(error) => json!(error.to_string()),
            });
        events.collect()
    };
    for name in ["together", "together_without_any_time", "together_null"] {
        let events = events(name);
        assert!(!events.to_string().contains("do-not-show"));
        snapshot(&format!("events__{name}"), &events);
    }
    let openai: Vec<Event> = read("tests/fixtures/events/openai.json")["data"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|event| serde_json::from_value(event.clone()).expect("an event"))
        .map(|event| Event::from_openai(&event, &context))
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
                match Checkpoint::from_together("ft-1", &checkpoint, &context) {
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
    let openai: Vec<Checkpoint> = list("openai")
        .as_array()
        .expect("a list")
        .iter()
        .map(|c| {
            Checkpoint::from_openai(&serde_json::from_value(c.clone()).expect("one"), &context)
        })
        .collect();
    assert_eq!(
        MetricPoint::from_checkpoint(&openai[0]).values["full_valid_loss"],
        0.567
    );
    snapshot("checkpoints__openai", &json!(openai));
    let file = |name: &str| read(&format!("tests/fixtures/files/{name}.json"));
    let files = json!({
        "openai": File::from_openai(&serde_json::from_value(file("openai")).expect("a file"), &context),
        "together": File::from_together(&serde_json::from_value(file("together")).expect("a file"), &context),
        "together_not_processed": File::from_together(&serde_json::from_value(file("together_not_processed")).expect("a file"), &context),
        "truefoundry": File::from_truefoundry(&serde_json::from_value(file("truefoundry")).expect("a file"), &context),
    });
    snapshot("files", &files);
}

#[test]
fn pausing_at_together_is_refused_and_not_turned_into_cancelling() {
    assert!(!Operation::Pause.at(Vendor::Together).is_supported());
    let error = Operation::Pause
        .check(Vendor::Together)
        .expect_err("it cannot");
    assert_eq!(error.kind(), unitune::ErrorKind::Unsupported);
    assert!(Operation::Cancel.check(Vendor::Together).is_ok());
    for operation in Operation::ALL {
        for vendor in Vendor::ALL {
            if let Support::Unsupported(instead) = operation.at(vendor) {
                assert!(!instead.is_empty(), "{operation} at {vendor}");
            }
        }
    }
}

#[test]
fn metrics_of_together() {
    let metrics = serde_json::from_value(json!({"metrics": [
        {"global_step": 10, "train/loss": 1.5}, {"train/loss": 1.25}
    ]}))
    .expect("metrics");
    let points = MetricPoint::from_together(&metrics);
    assert_eq!(points[0].step, Some(10));
    assert_eq!(points[1].step, None);
    assert_eq!(points[1].values["train/loss"], 1.25);
}
