//! Fireworks: three kinds of job through their states, datasets with their files, and what is rejected.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

use crate::support;

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use support::session::{Session, chat};
use support::{Answer, client, read};
use unitune_sandbox::{Sandbox, Vendor};

const SUPERVISED: &str = "/v1/accounts/{account_id}/supervisedFineTuningJobs";
const ONE_SUPERVISED: &str =
    "/v1/accounts/{account_id}/supervisedFineTuningJobs/{supervised_fine_tuning_job_id}";
const DPO: &str = "/v1/accounts/{account_id}/dpoJobs";
const ONE_DPO: &str = "/v1/accounts/{account_id}/dpoJobs/{dpo_job_id}";
const RFT: &str = "/v1/accounts/{account_id}/reinforcementFineTuningJobs";
const ONE_RFT: &str =
    "/v1/accounts/{account_id}/reinforcementFineTuningJobs/{reinforcement_fine_tuning_job_id}";
const DATASETS: &str = "/v1/accounts/{account_id}/datasets";
const ONE_DATASET: &str = "/v1/accounts/{account_id}/datasets/{dataset_id}";

const ACCOUNT: &str = "sandbox";
const LLAMA: &str = "accounts/fireworks/models/llama-v3p1-8b-instruct";
const CHATS: &str = "accounts/sandbox/datasets/support-chats";
const PREFERENCES: &str = "accounts/sandbox/datasets/preferences";

/// A sandbox without the bodies that deviate from the document on purpose.
async fn plain() -> Sandbox {
    let builder = Sandbox::builder().all_deviations(false);
    builder.start().await.unwrap()
}

fn with_verb(path: &str, verb: &str) -> String {
    format!("{path}:{verb}")
}

/// The states of a job, looked at every five seconds.
async fn states(sandbox: &Sandbox, collection: &str, seconds: u64) -> String {
    let path = format!("/v1/accounts/sandbox/{collection}/a");
    let mut seen: Vec<String> = Vec::new();
    for _ in 0..seconds / 5 {
        let job = support::get(sandbox, Vendor::Fireworks, &path).await.body;
        let state = job["state"].as_str().unwrap();
        let state = state.strip_prefix("JOB_STATE_").unwrap().to_owned();
        if seen.last() != Some(&state) {
            seen.push(state);
        }
        sandbox.advance(Duration::from_secs(5));
    }
    seen.join(" ")
}

/// A call that must be rejected in gRPC's shape; its number.
async fn rejected(
    session: &Session<'_>,
    status: u16,
    method: &str,
    path: &str,
    values: &[&str],
    body: Option<Value>,
) -> Value {
    let answer = session.call(method, path, values, "", body).await;
    assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
    assert!(answer.body["message"].is_string(), "{}", answer.body);
    assert!(answer.body["details"].is_array(), "{}", answer.body);
    answer.body
}

async fn create(session: &Session<'_>, path: &str, query: &str, body: Value) -> Value {
    session
        .ok("POST", path, &[ACCOUNT], query, Some(body))
        .await
}

#[tokio::test]
async fn each_kind_goes_through_its_states() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::Fireworks);
    let settings = json!({"baseModel": LLAMA});
    let plain = "CREATING VALIDATING PENDING RUNNING WRITING_RESULTS COMPLETED";
    let rollouts =
        "CREATING VALIDATING CREATING_INPUT_DATASET PENDING RUNNING IDLE WRITING_RESULTS COMPLETED";
    for (path, query, body, expected) in [
        (
            SUPERVISED,
            "?supervisedFineTuningJobId=a",
            json!({"dataset": CHATS, "baseModel": LLAMA}),
            plain,
        ),
        (
            DPO,
            "?dpoJobId=a",
            json!({"dataset": PREFERENCES, "trainingConfig": settings}),
            plain,
        ),
        (
            RFT,
            "?reinforcementFineTuningJobId=a",
            json!({"dataset": CHATS, "evaluator": "exact", "trainingConfig": settings}),
            rollouts,
        ),
    ] {
        create(&session, path, query, body).await;
        let (_, collection) = path.rsplit_once('/').unwrap();
        assert_eq!(states(&sandbox, collection, 700).await, expected);
    }
}

