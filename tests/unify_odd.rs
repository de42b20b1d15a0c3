//! Jobs of which some members are not as documented: each such member
//! becomes its absence, and the job stays.
#![cfg(all(feature = "openai", feature = "together"))]

use crate::loopback;
use crate::support;

use loopback::clock::TestClock;
use loopback::{Answer, Server};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use support::{fixtures, gateway_fields};
use unitune::providers::{Account, ListQuery, Providers};
use unitune::transport::{ApiClient, ClientBuilder};
use unitune::unify::{Context, Job, NoteKind, Unify, job_from_item, job_from_slice};
use unitune::wire::{LenientList, from_slice};
use unitune::{openai, together, truefoundry};

fn context() -> Context {
    Context::new("main").with_notes()
}

/// The job of a body that is answered alone.
fn alone<T: Unify<Output = Job> + DeserializeOwned>(body: &Value) -> Job {
    job_from_slice::<T>(body.to_string().as_bytes(), &context()).expect("a job")
}

/// The job of a body in a list.
fn listed<T: Unify<Output = Job> + DeserializeOwned>(body: &Value) -> Job {
    let list = json!([{"state": 1}, body]).to_string();
    let list: LenientList<T> = from_slice(list.as_bytes()).expect("a list");
    let mut jobs = list.into_iter().map(|item| job_from_item(item, &context()));
    let reason = jobs.next().expect("two items").expect_err("without an id");
    assert_eq!(reason.to_string(), "id: missing field `id`");
    jobs.next().expect("two items").expect("a job")
}

#[test]
fn every_oddity_has_its_note_and_its_value() {
    for vendor in ["openai", "together", "truefoundry"] {
        for (name, body) in fixtures(&format!("odd/{vendor}")) {
            let (alone, listed) = match vendor {
                "openai" => (
                    alone::<openai::types::FineTuningJob>(&body),
                    listed::<openai::types::FineTuningJob>(&body),
                ),
                "together" => (
                    alone::<together::types::FinetuneResponse>(&body),
                    listed::<together::types::FinetuneResponseTruncated>(&body),
                ),
                _ => (
                    alone::<truefoundry::types::FineTuningJob>(&body),
                    listed::<truefoundry::types::FineTuningJob>(&body),
                ),
            };
            let sorted = |mut job: Job| {
                let notes = &mut job.provider.notes;
                notes.sort_by(|a, b| (&a.field, &a.message).cmp(&(&b.field, &b.message)));
                job
            };
            let (alone, listed) = (sorted(alone), sorted(listed));
            assert_eq!(alone, listed, "{vendor} {name}");
            // Each of the gateway's fields has exactly one note.
            let fields = gateway_fields();
            let noted = alone.provider.notes.iter().map(|note| note.field.clone());
            let noted: Vec<String> = noted.filter(|field| fields.contains(field)).collect();
            assert_eq!(noted, fields, "{vendor} {name}");
            let json = serde_json::to_value(&alone).expect("a job is JSON");
            assert!(!json.to_string().contains("do-not-show"), "{json}");
            insta::with_settings!({
                snapshot_path => "snapshots/unify",
                prepend_module_to_snapshot => false,
                sort_maps => true,
                omit_expression => true,
            }, { insta::assert_json_snapshot!(format!("odd__{vendor}__{name}"), json) });
        }
    }
}

/// Strict mode rejects them all: some of each is lost or stood in for.
#[test]
fn strict_mode_rejects_them() {
    let strict = Context::new("main").strict();
    for (name, body) in fixtures("odd/openai") {
        let body = body.to_string().into_bytes();
        let error = job_from_slice::<openai::types::FineTuningJob>(&body, &strict);
        assert!(error.is_err(), "{name}");
    }
    for (name, body) in fixtures("odd/together") {
        let body = body.to_string().into_bytes();
        let error = job_from_slice::<together::types::FinetuneResponse>(&body, &strict);
        assert!(error.is_err(), "{name}");
    }
}

