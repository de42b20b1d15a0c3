//! `unitune files list`

use serde_json::json;
use unitune::unify::File;

use crate::accounts::Accounts;
use crate::args::files::ListArguments;
use crate::exit::{Exit, Failure};
use crate::output::{self, ListContext, Output};

pub async fn run(arguments: ListArguments) -> Result<Exit, Failure> {
    let output = Output::new(&arguments.output);
    output.check::<File>()?;
    let accounts = Accounts::open(&arguments.accounts).await?;
    let output = output.at(accounts.now());
    let list = accounts.providers().list_files().await;
    let failed = list.all_failed();
    let since = arguments.since.map(|since| since.start(accounts.now()));
    let is_partial = list.warnings.iter().any(|warning| warning.account_failed);
    let is_meant = |file: &File| {
        arguments
            .purpose
            .as_ref()
            .is_none_or(|word| file.purpose == *word)
            && since.is_none_or(|time| file.created_at >= time)
    };
    let mut files = list.files;
    files.retain(is_meant);
    let limit = usize::try_from(arguments.limit).unwrap_or(usize::MAX);
    let has_more = files.len() > limit;
    files.truncate(limit);
    let around = ListContext {
        has_more: Some(has_more),
        warnings: Some(json!(list.warnings)),
    };
    if failed.is_none() || !output.is_table() {
        output.list(files, around)?;
    }
    match failed {
        Some(errors) => errors.iter().for_each(|error| output::error(error)),
        None => output::warnings(&list.warnings),
    }
    if has_more && !output.has_context() {
        output::note(&format!(
            "note: there are more files; --limit shows more than {limit}"
        ));
    }
    Ok(if is_partial {
        Exit::Partial
    } else {
        Exit::Done
    })
}
