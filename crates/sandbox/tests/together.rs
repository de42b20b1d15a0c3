//! Together: all nineteen operations, with state and time.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

use crate::support;

use serde_json::{Value, json};
use std::time::Duration;
use support::session::{Session, chat};
use support::{client, client_builder, read};
use unitune_sandbox::{Sandbox, Vendor};

const JOBS: &str = "/fine-tunes";
const JOB: &str = "/fine-tunes/{id}";
const MODEL: &str = "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference";

async fn upload(session: &Session<'_>, content: &str) -> String {
    let fields = [
        ("purpose", "fine-tune"),
        ("file_name", "train.jsonl"),
        ("file_type", "jsonl"),
    ];
    let answer = session
        .upload("/files/upload", &fields, "train.jsonl", content)
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["id"].as_str().unwrap().to_owned()
}

/// A request whose answer the vendor's own document allows: its schema knows `train_on_inputs` as a boolean only.
fn request(file: &str) -> Value {
    json!({
        "model": MODEL,
        "training_file": file,
        "n_epochs": 3,
        "n_checkpoints": 3,
        "batch_size": 8,
        "training_method": {"method": "sft", "train_on_inputs": true},
    })
}

async fn create(session: &Session<'_>, body: Value) -> String {
    let job = session.post(JOBS, &[], body).await;
    assert_eq!(job["status"], "pending");
    job["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_job_walks_through_its_life() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::Together);
    let file = upload(&session, &chat(80)).await;
    let mut body = request(&file);
    body["suffix"] = json!("walk");
    let id = create(&session, body).await;
    let mut seen: Vec<String> = Vec::new();
    let mut estimates = Vec::new();
    for _ in 0..60 {
        let job = session.get(JOB, &[&id], "").await;
        let now = job["status"].as_str().unwrap().to_owned();
        if now == "running" {
            estimates.push(job["progress"]["seconds_remaining"].as_i64().unwrap());
        }
        if seen.last() != Some(&now) {
            seen.push(now);
        }
        assert!(job["model_output_name"].as_str().unwrap().contains("walk"));
        sandbox.advance(Duration::from_secs(14));
    }
    assert_eq!(
        seen,
        [
            "pending",
            "queued",
            "running",
            "uploading",
            "compressing",
            "completed"
        ]
    );
    assert!(estimates.is_sorted_by(|a, b| a > b), "{estimates:?}");

    let done = session.get(JOB, &[&id], "").await;
    assert_eq!(done["epochs_completed"], 3);
    let events = session.get("/fine-tunes/{id}/events", &[&id], "").await;
    let types: Vec<&str> = events["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    assert_eq!(
        (types[0], *types.last().unwrap()),
        ("job_pending", "job_complete")
    );
    assert_eq!(
        types
            .iter()
            .filter(|kind| **kind == "epoch_complete")
            .count(),
        3
    );

    let checkpoints = session
        .get("/fine-tunes/{id}/checkpoints", &[&id], "")
        .await;
    let steps: Vec<i64> = checkpoints["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["step"].as_i64().unwrap())
        .collect();
    assert_eq!(steps, [10, 20, 30]);
}

/// Few examples make fewer steps than would be whole ones in each epoch.
#[tokio::test]
async fn all_epochs_of_a_short_training_are_complete_at_the_end() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::Together);
    let file = upload(&session, &chat(12)).await;
    for epochs in [1, 2, 3, 5, 20] {
        let mut body = request(&file);
        (body["n_epochs"], body["n_checkpoints"]) = (json!(epochs), json!(1));
        let id = create(&session, body).await;
        sandbox.advance(Duration::from_secs(36_000));
        let job = session.get(JOB, &[&id], "").await;
        assert_eq!(
            (&job["status"], &job["epochs_completed"]),
            (&json!("completed"), &json!(epochs))
        );
        let events = session.get("/fine-tunes/{id}/events", &[&id], "").await;
        let types = events["data"].as_array().unwrap().iter();
        let types: Vec<&str> = types.map(|event| event["type"].as_str().unwrap()).collect();
        let complete = types.iter().filter(|kind| **kind == "epoch_complete");
        assert_eq!(complete.count(), epochs);
        let at = |kind: &str| types.iter().rposition(|other| *other == kind).unwrap();
        assert!(at("epoch_complete") < at("training_complete"), "{types:?}");
    }
}

