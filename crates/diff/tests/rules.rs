//! The table of diff rules: its ids, their mirrors, a fixture for each, and
//! the documentation.
#![allow(clippy::unwrap_used)] // A test that cannot go on stops.

use crate::support;

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use support::{document, fixture, fixtures, rules};
use unitune_diff::Change;
use unitune_diff::rule::Mirror;
use unitune_diff::rules::{UNCLASSIFIED, all, find};
use unitune_diff::{DocumentDiff, Rule, render};

/// The pinned ids: a rule that comes, goes or changes its name is a decision.
const IDS: &str = include_str!("fixtures/rules.txt");

/// Rules about what is not written in normal form: `xtask/tests/diff_lowered.rs`
/// has their fixtures.
const LOWERED: [&str; 5] = [
    "outside-request-and-response-changed",
    "lossy-lowering-changed",
    "schema-inlined",
    "schema-named",
    "tuple-changed",
];

/// The rules that have a fixture here.
fn in_normal_form() -> impl Iterator<Item = &'static Rule> {
    all().filter(|rule| !LOWERED.contains(&rule.id))
}

#[test]
fn the_ids_are_pinned() {
    let mut ids: Vec<&str> = all().map(|rule| rule.id).collect();
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(unique.len(), ids.len(), "an id stands twice");
    ids.sort_unstable();
    let pinned: Vec<&str> = IDS.lines().collect();
    assert_eq!(pinned, ids);
    assert!(find(UNCLASSIFIED).is_some());
}

#[test]
fn every_rule_has_its_mirror_or_a_waiver() {
    for rule in all() {
        let mirror = find(rule.mirror.id());
        let mirror = mirror.unwrap_or_else(|| panic!("{}: no rule {}", rule.id, rule.mirror.id()));
        assert_eq!(
            mirror.mirror.id(),
            rule.id,
            "the mirror of {} looks elsewhere",
            rule.id
        );
        match rule.mirror {
            Mirror::Swaps(_) => assert_eq!(
                (rule.sent, rule.received),
                (mirror.received, mirror.sent),
                "{} and {} do not mirror each other, and nothing says why",
                rule.id,
                mirror.id
            ),
            Mirror::Waived(_, why) => assert!(why.len() > 10, "{}: {why:?} says nothing", rule.id),
        }
        assert!(
            rule.sent.is_some() || rule.received.is_some(),
            "{}",
            rule.id
        );
        for text in [rule.means, rule.act] {
            assert!(text.ends_with('.'), "{}: {text:?}", rule.id);
        }
    }
}

fn run(base: &Value, head: &Value) -> Vec<Change> {
    let ready = |file: &str, value: &Value| (!value.is_null()).then(|| document(file, value));
    let (base, head) = (ready("base.json", base), ready("head.json", head));
    DocumentDiff::between("acme", base.as_ref(), head.as_ref()).changes
}

#[test]
fn each_rule_has_a_fixture_that_triggers_exactly_it() {
    let folder = fixtures().join("rules");
    let mut wrong = Vec::new();
    for rule in in_normal_form() {
        let (base, head) = fixture(&folder.join(format!("{}.yaml", rule.id)));
        let found = run(&base, &head);
        if rules(&found) != [rule.id] {
            wrong.push(format!("{}: {:?}", rule.id, rules(&found)));
            continue;
        }
        if (found[0].sent, found[0].received) != (rule.sent, rule.received)
            && !found[0].operations.is_empty()
            && !one_way(rule.id)
        {
            let levels = (found[0].sent, found[0].received);
            wrong.push(format!("{}: levels {levels:?}", rule.id));
        }
        let back = run(&head, &base);
        if rules(&back) != [rule.mirror.id()] {
            wrong.push(format!("{}, back: {:?}", rule.id, rules(&back)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let files = std::fs::read_dir(&folder).unwrap();
    assert_eq!(
        files.count(),
        in_normal_form().count(),
        "a fixture without a rule"
    );
}

/// Rules for both directions whose fixture shows one.
fn one_way(id: &str) -> bool {
    id.starts_with("media-type") || id == "encoding-changed"
}

#[test]
fn a_document_is_the_same_as_itself() {
    for rule in in_normal_form() {
        let path = fixtures().join("rules").join(format!("{}.yaml", rule.id));
        for side in [fixture(&path).0, fixture(&path).1] {
            if !side.is_null() {
                assert!(support::changes(&side, &side).is_empty(), "{}", rule.id);
                let (a, b) = (document("a.json", &side), document("b.json", &side));
                let other = DocumentDiff::between("acme", Some(&a), Some(&b));
                assert!(other.changes.is_empty(), "{}", rule.id);
            }
        }
    }
}

#[test]
fn the_documentation_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/diff-rules.md");
    let rules = render::rules();
    if std::fs::read_to_string(&path).unwrap_or_default() != rules {
        std::fs::write(&path, rules).unwrap();
        panic!("docs/diff-rules.md was stale; it is written now");
    }
}

#[test]
fn every_rule_can_be_explained() {
    for rule in all() {
        let text = render::explain(rule);
        for part in [rule.id, rule.means, rule.act, rule.mirror.id()] {
            assert!(text.contains(part), "{}: {text}", rule.id);
        }
    }
}
