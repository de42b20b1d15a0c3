//! Lists the newest jobs of all accounts: of the file that `UNITUNE_CONFIG`
//! names, otherwise of the vendors' usual environment variables.

use futures_util::StreamExt;
use unitune::providers::{ListItem, ListQuery, Providers};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), unitune::Error> {
    let providers = match std::env::var_os("UNITUNE_CONFIG") {
        Some(file) => Providers::from_file(file)?,
        None => Providers::from_env()?,
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
