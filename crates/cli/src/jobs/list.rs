//! `unitune jobs list`

use futures_util::StreamExt;
use serde_json::json;
use unitune::providers::{JobList, ListItem, ListQuery};
use unitune::unify::{Job, Provider};
use unitune::wire::DeepObject;

use crate::accounts::Accounts;
use crate::args::jobs::ListArguments;
use crate::args::statuses;
use crate::exit::{Exit, Failure};
use crate::output::{self, ListContext, ListWriter, Output};

pub async fn run(arguments: ListArguments) -> Result<Exit, Failure> {
    let output = Output::new(&arguments.output);
    output.check::<Job>()?;
    let statuses = statuses(&arguments.status)?;
    let accounts = Accounts::open(&arguments.accounts).await?;
    let output = output.at(accounts.now());
    let limit = usize::try_from(arguments.limit).unwrap_or(usize::MAX);
    let mut query = ListQuery::new().limit(limit);
    query.statuses = statuses;
    query.model = arguments.model;
    query.created_after = arguments.since.map(|since| since.start(accounts.now()));
    if !arguments.metadata.is_empty() {
        let pairs = arguments.metadata.into_iter();
        query.metadata = Some(
            pairs
                .map(|pair| (pair.key, pair.value))
                .collect::<DeepObject>(),
        );
    }
    // A table shows no notes.
    query.notes = !(output.is_table() && arguments.output.columns.is_empty());
    let (list, is_empty) = match output.is_streamed() {
        true => streamed(&output, &accounts, &query).await?,
        false => whole(&output, &accounts, &query).await?,
    };
    let failed = list.all_failed().filter(|_| is_empty);
    let is_partial = list.warnings.iter().any(|w| w.account_failed);
    if output.is_table() && is_empty && is_partial && failed.is_none() {
        output::text("No jobs at the accounts that answered.")?;
    }
    if let Some(errors) = failed {
        errors.iter().for_each(|error| output::error(error));
        let others = list.warnings.iter().filter(|w| !w.account_failed);
        output::warnings(others);
        return Ok(Exit::Partial);
    }
    output::warnings(&list.warnings);
    // A document says it itself.
    if list.has_more && !output.has_context() {
        let sorted = match arguments.output.sort {
            Some(_) => format!("; the newest {limit} are sorted"),
            None => String::new(),
        };
        output::note(&format!(
            "note: there are more jobs{sorted}; --limit shows more than {limit}"
        ));
    }
    Ok(if is_partial {
        Exit::Partial
    } else {
        Exit::Done
    })
}

/// Writes the list when all of it is there. Returns it without its jobs, and whether
/// it has none.
async fn whole(
    output: &Output,
    accounts: &Accounts,
    query: &ListQuery,
) -> Result<(JobList, bool), Failure> {
    let mut list = accounts.providers().list(query).await?;
    let shutdowns = accounts.shutdown_warnings(&list.jobs).await;
    list.warnings.extend(shutdowns);
    let is_empty = list.jobs.is_empty();
    let jobs = std::mem::take(&mut list.jobs);
    let cells = output.cells::<Job>()?;
    let shows_costs = output.is_table() && cells.iter().any(|cell| cell.name() == "cost");
    let has_estimates = shows_costs && jobs.iter().any(|job| job.provider.cost_is_estimate());
    // What is said in place of a table without rows is not said of accounts that
    // failed.
    let is_partial = list.warnings.iter().any(|w| w.account_failed);
    if !(output.is_table() && is_empty && is_partial) {
        output.list(jobs, around(&list))?;
    }
    if has_estimates {
        output::note("note: ~ is an estimate, and not what was charged");
    }
    Ok((list, is_empty))
}

/// Writes each job when it comes. Returns the list without its jobs, and whether it
/// has none.
async fn streamed(
    output: &Output,
    accounts: &Accounts,
    query: &ListQuery,
) -> Result<(JobList, bool), Failure> {
    let providers = accounts.providers();
    let mut list = JobList::default();
    list.accounts = providers.accounts().len();
    let cells = output.cells()?;
    let mut writer = ListWriter::new(output, &cells);
    let (mut count, mut last, mut with_models) = (0, String::new(), Vec::new());
    let mut stream = providers.jobs_in_time(query);
    while let Some(item) = stream.next().await {
        let job = match item? {
            ListItem::Job(job) => job,
            ListItem::Warning(warning) => {
                list.warnings.push(warning);
                continue;
            }
            _ => continue,
        };
        // Jobs of one id stay together, as in a list that is read as a whole.
        if query.limit.is_some_and(|limit| count >= limit) && last != job.id {
            list.has_more = true;
            break;
        }
        writer.push(&*job)?;
        count += 1;
        last.clone_from(&job.id);
        if providers.announces_shutdowns(&job) {
            with_models.push(without_details(*job));
        }
    }
    let shutdowns = accounts.shutdown_warnings(&with_models).await;
    list.warnings.extend(shutdowns);
    writer.finish(around(&list))?;
    Ok((list, count == 0))
}

/// What tells whether a job's model stops working.
fn without_details(job: Job) -> Job {
    let (account, vendor) = (job.provider.account, job.provider.vendor);
    let provider = Provider::new(account, vendor, job.provider.status);
    let mut brief = Job::new(job.id, job.model, job.status, provider);
    brief.fine_tuned_model = job.fine_tuned_model;
    brief
}

fn around(list: &JobList) -> ListContext {
    ListContext {
        has_more: Some(list.has_more),
        warnings: Some(json!(list.warnings)),
    }
}
