//! Which account is used, and what its errors contain.

use serde_json::{Value, json};
use unitune::ErrorKind;
use unitune::fireworks::Client;
use unitune::providers::{Account, Backend, Config, ListQuery, Providers};

use super::{call, ids};
use crate::loopback::{Answer, Server};

#[tokio::test]
async fn the_account_is_configured_or_the_only_one() {
    let server = Server::start().await;
    let client = |account: Option<&str>| {
        let mut builder = Client::builder()
            .base_url(&server.url)
            .api_key("fw-key")
            .retries(0);
        if let Some(account) = account {
            builder = builder.account_id(account);
        }
        builder.build().unwrap()
    };
    assert_eq!(&*client(Some("a")).account_id().await.unwrap(), "a");
    assert_eq!(
        &*client(Some("accounts/a")).account_id().await.unwrap(),
        "a"
    );
    assert_eq!(server.count(), 0);

    let accounts = |names: &[&str]| {
        let accounts: Vec<Value> = names
            .iter()
            .map(|name| json!({"name": format!("accounts/{name}")}))
            .collect();
        Answer::json(json!({"accounts": accounts, "nextPageToken": ""}))
    };
    server.answer(accounts(&["only"]));
    let one = client(None);
    for _ in 0..2 {
        assert_eq!(&*one.account_id().await.unwrap(), "only");
    }
    assert_eq!(server.count(), 1, "it is asked for once");
    assert_eq!(server.last().target, "/v1/accounts?pageSize=2");
    for (names, word) in [(&["a", "b"][..], "a and b"), (&[], "no account")] {
        server.answer(accounts(names));
        let error = client(None).account_id().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains(word), "{error}");
        assert!(
            error.to_string().contains("FIREWORKS_ACCOUNT_ID"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn the_account_stands_in_the_configuration() {
    let server = Server::start().await;
    let text = format!(
        "[[account]]\nname = \"fw\"\nvendor = \"fireworks\"\nkey = \"k\"\naccount_id = \"acme\"\nbase_url = \"{}\"\n",
        server.url
    );
    let providers = Config::from_toml(&text).unwrap().into_providers();
    server.answer(Answer::json(
        json!({"name": "accounts/acme/dpoJobs/x", "dataset": "d"}),
    ));
    providers.retrieve("dpo:x").await.unwrap();
    assert_eq!(server.last().target, "/v1/accounts/acme/dpoJobs/x");

    let error = Config::from_toml(&text.replace("fireworks", "openai")).unwrap_err();
    assert!(error.to_string().contains("account_id"), "{error}");
}

/// The limit of an account without a payment method.
#[tokio::test]
async fn errors_say_what_the_vendor_says() {
    let server = Server::start().await;
    let client = Client::builder().base_url(&server.url).api_key("fw-key");
    let client = client.account_id("a").retries(0).build().unwrap();
    for (status, body, kind, code) in [
        (
            429,
            json!({"code": 8, "message": "too many", "details": [{"reason": "RATE"}]}),
            "RESOURCE_EXHAUSTED",
            "RATE",
        ),
        (
            412,
            json!({"code": 9, "message": "suspended"}),
            "FAILED_PRECONDITION",
            "FAILED_PRECONDITION",
        ),
        (
            403,
            json!({"error": {"message": "bad key fw-key", "type": "t", "code": "UNAUTHORIZED"}}),
            "t",
            "UNAUTHORIZED",
        ),
    ] {
        server.answer(Answer::json(body).status(status));
        let error = Backend::job(&client, &call(), "dpo:x").await.unwrap_err();
        assert_eq!(
            (error.status(), error.vendor_type(), error.vendor_code()),
            (Some(status), Some(kind), Some(code))
        );
        assert!(!error.to_string().contains("fw-key"), "{error}");
        assert_eq!(error.is_auth(), status == 403);
    }
    // A kind of job that the account may not have takes the others with it not.
    let job = json!({"name": "accounts/a/dpoJobs/x", "dataset": "d", "createTime": "2026-08-30T12:00:00Z"});
    let mut providers = Providers::new();
    providers.add(Account::with_backend("fw", client)).unwrap();
    for _ in 0..3 {
        server.answer(Answer::json(json!({"dpoJobs": [job], "supervisedFineTuningJobs": [], "reinforcementFineTuningJobs": []})));
    }
    let list = providers.list(&ListQuery::new()).await.unwrap();
    assert_eq!(ids(&list.jobs), ["dpo:x"]);
    assert!(list.warnings.is_empty());
}
