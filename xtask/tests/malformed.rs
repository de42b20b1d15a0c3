//! What is wrong with a document, or with our own files, is an error that
//! names its place; nothing is written.
#![allow(clippy::unwrap_used)] // A test that cannot go on stops.

use crate::support;

use support::Workspace;

/// What is wrong with a document, where the message says it is.
const MALFORMED: &[(&str, &str, &str, &[&str])] = &[
    ("bad YAML", "paths:\n", "paths: [\n", &["openapi.yaml:"]),
    ("a tab", "  /jobs:\n", "\t/jobs:\n", &["openapi.yaml:"]),
    (
        "a key twice",
        "info: {",
        "info: {title: A, version: '1'}\ninfo: {",
        &["openapi.yaml:3"],
    ),
    (
        "no OpenAPI",
        "openapi: 3.1.0",
        "swagger: '2.0'",
        &["openapi.yaml at /", "openapi is missing"],
    ),
    (
        "another version",
        "openapi: 3.1.0",
        "openapi: 4.0.0",
        &["/openapi", "4.0.0"],
    ),
    (
        "no answers",
        "      responses:\n        '200':\n          description: The jobs.",
        "      answers:\n        '200':\n          description: The jobs.",
        &["/paths/~1jobs/get", "answers"],
    ),
    (
        "text for a boolean",
        "required: true, schema",
        "required: 'yes', schema",
        &[
            "/paths/~1jobs~1{id}/get/parameters/0/required",
            "true or false",
        ],
    ),
    (
        "a bare null in a oneOf",
        "{anyOf: [{type: string}, {type: 'null'}]}",
        "{oneOf: [{type: string}, null]}",
        &["/components/schemas/Job/properties/error/oneOf/1"],
    ),
    (
        "a dangling reference",
        "items: {$ref: '#/components/schemas/Job'}",
        "items: {$ref: '#/components/schemas/Gone'}",
        &[
            "/paths/~1jobs/get/responses/200/content/application~1json/schema/properties/data/items/$ref",
            "dangling",
        ],
    ),
    (
        "a reference elsewhere",
        "items: {$ref: '#/components/schemas/Job'}",
        "items: {$ref: 'jobs.yaml#/Job'}",
        &["leads out of the document"],
    ),
    (
        "a path parameter too many",
        "/jobs/{id}:",
        "/jobs/{job}:",
        &["/paths/~1jobs~1{id}/get"],
    ),
    (
        "a parameter that the path lacks",
        "- {name: id, in: path",
        "- {name: key, in: path",
        &["/paths/~1jobs~1{id}/get/parameters", "{key}", "{id}"],
    ),
    (
        "a place that is none",
        "name: limit, in: query",
        "name: limit, in: nowhere",
        &["/paths/~1jobs/get/parameters/0"],
    ),
    (
        "an operationId twice",
        "operationId: oneJob",
        "operationId: allJobs",
        &["/operationId", "allJobs"],
    ),
    (
        "a schema made of itself",
        "    Job:\n      type: object",
        "    Job:\n      allOf: [{$ref: '#/components/schemas/Job'}, {$ref: '#/components/schemas/Other'}]",
        &["/components/schemas/Job", "made of itself"],
    ),
    (
        "a schema that only refers to itself",
        "data: {type: array, items: {$ref: '#/components/schemas/Job'}}",
        "data: {$ref: '#/paths/~1jobs/get/responses/200/content/application~1json/schema/properties/data'}",
        &["made of itself"],
    ),
    (
        "an unknown keyword",
        "status: {type: string,",
        "status: {type: string, frobnicate: 1,",
        &[
            "/components/schemas/Job/properties/status/frobnicate",
            "unknown keyword",
            "crates/diff/src/keywords.rs",
        ],
    ),
    (
        "an unknown keyword of an operation",
        "operationId: allJobs",
        "operationId: allJobs\n      frobnicate: 1",
        &["/paths/~1jobs/get/frobnicate"],
    ),
    (
        "a type that is none",
        "id: {type: string}",
        "id: {type: text}",
        &["/components/schemas/Job/properties/id/type"],
    ),
    (
        "an empty enum",
        "enum: [running, done]",
        "enum: []",
        &["/components/schemas/Job/properties/status/enum"],
    ),
    (
        "a number for a schema",
        "id: {type: string}",
        "id: 7",
        &["/components/schemas/Job/properties/id"],
    ),
    (
        "an operation that is gone",
        "  /jobs:\n",
        "  /tasks:\n",
        &["/paths/~1jobs/get", "not in the document"],
    ),
];

