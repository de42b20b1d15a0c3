//! All unified values validate against the JSON Schemas of their types.
#![cfg(all(feature = "openai", feature = "together", feature = "schema"))]

use crate::support;

use serde_json::Value;
use support::{fixtures, read};
use unitune::unify::together::{JobCheckpoint, events_in_log};
use unitune::unify::{
    Checkpoint, Context, CreateRequest, Event, File, Job, LazyObject, Note, NoteKind, Origin,
    Provider, Status, Unify, Vendor, schemas,
};
use unitune::{openai, together, truefoundry};

fn validator(name: &str) -> jsonschema::Validator {
    let (_, schema) = schemas().into_iter().find(|(n, _)| *n == name).expect(name);
    jsonschema::validator_for(&schema).expect(name)
}

#[track_caller]
fn check(validator: &jsonschema::Validator, name: &str, value: &Value) {
    let errors: Vec<String> = validator
        .iter_errors(value)
        .map(|e| format!("{}: {e}", e.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{name}: {errors:?}");
}

#[test]
fn every_job_validates_against_our_schema() {
    let validator = validator("job.schema.json");
    let context = Context::new("main").with_notes();
    let mut seen = 0;
    let mut validate = |name: &str, job: Result<Job, _>| {
        let Ok(job) = job.map_err(|_: unitune::unify::MappingError| ()) else {
            return;
        };
        seen += 1;
        check(
            &validator,
            name,
            &serde_json::to_value(job).expect("a job is JSON"),
        );
    };
    for (name, body) in fixtures("openai")
        .into_iter()
        .filter(|(_, b)| b.get("data").is_none())
    {
        let job: openai::types::FineTuningJob = serde_json::from_value(body).expect(&name);
        validate(&name, job.unify(&context));
    }
    for (name, body) in fixtures("together")
        .into_iter()
        .filter(|(_, b)| b.get("data").is_none())
    {
        let job: together::types::FinetuneResponse = serde_json::from_value(body).expect(&name);
        validate(&name, job.unify(&context));
    }
    for (name, body) in fixtures("truefoundry")
        .into_iter()
        .filter(|(_, b)| b.get("data").is_none())
    {
        let job: truefoundry::types::FineTuningJob = serde_json::from_value(body).expect(&name);
        validate(&name, job.unify(&context));
    }
    assert!(seen > 80, "{seen}");
}

/// What another crate builds for a vendor of its own is what our schemas allow,
/// and comes back from its JSON.
#[test]
fn what_another_crate_builds_validates_too() {
    fn comes_back<T>(schema: &str, built: T)
    where
        T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
    {
        let json = serde_json::to_value(&built).expect("JSON");
        check(&validator(schema), schema, &json);
        assert_eq!(serde_json::from_value::<T>(json).expect(schema), built);
    }
    let vendor = Vendor::new("in-house").expect("a name");
    let origin = Origin::new("main", vendor.clone());
    let provider = Provider::new("main", vendor, "WAITING");
    comes_back(
        "job.schema.json",
        Job::new("j-1", "m", Status::Queued, provider.clone()),
    );

    let mut job = Job::new("j-2", "m", Status::Failed, provider);
    job.created_at = Some(1);
    let members = serde_json::json!({"n_epochs": 3, "api_key": "do-not-show"});
    let members = members.as_object().cloned().expect("an object");
    job.hyperparameters = Some(LazyObject::without_keys(members));
    job.provider.notes = vec![Note::new("model", NoteKind::Exact, "`model`")];
    job.provider.extra = LazyObject::default();
    assert!(!format!("{job:?}").contains("do-not-show"));
    comes_back("job.schema.json", job);

    let event = Event::new("e-1", 1, "started", origin.clone());
    comes_back("event.schema.json", event);
    let checkpoint = Checkpoint::new("c-1", "j-1", "m:c-1", 1, 10, origin.clone());
    comes_back("checkpoint.schema.json", checkpoint);
    let file = File::new("f-1", 9, 1, "fine-tune", "processed", origin);
    comes_back("file.schema.json", file);
}

#[test]
fn events_checkpoints_files_and_requests_validate_too() {
    let context = Context::new("main");
    let events = validator("event.schema.json");
    for (name, body) in fixtures("together") {
        let Ok(job) = serde_json::from_value::<together::types::FinetuneResponse>(body) else {
            continue;
        };
        let log = job.events.unwrap_or_default().ok().cloned().collect();
        for event in events_in_log(&job.id, log) {
            let event = event.unify(&context).expect(&name);
            check(&events, &name, &serde_json::to_value(event).expect("JSON"));
        }
    }
    let together = read("tests/fixtures/events/together.json");
    let openai = read("tests/fixtures/events/openai.json");
    for event in openai["data"].as_array().expect("a list") {
        let event: openai::types::FineTuningJobEvent =
            serde_json::from_value(event.clone()).expect("an event");
        let event = event.unify(&context).expect("it is identity");
        check(
            &events,
            "openai",
            &serde_json::to_value(event).expect("JSON"),
        );
    }
    assert!(together["data"].is_array());
    let checkpoints = validator("checkpoint.schema.json");
    for checkpoint in read("tests/fixtures/checkpoints/together.json")["data"]
        .as_array()
        .expect("a list")
    {
        let checkpoint = serde_json::from_value(checkpoint.clone()).expect("a checkpoint");
        let checkpoint = JobCheckpoint {
            job: "ft-1",
            checkpoint,
        };
        let checkpoint = checkpoint.unify(&context).expect("has a time");
        check(
            &checkpoints,
            "together",
            &serde_json::to_value(checkpoint).expect("JSON"),
        );
    }
    let files = validator("file.schema.json");
    let file: together::types::File =
        serde_json::from_value(read("tests/fixtures/files/together.json")).expect("a file");
    let file = file.unify(&context).expect("it has what it needs");
    check(
        &files,
        "together",
        &serde_json::to_value(file).expect("JSON"),
    );
    let requests = validator("request.schema.json");
    for (name, body) in fixtures("requests") {
        let request: CreateRequest = serde_json::from_value(body).expect(&name);
        check(
            &requests,
            &name,
            &serde_json::to_value(request).expect("JSON"),
        );
    }
}
