//! List and retrieve of the vendors: seeded jobs, paging, filters, keys, error answers.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

use crate::support;

use serde_json::Value;
use std::collections::BTreeSet;
use support::{Answer, client, get, job_path, jobs_path, read, send};
use unitune_sandbox::{Deviation, Sandbox, Vendor};

async fn statuses(sandbox: &Sandbox, vendor: Vendor) -> BTreeSet<String> {
    let list = get(sandbox, vendor, &format!("{}?limit=100", jobs_path(vendor))).await;
    assert_eq!(list.status, 200, "{list:?}");
    let jobs = list.body["data"].as_array().unwrap();
    jobs.iter()
        .filter_map(|job| Some(job["status"].as_str()?.to_owned()))
        .collect()
}

#[tokio::test]
async fn every_state_of_every_vendor_is_seeded() {
    let sandbox = Sandbox::start().await.unwrap();
    let expected = [
        (
            Vendor::OpenAi,
            "cancelled failed paused queued running succeeded validating_files",
        ),
        (
            Vendor::Together,
            "cancel_requested cancelled completed compressing error pending queued running uploading user_error",
        ),
        (
            Vendor::TrueFoundry,
            "cancelled failed queued running succeeded",
        ),
        (
            Vendor::Azure,
            "canceled cancelled failed paused pausing pending resuming running succeeded",
        ),
    ];
    for (vendor, expected) in expected {
        let seen = statuses(&sandbox, vendor).await;
        let expected: BTreeSet<String> = expected.split(' ').map(str::to_owned).collect();
        assert_eq!(seen, expected, "{vendor}");
    }
}

#[tokio::test]
async fn every_seeded_job_can_be_retrieved_in_the_state_that_it_was_announced_in() {
    let sandbox = Sandbox::builder()
        .all_deviations(true)
        .start()
        .await
        .unwrap();
    for job in sandbox.seeded_jobs() {
        let answer = get(&sandbox, job.vendor, &job_path(job)).await;
        assert_eq!(answer.status, 200, "{job:?}");
        if job.vendor == Vendor::Fireworks {
            let name = format!("accounts/sandbox/{}", job.id);
            assert_eq!(answer.body["name"], Value::from(name), "{job:?}");
            if job.deviation.is_none() {
                assert_eq!(answer.body["state"], job.status, "{job:?}");
            }
            continue;
        }
        if !matches!(
            job.deviation,
            Some(
                Deviation::NumericStatus
                    | Deviation::UnknownStatus
                    | Deviation::OneL
                    | Deviation::NotRunning
            )
        ) {
            assert_eq!(answer.body["status"], job.status, "{job:?}");
        }
        if job.deviation != Some(Deviation::MissingId) {
            assert_eq!(answer.body["id"], Value::from(job.id.as_str()), "{job:?}");
        }
    }
}

#[tokio::test]
async fn no_running_job_has_a_model_and_together_names_it_all_the_same() {
    let sandbox = Sandbox::start().await.unwrap();
    let list = get(&sandbox, Vendor::Together, "/fine-tunes").await;
    for job in list.body["data"].as_array().unwrap() {
        assert!(!job["model_output_name"].as_str().unwrap().is_empty());
    }
    let list = get(&sandbox, Vendor::OpenAi, "/fine_tuning/jobs?limit=100").await;
    for job in list.body["data"].as_array().unwrap() {
        assert_eq!(
            job["fine_tuned_model"].is_string(),
            job["status"] == "succeeded"
        );
        assert_eq!(job["trained_tokens"].is_u64(), job["status"] == "succeeded");
    }
}

#[tokio::test]
async fn a_malformed_job_stands_between_two_good_ones_and_prices_need_64_bits() {
    let sandbox = Sandbox::start().await.unwrap();
    let list = get(&sandbox, Vendor::Together, "/fine-tunes").await;
    let jobs = list.body["data"].as_array().unwrap();
    let at = jobs.iter().position(|job| job.get("id").is_none()).unwrap();
    assert!(jobs[at - 1]["id"].is_string() && jobs[at + 1]["id"].is_string());
    assert!(
        jobs.iter()
            .any(|job| job["total_price"].as_u64() > Some(u64::from(u32::MAX)))
    );
}