#[tokio::test]
async fn every_state_is_seeded() {
    let sandbox = plain().await;
    let session = Session::new(&sandbox, Vendor::Fireworks);
    let mut seen = BTreeSet::new();
    for (path, member) in [
        (SUPERVISED, "supervisedFineTuningJobs"),
        (DPO, "dpoJobs"),
        (RFT, "reinforcementFineTuningJobs"),
    ] {
        let list = session
            .call("GET", path, &[ACCOUNT], "?pageSize=200", None)
            .await;
        let jobs = list.body[member].as_array().unwrap().clone();
        assert_eq!(list.body["totalSize"], jobs.len());
        seen.extend(
            jobs.iter()
                .map(|job| job["state"].as_str().unwrap().to_owned()),
        );
    }
    for state in "CANCELLED CANCELLING COMPLETED CREATING CREATING_INPUT_DATASET DELETING EARLY_STOPPED EXPIRED FAILED \
                  IDLE PAUSED PENDING RE_QUEUEING RUNNING VALIDATING WRITING_RESULTS"
        .split_whitespace()
    {
        assert!(seen.contains(&format!("JOB_STATE_{state}")), "{state}: {seen:?}");
    }
}

#[tokio::test]
async fn unset_fields_are_written_out_and_times_have_nine_digits_then_six() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::Fireworks);
    let body = json!({
        "dataset": CHATS, "baseModel": LLAMA, "epochs": "2",
        "wandbConfig": {"enabled": true, "apiKey": "very-secret", "project": "p"},
    });
    let created = create(&session, SUPERVISED, "?supervisedFineTuningJobId=a", body).await;
    assert_eq!(
        created["name"],
        "accounts/sandbox/supervisedFineTuningJobs/a"
    );
    assert_eq!(created["outputModel"], "accounts/sandbox/models/a");
    assert_eq!(created["epochs"], 2);
    for (field, expected) in [
        ("displayName", json!("")),
        ("loraRank", json!(0)),
        ("earlyStop", json!(false)),
        ("awsS3Config", Value::Null),
        ("completedTime", Value::Null),
        ("purpose", json!("PURPOSE_UNSPECIFIED")),
        ("status", json!({"code": "OK", "message": ""})),
    ] {
        assert_eq!(created[field], expected, "{field}");
    }
    assert_eq!(created["wandbConfig"]["apiKey"], "");
    assert!(!format!("{:?}", sandbox.requests()).contains("very-secret"));
    assert!(created["estimatedCost"]["units"].is_string());

    let later = session.get(ONE_SUPERVISED, &[ACCOUNT, "a"], "").await;
    let (nine, six) = (
        created["createTime"].as_str().unwrap(),
        later["createTime"].as_str().unwrap(),
    );
    assert_eq!((nine.len(), six.len()), (30, 27), "{nine} {six}");
    assert!(nine.starts_with(six.trim_end_matches('Z')));

    // Not a whole job: it is not validated as one.
    let path = "/v1/accounts/sandbox/supervisedFineTuningJobs/a?readMask=name,create_time";
    let some = support::get(&sandbox, Vendor::Fireworks, path).await.body;
    assert_eq!(some.as_object().unwrap().len(), 2);
}

#[tokio::test]
async fn an_id_is_taken_once_in_each_kind() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::Fireworks);
    let body = json!({"dataset": CHATS, "baseModel": LLAMA});
    let query = "?supervisedFineTuningJobId=mine";
    create(&session, SUPERVISED, query, body.clone()).await;
    let again = session
        .call("POST", SUPERVISED, &[ACCOUNT], query, Some(body.clone()))
        .await;
    assert_eq!((again.status, &again.body["code"]), (409, &json!(6)));
    let dpo = json!({"dataset": PREFERENCES, "trainingConfig": {"baseModel": LLAMA}});
    create(&session, DPO, "?dpoJobId=mine", dpo).await;
    let wrong = "?supervisedFineTuningJobId=Not%20Mine";
    let wrong = session
        .call("POST", SUPERVISED, &[ACCOUNT], wrong, Some(body.clone()))
        .await;
    assert_eq!(wrong.status, 400);
    // Without an id there is a new one each time.
    let (one, two) = (
        create(&session, SUPERVISED, "", body.clone()).await,
        create(&session, SUPERVISED, "", body).await,
    );
    assert_ne!(one["name"], two["name"]);
}

