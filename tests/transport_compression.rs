//! Compressed answers, in every encoding: what comes of them is what comes of
//! plain ones, with the same limits.
#![cfg(all(feature = "openai", feature = "together"))]

mod loopback;

use async_compression::Level;
use async_compression::tokio::write::{
    BrotliEncoder, DeflateEncoder, GzipEncoder, ZlibEncoder, ZstdEncoder,
};
use loopback::{Answer, Server};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use unitune::transport::ClientBuilder;
use unitune::{Error, ErrorKind, openai};

async fn compressed(how: &str, plain: &[u8]) -> Vec<u8> {
    macro_rules! with {
        ($encoder:ident) => {{
            // The default of brotli looks for the shortest output, not optimised for seconds.
            let mut encoder = $encoder::with_quality(Vec::new(), Level::Fastest);
            encoder.write_all(plain).await.unwrap();
            encoder.shutdown().await.unwrap();
            encoder.into_inner()
        }};
    }
    match how {
        "gzip" => with!(GzipEncoder),
        "zlib" => with!(ZlibEncoder),
        "raw deflate" => with!(DeflateEncoder),
        "brotli" => with!(BrotliEncoder),
        "zstd" => with!(ZstdEncoder),
        other => panic!("{other}"),
    }
}

fn builder<C>(builder: ClientBuilder<C>, server: &Server) -> ClientBuilder<C> {
    builder.api_key("sk-own").base_url(&server.url).retries(0)
}

fn openai(server: &Server) -> ClientBuilder<openai::Client> {
    builder(openai::Client::builder(), server)
}

fn job() -> Value {
    json!({
        "object": "fine_tuning.job", "id": "ftjob-1", "model": "m", "created_at": 1,
        "status": "running", "training_file": "file-1", "validation_file": null,
        "organization_id": "o", "result_files": [], "hyperparameters": {}, "seed": 1,
        "fine_tuned_model": null, "finished_at": null, "trained_tokens": null, "error": null,
        "more": (0..500).collect::<Vec<u32>>(),
    })
}

fn answer(body: Vec<u8>, encoding: &'static str) -> Answer {
    Answer {
        body,
        ..Answer::json(Value::Null)
    }
    .header("content-encoding", encoding)
}

/// What requests say that they accept.
fn accepted() -> String {
    let names = [
        ("gzip, deflate", cfg!(feature = "compression")),
        ("br", cfg!(feature = "brotli")),
        ("zstd", cfg!(feature = "zstd")),
    ];
    let names: Vec<&str> = names.iter().filter(|row| row.1).map(|row| row.0).collect();
    match names.is_empty() {
        true => "identity".to_owned(),
        false => names.join(", "),
    }
}

async fn retrieve(client: &openai::Client) -> Result<String, Error> {
    let job = client.retrieve_job("ftjob-1").await?;
    Ok(serde_json::to_value(&job.id)
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned())
}

#[cfg(not(all(feature = "brotli", feature = "zstd")))]
#[tokio::test]
async fn without_the_feature_the_error_names_it() {
    let server = Server::start().await;
    let client = openai(&server).build().unwrap();
    let rows = [
        #[cfg(not(feature = "compression"))]
        ("gzip", "gzip", "compression"),
        #[cfg(not(feature = "brotli"))]
        ("br", "brotli", "brotli"),
        #[cfg(not(feature = "zstd"))]
        ("zstd", "zstd", "zstd"),
    ];
    for (encoding, how, feature) in rows {
        let body = compressed(how, job().to_string().as_bytes()).await;
        server.answer(answer(body, encoding));
        let error = retrieve(&client).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        let text = error.to_string();
        assert!(text.contains(&format!("({encoding})")), "{text}");
        assert!(text.contains(&format!("feature `{feature}`")), "{text}");
        assert_eq!(server.last().header("accept-encoding"), Some(&*accepted()));
    }
}

#[cfg(feature = "compression")]
mod with_the_feature {
    use std::time::Duration;

    use unitune::together;
    use unitune::transport::MemoryBudget;

    use super::*;

    /// (content-encoding, how it is made)
    const ENCODINGS: &[(&str, &str)] = &[
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("deflate", "zlib"),
        ("deflate", "raw deflate"),
        #[cfg(feature = "brotli")]
        ("br", "brotli"),
        #[cfg(feature = "zstd")]
        ("ZSTD", "zstd"),
    ];

