//! Lists and single jobs over the sandbox's accounts.
#![cfg(all(feature = "openai", feature = "together"))]

use crate::stage;

use stage::Stage;
use unitune::ErrorKind;
use unitune::providers::{Account, JobRef, ListQuery, PageQuery};
use unitune::unify::Status;
use unitune_sandbox::Vendor as Sandboxed;

fn ids(jobs: &[unitune::unify::Job]) -> Vec<&str> {
    jobs.iter().map(|job| job.id.as_str()).collect()
}

#[tokio::test]
async fn pages_make_up_the_list() {
    let stage = Stage::with(unitune_sandbox::Sandbox::builder().jobs(500)).await;
    let all = stage.providers.list(&ListQuery::new()).await.unwrap();
    // A part of the jobs is at vendors without an account here.
    assert!(all.jobs.len() > 250, "{}", all.jobs.len());
    let sorted = all.jobs.windows(2).all(|pair| {
        let key = |job: &unitune::unify::Job| {
            (
                std::cmp::Reverse(job.created_at),
                job.id.clone(),
                job.provider.account.clone(),
            )
        };
        key(&pair[0]) < key(&pair[1])
    });
    assert!(sorted);
    let mut paged = Vec::new();
    loop {
        let mut query = ListQuery::new().limit(37);
        if let Some(last) = paged.last() {
            query = query.after(last);
        }
        let page = stage.providers.list(&query).await.unwrap();
        paged.extend(page.jobs);
        if !page.has_more {
            break;
        }
    }
    assert_eq!(ids(&paged), ids(&all.jobs));
}

#[tokio::test]
async fn filters_keep_what_they_say() {
    let stage = Stage::with(unitune_sandbox::Sandbox::builder().jobs(200)).await;
    let all = stage.providers.list(&ListQuery::new()).await.unwrap().jobs;
    let time = |n: usize| all[n].created_at.unwrap();
    let (from, to) = (time(100), time(20));
    let model = all[30].model.clone();
    let query = ListQuery::new()
        .status(Status::Succeeded)
        .model(&model)
        .created_after(from)
        .created_before(to);
    let found = stage.providers.list(&query).await.unwrap().jobs;
    let expected: Vec<&str> = all
        .iter()
        .filter(|job| job.status == Status::Succeeded && job.model == model)
        .filter(|job| (from..to).contains(&job.created_at.unwrap()))
        .map(|job| job.id.as_str())
        .collect();
    assert!(!expected.is_empty());
    assert_eq!(ids(&found), expected);
}

#[tokio::test]
async fn an_account_that_fails_leaves_the_others_jobs() {
    let stage = Stage::start().await;
    let all = stage.providers.list(&ListQuery::new()).await.unwrap();
    stage
        .sandbox
        .inject("together.listJobs:401".parse().unwrap());
    let list = stage.providers.list(&ListQuery::new()).await.unwrap();
    let failed: Vec<_> = list.warnings.iter().filter(|w| w.account_failed).collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].account, "together");
    let others = all
        .jobs
        .iter()
        .filter(|job| job.provider.vendor != "together");
    assert_eq!(list.jobs.len(), others.count());
}

#[tokio::test]
async fn a_list_after_an_unknown_job_is_an_error() {
    let stage = Stage::start().await;
    let query = ListQuery::new().after("ftjob-nobodys");
    let error = stage.providers.list(&query).await.unwrap_err();
    assert!(error.is_not_found(), "{error}");
}