#[tokio::test]
async fn pages_follow_each_other_newest_first() {
    let sandbox = Sandbox::start().await.unwrap();
    for vendor in [Vendor::OpenAi, Vendor::TrueFoundry] {
        let whole = get(&sandbox, vendor, "/fine_tuning/jobs?limit=100")
            .await
            .body;
        let whole = whole["data"].as_array().unwrap().clone();
        let times: Vec<i64> = whole
            .iter()
            .map(|job| job["created_at"].as_i64().unwrap())
            .collect();
        assert!(times.is_sorted_by(|a, b| a >= b), "{times:?}");

        let mut collected = Vec::new();
        let mut path = "/fine_tuning/jobs?limit=2".to_owned();
        loop {
            let page = get(&sandbox, vendor, &path).await.body;
            let jobs = page["data"].as_array().unwrap();
            assert!(jobs.len() <= 2);
            collected.extend(jobs.iter().cloned());
            if page["has_more"] == false {
                break;
            }
            let last = jobs.last().unwrap()["id"].as_str().unwrap();
            path = format!("/fine_tuning/jobs?limit=2&after={last}");
        }
        assert_eq!(collected, whole);
    }
}

#[tokio::test]
async fn limits_and_cursors_out_of_bounds_are_rejected() {
    let sandbox = Sandbox::start().await.unwrap();
    for vendor in [Vendor::OpenAi, Vendor::TrueFoundry] {
        for query in ["limit=0", "limit=101", "limit=x", "after=ftjob-none"] {
            let answer = get(&sandbox, vendor, &format!("/fine_tuning/jobs?{query}")).await;
            assert_eq!(answer.status, 400, "{query}");
            assert_eq!(answer.body["error"]["type"], "invalid_request_error");
            assert_eq!(
                answer.body["error"]["param"],
                query.split('=').next().unwrap()
            );
        }
    }
}

#[tokio::test]
async fn metadata_filters() {
    let sandbox = Sandbox::start().await.unwrap();
    let list = async |query: &str| {
        let path = format!("/fine_tuning/jobs?limit=100&{query}");
        let answer = get(&sandbox, Vendor::OpenAi, &path).await;
        answer.body["data"].as_array().unwrap().clone()
    };
    let support = list("metadata[team]=support").await;
    assert!(!support.is_empty());
    assert!(
        support
            .iter()
            .all(|job| job["metadata"]["team"] == "support")
    );
    let one = list("metadata%5Bteam%5D=support&metadata%5Brun%5D=14").await;
    assert_eq!(one.len(), 1);
    let none = list("metadata=null").await;
    assert!(!none.is_empty());
    assert!(none.iter().all(|job| job["metadata"].is_null()));
}

#[tokio::test]
async fn keys_are_checked_and_never_repeated() {
    let sandbox = Sandbox::start().await.unwrap();
    for vendor in Vendor::all() {
        let url = format!("{}{}", sandbox.base_url(vendor), jobs_path(vendor));
        let client = client();
        let without = read(client.get(&url).send().await.unwrap()).await;
        let wrong = read(
            client
                .get(&url)
                .bearer_auth("sk-secret")
                .send()
                .await
                .unwrap(),
        )
        .await;
        // One vendor's proxy says 403 in a shape of its own.
        let status = if vendor == Vendor::Fireworks {
            403
        } else {
            401
        };
        for answer in [without, wrong] {
            assert_eq!(answer.status, status);
            assert!(answer.body["error"]["message"].is_string());
            assert!(answer.headers.contains_key("x-request-id"));
            assert!(!answer.body.to_string().contains("sk-secret"));
        }
    }
}

