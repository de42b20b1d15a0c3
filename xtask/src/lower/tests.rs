//! Every rule of the lowering has at least one case here: what it gets, what
//! it makes of it. A test pins that none is left out.

mod cases;

use super::{MENDS, Mode, Purpose, lower, rules};
use crate::report::Report;
use cases::cases;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use unitune_diff::keywords::{self, Kind, Treatment};

/// Components that the cases refer to.
fn shared() -> Value {
    json!({
        "Text": {"type": "string"},
        "Object": {"type": "object", "properties": {"a": {"type": "string"}}},
        "Null": {"type": "null"},
        "Sizes": {"type": "string", "enum": ["big", "small"]}
    })
}

/// Lowers one schema, standing at `/components/schemas/Case`.
fn case(schema: &Value, mode: Mode) -> crate::located_error::Result<(Value, Report)> {
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {},
        "components": {"schemas": shared()}
    });
    document["components"]["schemas"]["Case"] = schema.clone();
    let mut report = Report::default();
    let lowered = lower("x.yaml", &document, mode, &mut report)?;
    Ok((lowered["components"]["schemas"]["Case"].clone(), report))
}

#[test]
fn every_case_is_lowered_and_reported() {
    for (rule, before, after) in cases() {
        let (lowered, report) =
            case(&before, Mode::default()).unwrap_or_else(|e| panic!("{before}: {e}"));
        assert_eq!(lowered, after, "{rule}: {before}");
        let line = report.lines.iter().find(|line| line.rule == rule);
        let line = line.unwrap_or_else(|| panic!("{rule} has no line for {before}: {report}"));
        assert!(line.pointer.starts_with("/components/schemas/"), "{line}");
    }
}

/// What a rule makes needs no rule any more.
#[test]
fn lowering_twice_changes_nothing() {
    for (rule, before, _) in cases() {
        let (once, _) = case(&before, Mode::default()).unwrap();
        let (twice, _) = case(&once, Mode::default()).unwrap();
        assert_eq!(once, twice, "{rule}: {before}");
    }
}

#[test]
fn every_rule_has_a_case() {
    let known: BTreeSet<&str> = cases().iter().map(|(rule, _, _)| *rule).collect();
    for rule in rules::RULES {
        assert!(known.contains(rule.id), "{} has no case", rule.id);
    }
    for key in keywords::keys(Kind::Schema) {
        if let Treatment::Drop(rule, why) = key.treatment {
            assert!(known.contains(rule), "{rule} has no case");
            assert!(!why.is_empty());
        }
    }
}

/// A list of types is two schemas in one: each of them is lowered as it would
/// be alone, whatever keyword stands in it.
#[test]
fn the_branches_of_a_list_of_types_are_lowered_like_any_schema() {
    for (rule, before, _) in cases() {
        let Some(own) = before.get("type").and_then(Value::as_str) else {
            continue;
        };
        let union = ["oneOf", "anyOf", "allOf", "$ref"];
        if own == "null" || union.iter().any(|keyword| before.get(*keyword).is_some()) {
            continue;
        }
        // Another type that has none of the keywords, and none of the values.
        let mut split = before.clone();
        split["type"] = json!([own, "boolean"]);
        if own == "boolean" {
            split["type"] = json!([own, "array"]);
        }
        let (lowered, report) = case(&split, Mode::default()).unwrap();
        let (again, _) = case(&lowered, Mode::default()).unwrap();
        assert_eq!(lowered, again, "{rule}: {split}");
        assert!(lowered.get("type").is_none_or(Value::is_string), "{split}");
        let mut document =
            json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {}});
        document["components"] = json!({"schemas": {"Case": lowered.clone()}});
        crate::validate::validate("x.yaml", &document)
            .unwrap_or_else(|e| panic!("{rule}: {split} is {lowered}: {e}"));
        assert!(!report.lines.is_empty(), "{split}");
    }
}

#[test]
fn prose_is_taken_out_and_counted() {
    let schema = json!({
        "type": "object", "title": "T", "description": "D", "example": 1, "examples": [1],
        "externalDocs": {"url": "u"}, "$comment": "C", "x-more": 1,
        "properties": {"title": {"type": "string", "description": "D"}, "x-kept": {"type": "string"}}
    });
    let (lowered, report) = case(&schema, Mode::default()).unwrap();
    assert_eq!(
        lowered,
        json!({"type": "object", "properties": {"title": {"type": "string"}, "x-kept": {"type": "string"}}})
    );
    assert_eq!(report.prose["description"], 2);
    assert_eq!(report.prose["x-*"], 1);
}

#[test]
fn our_own_words_stay() {
    let compared = Mode {
        purpose: Purpose::Compare,
        mend: false,
    };
    let schema = json!({"type": "array", "items": {}, "description": "Ours.", "x-unitune-lenient": true, "x-other": 1});
    let (lowered, _) = case(&schema, compared).unwrap();
    assert_eq!(
        lowered,
        json!({"type": "array", "items": {}, "description": "Ours.", "x-unitune-lenient": true})
    );
}

