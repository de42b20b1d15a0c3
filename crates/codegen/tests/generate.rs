//! What a small document with every shape becomes.

use serde_json::{Value, json};
use unitune_codegen::{Settings, generate, surface};

/// A document with one of each: lists, unions of every kind, a cycle, enums
/// that are only sent, a filter, a header, a download.
fn document() -> Value {
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Example", "version": "1"},
        "servers": [{
            "url": "https://{host}/v1",
            "variables": {"host": {"default": "api.example"}}
        }],
        "paths": {
            "/jobs": {"get": {
                "operationId": "listJobs",
                "description": "Lists jobs.",
                "parameters": [
                    {"in": "header", "name": "x-account", "schema": {"type": "string"}},
                    {"in": "query", "name": "limit",
                     "schema": {"type": "integer", "minimum": 1, "default": 20}},
                    {"in": "query", "name": "metadata", "style": "deepObject", "explode": true,
                     "schema": {"type": "object", "nullable": true,
                                "additionalProperties": {"type": "string"}}},
                    {"in": "query", "name": "order", "schema": {"$ref": "#/components/schemas/Order"}},
                ],
                "responses": {"200": {"description": "", "content": {"application/json":
                    {"schema": {"$ref": "#/components/schemas/JobList"}}}}},
            }},
            "/jobs/{id}/content": {"get": {
                "operationId": "downloadJob",
                "parameters": [{"in": "path", "name": "id", "required": true,
                                "schema": {"type": "string"}}],
                "responses": {"200": {"description": "", "content": {"application/octet-stream":
                    {"schema": {"type": "string", "format": "binary"}}}}},
            }},
            "/files": {"post": {
                "operationId": "uploadFile",
                "requestBody": {"content": {"multipart/form-data": {"schema": {"type": "object"}}}},
                "responses": {"200": {"description": ""}},
            }},
            "/graders": {"post": {
                "operationId": "runGrader",
                "requestBody": {"required": true, "content": {"application/json":
                    {"schema": {"$ref": "#/components/schemas/Grader"}}}},
                "responses": {"204": {"description": ""}},
            }},
        },
        "components": {"schemas": {
            "Order": {"type": "string", "enum": ["asc", "desc"]},
            "Status": {"type": "string", "enum": ["queued", "running"]},
            "JobList": {"type": "object", "required": ["data"], "properties": {
                "data": {"type": "array", "x-unitune-lenient": true,
                         "items": {"$ref": "#/components/schemas/Job"}},
            }},
            "Job": {"type": "object", "required": ["id", "status", "error"], "properties": {
                "id": {"type": "string", "description": "Its id."},
                "status": {"$ref": "#/components/schemas/Status"},
                "error": {"type": "string", "nullable": true},
                "batch_size": {"$ref": "#/components/schemas/BatchSize"},
                "created_at": {"type": "string", "format": "date-time"},
                "parent": {"allOf": [{"$ref": "#/components/schemas/Job"}], "nullable": true},
                "type": {"type": "string", "deprecated": true},
            }},
            "BatchSize": {"oneOf": [
                {"type": "integer"}, {"$ref": "#/components/schemas/BatchSizeMax"},
            ]},
            "BatchSizeMax": {"type": "string", "enum": ["max"]},
            "Grader": {"oneOf": [
                {"$ref": "#/components/schemas/GraderPython"},
                {"$ref": "#/components/schemas/GraderMulti"},
            ]},
            "GraderPython": {"type": "object", "required": ["type", "source"], "properties": {
                "type": {"$ref": "#/components/schemas/Python"},
                "source": {"type": "string"},
                "token": {"type": "string", "format": "password"},
            }},
            "GraderMulti": {"type": "object", "required": ["type", "graders"], "properties": {
                "type": {"$ref": "#/components/schemas/Multi"},
                "graders": {"type": "array", "items": {"$ref": "#/components/schemas/Grader"}},
            }},
            "Python": {"type": "string", "enum": ["python"]},
            "Multi": {"type": "string", "enum": ["multi"]},
        }},
    })
}

#[test]
fn the_surface_of_every_shape() {
    insta::assert_snapshot!(surface(&document(), &Settings::default()).unwrap());
}

#[test]
fn generation_is_deterministic() {
    let once = generate(&document(), &Settings::default()).unwrap();
    let again = generate(&document(), &Settings::default()).unwrap();
    assert_eq!(once, again);
}

#[test]
fn the_runtime_s_path_can_be_chosen() {
    let settings = Settings {
        runtime: "::unitune".to_owned(),
    };
    let source = generate(&document(), &settings).unwrap();
    assert!(source.contains("::unitune::wire::Extra"));
    assert!(!source.contains("crate::wire"));
}

