//! Lists the jobs of a sandbox: `cargo run -- sandbox` in another terminal, then
//! this with the URL and the key that it prints.

use std::env;

use unitune_progenitor::{http_client, openai};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let http = http_client(&env::var("OPENAI_API_KEY")?)?;
    let client = openai::Client::new_with_client(&env::var("OPENAI_BASE_URL")?, http);
    for job in &client.list_jobs().limit(5).send().await?.data {
        println!("{} {}", job.id, job.status);
    }
    Ok(())
}