#[tokio::test]
async fn lists_are_ordered_filtered_and_paged() {
    let sandbox = plain().await;
    let session = Session::new(&sandbox, Vendor::Fireworks);
    let list = async |query: &str| {
        let answer = session
            .call("GET", SUPERVISED, &[ACCOUNT], query, None)
            .await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.body);
        answer.body
    };
    let texts = |body: &Value, field: &str| -> Vec<String> {
        let jobs = body["supervisedFineTuningJobs"].as_array().unwrap();
        jobs.iter()
            .map(|job| job[field].as_str().unwrap_or("").to_owned())
            .collect()
    };
    let whole = list("").await;
    assert!(texts(&whole, "name").is_sorted());
    assert_eq!(whole["nextPageToken"], "");
    let newest =
        list("?orderBy=create_time%20desc&filter=completed_time%3E%222026-01-01T00:00:00Z%22")
            .await;
    let times = texts(&newest, "createTime");
    let times: Vec<&String> = times.iter().filter(|time| !time.is_empty()).collect();
    assert!(
        times.len() > 3 && times.is_sorted_by(|a, b| a >= b),
        "{times:?}"
    );

    let mut collected = Vec::new();
    let mut token = String::new();
    loop {
        let page = list(&format!(
            "?pageSize=4&orderBy=state,name%20desc&pageToken={token}"
        ))
        .await;
        assert_eq!(page["totalSize"], whole["totalSize"]);
        collected.extend(texts(&page, "name"));
        token = page["nextPageToken"].as_str().unwrap().to_owned();
        if token.is_empty() {
            break;
        }
        // A token belongs to its order.
        let other = format!("?pageToken={token}");
        let other = session
            .call("GET", SUPERVISED, &[ACCOUNT], &other, None)
            .await;
        assert_eq!(other.status, 400);
    }
    assert_eq!(Some(collected.len() as u64), whole["totalSize"].as_u64());
    assert_eq!(
        collected.iter().collect::<BTreeSet<_>>().len(),
        collected.len()
    );

    let failed = list("?filter=state%3DJOB_STATE_FAILED").await;
    assert!(
        texts(&failed, "state")
            .iter()
            .all(|state| state == "JOB_STATE_FAILED")
    );
    assert!(!texts(&failed, "state").is_empty());
    assert_eq!(
        list("?pageSize=100000").await["totalSize"],
        whole["totalSize"]
    );
    for query in [
        "?pageSize=-1",
        "?pageSize=x",
        "?pageToken=x",
        "?orderBy=nothing",
        "?filter=state",
        "?readMask=nothing",
    ] {
        let answer = session
            .call("GET", SUPERVISED, &[ACCOUNT], query, None)
            .await;
        assert_eq!(
            (answer.status, &answer.body["code"]),
            (400, &json!(3)),
            "{query}"
        );
    }
}

