//! What the normal form cannot express: it is compared as it was written, through
//! renames and moves, and a difference is breaking unless a table says that it
//! changes nothing on the wire.
#![allow(clippy::unwrap_used)] // A test that cannot go on stops.

use crate::diff_support;

use diff_support::{changes, fixture, merge, rules, skeleton};
use serde_json::{Value, json};
use std::path::Path;
use unitune_diff::Change;

#[test]
fn rules_about_what_is_lowered_have_fixtures_that_trigger_exactly_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/diff_rules");
    let mut count = 0;
    for file in std::fs::read_dir(&folder).unwrap() {
        let path = file.unwrap().path();
        let id = path.file_stem().unwrap().to_str().unwrap();
        let rule = unitune_diff::rules::find(id).unwrap_or_else(|| panic!("no rule {id}"));
        let (base, head) = fixture(&path);
        let found = changes(&base, &head);
        assert_eq!(rules(&found), [id]);
        if !found[0].operations.is_empty() {
            let levels = (found[0].sent, found[0].received);
            assert_eq!(levels, (rule.sent, rule.received), "{id}");
        }
        assert_eq!(rules(&changes(&head, &base)), [rule.mirror.id()], "{id}");
        for same in [base, head] {
            assert!(changes(&same, &same).is_empty(), "{id}");
        }
        count += 1;
    }
    assert_eq!(count, 5);
}

/// The skeleton with these changes.
fn with(patch: &Value) -> Value {
    let mut document = skeleton();
    merge(&mut document, patch);
    document
}

fn found(base: &Value, head: &Value) -> Vec<Change> {
    changes(&with(base), &with(head))
}

/// The one change between two documents, which touches that many operations.
fn only(base: &Value, head: &Value, rule: &str, operations: usize) {
    let changes = found(base, head);
    assert_eq!(rules(&changes), [rule]);
    assert_eq!(changes[0].operations.len(), operations, "{rule}");
}

fn thing(schema: &Value) -> Value {
    json!({"components": {"schemas": {"Thing": schema}}})
}

#[test]
fn what_the_lowering_leaves_out_is_breaking_and_names_its_operations() {
    let sides = [
        (
            json!({"patternProperties": {"^x": {"type": "string"}}}),
            json!({"patternProperties": {"^x": {"type": "integer"}}}),
        ),
        (json!({}), json!({"dependentRequired": {"name": ["other"]}})),
        (
            json!({}),
            json!({"anyOf": [{"required": ["name"]}, {"required": ["other"]}]}),
        ),
        (
            json!({"propertyNames": {"maxLength": 8}}),
            json!({"propertyNames": {"maxLength": 4}}),
        ),
    ];
    for (base, head) in sides {
        only(&thing(&base), &thing(&head), "lossy-lowering-changed", 1);
        only(&thing(&head), &thing(&base), "lossy-lowering-changed", 1);
    }
}

#[test]
fn a_second_union_beside_a_union_is_compared() {
    let branches = json!({
        "A": {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}},
        "B": {"type": "object", "required": ["b"], "properties": {"b": {"type": "string"}}},
    });
    let of = |name: &str| {
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let mut patch = thing(&json!({"type": null, "properties": null,
            "oneOf": [reference("A"), reference("B")], "anyOf": [reference(name)]}));
        merge(&mut patch["components"]["schemas"], &branches);
        patch
    };
    only(&of("A"), &of("B"), "lossy-lowering-changed", 1);
}

#[test]
fn what_is_lost_is_followed_through_a_rename() {
    let of = |name: &str, kind: &str| {
        let mut patch = thing(&json!({"properties": {
            "extra": {"$ref": format!("#/components/schemas/{name}")}}}));
        patch["components"]["schemas"][name] = json!({"type": "object",
            "properties": {"v": {"type": "integer"}}, "patternProperties": {"^x": {"type": kind}}});
        patch
    };
    let changes = found(&of("Extra", "string"), &of("Extras", "string"));
    assert_eq!(rules(&changes), ["schema-renamed"]);
    let changes = found(&of("Extra", "string"), &of("Extras", "integer"));
    assert_eq!(
        rules(&changes),
        ["lossy-lowering-changed", "schema-renamed"]
    );
}

#[test]
fn a_schema_that_only_a_lost_keyword_reaches_is_compared_there() {
    let of = |most: u32| {
        let mut patch = thing(&json!({"propertyNames": {"$ref": "#/components/schemas/Name"}}));
        patch["components"]["schemas"]["Name"] = json!({"type": "string", "maxLength": most});
        patch
    };
    only(&of(9), &of(5), "lossy-lowering-changed", 1);
}

#[test]
fn servers_of_an_operation_are_servers() {
    let servers = |url: &str| json!([{"url": url}]);
    let root = json!({"servers": servers("https://a.test")});
    for at in ["path", "operation"] {
        let of = |url: &str| {
            let mut patch = root.clone();
            let place = if at == "path" {
                &mut patch["paths"]["/things"]
            } else {
                &mut patch["paths"]["/things"]["post"]
            };
            place["servers"] = servers(url);
            patch
        };
        only(&root, &of("https://b.test"), "server-replaced", 1);
        only(
            &of("https://b.test"),
            &of("https://c.test"),
            "server-replaced",
            1,
        );
        assert!(found(&root, &of("https://a.test")).is_empty());
    }
}

