//! What operations become: the requests that functions build, names that are
//! in each other's way, and documents that cannot be expressed.

use serde_json::{Value, json};
use unitune_codegen::{Error, Settings, generate, surface};

/// A document with one operation; what OpenAPI requires but no test is about is
/// filled in.
fn document(path: &str, method: &str, operation: &Value) -> Value {
    let mut operation = operation.clone();
    if operation["responses"].is_null() {
        operation["responses"] = json!({});
    }
    for response in operation["responses"].as_object_mut().unwrap().values_mut() {
        response["description"] = json!("");
    }
    let id = operation["operationId"].as_str().unwrap_or("op").to_owned();
    operation["operationId"] = json!(id);
    let mut document = json!({
        "openapi": "3.0.3",
        "info": {"title": "Example", "version": "1"},
        "paths": {},
        "components": {"schemas": {
            "Order": {"type": "string", "enum": ["asc", "desc"]},
            "Orders": {"type": "array", "items": {"$ref": "#/components/schemas/Order"}},
            "Loop": {"$ref": "#/components/schemas/Loop"},
            "Job": {"type": "object", "properties": {"id": {"type": "string"}}},
        }},
    });
    document["paths"][path] = json!({method: operation});
    document
}

fn parameter(place: &str, name: &str, required: bool, schema: &Value) -> Value {
    json!({"in": place, "name": name, "required": required, "schema": schema})
}

/// The function of the operation `op`, without spaces.
fn function(path: &str, method: &str, operation: &Value) -> String {
    let document = document(path, method, operation);
    let source = generate(&document, &Settings::default()).unwrap();
    let start = source
        .find("pub async fn op(")
        .expect("there is a function");
    source[start..].split_whitespace().collect()
}

/// The lines of the surface that speak of `of`.
fn lines(of: &str, path: &str, method: &str, operation: &Value) -> Vec<String> {
    let document = document(path, method, operation);
    let surface = surface(&document, &Settings::default()).unwrap();
    let lines = surface.lines().filter(|line| line.starts_with(of));
    lines.map(str::to_owned).collect()
}

fn error(path: &str, operation: &Value) -> Error {
    generate(&document(path, "get", operation), &Settings::default()).unwrap_err()
}

#[test]
fn a_function_describes_its_request_in_one_expression() {
    let text = json!({"type": "string"});
    let operation = json!({
        "parameters": [
            parameter("header", "X-Trace", true, &text),
            parameter("header", "x-note", false, &json!({"type": "integer"})),
            parameter("query", "type", false, &json!({"$ref": "#/components/schemas/Order"})),
            parameter("query", "kind", false, &json!({"type": "array", "items": text})),
            parameter("query", "of", true, &json!({"$ref": "#/components/schemas/Orders"})),
            parameter("query", "beta", true, &json!({"type": "boolean"})),
            {"in": "query", "name": "filter", "required": true, "style": "deepObject", "schema": {}},
            {"in": "query", "name": "where", "style": "deepObject", "schema": {}},
            parameter("path", "verb", true, &text),
            parameter("path", "b-c", true, &json!({"type": "integer"})),
        ],
        "requestBody": {"required": false, "content": {"application/json": {
            "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Job"}},
        }}},
        "responses": {"200": {"content": {"application/problem+json": {
            "schema": {"$ref": "#/components/schemas/Job"},
        }}}},
    });
    let function = function("/a/{b-c}:{verb}/d", "patch", &operation);
    let expected = r#"pub async fn op(
            &self,
            b_c: i64,
            verb: &str,
            beta: bool,
            filter: &crate::wire::DeepObject,
            of: &[types::Order],
            x_trace: &str,
            body: &[types::Job],
            options: OpOptions,
        ) -> ::std::result::Result<crate::transport::Response<types::Job>, crate::Error> {
            self.transport
                .request("op", crate::transport::Method::PATCH)
                .path("/a/")
                .segment("b-c", b_c)
                .path(":")
                .segment("verb", verb)
                .path("/d")
                .query("beta", [beta])
                .deep_object("filter", ::std::option::Option::Some(filter))
                .query("kind", options.kind.into_iter().flatten())
                .query("of", of)
                .query("type", options.type_)
                .deep_object("where", options.where_.as_ref())
                .header("X-Trace", [x_trace])
                .header("x-note", options.x_note)
                .json(body)
                .call_json()
                .await
        }"#;
    let expected: String = expected.split_whitespace().collect();
    assert!(function.starts_with(&expected), "{function}");
}

