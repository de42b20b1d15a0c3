//! `unitune jobs list`

use serde_json::json;
use unitune::providers::{JobList, ListQuery};

use crate::accounts::Accounts;
use crate::args::ListArguments;
use crate::exit::{Exit, Failure};
use crate::render::{self, Terminal};

pub async fn run(arguments: ListArguments) -> Result<Exit, Failure> {
    let accounts = Accounts::open(&arguments.common).await?;
    let limit = usize::try_from(arguments.limit).unwrap_or(usize::MAX);
    let mut query = ListQuery::new().limit(limit);
    query.status = arguments.status;
    let mut list = accounts.providers().list(&query).await?;
    let shutdowns = accounts.providers().shutdown_warnings(&list.jobs).await;
    list.warnings.extend(shutdowns);
    let failed = list.all_failed();
    if arguments.common.json {
        render::json(&document(&list))?;
    } else if failed.is_none() {
        render::text(&shown(&list, &Terminal::of_stdout()))?;
    }
    if let Some(errors) = failed {
        errors.iter().for_each(|error| render::error(error));
        let others = list.warnings.iter().filter(|w| !w.account_failed);
        render::warnings(others);
        return Ok(Exit::Partial);
    }
    render::warnings(&list.warnings);
    if list.has_more && !arguments.common.json {
        eprintln!("note: there are more jobs; --limit shows more than {limit}");
    }
    Ok(if list.warnings.iter().any(|w| w.account_failed) {
        Exit::Partial
    } else {
        Exit::Done
    })
}

fn shown(list: &JobList, terminal: &Terminal) -> String {
    let is_partial = list.warnings.iter().any(|warning| warning.account_failed);
    match list.jobs.as_slice() {
        [] if is_partial => "No jobs at the accounts that answered.".to_owned(),
        jobs => render::table(jobs, terminal),
    }
}

/// The gateway's list shape, with what is missing beside it.
fn document(list: &JobList) -> serde_json::Value {
    json!({
        "object": "list",
        "data": list.jobs,
        "has_more": list.has_more,
        "warnings": list.warnings,
    })
}