#[tokio::test]
async fn metrics_look_like_a_training_run_and_can_be_filtered() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::Together);
    let file = upload(&session, &chat(80)).await;
    let id = create(&session, request(&file)).await;
    let path = "/fine-tunes/{id}/metrics";
    assert_eq!(session.get(path, &[&id], "").await["metrics"], json!([]));
    sandbox.advance(Duration::from_secs(7200));
    let all = session.get(path, &[&id], "").await["metrics"]
        .as_array()
        .unwrap()
        .clone();
    assert_eq!(all.len(), 30);
    let loss = |point: &Value| point["train/loss"].as_f64().unwrap();
    assert!(loss(&all[0]) > 2.0 * loss(&all[29]));
    let rate = |point: &Value| point["train/learning_rate"].as_f64().unwrap();
    assert!(rate(&all[0]) > rate(&all[29]));

    let some = session
        .get(path, &[&id], "?global_step_from=5&global_step_to=9")
        .await;
    assert_eq!(some["metrics"].as_array().unwrap().len(), 5);
    let few = session.get(path, &[&id], "?resolution=10").await;
    assert_eq!(few["metrics"].as_array().unwrap().len(), 10);
    let none = session
        .get(path, &[&id], "?logged_at_from=2030-01-01T00:00:00Z")
        .await;
    assert_eq!(none["metrics"], json!([]));
}

#[tokio::test]
async fn cancel_goes_through_cancel_requested_and_delete_wants_an_end() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::Together);
    let file = upload(&session, &chat(80)).await;
    let id = create(&session, request(&file)).await;
    sandbox.advance(Duration::from_secs(200));
    session.rejected(409, "DELETE", JOB, &[&id], None).await;
    let cancelled = session
        .ok("POST", "/fine-tunes/{id}/cancel", &[&id], "", None)
        .await;
    assert_eq!(cancelled["status"], "cancel_requested");
    session
        .rejected(400, "POST", "/fine-tunes/{id}/cancel", &[&id], None)
        .await;
    sandbox.advance(Duration::from_secs(30));
    let job = session.get(JOB, &[&id], "").await;
    assert_eq!(job["status"], "cancelled");
    let last = job["events"].as_array().unwrap().last().unwrap()["type"].clone();
    assert_eq!(last, "job_stopped");
    session.ok("DELETE", JOB, &[&id], "", None).await;
    session.rejected(404, "GET", JOB, &[&id], None).await;
}

#[tokio::test]
async fn a_finished_model_is_a_real_archive() {
    let sandbox = Sandbox::builder()
        .all_deviations(false)
        .start()
        .await
        .unwrap();
    let session = Session::new(&sandbox, Vendor::Together);
    let jobs = session.get(JOBS, &[], "").await["data"]
        .as_array()
        .unwrap()
        .clone();
    let find = |status: &str| {
        let found = jobs
            .iter()
            .find(|job| job["status"] == status && job["training_type"]["type"] == "Lora");
        found.unwrap()["id"].as_str().unwrap().to_owned()
    };
    let done = find("completed");
    let archive = session
        .download(&format!(
            "/finetune/download?ft_id={done}&checkpoint=adapter"
        ))
        .await;
    assert_eq!(archive[..4], [0x28, 0xB5, 0x2F, 0xFD], "a Zstandard frame");
    let text = String::from_utf8_lossy(&archive);
    assert!(text.contains("adapter_model.safetensors") && text.contains("ustar"));
    for (query, status) in [
        (String::new(), 400),
        ("?ft_id=ft-none".into(), 404),
        (format!("?ft_id={}", find("running")), 400),
        (format!("?ft_id={done}&checkpoint=x"), 400),
    ] {
        let answer = session
            .call("GET", "/finetune/download", &[], &query, None)
            .await;
        assert_eq!(answer.status, status, "{query}");
    }
}