fn account<C: ApiClient + unitune::providers::Backend>(name: &str, server: &Server) -> Account {
    let client = ClientBuilder::<C>::default()
        .base_url(&server.url)
        .api_key("key")
        .clock(TestClock::new())
        .build();
    Account::with_backend(name, client.unwrap())
}

/// Through the clients: what a list shows a look-up shows, too.
#[tokio::test]
async fn list_and_look_up_agree() {
    let server = Server::start().await;
    let mut openai = Providers::new();
    openai
        .add(account::<openai::Client>("main", &server))
        .unwrap();
    let mut together = Providers::new();
    together
        .add(account::<together::Client>("main", &server))
        .unwrap();
    for (vendor, providers) in [("openai", &openai), ("together", &together)] {
        for (name, body) in fixtures(&format!("odd/{vendor}")) {
            server.answer(Answer::json(
                json!({"object": "list", "data": [body], "has_more": false}),
            ));
            let list = providers.list(&ListQuery::new()).await.unwrap();
            assert!(
                list.warnings.is_empty(),
                "{vendor} {name}: {:?}",
                list.warnings
            );
            server.answer(Answer::json(body));
            let id = list.jobs[0].id.as_str();
            let found = providers.retrieve(("main", id)).await.unwrap();
            let without_notes = |job: &Job| {
                let mut job = job.clone();
                job.provider.notes.clear();
                job
            };
            assert_eq!(
                without_notes(&found),
                without_notes(&list.jobs[0]),
                "{vendor} {name}"
            );
        }
    }
}

/// What is too deep to be read costs its member, and nothing else.
#[tokio::test]
async fn a_job_that_is_nested_too_deeply_does_not_cost_the_list() {
    let server = Server::start().await;
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let job = |id: &str, method: &str| {
        format!(
            r#"{{"object": "fine_tuning.job", "id": "{id}", "model": "m", "created_at": 1,
            "fine_tuned_model": null, "organization_id": "", "result_files": [],
            "status": "running", "validation_file": null, "training_file": "f",
            "method": {method}}}"#
        )
    };
    let mut providers = Providers::new();
    providers
        .add(account::<openai::Client>("main", &server))
        .unwrap();
    let list = format!(
        r#"{{"object": "list", "more": {deep}, "data": [{}, {}, {deep}], "has_more": "no"}}"#,
        job("ftjob-a", "null"),
        job("ftjob-b", &deep),
    );
    server.answer(Answer::bytes(list.as_bytes()));
    // "no" says nothing, so the next page is asked for.
    let end = json!({"object": "list", "data": [], "has_more": false});
    server.answer(Answer::json(end));
    let list = providers.list(&ListQuery::new()).await.unwrap();
    let ids: Vec<&str> = list.jobs.iter().map(|job| job.id.as_str()).collect();
    assert_eq!(ids, ["ftjob-a", "ftjob-b"]);
    assert_eq!(list.warnings.len(), 1, "{:?}", list.warnings);
    let notes = &list.jobs[1].provider.notes;
    let note = notes.iter().find(|note| note.field == "method").unwrap();
    assert_eq!(note.kind, NoteKind::Unavailable);
    assert_eq!(note.message, "/method: nested too deeply");

    server.answer(Answer::bytes(job("ftjob-b", &deep).as_bytes()));
    let found = providers.retrieve(("main", "ftjob-b")).await.unwrap();
    assert_eq!(found.provider.notes, *notes);
}

