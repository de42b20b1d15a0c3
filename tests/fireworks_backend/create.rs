//! Creating jobs: an id that is chosen beforehand, and prices.

use serde_json::json;
use unitune::ErrorKind;
use unitune::providers::ListQuery;
use unitune::transport::CallOptions;
use unitune::unify::Usd;

use super::{dataset, draft, inject, stage};

#[tokio::test]
async fn a_lost_answer_makes_no_second_job() {
    let (stage, _, providers) = stage().await;
    let data = dataset(&providers).await;
    // A seeded job that is being deleted goes with the time that retries take.
    let count = || async {
        let jobs = providers.list(&ListQuery::new()).await.unwrap().jobs;
        jobs.iter().filter(|job| job.id.contains("unitune")).count()
    };
    let before = count().await;
    for (number, fault) in [
        "reset-after-body@once",
        "reset-after-body",
        "503@once",
        "truncate@once",
        "429@once",
    ]
    .into_iter()
    .enumerate()
    {
        inject(&stage, &format!("fireworks.createSupervisedJob:{fault}"));
        let created = providers.create(&draft(&data)).await;
        stage.sandbox.clear_faults();
        let created = created.unwrap_or_else(|error| panic!("{fault}: {error}"));
        assert_eq!(count().await, before + number + 1, "{fault}");
        assert_eq!(created.job.training_file, data);
    }
    // One that surely failed is an error, and there is no job.
    let before = count().await;
    inject(&stage, "fireworks.createSupervisedJob:503");
    let error = providers.create(&draft(&data)).await.unwrap_err();
    assert_eq!(error.status(), Some(503), "{error}");
    stage.sandbox.clear_faults();
    assert_eq!(count().await, before);
}

#[tokio::test]
async fn an_id_of_ones_own_is_the_same_job_or_a_conflict() {
    let (_stage, _, providers) = stage().await;
    let data = dataset(&providers).await;
    let own = |epochs: u64| {
        draft(&data).with(|request| {
            request.extra.insert("jobId".to_owned(), "my-own".into());
            request.hyperparameters = json!({"n_epochs": epochs, "learning_rate": 2e-5})
                .as_object()
                .cloned();
        })
    };
    let first = providers.create(&own(2)).await.unwrap().job;
    assert_eq!(first.id, "sft:my-own");
    let again = providers.create(&own(2)).await.unwrap().job;
    assert_eq!(again.id, first.id);
    let error = providers.create(&own(3)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.to_string().contains("sft:my-own"), "{error}");

    // A caller's idempotency key makes the id.
    let keyed = providers.with_options(&CallOptions::new().idempotency_key("order-7"));
    let first = keyed.create(&draft(&data)).await.unwrap().job;
    let again = keyed.create(&draft(&data)).await.unwrap().job;
    assert_eq!(first.id, again.id);
}

#[tokio::test]
async fn a_limit_of_costs_is_kept_where_there_is_an_estimate() {
    let (_stage, _, providers) = stage().await;
    let data = dataset(&providers).await;
    let cheap = draft(&data).max_cost(Usd::from_nanos(1));
    let error = providers.create(&cheap).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CostLimit);
    let dpo = draft(&data)
        .max_cost(Usd::from_nanos(i64::MAX))
        .with(|request| {
            request.method = json!({"type": "dpo"}).as_object().cloned();
        });
    let error = providers.create(&dpo).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
}
