//! A job of Azure's becomes the gateway's job, whatever its words; and a request
//! becomes Azure's.
#![cfg(feature = "azure")]

use crate::support;

use serde_json::{Map, Value, json};
use support::{fixtures, gateway_fields, lenient_ids, read};
use unitune::azure::types::{
    File, FineTuningJob, FineTuningJobCheckpoint, FineTuningJobEvent, FineTuningJobList,
    FineTuningJobStatus,
};
use unitune::unify::{
    Context, CreateRequest, Event, Job, MetricPoint, NoteKind, OnUnsupported, Status, Unify,
    job_from_slice,
};

fn context() -> Context {
    Context::new("main").with_notes()
}

fn job(body: &Value, context: &Context) -> Result<Job, String> {
    let job = job_from_slice::<FineTuningJob>(body.to_string().as_bytes(), context);
    job.map_err(|error| error.to_string())
}

fn jobs() -> impl Iterator<Item = (String, Value)> {
    let all = fixtures("azure").into_iter();
    all.filter(|(_, body)| body.get("data").is_none())
}

fn named(name: &str) -> Value {
    read(&format!("tests/fixtures/azure/{name}.json"))
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
        snapshot(&format!("azure__{name}"), &answer);
    }
}

#[test]
fn every_status_has_a_fixture() {
    let names: Vec<String> = jobs().map(|(name, _)| name).collect();
    for status in FineTuningJobStatus::KNOWN {
        let name = format!("status_{}", status.as_str());
        assert!(names.contains(&name), "there is no {name}.json");
    }
}

/// Each of the gateway's fields has exactly one note.
#[test]
fn notes_cover_every_field() {
    let fields = gateway_fields();
    for (name, body) in jobs() {
        let job = job(&body, &context()).unwrap();
        let is_slot = |kind| !matches!(kind, NoteKind::Unmapped | NoteKind::Withheld);
        let notes = job.provider.notes.iter();
        let mut noted: Vec<&str> = notes
            .filter(|note| is_slot(note.kind) && fields.contains(&note.field))
            .map(|note| note.field.as_str())
            .collect();
        noted.sort_unstable();
        assert_eq!(noted, fields, "{name}");
        let mut silent = job;
        silent.provider.notes.clear();
        assert_eq!(
            silent,
            self::job(&body, &Context::new("main")).unwrap(),
            "{name}"
        );
    }
}

#[test]
fn no_key_is_in_any_job() {
    let mut seen = 0;
    for (name, body) in jobs() {
        for context in [context(), Context::new("main")] {
            let job = job(&body, &context).unwrap();
            let shown = format!("{} {job:?}", serde_json::to_string(&job).unwrap());
            seen += usize::from(body.to_string().contains("do-not-show"));
            assert!(!shown.contains("do-not-show"), "{name}: {shown}");
        }
    }
    assert!(seen >= 4, "only {seen} bodies have keys");
}

#[test]
fn strict_mode_rejects_guesses_and_nothing_else() {
    let strict = Context::new("main").strict();
    let rejected: Vec<String> = jobs()
        .filter_map(|(name, body)| job(&body, &strict).is_err().then_some(name))
        .collect();
    assert_eq!(
        rejected,
        ["finished_before_created", "status_that_nobody_knows"]
    );
}

#[test]
fn the_model_of_a_job_has_to_be_deployed() {
    let job = job(&named("status_succeeded"), &context()).unwrap();
    assert!(job.fine_tuned_model.is_some());
    let mut notes = job.provider.notes.iter();
    let note = notes.find(|note| note.field == "fine_tuned_model");
    assert!(note.unwrap().message.contains("deployed"), "{note:?}");
}

#[test]
fn what_is_null_has_no_value_or_the_account_s() {
    for name in ["everything_unset_is_null", "everything_unset_is_left_out"] {
        let job = job(&named(name), &context()).unwrap();
        assert_eq!(job.status, Status::Queued, "{name}");
        assert_eq!(job.organization_id, "", "{name}");
        assert!(
            job.result_files.is_empty() && job.method.is_none(),
            "{name}"
        );
        assert!(
            job.hyperparameters.is_none() && job.seed.is_none(),
            "{name}"
        );
        let labelled = self::job(&named(name), &context().with_organization("acme")).unwrap();
        assert_eq!(labelled.organization_id, "acme", "{name}");
    }
    let british = job(&named("organisation_with_an_s"), &context()).unwrap();
    assert_eq!(british.organization_id, "org-acme");
}

#[test]
fn minus_one_is_auto() {
    let settings = |name: &str| {
        let job = job(&named(name), &Context::new("main")).unwrap();
        let method = job.method.unwrap().to_map();
        (job.hyperparameters.unwrap().to_map(), method)
    };
    let (top, method) = settings("counts_are_auto");
    assert_eq!(
        Value::from(top),
        json!({"n_epochs": "auto", "batch_size": "auto", "learning_rate_multiplier": 1.0})
    );
    let below = &method["dpo"]["hyperparameters"];
    assert_eq!(
        (&below["n_epochs"], &below["batch_size"]),
        (&json!("auto"), &json!(4))
    );
    let (top, _) = settings("counts_with_fractions");
    assert_eq!(top["n_epochs"], "auto");
    let (_, method) = settings("reinforcement_with_a_response_format");
    assert_eq!(
        method["reinforcement"]["hyperparameters"]["batch_size"],
        "auto"
    );
    assert!(method["reinforcement"]["response_format"].is_object());
}

#[test]
fn a_paused_job_has_not_ended() {
    let job = job(&named("paused_with_a_finished_at"), &context()).unwrap();
    assert_eq!((job.status, job.finished_at), (Status::Queued, None));
    assert_eq!(
        job.provider.extra.get("finished_at"),
        Some(json!(1_763_701_800))
    );
}

