//! The client of TrueFoundry's gateway alone, with the key of `TFY_API_KEY`.

use std::time::Duration;

use unitune::transport::{CallOptions, ClientBuilder};
use unitune::truefoundry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), unitune::Error> {
    let client = ClientBuilder::<truefoundry::Client>::from_env()
        .retries(3)
        .build()?;
    jobs(&client).await
}

pub async fn jobs(client: &truefoundry::Client) -> Result<(), unitune::Error> {
    let page = client
        .list_jobs(truefoundry::ListJobsOptions::new().limit(3))
        .await?;
    println!("request {:?}", page.request_id());
    for job in page.data.ok() {
        println!("{} {}", job.id, job.status);
    }
    // One bad item does not take the others with it.
    for bad in page.data.malformed() {
        eprintln!("{:?}: {}", bad.id(), bad.reason);
    }
    // Single calls may have limits of their own.
    let hasty = client.with_options(&CallOptions::new().timeout(Duration::from_secs(5)));
    match hasty
        .retrieve_job("no-such-job", truefoundry::RetrieveJobOptions::new())
        .await
    {
        Err(error) if error.is_not_found() => println!("there is no such job"),
        other => println!("{:?}", other?.status),
    }
    Ok(())
}
