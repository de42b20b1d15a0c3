//! Bodies that deviate from the documents: what each switch does, and that it does nothing else.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

use crate::support;

use serde_json::{Value, json};
use support::{get, job_path};
use unitune_sandbox::{Deviation, Sandbox, Vendor};

/// The one job of a switch, as its vendor's list has it and as it is retrieved.
async fn job(deviation: Deviation) -> (Value, Value) {
    let sandbox = Sandbox::builder()
        .all_deviations(false)
        .deviation(deviation, true)
        .start()
        .await
        .unwrap();
    let mut jobs = sandbox
        .seeded_jobs()
        .iter()
        .filter(|job| job.deviation == Some(deviation));
    let seeded = jobs.next().unwrap();
    let path = job_path(seeded);
    let full = get(&sandbox, seeded.vendor, &path).await.body;
    let (jobs, _) = path.rsplit_once('/').unwrap();
    let list = get(&sandbox, seeded.vendor, &format!("{jobs}?limit=100"))
        .await
        .body;
    // The list's member is `data`, or is named after the list.
    let member = jobs.rsplit_once('/').unwrap().1;
    let list = list.get("data").unwrap_or(&list[member]);
    let same = |job: &&Value| {
        let members = ["created_at", "model", "name"].into_iter();
        members.into_iter().all(|name| job[name] == full[name])
    };
    let listed = list.as_array().unwrap().iter().find(same).unwrap().clone();
    (listed, full)
}

#[tokio::test]
async fn every_switch_shows() {
    assert_eq!(Deviation::all().count(), 32);
    for deviation in Deviation::all() {
        let name = deviation.name();
        assert_eq!(Deviation::named(name), Some(deviation));
        let (listed, full) = job(deviation).await;
        let type_of_first_event = full["events"][0]["type"].as_str().unwrap_or("");
        let shows = match deviation {
            Deviation::EmptyError => full["error"] == json!({}),
            Deviation::NullError => {
                full["error"] == json!({"code": null, "message": null, "param": null})
            }
            Deviation::UserProvidedSuffix => full["user_provided_suffix"] == "catalogue",
            Deviation::Paused => full["status"] == "paused",
            Deviation::MissingRequired => {
                full.get("hyperparameters").is_none() && full.get("seed").is_none()
            }
            Deviation::UnknownStatus => full["status"] == "warming_up",
            Deviation::UpperCaseEvents => type_of_first_event == "JOB_PENDING",
            Deviation::EmptyTimestamps => full["started_at"] == "" && listed["started_at"] == "",
            Deviation::NullEvents => full["events"].is_null() && full.get("events").is_some(),
            Deviation::SparseEvents => {
                full["events"][0].get("step").is_none() && full["events"][0]["level"] == "Info"
            }
            Deviation::UserError => full["status"] == "user_error",
            Deviation::MissingId => listed.get("id").is_none(),
            Deviation::NumericStatus => listed["status"] == 7,
            Deviation::CosineScheduler => {
                full["lr_scheduler"]["lr_scheduler_args"]["num_cycles"] == 0.5
            }
            Deviation::AutoTrainOnInputs => listed["training_method"]["train_on_inputs"] == "auto",
            Deviation::EmptyTypes => full["training_type"]["type"] == "",
            Deviation::CapitalFields => {
                listed["Suffix"] == "capital" && full["TrainingFileNumLines"].is_u64()
            }
            Deviation::Restarted => full["events"].to_string().contains("job_restarted"),
            Deviation::ForeignTimes => {
                full["updated_at"].is_i64()
                    && full["started_at"].as_str().unwrap().ends_with("+00:00")
            }
            Deviation::BareStates => full["state"] == "COMPLETED" && listed["state"] == "COMPLETED",
            Deviation::NumericLongs => full["estimatedCost"]["units"].is_u64(),
            Deviation::MissingCreateTime => {
                full.get("createTime").is_none() && full["updateTime"].is_string()
            }
            Deviation::PolicyUpdate => full["state"] == "JOB_STATE_POLICY_UPDATE",
            Deviation::Archived => full["state"] == "JOB_STATE_ARCHIVED",
            Deviation::UnknownJobState => full["state"] == "JOB_STATE_WARMING_UP",
            Deviation::UnsetLeftOut => {
                full.get("displayName").is_none() && full.get("awsS3Config").is_none()
            }
            Deviation::NewerFields => full["lrScheduler"]["cosine"]["minLrRatio"] == 0.1,
            Deviation::OneL => full["status"] == "canceled",
            Deviation::NotRunning => full["status"] == "notRunning",
            Deviation::BritishSpelling => {
                full.get("organisation_id").is_some() && full.get("organization_id").is_none()
            }
            Deviation::NullsLeftOut => {
                full.get("finished_at").is_none() && listed.get("result_files").is_none()
            }
            Deviation::NewEvents => {
                let first = &full["events"][0];
                first.get("hash").is_none()
                    && listed["early_stopped"] == true
                    && full["events"].to_string().contains("early_stopped")
            }
            other => panic!("{other} has no test"),
        };
        assert!(shows, "{name}: {full}");
    }
}

#[tokio::test]
async fn a_restarted_job_has_a_successor() {
    let sandbox = Sandbox::builder()
        .all_deviations(false)
        .deviation(Deviation::Restarted, true)
        .start()
        .await
        .unwrap();
    let jobs = sandbox
        .seeded_jobs()
        .iter()
        .filter(|job| job.deviation == Some(Deviation::Restarted));
    let jobs: Vec<_> = jobs.collect();
    assert_eq!((jobs[0].status, jobs[1].status), ("error", "completed"));
    let events = get(
        &sandbox,
        Vendor::Together,
        &format!("/fine-tunes/{}/events", jobs[0].id),
    )
    .await
    .body;
    assert!(events.to_string().contains(&jobs[1].id));
}
