//! Random edits of known meaning: the diff reports exactly them, nothing for
//! equal documents, and the mirror image for documents that change sides.
#![allow(clippy::unwrap_used)] // A test that cannot go on stops.

use crate::support;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use support::document;
use unitune_diff::Change;
use unitune_diff::compare;

/// Names that no two of are alike.
const NAMES: [&str; 6] = [
    "amount", "birthday", "colour", "diameter", "engine", "formula",
];

/// What a member can be.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Text,
    Whole,
    Number,
    Word,
    List,
    Other,
}

/// A document: things with members, and which thing each operation sends and
/// receives.
#[derive(Clone, Debug)]
struct Shape {
    things: Vec<Vec<Kind>>,
    operations: Vec<(usize, usize)>,
}

impl Shape {
    /// The thing that a member of kind `Other` refers to.
    fn other(&self, thing: usize, member: usize) -> usize {
        (thing + member + 1) % self.things.len()
    }

    fn document(&self) -> Value {
        let mut schemas = Map::new();
        for (n, members) in self.things.iter().enumerate() {
            let mut properties = Map::new();
            for (m, kind) in members.iter().enumerate() {
                let name = NAMES[m];
                let schema = match kind {
                    Kind::Text => json!({"type": "string"}),
                    Kind::Whole => json!({"type": "integer", "maximum": 100}),
                    Kind::Number => json!({"type": "number"}),
                    Kind::Word => json!({"type": "string",
                        "enum": [format!("{name}-{n}-one"), format!("other-{name}-{n}"), "plain"]}),
                    Kind::List => json!({"type": "array", "items": {"type": "string"}}),
                    Kind::Other => {
                        json!({"$ref": format!("#/components/schemas/Thing{}", self.other(n, m))})
                    }
                };
                properties.insert(name.to_owned(), schema);
            }
            properties.insert(
                "kind".to_owned(),
                json!({"type": "string", "enum": [format!("thing{n}")]}),
            );
            let thing = json!({"type": "object", "required": ["kind"], "properties": properties});
            schemas.insert(format!("Thing{n}"), thing);
        }
        let mut paths = Map::new();
        for (n, (sent, received)) in self.operations.iter().enumerate() {
            let body = |thing: &usize| json!({"application/json": {"schema": {"$ref": format!("#/components/schemas/Thing{thing}")}}});
            paths.insert(
                format!("/do{n}"),
                json!({"post": {
                    "operationId": format!("do{n}"),
                    "parameters": [{"in": "query", "name": "limit", "schema": {"type": "integer"}}],
                    "requestBody": {"required": true, "content": body(sent)},
                    "responses": {"200": {"description": "ok", "content": body(received)}}
                }}),
            );
        }
        json!({"openapi": "3.0.3", "info": {"title": "x", "version": "1"},
            "paths": paths, "components": {"schemas": schemas}})
    }

    /// The things that a thing reaches, itself included.
    fn reach(&self, thing: usize) -> BTreeSet<usize> {
        let mut seen = BTreeSet::new();
        let mut todo = vec![thing];
        while let Some(thing) = todo.pop() {
            if seen.insert(thing) {
                let members = self.things[thing].iter().enumerate();
                let others = members.filter(|(_, kind)| matches!(kind, Kind::Other));
                todo.extend(others.map(|(m, _)| self.other(thing, m)));
            }
        }
        seen
    }

    /// The operations that send or receive a thing.
    fn touched(&self, thing: usize) -> BTreeMap<String, (bool, bool)> {
        let mut touched = BTreeMap::new();
        for (n, (sent, received)) in self.operations.iter().enumerate() {
            let ways = (
                self.reach(*sent).contains(&thing),
                self.reach(*received).contains(&thing),
            );
            if ways != (false, false) {
                touched.insert(format!("POST /do{n}"), ways);
            }
        }
        touched
    }
}

fn shapes() -> impl Strategy<Value = Shape> {
    let kind = prop_oneof![
        Just(Kind::Text),
        Just(Kind::Whole),
        Just(Kind::Number),
        Just(Kind::Word),
        Just(Kind::List),
        Just(Kind::Other),
    ];
    let thing = prop::collection::vec(kind, 1..NAMES.len());
    prop::collection::vec(thing, 1..5).prop_flat_map(|things| {
        let count = things.len();
        let more = prop::collection::vec((0..count, 0..count), 0..3);
        (Just(things), more).prop_map(move |(things, more)| {
            // Every thing is sent or received by some operation.
            let mut operations: Vec<(usize, usize)> =
                (0..count).map(|n| (n, (n + 1) % count)).collect();
            operations.extend(more);
            Shape { things, operations }
        })
    })
}

