//! `unitune sandbox`

use serde_json::json;
use unitune_sandbox::{Awkward, Sandbox, Vendor};

use crate::args::SandboxArguments;
use crate::exit::{Exit, Failure};
use crate::render;

pub async fn run(arguments: SandboxArguments) -> Result<Exit, Failure> {
    let mut builder = Sandbox::builder()
        .addr(arguments.addr)
        .seed(arguments.seed)
        .speed(arguments.speed);
    if let Some(jobs) = arguments.jobs {
        builder = builder.jobs(jobs);
    }
    for name in &arguments.awkward {
        builder = match Awkward::named(name) {
            Some(awkward) => builder.awkward(awkward, true),
            None => builder.all_awkward(true),
        };
    }
    for fault in arguments.faults {
        builder = builder.fault(fault);
    }
    let sandbox = builder.start().await.map_err(|error| {
        Failure::new(
            Exit::Failure,
            format!("the sandbox does not start: {error}"),
        )
    })?;
    if arguments.json {
        render::json(&document(&sandbox))?;
    } else {
        render::text(&greeting(&sandbox))?;
    }
    if !sandbox.addr().ip().is_loopback() {
        eprintln!("warning: everybody who reaches this machine can use the sandbox");
    }
    tokio::signal::ctrl_c().await?;
    sandbox.stop().await;
    Ok(Exit::Done)
}

/// The environment variables of each vendor's own programs: key, base URL.
fn variables(vendor: Vendor) -> (&'static str, &'static str) {
    use unitune::transport::ApiClient;
    use unitune::{openai, together, truefoundry};
    let environment = match vendor.name() {
        "openai" => openai::Client::ENVIRONMENT,
        "together" => together::Client::ENVIRONMENT,
        _ => truefoundry::Client::ENVIRONMENT,
    };
    (environment.key, environment.base_url)
}

fn greeting(sandbox: &Sandbox) -> String {
    let mut text = format!(
        "Three vendors on {}; Ctrl-C stops them.\n\n",
        sandbox.addr()
    );
    for vendor in Vendor::all() {
        let url = sandbox.base_url(vendor);
        text.push_str(&format!(
            "{:<12} {url:<44} key {}\n",
            vendor.name(),
            vendor.key()
        ));
    }
    let older = sandbox.truefoundry_control_plane_base_url();
    text.push_str(&format!(
        "{:<12} {older:<44} the gateway's older form\n",
        ""
    ));
    text.push_str("\nFor the vendors' own programs, and for this one:\n\n");
    for vendor in Vendor::all() {
        let (key, url) = variables(vendor);
        text.push_str(&format!(
            "export {key}={} {url}={}\n",
            vendor.key(),
            sandbox.base_url(vendor)
        ));
    }
    text
}

fn document(sandbox: &Sandbox) -> serde_json::Value {
    let vendors = Vendor::all().map(|vendor| {
        let facts = json!({"base_url": sandbox.base_url(vendor), "api_key": vendor.key()});
        (vendor.name().to_owned(), facts)
    });
    json!({
        "addr": sandbox.addr().to_string(),
        "vendors": vendors.collect::<serde_json::Map<_, _>>(),
    })
}
