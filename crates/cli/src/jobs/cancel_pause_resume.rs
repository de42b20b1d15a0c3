//! `unitune jobs cancel`, `pause` and `resume`

use unitune::providers::JobChange;
use unitune::unify::Job;

use super::table::status;
use crate::accounts::Accounts;
use crate::args::jobs::ChangeArguments;
use crate::exit::{Exit, Failure};
use crate::output::{self, Answer, ListContext, Output, confirm, plain};

/// What a change is called, and whether what it does cannot be undone.
fn words(change: JobChange) -> (&'static str, bool) {
    match change {
        JobChange::Cancel => ("Cancel", true),
        JobChange::Pause => ("Pause", false),
        JobChange::Resume => ("Resume", false),
        _ => ("Change", true),
    }
}

pub async fn run(arguments: ChangeArguments, change: JobChange) -> Result<Exit, Failure> {
    let output = Output::new(&arguments.output);
    output.check::<Job>()?;
    let accounts = Accounts::open(&arguments.accounts).await?;
    let output = output.at(accounts.now());
    let (word, is_final) = words(change);
    let question = format!("{word} {}?", arguments.ids.join(", "));
    if is_final && confirm(&question, arguments.yes).await? == Answer::No {
        output::note("Nothing was changed.");
        return Ok(Exit::Failure);
    }
    let mut jobs = Vec::new();
    let mut exit = Exit::Done;
    for id in &arguments.ids {
        match accounts.providers().change(id, change).await {
            Ok(job) => jobs.push(job),
            Err(error) => exit = exit.report(error),
        }
    }
    if output.shows_cards() {
        for job in &jobs {
            output::text(&plain(&format!("{} is {}", job.id, status(job))))?;
        }
    } else if arguments.ids.len() == 1 {
        for job in jobs {
            output.record(job, |_| String::new())?;
        }
    } else {
        output.list(jobs, ListContext::default())?;
    }
    Ok(exit)
}
