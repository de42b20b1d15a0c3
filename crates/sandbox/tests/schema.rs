//! The default seed's answers validate against the vendors' documents, the jobs that are marked as awkward aside.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod support;

use serde_json::{Value, json};
use support::{Document, get};
use unitune_sandbox::{Sandbox, Vendor};

/// The list of jobs, what each of them has, and what the account has besides.
type Paths = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

fn paths(vendor: Vendor) -> Paths {
    match vendor.name() {
        "openai" => (
            "/fine_tuning/jobs",
            &[
                "/fine_tuning/jobs/{fine_tuning_job_id}",
                "/fine_tuning/jobs/{fine_tuning_job_id}/events",
                "/fine_tuning/jobs/{fine_tuning_job_id}/checkpoints",
            ],
            &["/files"],
        ),
        "together" => (
            "/fine-tunes",
            &[
                "/fine-tunes/{id}",
                "/fine-tunes/{id}/events",
                "/fine-tunes/{id}/checkpoints",
                "/fine-tunes/{id}/metrics",
            ],
            &["/files", "/fine-tunes/models/supported"],
        ),
        "truefoundry" => (
            "/fine_tuning/jobs",
            &["/fine_tuning/jobs/{fine_tuning_job_id}"],
            &["/files"],
        ),
        other => panic!("{other} has no paths to validate"),
    }
}

async fn check(vendor: Vendor, document: &Document) {
    let sandbox = Sandbox::start().await.unwrap();
    let (list_path, job_paths, other_paths) = paths(vendor);
    let plain: Vec<&str> = sandbox
        .seeded_jobs()
        .iter()
        .filter(|job| job.vendor == vendor && job.awkward.is_none())
        .map(|job| job.id.as_str())
        .collect();

    let mut list = get(&sandbox, vendor, &format!("{list_path}?limit=100"))
        .await
        .body;
    let is_plain = |job: &Value| job["id"].as_str().is_some_and(|id| plain.contains(&id));
    list["data"].as_array_mut().unwrap().retain(is_plain);
    assert_eq!(list["data"].as_array().unwrap().len(), plain.len());
    assert_eq!(
        document.errors("get", list_path, &list),
        Vec::<String>::new()
    );

    let of_jobs = plain
        .iter()
        .flat_map(|id| job_paths.iter().map(move |path| (*path, *id)));
    let others = other_paths.iter().map(|path| (*path, ""));
    for (path, id) in of_jobs
        .chain(others)
        .filter(|(path, _)| document.has("get", path))
    {
        let filled = path.replace("{fine_tuning_job_id}", id).replace("{id}", id);
        let answer = get(&sandbox, vendor, &filled).await;
        assert_eq!(answer.status, 200);
        let errors = document.errors("get", path, &answer.body);
        assert_eq!(errors, Vec::<String>::new(), "{path}: {}", answer.body);
    }
}

#[tokio::test]
async fn against_the_committed_documents() {
    for vendor in Vendor::all() {
        match Document::committed(vendor) {
            Some(document) => check(vendor, document).await,
            None => eprintln!("specs/{vendor}/openapi.json is absent: nothing to validate against"),
        }
    }
}

#[tokio::test]
async fn against_the_full_documents_where_they_are_at_hand() {
    for vendor in [Vendor::OpenAi, Vendor::Together] {
        match Document::upstream(vendor) {
            Some(document) => check(vendor, document).await,
            None => eprintln!("the full document of {vendor} is not at hand"),
        }
    }
}

#[test]
fn the_validation_itself_sees_errors() {
    for vendor in Vendor::all() {
        let Some(document) = Document::committed(vendor) else {
            continue;
        };
        let wrong = json!({"object": "list", "data": [{"id": 7}], "has_more": false});
        assert!(!document.errors("get", paths(vendor).0, &wrong).is_empty());
    }
}