fn error_of(change: impl FnOnce(&mut Value)) -> unitune_codegen::Error {
    let mut document = document();
    change(&mut document);
    generate(&document, &Settings::default()).unwrap_err()
}

/// What an allOf says is all expressed, or an error: nothing is left out.
#[test]
fn what_cannot_be_put_together_is_an_error() {
    let text = json!({"type": "string"});
    let object = json!({"type": "object", "properties": {"a": text}});
    for case in [
        json!({"allOf": [object, {"oneOf": [text, {"type": "integer"}]}]}),
        json!({"allOf": [text, {"type": "string", "maxLength": 1}]}),
        json!({"allOf": [object, {"type": "object", "properties": {"a": {"type": "integer"}}}]}),
        json!({"oneOf": [text, {"type": "integer"}], "properties": {"a": text}}),
        json!({"type": "object", "properties": {"a": text}, "additionalProperties": text}),
    ] {
        let error = error_of(|d| d["components"]["schemas"]["Case"] = case.clone());
        assert!(
            error.pointer.starts_with("/components/schemas/Case"),
            "{case}: {error}"
        );
    }
}

#[test]
fn branches_made_of_parts_are_selected_by_their_tag() {
    let mut document = document();
    let branch = |tag: &str| {
        json!({"allOf": [
            {"type": "object", "properties": {"v": {"type": "string"}}},
            {"type": "object", "required": ["k"], "properties": {"k": {"type": "string", "enum": [tag]}}}
        ]})
    };
    let schemas = &mut document["components"]["schemas"];
    schemas["CaseP"] = branch("p");
    schemas["CaseQ"] = branch("q");
    schemas["Case"] = json!({"oneOf": [
        {"$ref": "#/components/schemas/CaseP"}, {"$ref": "#/components/schemas/CaseQ"}
    ]});
    let source = generate(&document, &Settings::default()).unwrap();
    assert!(source.contains("Where `k` is `q`."), "{source}");
}

/// A vendor's new member, value or parameter does not take the Rust name of an older one,
/// and the surface says which name on the wire has which Rust name.
#[test]
fn a_new_name_is_not_mistaken_for_an_older_one() {
    let lines = |change: &dyn Fn(&mut Value)| -> Vec<String> {
        let mut document = document();
        change(&mut document);
        let surface = surface(&document, &Settings::default()).unwrap();
        surface.lines().map(str::to_owned).collect()
    };
    let before = lines(&|_| {});
    let text = json!({"type": "string"});
    let after = lines(&|d| {
        let schemas = &mut d["components"]["schemas"];
        schemas["Job"]["properties"]["Batch_size"] = text.clone();
        schemas["Job"]["properties"]["Id"] = text.clone();
        schemas["Status"]["enum"] = json!(["Queued", "queued", "running"]);
        schemas["BatchSizeWord"] = json!({"type": "string", "enum": ["MAX"]});
        let branch = json!({"$ref": "#/components/schemas/BatchSizeWord"});
        schemas["BatchSize"]["oneOf"]
            .as_array_mut()
            .unwrap()
            .insert(0, branch);
        let limit = json!({"in": "query", "name": "Limit", "schema": text});
        let parameters = &mut d["paths"]["/jobs"]["get"]["parameters"];
        parameters.as_array_mut().unwrap().push(limit);
    });
    let new: Vec<&String> = after.iter().filter(|line| !before.contains(line)).collect();
    assert_eq!(
        new,
        [
            "enum types::BatchSize::Max_ = \"MAX\"",
            "enum types::Status::Queued_ = \"Queued\"",
            "fn ListJobsOptions: fn limit_in_query(mut self, value: impl Into<String>) -> Self",
            "struct ListJobsOptions.limit_in_query: Option<String> = \"Limit\"",
            "struct types::Job.batch_size_: Option<String> = \"Batch_size\"",
            "struct types::Job.id_: Option<String> = \"Id\"",
        ]
    );
    assert!(before.iter().all(|line| after.contains(line)));
    // Where the older name goes, the Rust name changes its meaning, and the surface too.
    let replaced = lines(&|d| {
        let job = d["components"]["schemas"]["Job"].as_object_mut().unwrap();
        let properties = job["properties"].as_object_mut().unwrap();
        let id = properties.remove("id").unwrap();
        properties.insert("ID".to_owned(), id);
        job["required"] = json!(["ID", "status", "error"]);
    });
    assert!(replaced.contains(&"struct types::Job.id: String = \"ID\"".to_owned()));
}