/// Bodies that are no JSON by a hair, as servers in Python or behind proxies write
/// them.
#[tokio::test]
async fn what_cannot_be_read_is_left_out_of_its_job_alone() {
    let server = Server::start().await;
    let mut providers = Providers::new();
    providers
        .add(account::<openai::Client>("main", &server))
        .unwrap();
    let job = |id: &str, members: &[u8]| {
        let start = format!(
            r#"{{"object": "fine_tuning.job", "id": "{id}", "model": "m", "created_at": 1,
            "status": "running", "training_file": "f", "#
        );
        [start.as_bytes(), members, b"}"].concat()
    };
    let odd: [&[u8]; 5] = [
        br#""suffix": "\ud800""#,
        br#""seed": 1e999"#,
        br#""seed": -99999999999999999999999999999999999"#,
        br#""trained_tokens": NaN"#,
        br#""seed": 1, "seed": 2"#,
    ];
    for members in odd {
        let shown = String::from_utf8_lossy(members);
        let (good, bad) = (job("ftjob-a", br#""seed": 7"#), job("ftjob-b", members));
        let start: &[u8] = b"\xef\xbb\xbf{\"object\": \"list\", \"has_more\": false, \"data\": [";
        server.answer(Answer::bytes(&[start, &good, b",", &bad, b"]}"].concat()));
        let list = providers.list(&ListQuery::new()).await.unwrap();
        let ids: Vec<&str> = list.jobs.iter().map(|job| job.id.as_str()).collect();
        assert_eq!(ids, ["ftjob-a", "ftjob-b"], "{shown}: {:?}", list.warnings);
        assert_eq!(list.jobs[0].seed, Some(7));
        server.answer(Answer::bytes(&bad));
        let found = providers.retrieve(("main", "ftjob-b")).await;
        assert_eq!(found.unwrap().status.as_str(), "running", "{shown}");
    }
}

#[tokio::test]
async fn a_list_that_is_null_is_empty() {
    let server = Server::start().await;
    for account in [
        account::<openai::Client>("main", &server),
        account::<together::Client>("main", &server),
        account::<truefoundry::Client>("main", &server),
    ] {
        let mut providers = Providers::new();
        providers.add(account).unwrap();
        server.answer(Answer::json(json!({"object": "list", "data": null})));
        let list = providers.list(&ListQuery::new()).await.unwrap();
        assert!(list.jobs.is_empty() && list.warnings.is_empty(), "{list:?}");
    }
}

/// What is left out says where and what is wrong, and no value.
#[tokio::test]
async fn what_does_not_decode_is_named() {
    let server = Server::start().await;
    let mut providers = Providers::new();
    providers
        .add(account::<openai::Client>("main", &server))
        .unwrap();
    let odd = json!([{"id": 7, "status": "sk-secret"}, "sk-secret", null]);
    server.answer(Answer::json(
        json!({"object": "list", "has_more": false, "data": odd}),
    ));
    let list = providers.list(&ListQuery::new()).await.unwrap();
    let warnings: Vec<String> = list.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "main: a job is left out: /id: expected a string, found an integer",
            "main: a job is left out: expected an object, found a string",
            "main: a job is left out: expected an object, found null",
        ]
    );
    server.answer(Answer::json(
        json!({"object": "sk-secret", "seed": "sk-secret"}),
    ));
    let error = providers.retrieve(("main", "ftjob-1")).await.unwrap_err();
    let text = error.to_string();
    let reason = "the response does not have the documented form: missing field `id`";
    assert!(text.contains(reason), "{text}");
    assert!(!text.contains("sk-secret"), "{text}");

    // The client itself takes a vendor at its word.
    let client = ClientBuilder::<openai::Client>::default()
        .base_url(&server.url)
        .api_key("key")
        .build()
        .unwrap();
    let body =
        json!({"id": "ftjob-1", "object": "fine_tuning.job", "hyperparameters": "sk-secret"});
    server.answer(Answer::json(body));
    let text = client
        .retrieve_job("ftjob-1")
        .await
        .unwrap_err()
        .to_string();
    let reason = "form: /hyperparameters: expected an object, found a string";
    assert!(
        text.contains(reason) && !text.contains("sk-secret"),
        "{text}"
    );
}

/// Errors of requests name no type of ours.
#[test]
fn a_request_of_another_form_is_named_in_plain_words() {
    for body in ["[]", "7", "\"gpt\""] {
        let error = serde_json::from_str::<unitune::unify::CreateRequest>(body).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("expected an object"), "{text}");
    }
}
