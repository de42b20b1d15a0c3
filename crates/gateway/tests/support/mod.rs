//! A gateway over a sandbox, both on loopback.
#![allow(dead_code)]

use std::net::SocketAddr;

use serde_json::Value;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use unitune::providers::{Account, Providers};
use unitune::{openai, together, truefoundry};
use unitune_gateway::{Config, Server};
use unitune_sandbox::{Builder, Sandbox};

pub struct Gateway {
    pub sandbox: Sandbox,
    pub addr: SocketAddr,
    pub http: reqwest::Client,
    stop: Option<oneshot::Sender<()>>,
    task: Option<JoinHandle<()>>,
}

/// The accounts `openai`, `together` and `truefoundry` of a sandbox.
pub fn accounts(sandbox: &Sandbox) -> Providers {
    let mut providers = Providers::new();
    let openai = openai::Client::builder()
        .base_url(sandbox.openai_base_url())
        .api_key(sandbox.openai_key());
    let together = together::Client::builder()
        .base_url(sandbox.together_base_url())
        .api_key(sandbox.together_key());
    let truefoundry = truefoundry::Client::builder()
        .base_url(sandbox.truefoundry_base_url())
        .api_key(sandbox.truefoundry_key());
    for account in [
        Account::with_backend("openai", openai.retries(0).build().unwrap()),
        Account::with_backend("together", together.retries(0).build().unwrap()),
        Account::with_backend("truefoundry", truefoundry.retries(0).build().unwrap()),
    ] {
        providers.add(account).unwrap();
    }
    providers
}

impl Gateway {
    pub async fn start() -> Self {
        Self::with(Sandbox::builder(), Config::default()).await
    }

    pub async fn with(sandbox: Builder, config: Config) -> Self {
        let sandbox = sandbox.start().await.unwrap();
        let providers = accounts(&sandbox);
        Self::over(sandbox, &providers, config).await
    }

    pub async fn over(sandbox: Sandbox, providers: &Providers, config: Config) -> Self {
        let server = Server::bind(([127, 0, 0, 1], 0).into(), providers, config);
        let server = server.await.unwrap();
        let addr = server.addr();
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(server.run(async {
            let _ = stopped.await;
        }));
        Self {
            sandbox,
            addr,
            // Reading the machine's certificates takes longer than most of these tests.
            http: reqwest::Client::builder()
                .tls_certs_only([])
                .build()
                .unwrap(),
            stop: Some(stop),
            task: Some(task),
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.http.get(self.url(path))).await
    }

    pub async fn get_at(&self, path: &str, account: &str) -> Answer {
        let request = self.http.get(self.url(path));
        Answer::of(request.header("x-tfy-provider-name", account)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.http.post(self.url(path)).json(&body)).await
    }

    /// An id of a vendor's seeded jobs in some status.
    pub fn job(&self, vendor: &str, status: &str) -> String {
        let jobs = self.sandbox.seeded_jobs();
        let found = jobs.iter().find(|job| {
            job.vendor.name() == vendor && job.status == status && job.deviation.is_none()
        });
        found
            .unwrap_or_else(|| panic!("no {status} at {vendor}"))
            .id
            .clone()
    }

    /// Tells the gateway to end, and gives the task that does.
    pub fn end(&mut self) -> JoinHandle<()> {
        let _ = self.stop.take().unwrap().send(());
        self.task.take().unwrap()
    }
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Answer {
    pub async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let text = response.text().await.unwrap();
        assert!(headers.contains_key("x-request-id"), "{status} {text}");
        Self {
            status,
            headers,
            body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
        }
    }

    #[track_caller]
    pub fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body
    }

    /// The error's parameter and message; it must be OpenAI's body.
    #[track_caller]
    pub fn error(&self, status: u16) -> (String, String) {
        assert_eq!(self.status, status, "{}", self.body);
        let error = &self.body["error"];
        assert_eq!(error.as_object().unwrap().len(), 4, "{error}");
        assert!(error["type"].is_string(), "{error}");
        let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        (text("param"), text("message"))
    }
}
