//! A job of any vendor becomes the gateway's job: one fixture per fact about
//! the vendors' bodies, named after it, and one snapshot of each.
#![cfg(all(feature = "openai", feature = "together"))]

use crate::support;

use serde_json::{Value, json};
use support::{fixtures, lenient_ids};
use unitune::unify::{self, Context, Job, Status, Unify, Vendor};
use unitune::{openai, together, truefoundry};

fn context() -> Context {
    Context::new("main").with_notes()
}

/// The job as JSON, or the error that says why there is none.
fn unified<T: serde::de::DeserializeOwned + Unify<Output = Job>>(
    body: &Value,
    context: &Context,
) -> Value {
    let job: T = serde_json::from_value(body.clone()).expect("the body decodes");
    match job.unify(context) {
        Ok(job) => serde_json::to_value(job).expect("a job is JSON"),
        Err(error) => json!({ "error": error.to_string() }),
    }
}

fn snapshot(vendor: Vendor, unified: impl Fn(&Value) -> Value) {
    for (name, body) in fixtures(vendor.as_str()) {
        if body.get("data").is_some() {
            continue;
        }
        let name = format!("{vendor}__{name}");
        insta::with_settings!({
            snapshot_path => "snapshots/unify",
            prepend_module_to_snapshot => false,
            sort_maps => true,
            omit_expression => true,
        }, { insta::assert_json_snapshot!(name, unified(&body)) });
    }
}

#[test]
fn openai_jobs() {
    snapshot(unify::openai::VENDOR, |body| {
        unified::<openai::types::FineTuningJob>(body, &context())
    });
}

#[test]
fn together_jobs() {
    snapshot(unify::together::VENDOR, |body| {
        unified::<together::types::FinetuneResponse>(body, &context())
    });
}

#[test]
fn truefoundry_jobs() {
    snapshot(unify::truefoundry::VENDOR, |body| {
        unified::<truefoundry::types::FineTuningJob>(body, &context())
    });
}

/// A list and a look-up say the same of the same body, notes included.
#[test]
fn both_together_schemas_say_the_same() {
    for (name, body) in fixtures("together") {
        if body.get("data").is_some() {
            continue;
        }
        let list = unified::<together::types::FinetuneResponseTruncated>(&body, &context());
        let one = unified::<together::types::FinetuneResponse>(&body, &context());
        assert_eq!(list, one, "{name}");
    }
}

#[test]
fn fields_of_the_list_schema_find_their_slots() {
    let (_, body) = fixtures("together")
        .into_iter()
        .find(|(name, _)| name == "fields_of_the_list_schema")
        .expect("the fixture exists");
    let job = unified::<together::types::FinetuneResponseTruncated>(&body, &context());
    insta::with_settings!({
        snapshot_path => "snapshots/unify",
        prepend_module_to_snapshot => false,
        sort_maps => true,
        omit_expression => true,
    }, { insta::assert_json_snapshot!("together__list_schema", job) });
}

#[test]
fn one_malformed_job_does_not_hide_its_neighbours() {
    let bodies = |vendor| {
        fixtures(vendor)
            .into_iter()
            .find(|(_, body)| body.get("data").is_some())
            .map(|(_, body)| body)
            .expect("the fixture exists")
    };
    let list: openai::types::FineTuningJobList =
        serde_json::from_value(bodies("openai")).expect("the list decodes");
    assert_eq!(
        lenient_ids(&list.data),
        (vec!["ftjob-first".into(), "ftjob-last".into()], 1)
    );
    let list: together::types::FinetuneTruncatedList =
        serde_json::from_value(bodies("together")).expect("the list decodes");
    assert_eq!(
        lenient_ids(&list.data),
        (vec!["ft-first".into(), "ft-last".into()], 2)
    );
    let list: truefoundry::types::FineTuningJobList =
        serde_json::from_value(bodies("truefoundry")).expect("the list decodes");
    assert_eq!(
        lenient_ids(&list.data),
        (vec!["ftjob-first".into(), "ftjob-last".into()], 1)
    );
}

#[test]
fn no_key_is_in_any_job() {
    let mut seen = 0;
    let mut check = |name: &str, body: &Value, job: Value| {
        seen += usize::from(body.to_string().contains("do-not-show"));
        assert!(!job.to_string().contains("do-not-show"), "{name}: {job}");
    };
    let jobs = |vendor: &str| {
        let all = fixtures(vendor).into_iter();
        all.filter(|(_, body)| body.get("data").is_none())
    };
    for (name, body) in jobs("together") {
        let listed = unified::<together::types::FinetuneResponseTruncated>(&body, &context());
        check(&name, &body, listed);
        let alone = unified::<together::types::FinetuneResponse>(&body, &context());
        check(&name, &body, alone);
    }
    for (name, body) in jobs("openai") {
        let job = unified::<openai::types::FineTuningJob>(&body, &context());
        check(&name, &body, job);
    }
    for (name, body) in jobs("truefoundry") {
        for context in [context(), Context::new("main")] {
            let job = unified::<truefoundry::types::FineTuningJob>(&body, &context);
            check(&name, &body, job);
        }
    }
    assert!(seen >= 4, "only {seen} bodies have keys");
}