#[tokio::test]
async fn prices_models_and_limits() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::Together);
    let file = upload(&session, &chat(80)).await;
    let body = json!({"training_file": file, "model": MODEL, "n_epochs": 2});
    let price = session.post("/fine-tunes/estimate-price", &[], body).await;
    assert!(
        price["estimated_total_price"].as_f64().unwrap() < 100.0,
        "dollars"
    );
    let id = create(&session, request(&file)).await;
    let job = session.get(JOB, &[&id], "").await;
    assert!(
        job["total_price"].as_i64().unwrap() > 1_000_000_000,
        "nanodollars"
    );

    let models = session.get("/fine-tunes/models/supported", &[], "").await;
    for model in models["models"].as_array().unwrap() {
        let query = format!("?model_name={}", model.as_str().unwrap());
        session.get("/fine-tunes/models/limits", &[], &query).await;
    }
    let answer = session
        .call(
            "GET",
            "/fine-tunes/models/limits",
            &[],
            "?model_name=none",
            None,
        )
        .await;
    assert_eq!(answer.status, 404);
    assert!(answer.body["message"].is_string());
}

#[tokio::test]
async fn a_preview_masks_what_is_not_learnt() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::Together);
    let path = "/fine-tunes/preview";
    let lines = concat!(
        r#"{"messages":[{"role":"user","content":"How are you"},{"role":"assistant","content":"Very well"}]}"#,
        "\n\n",
        r#"{"messages":[{"role":"user","content":"Bye"},{"role":"assistant","content":"Bye then"}]}"#,
        "\n",
    );
    let file = upload(&session, lines).await;
    let body = json!({"model": MODEL, "training_file": file});
    let preview = session.post(path, &[], body.clone()).await;
    assert_eq!(preview["dataset_format"], "conversation");
    assert_eq!(preview["rows"].as_array().unwrap().len(), 2);
    let row = &preview["rows"][0];
    assert_eq!(row["tokens"], json!(["How", "are", "you", "Very", "well"]));
    assert_eq!(row["trained_spans"], json!([[3, 5]]));
    assert_eq!(
        (&row["num_tokens"], &row["num_trained_tokens"]),
        (&json!(5), &json!(2))
    );
    assert_eq!(row["labels"][0], -100);
    assert_eq!(row["labels"][4], row["input_ids"][4]);

    let mut whole = body.clone();
    whole["train_on_inputs"] = json!(true);
    whole["top_k"] = json!(1);
    whole["training_method"] = json!("sft");
    let whole = session.post(path, &[], whole).await;
    assert_eq!(whole["rows"].as_array().unwrap().len(), 1);
    assert_eq!(whole["rows"][0]["trained_spans"], json!([[0, 5]]));

    let texts = upload(&session, "{\"text\": \"one two\"}\n").await;
    let texts = session
        .post(path, &[], json!({"model": MODEL, "training_file": texts}))
        .await;
    assert_eq!(texts["dataset_format"], "general");
    assert_eq!(texts["rows"][0]["num_trained_tokens"], 2);

    for (name, value) in [
        ("training_method", json!("dpo")),
        ("top_k", json!(0)),
        ("model", json!("nobody/nothing")),
        ("training_file", json!("file-none")),
    ] {
        let mut wrong = body.clone();
        wrong[name] = value;
        let error = session.rejected(400, "POST", path, &[], Some(wrong)).await;
        assert_eq!(error["param"], name);
    }
    let bad = upload(&session, "nonsense\n").await;
    let wrong = json!({"model": MODEL, "training_file": bad});
    session.rejected(400, "POST", path, &[], Some(wrong)).await;
}

#[tokio::test]
async fn the_tokens_of_a_job_can_be_downloaded_once_it_trains() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::Together);
    let file = upload(&session, &chat(80)).await;
    let id = create(&session, request(&file)).await;
    let path = "/fine-tunes/{id}/download-tokenized-dataset";
    session.rejected(400, "GET", path, &[&id], None).await;
    sandbox.advance(Duration::from_secs(200));
    let dataset = session.get(path, &[&id], "").await;
    let url = dataset["url"].as_str().unwrap();
    let body = client().get(url).send().await.unwrap();
    assert_eq!(body.status().as_u16(), 200, "the signed URL needs no key");
    let length = body.bytes().await.unwrap().len();
    assert_eq!(dataset["size"], length);
    let job = session.get(JOB, &[&id], "").await;
    assert!(job["tokenized_dataset_path"].is_string());
    session.rejected(404, "GET", path, &["ft-none"], None).await;
}