/// What an edit is expected to be reported as.
#[derive(Clone, Debug)]
struct Expected {
    rule: &'static str,
    /// What the sentence or the subject must hold.
    about: String,
    touched: BTreeMap<String, (bool, bool)>,
}

/// Changes one member, in the way of that number; none when it has no such way.
fn edit_member(
    document: &mut Value,
    shape: &Shape,
    thing: usize,
    member: usize,
    way: usize,
) -> Option<Expected> {
    let kind = shape.things[thing][member];
    let name = NAMES[member];
    let object = &mut document["components"]["schemas"][format!("Thing{thing}")];
    let schema = &mut object["properties"][name];
    let mut about = format!("`Thing{thing}.{name}`");
    let anything = match way % 16 {
        0 if !matches!(kind, Kind::Other) => {
            object["properties"].as_object_mut()?.remove(name);
            "property-removed"
        }
        1 => {
            object["required"].as_array_mut()?.push(json!(name));
            "property-became-required"
        }
        2 if !matches!(kind, Kind::Other) => {
            schema["description"] = json!("What it is.");
            "description-changed"
        }
        3 if !matches!(kind, Kind::Other | Kind::Word) => {
            schema["nullable"] = json!(true);
            "became-nullable"
        }
        4 if !matches!(kind, Kind::Other | Kind::Word) => {
            schema["deprecated"] = json!(true);
            "schema-deprecated"
        }
        5 if matches!(kind, Kind::Text | Kind::Whole | Kind::Number) => {
            *schema = json!({"type": "boolean"});
            "type-changed"
        }
        _ => match (kind, way % 5) {
            (Kind::Text, 0) => {
                schema["format"] = json!("date-time");
                "time-format-added"
            }
            (Kind::Text, 1) => {
                schema["format"] = json!("uuid");
                "format-added"
            }
            (Kind::Text, 2) => {
                schema["enum"] = json!([format!("{name}{thing}"), "b"]);
                "became-enum"
            }
            (Kind::Text, 3) => {
                schema["maxLength"] = json!(9);
                "constraint-tightened"
            }
            (Kind::Text, _) => {
                schema["default"] = json!("x");
                "default-added"
            }
            (Kind::Whole, 0) => {
                schema["type"] = json!("number");
                "type-widened"
            }
            (Kind::Whole, 1 | 2) => {
                schema["maximum"] = json!(1000);
                "constraint-loosened"
            }
            (Kind::Whole, _) => {
                schema["format"] = json!("int64");
                "number-format-changed"
            }
            (Kind::Number, 0 | 1) => {
                schema["type"] = json!("integer");
                "type-narrowed"
            }
            (Kind::Number, _) => {
                *schema = json!({"oneOf": [{"type": "boolean"}, {"type": "number"}]});
                "became-union"
            }
            (Kind::Word, 0..=2) => {
                about = "entirely new".to_owned();
                schema["enum"].as_array_mut()?.push(json!(about));
                "enum-value-added"
            }
            (Kind::Word, _) => {
                about = format!("other-{name}-{thing}");
                schema["enum"].as_array_mut()?.remove(1);
                "enum-value-removed"
            }
            (Kind::List, 0 | 1) => {
                schema["items"] = json!({"type": "integer"});
                about = format!("`Thing{thing}.{name}[]`");
                "type-changed"
            }
            (Kind::List, _) => {
                schema["maxItems"] = json!(4);
                "constraint-tightened"
            }
            (Kind::Other, _) => return None,
        },
    };
    Some(Expected {
        rule: anything,
        about,
        touched: shape.touched(thing),
    })
}

