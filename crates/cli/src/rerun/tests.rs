//! Plans of moves.

use serde_json::json;
use unitune::unify::{Job, Provider, Status, Vendor};
use unitune_datasets::Convert;
use unitune_datasets::models::catalogue;

use super::plan::{Outcome, Plan, Reason};
use super::price::Price;
use super::{AccountAndVendor, FileState, Input, SourceFile};

fn job(value: serde_json::Value) -> Job {
    let mut job = Job::new(
        "ftjob-1",
        "gpt-4o-mini-2024-07-18",
        Status::Succeeded,
        Provider::new("main", Vendor::from_static("openai"), "succeeded"),
    );
    job.training_file = "file-1".to_owned();
    let part = |name: &str| value[name].as_object().cloned();
    if let Some(model) = value["model"].as_str() {
        job.model = model.to_owned();
    }
    job.method = part("method").map(Into::into);
    job.hyperparameters = part("hyperparameters").map(Into::into);
    job.provider.extra = part("extra").unwrap_or_default().into();
    job.seed = value["seed"].as_i64();
    if let Some(labels) = part("metadata") {
        let labels = labels.into_iter();
        job.metadata = Some(
            labels
                .map(|(k, v)| (k, v.as_str().unwrap().to_owned()))
                .collect(),
        );
    }
    job
}

fn converted(to: &str, method: unitune_datasets::Method, line: &str) -> FileState {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    std::fs::write(&path, format!("{line}\n").repeat(20)).unwrap();
    let convert = Convert::new(to, method)
        .unwrap()
        .with_check(|check| check.count_tokens(true));
    FileState::Converted(Box::new(convert.preview(&path, &mut |_| Ok(())).unwrap()))
}

const LINE: &str = r#"{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}],"parallel_tool_calls":true}"#;

fn plan_with(job: &Job, to: &str, model: Option<&str>, training: FileState) -> Plan {
    let side = |vendor: &str| AccountAndVendor {
        account: format!("{vendor}-account"),
        vendor: vendor.to_owned(),
    };
    Plan::of(&Input {
        job,
        source: side(job.provider.vendor.as_str()),
        target: side(to),
        model,
        live_models: None,
        training: SourceFile {
            id: job.training_file.clone(),
            state: training,
        },
        validation: None,
        today: "2026-11-21",
        catalogue: catalogue(),
    })
}

fn plan(job: &Job, to: &str, model: Option<&str>) -> Plan {
    let training = converted(to, unitune_datasets::Method::Supervised, LINE);
    plan_with(job, to, model, training)
}

fn dropped(plan: &Plan) -> impl Iterator<Item = &super::plan::Line> {
    plan.settings
        .iter()
        .filter(|line| line.outcome == Outcome::Dropped)
}

fn reasons(plan: &Plan) -> Vec<Reason> {
    plan.problems.iter().map(|problem| problem.reason).collect()
}

#[test]
fn a_supervised_job_moves_line_by_line() {
    let job = job(json!({
        "method": {"type": "supervised", "supervised": {"hyperparameters":
            {"n_epochs": 3, "batch_size": 4, "learning_rate_multiplier": 1.8}}},
        "hyperparameters": {"n_epochs": 3, "batch_size": 4, "learning_rate_multiplier": 1.8},
        "extra": {"user_provided_suffix": "support"},
        "metadata": {"team": "search"},
        "seed": 7,
    }));
    let plan = plan(&job, "together", Some("Qwen/Qwen3.5-9B"));
    assert!(plan.is_possible(), "{:?}", plan.problems);
    assert_eq!(
        serde_json::Value::Object(plan.request.clone()),
        json!({"model": "Qwen/Qwen3.5-9B", "seed": 7, "suffix": "support",
            "metadata": {"team": "search"},
            "method": {"type": "supervised", "supervised": {}}, "hyperparameters": {"n_epochs": 3}})
    );
    let dropped: Vec<&str> = dropped(&plan).map(|line| line.name.as_str()).collect();
    assert_eq!(dropped, ["batch_size", "learning_rate_multiplier"]);
    let alterations: Vec<String> = plan.files[0]
        .alterations
        .iter()
        .map(|alteration| format!("{:?} {}", alteration.kind, alteration.examples))
        .collect();
    assert_eq!(alterations, ["ParallelToolCallsDropped 20"]);
    assert!(plan.defaults.contains(&"learning_rate: 1e-5".to_owned()));
    let Price::Range { low, high, source } = &plan.price else {
        panic!("{}", plan.price);
    };
    assert!(
        *low < 0.01 && (*high - 4.0).abs() < 1e-9 && source.contains("0.34"),
        "{}",
        plan.price
    );
    assert!(plan.price.is_within(4.0) && !plan.price.is_within(3.9));
    assert!(
        plan.goes_to.contains("Together") && plan.terms.starts_with("https://www.together.ai/")
    );
}

