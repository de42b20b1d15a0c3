//! The default seed's answers validate against the vendors' documents, but for the jobs that are marked as deviating.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

use crate::support;

use serde_json::{Value, json};
use support::{Document, get};
use unitune_sandbox::{Sandbox, Vendor};

/// A list of jobs, the member of its answer that holds them, what each of them has, and what the account has besides.
type Paths = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

const ACCOUNT: &str = "/v1/accounts/{account_id}";

fn paths(vendor: Vendor) -> Vec<Paths> {
    let one: Paths = match vendor.name() {
        "openai" => (
            "/fine_tuning/jobs",
            "data",
            &[
                "/fine_tuning/jobs/{fine_tuning_job_id}",
                "/fine_tuning/jobs/{fine_tuning_job_id}/events",
                "/fine_tuning/jobs/{fine_tuning_job_id}/checkpoints",
            ],
            &["/files"],
        ),
        "together" => (
            "/fine-tunes",
            "data",
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
            "data",
            &["/fine_tuning/jobs/{fine_tuning_job_id}"],
            &["/files"],
        ),
        "azure" => (
            "/fine_tuning/jobs",
            "data",
            &[
                "/fine_tuning/jobs/{fine_tuning_job_id}",
                "/fine_tuning/jobs/{fine_tuning_job_id}/events",
                "/fine_tuning/jobs/{fine_tuning_job_id}/checkpoints",
            ],
            &["/files", "/models"],
        ),
        "fireworks" => {
            return vec![
                (
                    "/v1/accounts/{account_id}/supervisedFineTuningJobs",
                    "supervisedFineTuningJobs",
                    &[
                        "/v1/accounts/{account_id}/supervisedFineTuningJobs/{supervised_fine_tuning_job_id}",
                    ],
                    &["/v1/accounts", "/v1/accounts/{account_id}/datasets"],
                ),
                (
                    "/v1/accounts/{account_id}/dpoJobs",
                    "dpoJobs",
                    &[
                        "/v1/accounts/{account_id}/dpoJobs/{dpo_job_id}",
                        "/v1/accounts/{account_id}/dpoJobs/{dpo_job_id}:getMetricsFileEndpoint",
                    ],
                    &[],
                ),
                (
                    "/v1/accounts/{account_id}/reinforcementFineTuningJobs",
                    "reinforcementFineTuningJobs",
                    &[
                        "/v1/accounts/{account_id}/reinforcementFineTuningJobs/{reinforcement_fine_tuning_job_id}",
                        "/v1/accounts/{account_id}/reinforcementFineTuningJobs/{reinforcement_fine_tuning_job_id}:getMetricsFileEndpoint",
                    ],
                    &[],
                ),
            ];
        }
        other => panic!("{other} has no paths to validate"),
    };
    vec![one]
}

/// The path with the account, where it names one, and the job's id, where it names a job.
fn filled(path: &str, id: &str) -> String {
    let path = path.replace(ACCOUNT, "/v1/accounts/sandbox");
    match (path.find('{'), path.find('}')) {
        (Some(from), Some(to)) => [&path[..from], id, &path[to + 1..]].concat(),
        _ => path,
    }
}

async fn check(vendor: Vendor, document: &Document) {
    let sandbox = Sandbox::start().await.unwrap();
    let mut checked = 0;
    for paths in paths(vendor) {
        checked += check_list(&sandbox, vendor, document, paths).await;
    }
    let seeded = sandbox.seeded_jobs().iter();
    let plain = seeded.filter(|job| job.vendor == vendor && job.deviation.is_none());
    assert_eq!(checked, plain.count());
}

/// Validates a list and what its jobs have; how many these are.
async fn check_list(
    sandbox: &Sandbox,
    vendor: Vendor,
    document: &Document,
    (list_path, member, job_paths, other_paths): Paths,
) -> usize {
    // Where the ids of a vendor's lists may be the same, they are given with the list's name before them.
    fn in_list<'a>(id: &'a str, list: &str) -> Option<&'a str> {
        match id.split_once('/') {
            Some((named, id)) => (named == list).then_some(id),
            None => Some(id),
        }
    }
    let plain: Vec<&str> = sandbox
        .seeded_jobs()
        .iter()
        .filter(|job| job.vendor == vendor && job.deviation.is_none())
        .filter_map(|job| in_list(&job.id, member))
        .collect();

    let path = format!("{}?limit=100&pageSize=200", filled(list_path, ""));
    let mut list = get(sandbox, vendor, &path).await.body;
    let id = |job: &Value| {
        let id = job.get("id").or(job.get("name"))?.as_str()?;
        Some(id.rsplit('/').next()?.to_owned())
    };
    let is_plain = |job: &Value| id(job).is_some_and(|id| plain.contains(&id.as_str()));
    list[member].as_array_mut().unwrap().retain(is_plain);
    assert_eq!(list[member].as_array().unwrap().len(), plain.len());
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
        let answer = get(sandbox, vendor, &filled(path, id)).await;
        assert_eq!(answer.status, 200);
        let errors = document.errors("get", path, &answer.body);
        assert_eq!(errors, Vec::<String>::new(), "{path}: {}", answer.body);
    }
    plain.len()
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
        for (path, member, ..) in paths(vendor) {
            let wrong =
                json!({"object": "list", member: [{"id": 7, "name": 7}], "has_more": false});
            assert!(!document.errors("get", path, &wrong).is_empty(), "{path}");
        }
    }
}