#[test]
fn a_new_first_server_is_another_default() {
    let of = |urls: &[&str]| {
        let servers: Vec<Value> = urls.iter().map(|url| json!({"url": url})).collect();
        json!({"servers": servers})
    };
    let (a, b) = ("https://a.test", "https://b.test");
    only(&of(&[a, b]), &of(&[b, a]), "servers-reordered", 1);
    only(&of(&[a]), &of(&[b, a]), "servers-reordered", 1);
    only(&of(&[a]), &of(&[a, b]), "server-added", 1);
    let zone = |default: &str| {
        json!({"servers": [{"url": "https://{zone}.test/v1",
            "variables": {"zone": {"default": default}}}]})
    };
    let changes = found(&zone("eu"), &zone("us"));
    assert_eq!(rules(&changes), ["server-replaced"]);
    assert!(changes[0].text.contains("https://us.test/v1"));
}

/// A union of two branches, which say their words themselves or not.
fn union(own: bool, discriminator: &Value) -> Value {
    let branch = |word: &str, member: &str| {
        let kind = if own {
            json!({"type": "string", "enum": [word]})
        } else {
            json!({"type": "string"})
        };
        json!({"type": "object", "required": ["kind", "sort"], "properties": {
            "kind": kind, "sort": {"type": "string"}, member: {"type": "string"}}})
    };
    let mut part = json!({"oneOf": [
        {"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}]});
    if !discriminator.is_null() {
        part["discriminator"] = discriminator.clone();
    }
    json!({"components": {"schemas": {
        "Thing": {"properties": {"part": part}},
        "A": branch("a", "left"), "B": branch("b", "right")}}})
}

#[test]
fn discriminators_are_compared_as_they_are_written() {
    let by = |property: &str| json!({"propertyName": property});
    let with = |word: &str| {
        json!({"propertyName": "kind", "mapping": {
            word: "#/components/schemas/A", "b": "#/components/schemas/B"}})
    };
    let cases = [
        (true, by("kind"), by("sort"), "discriminator-changed"),
        (false, by("kind"), by("sort"), "discriminator-changed"),
        (false, by("kind"), Value::Null, "discriminator-changed"),
        (true, with("a"), Value::Null, "discriminator-restated"),
        (false, with("a"), with("x"), "discriminator-changed"),
        (true, with("a"), with("x"), "discriminator-restated"),
    ];
    for (own, one, other, rule) in cases {
        only(&union(own, &one), &union(own, &other), rule, 1);
        only(&union(own, &other), &union(own, &one), rule, 1);
    }
}

#[test]
fn a_mapping_follows_its_schema_to_a_new_name() {
    let before = union(
        false,
        &json!({"propertyName": "kind", "mapping": {
            "a": "#/components/schemas/A", "b": "#/components/schemas/Second"}}),
    );
    let spelled = |name: &str| {
        let text = before
            .to_string()
            .replace("schemas/B\"", "schemas/Second\"");
        let text = text
            .replace("\"B\":", "\"Second\":")
            .replace("Second", name);
        serde_json::from_str::<Value>(&text).unwrap()
    };
    let changes = found(&spelled("Second"), &spelled("Seconds"));
    assert_eq!(rules(&changes), ["schema-renamed"]);
}

#[test]
fn the_places_of_a_tuple_have_an_order() {
    let of = |items: &Value| {
        thing(&json!({"properties": {"pair": {"type": "array", "prefixItems": items}}}))
    };
    let text = json!({"type": "string"});
    let whole = json!({"type": "integer"});
    let one = of(&json!([text, whole]));
    only(&one, &of(&json!([whole, text])), "tuple-changed", 1);
    only(&one, &of(&json!([text, text])), "tuple-changed", 1);
}

#[test]
fn a_union_that_comes_down_to_a_branch_is_one_change() {
    let whole = union(true, &Value::Null);
    let mut one = whole.clone();
    let method = |branches: &Value| json!({"Method": {"oneOf": branches}});
    let a = json!({"$ref": "#/components/schemas/A"});
    let b = json!({"$ref": "#/components/schemas/B"});
    let part = json!({"$ref": "#/components/schemas/Method"});
    let mut both = whole;
    for document in [&mut one, &mut both] {
        document["components"]["schemas"]["Thing"] =
            json!({"properties": {"part": part, "other": part, "a": a}});
    }
    merge(&mut both["components"]["schemas"], &method(&json!([a, b])));
    merge(&mut one["components"]["schemas"], &method(&json!([a])));
    let changes = found(&both, &one);
    let told: Vec<&Change> = changes
        .iter()
        .filter(|change| !change.rule.id.starts_with("unused-"))
        .collect();
    assert_eq!(told.len(), 1, "{:?}", rules(&changes));
    assert_eq!(told[0].text, "`Method` must be `A`, it could be `A` or `B`");
}

#[test]
fn a_schema_is_not_called_by_its_own_name() {
    let any = |schema: &Value| {
        let mut patch =
            thing(&json!({"properties": {"any": {"$ref": "#/components/schemas/Any"}}}));
        patch["components"]["schemas"]["Any"] = schema.clone();
        patch
    };
    let object = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let changes = found(&any(&json!({})), &any(&object));
    assert_eq!(
        changes[0].text,
        "`Any` must be an object, it could be anything"
    );
}