#[test]
fn malformed_input_is_an_error_with_its_place_and_writes_nothing() {
    for (what, from, to, words) in MALFORMED {
        let workspace = Workspace::new();
        workspace.run(&["codegen"]).passes();
        let before = workspace.specs();
        workspace.edit("upstream/acme/openapi.yaml", from, to);
        println!("{what}");
        workspace.run(&["codegen"]).fails(words);
        assert_eq!(before, workspace.specs(), "{what}");
    }
}

#[test]
fn what_is_outside_the_slice_does_not_matter() {
    let workspace = Workspace::new();
    workspace.run(&["codegen"]).passes();
    let before = workspace.get("specs/acme/openapi.json");
    workspace.edit(
        "upstream/acme/openapi.yaml",
        "Other: {type: object,",
        "Other: {type: object, frobnicate: 1,",
    );
    workspace.edit(
        "upstream/acme/openapi.yaml",
        "operationId: other",
        "operationId: other\n      frobnicate: 1",
    );
    workspace.run(&["codegen"]).passes();
    assert_eq!(before, workspace.get("specs/acme/openapi.json"));
}

#[test]
fn faults_of_our_own_files_are_named() {
    for (what, file, from, to, words) in [
        (
            "an action without a match",
            "overlay.yaml",
            "schemas.JobStatus",
            "schemas.JobState",
            &[
                "action 1 ($.components.schemas.JobState)",
                "matches nothing",
                "[components]",
                "delete the action",
            ][..],
        ),
        (
            "nothing to describe",
            "overlay.yaml",
            "error: {description",
            "fault: {description",
            &["nothing there to describe at /components/schemas/Job/properties/fault"],
        ),
        (
            "no description",
            "overlay.yaml",
            "description: One job.",
            "deprecated: true",
            &["/components/schemas/Job", "has no description"],
        ),
        (
            "the vendor's words",
            "overlay.yaml",
            "One job.",
            "A job, as Acme says it.",
            &["the vendor's words"],
        ),
        (
            "an inline enum",
            "overlay.yaml",
            "error: {description: Why it failed.}",
            "error: {description: Why it failed., enum: [a, b]}",
            &[
                "/components/schemas/Job/properties/error",
                "make it a component of its own",
            ],
        ),
        (
            "a keyword that the normal form lacks",
            "overlay.yaml",
            "update: {description: Lists all jobs.}",
            "update: {description: Lists all jobs., summary: Jobs.}",
            &["/paths/~1jobs/get/summary", "leave it out"],
        ),
        (
            "bad YAML",
            "overlay.yaml",
            "actions:",
            "actions: [",
            &["overlay.yaml:"],
        ),
        (
            "bad TOML",
            "source.toml",
            "vendor =",
            "vendor",
            &["source.toml:2"],
        ),
        (
            "an unknown key",
            "source.toml",
            "title =",
            "titel =",
            &["source.toml:", "titel"],
        ),
        (
            "a rename of nothing",
            "source.toml",
            "ListJobsResponse =",
            "ListJobResponse =",
            &[
                "source.toml: ",
                "ListJobResponse",
                "renames nothing: if the vendor",
            ],
        ),
        (
            "one name for two",
            "source.toml",
            "ListJobsResponse = \"JobList\"",
            "ListJobsResponse = \"Job\"",
            &["source.toml: [components]", "Job", "not the same: give one"],
        ),
        (
            "two operations of one name",
            "source.toml",
            "\"retrieveJob\"",
            "\"listJobs\"",
            &["\"listJobs\" names two operations"],
        ),
        (
            "an operation that the document does not have",
            "source.toml",
            "\"GET /jobs/{id}\"",
            "\"GET /jobs/{job}\"",
            &[
                "GET /jobs/{job} is not in the document",
                "[operations]",
                "actions",
            ],
        ),
        (
            "no method",
            "source.toml",
            "\"GET /jobs\"",
            "\"/jobs\"",
            &["METHOD /path"],
        ),
        (
            "a missing document",
            "source.toml",
            "acme/openapi.yaml",
            "acme/gone.yaml",
            &["gone.yaml", "no such file"],
        ),
    ] {
        let workspace = Workspace::new();
        workspace.run(&["codegen"]).passes();
        workspace.edit(&format!("specs/acme/{file}"), from, to);
        let before = workspace.specs();
        println!("{what}");
        workspace.run(&["codegen"]).fails(words);
        assert_eq!(before, workspace.specs(), "{what}");
    }
}