#[tokio::test]
async fn jobs_are_cancelled_resumed_and_deleted() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::Fireworks);
    let body = json!({"dataset": CHATS, "baseModel": LLAMA});
    create(&session, SUPERVISED, "?supervisedFineTuningJobId=a", body).await;
    let (cancel, resume) = (
        with_verb(ONE_SUPERVISED, "cancel"),
        with_verb(ONE_SUPERVISED, "resume"),
    );
    let at = &[ACCOUNT, "a"];
    let state = async || session.get(ONE_SUPERVISED, at, "").await["state"].clone();
    // A running job cannot be resumed.
    assert_eq!(
        rejected(&session, 400, "POST", &resume, at, Some(json!({}))).await["code"],
        9
    );
    sandbox.advance(Duration::from_secs(150));
    assert_eq!(session.post(&cancel, at, json!({})).await, json!({}));
    assert_eq!(state().await, "JOB_STATE_CANCELLING");
    assert_eq!(session.post(&cancel, at, json!({})).await, json!({}));
    sandbox.advance(Duration::from_secs(30));
    assert_eq!(state().await, "JOB_STATE_CANCELLED");
    assert_eq!(
        rejected(&session, 400, "POST", &cancel, at, Some(json!({}))).await["code"],
        9
    );
    rejected(&session, 400, "POST", &resume, at, Some(json!({"x": 1}))).await;
    let resumed = session.post(&resume, at, json!({})).await;
    assert_eq!(resumed["state"], "JOB_STATE_RE_QUEUEING");
    assert!(resumed["completedTime"].is_null());
    sandbox.advance(Duration::from_secs(60));
    assert_eq!(state().await, "JOB_STATE_RUNNING");

    // A job that works is stopped first.
    session.ok("DELETE", ONE_SUPERVISED, at, "", None).await;
    assert_eq!(state().await, "JOB_STATE_DELETING");
    sandbox.advance(Duration::from_secs(10));
    assert_eq!(state().await, "JOB_STATE_DELETING_CLEANING_UP");
    sandbox.advance(Duration::from_secs(10));
    let gone = rejected(&session, 404, "GET", ONE_SUPERVISED, at, None).await;
    assert_eq!(
        gone,
        json!({"code": 5, "message": "resource not found", "details": []})
    );
    // One that has ended is gone at once.
    let done = [ACCOUNT, "support-v2"];
    session.ok("DELETE", ONE_SUPERVISED, &done, "", None).await;
    rejected(&session, 404, "GET", ONE_SUPERVISED, &done, None).await;

    let paused = [ACCOUNT, "night-run"];
    let job = session.post(&resume, &paused, json!({})).await;
    assert_eq!(job["state"], "JOB_STATE_RE_QUEUEING");
}

#[tokio::test]
async fn a_job_fails_when_its_dataset_is_validated() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::Fireworks);
    let silent = r#"{"messages":[{"role":"user","content":"Q"}]}"#;
    for (id, content, expected) in [
        ("few", chat(2), "examples"),
        ("bad", "nonsense\n".to_owned(), "line 1"),
        ("silent", format!("{}{silent}\n", chat(5)), "line 6"),
    ] {
        upload(&session, id, &content).await;
        let body = json!({"dataset": id, "baseModel": LLAMA});
        create(
            &session,
            SUPERVISED,
            &format!("?supervisedFineTuningJobId={id}"),
            body,
        )
        .await;
        sandbox.advance(Duration::from_secs(60));
        let job = session.get(ONE_SUPERVISED, &[ACCOUNT, id], "").await;
        assert_eq!(job["state"], "JOB_STATE_FAILED", "{id}");
        assert_eq!(job["status"]["code"], "INVALID_ARGUMENT");
        assert!(
            job["status"]["message"]
                .as_str()
                .unwrap()
                .contains(expected),
            "{job}"
        );
        let resume = with_verb(ONE_SUPERVISED, "resume");
        rejected(
            &session,
            400,
            "POST",
            &resume,
            &[ACCOUNT, id],
            Some(json!({})),
        )
        .await;
    }
    let body = json!({"dataset": CHATS, "trainingConfig": {"baseModel": LLAMA}});
    create(&session, DPO, "?dpoJobId=chats", body).await;
    sandbox.advance(Duration::from_secs(60));
    let job = session.get(ONE_DPO, &[ACCOUNT, "chats"], "").await;
    assert_eq!(job["state"], "JOB_STATE_FAILED");
}

#[tokio::test]
async fn an_early_stop_needs_an_evaluation_and_time() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::Fireworks);
    for (id, epochs, ending) in [("long", 8, "EARLY_STOPPED"), ("short", 1, "COMPLETED")] {
        let body = json!({
            "dataset": CHATS, "baseModel": LLAMA, "epochs": epochs, "earlyStop": true, "evalAutoCarveout": true,
        });
        create(
            &session,
            SUPERVISED,
            &format!("?supervisedFineTuningJobId={id}"),
            body,
        )
        .await;
        sandbox.advance(Duration::from_secs(7200));
        let job = session.get(ONE_SUPERVISED, &[ACCOUNT, id], "").await;
        assert_eq!(job["state"], format!("JOB_STATE_{ending}"));
    }
}

