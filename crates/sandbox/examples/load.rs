//! How many requests per second a sandbox with 10,000 jobs (over all vendors) answers, and how much memory it takes.
//!
//! `cargo run --release -p unitune-sandbox --example load`
//!
//! Eight clients in the same process ask for the same thing over kept connections, each as soon as it has read the
//! answer before, for two seconds per row. The times and the memory are those of both sides together. It takes about
//! fifteen seconds, and gives up after two minutes.

use std::error::Error;
use std::time::{Duration, Instant};
use unitune_sandbox::{Sandbox, Vendor};

const JOBS: usize = 10_000;
const CLIENTS: usize = 8;
const LONG: Duration = Duration::from_secs(2);
/// No answer takes that long, and the whole does not take longer.
const SLOW: Duration = Duration::from_secs(15);
const AT_MOST: Duration = Duration::from_secs(120);

/// What is asked: a name, a vendor, a path. `{id}` is the id of the job in the middle of that vendor's.
const REQUESTS: &[(&str, Vendor, &str)] = &[
    (
        "OpenAI, a page",
        Vendor::OpenAi,
        "/fine_tuning/jobs?limit=20",
    ),
    ("OpenAI, a job", Vendor::OpenAi, "/fine_tuning/jobs/{id}"),
    ("Together, all jobs", Vendor::Together, "/fine-tunes"),
    ("Together, a job", Vendor::Together, "/fine-tunes/{id}"),
    (
        "TrueFoundry, a page",
        Vendor::TrueFoundry,
        "/fine_tuning/jobs?limit=20",
    ),
];

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Outcome<()> {
    let late = |_| {
        format!("not done after {AT_MOST:?}: is this a release build, and is the machine busy?")
    };
    tokio::time::timeout(AT_MOST, run()).await.map_err(late)?
}

async fn run() -> Outcome<()> {
    // Somebody else may have installed a provider, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let start = Instant::now();
    let sandbox = Sandbox::builder().jobs(JOBS).start().await?;
    println!(
        "{JOBS} jobs are there after {:.2?}; {}. {CLIENTS} clients in the same process, {LONG:?} per row:\n",
        start.elapsed(),
        memory("VmRSS", "resident")
    );
    println!("| request | requests/s | ms each | bytes each |\n| --- | ---: | ---: | ---: |");
    for (name, vendor, path) in REQUESTS {
        let jobs = sandbox.seeded_jobs().iter();
        let jobs = jobs.filter(|job| job.vendor == *vendor && job.deviation.is_none());
        let jobs: Vec<_> = jobs.collect();
        let id = jobs.get(jobs.len() / 2).map_or("", |job| job.id.as_str());
        let url = format!("{}{}", sandbox.base_url(*vendor), path.replace("{id}", id));
        let (rate, bytes) = measure(&url, vendor.key()).await?;
        let each = 1000.0 * CLIENTS as f64 / rate;
        println!("| {name} | {rate:.1} | {each:.2} | {bytes} |");
    }
    println!(
        "\nAfterwards {}, {}.",
        memory("VmRSS", "resident"),
        memory("VmHWM", "at most")
    );
    Ok(())
}

/// Requests per second, and how long the last answer was.
async fn measure(url: &str, key: &'static str) -> Outcome<(f64, usize)> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .timeout(SLOW)
        .build()?;
    let start = Instant::now();
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..CLIENTS {
        let (client, url) = (client.clone(), url.to_owned());
        clients.spawn(async move {
            let (mut done, mut bytes) = (0u32, 0);
            while start.elapsed() < LONG {
                let request = client.get(&url).bearer_auth(key);
                let answer = request.send().await?.error_for_status()?;
                bytes = answer.bytes().await?.len();
                done += 1;
            }
            Ok::<_, reqwest::Error>((done, bytes))
        });
    }
    let (mut total, mut size) = (0, 0);
    while let Some(result) = clients.join_next().await {
        let (done, bytes) = result??;
        total += done;
        size = bytes;
    }
    Ok((f64::from(total) / start.elapsed().as_secs_f64(), size))
}

/// This process's memory, client included, where the system tells it.
fn memory(field: &str, what: &str) -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(field));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    match kilobytes {
        Some(kilobytes) => format!("{} MB {what}", kilobytes / 1024),
        None => format!("memory {what} unknown on this system"),
    }
}
