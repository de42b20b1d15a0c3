//! The gateway: requests with any head and body, without a network.

use std::convert::Infallible;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use futures_util::{TryStreamExt, stream};
use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;
use unitune::Error;
use unitune::providers::{
    Account, Backend, Call, FileUpload, Files, JobChange, Operation, Page, PageQuery, Prepared,
    Providers, Reply, Support,
};
use unitune::transport::Download;
use unitune::unify::{
    CreateRequest, Event, File, Job, OnUnsupported, Origin, Provider, Status, Vendor,
};
use unitune_gateway::{Config, Token, router};

use super::block_on;

/// A token for the account `main` alone.
const TOKEN: &str = "a-long-random-text";
/// What only the other account answers.
const OTHERS: &str = "model-of-the-other-account";
/// What stands between the parts of a form.
const BOUNDARY: &str = "b";

static VENDOR: Vendor = Vendor::from_static("acme");
static GATEWAY: LazyLock<Router> = LazyLock::new(|| {
    let mut providers = Providers::new();
    for (name, model) in [("main", "model"), ("other", OTHERS)] {
        let account = Account::with_backend(name, Memory { model });
        providers.add(account).expect("the names are different");
    }
    let config = Config {
        tokens: vec![Token::new("ci", TOKEN).accounts(["main"])],
        max_body_bytes: 1 << 16,
        max_upload_bytes: 1 << 16,
        deadline: Duration::from_secs(5),
        idle: Duration::from_secs(5),
        poll: Duration::from_millis(1),
        ..Config::default()
    };
    router(&providers, config).expect("the settings are good")
});
/// The file that was uploaded last.
static UPLOADED: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// A vendor that answers at once, and always the same.
#[derive(Debug)]
struct Memory {
    model: &'static str,
}

impl Memory {
    fn jobs(&self, call: &Call) -> Vec<Job> {
        let job = |number: i64| {
            let provider = Provider::new(call.account(), VENDOR.clone(), "DONE");
            let id = format!("job-{number}");
            let mut job = Job::new(id, self.model, Status::Succeeded, provider);
            job.created_at = Some(1_760_000_000 - number);
            job
        };
        (1..=3).map(job).collect()
    }

    fn find(&self, call: &Call, id: &str) -> Result<Job, Error> {
        let found = self.jobs(call).into_iter().find(|job| job.id == id);
        found.ok_or_else(|| Error::not_found(format!("no job is called {id}")))
    }

    fn file(call: &Call, id: &str, bytes: i64) -> File {
        let origin = Origin::new(call.account(), VENDOR.clone());
        File::new(id, bytes, 1_760_000_000, "fine-tune", "processed", origin)
    }
}

impl Backend for Memory {
    fn vendor(&self) -> &Vendor {
        &VENDOR
    }

    fn support(&self, operation: Operation) -> Support {
        match operation {
            Operation::Pause | Operation::Resume => Support::Unsupported("cancel it"),
            _ => Support::Native,
        }
    }

    fn list<'a>(&'a self, call: &'a Call, _: &'a PageQuery) -> Reply<'a, Page<Job>> {
        Box::pin(async move { Ok(Page::new(self.jobs(call))) })
    }

    fn job<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, Job> {
        Box::pin(async move { self.find(call, id) })
    }

    fn prepare(&self, request: &CreateRequest, _: OnUnsupported) -> Result<Prepared, Error> {
        Ok(Prepared::new(request.model.clone(), Vec::new()))
    }

    fn create<'a>(&'a self, call: &'a Call, _: &'a Prepared) -> Reply<'a, Job> {
        Box::pin(async move { self.find(call, "job-1") })
    }

    fn change<'a>(&'a self, call: &'a Call, id: &'a str, _: JobChange) -> Reply<'a, Job> {
        Box::pin(async move { self.find(call, id) })
    }

    fn delete<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, ()> {
        Box::pin(async move { self.find(call, id).map(|_| ()) })
    }

    fn events<'a>(
        &'a self,
        call: &'a Call,
        job: &'a str,
        _: &'a PageQuery,
    ) -> Reply<'a, Page<Event>> {
        Box::pin(async move {
            let origin = Origin::new(call.account(), VENDOR.clone());
            self.find(call, job)?;
            Ok(Page::new(vec![Event::new(
                "event-1",
                1_760_000_000,
                "done",
                origin,
            )]))
        })
    }

    fn files(&self) -> Option<&dyn Files> {
        Some(self)
    }
}

