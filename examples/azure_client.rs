//! The client of Azure OpenAI alone, with the endpoint of `AZURE_OPENAI_ENDPOINT`,
//! the token of `AZURE_OPENAI_AD_TOKEN` or the key of `AZURE_OPENAI_API_KEY`, and the
//! version of `OPENAI_API_VERSION`, if there is one.

use std::time::Duration;

use unitune::azure::types::{FileStatus, UploadPurpose};
use unitune::azure::{Client, ListJobsOptions};
use unitune::transport::{ClientBuilder, Upload};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), unitune::Error> {
    let client = ClientBuilder::<Client>::from_env().retries(3).build()?;
    jobs(&client).await?;
    import(&client).await
}

pub async fn jobs(client: &Client) -> Result<(), unitune::Error> {
    let page = client
        .list_jobs(ListJobsOptions::new().limit(50_i64))
        .await?;
    for job in page.data.ok() {
        let kind = job.training_type.as_deref().unwrap_or("-");
        println!("{} {} {kind}", job.id, job.status);
        if let Some(model) = &job.fine_tuned_model {
            println!("  {model}, once it is deployed");
        }
    }
    match client.retrieve_job("ftjob-none").await {
        Err(error) if error.is_not_found() => println!("there is no such job"),
        other => println!("{}", other?.status),
    }
    Ok(())
}

/// Uploads a file, and waits until the vendor has imported it.
pub async fn import(client: &Client) -> Result<(), unitune::Error> {
    let example = r#"{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}"#;
    let content = Upload::from_bytes("greetings.jsonl", format!("{example}\n").repeat(10));
    let file = client.upload_file(content, UploadPurpose::FineTune, None);
    let mut file = file.await?.into_inner();
    while matches!(file.status, FileStatus::Pending | FileStatus::Running) {
        println!("{} {}", file.id, file.status);
        tokio::time::sleep(Duration::from_secs(1)).await;
        file = client.retrieve_file(&file.id).await?.into_inner();
    }
    println!("{} {}", file.id, file.status);
    client.delete_file(&file.id).await?;
    Ok(())
}
