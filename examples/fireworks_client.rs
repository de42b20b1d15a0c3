//! The client of Fireworks alone, with the key of `FIREWORKS_API_KEY`, and the
//! account of `FIREWORKS_ACCOUNT_ID` or the only one that the key has.

use unitune::fireworks::{
    Client, ListSupervisedJobsOptions, RetrieveSupervisedJobOptions, types::JobState,
};
use unitune::transport::ClientBuilder;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), unitune::Error> {
    let client = ClientBuilder::<Client>::from_env().retries(3).build()?;
    jobs(&client).await
}

pub async fn jobs(client: &Client) -> Result<(), unitune::Error> {
    let account = client.account_id().await?;
    // The vendor's own order is by name.
    let mut options = ListSupervisedJobsOptions::new()
        .page_size(50_i64)
        .order_by("create_time desc");
    loop {
        let page = client
            .list_supervised_jobs(&account, options.clone())
            .await?;
        let page = page.into_inner();
        for job in page
            .supervised_fine_tuning_jobs
            .iter()
            .flat_map(|jobs| jobs.ok())
        {
            let state = job.state.as_ref().map_or("", JobState::as_str);
            println!("{} {state}", job.name.as_deref().unwrap_or_default());
        }
        match page.next_page_token.filter(|token| !token.is_empty()) {
            Some(token) => options = options.page_token(token),
            None => break,
        }
    }
    let missing = RetrieveSupervisedJobOptions::new();
    match client
        .retrieve_supervised_job(&account, "no-such-job", missing)
        .await
    {
        Err(error) if error.is_not_found() => println!("there is no such job"),
        other => println!("{:?}", other?.state),
    }
    Ok(())
}
