//! Lists the newest jobs of all accounts: of `unitune.toml` if there is one,
//! otherwise of the vendors' usual environment variables.

use futures_util::StreamExt;
use unitune::providers::{ListItem, ListQuery, Providers};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), unitune::Error> {
    let providers = match std::path::Path::new("unitune.toml") {
        file if file.exists() => Providers::from_file(file)?,
        _ => Providers::from_env()?,
    };
    list(&providers).await
}

pub async fn list(providers: &Providers) -> Result<(), unitune::Error> {
    // A page, as a table would show it …
    let page = providers.list(&ListQuery::new().limit(5)).await?;
    for job in &page.jobs {
        println!("{} {} {}", job.provider.account, job.id, job.status);
    }
    // … and everything after it, job by job.
    if let Some(last) = page.jobs.last() {
        let mut rest = providers.jobs(&ListQuery::new().after(last));
        while let Some(item) = rest.next().await {
            match item? {
                ListItem::Job(job) => println!("{} {}", job.id, job.model),
                ListItem::Warning(warning) => eprintln!("{warning}"),
                _ => {}
            }
        }
    }
    Ok(())
}
