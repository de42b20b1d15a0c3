//! `cargo xtask codegen`, run as a program on workspaces of its own.
#![allow(clippy::unwrap_used)] // A test that cannot go on stops.

#[path = "../../tests/support/https.rs"]
mod https;
use crate::support;

use std::io::{Read, Write};
use std::net::TcpListener;
use support::{DOCUMENT, Workspace};

#[test]
fn writes_the_normal_form_and_records_what_it_read() {
    let workspace = Workspace::new();
    workspace.run(&["codegen"]).passes();
    let document: serde_json::Value =
        serde_json::from_str(&workspace.get("specs/acme/openapi.json")).unwrap();
    assert_eq!(document["openapi"], "3.0.3");
    assert_eq!(document["info"]["title"], "Acme jobs");
    let schemas = &document["components"]["schemas"];
    assert_eq!(
        schemas["JobStatus"]["enum"],
        serde_json::json!(["done", "running", "waiting"])
    );
    assert_eq!(
        schemas["Job"]["properties"]["status"],
        serde_json::json!({"allOf": [{"$ref": "#/components/schemas/JobStatus"}], "description": "Its state."})
    );
    assert_eq!(schemas["Job"]["properties"]["error"]["nullable"], true);
    assert!(schemas.get("Other").is_none());
    assert_eq!(document["paths"]["/jobs"]["get"]["operationId"], "listJobs");
    let source = workspace.get("specs/acme/source.toml");
    for kept in [
        "# Where it comes from.",
        "# the whole of it",
        "# instead of",
        "version = \"1.4.0\"",
    ] {
        assert!(source.contains(kept), "{source}");
    }
    assert!(source.contains("sha256 = \""), "{source}");
}

#[test]
fn twice_is_as_good_as_once() {
    let workspace = Workspace::new();
    workspace.run(&["codegen"]).passes();
    let once = workspace.specs();
    let run = workspace.run(&["codegen", "acme"]).passes();
    assert!(run.stderr.contains("up to date"), "{run:?}");
    assert_eq!(once, workspace.specs());
    workspace.run(&["codegen", "--check"]).passes();
}

#[test]
fn the_order_of_the_document_does_not_matter() {
    let workspace = Workspace::new();
    workspace.run(&["codegen"]).passes();
    let before = workspace.get("specs/acme/openapi.json");
    workspace.edit(
        "upstream/acme/openapi.yaml",
        "enum: [running, done]",
        "enum: [done, running]",
    );
    workspace.edit(
        "upstream/acme/openapi.yaml",
        "required: [id, status]",
        "required: [status, id]",
    );
    workspace.run(&["codegen"]).passes();
    assert_eq!(before, workspace.get("specs/acme/openapi.json"));
}

#[test]
fn check_shows_a_diff_and_writes_nothing() {
    let workspace = Workspace::new();
    workspace.run(&["codegen"]).passes();
    let before = workspace.specs();
    workspace.edit(
        "upstream/acme/openapi.yaml",
        "[running, done]",
        "[running, done, lost]",
    );
    let run = workspace.run(&["codegen", "--check"]).fails(&["stale"]);
    assert!(
        run.stdout.contains("+          \"lost\",") || run.stdout.contains("\"lost\""),
        "{run:?}"
    );
    assert!(run.stdout.contains("openapi.json (committed)"), "{run:?}");
    assert_eq!(before, workspace.specs());
}

#[test]
fn check_works_without_the_upstream_documents() {
    let workspace = Workspace::new();
    workspace.run(&["codegen"]).passes();
    let nowhere = workspace.path("nowhere");
    let run = workspace
        .run_with(&["codegen", "--check"], &nowhere)
        .passes();
    for words in ["were not compared (acme)", "nowhere", "UNITUNE_UPSTREAM"] {
        assert!(run.stderr.contains(words), "{words}: {run:?}");
    }
    assert!(!run.stderr.contains("everything is up to date"), "{run:?}");
    // Not in normal form.
    let good = workspace.get("specs/acme/openapi.json");
    workspace.put("specs/acme/openapi.json", &good.replace("  ", " "));
    workspace
        .run_with(&["codegen", "--check"], &nowhere)
        .fails(&[
            "not in normal form",
            "make the changes that the diff above shows",
            "were not compared",
        ]);
    // A correction was taken back by hand.
    workspace.put(
        "specs/acme/openapi.json",
        &good.replace("Lists all jobs.", "Lists."),
    );
    workspace
        .run_with(&["codegen", "--check"], &nowhere)
        .fails(&["the overlay is not in it"]);
    // Not OpenAPI 3.0.
    workspace.put(
        "specs/acme/openapi.json",
        &good.replace("\"type\": \"string\"", "\"type\": \"text\""),
    );
    workspace
        .run_with(&["codegen", "--check"], &nowhere)
        .fails(&["not OpenAPI 3.0", "/components/schemas"]);
    // Not there.
    std::fs::remove_file(workspace.path("specs/acme/openapi.json")).unwrap();
    workspace
        .run_with(&["codegen", "--check"], &nowhere)
        .fails(&["openapi.json"]);
}

