//! `unitune jobs list`

use serde_json::json;
use unitune::providers::ListQuery;
use unitune::unify::Job;
use unitune::wire::DeepObject;

use crate::accounts::Accounts;
use crate::args::jobs::ListArguments;
use crate::exit::{Exit, Failure};
use crate::output::{self, ListContext, Output};

pub async fn run(arguments: ListArguments) -> Result<Exit, Failure> {
    let output = Output::new(&arguments.output);
    output.check::<Job>()?;
    let accounts = Accounts::open(&arguments.accounts).await?;
    let limit = usize::try_from(arguments.limit).unwrap_or(usize::MAX);
    let mut query = ListQuery::new().limit(limit);
    query.status = arguments.status;
    query.model = arguments.model;
    query.created_after = arguments.since;
    if !arguments.metadata.is_empty() {
        let pairs = arguments.metadata.into_iter();
        query.metadata = Some(
            pairs
                .map(|pair| (pair.key, pair.value))
                .collect::<DeepObject>(),
        );
    }
    let mut list = accounts.providers().list(&query).await?;
    let shutdowns = accounts.providers().shutdown_warnings(&list.jobs).await;
    list.warnings.extend(shutdowns);
    let failed = list.all_failed();
    let is_partial = list.warnings.iter().any(|w| w.account_failed);
    let around = ListContext {
        has_more: Some(list.has_more),
        warnings: Some(json!(list.warnings)),
    };
    if !output.is_table() {
        output.list(list.jobs, around)?;
    } else if list.jobs.is_empty() && is_partial {
        if failed.is_none() {
            output::text("No jobs at the accounts that answered.")?;
        }
    } else {
        output.list(list.jobs, around)?;
    }
    if let Some(errors) = failed {
        errors.iter().for_each(|error| output::error(error));
        let others = list.warnings.iter().filter(|w| !w.account_failed);
        output::warnings(others);
        return Ok(Exit::Partial);
    }
    output::warnings(&list.warnings);
    if list.has_more && output.is_table() {
        output::note(&format!(
            "note: there are more jobs; --limit shows more than {limit}"
        ));
    }
    Ok(if is_partial {
        Exit::Partial
    } else {
        Exit::Done
    })
}
