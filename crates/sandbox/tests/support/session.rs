//! Calls whose answers are validated against the vendor's documents on the way.

use super::{Answer, Document, client, read};
use serde_json::Value;
use unitune_sandbox::{Sandbox, Vendor};

/// A client of one vendor of one sandbox.
pub struct Session<'a> {
    pub sandbox: &'a Sandbox,
    pub vendor: Vendor,
    documents: Vec<&'static Document>,
}

impl<'a> Session<'a> {
    /// A client that validates against every document that is at hand.
    pub fn new(sandbox: &'a Sandbox, vendor: Vendor) -> Session<'a> {
        // One vendor's full document knows no null, which the service writes for what is not set; the committed one does.
        let full = Document::upstream(vendor).filter(|_| vendor != Vendor::Fireworks);
        let documents = [Document::committed(vendor), full];
        Session {
            sandbox,
            vendor,
            documents: documents.into_iter().flatten().collect(),
        }
    }

    /// Sends JSON. `path` is the document's path; its `{…}` are replaced by `values` in order, and a query may follow.
    pub async fn call(
        &self,
        method: &str,
        path: &str,
        values: &[&str],
        query: &str,
        body: Option<Value>,
    ) -> Answer {
        let mut filled = String::new();
        let mut values = values.iter();
        for part in path.split('/').skip(1) {
            filled.push('/');
            match part.split_once('}') {
                // A verb may follow: `{id}:cancel`.
                Some((_, verb)) => {
                    filled.push_str(values.next().unwrap());
                    filled.push_str(verb);
                }
                None => filled.push_str(part),
            }
        }
        let url = format!("{}{filled}{query}", self.sandbox.base_url(self.vendor));
        let mut request = client()
            .request(method.parse().unwrap(), url)
            .bearer_auth(self.vendor.key());
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.checked(method, path, request).await
    }

    /// GET.
    pub async fn get(&self, path: &str, values: &[&str], query: &str) -> Value {
        self.ok("GET", path, values, query, None).await
    }

    /// POST.
    pub async fn post(&self, path: &str, values: &[&str], body: Value) -> Value {
        self.ok("POST", path, values, "", Some(body)).await
    }

    /// A call that must succeed.
    pub async fn ok(
        &self,
        method: &str,
        path: &str,
        values: &[&str],
        query: &str,
        body: Option<Value>,
    ) -> Value {
        let answer = self.call(method, path, values, query, body).await;
        assert_eq!(answer.status, 200, "{method} {path}: {}", answer.body);
        answer.body
    }

    /// A call that must be rejected; the error body.
    pub async fn rejected(
        &self,
        status: u16,
        method: &str,
        path: &str,
        values: &[&str],
        body: Option<Value>,
    ) -> Value {
        let answer = self.call(method, path, values, "", body).await;
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
        assert!(
            answer.body["error"]["message"].is_string(),
            "{}",
            answer.body
        );
        assert!(answer.body["error"]["type"].is_string(), "{}", answer.body);
        answer.body["error"].clone()
    }

    /// Uploads a file by multipart.
    pub async fn upload(
        &self,
        path: &str,
        fields: &[(&'static str, &str)],
        name: &str,
        content: &str,
    ) -> Answer {
        let part = reqwest::multipart::Part::text(content.to_owned()).file_name(name.to_owned());
        let mut form = reqwest::multipart::Form::new();
        for (name, value) in fields {
            form = form.text(*name, (*value).to_owned());
        }
        let url = format!("{}{path}", self.sandbox.base_url(self.vendor));
        let request = client().post(url).bearer_auth(self.vendor.key());
        self.checked("POST", path, request.multipart(form.part("file", part)))
            .await
    }

    /// Downloads something that is not JSON.
    pub async fn download(&self, path: &str) -> Vec<u8> {
        let url = format!("{}{path}", self.sandbox.base_url(self.vendor));
        let response = client()
            .get(url)
            .bearer_auth(self.vendor.key())
            .send()
            .await
            .unwrap();
        assert_eq!(response.status().as_u16(), 200);
        response.bytes().await.unwrap().to_vec()
    }

    async fn checked(&self, method: &str, path: &str, request: reqwest::RequestBuilder) -> Answer {
        let answer = read(request.send().await.unwrap()).await;
        let method = method.to_lowercase();
        for document in &self.documents {
            if answer.status == 200 && document.has(&method, path) {
                let errors = document.errors(&method, path, &answer.body);
                assert_eq!(
                    errors,
                    Vec::<String>::new(),
                    "{method} {path}: {}",
                    answer.body
                );
            }
        }
        answer
    }
}

/// A JSONL file of chat examples.
pub fn chat(examples: usize) -> String {
    let line = r#"{"messages":[{"role":"user","content":"Q"},{"role":"assistant","content":"A"}]}"#;
    format!("{line}\n").repeat(examples)
}