#[test]
fn answers_are_documents_bytes_or_nothing() {
    let answer = |responses: Value| {
        let function = function("/a", "get", &json!({"responses": responses}));
        let calls = ["call_json()", "call_bytes()", "call_empty()"];
        let found = calls.into_iter().find(|call| function.contains(call));
        found.expect("there is a call")
    };
    let json = json!({"content": {"application/json; charset=utf-8": {}}});
    let bytes = json!({"content": {"application/octet-stream": {}}});
    assert_eq!(answer(json!({"200": json})), "call_json()");
    assert_eq!(
        answer(json!({"default": json, "4XX": bytes})),
        "call_json()"
    );
    assert_eq!(
        answer(json!({"200": bytes, "default": json})),
        "call_bytes()"
    );
    assert_eq!(answer(json!({"200": {}, "201": json})), "call_json()");
    assert_eq!(answer(json!({"204": {"content": {}}})), "call_empty()");
    assert_eq!(answer(json!({"400": json})), "call_empty()");
    assert_eq!(answer(json!({})), "call_empty()");
}

#[test]
fn scalars_are_bodies_and_answers_too() {
    for (schema, argument, result) in [
        (json!({"type": "string"}), "&str", "String"),
        (json!({"type": "integer"}), "i64", "i64"),
        (json!({"type": "number"}), "f64", "f64"),
        (json!({"type": "boolean"}), "bool", "bool"),
        (json!({}), "&Value", "Value"),
    ] {
        let content = json!({"content": {"application/json": {"schema": schema}}});
        let operation = json!({"requestBody": content, "responses": {"200": content}});
        let found = lines("fn Client: async", "/a", "post", &operation).join("");
        assert!(
            found.contains(&format!("(&self, body: {argument})")),
            "{found}"
        );
        assert!(found.contains(&format!("::Response<{result}>")), "{found}");
    }
}

#[test]
fn names_are_not_in_each_other_s_way() {
    let text = json!({"type": "string"});
    let required = |name| parameter("query", name, true, &text);
    let optional = |name| parameter("query", name, false, &text);
    let operation = json!({
        "parameters": [
            required("options"), required("body"), required("self"), required("request"),
            required("transport"), optional("new"), optional("default"), optional("value"),
            optional("crate"), optional("1st"), optional("$top"),
        ],
        "requestBody": {"content": {"application/json": {}}},
    });
    assert_eq!(
        lines("fn Client: async", "/a", "post", &operation),
        [
            "fn Client: async fn op(&self, body_: &str, options_: &str, request: &str, \
             self_: &str, transport: &str, body: &Value, options: OpOptions) -> \
             Result<transport::Response<()>, Error>"
        ]
    );
    let fields = lines("struct OpOptions.", "/a", "post", &operation);
    let names: Vec<&str> = fields
        .iter()
        .filter_map(|line| line.split(['.', ':']).nth(1))
        .collect();
    assert_eq!(names, ["N1st", "crate_", "default", "new_", "top", "value"]);
    for (id, function) in [
        ("transport", "transport_"),
        ("withTransport", "with_transport_"),
        ("type", "type_"),
        ("1delete", "N1delete"),
    ] {
        let operation = json!({"operationId": id, "parameters": [optional("a")]});
        let found = lines("fn Client: async", "/a", "get", &operation).join("");
        assert!(found.contains(&format!("fn {function}(")), "{found}");
    }
}

#[test]
fn parameters_with_the_same_rust_name_are_distinguished() {
    let text = json!({"type": "string"});
    let operation = json!({"parameters": [
        parameter("path", "id", true, &text),
        parameter("path", "Id", true, &text),
        parameter("query", "ID", true, &text),
        parameter("query", "a[]", true, &text),
        parameter("query", "a", true, &text),
    ]});
    assert_eq!(
        lines("fn Client: async", "/a/{id}/{Id}", "get", &operation),
        [
            "fn Client: async fn op(&self, id: &str, id_in_path: &str, id_in_query: &str, \
             a: &str, a_in_query: &str) -> Result<transport::Response<()>, Error> \
             where id_in_query = \"ID\", a_in_query = \"a[]\""
        ]
    );
}

