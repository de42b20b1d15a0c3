//! The account of uploads and new jobs: named by the request, or the default.

use crate::support;

use serde_json::{Value, json};
use support::{Answer, Gateway};
use unitune_gateway::{Config, Token};
use unitune_sandbox::Sandbox;

const TOGETHER: &str = "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference";
const OPENAI: &str = "gpt-4o-mini-2024-07-18";

/// A gateway whose default account is this one.
async fn with_default(name: Option<&str>, tokens: Vec<Token>) -> Gateway {
    let sandbox = Sandbox::start().await.unwrap();
    let mut providers = support::accounts(&sandbox);
    if let Some(name) = name {
        providers = providers.with_default_account(name).unwrap();
    }
    let config = Config {
        tokens,
        ..Config::default()
    };
    Gateway::over(sandbox, &providers, config).await
}

/// What an SDK says beside the file.
#[derive(Clone, Copy, Default)]
struct Given<'a> {
    header: Option<&'a str>,
    field: Option<&'a str>,
    token: Option<&'a str>,
}

async fn upload(gateway: &Gateway, given: Given<'_>) -> Answer {
    let line = json!({"messages": [
        {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"},
    ]});
    let file = format!("{line}\n").repeat(12);
    let file = reqwest::multipart::Part::text(file).file_name("a.jsonl");
    let mut form = reqwest::multipart::Form::new().text("purpose", "fine-tune");
    if let Some(account) = given.field {
        form = form.text("account", account.to_owned());
    }
    let request = gateway.http.post(gateway.url("/v1/files"));
    let request = given.on(request).multipart(form.part("file", file));
    Answer::of(request).await
}

async fn create(gateway: &Gateway, given: Given<'_>, model: &str, file: &str) -> Answer {
    let request = gateway.http.post(gateway.url("/v1/fine_tuning/jobs"));
    let body = json!({"model": model, "training_file": file});
    Answer::of(given.on(request).json(&body)).await
}

impl Given<'_> {
    fn on(self, mut request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        if let Some(account) = self.header {
            request = request.header("x-tfy-provider-name", account);
        }
        if let Some(token) = self.token {
            request = request.bearer_auth(token);
        }
        request
    }
}

fn account(object: &Value) -> &str {
    object["provider"]["account"].as_str().unwrap()
}

fn id(object: Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}

