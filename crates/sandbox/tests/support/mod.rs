//! What the sandbox's tests share: a small client, and validation against the vendors' documents.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

pub mod session;

use jsonschema::Validator;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use unitune_sandbox::{Sandbox, SeededJob, Vendor};

/// A sandbox's answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
    pub headers: reqwest::header::HeaderMap,
}

/// A client that goes to the sandbox and nowhere else.
pub fn client() -> reqwest::Client {
    client_builder().build().unwrap()
}

/// What such clients are built with.
pub fn client_builder() -> reqwest::ClientBuilder {
    // Another test of this binary may have installed it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // Reading the machine's certificates took longer than all else that these tests do.
    reqwest::Client::builder().no_proxy().tls_certs_only([])
}

/// Sends a request with the vendor's key.
pub async fn send(
    sandbox: &Sandbox,
    vendor: Vendor,
    method: &str,
    path: &str,
    body: Option<Value>,
) -> Answer {
    let url = format!("{}{path}", sandbox.base_url(vendor));
    let method = method.parse().unwrap();
    let mut request = client().request(method, url).bearer_auth(vendor.key());
    if let Some(body) = body {
        request = request.json(&body);
    }
    read(request.send().await.unwrap()).await
}

/// GET with the vendor's key.
pub async fn get(sandbox: &Sandbox, vendor: Vendor, path: &str) -> Answer {
    send(sandbox, vendor, "GET", path, None).await
}

/// POST with the vendor's key.
pub async fn post(sandbox: &Sandbox, vendor: Vendor, path: &str, body: Value) -> Answer {
    send(sandbox, vendor, "POST", path, Some(body)).await
}

/// The path of a vendor's list of jobs.
pub fn jobs_path(vendor: Vendor) -> &'static str {
    match vendor.name() {
        "together" => "/fine-tunes",
        "fireworks" => "/v1/accounts/sandbox/supervisedFineTuningJobs",
        _ => "/fine_tuning/jobs",
    }
}

/// The path of a seeded job.
pub fn job_path(job: &SeededJob) -> String {
    match job.vendor.name() {
        // The id says which list it is in.
        "fireworks" => format!("/v1/accounts/sandbox/{}", job.id),
        _ => format!("{}/{}", jobs_path(job.vendor), job.id),
    }
}

/// Reads a response to its end.
pub async fn read(response: reqwest::Response) -> Answer {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = response.bytes().await.unwrap();
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Answer {
        status,
        body,
        headers,
    }
}

/// A vendor's document, ready to validate answers. Documents and validators are made once for each test binary.
pub struct Document {
    document: Value,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

static DOCUMENTS: Mutex<BTreeMap<PathBuf, Option<&'static Document>>> = Mutex::new(BTreeMap::new());

impl Document {
    /// The committed normal form, if there is one.
    pub fn committed(vendor: Vendor) -> Option<&'static Document> {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../specs");
        let path = PathBuf::from(root).join(vendor.name()).join("openapi.json");
        Document::load(path, |text| serde_json::from_str(text).unwrap())
    }

    /// The vendor's full document, where the upstream documents are at hand.
    pub fn upstream(vendor: Vendor) -> Option<&'static Document> {
        let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/upstream");
        let root = std::env::var_os("UNITUNE_UPSTREAM").map_or(default.into(), PathBuf::from);
        let path = root.join(vendor.name()).join("openapi.yaml");
        Document::load(path, |text| serde_saphyr::from_str(text).unwrap())
    }

    fn load(path: PathBuf, parse: fn(&str) -> Value) -> Option<&'static Document> {
        let mut documents = DOCUMENTS.lock().unwrap();
        let read = || {
            let mut document = parse(&std::fs::read_to_string(&path).ok()?);
            modernise(&mut document);
            let validators = Mutex::default();
            Some(&*Box::leak(Box::new(Document {
                document,
                validators,
            })))
        };
        *documents.entry(path.clone()).or_insert_with(read)
    }

    /// Whether the document has this operation at all.
    pub fn has(&self, method: &str, path: &str) -> bool {
        self.document["paths"][path][method].is_object()
    }

    /// What is wrong with a 200 answer to an operation, in one line per error.
    pub fn errors(&self, method: &str, path: &str, body: &Value) -> Vec<String> {
        let validator = self.validator(method, path);
        let errors = validator.iter_errors(body);
        errors
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect()
    }

    fn validator(&self, method: &str, path: &str) -> Arc<Validator> {
        let mut validators = self.validators.lock().unwrap();
        let build = || {
            let response = &self.document["paths"][path][method]["responses"]["200"];
            let schema = &response["content"]["application/json"]["schema"];
            assert!(schema.is_object(), "no schema for {method} {path}");
            let schema = json!({"allOf": [schema], "components": self.document["components"]});
            let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012);
            Arc::new(options.build(&schema).unwrap())
        };
        Arc::clone(
            validators
                .entry(format!("{method} {path}"))
                .or_insert_with(build),
        )
    }
}

/// OpenAPI 3.0's own words for null and for open bounds, in those of JSON Schema.
fn modernise(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(modernise),
        Value::Object(object) => {
            object.values_mut().for_each(modernise);
            for (open, closed) in [
                ("exclusiveMinimum", "minimum"),
                ("exclusiveMaximum", "maximum"),
            ] {
                if object.get(open) == Some(&Value::Bool(true)) {
                    let bound = object.remove(closed).unwrap();
                    object.insert(open.into(), bound);
                }
            }
            if object.get("nullable") == Some(&Value::Bool(true)) {
                object.remove("nullable");
                let inner = std::mem::take(object);
                object.insert("anyOf".into(), json!([inner, {"type": "null"}]));
            }
        }
        _ => {}
    }
}
