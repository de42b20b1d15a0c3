//! What is between a client and its vendor: certificates and proxies.
#![cfg(feature = "openai")]

#[path = "support/https.rs"]
mod https;

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::Command;
use std::sync::mpsc;

use unitune::ErrorKind;
use unitune::openai::{Client, ListJobsOptions};
use unitune::transport::ClientBuilder;

const LIST: &str = r#"{"object": "list", "data": [], "has_more": false}"#;

fn client(url: &str) -> ClientBuilder<Client> {
    Client::builder().api_key("sk-own").base_url(url).retries(0)
}

#[tokio::test]
async fn a_certificate_of_one_s_own_is_trusted_only_where_it_is_given() {
    let server = https::serve("200 OK", LIST.to_owned());
    let trusting = client(&server.url).root_certificates(server.certificate.as_str());
    let trusting = trusting.build().unwrap();
    let list = trusting.list_jobs(ListJobsOptions::new()).await.unwrap();
    assert!(list.data.is_empty());

    let wary = client(&server.url).build().unwrap();
    let error = wary.list_jobs(ListJobsOptions::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
    assert!(error.to_string().contains("certificate"), "{error}");

    // Another server's certificate does not help.
    let other = https::serve("200 OK", LIST.to_owned());
    let misled = client(&server.url).root_certificates(other.certificate.as_str());
    let misled = misled.build().unwrap();
    let error = misled.list_jobs(ListJobsOptions::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
}

/// Where a test runs in a process of its own: the server that it asks.
const URL: &str = "UNITUNE_TEST_URL";

/// The system's certificates are named by a variable, which is that of a process.
#[test]
fn what_the_system_trusts_is_trusted() {
    let server = https::serve("200 OK", LIST.to_owned());
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &server.certificate).unwrap();
    let trusts = |name: &str| {
        let mut test = Command::new(std::env::current_exe().unwrap());
        test.args([
            "--exact",
            "transport_network::in_a_process_of_its_own",
            "--ignored",
        ]);
        let test = test.env(name, file.path()).env(URL, &server.url);
        test.output().unwrap().status.success()
    };
    assert!(trusts("SSL_CERT_FILE"));
    assert!(!trusts("UNITUNE_TEST_NOTHING"));
}

#[tokio::test]
#[ignore = "what_the_system_trusts_is_trusted runs it"]
async fn in_a_process_of_its_own() {
    // Two clients share what the first has loaded.
    let url = std::env::var(URL).unwrap();
    let clients = [client(&url), client(&url)].map(|client| client.build().unwrap());
    for client in clients {
        client.list_jobs(ListJobsOptions::new()).await.unwrap();
    }
}

/// A proxy that answers plain requests itself and rejects tunnels. It says
/// what it is asked.
fn proxy() -> (String, mpsc::Receiver<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let head: Vec<String> = lines
                .map_while(Result::ok)
                .take_while(|line| !line.is_empty())
                .collect();
            let is_tunnel = head.first().is_some_and(|line| line.starts_with("CONNECT"));
            let (status, body) = match is_tunnel {
                true => ("403 Forbidden", ""),
                false => ("200 OK", LIST),
            };
            let _ = tell.send(head);
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
                 connection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    (address.to_string(), told)
}

#[tokio::test]
async fn requests_go_through_the_proxy() {
    let (address, told) = proxy();
    let client = client("http://vendor.example/v1").proxy(format!("http://me:pass@{address}"));
    let client = client.build().unwrap();
    let list = client.list_jobs(ListJobsOptions::new()).await.unwrap();
    assert!(list.data.is_empty());
    let head = told.recv().unwrap();
    assert!(
        head[0].starts_with("GET http://vendor.example/v1/fine_tuning/jobs"),
        "{head:?}"
    );
    let has = |name: &str| {
        head.iter()
            .any(|line| line.to_lowercase().starts_with(name))
    };
    assert!(has("proxy-authorization: basic "), "{head:?}");
}

#[tokio::test]
async fn https_goes_through_the_proxy_s_tunnel_and_the_key_does_not_reach_it() {
    let (address, told) = proxy();
    let client = client("https://vendor.example/v1").proxy(format!("http://me:hidden@{address}"));
    let client = client.build().unwrap();
    let error = client.list_jobs(ListJobsOptions::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
    assert!(
        !format!("{error} {error:?}").contains("hidden"),
        "{error:?}"
    );
    let head = told.recv().unwrap();
    assert!(
        head[0].starts_with("CONNECT vendor.example:443"),
        "{head:?}"
    );
    assert!(!head.iter().any(|line| line.contains("sk-own")), "{head:?}");
}