#[tokio::test]
async fn a_training_that_gets_no_better_stops_early() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::Together);
    let file = upload(&session, &chat(80)).await;
    let mut body = request(&file);
    body["validation_file"] = json!(file);
    body["n_evals"] = json!(10);
    body["early_stopping_enabled"] = json!(true);
    body["early_stopping_patience"] = json!(2);
    // No evaluation is so much better than the first one that counts.
    body["early_stopping_min_delta"] = json!(100);
    // Its events are not those of the document any more: its schema is not asked.
    let create = async |body: Value| {
        let job = support::post(&sandbox, Vendor::Together, JOBS, body).await;
        assert_eq!(job.status, 200, "{}", job.body);
        job.body["id"].as_str().unwrap().to_owned()
    };
    let id = create(body.clone()).await;
    sandbox.advance(Duration::from_secs(7200));
    let get = async |path: String| support::get(&sandbox, Vendor::Together, &path).await.body;
    let job = get(format!("{JOBS}/{id}")).await;
    assert_eq!(
        (&job["status"], &job["early_stopped"]),
        (&json!("completed"), &json!(true))
    );
    // 30 steps, an evaluation after every third; the first is warm-up.
    assert_eq!(job["early_stopping_best_step"], 6);
    assert!(job["early_stopping_best_metric"].as_f64().unwrap() > 0.0);
    let events = job["events"].as_array().unwrap();
    let event = |kind: &str| events.iter().find(|event| event["type"] == kind).unwrap();
    let stopped = event("early_stopped");
    assert_eq!(
        (&stopped["step"], &stopped["total_steps"]),
        (&json!(12), &json!(30))
    );
    assert_eq!(stopped["early_stopping_best_step"], 6);
    let tokens = event("tokenized_dataset_upload_complete");
    assert_eq!(
        tokens["tokenized_dataset_path"],
        job["tokenized_dataset_path"]
    );
    assert!(tokens.get("hash").is_none() && tokens.get("training_offset").is_none());
    let metrics = get(format!("{JOBS}/{id}/metrics")).await;
    assert_eq!(metrics["metrics"].as_array().unwrap().len(), 12);
    let epochs = events
        .iter()
        .filter(|event| event["type"] == "epoch_complete");
    assert_eq!(epochs.count(), 1);

    for (name, value) in [("validation_file", json!("")), ("n_evals", json!(3))] {
        let mut wrong = body.clone();
        wrong[name] = value;
        session.rejected(400, "POST", JOBS, &[], Some(wrong)).await;
    }
    body["early_stopping_min_delta"] = json!(0);
    body["gradient_accumulation_steps"] = json!(2);
    let other = create(body).await;
    let half = get(format!("{JOBS}/{other}/events")).await;
    assert_eq!(
        half["data"][0]["total_steps"], 15,
        "two batches make a step"
    );
}

#[tokio::test]
async fn a_training_file_is_checked_and_others_are_not() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::Together);
    let file = async |id: &str| session.get("/files/{id}", &[id], "").await;
    let good = file(&upload(&session, &chat(3)).await).await;
    assert_eq!(good["processing_status"], "COMPLETED");
    let report = &good["validation_report"];
    assert_eq!(
        (&report["valid"], &report["nlines"]),
        (&json!(true), &json!(3))
    );
    assert_eq!(report["dataset_format"], "conversation");

    let bad = upload(&session, "nonsense\n").await;
    let found = file(&bad).await;
    assert_eq!(found["processing_status"], "INVALID_FORMAT");
    assert_eq!(found["validation_report"]["error_type"], "INVALID_FORMAT");
    let estimate = json!({"training_file": bad, "model": MODEL});
    let estimate = session
        .post("/fine-tunes/estimate-price", &[], estimate)
        .await;
    let expected =
        json!({"estimation_available": false, "unavailable_reason": "train_file_invalid"});
    assert_eq!(estimate, expected);

    let fields = [("purpose", "eval"), ("file_name", "eval.jsonl")];
    let other = session
        .upload("/files/upload", &fields, "eval.jsonl", &chat(1))
        .await;
    let other = other.body;
    assert!(other.get("processing_status").is_none() && other.get("validation_report").is_none());
}

