//! How many requests per second a sandbox with 10,000 jobs answers, and how much memory it takes.
//!
//! `cargo run --release -p unitune-sandbox --example load`

use std::error::Error;
use std::time::{Duration, Instant};
use unitune_sandbox::{Sandbox, Vendor};

const JOBS: usize = 10_000;
const CLIENTS: usize = 8;
const LONG: Duration = Duration::from_secs(2);

/// What is asked: a name, a vendor, a path. `{id}` is the id of some seeded job of that vendor.
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

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    // Somebody else may have installed a provider, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let start = Instant::now();
    let sandbox = Sandbox::builder().jobs(JOBS).start().await?;
    println!(
        "{JOBS} jobs are there after {:?}; {}",
        start.elapsed(),
        memory()
    );
    println!("| request | requests/s | bytes each |\n| --- | --- | --- |");
    for (name, vendor, path) in REQUESTS {
        let mut jobs = sandbox
            .seeded_jobs()
            .iter()
            .filter(|job| job.vendor == *vendor && job.awkward.is_none());
        let id = jobs.next().map_or("", |job| job.id.as_str());
        let url = format!("{}{}", sandbox.base_url(*vendor), path.replace("{id}", id));
        let (rate, bytes) = measure(&url, vendor.key()).await?;
        println!("| {name} | {rate:.1} | {bytes} |");
    }
    println!("{}", memory());
    Ok(())
}

async fn measure(
    url: &str,
    key: &'static str,
) -> Result<(f64, usize), Box<dyn Error + Send + Sync>> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let start = Instant::now();
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..CLIENTS {
        let (client, url) = (client.clone(), url.to_owned());
        clients.spawn(async move {
            let (mut done, mut bytes) = (0u32, 0);
            while start.elapsed() < LONG {
                let answer = client
                    .get(&url)
                    .bearer_auth(key)
                    .send()
                    .await?
                    .error_for_status()?;
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

/// Resident memory of this process, client included, where the system tells it.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    match kilobytes {
        Some(kilobytes) => format!("{} MB resident", kilobytes / 1024),
        None => "memory unknown on this system".into(),
    }
}
