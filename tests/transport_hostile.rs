//! Upstreams that do what no server should: calls end at their deadline, and
//! with an error that names the problem.
#![cfg(all(feature = "openai", feature = "together"))]

use crate::loopback;

use std::time::{Duration, Instant};

use loopback::raw::{Connection, RawServer};
use serde_json::json;
use unitune::providers::{Account, ListQuery, Providers};
use unitune::{Error, ErrorKind, openai, together};

const KEY: &str = "sk-very-secret-1234";

/// Far beyond the two seconds of a call that is to end by itself, also on a machine
/// that has other things to do; what a server drags out takes longer.
const AT_ONCE: Duration = Duration::from_secs(30);

fn client(server: &RawServer) -> openai::Client {
    client_within(2 * AT_ONCE, server)
}

fn client_within(timeout: Duration, server: &RawServer) -> openai::Client {
    let builder = openai::Client::builder().base_url(&server.url).api_key(KEY);
    let builder = builder.timeout(timeout).retries(0);
    builder.build().unwrap()
}

/// What a look-up at such a server ends with, which has two seconds.
async fn job_of(treat: impl Fn(&mut Connection) + Send + Sync + 'static) -> Error {
    job_within(Duration::from_secs(2), treat).await
}

/// What a look-up at such a server ends with, which has so much time.
async fn job_within(
    timeout: Duration,
    treat: impl Fn(&mut Connection) + Send + Sync + 'static,
) -> Error {
    let server = RawServer::start(treat);
    let client = client_within(timeout, &server);
    let started = Instant::now();
    let error = client.retrieve_job("ftjob-1").await.unwrap_err();
    let took = started.elapsed();
    assert!(took < AT_ONCE, "{took:?}: {error}");
    assert!(!format!("{error} {error:?}").contains(KEY), "{error}");
    error
}

