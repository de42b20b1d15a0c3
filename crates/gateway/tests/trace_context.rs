//! W3C trace context through a gateway that exports nothing.

use crate::loopback;
use crate::support;

use loopback::{Answer, Server};
use serde_json::json;
use support::Gateway;
use unitune::openai;
use unitune::providers::{Account, Providers};
use unitune_gateway::{Config, Token};
use unitune_sandbox::Sandbox;

const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-";
const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
/// Could be a trace's id as well.
const TOKEN: &str = "7bf7651916cd43dd8448eb211c80319c";

#[tokio::test(flavor = "multi_thread")]
async fn a_vendor_receives_a_child_of_the_caller_s_context() {
    let vendor = Server::start().await;
    let client = openai::Client::builder().api_key("sk-1");
    let client = client
        .base_url(format!("{}/v1", vendor.url))
        .build()
        .unwrap();
    let mut providers = Providers::new();
    providers
        .add(Account::with_backend("main", client))
        .unwrap();
    let config = Config {
        tokens: vec![Token::new("ci", TOKEN)],
        ..Config::default()
    };
    let sandbox = Sandbox::start().await.unwrap();
    let gateway = Gateway::over(sandbox, &providers, config).await;
    let sent = async |headers: &[(&str, &str)]| {
        vendor.answer(Answer::json(json!({"object": "list", "data": []})));
        let request = gateway.http.get(gateway.url("/v1/fine_tuning/jobs"));
        let request = request.bearer_auth(TOKEN);
        let request = headers
            .iter()
            .fold(request, |r, (name, value)| r.header(*name, *value));
        assert_eq!(request.send().await.unwrap().status(), 200);
        let last = vendor.last();
        assert_eq!(last.header("baggage"), None);
        let header = |name| last.header(name).map(str::to_owned);
        (header("traceparent"), header("tracestate"))
    };

    let (parent, state) = sent(&[
        ("traceparent", PARENT),
        ("tracestate", "a=1,b=2"),
        ("baggage", "c=3"),
    ])
    .await;
    let parent = parent.unwrap();
    assert!(parent.starts_with(TRACE) && parent != PARENT, "{parent}");
    assert_eq!(state.as_deref(), Some("a=1,b=2"));

    let unsampled = PARENT.replace("-01", "-00");
    let (parent, state) = sent(&[("traceparent", &unsampled)]).await;
    assert!(parent.unwrap().ends_with("-00"));
    assert_eq!(state, None);

    let none = (None, None);
    assert_eq!(sent(&[]).await, none);
    assert_eq!(
        sent(&[("traceparent", "00-1-2-3"), ("tracestate", "a=1")]).await,
        none
    );
    assert_eq!(sent(&[("tracestate", "a=1")]).await, none);
    // A credential does not go to a vendor.
    let parent = format!("00-{TOKEN}-b7ad6b7169203331-01");
    assert_eq!(sent(&[("traceparent", &parent)]).await, none);
    let state = format!("a=1, b={TOKEN}");
    assert_eq!(
        sent(&[("traceparent", PARENT), ("tracestate", &state)]).await,
        none
    );
}
