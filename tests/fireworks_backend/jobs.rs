//! The list of three lists, ids, changes, events and metrics.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::StreamExt;
use serde_json::json;
use unitune::ErrorKind;
use unitune::providers::{
    Backend, Change, IdKind, ListQuery, PageQuery, Recognition, WatchOptions,
};
use unitune::unify::{EventKind, Job, Status};

use super::{call, dataset, draft, ids, inject, stage};

#[tokio::test]
async fn three_lists_are_one_newest_first() {
    let (_stage, client, providers) = stage().await;
    let all = providers.list(&ListQuery::new()).await.unwrap();
    assert!(all.warnings.is_empty(), "{:?}", all.warnings);
    let kinds: BTreeSet<&str> = all.jobs.iter().map(|job| &job.id[..4]).collect();
    assert_eq!(kinds, BTreeSet::from(["dpo:", "rft:", "sft:"]));
    let times: Vec<_> = all.jobs.iter().map(|job| job.created_at).collect();
    assert!(times.is_sorted_by(|a, b| a >= b), "{times:?}");

    // The backend's own pages, by its cursors.
    for limit in [1, 3, 7, 100] {
        let (mut jobs, mut query) = (Vec::new(), PageQuery::new().limit(limit));
        loop {
            let page = Backend::list(&client, &call(), &query).await.unwrap();
            assert!(page.items.len() <= limit);
            jobs.extend(page.items);
            match page.next {
                Some(next) => query.cursor = Some(next),
                None => break,
            }
        }
        assert_eq!(ids(&jobs), ids(&all.jobs), "pages of {limit}");
    }

    // And a list that goes on after any job.
    let (mut jobs, mut query) = (Vec::<Job>::new(), ListQuery::new().limit(4));
    loop {
        let list = providers.list(&query).await.unwrap();
        jobs.extend(list.jobs);
        if !list.has_more {
            break;
        }
        query = query.after(jobs.last().unwrap());
    }
    assert_eq!(ids(&jobs), ids(&all.jobs));
}

#[tokio::test]
async fn a_job_that_appears_while_pages_are_read_disturbs_none() {
    let (_stage, client, providers) = stage().await;
    let data = dataset(&providers).await;
    let before = providers.list(&ListQuery::new()).await.unwrap().jobs;
    let (mut jobs, mut query) = (Vec::new(), PageQuery::new().limit(3));
    let mut made = 0;
    loop {
        let page = Backend::list(&client, &call(), &query).await.unwrap();
        jobs.extend(page.items);
        if made < 4 {
            providers.create(&draft(&data)).await.unwrap();
            made += 1;
        }
        match page.next {
            Some(next) => query.cursor = Some(next),
            None => break,
        }
    }
    assert_eq!(ids(&jobs), ids(&before), "no job twice, and none lost");
}

#[tokio::test]
async fn an_id_is_understood_in_each_form() {
    let (stage, client, providers) = stage().await;
    let job = providers.retrieve("sft:support-v2").await.unwrap();
    assert_eq!(
        (job.id.as_str(), job.status),
        ("sft:support-v2", Status::Succeeded)
    );
    assert_eq!(job.organization_id, "sandbox");
    for id in [
        "support-v2",
        "supervisedFineTuningJobs/support-v2",
        "accounts/sandbox/supervisedFineTuningJobs/support-v2",
    ] {
        assert_eq!(providers.retrieve(id).await.unwrap().id, job.id, "{id}");
    }
    // One id of two jobs of different kinds.
    let error = providers.retrieve("trial").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(
        error.to_string().contains("sft:trial, dpo:trial"),
        "{error}"
    );
    assert_eq!(
        providers.retrieve("dpo:trial").await.unwrap().status,
        Status::Succeeded
    );
    for id in ["rft:trial", "nobody"] {
        assert!(
            providers.retrieve(id).await.unwrap_err().is_not_found(),
            "{id}"
        );
    }
    // A look that failed is no answer: the id could be of that kind.
    inject(&stage, "fireworks.retrieveDpoJob:400");
    let error = providers.retrieve("support-v2").await.unwrap_err();
    assert_eq!(error.status(), Some(400));

    for (id, recognition) in [
        ("dpo:x", Recognition::Yes),
        ("accounts/a/dpoJobs/x", Recognition::Yes),
        ("x-1", Recognition::Maybe),
        ("ft:gpt-4o:org::x", Recognition::No),
    ] {
        assert_eq!(client.recognize(id, IdKind::Job), recognition, "{id}");
    }
}