/// Changes an operation.
fn edit_operation(document: &mut Value, n: usize, way: usize) -> Expected {
    let operation = &mut document["paths"][format!("/do{n}")]["post"];
    let (rule, about, ways) = match way % 6 {
        0 => {
            operation["deprecated"] = json!(true);
            ("operation-deprecated", format!("POST /do{n}"), (true, true))
        }
        1 => {
            let new = json!({"in": "query", "name": "verbose", "schema": {"type": "boolean"}});
            operation["parameters"].as_array_mut().unwrap().push(new);
            ("parameter-added", "`verbose`".to_owned(), (true, false))
        }
        2 => {
            operation["parameters"] = json!([]);
            ("parameter-removed", "`limit`".to_owned(), (true, false))
        }
        3 => {
            operation["responses"]["404"] = json!({"description": "none"});
            ("error-status-added", "404".to_owned(), (false, true))
        }
        4 => {
            operation["parameters"][0]["required"] = json!(true);
            (
                "parameter-became-required",
                "`limit`".to_owned(),
                (true, false),
            )
        }
        _ => {
            operation["description"] = json!("What it does.");
            ("description-changed", format!("POST /do{n}"), (true, true))
        }
    };
    Expected {
        rule,
        about,
        touched: BTreeMap::from([(format!("POST /do{n}"), ways)]),
    }
}

fn touched(change: &Change) -> BTreeMap<String, (bool, bool)> {
    let all = change.operations.iter();
    all.map(|t| {
        (
            t.operation.clone(),
            (t.sent.is_some(), t.received.is_some()),
        )
    })
    .collect()
}

fn check(found: &[Change], expected: &[Expected]) -> Result<(), String> {
    let mut left: Vec<&Change> = found.iter().collect();
    for wanted in expected {
        let place = left.iter().position(|change| {
            let subject = change.subject.as_deref() == Some(&wanted.about);
            change.rule.id == wanted.rule
                && (subject || change.text.contains(&wanted.about))
                && touched(change) == wanted.touched
        });
        match place {
            Some(n) => {
                left.remove(n);
            }
            None => return Err(format!("{wanted:?} is not among {:#?}", described(found))),
        }
    }
    if left.is_empty() {
        Ok(())
    } else {
        let left: Vec<Change> = left.into_iter().cloned().collect();
        Err(format!("unexpected: {:#?}", described(&left)))
    }
}

fn described(changes: &[Change]) -> Vec<String> {
    let all = changes.iter();
    all.map(|e| format!("{}: {} {:?}", e.rule.id, e.text, touched(e)))
        .collect()
}

/// A change by what it is and where, seen from the other side if so asked.
fn image(change: &Change, mirrored: bool) -> (String, Option<String>, Option<String>) {
    let at =
        |place: &Option<unitune_diff::change::Location>| place.as_ref().map(|p| p.pointer.clone());
    let (base, head) = (at(&change.base), at(&change.head));
    if mirrored {
        (change.rule.mirror.id().to_owned(), head, base)
    } else {
        (change.rule.id.to_owned(), base, head)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn edits_are_reported_and_nothing_else(
        shape in shapes(),
        members in prop::collection::vec((0..100usize, 0..100usize, 0..240usize), 0..6),
        operations in prop::collection::vec((0..100usize, 0..60usize), 0..3),
    ) {
        let before = shape.document();
        let mut after = before.clone();
        let mut expected = Vec::new();
        let mut done = BTreeSet::new();
        for (thing, member, way) in members {
            let thing = thing % shape.things.len();
            let member = member % shape.things[thing].len();
            if done.insert((thing, member)) {
                expected.extend(edit_member(&mut after, &shape, thing, member, way));
            }
        }
        let mut done = BTreeSet::new();
        for (n, way) in operations {
            let n = n % shape.operations.len();
            if done.insert(n) {
                expected.push(edit_operation(&mut after, n, way));
            }
        }
        let (old, new) = (document("old.json", &before), document("new.json", &after));
        prop_assert!(compare(&old, &old).is_empty());
        prop_assert!(compare(&new, &new).is_empty());
        let there = compare(&old, &new);
        if let Err(why) = check(&there, &expected) {
            prop_assert!(false, "{}", why);
        }
        let back = compare(&new, &old);
        let mut one: Vec<_> = there.iter().map(|change| image(change, true)).collect();
        let mut other: Vec<_> = back.iter().map(|change| image(change, false)).collect();
        one.sort();
        other.sort();
        prop_assert_eq!(one, other);
        for change in &there {
            for touched in &change.operations {
                prop_assert!(touched.sent.is_none_or(|level| Some(level) == change.rule.sent));
                prop_assert!(touched.received.is_none_or(|level| Some(level) == change.rule.received));
            }
        }
    }
}