#[test]
fn what_is_wrong_is_an_error_with_its_pointer() {
    let at = |rest: &str| format!("/components/schemas/Case{rest}");
    for (schema, pointer) in [
        (
            json!({"type": "string", "frobnicate": 1}),
            at("/frobnicate"),
        ),
        (
            json!({"type": "string", "nullable": "true"}),
            at("/nullable"),
        ),
        (json!({"oneOf": [{"type": "string"}, null]}), at("/oneOf/1")),
        (json!({"type": ["string", null]}), at("/type")),
        (json!({"type": 7}), at("/type")),
        (json!({"type": "strng"}), at("/type")),
        (json!({"type": ["string", "file"]}), at("/type")),
        (json!({"type": "string", "minLength": -1}), at("/minLength")),
        (
            json!({"type": "object", "properties": []}),
            at("/properties"),
        ),
        (
            json!({"type": "object", "properties": {"a": "string"}}),
            at("/properties/a"),
        ),
        (json!({"type": "object", "required": true}), at("/required")),
        (json!({"allOf": {}}), at("/allOf")),
        (json!("string"), at("")),
    ] {
        let faults = case(&schema, Mode::default()).unwrap_err();
        assert_eq!(
            faults.0[0].pointer.as_deref(),
            Some(pointer.as_str()),
            "{schema}"
        );
    }
}

#[test]
fn unambiguous_mistakes_are_corrected_in_that_mode() {
    let mend = Mode {
        mend: true,
        ..Mode::default()
    };
    for (rule, before, after) in [
        (
            "text-for-boolean",
            json!({"type": "string", "nullable": "true"}),
            json!({"type": "string", "nullable": true}),
        ),
        (
            "bare-null",
            json!({"oneOf": [{"type": "string"}, null]}),
            json!({"type": "string", "nullable": true}),
        ),
        (
            "bare-null",
            json!({"type": ["string", null]}),
            json!({"type": "string", "nullable": true}),
        ),
        (
            "number-for-text",
            json!({"type": "string", "pattern": 7}),
            json!({"type": "string", "pattern": "7"}),
        ),
        (
            "empty-list",
            json!({"type": "string", "enum": []}),
            json!({"type": "string"}),
        ),
        (
            "unknown-keyword",
            json!({"type": "string", "frobnicate": 1}),
            json!({"type": "string"}),
        ),
    ] {
        let (lowered, report) = case(&before, mend).unwrap();
        assert_eq!(lowered, after, "{before}");
        assert!(
            report.lines.iter().any(|line| line.rule == rule),
            "{before}"
        );
        assert!(MENDS.contains(&rule));
        assert!(case(&before, Mode::default()).is_err(), "{before}");
    }
}

/// Rewrites outside schemas.
#[test]
fn the_document_around_the_schemas_is_lowered() {
    let document = json!({
        "openapi": "3.1.0",
        "jsonSchemaDialect": "d",
        "info": {"title": "t", "version": "1", "summary": "s", "license": {"name": "MIT", "identifier": "MIT"}},
        "webhooks": {"w": {}},
        "paths": {"/a": {"summary": "s", "get": {
            "tags": ["t"], "servers": [], "callbacks": {},
            "responses": {"200": {"description": "d", "links": {}, "content": {"a/b": {"itemSchema": {}}}},
                "400": {"$ref": "#/components/responses/Bad", "description": "d", "content": {}}}
        }}},
        "components": {"responses": {"Bad": {"description": "d", "headers": {"h": {"allowReserved": true, "schema": {"type": "string"}}}}}}
    });
    let mut report = Report::default();
    let lowered = lower("x.yaml", &document, Mode::default(), &mut report).unwrap();
    assert_eq!(
        lowered,
        json!({
            "openapi": "3.0.3",
            "info": {"title": "t", "version": "1", "license": {"name": "MIT"}},
            "paths": {"/a": {"get": {"responses": {
                "200": {"content": {"a/b": {}}},
                "400": {"$ref": "#/components/responses/Bad"}
            }}}},
            "components": {"responses": {"Bad": {"headers": {"h": {"schema": {"type": "string"}}}}}}
        })
    );
    let rules: BTreeSet<&str> = report.lines.iter().map(|line| line.rule).collect();
    for rule in [
        "webhooks",
        "dialect",
        "licence-identifier",
        "local-servers",
        "callbacks",
        "links",
        "item-schema",
        "ref-siblings",
        "header-keywords",
    ] {
        assert!(rules.contains(rule), "{rule}");
    }
}

#[test]
fn names_that_begin_with_x_are_names_where_there_are_no_extensions() {
    let document = json!({
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "1"},
        "paths": {"x-internal": {}, "/a": {"get": {
            "parameters": [{"$ref": "#/components/parameters/X-Account"}],
            "responses": {"x-note": {}, "200": {"description": "",
                "headers": {"X-Rate": {"schema": {"type": "string"}}},
                "content": {"x-own/type": {"schema": {"type": "string"}}}}}
        }}},
        "components": {"parameters": {"X-Account":
            {"in": "header", "name": "X-Account", "schema": {"type": "string"}}}}
    });
    let mut report = Report::default();
    let lowered = lower("x.yaml", &document, Mode::default(), &mut report).unwrap();
    assert!(lowered["components"]["parameters"]["X-Account"].is_object());
    let operation = &lowered["paths"]["/a"]["get"];
    assert!(operation["responses"]["200"]["headers"]["X-Rate"].is_object());
    assert!(operation["responses"]["200"]["content"]["x-own/type"].is_object());
    assert!(operation["responses"].get("x-note").is_none());
    assert!(lowered["paths"].get("x-internal").is_none());
}

#[test]
fn an_operation_of_3_1_needs_no_responses() {
    let document = |version: &str| {
        json!({
            "openapi": version,
            "info": {"title": "t", "version": "1"},
            "paths": {"/a": {"get": {}}}
        })
    };
    let mut report = Report::default();
    let newer = lower("x.yaml", &document("3.1.0"), Mode::default(), &mut report).unwrap();
    assert!(newer["paths"]["/a"]["get"]["responses"]["default"].is_object());
    assert!(report.lines.iter().any(|line| line.rule == "no-responses"));
    let older = lower("x.yaml", &document("3.0.3"), Mode::default(), &mut report);
    assert!(older.unwrap_err().to_string().contains("responses"));
}