impl Files for Memory {
    fn list<'a>(&'a self, call: &'a Call, _: &'a PageQuery) -> Reply<'a, Page<File>> {
        Box::pin(async move { Ok(Page::new(vec![Self::file(call, "file-1", 2)])) })
    }

    fn get<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, File> {
        Box::pin(async move { Ok(Self::file(call, id, 2)) })
    }

    fn upload<'a>(&'a self, call: &'a Call, upload: FileUpload) -> Reply<'a, File> {
        Box::pin(async move {
            let pieces: Vec<Bytes> = upload.content.send()?.try_collect().await?;
            let all = pieces.concat();
            let file = Self::file(call, "file-2", i64::try_from(all.len()).unwrap_or(0));
            *UPLOADED.lock().unwrap_or_else(PoisonError::into_inner) = all;
            Ok(file)
        })
    }

    fn download<'a>(&'a self, _: &'a Call, _: &'a str) -> Reply<'a, Download> {
        Box::pin(async move {
            let pieces = stream::iter([Ok::<_, Error>(Bytes::from_static(b"{}"))]);
            Ok(Download::from_stream(pieces, Some(2)))
        })
    }

    fn delete<'a>(&'a self, _: &'a Call, _: &'a str) -> Reply<'a, ()> {
        Box::pin(async move { Ok(()) })
    }
}

/// A request as it is written: its line, headers, an empty line, the body.
pub fn request(bytes: &[u8]) {
    let Some(request) = parse(bytes) else {
        return;
    };
    let path = request.uri().path().to_owned();
    let is_public = ["/healthz", "/readyz", "/openapi.json"]
        .iter()
        .any(|public| path.ends_with(public));
    let given = request.headers().get(AUTHORIZATION).cloned();
    let has_token = given.is_some_and(|value| {
        let value = value.to_str().unwrap_or_default().trim();
        value
            .split_once(' ')
            .is_some_and(|(_, token)| token.trim() == TOKEN)
    });
    let (status, text) = answer(request);
    // Elsewhere than in its header, the token is any text.
    let in_request = bytes
        .windows(TOKEN.len())
        .filter(|part| *part == TOKEN.as_bytes());
    let is_elsewhere = in_request.count() > usize::from(has_token);
    assert!(
        is_elsewhere || !text.contains(TOKEN),
        "the token is in an answer"
    );
    assert!(
        has_token || is_public || status.is_client_error(),
        "{status} without a token"
    );
    let is_asked_for = bytes
        .windows(OTHERS.len())
        .any(|part| part == OTHERS.as_bytes());
    assert!(
        is_asked_for || !text.contains(OTHERS),
        "another account's job"
    );
}

/// The body of an upload: a form whose boundary is `b`.
pub fn upload(bytes: &[u8]) {
    UPLOADED
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clear();
    // In pieces, as from a network: a boundary may be in two of them.
    let pieces: Vec<_> = bytes
        .chunks(11)
        .map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece)))
        .collect();
    let request = Request::post("/v1/files")
        .header(AUTHORIZATION, format!("Bearer {TOKEN}"))
        .header(
            "content-type",
            format!("multipart/form-data; boundary={BOUNDARY}"),
        )
        .body(Body::from_stream(stream::iter(pieces)))
        .expect("it is a request");
    let (status, _) = answer(request);
    if status.is_success() {
        let file = UPLOADED.lock().unwrap_or_else(PoisonError::into_inner);
        let end = format!("\r\n--{BOUNDARY}").into_bytes();
        let whole = [&file[..], &end].concat();
        let is_in = |text: &[u8], part: &[u8]| text.windows(part.len()).any(|at| at == part);
        assert!(
            is_in(bytes, &whole),
            "the file is not what stands before a boundary"
        );
        assert!(!is_in(&file, &end), "the file goes on behind a boundary");
    }
}

/// Reads a request; none where HTTP has no such request.
fn parse(bytes: &[u8]) -> Option<Request<Body>> {
    let at = bytes.windows(2).position(|two| two == b"\n\n");
    let (head, body) = at.map_or((bytes, &[][..]), |at| (&bytes[..at], &bytes[at + 2..]));
    let mut lines = head.split(|byte| *byte == b'\n');
    let line = std::str::from_utf8(lines.next()?).ok()?;
    let (method, target) = line.split_once(' ')?;
    let mut request = Request::builder().method(method).uri(target);
    for line in lines {
        let at = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&line[..at]).ok()?;
        let value = HeaderValue::from_bytes(line[at + 1..].trim_ascii()).ok()?;
        request = request.header(name, value);
    }
    request.body(Body::from(body.to_vec())).ok()
}

/// Returns the status and the body, of which much holds whatever was asked.
fn answer(request: Request<Body>) -> (StatusCode, String) {
    block_on(async {
        let Ok(response) = GATEWAY.clone().oneshot(request).await;
        let (parts, body) = response.into_parts();
        let all = tokio::time::timeout(Duration::from_secs(5), body.collect()).await;
        let all = all
            .expect("an answer ends")
            .expect("and is whole")
            .to_bytes();
        let text = String::from_utf8_lossy(&all).into_owned();
        let status = parts.status;
        assert!(
            parts.headers.contains_key("x-request-id"),
            "{status} has no id: {text}"
        );
        assert_ne!(status, StatusCode::INTERNAL_SERVER_ERROR, "{text}");
        if status.is_client_error() && !text.is_empty() {
            let error: Value = serde_json::from_str(&text).expect("an error is JSON");
            let error = error["error"].as_object().expect("of OpenAI's form");
            assert!(
                error["message"].is_string() && error.len() == 4,
                "{error:?}"
            );
        }
        (status, text)
    })
}
