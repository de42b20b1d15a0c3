//! Upstreams that do what no server should: calls end at their deadline, and
//! with an error that says what is wrong.
#![cfg(all(feature = "openai", feature = "together"))]

mod loopback;

use std::time::{Duration, Instant};

use loopback::raw::{Connection, RawServer};
use unitune::{Error, ErrorKind, openai};

const KEY: &str = "sk-very-secret-1234";

fn client(server: &RawServer) -> openai::Client {
    let builder = openai::Client::builder().base_url(&server.url).api_key(KEY);
    let builder = builder.timeout(Duration::from_secs(2)).retries(0);
    builder.build().unwrap()
}

/// What a look-up at such a server ends with. It has two seconds, and must not
/// take much longer.
async fn job_of(treat: impl Fn(&mut Connection) + Send + Sync + 'static) -> Error {
    let server = RawServer::start(treat);
    let client = client(&server);
    let started = Instant::now();
    let error = client.retrieve_job("ftjob-1").await.unwrap_err();
    let took = started.elapsed();
    assert!(took < Duration::from_secs(6), "{took:?}: {error}");
    assert!(!format!("{error} {error:?}").contains(KEY), "{error}");
    error
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
