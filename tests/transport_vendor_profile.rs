//! What differs per vendor belongs to the vendor: a client of a made-up one,
//! with its own authentication, query, errors and answers worth a retry.

use crate::loopback;

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use loopback::clock::{START, TestClock};
use loopback::{Answer, Server};
use serde_json::{Value, json};
use unitune::transport::{
    ApiClient, Authentication, ClientBuilder, Environment, Method, Response, Token, TokenSource,
    Transport, VendorError, VendorProfile,
};
use unitune::{Error, ErrorKind};

static PROFILE: VendorProfile = {
    let environment = Environment {
        key: "MADE_UP_KEY",
        base_url: "MADE_UP_URL",
        path: "",
    };
    let mut profile = VendorProfile::new(
        "made-up",
        "Made Up",
        "https://api.made-up.example",
        environment,
    );
    profile.authentication = Authentication {
        header: "api-key",
        scheme: "",
    };
    profile.query = &[("api-version", "v1")];
    profile.request_id_headers = &["apim-request-id"];
    profile.idempotent_posts = &["stopRun"];
    profile.read_error = |body| {
        let mut error = VendorError::default();
        error.message = body["fault"]["says"].as_str().map(str::to_owned);
        error.code = body["fault"]["number"].as_i64().map(|n| n.to_string());
        error
    };
    // Here 409 means that the thing is there already.
    profile.is_transient =
        |status, error| status == 503 || (status == 400 && error.code.as_deref() == Some("9"));
    profile
};

struct Client(Transport);

impl ApiClient for Client {
    const PROFILE: &'static VendorProfile = &PROFILE;

    fn from_transport(transport: Transport) -> Self {
        Self(transport)
    }
}

impl Client {
    async fn run(&self, operation: &'static str, method: Method) -> Result<Response<Value>, Error> {
        let request = self.0.request(operation, method).path("/runs");
        request.query("page", Some(2)).call_json().await
    }
}

fn builder(server: &Server) -> ClientBuilder<Client> {
    ClientBuilder::<Client>::default()
        .base_url(&server.url)
        .clock(TestClock::new())
        .retries(2)
}

fn fault(status: u16, number: i64) -> Answer {
    Answer::json(json!({"fault": {"says": "so", "number": number}})).status(status)
}

#[tokio::test]
async fn the_key_goes_in_the_vendors_header_and_its_query_with_every_request() {
    let server = Server::start().await;
    let client = builder(&server).api_key("made-up-1").build().unwrap();
    server.answer(Answer::json(json!({})).header("apim-request-id", "r-1"));
    let response = client.run("listRuns", Method::GET).await.unwrap();
    assert_eq!(response.request_id(), Some("r-1"));
    let received = server.last();
    assert_eq!(received.target, "/runs?api-version=v1&page=2");
    assert_eq!(received.header("api-key"), Some("made-up-1"));
    assert_eq!(received.header("authorization"), None);
}

#[tokio::test]
async fn errors_are_read_and_retried_as_the_vendor_has_it() {
    let server = Server::start().await;
    let client = builder(&server).api_key("made-up-1").build().unwrap();
    server.answer(fault(409, 1).header("apim-request-id", "made-up-1/7"));
    let error = client.run("listRuns", Method::GET).await.unwrap_err();
    assert_eq!((error.status(), error.tries()), (Some(409), 1));
    assert_eq!(error.vendor_message(), Some("so"));
    assert_eq!(error.vendor_code(), Some("1"));
    // A key that is repeated in a header comes back from nowhere.
    assert_eq!(error.request_id(), Some("[redacted]"));
    assert_eq!(error.headers()["apim-request-id"], "[redacted]");
    for status in [400, 503] {
        server.answer(fault(status, 9));
        server.answer(Answer::json(json!({"fine": true})));
        let response = client.run("listRuns", Method::GET).await.unwrap();
        assert_eq!(response["fine"], true);
    }
    // What makes something is not sent twice, unless the vendor's list has it.
    server.answer(fault(503, 9));
    let error = client.run("startRun", Method::POST).await.unwrap_err();
    assert_eq!(error.tries(), 1);
    server.answer(fault(503, 9));
    client.run("stopRun", Method::POST).await.unwrap();
}

/// Gives out `token-1`, `token-2` and so on, each for ten minutes.
#[derive(Debug, Default)]
struct Tokens {
    given: Mutex<u64>,
    clock: Option<Arc<TestClock>>,
}

impl TokenSource for Tokens {
    fn token(&self) -> Pin<Box<dyn Future<Output = Result<Token, Error>> + Send + '_>> {
        let mut given = self.given.lock().unwrap();
        *given += 1;
        let token = Token::new(format!("token-{given}"));
        let passed = self
            .clock
            .as_ref()
            .map_or(Duration::ZERO, |clock| clock.passed());
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(START) + passed;
        let token = token.expires_at(now + Duration::from_secs(600));
        Box::pin(async { Ok(token) })
    }
}

fn sent(server: &Server) -> String {
    server
        .last()
        .header("authorization")
        .unwrap_or_default()
        .to_owned()
}

#[tokio::test]
async fn a_token_is_renewed_before_it_expires() {
    use unitune::transport::Clock;
    let server = Server::start().await;
    let clock = TestClock::new();
    let tokens = Arc::new(Tokens {
        clock: Some(Arc::clone(&clock)),
        ..Tokens::default()
    });
    let client = builder(&server).clock(clock.clone()).token_source(tokens);
    let client = client.build().unwrap();
    for (wait, token) in [
        (0, "token-1"),
        (400, "token-1"),
        (100, "token-2"),
        (0, "token-2"),
    ] {
        clock.sleep(Duration::from_secs(wait)).await;
        client.run("listRuns", Method::GET).await.unwrap();
        assert_eq!(sent(&server), format!("Bearer {token}"));
    }
    assert_eq!(server.last().header("api-key"), None);
}

#[tokio::test]
async fn a_token_that_is_rejected_is_renewed_once() {
    let server = Server::start().await;
    let client = builder(&server)
        .token_source(Arc::new(Tokens::default()))
        .retries(0);
    let client = client.build().unwrap();
    server.answer(fault(401, 3));
    // Nothing was done with the rejected one, so that even this is sent again.
    client.run("startRun", Method::POST).await.unwrap();
    assert_eq!(
        (server.count(), sent(&server).as_str()),
        (2, "Bearer token-2")
    );
    server.answer(fault(401, 3));
    server.answer(Answer::json(json!({"fault": {"says": "token-3 is bad"}})).status(401));
    let error = client.run("startRun", Method::POST).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Status, Some(401))
    );
    assert_eq!((server.count(), error.tries()), (4, 2));
    assert!(!error.to_string().contains("token-3"), "{error}");
}
