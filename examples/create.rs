//! Starts a job from a file on disk, if it costs no more than ten dollars:
//! `cargo run --example create -- MODEL FILE`.

use unitune::providers::{Draft, Providers};
use unitune::unify::Usd;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), unitune::Error> {
    let mut arguments = std::env::args().skip(1);
    let model = arguments.next().unwrap_or_default();
    let file = arguments.next().unwrap_or_default();
    create(
        &Providers::from_env()?.select(&["together"])?,
        &model,
        &file,
    )
    .await
}

pub async fn create(providers: &Providers, model: &str, file: &str) -> Result<(), unitune::Error> {
    let draft = Draft::new(model, file)
        .max_cost(Usd::from_nanos(10_000_000_000))
        .with(|request| request.suffix = Some("example".to_owned()));
    // What is wrong in the file is said before anything is sent.
    let preflight = providers.preflight(&draft).await?;
    for (path, found) in &preflight.files {
        println!("{}: {} examples", path.display(), found.examples);
    }
    let created = providers.create(&draft).await?;
    println!("{} at {}", created.job.id, created.job.provider.account);
    if let Some(price) = created.estimate.and_then(|estimate| estimate.total) {
        println!("about {price} dollars");
    }
    Ok(())
}
