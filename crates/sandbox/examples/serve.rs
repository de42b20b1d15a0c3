//! Serves a sandbox until its standard input ends, and prints its addresses as one line of JSON: for scripts in other languages.
//!
//! `cargo run -p unitune-sandbox --example serve -- [plain] [seed=N] [jobs=N] [FAULT…]`, where `plain` switches the
//! deviations off and a fault looks like `together.createJob:503@once`.

use serde_json::{Map, Value, json};
use std::error::Error;
use unitune_sandbox::{Sandbox, Vendor};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut builder = Sandbox::builder();
    for argument in std::env::args().skip(1) {
        builder = match argument.split_once('=') {
            None if argument == "plain" => builder.all_deviations(false),
            Some(("seed", seed)) => builder.seed(seed.parse()?),
            Some(("jobs", jobs)) => builder.jobs(jobs.parse()?),
            _ => builder.fault(argument.parse()?),
        };
    }
    let sandbox = builder.start().await?;
    let mut about = Map::new();
    for vendor in Vendor::all() {
        let reached = json!({
            "base_url": sandbox.base_url(vendor),
            "key": vendor.key(),
            "account": vendor.account(),
        });
        about.insert(vendor.name().into(), reached);
    }
    let control = format!("http://{}/_sandbox", sandbox.addr());
    about.insert("control".into(), json!(control));
    println!("{}", Value::Object(about));
    tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink()))
        .await??;
    sandbox.stop().await;
    Ok(())
}