/// A component may be called `A` or `Visitor`.
#[test]
fn generated_generics_have_names_that_no_component_has() {
    let mut document = document();
    // With a union that is only sent, and one that is received, all that is written is there.
    let job = &mut document["components"]["schemas"]["Job"]["properties"];
    job["grader"] = json!({"$ref": "#/components/schemas/Grader"});
    let source = generate(&document, &Settings::default()).unwrap();
    let types = &source[..source.find("pub struct ListJobsOptions").unwrap()];
    let generics = types.split("fn ").skip(1).filter_map(|function| {
        let (_, rest) = function.split_once('(')?.0.split_once('<')?;
        Some(rest.trim_end_matches('>'))
    });
    let generics = generics.flat_map(|list| list.split(','));
    let generics = generics.map(|one| one.split(':').next().unwrap_or_default().trim());
    let helpers = types.split_whitespace().collect::<Vec<_>>();
    let helpers = helpers.windows(3).filter_map(|words| match words {
        [before, "struct", name] if *before != "pub" => Some(*name),
        _ => None,
    });
    let mut count = 0;
    for name in generics
        .chain(helpers)
        .filter(|name| !name.starts_with('\''))
    {
        assert!(name.starts_with("__"), "{name}");
        count += 1;
    }
    assert!(count > 20, "{count} names in {types}");
}

#[test]
fn errors_name_the_place() {
    let dangling = error_of(|d| {
        d["components"]["schemas"]["Job"]["properties"]["status"]["$ref"] =
            json!("#/components/schemas/Gone");
    });
    assert_eq!(
        dangling.pointer,
        "/components/schemas/Job/properties/status"
    );
    let nameless = error_of(|d| {
        let operation = d["paths"]["/jobs"]["get"].as_object_mut().unwrap();
        operation.remove("operationId");
    });
    assert_eq!(nameless.pointer, "/paths/~1jobs/get");
    let undeclared = error_of(|d| {
        d["paths"]["/jobs/{id}/content"]["get"]["parameters"] = json!([]);
    });
    assert!(undeclared.message.contains("\"id\""), "{undeclared}");
    let twice = error_of(|d| {
        d["paths"]["/jobs/{id}/content"]["get"]["operationId"] = json!("listJobs");
    });
    assert!(twice.message.contains("operationId"), "{twice}");
}

/// `openapiv3` skips members that it does not know; what it skips is an error.
#[test]
fn nothing_of_a_document_is_lost_in_reading() {
    let schema = |schema: Value| error_of(|d| d["components"]["schemas"]["Case"] = schema).pointer;
    let case = "/components/schemas/Case";
    for (given, at) in [
        (json!({"type": "string", "const": "a"}), "/const"),
        (
            json!({"type": "array", "items": {"type": "integer", "prefixItems": [{}]}}),
            "/items/prefixItems",
        ),
        (
            json!({"$ref": "#/components/schemas/Job", "nullable": true}),
            "/nullable",
        ),
        (
            json!({"type": "object", "properties": {"a/b": {"type": "string", "if": {"a": 1}}}}),
            "/properties/a~1b/if",
        ),
    ] {
        assert_eq!(schema(given), format!("{case}{at}"));
    }
    let status = error_of(|d| {
        d["paths"]["/jobs"]["get"]["responses"]["2000"] = json!({"description": ""});
    });
    assert_eq!(status.pointer, "/paths/~1jobs/get/responses/2000");
}

/// Of a part that cannot be read the innermost place is named.
#[test]
fn what_cannot_be_read_is_named_by_its_innermost_place() {
    let schema = |schema: Value| error_of(|d| d["components"]["schemas"]["Case"] = schema).pointer;
    let case = "/components/schemas/Case";
    for (given, at) in [
        (json!({"type": ["string", "null"]}), ""),
        (
            json!({"items": {"type": "string", "minLength": -1}}),
            "/items",
        ),
        (
            json!({"oneOf": [{}, {"properties": {"a": {"exclusiveMinimum": 1}}}]}),
            "/oneOf/1/properties/a",
        ),
        (
            json!({"additionalProperties": {"required": true}}),
            "/additionalProperties",
        ),
    ] {
        assert_eq!(schema(given), format!("{case}{at}"));
    }
    let media = error_of(|d| {
        let body = &mut d["paths"]["/graders"]["post"]["requestBody"];
        body["content"]["application/json"]["schema"] = json!({"type": 1});
    });
    assert_eq!(
        media.pointer,
        "/paths/~1graders/post/requestBody/content/application~1json/schema"
    );
    let whole = error_of(|d| d["info"] = json!("x"));
    assert_eq!(whole.pointer, "");
}