#[test]
fn a_model_is_proposed_and_never_chosen() {
    let job = job(json!({}));
    let plan = plan(&job, "fireworks", None);
    assert!(plan.is_possible() && plan.model.is_none());
    assert_eq!(
        plan.proposals[0].model.id,
        "accounts/fireworks/models/qwen3p6-27b"
    );
    assert!(!plan.request.contains_key("model"));
    assert!(!plan.price.is_within(1e9));
}

#[test]
fn each_obstacle_has_its_own_answer() {
    let ours = job(json!({}));
    for (state, reason) in [
        (FileState::Gone, Reason::FileDeleted),
        (
            FileState::Withheld("not for this purpose".to_owned()),
            Reason::FileWithheld,
        ),
    ] {
        let plan = plan_with(&ours, "together", Some("Qwen/Qwen3.5-9B"), state);
        assert_eq!(reasons(&plan), [reason]);
        assert!(plan.problems[0].help.contains("--training-file"));
    }
    let text = converted(
        "openai",
        unitune_datasets::Method::Supervised,
        "{\"text\":\"t\"}",
    );
    let plan_of_text = plan_with(&ours, "openai", Some("gpt-4.1"), text);
    assert_eq!(reasons(&plan_of_text), [Reason::FileNotConvertible]);
    assert!(plan_of_text.problems[0].message.contains("line 1"));

    let tuned = job(json!({"model": "ft:gpt-4o-mini-2024-07-18:acme::abc"}));
    let plan_of_tuned = plan(&tuned, "together", None);
    assert_eq!(reasons(&plan_of_tuned), [Reason::FineTuned]);
    assert_eq!(plan_of_tuned.proposals[0].model.id, "Qwen/Qwen3.6-27B");
    let named = plan(&tuned, "together", Some("Qwen/Qwen3.6-27B"));
    assert!(named.is_possible() && named.cautions[0].contains("ft:gpt-4o-mini"));

    let graded = job(json!({"method": {"type": "reinforcement", "reinforcement": {}}}));
    assert_eq!(reasons(&plan(&graded, "together", None)), [Reason::Graders]);
    let ended = plan(&ours, "openai", Some("gpt-3.5-turbo-0125"));
    assert_eq!(reasons(&ended), [Reason::ModelEnded]);
    assert!(ended.problems[0].message.contains("2026-10-23"));
    let unknown = plan_with(&ours, "truefoundry", Some("m"), FileState::There);
    assert_eq!(reasons(&unknown), [Reason::UnknownVendor]);
    let mut without = job(json!({}));
    without.training_file = String::new();
    let plan_of_none = plan_with(&without, "together", Some("m"), FileState::There);
    assert_eq!(reasons(&plan_of_none), [Reason::FileMissing]);
}

