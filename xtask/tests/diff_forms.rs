//! The forms of a diff, as snapshots: stable and sorted.
#![allow(clippy::unwrap_used)] // A test that cannot go on stops.

mod diff_support;

use diff_support::{diff, merge, prepared, skeleton};
use serde_json::json;
use xtask::diff::Diff;
use xtask::diff::render::{Format, render};

fn changed() -> Diff {
    let mut base = skeleton();
    merge(
        &mut base["components"]["schemas"],
        &json!({"Thing": {
            "required": ["name"],
            "properties": {
                "status": {"type": "string", "enum": ["running", "done"]},
                "size": {"type": "integer", "maximum": 100},
                "old": {"type": "string"},
            },
        }}),
    );
    let mut head = base.clone();
    merge(
        &mut head["components"]["schemas"]["Thing"],
        &json!({"properties": {
            "status": {"enum": ["running", "done", "lost"]},
            "size": {"maximum": 64},
            "old": null,
            "colour": {"oneOf": [{"type": "integer"}, {"type": "string"}]},
        }}),
    );
    merge(
        &mut head["paths"]["/things"]["post"],
        &json!({"deprecated": true}),
    );
    Diff {
        documents: vec![diff(
            &prepared("base.json", &base),
            &prepared("head.json", &head),
        )],
    }
}

#[test]
fn text() {
    insta::assert_snapshot!(render(&changed(), Format::Text));
}

#[test]
fn markdown() {
    insta::assert_snapshot!(render(&changed(), Format::Markdown));
}

#[test]
fn github() {
    insta::assert_snapshot!(render(&changed(), Format::Github));
}

#[test]
fn json() {
    insta::assert_snapshot!(render(&changed(), Format::Json));
}

#[test]
fn nothing_is_said_of_nothing() {
    let nothing = Diff::default();
    assert_eq!(render(&nothing, Format::Text), "no changes\n");
    assert_eq!(
        render(&nothing, Format::Markdown),
        "## Schema diff\n\n**no changes**\n"
    );
}