#[tokio::test]
async fn bad_requests_fail_at_once_and_bad_files_later() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::Together);
    let file = upload(&session, &chat(80)).await;
    let cases = [
        (json!({"model": "nobody/nothing"}), "model"),
        (json!({"training_file": "file-none"}), "training_file"),
        (json!({"n_epochs": 0}), "n_epochs"),
        (json!({"batch_size": 1000}), "batch_size"),
        (json!({"learning_rate": 5}), "learning_rate"),
        (
            json!({"training_type": {"type": "Lora"}}),
            "training_type.lora_r",
        ),
        (
            json!({"training_method": {"method": "ppo"}}),
            "training_method.method",
        ),
        (json!({"from_checkpoint": "ft-none"}), "from_checkpoint"),
    ];
    for (change, param) in cases {
        let mut body = request(&file);
        for (name, value) in change.as_object().unwrap() {
            body[name.as_str()] = value.clone();
        }
        let error = session.rejected(400, "POST", JOBS, &[], Some(body)).await;
        assert_eq!(error["param"], param);
    }

    let bad = upload(&session, "nonsense\n").await;
    let id = create(&session, request(&bad)).await;
    sandbox.advance(Duration::from_secs(600));
    // `user_error` is not in the document's enum: its schema is not asked.
    let job = support::get(&sandbox, Vendor::Together, &format!("{JOBS}/{id}"))
        .await
        .body;
    assert_eq!(job["status"], "user_error");
    let last = job["events"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (&last["type"], &last["level"]),
        (&json!("job_user_error"), &json!("error"))
    );
}

#[tokio::test]
async fn a_job_can_go_on_from_a_checkpoint_and_schedulers_keep_their_settings() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::Together);
    let file = upload(&session, &chat(80)).await;
    let first = create(&session, request(&file)).await;
    sandbox.advance(Duration::from_secs(7200));
    let body = json!({
        "training_file": file,
        "from_checkpoint": format!("{first}:20"),
        "training_method": {"method": "sft", "train_on_inputs": false},
        "lr_scheduler": {"lr_scheduler_type": "cosine", "lr_scheduler_args": {"min_lr_ratio": 0.2, "num_cycles": 2}},
    });
    // Both branches of the vendor's scheduler arguments match a cosine: its schema is not asked.
    let job = support::post(&sandbox, Vendor::Together, JOBS, body)
        .await
        .body;
    assert_eq!(job["model"], MODEL);
    assert_eq!(
        job["lr_scheduler"]["lr_scheduler_args"],
        json!({"min_lr_ratio": 0.2, "num_cycles": 2.0})
    );
}

#[tokio::test]
async fn files_come_in_one_request_or_through_a_signed_url() {
    let sandbox = Sandbox::builder().jobs(0).start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::Together);
    let id = upload(&session, &chat(3)).await;
    assert_eq!(
        session.download(&format!("/files/{id}/content")).await,
        chat(3).into_bytes()
    );
    assert_eq!(
        session.get("/files", &[], "").await["data"][0]["id"],
        id.as_str()
    );
    assert_eq!(
        session.ok("DELETE", "/files/{id}", &[&id], "", None).await["deleted"],
        true
    );
    session
        .rejected(404, "GET", "/files/{id}", &[&id], None)
        .await;

    let form = reqwest::multipart::Form::new()
        .text("purpose", "fine-tune")
        .text("file_name", "big.jsonl");
    let quiet = client_builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let url = format!("{}/files", sandbox.together_base_url());
    let answer = quiet
        .post(url)
        .bearer_auth(sandbox.together_key())
        .multipart(form)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status().as_u16(), 302);
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    let (location, id) = (header("location"), header("x-together-file-id"));
    session
        .rejected(404, "GET", "/files/{id}", &[&id], None)
        .await;
    for status in [200, 403] {
        let answer = read(client().put(&location).body(chat(5)).send().await.unwrap()).await;
        assert_eq!(answer.status, status);
    }
    assert_eq!(
        session.get("/files/{id}", &[&id], "").await["bytes"],
        chat(5).len()
    );
}