#[test]
fn one_malformed_job_does_not_hide_its_neighbours() {
    let list = named("list_with_a_malformed_job_between_two_good_ones");
    let list: FineTuningJobList = serde_json::from_value(list).unwrap();
    assert_eq!(
        lenient_ids(&list.data),
        (vec!["ftjob-first".into(), "ftjob-last".into()], 1)
    );
}

/// A member of another type becomes its absence.
#[test]
fn a_job_with_an_odd_member_is_a_job() {
    let good = named("status_succeeded");
    let members = good.as_object().unwrap();
    for name in members.keys().filter(|name| *name != "id") {
        for odd in [
            json!(null),
            json!({"x": 1}),
            json!([1]),
            json!("odd"),
            json!(1.5),
        ] {
            let mut body = good.clone();
            body[name] = odd;
            let found = job(&body, &context());
            assert!(found.is_ok(), "{body}: {found:?}");
            let mut without = good.clone();
            without.as_object_mut().unwrap().remove(name);
            assert!(job(&without, &context()).is_ok(), "{without}");
        }
    }
    assert!(job(&json!({"status": "running"}), &context()).is_err());
}

fn list<T: serde::de::DeserializeOwned + Unify>(file: &str) -> Vec<T::Output> {
    let items = read(&format!("tests/fixtures/{file}.json"))["data"].clone();
    let items: Vec<T> = serde_json::from_value(items).unwrap();
    let items = items.into_iter();
    items
        .map(|item| item.unify(&Context::new("main")).unwrap())
        .collect()
}

#[test]
fn events_checkpoints_and_files() {
    let events: Vec<Event> = list::<FineTuningJobEvent>("events/azure");
    let metrics: Vec<_> = events.iter().filter_map(MetricPoint::from_event).collect();
    assert_eq!((metrics.len(), metrics[0].step), (1, Some(10)));
    snapshot("events__azure", &json!(events));
    let checkpoints = list::<FineTuningJobCheckpoint>("checkpoints/azure");
    assert_eq!(checkpoints[1].step_number, 60);
    snapshot("checkpoints__azure", &json!(checkpoints));
    let file = |name: &str| {
        let body = read(&format!("tests/fixtures/files/{name}.json"));
        let file: File = serde_json::from_value(body).unwrap();
        file.unify(&Context::new("main")).unwrap()
    };
    let files = json!({
        "imported": file("azure"),
        "being_imported": file("azure_being_imported"),
        "not_imported": file("azure_not_imported"),
    });
    snapshot("files__azure", &files);
}

#[test]
fn requests_are_translated_or_rejected() {
    for (name, body) in fixtures("requests") {
        let request: CreateRequest = serde_json::from_value(body).unwrap();
        let answer = |on| match request.to_azure(on) {
            Ok(sent) => json!({"request": sent.request, "dropped": sent.dropped}),
            Err(error) => json!({"refused": error.fields()}),
        };
        let answers = json!({
            "azure": answer(OnUnsupported::Reject),
            "azure_lossy": answer(OnUnsupported::Drop),
        });
        snapshot(&format!("request__azure__{name}"), &answers);
    }
}

fn request(members: Value) -> CreateRequest {
    let mut body = json!({"model": "gpt-4.1-mini-2025-04-14", "training_file": "file-1"});
    let all = body.as_object_mut().unwrap();
    all.extend(members.as_object().cloned().unwrap_or_default());
    serde_json::from_value(body).unwrap()
}

#[test]
fn a_request_has_the_vendor_s_words() {
    let request = request(json!({
        "trainingType": "globalstandard", "suffix": "intake_v2-b",
        "hyperparameters": {"n_epochs": "auto", "learning_rate_multiplier": "auto"},
        "method": {"type": "dpo", "dpo": {"hyperparameters": {"batch_size": "auto", "beta": 0.2}}},
    }));
    let sent = request.to_azure(OnUnsupported::Reject).unwrap().request;
    assert_eq!(
        serde_json::to_value(&sent).unwrap(),
        json!({
            "model": "gpt-4.1-mini-2025-04-14", "training_file": "file-1", "suffix": "intake_v2-b",
            "trainingType": "globalstandard",
            "hyperparameters": {"n_epochs": -1, "learning_rate_multiplier": "auto"},
            "method": {"type": "dpo", "dpo": {"hyperparameters": {"batch_size": -1, "beta": 0.2}}},
        })
    );
    let back = CreateRequest::from(&sent);
    assert_eq!(
        back.extra,
        Map::from_iter([("trainingType".to_owned(), json!("globalstandard"))])
    );
    assert_eq!(
        (&back.model, &back.suffix),
        (&request.model, &request.suffix)
    );
}

#[test]
fn what_the_vendor_would_reject_is_not_sent() {
    for (members, field) in [
        (json!({"suffix": "s".repeat(41)}), "suffix"),
        (json!({"suffix": "v1.5"}), "suffix"),
        (json!({"trainingType": "Developer"}), "trainingType"),
        (json!({"trainingType": 1}), "trainingType"),
        (json!({"seed": -1}), "seed"),
        (json!({"capacity": 2}), "capacity"),
    ] {
        let error = request(members.clone()).to_azure(OnUnsupported::Reject);
        let error = error.unwrap_err();
        let named: Vec<&str> = error.fields().iter().map(|it| it.field.as_str()).collect();
        assert_eq!(named, [field], "{members}");
    }
    let lossy = request(json!({"capacity": 2})).to_azure(OnUnsupported::Drop);
    assert_eq!(lossy.unwrap().dropped.len(), 1);
    assert!(
        request(json!({"trainingType": null}))
            .to_azure(OnUnsupported::Reject)
            .is_ok()
    );
}
