//! The diff on real pairs of the vendors' documents: nothing unclassified,
//! nothing that other tools call breaking without being so here or waived,
//! and changes whose meaning is known.
#![allow(clippy::unwrap_used)] // A test that cannot go on stops.

use crate::diff_support;

use diff_support::{diff, history, opened, rules};
use std::collections::BTreeMap;
use std::path::Path;
use unitune_diff::impact::Semver;
use unitune_diff::{Change, Diff, DocumentDiff, Format, Level, render};

/// Pairs that another tool calls major or incompatible, and that are not
/// breaking here: revision, and why not.
const WAIVERS: &[(&str, &str)] = &[
    (
        "17d7216",
        "documented errors appear; errors that no document knows are typed, too",
    ),
    (
        "5706fcb",
        "a documented error appears; errors that no document knows are typed, too",
    ),
    (
        "b41ff0b",
        "enums that stood in their place have become schemas with names: the wire is the same, and Rust says major",
    ),
    (
        "a63e294",
        "answers may hold new words for a file's purpose and type: enums that are received are open",
    ),
    (
        "3b25e44",
        "answers may hold a new word for a file's type: enums that are received are open",
    ),
    (
        "451aa0b",
        "answers may hold a new word for a file's purpose: enums that are received are open",
    ),
    (
        "fbfc19d",
        "a union of the same branches is anyOf, it was oneOf: all that could be sent still can",
    ),
    (
        "eab237b",
        "the known names of models are listed beside plain text: any text is still allowed",
    ),
    (
        "bf2a340",
        "the parameter of a path has another name, which is never sent; Rust says major",
    ),
];

struct Pair {
    revision: String,
    old: String,
    new: String,
    redocly: String,
    jsoncompat: String,
}

fn pairs(history: &Path) -> Vec<Pair> {
    let text = std::fs::read_to_string(history.join("pairs.tsv")).unwrap();
    let rows = text.lines().skip(1).map(|line| {
        let cells: Vec<String> = line.split('\t').map(str::to_owned).collect();
        let [_, revision, _, old, new, redocly, jsoncompat] = cells.try_into().unwrap();
        Pair {
            revision,
            old,
            new,
            redocly,
            jsoncompat,
        }
    });
    rows.collect()
}

fn of(history: &Path, old: &str, new: &str) -> DocumentDiff {
    let docs = history.join("docs");
    diff(&opened(&docs.join(old)), &opened(&docs.join(new)))
}

