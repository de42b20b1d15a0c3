//! What a long list takes of memory: what its reader wants, and not what the
//! vendor sends.

use std::io::{Read, Write};
use std::net::TcpListener;

use futures_util::StreamExt;
use serde_json::json;
use unitune::providers::{Account, ListItem, ListQuery, Providers};
use unitune::together;

const JOBS: usize = 2_000;
/// Of a job's text, in bytes.
const JOB: usize = 5_000;

/// Serves the list of an account with many jobs, each with a log, on a thread of
/// its own. Returns its address and the size of the list.
fn vendor() -> (String, usize) {
    let log: Vec<_> = (0..20)
        .map(|n| {
            json!({"object": "fine-tune-event", "type": "epoch_complete", "level": "info",
                "created_at": "2025-01-01T00:00:00Z", "step": n, "message": "x".repeat(100)})
        })
        .collect();
    let jobs = (0..JOBS).map(|n| {
        json!({"id": format!("ft-{n:06}"), "status": "running", "model": "m",
            "training_file": "file-1", "events": log,
            "created_at": 1_700_000_000 + n * 7_919 % JOBS})
    });
    let list = json!({"data": jobs.collect::<Vec<_>>()}).to_string();
    let size = list.len();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut request = [0; 4096];
            let _ = connection.read(&mut request).unwrap();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
                 connection: close\r\n\r\n",
                list.len()
            );
            connection.write_all(head.as_bytes()).unwrap();
            connection.write_all(list.as_bytes()).unwrap();
        }
    });
    (format!("http://{address}"), size)
}

/// The largest memory that a list takes, in bytes, and the number of its jobs. All
/// of the client runs on this thread, and its allocations alone are counted.
fn peak(url: &str, query: &ListQuery) -> (usize, usize) {
    let mut count = 0;
    let measured = allocation_counter::measure(|| {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_all().build().unwrap();
        let client = together::Client::builder().base_url(url).api_key("key");
        let mut providers = Providers::new();
        let account = Account::with_backend("together", client.build().unwrap());
        providers.add(account).unwrap();
        runtime.block_on(async {
            let mut jobs = providers.jobs_in_time(query);
            while let Some(item) = jobs.next().await {
                assert!(matches!(item.unwrap(), ListItem::Job(_)));
                count += 1;
                if query.limit == Some(count) {
                    break;
                }
            }
        });
    });
    (measured.bytes_max as usize, count)
}

#[test]
fn a_list_takes_what_is_wanted_of_it() {
    let (url, size) = vendor();
    assert!(size > JOBS * JOB / 2, "{size}");
    let (some, count) = peak(&url, &ListQuery::new().limit(100));
    assert_eq!(count, 100);
    let (all, count) = peak(&url, &ListQuery::new());
    assert_eq!(count, JOBS);
    eprintln!("{size} bytes: {some} for 100 jobs, {all} for all");
    // 101 jobs as text, and some decoded.
    assert!(some < 4 << 20, "{some} of {size}");
    // All of them as text, and some decoded: not each of them.
    assert!(all < size + size / 4 + (4 << 20), "{all} of {size}");
}