#[test]
fn strict_mode_rejects_guesses_and_nothing_else() {
    let strict = Context::new("main").strict();
    let rejected: Vec<String> = fixtures("together")
        .into_iter()
        .filter(|(_, body)| body.get("data").is_none())
        .filter_map(|(name, body)| {
            let answer = unified::<together::types::FinetuneResponse>(&body, &strict);
            let error = answer.get("provider").is_none();
            error.then(|| format!("{name}: {}", answer["error"].as_str().unwrap_or_default()))
        })
        .collect();
    insta::with_settings!({
        snapshot_path => "snapshots/unify",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, { insta::assert_snapshot!("together_strict", rejected.join("\n")) });
}

#[test]
fn every_known_word_of_a_vendor_has_a_fixture() {
    let names = |vendor: &str| -> Vec<String> {
        fixtures(vendor).into_iter().map(|(name, _)| name).collect()
    };
    let check = |vendor: &str, words: Vec<&str>| {
        for word in words {
            let name = format!("status_{word}");
            assert!(names(vendor).contains(&name), "{vendor} lacks {name}.json");
        }
    };
    check(
        "openai",
        openai::types::FineTuningJobStatus::KNOWN
            .iter()
            .map(|w| w.as_str())
            .collect(),
    );
    check(
        "together",
        together::types::FinetuneJobStatus::KNOWN
            .iter()
            .map(|w| w.as_str())
            .collect(),
    );
    check(
        "truefoundry",
        truefoundry::types::FineTuningJobStatus::KNOWN
            .iter()
            .map(|w| w.as_str())
            .collect(),
    );
}

#[test]
fn notes_are_written_only_on_request() {
    for (name, body) in fixtures("together") {
        if body.get("data").is_some() {
            continue;
        }
        let job: together::types::FinetuneResponse = serde_json::from_value(body).expect(&name);
        let silent = job.clone().unify(&Context::new("main")).expect(&name);
        let mut noted = job.unify(&context()).expect(&name);
        assert!(silent.provider.notes.is_empty() && !noted.provider.notes.is_empty());
        noted.provider.notes.clear();
        assert_eq!(silent, noted, "{name}");
    }
}

/// Each of the gateway's fields has exactly one note.
#[test]
fn notes_cover_every_field() {
    let fields = support::gateway_fields();
    let check = |name: &str, job: Value| {
        let Some(notes) = job.pointer("/provider/notes").and_then(Value::as_array) else {
            return;
        };
        let slots = |note: &&Value| !matches!(note["kind"].as_str(), Some("unmapped" | "withheld"));
        let mut noted: Vec<&str> = notes
            .iter()
            .filter(slots)
            .filter_map(|note| note["field"].as_str())
            .collect();
        noted.sort_unstable();
        assert_eq!(noted, fields, "{name}");
    };
    for vendor in ["openai", "together", "truefoundry"] {
        for (name, body) in fixtures(vendor) {
            match vendor {
                _ if body.get("data").is_some() => {}
                "openai" => check(
                    &name,
                    unified::<openai::types::FineTuningJob>(&body, &context()),
                ),
                "together" => {
                    check(
                        &name,
                        unified::<together::types::FinetuneResponse>(&body, &context()),
                    );
                    check(
                        &name,
                        unified::<together::types::FinetuneResponseTruncated>(&body, &context()),
                    );
                }
                _ => check(
                    &name,
                    unified::<truefoundry::types::FineTuningJob>(&body, &context()),
                ),
            }
        }
    }
}

#[test]
fn a_job_comes_back_from_the_gateways_json() {
    for (name, body) in fixtures("openai") {
        if body.get("data").is_some() {
            continue;
        }
        let job: openai::types::FineTuningJob = serde_json::from_value(body).expect(&name);
        let job = job.unify(&context()).expect(&name);
        let text = serde_json::to_string(&job).expect("a job is JSON");
        assert_eq!(serde_json::from_str::<Job>(&text).expect(&name), job);
        // Through the gateway: all of its fields, and nothing else.
        let gateway = truefoundry::types::FineTuningJob::from(job.clone());
        let back = gateway.unify(&Context::new("main")).expect(&name);
        assert_eq!((back.status, back.created_at), (job.status, job.created_at));
        assert_eq!(back.method, job.method, "{name}");
        assert!(back.status != Status::Failed || back.error.is_none());
    }
}