#[test]
fn all_pairs_are_explained_and_agree_with_other_tools_or_say_why_not() {
    let Some(history) = history() else { return };
    let mut wrong = Vec::new();
    let mut agreement: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    let mut waived = Vec::new();
    for pair in pairs(&history) {
        let diff = of(&history, &pair.old, &pair.new);
        let worst = diff.changes.iter().map(|change| change.level).max();
        let level = worst.map_or("none", Level::as_str).to_owned();
        for change in diff.changes.iter().filter(|e| e.rule.id == "unclassified") {
            wrong.push(format!("{}: {}", pair.revision, change.text));
        }
        for note in &diff.notes {
            wrong.push(format!("{}: {note}", pair.revision));
        }
        let others = pair.redocly == "major" || pair.jsoncompat == "incompatible";
        let waiver = WAIVERS
            .iter()
            .any(|(revision, _)| *revision == pair.revision);
        if others && worst != Some(Level::Breaking) && !waiver {
            wrong.push(format!(
                "{}: {level}, but others call it breaking",
                pair.revision
            ));
        }
        if waiver {
            waived.push(pair.revision.clone());
            if !others || worst == Some(Level::Breaking) {
                wrong.push(format!("{}: the waiver is not needed", pair.revision));
            }
        }
        *agreement
            .entry((pair.redocly, pair.jsoncompat, level))
            .or_default() += 1;
    }
    assert_eq!(waived.len(), WAIVERS.len(), "a waiver without a pair");
    for ((redocly, jsoncompat, level), count) in agreement {
        println!("{redocly}\t{jsoncompat}\t{level}\t{count}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn one<'d>(diff: &'d DocumentDiff, rule: &str, pointer: &str) -> &'d Change {
    let mut found = diff
        .changes
        .iter()
        .filter(|change| change.rule.id == rule && change.pointer().ends_with(pointer));
    let all: Vec<String> = diff
        .changes
        .iter()
        .map(|e| format!("{} {}", e.rule.id, e.pointer()))
        .collect();
    let first = found
        .next()
        .unwrap_or_else(|| panic!("no {rule} at {pointer} in {all:#?}"));
    assert!(found.next().is_none(), "{rule} at {pointer} stands twice");
    first
}

fn operations(change: &Change) -> Vec<String> {
    let touched = change.operations.iter().map(|touched| {
        let level = |level: Option<Level>| level.map_or("-", Level::as_str);
        format!(
            "{} {} {}",
            touched.operation,
            level(touched.sent),
            level(touched.received)
        )
    });
    touched.collect()
}

#[test]
fn the_lora_fields_became_a_union() {
    let Some(history) = history() else { return };
    let diff = of(
        &history,
        "together.8b9a9df5ed.json",
        "together.52e3e50a58.json",
    );
    for field in [
        "lora",
        "lora_alpha",
        "lora_dropout",
        "lora_r",
        "lora_trainable_modules",
    ] {
        let change = one(
            &diff,
            "property-removed",
            &format!("FinetuneResponse/properties/{field}"),
        );
        assert_eq!(change.rust.vanishes, [format!("FinetuneResponse.{field}")]);
        assert_eq!(
            (change.sent, change.received),
            (None, Some(Level::Breaking))
        );
    }
    let change = one(&diff, "property-added", "/properties/training_type");
    assert_eq!((change.level, change.sent), (Level::Info, None));
    assert!(
        change
            .rust
            .appears
            .contains(&"FinetuneResponse.training_type".to_owned())
    );
    assert_eq!(diff.changes.len(), 6);
}

#[test]
fn training_method_went_from_string_to_union() {
    let Some(history) = history() else { return };
    let diff = of(
        &history,
        "together.2d8b06f4f2.json",
        "together.fbf55d4cf0.json",
    );
    let change = one(&diff, "type-changed", "TrainingMethod");
    assert_eq!(
        (change.sent, change.received),
        (Some(Level::Breaking), Some(Level::Breaking))
    );
    assert!(
        change
            .text
            .contains("`TrainingMethodSft` or `TrainingMethodDpo`, it was"),
        "{}",
        change.text
    );
    assert!(operations(change).contains(&"POST /fine-tunes breaking breaking".to_owned()));
    assert_eq!(change.rust.semver, Semver::Major);
    let default = one(
        &diff,
        "default-type-changed",
        "PostFineTunesRequest/properties/batch_size",
    );
    assert_eq!(default.values, ("`32`".to_owned(), "`\"max\"`".to_owned()));
}

#[test]
fn train_on_inputs_is_required_inside_a_branch_of_a_union() {
    let Some(history) = history() else { return };
    let diff = of(
        &history,
        "together.3fe6acb49d.json",
        "together.4ebb10f001.json",
    );
    let change = one(
        &diff,
        "required-property-added",
        "TrainingMethodSft/properties/train_on_inputs",
    );
    assert_eq!(
        (change.sent, change.received),
        (Some(Level::Breaking), Some(Level::Info))
    );
    assert_eq!(
        operations(change),
        [
            "GET /fine-tunes - info",
            "GET /fine-tunes/{id} - info",
            "POST /fine-tunes breaking info",
            "POST /fine-tunes/{id}/cancel - info",
        ]
    );
}

#[test]
fn all_paths_moved_under_v1_and_back() {
    let Some(history) = history() else { return };
    let there = of(
        &history,
        "together.f44abc381f.json",
        "together.3767406dc0.json",
    );
    assert_eq!(rules(&there.changes), ["paths-moved", "operation-removed"]);
    assert_eq!(
        there.changes[0].text,
        "all paths moved from under `/` to under `/v1`"
    );
    assert_eq!(there.changes[0].operations.len(), 15);
    let back = of(
        &history,
        "together.3767406dc0.json",
        "together.066fa7306d.json",
    );
    assert_eq!(rules(&back.changes), ["paths-moved", "operation-added"]);
    assert_eq!(
        back.changes[0].text,
        "all paths moved from under `/v1` to under `/`"
    );
}

#[test]
fn downloads_of_json_became_binary() {
    let Some(history) = history() else { return };
    for (old, new, operation) in [
        (
            "together.066fa7306d.json",
            "together.9925150689.json",
            "GET /finetune/download",
        ),
        (
            "openai.ccc56933ca.json",
            "openai.038bdd2a42.json",
            "GET /files/{file_id}/content",
        ),
    ] {
        let diff = of(&history, old, new);
        let change = one(&diff, "media-type-replaced", "application~1octet-stream");
        assert_eq!(operations(change), [format!("{operation} - breaking")]);
        let to = &change.rust.changes[0].to;
        assert!(to.contains("transport::Download"), "{to}");
    }
}

#[test]
fn dates_gained_a_format() {
    let Some(history) = history() else { return };
    let diff = of(
        &history,
        "together.94a8131ea2.json",
        "together.de97a6c349.json",
    );
    for field in ["created_at", "updated_at"] {
        let change = one(
            &diff,
            "time-format-added",
            &format!("FinetuneResponse/properties/{field}"),
        );
        assert_eq!(operations(change), ["GET /fine-tunes/{id} - warning"]);
        let retyped = &change.rust.changes[0];
        assert_eq!(retyped.item, format!("FinetuneResponse.{field}"));
        assert_eq!(
            (retyped.from.as_str(), retyped.to.as_str()),
            ("Option<String>", "Option<wire::Timestamp>")
        );
    }
    assert_eq!(diff.rust.semver, Semver::Major);
    assert_eq!(diff.changes.len(), 2);
}

#[test]
fn a_schema_was_renamed_by_the_correction_of_a_typo() {
    let Some(history) = history() else { return };
    let diff = of(
        &history,
        "together.38e594ae9d.json",
        "together.4917ff9ffb.json",
    );
    let change = one(&diff, "schema-renamed", "LrScheduler");
    assert_eq!(
        change.values,
        ("LrSceduler".to_owned(), "LrScheduler".to_owned())
    );
    assert_eq!(
        (change.level, change.rust.semver),
        (Level::Info, Semver::Major)
    );
    assert!(change.rust.vanishes.contains(&"LrSceduler".to_owned()));
    assert!(change.rust.appears.contains(&"LrScheduler".to_owned()));
    assert_eq!(
        rules(&diff.changes),
        ["schema-renamed", "description-changed"]
    );
}

#[test]
fn the_same_comparison_gives_the_same_text() {
    let Some(history) = history() else { return };
    let text = || {
        let documents = vec![of(
            &history,
            "together.2d8b06f4f2.json",
            "together.fbf55d4cf0.json",
        )];
        render(&Diff { documents }, Format::Json)
    };
    assert_eq!(text(), text());
}