    #[tokio::test]
    async fn every_encoding_is_read() {
        let server = Server::start().await;
        let client = openai(&server).build().unwrap();
        let plain = job().to_string();
        for &(encoding, how) in ENCODINGS {
            server.answer(answer(compressed(how, plain.as_bytes()).await, encoding));
            assert_eq!(retrieve(&client).await.unwrap(), "ftjob-1", "{how}");
        }
        assert_eq!(server.last().header("accept-encoding"), Some(&*accepted()));
        // Several on top of each other, and several members in one body.
        let once = compressed("zlib", plain.as_bytes()).await;
        let twice = compressed("gzip", &once).await;
        server.answer(answer(twice, "deflate, gzip"));
        assert_eq!(retrieve(&client).await.unwrap(), "ftjob-1");
        let (start, end) = plain.split_at(100);
        for (encoding, how) in [
            ("gzip", "gzip"),
            #[cfg(feature = "zstd")]
            ("zstd", "zstd"),
        ] {
            let mut members = compressed(how, start.as_bytes()).await;
            members.extend(compressed(how, end.as_bytes()).await);
            server.answer(answer(members, encoding));
            assert_eq!(retrieve(&client).await.unwrap(), "ftjob-1", "{how}");
        }
    }

    #[tokio::test]
    async fn the_limit_is_that_of_the_expanded_body() {
        let server = Server::start().await;
        let budget = MemoryBudget::new(4 << 20);
        let client = openai(&server)
            .max_body_bytes(256 << 10)
            .memory_budget(budget.clone())
            .build()
            .unwrap();
        let bomb = vec![b' '; 8 << 20];
        for &(encoding, how) in ENCODINGS {
            let body = compressed(how, &bomb).await;
            assert!(body.len() < 256 << 10, "{how}");
            server.answer(answer(body, encoding));
            let error = retrieve(&client).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TooLarge, "{how}: {error}");
            assert_eq!(budget.used(), 0);
        }
        // A bomb in a bomb.
        let once = compressed("gzip", &bomb).await;
        let twice = compressed("gzip", &once).await;
        server.answer(answer(twice, "gzip, gzip"));
        let error = retrieve(&client).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
        // The error of a rejected request is read as far as it is shown.
        server.answer(answer(compressed("gzip", &bomb).await, "gzip").status(400));
        let error = retrieve(&client).await.unwrap_err();
        assert_eq!((error.status(), error.vendor_message()), (Some(400), None));
    }

    #[tokio::test]
    async fn what_is_cut_off_or_corrupt_says_so() {
        let server = Server::start().await;
        let client = openai(&server).build().unwrap();
        let plain = job().to_string();
        for &(encoding, how) in ENCODINGS {
            let whole = compressed(how, plain.as_bytes()).await;
            let half = whole[..whole.len() / 2].to_vec();
            server.answer(answer(half.clone(), encoding));
            let error = retrieve(&client).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Interrupted, "{how}: {error}");
            assert!(error.to_string().contains("ends in the middle"), "{error}");
            // The connection breaks.
            server.answer(answer(half, encoding).breaking());
            let error = retrieve(&client).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Interrupted, "{how}: {error}");
            assert!(error.to_string().contains("connection broke"), "{error}");
            // What was promised is not what came. Nearly any text is deflate.
            let body = match encoding {
                "deflate" => vec![0x78, 0x9c, 0xff, 0xff],
                _ => plain.clone().into_bytes(),
            };
            server.answer(answer(body, encoding));
            let error = retrieve(&client).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode, "{how}: {error}");
            assert!(
                error.to_string().contains("cannot be decompressed"),
                "{error}"
            );
        }
        // Nothing at all is an empty answer.
        server.answer(answer(Vec::new(), "gzip"));
        let error = retrieve(&client).await.unwrap_err();
        assert!(error.to_string().contains("is empty"), "{error}");
    }

    #[tokio::test]
    async fn unknown_encodings_are_named() {
        let server = Server::start().await;
        let client = openai(&server).build().unwrap();
        for (encoding, message) in [
            ("compress", "\"compress\""),
            ("gzip, sdch", "\"sdch\""),
            ("gzip, gzip, gzip, gzip", "4 times over"),
        ] {
            server.answer(answer(vec![1, 2, 3], encoding));
            let error = retrieve(&client).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
            assert!(error.to_string().contains(message), "{error}");
        }
        // The status says more than that its body cannot be read.
        server.answer(answer(vec![1, 2, 3], "compress").status(404));
        let error = retrieve(&client).await.unwrap_err();
        assert!(error.is_not_found(), "{error}");
    }

    #[tokio::test]
    async fn errors_and_time_outs_are_those_of_plain_answers() {
        let server = Server::start().await;
        let client = openai(&server)
            .read_timeout(Duration::from_secs(1))
            .build()
            .unwrap();
        let rejection = json!({"error": {"message": "no such job", "code": "gone"}}).to_string();
        let body = compressed("gzip", rejection.as_bytes()).await;
        server.answer(answer(body, "gzip").status(404));
        let error = retrieve(&client).await.unwrap_err();
        assert_eq!(error.vendor_message(), Some("no such job"));
        assert_eq!(error.vendor_code(), Some("gone"));
        // A byte at a time is no silence; none is.
        let whole = compressed("gzip", job().to_string().as_bytes()).await;
        let slow = answer(whole[..40].to_vec(), "gzip").dripping(Duration::from_millis(20));
        server.answer(slow);
        let error = retrieve(&client).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Interrupted, "{error}");
        let silent = answer(whole, "gzip").dripping(Duration::from_secs(60));
        server.answer(silent);
        let error = retrieve(&client).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    }

    #[tokio::test]
    async fn downloads_are_decompressed_as_they_come() {
        let server = Server::start().await;
        let client = openai(&server).build().unwrap();
        let plain: Vec<u8> = (0..100_000_u32).flat_map(|n| n.to_le_bytes()).collect();
        for &(encoding, how) in ENCODINGS {
            let body = compressed(how, &plain).await;
            server.answer(Answer::bytes(&body).header("content-encoding", encoding));
            let file = client.download_file("file-1").await.unwrap();
            // The length of the compressed bytes would be wrong.
            assert_eq!(file.total_bytes(), None);
            for header in ["content-length", "content-encoding"] {
                assert!(!file.headers().contains_key(header), "{header}");
            }
            assert!(file.bytes(2 << 20).await.unwrap() == plain, "{how}");
            let half = Answer::bytes(&body[..body.len() / 2]);
            server.answer(half.header("content-encoding", encoding));
            let mut file = client.download_file("file-1").await.unwrap();
            let error = loop {
                match file.chunk().await {
                    Ok(piece) => assert!(piece.is_some(), "{how}: it ended"),
                    Err(error) => break error,
                }
            };
            assert_eq!(error.kind(), ErrorKind::Interrupted, "{how}");
            assert!(file.chunk().await.unwrap().is_none());
        }
    }

    /// A long list is read as it comes.
    #[tokio::test]
    async fn streamed_lists_are_decompressed_too() {
        let server = Server::start().await;
        let budget = MemoryBudget::new(16 << 20);
        let client = builder(together::Client::builder(), &server)
            .max_body_bytes(300_000)
            .memory_budget(budget.clone())
            .build()
            .unwrap();
        let jobs = (0..3000).map(|n| {
            json!({"id": format!("ft-{n}"), "status": "running", "model": "x".repeat(100),
                   "created_at": "2025-01-01T00:00:00Z"})
        });
        let list = json!({"data": jobs.collect::<Vec<_>>()}).to_string();
        let mut providers = unitune::providers::Providers::new();
        let account = unitune::providers::Account::with_backend("t", client);
        providers.add(account).unwrap();
        for &(encoding, how) in ENCODINGS {
            let body = compressed(how, list.as_bytes()).await;
            assert!(body.len() < 300_000, "{how}");
            server.answer(answer(body.clone(), encoding));
            let query = unitune::providers::ListQuery::new().limit(2500);
            let listed = providers.list(&query).await.unwrap();
            assert_eq!(listed.jobs.len(), 2500, "{how}: {:?}", listed.warnings);
            assert_eq!(budget.used(), 0, "{how}");
        }
    }
}