/// The source of the function, without its layout.
fn flat(path: &str, method: &str, operation: &Value) -> String {
    let source = function(path, method, operation);
    source.split_whitespace().collect()
}

#[test]
fn lists_in_a_query_follow_their_style() {
    let list = json!({"type": "array", "items": {"type": "string"}});
    for (style, explode, separator) in [
        (None, None, None),
        (None, Some(false), Some(",")),
        (Some("form"), Some(true), None),
        (Some("form"), Some(false), Some(",")),
        (Some("pipeDelimited"), None, Some("|")),
        (Some("pipeDelimited"), Some(true), None),
        (Some("spaceDelimited"), Some(false), Some(" ")),
    ] {
        for required in [true, false] {
            let mut parameter = parameter("query", "list", required, &list);
            if let Some(style) = style {
                parameter["style"] = json!(style);
            }
            if let Some(explode) = explode {
                parameter["explode"] = json!(explode);
            }
            let found = flat("/a", "get", &json!({"parameters": [parameter]}));
            match separator {
                Some(separator) => {
                    let join = format!(".join({separator:?})").replace(' ', "");
                    assert!(found.contains(&join), "{found}");
                }
                None => assert!(!found.contains(".join("), "{found}"),
            }
        }
    }
}

#[test]
fn what_has_no_form_in_a_path_a_header_or_a_query_is_its_text() {
    let list = json!({"type": "array", "items": {"type": "array", "items": {"type": "integer"}}});
    let looped = json!({"$ref": "#/components/schemas/Loop"});
    let operation = json!({"parameters": [
        parameter("path", "id", true, &list),
        parameter("header", "x-list", true, &list),
        parameter("query", "list", true, &list),
        parameter("query", "loop", true, &looped),
        parameter("query", "object", true, &json!({"$ref": "#/components/schemas/Job"})),
        parameter("cookie", "session", true, &list),
    ]});
    assert_eq!(
        lines("fn Client: async", "/a/{id}", "get", &operation),
        [
            "fn Client: async fn op(&self, id: &str, list: &[String], loop_: &str, object: &str, \
             x_list: &str) -> Result<transport::Response<()>, Error>"
        ]
    );
}

#[test]
fn what_cannot_be_expressed_is_an_error_with_its_place() {
    let text = json!({"type": "string"});
    let of = |parameters: Value| json!({"parameters": parameters});
    let id = parameter("path", "id", true, &text);
    for (path, operation, place, words) in [
        ("/a/{id", of(json!([id])), "/get", "does not close"),
        ("/a}/{id}", of(json!([id])), "/get", "none opens"),
        ("a/{id}", of(json!([id])), "", "start with a slash"),
        (
            "/a",
            of(json!([id])),
            "/get",
            "the path names the parameters",
        ),
        (
            "/a/{id}",
            of(json!([])),
            "/get",
            "the path names the parameters",
        ),
        (
            "/a",
            of(json!([{"in": "query", "schema": {}}])),
            "/get/parameters/0",
            "missing field `name`",
        ),
        (
            "/a",
            of(json!([{"name": "x", "schema": {}}])),
            "/get/parameters/0",
            "missing field `in`",
        ),
        (
            "/a",
            of(json!([{"name": "x", "in": "body", "schema": {}}])),
            "/get/parameters/0",
            "unknown variant `body`",
        ),
        (
            "/a",
            of(json!([{"$ref": "#/components/parameters/Gone"}])),
            "/get",
            "not found:",
        ),
        (
            "/a",
            json!({"requestBody": {"required": "no", "content": {}}}),
            "/get/requestBody",
            "invalid type: string \"no\", expected a boolean",
        ),
        (
            "/a",
            json!({"responses": {"200": {"content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/Gone"},
            }}}}}),
            "/get",
            "no component schema \"Gone\"",
        ),
    ] {
        let error = error(path, &operation);
        let pointer = format!("/paths/{}{place}", path.replace('/', "~1"));
        assert_eq!(error.pointer, pointer, "{error}");
        assert!(error.message.contains(words), "{error}");
    }
}
