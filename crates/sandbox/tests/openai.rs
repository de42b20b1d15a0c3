//! OpenAI: all nineteen operations, with state and time.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

use crate::support;

use serde_json::{Value, json};
use std::time::Duration;
use support::session::{Session, chat};
use unitune_sandbox::{Sandbox, Vendor};

const JOBS: &str = "/fine_tuning/jobs";
const JOB: &str = "/fine_tuning/jobs/{fine_tuning_job_id}";
const PERMISSIONS: &str = "/fine_tuning/checkpoints/{fine_tuned_model_checkpoint}/permissions";

async fn upload(session: &Session<'_>, content: &str) -> String {
    let answer = session
        .upload(
            "/files",
            &[("purpose", "fine-tune")],
            "train.jsonl",
            content,
        )
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["id"].as_str().unwrap().to_owned()
}

async fn create(session: &Session<'_>, body: Value) -> String {
    let job = session.post(JOBS, &[], body).await;
    assert_eq!(job["status"], "validating_files");
    job["id"].as_str().unwrap().to_owned()
}

async fn status(session: &Session<'_>, id: &str) -> String {
    session.get(JOB, &[id], "").await["status"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn files_of_the_usual_size_are_stored() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::OpenAi);
    let content = chat(40_000);
    assert!(content.len() > 3_000_000, "{}", content.len());
    let id = upload(&session, &content).await;
    let file = session.get("/files/{file_id}", &[&id], "").await;
    assert_eq!(file["bytes"], content.len());
}

#[tokio::test]
async fn a_job_walks_through_its_life() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::OpenAi);
    let file = upload(&session, &chat(20)).await;
    let id = create(&session, json!({
        "model": "gpt-4o-mini",
        "training_file": file,
        "validation_file": file,
        "suffix": "walk",
        "seed": 7,
        "metadata": {"team": "walkers"},
        "method": {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 2, "batch_size": 4}}},
    }))
    .await;
    let mut seen = Vec::new();
    for _ in 0..40 {
        let now = status(&session, &id).await;
        if seen.last() != Some(&now) {
            seen.push(now);
        }
        sandbox.advance(Duration::from_secs(15));
    }
    assert_eq!(seen, ["validating_files", "queued", "running", "succeeded"]);

    let job = session.get(JOB, &[&id], "").await;
    assert_eq!(job["model"], "gpt-4o-mini-2024-07-18");
    assert!(
        job["fine_tuned_model"]
            .as_str()
            .unwrap()
            .starts_with("ft:gpt-4o-mini-2024-07-18:sandbox:walk:")
    );
    assert_eq!(
        (&job["seed"], &job["metadata"]["team"]),
        (&json!(7), &json!("walkers"))
    );
    assert!(job["finished_at"].as_i64() > job["created_at"].as_i64());
    assert!(job["trained_tokens"].as_i64().unwrap() > 0);

    let results = job["result_files"][0].as_str().unwrap();
    assert_eq!(
        session.get("/files/{file_id}", &[results], "").await["purpose"],
        "fine-tune-results"
    );
    let table =
        String::from_utf8(session.download(&format!("/files/{results}/content")).await).unwrap();
    assert_eq!(table.lines().count(), 11, "a header and ten steps");
}

#[tokio::test]
async fn events_and_checkpoints_come_newest_first_and_in_pages() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::OpenAi);
    let file = upload(&session, &chat(30)).await;
    let id = create(&session, json!({"model": "gpt-4o", "training_file": file})).await;
    let events = format!("{JOB}/events");
    let early = session.get(&events, &[&id], "?limit=100").await["data"]
        .as_array()
        .unwrap()
        .len();
    sandbox.advance(Duration::from_secs(3600));

    let mut all: Vec<Value> = Vec::new();
    let mut query = "?limit=7".to_owned();
    loop {
        let page = session.get(&events, &[&id], &query).await;
        all.extend(page["data"].as_array().unwrap().iter().cloned());
        if page["has_more"] == false {
            break;
        }
        query = format!(
            "?limit=7&after={}",
            all.last().unwrap()["id"].as_str().unwrap()
        );
    }
    assert!(all.len() > early + 90, "{} events", all.len());
    let times: Vec<i64> = all
        .iter()
        .map(|event| event["created_at"].as_i64().unwrap())
        .collect();
    assert!(times.is_sorted_by(|a, b| a >= b));
    assert_eq!(all[0]["message"], "Job has succeeded");
    let losses: Vec<f64> = all
        .iter()
        .filter_map(|event| event["data"]["train_loss"].as_f64())
        .collect();
    assert!(
        losses.last().unwrap() > &(2.0 * losses[0]),
        "the loss falls: {losses:?}"
    );

    let checkpoints = session
        .get(&format!("{JOB}/checkpoints"), &[&id], "?limit=2")
        .await;
    assert_eq!(checkpoints["has_more"], true);
    assert_eq!(checkpoints["data"][0]["step_number"], 90);
    let model = session.get(JOB, &[&id], "").await["fine_tuned_model"].clone();
    assert_eq!(checkpoints["data"][0]["fine_tuned_model_checkpoint"], model);
}