#[tokio::test]
async fn unknown_jobs_paths_and_methods_are_rejected_in_the_vendors_shape() {
    let sandbox = Sandbox::start().await.unwrap();
    for vendor in Vendor::all() {
        let jobs = jobs_path(vendor);
        let cases = [
            ("GET", format!("{jobs}/ft-none"), 404),
            ("GET", "/nowhere".into(), 404),
            ("PUT", jobs.into(), 405),
        ];
        for (method, path, status) in cases {
            let answer = send(&sandbox, vendor, method, &path, None).await;
            assert_eq!(answer.status, status, "{vendor} {method} {path}");
            let error = answer.body.get("error").unwrap_or(&answer.body);
            assert!(error["message"].is_string());
            assert!(error["type"].is_string() || error["code"].is_u64());
        }
    }
}

#[tokio::test]
async fn the_gateway_answers_under_both_base_urls_and_for_one_account() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = client();
    let list = async |base: String, account: &str| {
        let request = client
            .get(format!("{base}/fine_tuning/jobs"))
            .bearer_auth(sandbox.truefoundry_key());
        read(
            request
                .header("x-tfy-provider-name", account)
                .send()
                .await
                .unwrap(),
        )
        .await
    };
    let all = list(sandbox.truefoundry_base_url(), "").await;
    let same = list(sandbox.truefoundry_control_plane_base_url(), "").await;
    assert_eq!(all.body, same.body);
    let one = list(sandbox.truefoundry_base_url(), "openai-dev").await;
    assert!(
        one.body["data"].as_array().unwrap().len() < all.body["data"].as_array().unwrap().len()
    );
    assert_eq!(
        list(sandbox.truefoundry_base_url(), "nobody").await.status,
        400
    );
}

#[tokio::test]
async fn together_answers_whoever_adds_v1_to_either_base_url() {
    let sandbox = Sandbox::start().await.unwrap();
    let told = sandbox.together_base_url();
    let bare = told.strip_suffix("/v1").unwrap();
    let mut bodies = BTreeSet::new();
    for url in [told.clone(), bare.to_owned(), format!("{told}/v1")] {
        let request = client().get(format!("{url}/fine-tunes"));
        let answer = read(
            request
                .bearer_auth(sandbox.together_key())
                .send()
                .await
                .unwrap(),
        )
        .await;
        assert_eq!(answer.status, 200, "{url}");
        bodies.insert(answer.body.to_string());
    }
    assert_eq!(bodies.len(), 1);
    let requests = sandbox.requests();
    assert!(requests.iter().all(|r| r.path == "/fine-tunes"));
    let beyond = client().get(format!("{told}/v1/v1/fine-tunes"));
    assert_eq!(beyond.send().await.unwrap().status().as_u16(), 404);
}

#[tokio::test]
async fn the_same_seed_gives_the_same_bytes() {
    let (one, two) = (
        Sandbox::start().await.unwrap(),
        Sandbox::start().await.unwrap(),
    );
    let other = Sandbox::builder().seed(2).start().await.unwrap();
    for vendor in Vendor::all() {
        let path = jobs_path(vendor);
        let (a, b, c) = (
            get(&one, vendor, path).await,
            get(&two, vendor, path).await,
            get(&other, vendor, path).await,
        );
        // Signed URLs have the port, which two sandboxes cannot share.
        let text = |answer: &Answer, sandbox: &Sandbox| {
            let text = answer.body.to_string();
            text.replace(&sandbox.addr().to_string(), "ADDR")
        };
        assert_eq!(text(&a, &one), text(&b, &two));
        let headers = |answer: &Answer| {
            let mut headers = answer.headers.clone();
            headers.remove("content-length");
            headers
        };
        assert_eq!(headers(&a), headers(&b));
        assert_ne!(a.body, c.body);
    }
}

#[tokio::test]
async fn a_dropped_sandbox_is_gone() {
    let sandbox = Sandbox::start().await.unwrap();
    let url = sandbox.openai_base_url();
    sandbox.stop().await;
    assert!(client().get(url).send().await.is_err());
}

#[tokio::test]
async fn jobs_sets_how_many_there_are() {
    for jobs in [0, 5, 100] {
        let sandbox = Sandbox::builder().jobs(jobs).start().await.unwrap();
        assert_eq!(sandbox.seeded_jobs().len(), jobs);
    }
}
