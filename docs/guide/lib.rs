//! The Rust blocks of the guide, compiled and run by `cargo test --doc`: a module for
//! each page that has some. The functions are what the blocks start from.
#![warn(missing_docs)]

use std::error::Error;

use unitune::providers::{Account, Providers};
use unitune::transport::{ApiClient, ClientBuilder};
use unitune_sandbox::{Sandbox, Vendor};

/// Returns accounts at simulated vendors whose time runs so many times as fast.
///
/// # Errors
///
/// The sandbox cannot listen.
pub async fn accounts(speed: f64) -> Result<(Sandbox, Providers), Box<dyn Error>> {
    let sandbox = Sandbox::builder().speed(speed).start().await?;
    fn client<C: ApiClient>(sandbox: &Sandbox, vendor: Vendor) -> ClientBuilder<C> {
        let url = sandbox.base_url(vendor);
        ClientBuilder::default().base_url(url).api_key(vendor.key())
    }
    let openai: unitune::openai::Client = client(&sandbox, Vendor::OpenAi).build()?;
    let together: unitune::together::Client = client(&sandbox, Vendor::Together).build()?;
    let mut providers = Providers::new();
    providers.add(Account::with_backend("openai", openai))?;
    providers.add(Account::with_backend("together", together))?;
    Ok((sandbox, providers))
}

/// Returns the path of a file with training examples.
///
/// # Errors
///
/// The file cannot be written.
pub fn training_file() -> Result<String, Box<dyn Error>> {
    let example = |n: u32| {
        format!(
            "{{\"messages\": [{{\"role\": \"user\", \"content\": \"What is {n} and {n}?\"}}, \
             {{\"role\": \"assistant\", \"content\": \"{}\"}}]}}\n",
            n + n
        )
    };
    let path = std::env::temp_dir().join(format!("unitune-guide-{}.jsonl", std::process::id()));
    std::fs::write(&path, (0..12).map(example).collect::<String>())?;
    Ok(path.display().to_string())
}

#[doc = include_str!("src/library.md")]
pub mod library {}

#[doc = include_str!("src/gateway.md")]
pub mod gateway {}

#[doc = include_str!("src/sandbox.md")]
pub mod sandbox {}

#[doc = include_str!("src/own-vendor.md")]
pub mod own_vendor {}

#[doc = include_str!("src/concepts.md")]
pub mod concepts {}

#[doc = include_str!("src/troubleshooting.md")]
pub mod troubleshooting {}