#[tokio::test]
async fn pause_resume_and_cancel() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::OpenAi);
    let file = upload(&session, &chat(100)).await;
    let id = create(&session, json!({"model": "gpt-4o", "training_file": file})).await;
    let act = async |action: &str| {
        // `paused` is not in the vendor's enum: its schema is not asked.
        let path = format!("{JOBS}/{id}/{action}");
        support::post(&sandbox, Vendor::OpenAi, &path, json!({})).await
    };
    sandbox.advance(Duration::from_secs(300));
    assert_eq!(act("resume").await.status, 400);
    assert_eq!(act("pause").await.body["status"], "paused");
    sandbox.advance(Duration::from_secs(100_000));
    assert_eq!(act("pause").await.status, 400);
    assert_eq!(act("resume").await.body["status"], "queued");
    sandbox.advance(Duration::from_secs(60));
    assert_eq!(status(&session, &id).await, "running");
    assert_eq!(act("cancel").await.body["status"], "cancelled");
    let again = session
        .rejected(400, "POST", &format!("{JOB}/cancel"), &[&id], None)
        .await;
    assert_eq!(again["code"], "invalid_job_state");
    sandbox.advance(Duration::from_secs(100_000));
    let job = session.get(JOB, &[&id], "").await;
    assert_eq!(
        (&job["status"], &job["fine_tuned_model"]),
        (&json!("cancelled"), &Value::Null)
    );
}

#[tokio::test]
async fn bad_requests_fail_at_once() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::OpenAi);
    let file = upload(&session, &chat(20)).await;
    let good = json!({"model": "gpt-4o", "training_file": file});
    let cases = [
        (
            json!({"model": null}),
            "model",
            "missing_required_parameter",
        ),
        (
            json!({"model": "gpt-nothing"}),
            "model",
            "model_not_available",
        ),
        (
            json!({"training_file": "file-none"}),
            "training_file",
            "invalid_file_id",
        ),
        (json!({"training_file": 7}), "training_file", "invalid_type"),
        (json!({"suffix": "x".repeat(65)}), "suffix", "invalid_value"),
        (json!({"seed": -1}), "seed", "integer_below_min_value"),
        (json!({"colour": "red"}), "colour", "unknown_parameter"),
        (
            json!({"hyperparameters": {"n_epochs": 51}}),
            "hyperparameters.n_epochs",
            "integer_above_max_value",
        ),
        (
            json!({"method": {"type": "magic"}}),
            "method.type",
            "invalid_value",
        ),
        (
            json!({"method": {"type": "reinforcement"}}),
            "method.reinforcement",
            "missing_required_parameter",
        ),
        (json!({"metadata": {"k": 1}}), "metadata.k", "invalid_type"),
    ];
    for (change, param, code) in cases {
        let mut body = good.clone();
        for (name, value) in change.as_object().unwrap() {
            body[name.as_str()] = value.clone();
        }
        let error = session.rejected(400, "POST", JOBS, &[], Some(body)).await;
        assert_eq!(
            (&error["param"], &error["code"]),
            (&json!(param), &json!(code))
        );
    }
    let error = session
        .rejected(400, "POST", JOBS, &[], Some(json!([1])))
        .await;
    assert_eq!(error["type"], "invalid_request_error");
}