#[tokio::test]
async fn what_a_request_must_hold() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::Fireworks);
    let good = json!({"dataset": CHATS, "baseModel": LLAMA});
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    for (body, named) in [
        (json!({"baseModel": LLAMA}), "dataset"),
        (json!({"dataset": CHATS}), "baseModel"),
        (with("dataset", json!("none")), "dataset"),
        (
            with("dataset", json!("accounts/other/datasets/support-chats")),
            "dataset",
        ),
        (
            with("evaluationDataset", json!("none")),
            "evaluationDataset",
        ),
        (
            with("baseModel", json!("accounts/fireworks/models/none")),
            "baseModel",
        ),
        (
            with("baseModel", json!("llama-v3p1-8b-instruct")),
            "baseModel",
        ),
        (
            with("warmStartFrom", json!("accounts/sandbox/models/support-v2")),
            "warmStartFrom",
        ),
        (with("nEpochs", json!(1)), "nEpochs"),
        (with("epochs", json!(-1)), "epochs"),
        (with("epochs", json!(1.5)), "epochs"),
        (with("learningRate", json!("fast")), "learningRate"),
        (
            with("outputModel", json!("accounts/other/models/x")),
            "outputModel",
        ),
        (
            with("wandbConfig", json!({"projectName": "p"})),
            "wandbConfig.projectName",
        ),
    ] {
        let answer = rejected(
            &session,
            400,
            "POST",
            SUPERVISED,
            &[ACCOUNT],
            Some(body.clone()),
        )
        .await;
        assert_eq!(answer["code"], 3, "{body}");
        assert!(
            answer["message"]
                .as_str()
                .unwrap()
                .contains(&format!("'{named}'")),
            "{answer}"
        );
        assert_eq!(answer["details"][0]["metadata"]["field"], named);
    }
    let body = json!({"dataset": CHATS, "trainingConfig": {"baseModel": LLAMA}});
    let answer = rejected(&session, 400, "POST", RFT, &[ACCOUNT], Some(body)).await;
    assert!(answer["message"].as_str().unwrap().contains("'evaluator'"));
    let forbidden = rejected(&session, 403, "GET", SUPERVISED, &["other"], None).await;
    assert_eq!(
        (&forbidden["code"], &forbidden["message"]),
        (&json!(7), &json!(""))
    );

    // A tuned model can be the start of another one.
    let body = json!({"dataset": CHATS, "warmStartFrom": "accounts/sandbox/models/support-v2"});
    let job = create(&session, SUPERVISED, "", body).await;
    assert!(job["estimatedCost"]["nanos"].as_u64() > Some(0));
    let estimate = session
        .post(&with_verb(SUPERVISED, "estimateCost"), &[ACCOUNT], good)
        .await;
    assert_eq!(estimate["estimatedCost"]["currencyCode"], "USD");
}