#[test]
fn what_the_vendor_lists_now_is_proposed_where_it_lists_any() {
    let job = job(json!({}));
    let proposed = |live: Option<&[String]>| {
        let side = |vendor: &str| AccountAndVendor {
            account: vendor.to_owned(),
            vendor: vendor.to_owned(),
        };
        let plan = Plan::of(&Input {
            job: &job,
            source: side("openai"),
            target: side("together"),
            model: None,
            live_models: live,
            training: SourceFile {
                id: "file-1".to_owned(),
                state: FileState::There,
            },
            validation: None,
            today: "2026-11-21",
            catalogue: catalogue(),
        });
        let ids = plan.proposals.iter().map(|p| p.model.id.clone());
        ids.collect::<Vec<_>>()
    };
    let all = proposed(None);
    assert!(all.len() > 2, "{all:?}");
    let listed = [all[1].to_lowercase(), "other/model".to_owned()];
    assert_eq!(proposed(Some(&listed)), all[1..2]);
    // A list that has none of them says nothing about which could do.
    assert_eq!(proposed(Some(&listed[1..])), all);
}

#[test]
fn small_prices_are_not_nothing() {
    let range = |low, high| Price::Range {
        low,
        high,
        source: "a list".to_owned(),
    };
    assert_eq!(
        range(0.0, 0.004).to_string(),
        "less than 0.01 USD, by a list"
    );
    assert_eq!(range(0.5, 4.0).to_string(), "0.50 to 4.00 USD, by a list");
}

#[test]
fn what_the_target_leaves_out_is_lost() {
    let job = job(json!({"metadata": {"team": "search"}, "seed": 7}));
    let mut plan = plan(&job, "together", Some("Qwen/Qwen3.5-9B"));
    let field = |name: &str| unitune::unify::UnsupportedField::new(name, "there is none", "");
    plan.leave_out(&[field("metadata"), field("other")]);
    let dropped: Vec<&str> = dropped(&plan).map(|line| line.name.as_str()).collect();
    assert_eq!(dropped, ["metadata.team", "other"]);
    let seed = plan
        .settings
        .iter()
        .find(|line| line.name == "seed")
        .unwrap();
    assert_eq!(seed.outcome, Outcome::Exact);
}

#[test]
fn a_validation_file_is_used_where_it_has_to_be_said_how_often() {
    let ours = job(json!({}));
    let side = |vendor: &str| AccountAndVendor {
        account: vendor.to_owned(),
        vendor: vendor.to_owned(),
    };
    let file = |id: &str| SourceFile {
        id: id.to_owned(),
        state: FileState::There,
    };
    let plan = |to: &str| {
        Plan::of(&Input {
            job: &ours,
            source: side("openai"),
            target: side(to),
            model: Some("m"),
            live_models: None,
            training: file("file-1"),
            validation: Some(file("file-2")),
            today: "2026-11-21",
            catalogue: catalogue(),
        })
    };
    let settings = |plan: &Plan| serde_json::Value::from(plan.hyperparameters().cloned());
    assert_eq!(settings(&plan("together")), json!({"n_evals": 1}));
    assert_eq!(settings(&plan("fireworks")), json!(null));
}

#[test]
fn what_the_user_says_comes_first_and_counts_for_the_price() {
    let job = job(json!({"hyperparameters": {"n_epochs": 3, "batch_size": 4}}));
    let mut plan = plan(
        &job,
        "fireworks",
        Some("accounts/fireworks/models/qwen3p5-9b"),
    );
    let high = |plan: &Plan| match plan.price {
        Price::Range { high, .. } => high,
        Price::Unknown { .. } => panic!("{}", plan.price),
    };
    let before = high(&plan);
    let chosen = json!({"n_epochs": 6, "batch_size": 4, "learning_rate": 1e-4});
    plan.set(chosen.as_object().unwrap(), catalogue());
    let outcomes: Vec<String> = plan
        .settings
        .iter()
        .map(|line| format!("{:?} {}", line.outcome, line.becomes))
        .collect();
    assert_eq!(
        outcomes,
        [
            "Exact batch_size=4",
            "Set learning_rate=0.0001",
            "Set n_epochs=6"
        ]
    );
    assert!(
        plan.defaults
            .iter()
            .all(|line| !line.starts_with("learning_rate"))
    );
    assert!((high(&plan) - 2.0 * before).abs() < 1e-9);
}