#[test]
fn one_vendor_that_fails_keeps_all_from_being_written() {
    let workspace = Workspace::new();
    for file in ["source.toml", "overlay.yaml"] {
        let text = workspace.get(&format!("specs/acme/{file}"));
        workspace.put(
            &format!("specs/zenith/{file}"),
            &text
                .replace("\"acme\"", "\"zenith\"")
                .replace("acme/openapi", "zenith/openapi"),
        );
    }
    workspace.put(
        "upstream/zenith/openapi.yaml",
        &DOCUMENT.replace("type: string", "type: text"),
    );
    let before = workspace.specs();
    workspace.run(&["codegen"]).fails(&["zenith"]);
    assert_eq!(before, workspace.specs());
    workspace.run(&["codegen", "acme"]).passes();
    workspace
        .run(&["codegen", "nobody"])
        .fails(&["unknown vendor \"nobody\""]);
}

#[test]
fn from_takes_files_and_folders() {
    let workspace = Workspace::new();
    workspace.put("new/spec.yaml", &DOCUMENT.replace("1.4.0", "1.5.0"));
    let nowhere = workspace.path("nowhere");
    let file = workspace.path("new/spec.yaml");
    workspace
        .run_with(
            &["codegen", "acme", "--from", file.to_str().unwrap()],
            &nowhere,
        )
        .passes();
    assert!(workspace.get("specs/acme/source.toml").contains("1.5.0"));
    workspace.put("newer/openapi.yaml", &DOCUMENT.replace("1.4.0", "1.6.0"));
    let folder = workspace.path("newer");
    workspace
        .run_with(&["codegen", "--from", folder.to_str().unwrap()], &nowhere)
        .passes();
    assert!(workspace.get("specs/acme/source.toml").contains("1.6.0"));
    let missing = workspace.path("new/gone.yaml");
    workspace
        .run_with(&["codegen", "--from", missing.to_str().unwrap()], &nowhere)
        .fails(&["gone.yaml"]);
}

#[test]
fn from_needs_to_know_which_document_it_is() {
    let workspace = Workspace::new();
    workspace.edit(
        "specs/acme/source.toml",
        "[operations]",
        "[[document]]\nfile = \"acme/more.yaml\"\n\n[operations]",
    );
    workspace.put("new/spec.yaml", DOCUMENT);
    let file = workspace.path("new/spec.yaml");
    workspace
        .run(&["codegen", "acme", "--from", file.to_str().unwrap()])
        .fails(&["spec.yaml", "which [[document]]"]);
}

#[test]
fn from_gives_all_documents_or_none() {
    let workspace = Workspace::new();
    workspace.edit(
        "specs/acme/source.toml",
        "[operations]",
        "[[document]]\nfile = \"acme/more.yaml\"\n\n[operations]",
    );
    workspace.put("upstream/acme/more.yaml", DOCUMENT);
    let path = |file: &str| workspace.path(file).to_str().unwrap().to_owned();
    let (one, other) = (
        path("upstream/acme/openapi.yaml"),
        path("upstream/acme/more.yaml"),
    );
    let before = workspace.specs();
    workspace.run(&["codegen", "acme", "--from", &one]).fails(&[
        "source.toml",
        "acme/more.yaml would be left out",
        "folder",
    ]);
    assert_eq!(before, workspace.specs());
    workspace
        .run(&["codegen", "acme", "--from", &one, &other])
        .passes();
    let folder = path("upstream/acme");
    workspace
        .run(&["codegen", "acme", "--from", &folder])
        .passes();
}