#[tokio::test]
async fn bad_files_fail_the_job_later() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::OpenAi);
    let no_answer = r#"{"messages":[{"role":"user","content":"Q"}]}"#.to_owned() + "\n";
    let cases = [
        (chat(9), "invalid_n_examples"),
        ("nonsense\n".repeat(20), "invalid_file_format"),
        (no_answer.repeat(20), "invalid_file_format"),
    ];
    for (content, code) in cases {
        let file = upload(&session, &content).await;
        let id = create(&session, json!({"model": "gpt-4o", "training_file": file})).await;
        sandbox.advance(Duration::from_secs(60));
        let job = session.get(JOB, &[&id], "").await;
        assert_eq!(
            (&job["status"], &job["error"]["code"]),
            (&json!("failed"), &json!(code))
        );
        assert_eq!(job["error"]["param"], "training_file");
    }
    let wrong = session
        .upload("/files", &[("purpose", "fine-tune")], "train.txt", "x")
        .await;
    assert_eq!(wrong.status, 400);
    let wrong = session
        .upload("/files", &[("purpose", "fun")], "train.jsonl", "x")
        .await;
    assert_eq!(
        (wrong.status, &wrong.body["error"]["param"]),
        (400, &json!("purpose"))
    );
}

#[tokio::test]
async fn permissions_are_created_listed_and_deleted() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::OpenAi);
    let done = sandbox
        .seeded_jobs()
        .iter()
        .find(|job| job.vendor == Vendor::OpenAi && job.status == "succeeded");
    let model = session.get(JOB, &[&done.unwrap().id], "").await["fine_tuned_model"]
        .as_str()
        .unwrap()
        .to_owned();
    let created = session
        .post(
            PERMISSIONS,
            &[&model],
            json!({"project_ids": ["a", "b", "c"]}),
        )
        .await;
    assert_eq!(created["data"].as_array().unwrap().len(), 3);

    let page = session.get(PERMISSIONS, &[&model], "?limit=2").await;
    assert_eq!(
        (&page["has_more"], &page["data"][0]["project_id"]),
        (&json!(true), &json!("c"))
    );
    let one = session
        .get(PERMISSIONS, &[&model], "?project_id=a&order=ascending")
        .await;
    assert_eq!(one["data"].as_array().unwrap().len(), 1);

    let id = one["first_id"].as_str().unwrap();
    let path = format!("{PERMISSIONS}/{{permission_id}}");
    assert_eq!(
        session.ok("DELETE", &path, &[&model, id], "", None).await["deleted"],
        true
    );
    session
        .rejected(404, "DELETE", &path, &[&model, id], None)
        .await;
    session
        .rejected(404, "GET", PERMISSIONS, &["ft:none"], None)
        .await;
}

#[tokio::test]
async fn graders_are_validated_and_run() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::OpenAi);
    let exact = json!({
        "type": "string_check", "name": "exact", "operation": "eq",
        "input": "{{sample.output_text}}", "reference": "{{item.answer}}",
    });
    let validated = session
        .post(
            "/fine_tuning/alpha/graders/validate",
            &[],
            json!({"grader": exact}),
        )
        .await;
    assert_eq!(validated["grader"], exact);
    let run = "/fine_tuning/alpha/graders/run";
    let model = json!({"type": "score_model", "name": "m", "model": "gpt-4o", "input": [{"role": "user", "content": "?"}]});
    let multi = json!({"type": "multi", "name": "all", "graders": model, "calculate_output": "m"});
    for grader in [exact, model, multi] {
        let graded = async |sample: &str| {
            let body = json!({"grader": grader, "model_sample": sample, "item": {"answer": "42"}});
            session.post(run, &[], body).await
        };
        let (one, same, other) = (graded("42").await, graded("42").await, graded("43").await);
        assert!((0.0..=1.0).contains(&one["reward"].as_f64().unwrap()));
        assert_eq!(one, same);
        assert_ne!(one["reward"], other["reward"]);
        assert_eq!(one["metadata"]["errors"]["other_error"], false);
    }
    let error = session
        .rejected(
            400,
            "POST",
            run,
            &[],
            Some(json!({"grader": {"type": "python"}, "model_sample": ""})),
        )
        .await;
    assert_eq!(error["param"], "grader.name");
}

