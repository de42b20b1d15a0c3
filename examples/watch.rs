//! Watches a job until it ends: `cargo run --example watch -- ID`.

use futures_util::StreamExt;
use unitune::providers::{Change, Providers, WatchOptions};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), unitune::Error> {
    let id = std::env::args().nth(1).unwrap_or_default();
    watch(&Providers::from_env()?, &id).await
}

pub async fn watch(providers: &Providers, id: &str) -> Result<(), unitune::Error> {
    let mut watch = providers.watch(id, &WatchOptions::new());
    while let Some(change) = watch.next().await {
        match change? {
            Change::Status { job, .. } => println!("{} is {}", job.id, job.provider.status),
            Change::Event { event, .. } => println!("  {}", event.message),
            Change::Restarted { to, .. } => println!("goes on as {}", to.id),
            Change::Trouble(warning) => eprintln!("{warning}"),
            Change::Finished(job) => match job.fine_tuned_model {
                Some(model) => println!("the model is {model}"),
                None => println!("{}: {:?}", job.status, job.error),
            },
            _ => {}
        }
    }
    Ok(())
}
