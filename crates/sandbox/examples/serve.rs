//! Serves a sandbox until its standard input ends, and says on one line of JSON where: for scripts in other languages.
//!
//! `cargo run -p unitune-sandbox --example serve -- [SEED [FAULT…]]`

use serde_json::json;
use std::error::Error;
use unitune_sandbox::{Sandbox, Vendor};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut builder = Sandbox::builder();
    if let Some(seed) = arguments.next() {
        builder = builder.seed(seed.parse()?);
    }
    for fault in arguments {
        builder = builder.fault(fault.parse()?);
    }
    let sandbox = builder.start().await?;
    let vendors = Vendor::ALL.map(|vendor| {
        (
            vendor.name().to_owned(),
            json!({
                "base_url": sandbox.base_url(vendor),
                "key": vendor.key(),
            }),
        )
    });
    let mut about: serde_json::Map<_, _> = vendors.into_iter().collect();
    about.insert(
        "control".into(),
        json!(format!("http://{}/_sandbox", sandbox.addr())),
    );
    println!("{}", serde_json::Value::Object(about));
    tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink()))
        .await??;
    sandbox.stop().await;
    Ok(())
}
