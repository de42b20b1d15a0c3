//! Jobs over loopback: the published surface, by plain requests and by the
//! generated client, over a sandbox of three vendors.

use crate::support;

use serde_json::{Value, json};
use support::Gateway;
use unitune::providers::{Account, Providers};
use unitune::{openai, together, truefoundry};
use unitune_gateway::Config;
use unitune_sandbox::Sandbox;

fn ids(list: &Value) -> Vec<String> {
    let jobs = list["data"].as_array().unwrap().iter();
    jobs.map(|job| job["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_surface_is_under_all_three_bases() {
    let gateway = Gateway::start().await;
    let first = gateway.get("/fine_tuning/jobs?limit=100").await.ok();
    for base in ["/v1", "/api/llm"] {
        let path = format!("{base}/fine_tuning/jobs?limit=100");
        assert_eq!(ids(&gateway.get(&path).await.ok()), ids(&first));
    }
    assert_eq!(first["object"], "list");
    for vendor in ["openai", "together", "truefoundry"] {
        let jobs = first["data"].as_array().unwrap().iter();
        assert!(jobs.filter(|j| j["provider"]["vendor"] == vendor).count() >= 5);
    }
    let times: Vec<i64> = first["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|job| job["created_at"].as_i64().unwrap())
        .collect();
    assert!(times.is_sorted_by(|a, b| a >= b));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_continue_after_any_job() {
    let gateway = Gateway::start().await;
    let all = gateway.get("/v1/fine_tuning/jobs?limit=100").await.ok();
    assert_eq!(all["has_more"], false);
    let all = ids(&all);
    for limit in [1, 3, 7] {
        let mut seen = Vec::new();
        let mut after = String::new();
        loop {
            let path = format!("/v1/fine_tuning/jobs?limit={limit}{after}");
            let page = gateway.get(&path).await.ok();
            seen.extend(ids(&page));
            if page["has_more"] == false {
                break;
            }
            after = format!("&after={}", seen.last().unwrap());
        }
        assert_eq!(seen, all, "limit {limit}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_alone_pages_too() {
    let gateway = Gateway::start().await;
    for account in ["openai", "together", "truefoundry"] {
        let all = gateway.get_at("/fine_tuning/jobs?limit=100", account).await;
        let all = ids(&all.ok());
        assert!(all.len() >= 5);
        let mut seen: Vec<String> = Vec::new();
        loop {
            let after = seen.last().map(|id| format!("&after={id}"));
            let path = format!("/fine_tuning/jobs?limit=2{}", after.unwrap_or_default());
            let page = gateway.get_at(&path, account).await.ok();
            seen.extend(ids(&page));
            if page["has_more"] == false {
                break;
            }
        }
        assert_eq!(seen, all, "{account}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_are_checked_and_named() {
    let gateway = Gateway::start().await;
    for (query, param) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=abc", "limit"),
        ("metadata=x", "metadata"),
        ("metadata[]=x", "metadata"),
        ("after=..%2Ffiles", "after"),
    ] {
        let answer = gateway.get(&format!("/fine_tuning/jobs?{query}")).await;
        assert_eq!(answer.error(400).0, param, "{query}");
    }
    let answer = gateway.get("/fine_tuning/jobs?after=ftjob-nobody").await;
    assert_eq!(answer.error(404).0, "after");
    let answer = gateway.get_at("/fine_tuning/jobs", "nobody").await;
    let (param, message) = answer.error(404);
    assert_eq!(param, "x-tfy-provider-name");
    assert!(
        message.contains("openai, together, truefoundry"),
        "{message}"
    );
    let request = gateway.http.get(gateway.url("/fine_tuning/jobs"));
    let answer = support::Answer::of(request.header("x-tfy-metadata", "[1]")).await;
    assert_eq!(answer.error(400).0, "x-tfy-metadata");
    assert_eq!(gateway.get("/v2/nothing").await.error(404).0, "");
    let put = gateway.http.put(gateway.url("/fine_tuning/jobs"));
    support::Answer::of(put).await.error(405);
}

#[tokio::test(flavor = "multi_thread")]
async fn metadata_filters() {
    let gateway = Gateway::start().await;
    let body = json!({"model": "openai/gpt-4o-mini", "training_file": file(&gateway).await,
        "metadata": {"by": "me"}});
    let job = gateway.post("/fine_tuning/jobs", body).await.ok();
    let found = gateway.get("/fine_tuning/jobs?metadata[by]=me").await.ok();
    assert_eq!(ids(&found), [job["id"].as_str().unwrap()]);
    let none = gateway.get_at("/fine_tuning/jobs?metadata[by]=me", "together");
    assert!(ids(&none.await.ok()).is_empty());
    let without = gateway.get_at("/fine_tuning/jobs?metadata=null", "together");
    assert!(!ids(&without.await.ok()).is_empty());
}

/// An upload at OpenAI.
async fn file(gateway: &Gateway) -> String {
    let line = json!({"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]});
    let part = reqwest::multipart::Part::text(format!("{line}\n").repeat(12)).file_name("a.jsonl");
    let form = reqwest::multipart::Form::new()
        .text("purpose", "fine-tune")
        .part("file", part);
    let request = gateway.http.post(gateway.url("/v1/files")).multipart(form);
    let answer = support::Answer::of(request.header("x-tfy-provider-name", "openai")).await;
    answer.ok()["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_generated_client_works_under_both_base_urls() {
    let gateway = Gateway::start().await;
    for base in ["", "/api/llm"] {
        let client = truefoundry::Client::builder()
            .base_url(gateway.url(base))
            .api_key("any")
            .build()
            .unwrap();
        let options = truefoundry::ListJobsOptions::new().limit(50);
        let page = client.list_jobs(options).await.unwrap();
        assert_eq!(page.data.malformed().count(), 0);
        let first = page.data.ok().next().unwrap().clone();
        let options = truefoundry::RetrieveJobOptions::new();
        let job = client.retrieve_job(&first.id, options).await.unwrap();
        assert_eq!(job.id, first.id);
        assert_eq!(job.status, first.status);
        let options = truefoundry::RetrieveJobOptions::new();
        let error = client
            .retrieve_job("ftjob-nobody", options)
            .await
            .unwrap_err();
        assert!(error.is_not_found(), "{error}");
        assert!(error.request_id().is_some());
        let options = truefoundry::ListJobsOptions::new().x_tfy_provider_name("nobody");
        let error = client.list_jobs(options).await.unwrap_err();
        assert_eq!(error.vendor_param(), Some("x-tfy-provider-name"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_job_has_the_gateway_s_schema() {
    let gateway = Gateway::start().await;
    let document: Value =
        serde_json::from_str(include_str!("../../../specs/truefoundry/openapi.json")).unwrap();
    let mut text = document["components"]["schemas"].to_string();
    text = text.replace("#/components/schemas/", "#/definitions/");
    let mut schema = json!({"$ref": "#/definitions/FineTuningJob", "definitions": serde_json::from_str::<Value>(&text).unwrap()});
    nullable(&mut schema);
    let validator = jsonschema::draft4::new(&schema).unwrap();
    let list = gateway.get("/fine_tuning/jobs?limit=100").await.ok();
    for job in list["data"].as_array().unwrap() {
        let errors: Vec<String> = validator.iter_errors(job).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?} {job}");
        let members = job.as_object().unwrap();
        assert!(members.contains_key("error") && members.contains_key("provider"));
    }
}

/// `nullable` of OpenAPI 3.0, for a validator that does not know it.
fn nullable(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.values_mut().for_each(nullable);
            if members.remove("nullable") == Some(Value::Bool(true)) {
                if let Some(kind) = members.get("type").cloned() {
                    members.insert("type".to_owned(), json!([kind, "null"]));
                } else {
                    let inner = Value::Object(std::mem::take(members));
                    members.insert("anyOf".to_owned(), json!([inner, {"type": "null"}]));
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(nullable),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_account_is_a_warning_and_all_failed_are_a_502() {
    let gateway = Gateway::start().await;
    gateway
        .sandbox
        .inject("openai.listJobs:500".parse().unwrap());
    let answer = gateway.get("/fine_tuning/jobs?limit=100").await;
    assert_eq!(
        answer.headers["x-unitune-warnings"],
        "openai failed; together 1"
    );
    let list = answer.ok();
    let warnings = list["warnings"].as_array().unwrap();
    assert!(
        warnings
            .iter()
            .any(|w| w["account"] == "openai" && w["account_failed"] == true)
    );
    assert!(!ids(&list).is_empty());

    gateway
        .sandbox
        .inject("together.listJobs:503".parse().unwrap());
    gateway
        .sandbox
        .inject("truefoundry.listJobs:401".parse().unwrap());
    let (_, message) = gateway.get("/fine_tuning/jobs").await.error(502);
    for account in ["openai", "together", "truefoundry"] {
        assert!(message.contains(account), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upstream_s_status_is_passed_on_where_it_means_the_same() {
    let gateway = Gateway::start().await;
    for (fault, status) in [
        ("401", 502),
        ("403", 502),
        ("404", 404),
        ("409", 409),
        ("429;retry-after=7", 429),
        ("500", 502),
        ("503", 503),
        ("524", 504),
        ("529", 503),
        ("truncate", 502),
        ("invalid-json", 502),
        ("content-type", 200),
    ] {
        gateway.sandbox.clear_faults();
        gateway
            .sandbox
            .inject(format!("openai.retrieveJob:{fault}").parse().unwrap());
        let id = gateway.job("openai", "succeeded");
        let path = format!("/fine_tuning/jobs/{id}");
        let answer = gateway.get_at(&path, "openai").await;
        assert_eq!(answer.status, status, "{fault}: {}", answer.body);
        if fault.starts_with("429") {
            assert_eq!(answer.headers["retry-after"], "7");
        }
        let text = answer.body.to_string();
        assert!(
            !text.contains("sandbox-openai-key") && !text.contains("127.0.0.1"),
            "{text}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreachable_account_is_reported_without_its_address() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut providers = Providers::new();
    let client = openai::Client::builder()
        .base_url("http://127.0.0.1:9/secret-path")
        .api_key("sk-secret")
        .retries(0)
        .build()
        .unwrap();
    providers
        .add(Account::with_backend("main", client))
        .unwrap();
    let gateway = Gateway::over(sandbox, &providers, Config::default()).await;
    let answer = gateway.get("/fine_tuning/jobs").await;
    let (_, message) = answer.error(502);
    assert_eq!(message, "main could not be reached");
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_of_every_vendor_live_their_lives() {
    let gateway = Gateway::start().await;
    let file = file(&gateway).await;
    let body = json!({"model": "gpt-4o-mini", "training_file": file});
    let unknown = json!({"model": "gpt-4o-mini", "training_file": "file-none"});
    let (param, message) = gateway
        .post("/v1/fine_tuning/jobs", unknown)
        .await
        .error(400);
    assert_eq!(param, "model");
    assert!(
        message.contains("openai, together, truefoundry"),
        "{message}"
    );

    let request = gateway
        .http
        .post(gateway.url("/v1/fine_tuning/jobs"))
        .json(&body);
    let job = support::Answer::of(request.header("x-tfy-provider-name", "openai"))
        .await
        .ok();
    assert_eq!(job["provider"]["account"], "openai");
    assert_eq!(job["status"], "queued");
    let path = format!("/v1/fine_tuning/jobs/{}", job["id"].as_str().unwrap());
    gateway.sandbox.advance(std::time::Duration::from_secs(130));
    let paused = gateway.post(&format!("{path}/pause"), json!({})).await.ok();
    assert_eq!(paused["provider"]["status"], "paused");
    gateway
        .post(&format!("{path}/resume"), json!({}))
        .await
        .ok();
    let events = gateway.get(&format!("{path}/events?limit=3")).await.ok();
    assert_eq!(events["data"].as_array().unwrap().len(), 3);
    assert_eq!(events["data"][0]["object"], "fine_tuning.job.event");
    let cancelled = gateway
        .post(&format!("{path}/cancel"), json!({}))
        .await
        .ok();
    assert_eq!(cancelled["status"], "cancelled");
    gateway
        .post(&format!("{path}/cancel"), json!({}))
        .await
        .error(400);

    let together = gateway.job("together", "running");
    let path = format!("/v1/fine_tuning/jobs/{together}");
    let (_, message) = gateway
        .post(&format!("{path}/pause"), json!({}))
        .await
        .error(400);
    assert!(message.contains("Together has no pause"), "{message}");
    gateway
        .post(&format!("{path}/cancel"), json!({}))
        .await
        .ok();
    let done = gateway.job("together", "completed");
    let checkpoints = gateway
        .get(&format!("/v1/fine_tuning/jobs/{done}/checkpoints"))
        .await
        .ok();
    assert_eq!(
        checkpoints["data"][0]["object"],
        "fine_tuning.job.checkpoint"
    );

    let mut seen: Vec<String> = Vec::new();
    let events = format!("/v1/fine_tuning/jobs/{done}/events");
    let all = ids(&gateway.get(&format!("{events}?limit=100")).await.ok());
    loop {
        let after = seen
            .last()
            .map(|id| format!("&after={id}"))
            .unwrap_or_default();
        let page = gateway.get(&format!("{events}?limit=4{after}")).await.ok();
        seen.extend(ids(&page));
        if page["has_more"] == false {
            break;
        }
    }
    assert_eq!(seen, all);
    gateway
        .post("/fine_tuning/jobs/ftjob-nobody/cancel", json!({}))
        .await
        .error(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_together_cannot_carry_out_names_the_field() {
    let gateway = Gateway::start().await;
    gateway.sandbox.clear_requests();
    let body = json!({"model": "together/meta-llama/Meta-Llama-3.1-8B-Instruct-Reference",
        "training_file": "file-1", "hyperparameters": {"learning_rate_multiplier": 2}});
    let (param, message) = gateway.post("/fine_tuning/jobs", body).await.error(400);
    assert_eq!(param, "hyperparameters.learning_rate_multiplier");
    assert!(message.contains("learning_rate"), "{message}");
    assert!(gateway.sandbox.requests().is_empty());
    for body in [
        json!({}),
        json!({"model": "m"}),
        json!([]),
        json!({"model": "", "training_file": "f"}),
    ] {
        gateway.post("/fine_tuning/jobs", body).await.error(400);
    }
    let text = gateway
        .http
        .post(gateway.url("/fine_tuning/jobs"))
        .body("{}");
    support::Answer::of(text).await.error(415);
    let compressed = gateway.http.post(gateway.url("/fine_tuning/jobs"));
    let compressed = compressed
        .header("content-encoding", "gzip")
        .json(&json!({}));
    let (_, message) = support::Answer::of(compressed).await.error(415);
    assert!(message.contains("without content-encoding"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_caller_s_headers_are_passed_to_a_truefoundry_upstream() {
    let gateway = Gateway::start().await;
    gateway.sandbox.clear_requests();
    let request = gateway
        .http
        .get(gateway.url("/fine_tuning/jobs"))
        .header("x-tfy-metadata", r#"{"team":"a"}"#)
        .header("x-tfy-provider-model", "m")
        .header("x-tfy-vertex-storage-bucket-name", "b")
        .header("x-tfy-file-purpose", "fine-tune");
    support::Answer::of(request).await.ok();
    let requests = gateway.sandbox.requests();
    // A list of each vendor, and one of models.
    assert_eq!(requests.len(), 4);
    for request in requests {
        let expected = (request.vendor.name() == "truefoundry").then_some(r#"{"team":"a"}"#);
        assert_eq!(request.header("x-tfy-metadata"), expected);
        assert_eq!(request.header("x-tfy-provider-name"), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_at_two_accounts_is_ambiguous() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut providers = support::accounts(&sandbox);
    let again = together::Client::builder()
        .base_url(sandbox.together_base_url())
        .api_key(sandbox.together_key());
    providers
        .add(Account::with_backend("together-2", again.build().unwrap()))
        .unwrap();
    let gateway = Gateway::over(sandbox, &providers, Config::default()).await;
    let path = format!("/fine_tuning/jobs/{}", gateway.job("together", "running"));
    let (param, message) = gateway.get(&path).await.error(400);
    assert_eq!(param, "x-tfy-provider-name");
    assert!(message.contains("together, together-2"), "{message}");
    gateway.get_at(&path, "together-2").await.ok();
}

/// The sandbox's OpenAI with models that stop working, and an account elsewhere.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_says_once_which_models_stop_working() {
    let gateway = Gateway::start().await;
    let answer = gateway
        .get_at("/v1/fine_tuning/jobs?limit=100", "openai")
        .await;
    assert_eq!(answer.headers["x-unitune-warnings"], "openai 1");
    let list = answer.ok();
    let warnings = list["warnings"].as_array().unwrap();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert_eq!(warnings[0]["account_failed"], false);
    assert!(warnings[0]["job"].is_null());
    let message = warnings[0]["message"].as_str().unwrap();
    assert!(message.contains(" on 2026-10-23; "), "{message}");
    assert!(message.ends_with(" on 2027-01-14"), "{message}");
    for job in list["data"].as_array().unwrap() {
        if let Some(model) = job["fine_tuned_model"].as_str() {
            assert_eq!(message.matches(model).count(), 1, "{model}: {message}");
        }
    }
    // Other vendors announced nothing.
    let other = gateway
        .get_at("/v1/fine_tuning/jobs?limit=100", "truefoundry")
        .await;
    assert!(other.ok().get("warnings").is_none());
    let asked = gateway.sandbox.requests().into_iter();
    let asked = asked.filter(|request| request.operation == Some("listModels"));
    assert_eq!(asked.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vendor_that_starts_no_more_jobs_is_passed_on_with_who_still_does() {
    let fault = "openai.createJob:403;code=training_not_available"
        .parse()
        .unwrap();
    let gateway = Gateway::with(Sandbox::builder().fault(fault), Config::default()).await;
    let body = json!({"model": "gpt-4o-mini", "training_file": "file-1"});
    let url = gateway.url("/v1/fine_tuning/jobs");
    for (named, body) in [
        (true, body.clone()),
        (
            false,
            json!({"model": "openai/gpt-4o-mini", "training_file": "file-1"}),
        ),
    ] {
        let mut request = gateway.http.post(&url).json(&body);
        if named {
            request = request.header("x-tfy-provider-name", "openai");
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 403);
        assert!(answer.headers().get("retry-after").is_none());
        let error: Value = answer.json().await.unwrap();
        let error = &error["error"];
        assert_eq!(error["code"], "training_not_available");
        assert_eq!(error["type"], "invalid_request_error");
        let message = error["message"].as_str().unwrap();
        for part in [
            "openai starts no more jobs: ",
            "until 2027-01-14",
            "Accounts that can train: together, truefoundry; name one with the header \
             x-tfy-provider-name",
        ] {
            assert!(message.contains(part), "{part}: {message}");
        }
    }
    let created = gateway.sandbox.requests().into_iter();
    let created = created.filter(|request| request.operation == Some("createJob"));
    assert_eq!(created.count(), 2, "each was sent once");
}