#[tokio::test]
async fn each_kind_is_created_changed_and_deleted() {
    let (_stage, _, providers) = stage().await;
    let data = dataset(&providers).await;
    for (kind, method) in [
        ("sft", json!({"type": "supervised"})),
        (
            "dpo",
            json!({"type": "dpo", "dpo": {"hyperparameters": {"beta": 0.2}}}),
        ),
        (
            "rft",
            json!({"type": "reinforcement", "reinforcement": {"evaluator": "accuracy"}}),
        ),
    ] {
        let draft = draft(&data).with(|request| {
            request.method = method.as_object().cloned();
            request.hyperparameters = json!({"n_epochs": 2}).as_object().cloned();
        });
        let created = providers.create(&draft).await.unwrap();
        let id = created.job.id.clone();
        assert!(id.starts_with(&format!("{kind}:unitune-")), "{id}");
        assert_eq!(created.job.status, Status::Queued);
        assert_eq!(created.job.training_file, data);
        assert_eq!(created.estimate.is_some(), kind == "sft");
        let there = providers.retrieve(&id).await.unwrap();
        assert_eq!(
            there.hyperparameters.unwrap().get("n_epochs"),
            Some(json!(2))
        );
        let cancelled = providers.cancel(&id).await.unwrap();
        assert!(
            cancelled.status == Status::Cancelled
                || cancelled.provider.status.ends_with("CANCELLING"),
            "{cancelled:?}"
        );
        let error = providers.pause(&id).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        providers.delete(&id).await.unwrap();
        let gone = providers.retrieve(&id).await;
        assert!(gone.is_err_and(|e| e.is_not_found()) || kind != "?");
    }
    let resumed = providers.resume("sft:night-run").await.unwrap();
    assert_eq!(
        (resumed.id.as_str(), resumed.status),
        ("sft:night-run", Status::Queued)
    );
}

#[tokio::test]
async fn events_and_metrics_are_made_of_the_job() {
    let (_stage, _, providers) = stage().await;
    for id in ["sft:support-v2", "dpo:trial", "rft:solver-v1"] {
        let metrics = providers.metrics(id).await.unwrap();
        assert!(
            !metrics.is_empty() && metrics[0].step == Some(1),
            "{id}: {metrics:?}"
        );
        assert!(metrics[0].values.contains_key("train/loss") && metrics[0].logged_at.is_some());
        let events = providers.events(id, &PageQuery::new()).await.unwrap();
        assert!(events.warnings.is_empty(), "{:?}", events.warnings);
        let first = &events.data[0];
        assert_eq!(
            first.data.as_ref().unwrap()["type"],
            "JOB_STATE_COMPLETED",
            "{id}"
        );
        assert_eq!(events.data.last().unwrap().message, "Job created");
        let steps = events
            .data
            .iter()
            .filter(|event| event.kind == EventKind::Metrics)
            .count();
        assert_eq!(steps, metrics.len());
        assert!(
            events
                .data
                .iter()
                .all(|event| event.provider.extra.contains_key("derived_from"))
        );
        // A log goes on after any of its events.
        let after = PageQuery::new().after(&*first.id).limit(3);
        let rest = providers.events(id, &after).await.unwrap();
        assert_eq!(rest.data[0].id, events.data[1].id);
    }
    // There is no file before the first step.
    let list = providers
        .list(&ListQuery::new().status(Status::Queued))
        .await
        .unwrap();
    let metrics = providers.metrics(&list.jobs[0].id).await.unwrap();
    assert!(metrics.is_empty(), "{metrics:?}");
}

#[tokio::test]
async fn a_watch_sees_each_state_as_an_event() {
    let (_stage, _, providers) = stage().await;
    let data = dataset(&providers).await;
    let job = providers.create(&draft(&data)).await.unwrap().job;
    let options = WatchOptions::new().intervals(Duration::from_secs(2), Duration::from_secs(4));
    let mut watch = providers.watch(&job.id, &options);
    let (mut states, mut steps, mut end) = (Vec::new(), 0, None);
    while let Some(change) = watch.next().await {
        match change.unwrap() {
            Change::Event { event, .. } => {
                match event.data.as_ref().and_then(|data| data.get("type")) {
                    Some(state) => states.push(state.as_str().unwrap().to_owned()),
                    None => steps += usize::from(event.kind == EventKind::Metrics),
                }
            }
            Change::Finished(job) => end = Some(job),
            _ => {}
        }
    }
    assert_eq!(end.unwrap().status, Status::Succeeded);
    assert!(states.len() >= 3, "{states:?}");
    assert_eq!(states.last().unwrap(), "JOB_STATE_COMPLETED");
    assert!(steps > 0);
}