#[test]
fn an_operation_id_that_stands_twice_matters_only_where_it_is_selected() {
    let workspace = Workspace::new();
    let edit = |from: &str| {
        workspace.put(
            "upstream/acme/openapi.yaml",
            &DOCUMENT.replace(from, "operationId: allJobs"),
        );
    };
    edit("operationId: other");
    workspace.run(&["codegen"]).passes();
    edit("operationId: oneJob");
    workspace.run(&["codegen"]).fails(&[
        "/paths/~1jobs~1{id}/get/operationId",
        "is also that of /paths/~1jobs/get",
    ]);
}

#[test]
fn pages_and_documents_merge() {
    let workspace = Workspace::new();
    workspace.edit(
        "specs/acme/source.toml",
        "[operations]",
        "[[document]]\nfile = \"acme/page.md\"\n\n[operations]",
    );
    let page = |document: &str| {
        format!("# A page\n\n```bash\ncurl\n```\n\n````yaml GET /jobs\n{document}````\n")
    };
    workspace.put("upstream/acme/page.md", &page(DOCUMENT));
    workspace.run(&["codegen"]).passes();
    workspace.put(
        "upstream/acme/page.md",
        &page(&DOCUMENT.replace("[running, done]", "[running]")),
    );
    workspace
        .run(&["codegen"])
        .fails(&["page.md at /components/schemas/Job", "contradicts"]);
    workspace.put("upstream/acme/page.md", "# No block\n");
    workspace
        .run(&["codegen"])
        .fails(&["page.md:1", "no fenced block"]);
    workspace.put(
        "upstream/acme/page.md",
        &page(&DOCUMENT.replace("paths:\n", "paths: [\n")),
    );
    workspace.run(&["codegen"]).fails(&["page.md:1"]);
}

#[test]
fn rendered_pages_are_checked() {
    let workspace = Workspace::new();
    workspace.edit(
        "specs/acme/source.toml",
        "[operations]",
        "[[check]]\nfile = \"acme/list.txt\"\noperation = \"listJobs\"\n\n[operations]",
    );
    workspace.put(
        "upstream/acme/list.txt",
        "{\n  \"data\": [{\"id\": \"x\"}]\n}\nQuery Parameters\n\nlimit\ninteger\n",
    );
    workspace.run(&["codegen"]).passes();
    workspace.put(
        "upstream/acme/list.txt",
        "{\n  \"data\": [{\"id\": \"x\", \"owner\": 1}]\n}\nQuery Parameters\n\nafter\nstring\n",
    );
    workspace
        .run(&["codegen"])
        .fails(&["list.txt", "/data/0/owner", "\"after\""]);
}

#[test]
fn the_overlay_brings_handwritten_operations() {
    let workspace = Workspace::new();
    workspace.edit(
        "specs/acme/source.toml",
        "[components]",
        "[handwritten]\n\"DELETE /jobs/{id}\" = \"deleteJob\"\n\n[components]",
    );
    workspace
        .run(&["codegen"])
        .fails(&["does not bring deleteJob"]);
    let text = workspace.get("specs/acme/overlay.yaml");
    workspace.put(
        "specs/acme/overlay.yaml",
        &format!("{text}  - target: $.paths['/jobs/{{id}}']\n    update:\n      delete:\n        description: Deletes a job.\n        parameters: [{{name: id, in: path, required: true, description: Which., schema: {{type: string}}}}]\n        responses: {{'200': {{description: Gone., content: {{application/json: {{schema: {{$ref: '#/components/schemas/Job'}}}}}}}}}}\n"),
    );
    workspace.run(&["codegen"]).passes();
    let document = workspace.get("specs/acme/openapi.json");
    assert!(
        document.contains("\"operationId\": \"deleteJob\""),
        "{document}"
    );
    workspace.run(&["codegen", "--check"]).passes();
    workspace.edit(
        "specs/acme/source.toml",
        "\"DELETE /jobs/{id}\" = \"deleteJob\"\n",
        "",
    );
    workspace
        .run(&["codegen"])
        .fails(&["does not name", "/paths/~1jobs~1{id}/delete"]);
}

#[test]
fn the_report_names_every_rewrite() {
    let workspace = Workspace::new();
    let run = workspace.run(&["codegen", "--report"]).passes();
    for line in [
        "exclusive-bound          /paths/~1jobs/get/parameters/0/schema/exclusiveMinimum",
        "null-branch              /components/schemas/Job/properties/error/anyOf",
        "2 × description removed",
    ] {
        assert!(
            run.stdout.contains(line) || line.contains('×'),
            "{line}: {run:?}"
        );
    }
    assert!(run.stdout.contains("× description removed"), "{run:?}");
}

