//! Answers that vendors and look-alike servers really gave, collected from
//! public places. They are not part of the repository: the test reads them from
//! the folder `bodies` beside `UNITUNE_UPSTREAM`, and is skipped without it.
#![cfg(all(feature = "openai", feature = "together"))]

use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use unitune::unify::{Context, Job, NoteKind, Status, Unify, job_from_item, job_from_slice};
use unitune::wire::{LenientList, from_slice};
use unitune::{openai, together, truefoundry};

fn folder() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let upstream = env::var_os("UNITUNE_UPSTREAM")
        .map_or_else(|| root.join("../shared/upstream"), PathBuf::from);
    root.join(upstream).join("../bodies")
}

/// Names and bodies, in order; none where the folder is missing.
fn bodies() -> Option<Vec<(String, Value)>> {
    let folder = folder();
    let Ok(entries) = fs::read_dir(&folder) else {
        println!("skipped: there are no bodies in {}", folder.display());
        return None;
    };
    let mut bodies: Vec<(String, Value)> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy();
            let text = fs::read_to_string(&path).expect("it can be read");
            let body = serde_json::from_str(&text).expect("it is JSON");
            (name.into_owned(), body)
        })
        .collect();
    bodies.sort_by(|a, b| a.0.cmp(&b.0));
    Some(bodies)
}

fn context() -> Context {
    Context::new("main").with_notes()
}

fn alone<T: Unify<Output = Job> + DeserializeOwned>(body: &Value) -> Job {
    job_from_slice::<T>(body.to_string().as_bytes(), &context()).expect("a job")
}

fn listed<T: Unify<Output = Job> + DeserializeOwned>(body: &Value) -> Job {
    let list: LenientList<T> = from_slice(json!([body]).to_string().as_bytes()).expect("a list");
    let item = list.into_iter().next().expect("one item");
    job_from_item(item, &context()).expect("a job")
}

/// The job as a list and as a look-up give it, which must be the same.
fn job(name: &str, body: &Value) -> Job {
    let (mut alone, mut listed) = if name.starts_with('t') {
        (
            alone::<together::types::FinetuneResponse>(body),
            listed::<together::types::FinetuneResponseTruncated>(body),
        )
    } else {
        // TrueFoundry's gateway passes such jobs on.
        let passed_on = alone::<truefoundry::types::FineTuningJob>(body);
        assert_eq!(passed_on.id, body["id"], "{name}");
        (
            alone::<openai::types::FineTuningJob>(body),
            listed::<openai::types::FineTuningJob>(body),
        )
    };
    for job in [&mut alone, &mut listed] {
        let notes = &mut job.provider.notes;
        notes.sort_by(|a, b| (&a.field, &a.message).cmp(&(&b.field, &b.message)));
    }
    assert_eq!(alone, listed, "{name}");
    alone
}

/// Status, time and error code of each body.
type Facts = (&'static str, Status, Option<i64>, Option<&'static str>);

use Status::{Cancelled, Failed, Queued, Running, Succeeded};

