//! The forms of a diff, as snapshots: stable and sorted.
#![allow(clippy::unwrap_used)] // A test that cannot go on stops.

use crate::diff_support;

use diff_support::{diff, merge, prepared, skeleton};
use serde_json::json;
use unitune_diff::Diff;
use unitune_diff::{Format, render};

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
fn equal_documents_have_no_changes() {
    let nothing = Diff::default();
    assert_eq!(render(&nothing, Format::Text), "no changes\n");
    assert_eq!(
        render(&nothing, Format::Markdown),
        "## Schema diff\n\n**no changes**\n"
    );
}

/// Names as a document may hold them: marks of every form, and characters that
/// hide or turn what stands around them.
const HOSTILE: &str =
    "a|b`c`<img src=x>\n\n## H\n| x |\u{1b}[31m\u{202e} @octocat </details>```\r\n::error::x %0A";

fn hostile() -> Diff {
    let base = skeleton();
    let mut head = base.clone();
    head["components"]["schemas"]["Thing"]["properties"][HOSTILE] = json!({"type": "string"});
    head["paths"]["/things"]["post"]["parameters"] =
        json!([{"in": "query", "name": HOSTILE, "schema": {"type": "string", "default": HOSTILE}}]);
    // A path with a fragment is rejected, and says so without obeying either.
    head["paths"][format!("/{}", HOSTILE.replace('#', ""))] =
        json!({"get": {"operationId": "other", "responses": {"200": {"description": "ok"}}}});
    head["servers"] = json!([{"url": HOSTILE}]);
    Diff {
        documents: vec![diff(
            &prepared("base.json", &base),
            &prepared(&format!("{HOSTILE}.json"), &head),
        )],
    }
}

#[test]
fn what_documents_hold_is_shown_and_not_obeyed() {
    let diff = hostile();
    assert!(diff.changes().count() >= 4);
    for format in [Format::Text, Format::Markdown, Format::Github] {
        let text = render(&diff, format);
        for hidden in ["\u{1b}", "\u{202e}", "\r"] {
            assert!(!text.contains(hidden), "{format:?}: {hidden:?}");
        }
        assert!(text.contains("\\u{1b}"), "{format:?}");
    }
    let github = render(&diff, Format::Github);
    let commands = ["::error ", "::warning ", "::notice "];
    for line in github.lines() {
        assert!(commands.iter().any(|c| line.starts_with(c)), "{line}");
    }
    let markdown = render(&diff, Format::Markdown);
    let starts = [
        "0 breaking",
        "|",
        "#### ",
        "- ",
        "**",
        "## Schema",
        "### ",
        "<details>",
        "</details>",
    ];
    for line in markdown.lines().filter(|line| !line.is_empty()) {
        assert!(starts.iter().any(|start| line.starts_with(start)), "{line}");
        if line.starts_with("| **") {
            assert_eq!(line.matches('|').count(), 6, "{line}");
        }
    }
    assert_eq!(
        markdown
            .lines()
            .filter(|line| *line == "</details>")
            .count(),
        1
    );
}
