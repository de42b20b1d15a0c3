//! `unitune accounts check`

use std::time::{Duration, Instant};

use anstyle::AnsiColor;
use futures_util::future::join_all;
use serde::Serialize;
use serde_json::json;
use unitune::providers::{Account, ListQuery, Operation, Providers};
use unitune::{Error, ErrorKind, vendors};

use super::Accounts;
use crate::args::accounts::ListArguments;
use crate::exit::{Exit, Failure};
use crate::output::{self, Column, Kind, ListContext, Output, Row, Step, Table};

/// What came of trying an account's key.
#[derive(Serialize)]
pub struct Checked {
    account: String,
    vendor: String,
    ok: bool,
    /// How long the first answer took.
    milliseconds: Option<u64>,
    /// What the key may look at.
    may_read: Vec<&'static str>,
    pub problem: Option<String>,
}

impl Row for Checked {
    const TABLE: Table<Self> = Table {
        columns: &[
            Column::new("account", "ACCOUNT", Kind::Text, |row| json!(row.account)),
            Column::new("vendor", "VENDOR", Kind::Text, |row| json!(row.vendor)),
            Column::new("ok", "KEY", Kind::Status, |row: &Self| json!(row.ok))
                .text(|row| if row.ok { "works" } else { "fails" }.to_owned()),
            Column::new("milliseconds", "LATENCY", Kind::Number, |row: &Self| {
                json!(row.milliseconds)
            })
            .text(|row| {
                row.milliseconds
                    .map_or_else(String::new, |ms| format!("{ms} ms"))
            }),
            Column::new("may_read", "MAY READ", Kind::Text, |row: &Self| {
                json!(row.may_read)
            })
            .text(|row| row.may_read.join(", ")),
            Column::new("problem", "PROBLEM", Kind::Text, |row| json!(row.problem)),
        ],
        // What is wrong stands below the table, in full.
        shown: &["account", "vendor", "ok", "milliseconds", "may_read"],
        steps: &[
            Step::Drop("vendor"),
            Step::Drop("may_read"),
            Step::Drop("milliseconds"),
        ],
        empty: "No accounts.",
        colour: |row| match row.ok {
            true => Some(AnsiColor::Green),
            false => Some(AnsiColor::Red),
        },
    };
}

pub async fn run(arguments: ListArguments) -> Result<Exit, Failure> {
    let output = Output::new(&arguments.output);
    output.check::<Checked>()?;
    let accounts = Accounts::open(&arguments.accounts).await?;
    let providers = accounts.providers();
    let checks = providers.accounts().iter();
    let checks = join_all(checks.map(|account| check(providers, account))).await;
    let all_work = checks.iter().all(|check| check.ok);
    let problems = checks.iter().filter_map(|check| check.problem.clone());
    let problems: Vec<String> = problems.collect();
    let is_table = output.is_table();
    output.list(checks, ListContext::default())?;
    if is_table {
        for problem in problems {
            output::error(&problem);
        }
    }
    // As with lists: an account could not be asked.
    Ok(if all_work { Exit::Done } else { Exit::Partial })
}

/// Tries an account's key: lists a job, and the files.
pub async fn check(providers: &Providers, account: &Account) -> Checked {
    let mut checked = Checked {
        account: account.name().to_owned(),
        vendor: account.vendor().to_string(),
        ok: false,
        milliseconds: None,
        may_read: Vec::new(),
        problem: None,
    };
    let only = match providers.select(&[account.name()]) {
        Ok(only) => only,
        Err(error) => {
            checked.problem = Some(error.to_string());
            return checked;
        }
    };
    let mut problems = Vec::new();
    let start = Instant::now();
    let jobs = only.list(&ListQuery::new().limit(1).notes(false)).await;
    let took = start.elapsed();
    let failed = match &jobs {
        Ok(list) => list.warnings.iter().find_map(|warning| {
            let error = warning.error.as_deref();
            error.filter(|_| warning.account_failed)
        }),
        Err(error) => Some(error),
    };
    let is_reached = |error: &Error| error.status().is_some();
    if failed.is_none_or(is_reached) {
        checked.milliseconds = Some(milliseconds(took));
    }
    match failed {
        None => checked.may_read.push("jobs"),
        Some(error) => problems.push(explained(error, account)),
    }
    let can_go_on = failed.is_none_or(|error| is_reached(error) && error.status() != Some(401));
    if can_go_on && account.support(Operation::ListFiles).is_supported() {
        match only.list_files().await.all_failed() {
            None => checked.may_read.push("files"),
            Some(errors) => {
                problems.extend(errors.iter().map(|error| explained(error, account)));
            }
        }
    }
    checked.ok = problems.is_empty();
    checked.problem = (!problems.is_empty()).then(|| problems.join("; "));
    checked
}

fn milliseconds(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

/// Says what is wrong, and what to do about it.
fn explained(error: &Error, account: &Account) -> String {
    let environment = vendors::get(account.vendor().as_str()).and_then(|v| v.environment());
    let name = account.name();
    let advice = match (error.status(), error.kind(), environment) {
        (Some(401), _, Some(names)) => format!(
            "the key is rejected; look at {} or at the account in the file, or write it anew: \
             unitune accounts add {name} --replace",
            names.key
        ),
        (Some(401), _, None) => "the key is rejected".to_owned(),
        (Some(403), ..) => "the key is known, and may not do this".to_owned(),
        (Some(404), ..) => "the address may be wrong: look at base_url".to_owned(),
        (None, ErrorKind::Connect, Some(names)) => format!(
            "the address cannot be reached: look at the network, at base_url and at {}",
            names.base_url
        ),
        _ => return error.to_string(),
    };
    format!("{error} ({advice})")
}