const FACTS: [Facts; 43] = [
    ("a01", Succeeded, Some(1_748_019_281), None),
    ("a02", Succeeded, Some(1_646_126_127), None),
    ("a03", Cancelled, Some(1_646_126_127), None),
    // Words that OpenAI's document lacks never become an end.
    ("a04", Running, Some(1_774_000_000), None),
    ("a05", Running, Some(1_774_000_001), None),
    ("a06", Running, Some(1_646_126_127), None),
    ("e01", Running, Some(1_746_679_000), None),
    ("l01", Running, Some(1_614_807_352), None),
    ("l02", Succeeded, Some(1_681_810_958), None),
    ("o01", Running, Some(1_693_894_540), None),
    ("o02", Succeeded, Some(1_693_894_540), None),
    ("o03", Queued, Some(1_725_983_532), None),
    ("o04", Succeeded, Some(1_694_490_787), None),
    ("o05a", Succeeded, Some(1_696_463_378), None),
    ("o05b", Succeeded, Some(1_698_851_177), None),
    ("o05c", Succeeded, Some(1_694_406_904), None),
    ("o05d", Succeeded, Some(1_696_407_754), None),
    ("o05e", Succeeded, Some(1_698_817_329), None),
    ("o06", Succeeded, Some(1_719_677_879), None),
    ("o07", Queued, Some(1_756_628_723), None),
    ("o08", Succeeded, Some(1_746_484_925), None),
    ("o09", Succeeded, Some(1_692_661_014), None),
    ("o10", Queued, Some(1_746_130_590), None),
    ("o11", Queued, Some(1_721_764_800), None),
    ("o12", Cancelled, Some(1_700_000_000), None),
    ("o13", Queued, Some(1_234_567_890), None),
    ("o14", Running, None, None),
    ("o15", Failed, None, Some("invalid_training_file")),
    (
        "o16",
        Failed,
        Some(1_700_000_000),
        Some("invalid_training_file"),
    ),
    ("o17", Queued, Some(0), Some("code")),
    // Without a status.
    ("t01", Running, Some(1_699_383_870), None),
    ("t02", Queued, Some(1_731_475_790), None),
    ("t03", Queued, Some(1_782_979_814), None),
    ("t04", Succeeded, Some(1_684_344_945), None),
    // Its times are no times.
    ("t05", Queued, None, None),
    ("t06", Queued, Some(1_706_745_600), None),
    ("t07", Succeeded, Some(1_717_329_600), None),
    ("t08", Running, Some(1_704_110_400), None),
    ("t09", Succeeded, Some(1_704_067_200), None),
    ("t10", Running, None, None),
    ("t11", Queued, None, None),
    ("t12", Succeeded, Some(1_743_650_380), None),
    // Its time is text, where OpenAI's is a number.
    ("x01", Running, None, None),
];

#[test]
fn every_body_is_a_job() {
    let Some(bodies) = bodies() else { return };
    assert!(bodies.len() >= FACTS.len(), "{}", bodies.len());
    for (name, body) in &bodies {
        let job = job(name, body);
        assert_eq!(job.id, body["id"].as_str().expect("each has an id"));
        let json = serde_json::to_value(&job)
            .expect("a job is JSON")
            .to_string();
        assert!(!json.contains("5ecr3t"), "{name}");
        // What a body has not, no note calls the vendor's own value.
        for note in &job.provider.notes {
            if note.kind == NoteKind::Exact && body.get(&note.field).is_none() {
                let is_renamed = note
                    .message
                    .split('`')
                    .nth(1)
                    .is_some_and(|member| body.get(member).is_some());
                assert!(
                    is_renamed || note.field == "hyperparameters",
                    "{name}: {note:?}"
                );
            }
        }
        let Some(facts) = FACTS.iter().find(|facts| facts.0 == name) else {
            continue;
        };
        let (_, status, created_at, code) = *facts;
        assert_eq!(job.status, status, "{name}");
        assert_eq!(job.created_at, created_at, "{name}");
        let text = |member: &str| body[member].as_str().unwrap_or_default();
        assert_eq!(job.model, text("model"), "{name}");
        assert_eq!(job.training_file, text("training_file"), "{name}");
        let found = job.error.as_ref().and_then(|error| error.code.as_deref());
        assert_eq!(found, code, "{name}");
    }
}