/// Writes the same bytes every few milliseconds until the client is gone, for a
/// minute at most.
fn drip(to: &mut Connection, bytes: &str) {
    for _ in 0..3000 {
        if !to.write(bytes) {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn begin(to: &mut Connection, headers: &str) {
    to.write(format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{headers}\r\n"
    ));
}

#[tokio::test]
async fn an_answer_that_never_ends_ends_the_call_at_its_deadline() {
    type Treat = fn(&mut Connection);
    let treats: [(&str, Treat); 7] = [
        ("a head byte by byte", |to| {
            to.write("HTTP/1.1 200 OK\r\nx: ");
            drip(to, "a");
        }),
        ("interim answers now and then", |to| {
            drip(to, "HTTP/1.1 102 Processing\r\n\r\n");
        }),
        ("a body byte by byte", |to| {
            begin(to, "content-length: 100000\r\n");
            drip(to, " ");
        }),
        ("chunks byte by byte", |to| {
            begin(to, "transfer-encoding: chunked\r\n");
            drip(to, "1\r\n \r\n");
        }),
        ("the error of a rejection byte by byte", |to| {
            to.write("HTTP/1.1 500 Oops\r\ncontent-length: 100000\r\n\r\n");
            drip(to, "x");
        }),
        ("silence", |to| drip(to, "")),
        ("silence after the head", |to| {
            begin(to, "content-length: 10\r\n");
            drip(to, "");
        }),
    ];
    let calls = treats.map(|(name, treat)| async move { (name, job_of(treat).await) });
    for (name, error) in futures_util::future::join_all(calls).await {
        let expected = match name.starts_with("the error") {
            true => ErrorKind::Status,
            false => ErrorKind::Timeout,
        };
        assert_eq!(error.kind(), expected, "{name}: {error}");
    }
}

#[tokio::test]
async fn an_answer_against_the_rules_is_an_error_at_once() {
    const JOB: &str = r#"{"id": "ftjob-1"}"#;
    type Treat = fn(&mut Connection);
    let treats: [(&str, ErrorKind, Treat); 14] = [
        ("headers without end", ErrorKind::Interrupted, |to| {
            to.write("HTTP/1.1 200 OK\r\n");
            to.write_endlessly(b"x-more: and more\r\n");
        }),
        ("one header without end", ErrorKind::Interrupted, |to| {
            to.write("HTTP/1.1 200 OK\r\nx: ");
            to.write_endlessly(b"a");
        }),
        ("trailers without end", ErrorKind::Interrupted, |to| {
            begin(to, "transfer-encoding: chunked\r\n");
            to.write("1\r\n \r\n0\r\n");
            to.write_endlessly(b"x-more: and more\r\n");
        }),
        (
            "a chunk's extension without end",
            ErrorKind::Interrupted,
            |to| {
                begin(to, "transfer-encoding: chunked\r\n");
                to.write("1;");
                to.write_endlessly(b"a");
            },
        ),
        ("a chunk larger than memory", ErrorKind::Interrupted, |to| {
            begin(to, "transfer-encoding: chunked\r\n");
            to.write("ffffffffffffffffff\r\n{");
        }),
        ("a body without end", ErrorKind::TooLarge, |to| {
            begin(to, "");
            to.write_endlessly(b"    ");
        }),
        (
            "a length larger than the body",
            ErrorKind::Interrupted,
            |to| {
                begin(to, "content-length: 1000\r\n");
                to.write(JOB);
            },
        ),
        ("a length smaller than the body", ErrorKind::Decode, |to| {
            begin(to, "content-length: 5\r\n");
            to.write(JOB);
        }),
        ("two lengths", ErrorKind::Interrupted, |to| {
            begin(to, "content-length: 5\r\ncontent-length: 17\r\n");
            to.write(JOB);
        }),
        (
            "a length beyond all numbers",
            ErrorKind::Interrupted,
            |to| {
                begin(to, "content-length: 99999999999999999999999\r\n");
                to.write(JOB);
            },
        ),
        ("another protocol", ErrorKind::Status, |to| {
            to.write(
                "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
            );
            to.write_endlessly(b"x");
        }),
        ("a page", ErrorKind::Decode, |to| {
            to.answer("200 OK", "text/html", "<html>log in</html>");
        }),
        ("no content", ErrorKind::Decode, |to| {
            to.write("HTTP/1.1 204 No Content\r\n\r\n");
        }),
        ("an error nested deeply", ErrorKind::Status, |to| {
            let deep = "{\"error\":".repeat(20_000) + &"}".repeat(20_000);
            to.answer("500 Oops", "application/json", deep);
        }),
    ];
    for (name, kind, treat) in treats {
        let error = job_within(2 * AT_ONCE, treat).await;
        assert_eq!(error.kind(), kind, "{name}: {error}");
        let message = error.to_string();
        assert!(
            !message.contains('<') && message.len() < 500,
            "{name}: {message}"
        );
    }
}

/// Compressed bodies that stand for nothing, or for much more than anybody reads.
#[cfg(feature = "compression")]
#[tokio::test]
async fn a_compressed_answer_is_bounded_in_time_and_size() {
    use tokio::io::AsyncWriteExt;

    async fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = async_compression::tokio::write::GzipEncoder::new(Vec::new());
        encoder.write_all(plain).await.unwrap();
        encoder.shutdown().await.unwrap();
        encoder.into_inner()
    }

    let nothing = gzip(b"").await;
    let error = job_of(move |to| {
        begin(to, "content-encoding: gzip\r\n");
        to.write_endlessly(&nothing);
    });
    let error = error.await;
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    #[cfg(feature = "zstd")]
    {
        // A frame that zstd skips.
        let error = job_of(|to| {
            begin(to, "content-encoding: zstd\r\n");
            to.write_endlessly(b"\x50\x2a\x4d\x18\x00\x00\x00\x00");
        });
        let error = error.await;
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    }
    let mut bomb = vec![b' '; 200 << 20];
    for _ in 0..3 {
        bomb = gzip(&bomb).await;
    }
    let error = job_of(move |to| {
        begin(to, "content-encoding: gzip, gzip, gzip\r\n");
        to.write(&bomb);
    });
    let error = error.await;
    assert!(
        matches!(error.kind(), ErrorKind::TooLarge | ErrorKind::Timeout),
        "{error}"
    );
}

/// An old server that ends its answer by closing the connection is understood.
#[tokio::test]
async fn an_answer_of_http_1_0_has_no_length() {
    let server = RawServer::start(|to| {
        to.write(
            "HTTP/1.0 200 OK\r\n\r\n{\"object\": \"list\", \"data\": [], \"has_more\": false}",
        );
    });
    let list = client(&server).list_jobs(Default::default()).await.unwrap();
    assert!(list.data.is_empty());
}

/// Wherever an answer leads to, nothing is sent there.
#[tokio::test]
async fn no_answer_leads_a_key_elsewhere() {
    let elsewhere = RawServer::start(|to| to.json(json!({"id": "ftjob-1"})));
    for (status, target) in [
        ("301 Moved", elsewhere.url.clone()),
        ("307 Temporary", elsewhere.url.replace("http://", "//")),
        ("308 Permanent", "file:///etc/passwd".to_owned()),
        ("302 Found", "javascript:alert(1)".to_owned()),
        ("302 Found", "http://[broken".to_owned()),
        ("302 Found", format!("\u{7f}{}", elsewhere.url)),
    ] {
        let location = target.clone();
        let server = RawServer::start(move |to| {
            to.write(format!(
                "HTTP/1.1 {status}\r\nlocation: {location}\r\nrefresh: 0;url={location}\r\n\
                 content-length: 0\r\nconnection: close\r\n\r\n"
            ));
        });
        let client = client(&server);
        let error = client.retrieve_job("ftjob-1").await.unwrap_err();
        assert!(!error.to_string().contains(KEY), "{error}");
        let file = client.download_file("file-1").await;
        assert_eq!(
            file.is_ok(),
            target.trim_start_matches("http:").starts_with("//127"),
            "{target}"
        );
    }
    for head in elsewhere.heads() {
        assert!(!head.contains(KEY) && head.starts_with("GET / "), "{head}");
    }
}

#[tokio::test]
async fn interim_answers_without_end_do_not_hold_up_the_deadline() {
    for interim in [
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n",
    ] {
        let calls = (0..4).map(|_| job_of(move |to| to.write_endlessly(interim.as_bytes())));
        for error in futures_util::future::join_all(calls).await {
            assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
        }
    }
}

/// Every way to ask for something shows what the vendor says in the place of an
/// answer, whatever the status.
#[tokio::test]
async fn an_error_under_a_status_of_success_is_the_vendor_s() {
    let server = RawServer::start(|to| {
        to.json(json!({"error": {
            "message": format!("no quota left for {KEY}"), "type": "quota", "code": "q1",
        }}));
    });
    let openai = client(&server);
    let together = together::Client::builder().base_url(&server.url);
    let together = together.api_key(KEY).build().unwrap();
    let request = openai::types::CreateFineTuningJobRequest::new("gpt-4o-mini", "file-1");
    let mut providers = Providers::new();
    for account in [
        Account::with_backend("openai", openai.clone()),
        Account::with_backend("together", together.clone()),
    ] {
        providers.add(account).unwrap();
    }
    let errors = [
        openai.list_jobs(Default::default()).await.err(),
        openai.retrieve_job("ftjob-1").await.err(),
        openai.create_job(&request).await.err(),
        openai.cancel_job("ftjob-1").await.err(),
        openai.delete_file("file-1").await.err(),
        together.list_jobs().await.err(),
        together.retrieve_job("ft-1").await.err(),
        providers.retrieve(("openai", "ftjob-1")).await.err(),
        providers.retrieve(("together", "ft-1")).await.err(),
        providers.cancel(("openai", "ftjob-1")).await.err(),
        providers.file(("openai", "file-1")).await.err(),
    ];
    for (number, error) in errors.into_iter().enumerate() {
        let error = error.unwrap_or_else(|| panic!("{number} is no error"));
        assert_eq!(error.vendor_type(), Some("quota"), "{number}: {error}");
        assert_eq!(error.status(), Some(200), "{number}: {error}");
        let message = error.to_string();
        assert!(
            message.contains("no quota left for ***"),
            "{number}: {message}"
        );
        assert!(!message.contains(KEY), "{number}: {message}");
    }
    let list = providers.list(&ListQuery::new()).await.unwrap();
    assert_eq!(list.warnings.len(), 2);
    for warning in list.warnings {
        assert!(warning.message.contains("no quota left"), "{warning:?}");
    }
    // A job that failed has an error, and an id.
    let server = RawServer::start(|to| {
        to.json(json!({
            "object": "fine_tuning.job", "id": "ftjob-1", "model": "m", "created_at": 1,
            "seed": "", "status": "failed", "error": {"message": "bad file", "code": "x"},
        }));
    });
    let mut providers = Providers::new();
    let account = Account::with_backend("openai", client(&server));
    providers.add(account).unwrap();
    let job = providers.retrieve(("openai", "ftjob-1")).await.unwrap();
    assert_eq!(job.status.as_str(), "failed");
}

fn job_at(id: &str, time: i64) -> serde_json::Value {
    json!({"object": "fine_tuning.job", "id": id, "created_at": time, "status": "running"})
}

/// The list of two accounts: one with a single job, and one whose pages have a job
/// each at these times, without end.
async fn list_with(times: fn(usize) -> i64, query: ListQuery) -> unitune::providers::JobList {
    let short = RawServer::start(|to| {
        let jobs = [job_at("ftjob-short", 1_000)];
        to.json(json!({"object": "list", "data": jobs, "has_more": false}));
    });
    let long = RawServer::start(move |to| {
        std::thread::sleep(Duration::from_millis(20));
        let jobs = [job_at(&format!("ftjob-{}", to.number), times(to.number))];
        let has_more = times(to.number) > 0;
        to.json(json!({"object": "list", "data": jobs, "has_more": has_more}));
    });
    let mut providers = Providers::new();
    for (name, server) in [("short", &short), ("long", &long)] {
        let account = Account::with_backend(name, client(server));
        providers.add(account).unwrap();
    }
    let query = query.account_wait(Some(Duration::from_secs(1)));
    let list = tokio::time::timeout(AT_ONCE, providers.list(&query));
    list.await.expect("it ends").unwrap()
}

/// Each page comes in time, and the list never does: of jobs of one second, the
/// first by id can be on any page.
#[tokio::test]
async fn an_account_whose_pages_never_end_is_left_out() {
    let list = list_with(|_| 5_000, ListQuery::new().limit(3)).await;
    assert_eq!(list.warnings.len(), 1, "{:?}", list.warnings);
    assert_eq!(list.warnings[0].account, "long");
    assert!(list.warnings[0].account_failed);
}

/// A list that is read from its beginning to a place far down takes its time.
#[tokio::test]
async fn an_account_whose_pages_go_back_in_time_is_waited_for() {
    let times = |number: usize| 5_000 - 100 * i64::try_from(number).unwrap();
    let list = list_with(times, ListQuery::new().created_before(600)).await;
    assert!(list.warnings.is_empty(), "{:?}", list.warnings);
    assert_eq!(list.jobs.len(), 6);
}