/// Creates a dataset and uploads its one file in one request.
async fn upload(session: &Session<'_>, id: &str, content: &str) {
    let body = json!({"datasetId": id, "dataset": {"userUploaded": {}, "exampleCount": "1"}});
    create(session, DATASETS, "", body).await;
    let path = format!("/v1/accounts/sandbox/datasets/{id}:upload");
    let answer = session.upload(&path, &[], "train.jsonl", content).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// A request to a signed URL.
async fn storage(request: reqwest::RequestBuilder) -> Answer {
    read(request.send().await.unwrap()).await
}

#[tokio::test]
async fn datasets_go_up_and_down_through_signed_urls() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::Fireworks);
    let at = &[ACCOUNT, "mine"];
    let record = |count: Value| json!({"datasetId": "mine", "dataset": {"userUploaded": {}, "exampleCount": count}});
    let without = json!({"datasetId": "mine", "dataset": {"userUploaded": {}}});
    for body in [
        without,
        json!({"datasetId": "9mine", "dataset": {"exampleCount": "1"}}),
        json!({"dataset": {"exampleCount": "1"}}),
    ] {
        rejected(&session, 400, "POST", DATASETS, &[ACCOUNT], Some(body)).await;
    }
    let created = create(&session, DATASETS, "", record(json!(40))).await;
    assert_eq!(
        (&created["state"], &created["exampleCount"]),
        (&json!("UPLOADING"), &json!("40"))
    );
    rejected(
        &session,
        409,
        "POST",
        DATASETS,
        &[ACCOUNT],
        Some(record(json!("40"))),
    )
    .await;

    let (endpoint, validate) = (
        with_verb(ONE_DATASET, "getUploadEndpoint"),
        with_verb(ONE_DATASET, "validateUpload"),
    );
    assert_eq!(
        rejected(&session, 400, "POST", &validate, at, Some(json!({}))).await["code"],
        9
    );
    let content = chat(40);
    let size = content.len();
    for wrong in [json!({}), json!({"../x": "1"}), json!({"x": "many"})] {
        let body = json!({"filenameToSize": wrong});
        rejected(&session, 400, "POST", &endpoint, at, Some(body)).await;
    }
    let body = json!({"filenameToSize": {"a b.jsonl": size.to_string()}});
    let urls = session.post(&endpoint, at, body).await;
    let url = urls["filenameToSignedUrls"]["a b.jsonl"].as_str().unwrap();

    let range = format!("{size},{size}");
    let put = |range: &str, kind: &str, content: &str| {
        let request = client()
            .put(url)
            .header("x-goog-content-length-range", range);
        request
            .header("content-type", kind)
            .body(content.to_owned())
    };
    let octets = "application/octet-stream";
    for (status, request) in [
        (
            400,
            put(&range, octets, &content).bearer_auth("sandbox-fireworks-key"),
        ),
        (403, put(&range, "text/plain", &content)),
        (403, put("0,9", octets, &content)),
        (400, put(&range, octets, "short")),
        (
            403,
            client()
                .put(url.replace("Signature=", "Signature=0"))
                .body("x"),
        ),
    ] {
        let answer = storage(request).await;
        assert_eq!(answer.status, status);
        assert_eq!(
            answer.headers["content-type"],
            "application/xml; charset=UTF-8"
        );
    }
    rejected(&session, 400, "POST", &validate, at, Some(json!({}))).await;
    assert_eq!(storage(put(&range, octets, &content)).await.status, 200);
    assert_eq!(session.get(ONE_DATASET, at, "").await["state"], "UPLOADING");
    session.post(&validate, at, json!({})).await;
    let ready = session.get(ONE_DATASET, at, "").await;
    assert_eq!(ready["state"], "READY");
    assert_ne!(ready["estimatedTokenCount"], "0");
    rejected(
        &session,
        400,
        "POST",
        &endpoint,
        at,
        Some(json!({"filenameToSize": {"x": "1"}})),
    )
    .await;

    let download = with_verb(ONE_DATASET, "getDownloadEndpoint");
    let urls = session.get(&download, at, "").await;
    let (key, url) = urls["filenameToSignedUrls"]
        .as_object()
        .unwrap()
        .iter()
        .next()
        .unwrap();
    assert!(key.ends_with("/a b.jsonl"), "{key}");
    let url = url.as_str().unwrap();
    let got = client()
        .get(url)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert_eq!(got, content);
    assert_eq!(storage(client().get(url).body("x")).await.status, 400);
    assert_eq!(
        storage(client().get(url).bearer_auth("x")).await.status,
        400
    );
    sandbox.advance(Duration::from_secs(598));
    assert_eq!(storage(client().get(url)).await.status, 200);
    sandbox.advance(Duration::from_secs(1));
    assert_eq!(storage(client().get(url)).await.status, 400);

    session.ok("DELETE", ONE_DATASET, at, "", None).await;
    rejected(&session, 404, "GET", ONE_DATASET, at, None).await;
}

#[tokio::test]
async fn an_upload_that_is_begun_anew_forgets_the_files_before() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::Fireworks);
    let at = &[ACCOUNT, "mine"];
    let body = json!({"datasetId": "mine", "dataset": {"exampleCount": 1}});
    create(&session, DATASETS, "", body).await;
    let endpoint = with_verb(ONE_DATASET, "getUploadEndpoint");
    let mut urls = Vec::new();
    for name in ["one", "two"] {
        let answer = session
            .post(&endpoint, at, json!({"filenameToSize": {name: "3"}}))
            .await;
        urls.push(
            answer["filenameToSignedUrls"][name]
                .as_str()
                .unwrap()
                .to_owned(),
        );
    }
    let put = |url: &String| {
        let request = client()
            .put(url)
            .header("content-type", "application/octet-stream");
        storage(
            request
                .header("x-goog-content-length-range", "3,3")
                .body("abc"),
        )
    };
    assert_eq!(put(&urls[0]).await.status, 403);
    assert_eq!(put(&urls[1]).await.status, 200);
    session
        .post(&with_verb(ONE_DATASET, "validateUpload"), at, json!({}))
        .await;
}