#[tokio::test]
async fn graders_by_name_are_each_scored_and_checked() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::OpenAi);
    let check = |operation: &str| {
        json!({"type": "string_check", "name": operation, "operation": operation,
               "input": "{{sample.output_text}}", "reference": "42"})
    };
    let multi = |graders: Value| {
        json!({"grader": {"type": "multi", "name": "all", "calculate_output": "exact + close", "graders": graders},
               "model_sample": "It is 42."})
    };
    let run = "/fine_tuning/alpha/graders/run";
    let good = multi(json!({"exact": check("eq"), "close": check("like")}));
    let scores = session.post(run, &[], good.clone()).await["sub_rewards"].clone();
    for name in ["exact", "close"] {
        assert!((0.0..=1.0).contains(&scores[name].as_f64().unwrap()));
    }
    let other = Sandbox::builder().seed(2).start().await.unwrap();
    let elsewhere = Session::new(&other, Vendor::OpenAi);
    assert_ne!(elsewhere.post(run, &[], good).await["sub_rewards"], scores);

    let cases = [
        (json!({}), "grader.graders"),
        (json!({"one": {"type": "multi"}}), "grader.graders.one.type"),
        (json!({"one": check("is")}), "grader.graders.one.operation"),
        (
            json!({"type": "score_model", "name": "m", "model": "gpt-4o", "input": [{"role": "user"}]}),
            "grader.graders.m.input.content",
        ),
    ];
    for (graders, param) in cases {
        for path in [run, "/fine_tuning/alpha/graders/validate"] {
            let mut body = multi(graders.clone());
            if path != run {
                body.as_object_mut().unwrap().remove("model_sample");
            }
            let error = session.rejected(400, "POST", path, &[], Some(body)).await;
            assert_eq!(error["param"], param);
        }
    }
}

#[tokio::test]
async fn files_are_listed_retrieved_downloaded_and_deleted() {
    let sandbox = Sandbox::builder().jobs(0).start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::OpenAi);
    let (one, two) = (
        upload(&session, &chat(1)).await,
        upload(&session, "x").await,
    );
    let list = session.get("/files", &[], "?limit=2").await;
    assert_eq!(
        (&list["first_id"], &list["last_id"], &list["has_more"]),
        (&json!(two), &json!(one), &json!(true))
    );
    let rest = session
        .get("/files", &[], &format!("?order=asc&after={one}"))
        .await;
    assert_eq!(rest["data"][0]["id"], two.as_str());
    assert_eq!(
        session.get("/files", &[], "?purpose=batch").await["data"],
        json!([])
    );
    assert_eq!(
        session.download(&format!("/files/{one}/content")).await,
        chat(1).into_bytes()
    );
    assert_eq!(
        session
            .ok("DELETE", "/files/{file_id}", &[&one], "", None)
            .await["deleted"],
        true
    );
    session
        .rejected(404, "GET", "/files/{file_id}", &[&one], None)
        .await;
    session
        .rejected(404, "GET", "/files/{file_id}/content", &[&one], None)
        .await;
}

#[test]
fn all_operations_are_there() {
    let counts = Vendor::all().map(|vendor| vendor.operations().count());
    assert_eq!(counts.collect::<Vec<_>>(), [19, 19, 8, 31, 20]);
}

#[tokio::test]
async fn a_graders_keys_are_not_repeated() {
    let sandbox = Sandbox::start().await.unwrap();
    let part = json!({
        "type": "string_check", "name": "exact", "input": "a", "reference": "a", "operation": "eq", "api_key": "very-secret",
    });
    let grader = json!({
        "type": "multi", "name": "m", "calculate_output": "secret_word", "graders": {"secret_word": part},
    });
    let body = json!({"grader": grader});
    // Graders by name are what the vendor takes, though its document has only a single one there.
    let path = "/fine_tuning/alpha/graders/validate";
    let answer = support::post(&sandbox, Vendor::OpenAi, path, body)
        .await
        .body;
    assert!(!answer.to_string().contains("very-secret"), "{answer}");
    assert_eq!(answer["grader"]["graders"]["secret_word"]["name"], "exact");
    assert!(!format!("{:?}", sandbox.requests()).contains("very-secret"));
}

#[tokio::test]
async fn models_say_when_they_stop_and_tuned_ones_are_among_them() {
    let sandbox = Sandbox::builder()
        .all_deviations(false)
        .start()
        .await
        .unwrap();
    let session = Session::new(&sandbox, Vendor::OpenAi);
    let models = session.get("/models", &[], "").await;
    let models = models["data"].as_array().unwrap();
    let find = |id: &str| models.iter().find(|model| model["id"] == id).unwrap();
    assert_eq!(
        find("gpt-4.1-nano-2025-04-14")["shutdown_date"],
        "2026-10-23"
    );
    assert!(find("gpt-4o-2024-08-06")["shutdown_date"].is_null());
    let jobs = session.get("/fine_tuning/jobs", &[], "?limit=100").await;
    let jobs = jobs["data"].as_array().unwrap();
    let tuned = jobs
        .iter()
        .filter_map(|job| job["fine_tuned_model"].as_str());
    let tuned: Vec<&str> = tuned.collect();
    assert!(!tuned.is_empty());
    for model in tuned {
        find(model);
    }
}