/// Answers every request on loopback with one status and body.
fn serve(status: &'static str, body: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = Vec::new();
            let mut buffer = [0; 1024];
            while !request.windows(4).any(|w| w == b"\r\n\r\n") {
                let n = stream.read(&mut buffer).unwrap();
                request.extend_from_slice(&buffer[..n]);
                if n == 0 {
                    break;
                }
            }
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.write_all(body.as_bytes());
        }
    });
    format!("http://{address}/spec/openapi.yaml")
}

#[test]
fn documents_are_fetched_over_http() {
    let workspace = Workspace::new();
    let nowhere = workspace.path("nowhere");
    let url = serve("200 OK", DOCUMENT.to_owned());
    workspace
        .run_with(&["codegen", "acme", "--from", &url], &nowhere)
        .passes();
    let source = workspace.get("specs/acme/source.toml");
    assert!(source.contains(&format!("url = \"{url}\"")), "{source}");
    assert!(source.contains("version = \"1.4.0\""), "{source}");
    let before = workspace.specs();
    let gone = serve("404 Not Found", "no".to_owned());
    workspace
        .run_with(&["codegen", "acme", "--from", &gone], &nowhere)
        .fails(&[&gone, "404"]);
    workspace
        .run_with(
            &["codegen", "acme", "--from", "http://127.0.0.1:1/x.yaml"],
            &nowhere,
        )
        .fails(&["http://127.0.0.1:1/x.yaml"]);
    assert_eq!(before, workspace.specs());
}

#[test]
fn documents_are_fetched_over_https_from_whom_the_machine_trusts() {
    let workspace = Workspace::new();
    let nowhere = workspace.path("nowhere");
    let server = https::serve("200 OK", DOCUMENT.to_owned());
    let url = format!("{}/spec/openapi.yaml", server.url);
    let own = workspace.path("own.pem");
    std::fs::write(&own, &server.certificate).unwrap();
    let other = workspace.path("other.pem");
    let untrusted = https::serve("200 OK", String::new());
    std::fs::write(&other, untrusted.certificate).unwrap();

    let before = workspace.specs();
    let args = ["codegen", "acme", "--from", &url];
    workspace
        .run_under(&args, &nowhere, &[("SSL_CERT_FILE", &other)])
        .fails(&[&url, "certificate"]);
    assert_eq!(before, workspace.specs());
    workspace
        .run_under(&args, &nowhere, &[("SSL_CERT_FILE", &own)])
        .passes();
    let source = workspace.get("specs/acme/source.toml");
    assert!(source.contains(&format!("url = \"{url}\"")), "{source}");
}

/// A program in the place of cargo, which says this and fails.
#[cfg(unix)]
fn failing_cargo(workspace: &Workspace, stdout: &str, stderr: &str) -> std::path::PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let script = format!("#!/bin/sh\necho '{stdout}'\necho '{stderr}' >&2\nexit 101\n");
    workspace.put("failing-cargo", &script);
    let path = workspace.path("failing-cargo");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[cfg(unix)]
#[test]
fn a_library_that_does_not_compile_is_named_with_what_to_do() {
    let workspace = Workspace::new();
    workspace.put("src/unify/generated_files.rs", "");
    let upstream = workspace.path("upstream");
    let from = upstream.join("acme/openapi.yaml");
    let from = from.to_str().unwrap();
    let again = format!("again: cargo xtask codegen acme --from {from}\n");
    let args = ["codegen", "acme", "--from", from];
    let cargo = failing_cargo(&workspace, "out", "error: could not compile `unitune`");
    workspace
        .run_under(&args, &upstream, &[("CARGO", &cargo)])
        .fails(&[
            "the library does not compile",
            "src/unify/acme,",
            &again,
            "written before that:\n",
            "specs/acme/openapi.json",
            "\nout\n",
            "\nerror: could not compile `unitune`",
        ]);
    // The documents are written: the same command goes on with the library.
    let cargo = failing_cargo(&workspace, "1 is not 2", "error: test failed");
    let run = workspace
        .run_under(&args, &upstream, &[("CARGO", &cargo)])
        .fails(&["test that writes", &again.replace('\n', ""), "1 is not 2"]);
    assert!(!run.stderr.contains("does not compile"), "{run:#?}");
    assert!(!run.stderr.contains("written before"), "{run:#?}");
}