#[tokio::test]
async fn a_dataset_is_split() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::Fireworks);
    let split = with_verb(ONE_DATASET, "splitDataset");
    let at = &[ACCOUNT, "support-chats"];
    rejected(
        &session,
        400,
        "POST",
        &split,
        at,
        Some(json!({"chunkSize": 3})),
    )
    .await;
    let answer = session.post(&split, at, json!({"chunkSize": 200})).await;
    assert_eq!(
        (&answer["chunksCreated"], &answer["totalExamples"]),
        (&json!(2), &json!("240"))
    );
    let chunk = session
        .get(ONE_DATASET, &[ACCOUNT, "support-chats-chunk-1"], "")
        .await;
    assert_eq!(
        (&chunk["state"], &chunk["exampleCount"]),
        (&json!("READY"), &json!("40"))
    );
    assert_eq!(chunk["splitted"]["sourceDatasetId"], CHATS);
    rejected(
        &session,
        409,
        "POST",
        &split,
        at,
        Some(json!({"chunkSize": 200})),
    )
    .await;
}

#[tokio::test]
async fn metrics_and_logs_are_behind_signed_urls() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::Fireworks);
    let body = json!({"dataset": CHATS, "baseModel": LLAMA});
    let job = create(&session, SUPERVISED, "?supervisedFineTuningJobId=a", body).await;
    let metrics = job["metricsFileSignedUrl"].as_str().unwrap();
    assert_eq!(job["trainerLogsSignedUrl"], "");
    assert_eq!(storage(client().get(metrics)).await.status, 404);
    sandbox.advance(Duration::from_secs(3000));
    let text = client()
        .get(metrics)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 30);
    assert!(lines[0]["train/loss"].as_f64() > lines[29]["train/loss"].as_f64());
    let job = session.get(ONE_SUPERVISED, &[ACCOUNT, "a"], "").await;
    let log = job["trainerLogsSignedUrl"].as_str().unwrap();
    let log = client()
        .get(log)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(log.contains("JOB_STATE_COMPLETED"), "{log}");
    let model = "/v1/accounts/{account_id}/models/{model_id}";
    let model = session.get(model, &[ACCOUNT, "a"], "").await;
    assert_eq!(model["fineTuningJob"], job["name"]);
    assert_eq!(model["peftDetails"]["baseModel"], LLAMA);
    for (path, id) in [(ONE_DPO, "trial"), (ONE_RFT, "solver-v1")] {
        let path = with_verb(path, "getMetricsFileEndpoint");
        let url = session.get(&path, &[ACCOUNT, id], "").await["signedUrl"].clone();
        assert_eq!(
            storage(client().get(url.as_str().unwrap())).await.status,
            200
        );
    }
}

#[tokio::test]
async fn the_account_is_found_by_the_key() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::Fireworks);
    let list = session.get("/v1/accounts", &[], "?pageSize=2").await;
    assert_eq!(list["accounts"].as_array().unwrap().len(), 1);
    assert_eq!(list["accounts"][0]["name"], "accounts/sandbox");
    assert_eq!(sandbox.fireworks_account_id(), "sandbox");
    let url = format!("{}/v1/accounts", sandbox.fireworks_base_url());
    let with = client()
        .get(&url)
        .header("x-api-key", sandbox.fireworks_key());
    assert_eq!(storage(with).await.status, 200);
    let wrong = storage(client().get(&url).bearer_auth("wrong")).await;
    assert_eq!(wrong.status, 403);
    assert_eq!(wrong.body["error"]["code"], "UNAUTHORIZED");
    assert!(wrong.body["request_id"].is_string());
}

#[tokio::test]
async fn every_kind_is_among_many_jobs() {
    let sandbox = Sandbox::builder()
        .all_deviations(false)
        .jobs(400)
        .start()
        .await
        .unwrap();
    let session = Session::new(&sandbox, Vendor::Fireworks);
    for path in [SUPERVISED, DPO, RFT] {
        let list = session.get(path, &[ACCOUNT], "?pageSize=1").await;
        assert!(list["totalSize"].as_u64() > Some(20), "{path}: {list}");
    }
}