/// The account that has a file.
async fn holder(gateway: &Gateway, given: Given<'_>, file: &str) -> String {
    for account in ["openai", "together", "truefoundry"] {
        let request = gateway.http.get(gateway.url(&format!("/v1/files/{file}")));
        let given = Given {
            header: Some(account),
            ..given
        };
        if Answer::of(given.on(request)).await.status == 200 {
            return account.to_owned();
        }
    }
    panic!("no account has {file}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_goes_to_the_named_or_the_default_account() {
    let gateway = with_default(Some("together"), Vec::new()).await;
    let none = Given::default();
    for (header, field, expected) in [
        (None, None, "together"),
        (None, Some(""), "together"),
        (None, Some("openai"), "openai"),
        (Some("openai"), None, "openai"),
        (Some("openai"), Some("openai"), "openai"),
    ] {
        let given = Given {
            header,
            field,
            ..none
        };
        let file = id(upload(&gateway, given).await.ok());
        assert_eq!(
            holder(&gateway, none, &file).await,
            expected,
            "{header:?} {field:?}"
        );
    }
    let both = Given {
        header: Some("openai"),
        field: Some("together"),
        ..none
    };
    let answer = upload(&gateway, both).await;
    let (param, message) = answer.error(400);
    assert_eq!(param, "account");
    assert!(message.contains("send one of them"), "{message}");
    for (header, field) in [(None, "nobody"), (Some("openai"), "nobody")] {
        let given = Given {
            header,
            field: Some(field),
            ..none
        };
        let answer = upload(&gateway, given).await;
        let (param, message) = answer.error(404);
        assert_eq!(param, "account");
        assert!(
            message.contains(&format!("unknown provider account {field:?}")),
            "{message}"
        );
        assert_eq!(answer.body["error"]["code"], "unknown_account");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_default_nothing_is_guessed() {
    let gateway = with_default(None, Vec::new()).await;
    let answer = upload(&gateway, Given::default()).await;
    let (param, message) = answer.error(400);
    assert_eq!(param, "x-tfy-provider-name");
    assert_eq!(answer.body["error"]["code"], "ambiguous_account");
    for part in ["openai, together, truefoundry", "form field account"] {
        assert!(message.contains(part), "{message}");
    }
    let answer = create(&gateway, Given::default(), OPENAI, "file-none").await;
    let (param, message) = answer.error(400);
    assert_eq!(param, "model");
    assert_eq!(answer.body["error"]["code"], "ambiguous_account");
    for part in [
        "no account has the training file",
        "x-tfy-provider-name",
        "account/model",
    ] {
        assert!(message.contains(part), "{message}");
    }
    // The account that has the file is no guess.
    let field = Given {
        field: Some("together"),
        ..Given::default()
    };
    let file = id(upload(&gateway, field).await.ok());
    let job = create(&gateway, Given::default(), TOGETHER, &file)
        .await
        .ok();
    assert_eq!(account(&job), "together");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_started_where_its_file_is_or_at_the_default() {
    let gateway = with_default(Some("together"), Vec::new()).await;
    let none = Given::default();
    let at_openai = Given {
        field: Some("openai"),
        ..none
    };
    let at_openai = id(upload(&gateway, at_openai).await.ok());
    let at_default = id(upload(&gateway, none).await.ok());
    let job = create(&gateway, none, OPENAI, &at_openai).await.ok();
    assert_eq!(account(&job), "openai");
    let job = create(&gateway, none, TOGETHER, &at_default).await.ok();
    assert_eq!(account(&job), "together");
    let job = create(&gateway, none, &format!("openai/{OPENAI}"), &at_openai).await;
    assert_eq!(account(&job.ok()), "openai");
    // For a file that no account has, the default account's vendor returns the error.
    let rejected = create(&gateway, none, TOGETHER, "file-none").await;
    assert!(rejected.status >= 400, "{rejected:?}");
    let (_, message) = rejected.error(rejected.status);
    assert!(message.contains("file-none"), "{message}");
    let requests = gateway.sandbox.requests();
    let mut creates = requests.iter().rev();
    let last = creates.find(|r| r.operation == Some("createJob")).unwrap();
    assert_eq!(last.vendor.name(), "together");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_has_a_default_of_its_own() {
    let tokens = vec![
        Token::new("all", "token-of-all"),
        Token::new("own", "token-of-own").default_account("truefoundry"),
        Token::new("one", "token-of-one").accounts(["together"]),
    ];
    let gateway = with_default(Some("openai"), tokens).await;
    let all = Given {
        token: Some("token-of-all"),
        ..Given::default()
    };
    for (token, expected) in [
        ("token-of-all", "openai"),
        ("token-of-own", "truefoundry"),
        ("token-of-one", "together"),
    ] {
        let given = Given {
            token: Some(token),
            ..all
        };
        let file = id(upload(&gateway, given).await.ok());
        assert_eq!(holder(&gateway, all, &file).await, expected, "{token}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_states_whether_the_account_must_be_named() {
    let own = || Token::new("own", "a").default_account("openai");
    let without = || Token::new("all", "b");
    for (default, tokens, expected) in [
        (None, vec![], true),
        (Some("openai"), vec![], false),
        (None, vec![own()], false),
        (None, vec![own(), without()], true),
        (Some("openai"), vec![without()], false),
    ] {
        let gateway = with_default(default, tokens).await;
        let document = gateway.get("/openapi.json").await.body;
        for path in ["/files", "/fine_tuning/jobs"] {
            let parameters = document["paths"][path]["post"]["parameters"].as_array();
            let mut parameters = parameters.unwrap().iter();
            let header = parameters.find(|p| p["name"] == "x-tfy-provider-name");
            assert_eq!(header.unwrap()["required"], expected, "{default:?} {path}");
        }
        assert!(document["components"]["schemas"]["Upload"]["properties"]["account"].is_object());
    }
}