/// Whatever stands in the place of a member, the job is there, and a list and a
/// look-up say the same of it.
#[test]
fn any_member_can_be_anything() {
    let Some(bodies) = bodies() else { return };
    let long = "x".repeat(5000);
    let odd = [
        json!(null),
        json!(-1),
        json!(1e300),
        json!(""),
        json!(long),
        json!([null, 1, {}]),
        json!({"": {"a": [[]]}}),
    ];
    for (name, whole) in bodies {
        // Lists, logs and errors are read elsewhere.
        if !whole["id"].is_string() || whole["id"] == "" || name.starts_with('e') {
            continue;
        }
        for place in places(&whole) {
            if place == "/id" {
                continue;
            }
            for value in &odd {
                let mut changed = whole.clone();
                *changed.pointer_mut(&place).expect("it is there") = value.clone();
                let job = job(&format!("{name} {place} {value:.20}"), &changed);
                assert_eq!(job.id, whole["id"], "{name} {place}");
            }
        }
    }
}

/// The JSON pointers of all members and items.
fn places(value: &Value) -> Vec<String> {
    let below = |(name, value): (String, &Value)| {
        let at = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        let mut all = vec![at.clone()];
        // The first of a list are like the others.
        all.extend(
            places(value)
                .into_iter()
                .map(|place| format!("{at}{place}")),
        );
        all
    };
    match value {
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), value));
            members.flat_map(below).collect()
        }
        Value::Array(items) => {
            let items = items.iter().take(2).enumerate();
            let items = items.map(|(place, value)| (place.to_string(), value));
            items.flat_map(below).collect()
        }
        _ => Vec::new(),
    }
}

fn body<'b>(bodies: &'b [(String, Value)], name: &str) -> &'b Value {
    let found = bodies.iter().find(|(known, _)| known == name);
    &found.expect("it is there").1
}

/// What Together's document leaves out of a look-up, the service says.
#[test]
fn a_lookup_matches_the_body() {
    let Some(bodies) = bodies() else { return };
    let job = job("t03", body(&bodies, "t03"));
    assert_eq!(job.seed, Some(42));
    let settings = job.hyperparameters.expect("it has settings").to_map();
    assert_eq!(settings["packing"], json!(true));
    assert_eq!(settings["max_seq_length"], json!(131_072));
    assert!(job.provider.extra.get("suffix").is_some());
}

/// What did not fit a field is kept as it came.
#[test]
fn what_has_another_form_is_kept() {
    let Some(bodies) = bodies() else { return };
    let of = |name: &str| job(name, body(&bodies, name));
    let seed = of("t02");
    assert_eq!(
        (seed.seed, seed.provider.extra.get("random_seed")),
        (None, Some(json!("")))
    );
    let time = of("x01").provider.extra.get("created_at");
    assert!(time.is_some_and(|time| time.is_string()));
    let legacy = of("l02");
    assert!(legacy.result_files.is_empty());
    let files = legacy
        .provider
        .extra
        .get("result_files")
        .expect("it is kept");
    let body = body(&bodies, "l02");
    assert_eq!(files, body["result_files"]);
    assert_eq!(
        legacy.fine_tuned_model.as_deref(),
        body["fine_tuned_model"].as_str()
    );
    assert_eq!(of("a01").organization_id, "");
}

/// The events of a job's log become events, and the last one ends the job.
#[test]
fn logs_are_read() {
    let Some(bodies) = bodies() else { return };
    let body = body(&bodies, "t12");
    let parsed: together::types::FinetuneResponse =
        serde_json::from_value(body.clone()).expect("it decodes");
    let events: Vec<_> = parsed.events.expect("a log").ok().cloned().collect();
    let events = unitune::unify::together::events_in_log("ft-1", events);
    let events: Result<Vec<_>, _> = events.map(|event| event.unify(&context())).collect();
    let events = events.expect("each has a time");
    assert_eq!(events.len(), 11);
    assert_eq!(
        events[7].data.as_ref().expect("data")["type"],
        "model_compressing"
    );
    let job = job("t12", body);
    assert_eq!(job.finished_at, Some(1_743_651_093));
    assert_eq!(job.trained_tokens, Some(108_972));
    let cost = job.provider.cost.expect("a price");
    assert_eq!(cost.to_string(), "4");
}
