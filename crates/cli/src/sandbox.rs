//! `unitune sandbox`

use serde_json::json;
use unitune::vendors::{self, VendorInfo};
use unitune_sandbox::{Deviation, Sandbox, Vendor};

use crate::args::service::SandboxArguments;
use crate::exit::{Exit, Failure};
use crate::{output, stop_signal};

pub async fn run(arguments: SandboxArguments) -> Result<Exit, Failure> {
    let mut builder = Sandbox::builder()
        .addr(arguments.addr.resolve().await?)
        .seed(arguments.seed)
        .speed(arguments.speed);
    if let Some(jobs) = arguments.jobs {
        builder = builder.jobs(jobs);
    }
    for name in &arguments.deviation {
        builder = match Deviation::named(name) {
            Some(deviation) => builder.deviation(deviation, true),
            None => builder.all_deviations(true),
        };
    }
    for fault in arguments.faults {
        builder = builder.fault(fault);
    }
    let sandbox = builder.start().await.map_err(|error| {
        Failure::new(Exit::Failure, format!("cannot start the sandbox: {error}"))
    })?;
    if arguments.json {
        output::json(&document(&sandbox))?;
    } else {
        output::text(&greeting(&sandbox))?;
    }
    if !sandbox.addr().ip().is_loopback() {
        output::warning("everybody who reaches this machine can use the sandbox");
    }
    stop_signal::received().await?;
    sandbox.stop().await;
    Ok(Exit::Done)
}

fn greeting(sandbox: &Sandbox) -> String {
    let addr = sandbox.addr();
    let count = Vendor::all().len();
    let mut text = format!("{count} vendors on {addr}; Ctrl-C stops them.\n\n");
    for vendor in Vendor::all() {
        let (name, url, key) = (vendor.name(), sandbox.base_url(vendor), vendor.key());
        let account = vendor.account().map(|id| format!(", account {id}"));
        let account = account.unwrap_or_default();
        text.push_str(&format!("{name:<12} {url:<44} key {key}{account}\n"));
        if let Some((path, what)) = vendor.other_base_path() {
            let url = format!("http://{addr}{path}");
            text.push_str(&format!("{:<12} {url:<44} {what}\n", ""));
        }
    }
    text.push_str("\nFor the vendors' own programs, and for this one:\n\n");
    for vendor in Vendor::all() {
        let known = vendors::get(vendor.name()).and_then(VendorInfo::environment);
        let Some(names) = known else { continue };
        let (key, url) = (
            vendor.key(),
            format!("http://{addr}{}", vendor.endpoint_path()),
        );
        text.push_str(&format!(
            "export {}={key} {}={url}",
            names.key, names.base_url
        ));
        if let Some((variable, account)) = account_variable(vendor) {
            text.push_str(&format!(" {variable}={account}"));
        }
        text.push('\n');
    }
    text
}

/// The variable of a vendor that is asked for the id of an account, and its value.
fn account_variable(vendor: Vendor) -> Option<(&'static str, &'static str)> {
    let profile = vendors::get(vendor.name()).and_then(VendorInfo::profile)?;
    let mut values = profile.config_values.iter();
    let id = values.find(|value| value.key == "account_id")?;
    Some((id.variable, vendor.account()?))
}

fn document(sandbox: &Sandbox) -> serde_json::Value {
    let vendors = Vendor::all().map(|vendor| {
        let facts = json!({
            "base_url": sandbox.base_url(vendor),
            "api_key": vendor.key(),
            "account": vendor.account(),
        });
        (vendor.name().to_owned(), facts)
    });
    json!({
        "addr": sandbox.addr().to_string(),
        "vendors": vendors.collect::<serde_json::Map<_, _>>(),
    })
}