#[tokio::test]
async fn an_id_that_two_accounts_know_needs_a_name() {
    let stage = Stage::start().await;
    let mut providers = stage.providers.clone();
    let again = stage.openai().account("openai-again").build().unwrap();
    providers
        .add(Account::with_backend("openai-again", again))
        .unwrap();
    let jobs = stage.sandbox.seeded_jobs().iter();
    let job = jobs
        .clone()
        .find(|job| job.vendor == Sandboxed::OpenAi)
        .unwrap();
    let error = providers.retrieve(&job.id).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Ambiguous);
    assert!(
        error.to_string().contains("openai, openai-again"),
        "{error}"
    );
    let found = providers
        .retrieve(("openai-again", job.id.as_str()))
        .await
        .unwrap();
    assert_eq!(found.provider.account, "openai-again");
    assert!(providers.cancel(&job.id).await.is_err());
    // Accounts that cannot own an id are not asked.
    stage.sandbox.clear_requests();
    let together = jobs
        .clone()
        .find(|job| job.vendor == Sandboxed::Together)
        .unwrap();
    providers.retrieve(&together.id).await.unwrap();
    assert_eq!(stage.sandbox.requests().len(), 1);
}

#[tokio::test]
async fn changes_go_to_the_jobs_own_account() {
    let stage = Stage::start().await;
    let jobs = stage.providers.list(&ListQuery::new()).await.unwrap().jobs;
    let running = |vendor: &str| {
        let mut of_vendor = jobs.iter().filter(|job| job.provider.vendor == vendor);
        of_vendor
            .find(|job| job.provider.status == "running")
            .unwrap()
    };
    let openai = running("openai");
    let paused = stage.providers.pause(&openai.id).await.unwrap();
    assert_eq!(paused.provider.status, "paused");
    stage.providers.resume(openai).await.unwrap();
    let together = running("together");
    let cancelled = stage.providers.cancel(&together.id).await.unwrap();
    assert_eq!(cancelled.provider.status, "cancel_requested");
    let error = stage.providers.pause(together).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(error.account(), Some("together"));
}

#[tokio::test]
async fn a_cancellation_whose_answer_was_lost_is_one() {
    let stage = Stage::start().await;
    let jobs = stage.providers.list(&ListQuery::new()).await.unwrap().jobs;
    let mut of_openai = jobs.iter().filter(|job| job.provider.vendor == "openai");
    let job = of_openai
        .find(|job| job.provider.status == "running")
        .unwrap();
    let fault = "openai.cancelJob:reset-after-body@once";
    stage.sandbox.inject(fault.parse().unwrap());
    let job = stage.providers.cancel(job).await.unwrap();
    assert_eq!(job.status, Status::Cancelled);
    assert_eq!(stage.count(Sandboxed::OpenAi, "cancelJob"), 2);
}

#[tokio::test]
async fn logs_come_in_parts() {
    let stage = Stage::start().await;
    let jobs = stage.providers.list(&ListQuery::new()).await.unwrap().jobs;
    for vendor in ["openai", "together"] {
        let mut of_vendor = jobs.iter().filter(|job| job.provider.vendor == vendor);
        let job = of_vendor
            .find(|job| job.status == Status::Succeeded)
            .unwrap();
        let all = stage
            .providers
            .events(job, &PageQuery::new())
            .await
            .unwrap();
        assert!(all.data.len() > 3 && !all.has_more);
        assert!(
            all.data
                .windows(2)
                .all(|p| p[0].created_at >= p[1].created_at)
        );
        let mut parts = Vec::new();
        loop {
            let mut query = PageQuery::new().limit(2);
            query.after = parts.last().map(|e: &unitune::unify::Event| e.id.clone());
            let part = stage.providers.events(job, &query).await.unwrap();
            parts.extend(part.data);
            if !part.has_more {
                break;
            }
        }
        assert_eq!(parts, all.data);
        let checkpoints = stage
            .providers
            .checkpoints(job, &PageQuery::new())
            .await
            .unwrap();
        let steps: Vec<i64> = checkpoints.data.iter().map(|c| c.step_number).collect();
        assert!(steps.windows(2).all(|pair| pair[0] >= pair[1]), "{steps:?}");
        assert!(!steps.is_empty());
    }
    let mut gateways = jobs
        .iter()
        .filter(|job| job.provider.vendor == "truefoundry");
    let job = JobRef::from(gateways.next().unwrap());
    let error = stage
        .providers
        .events(job, &PageQuery::new())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}
