//! `unitune jobs get`

use unitune::unify::Job;

use crate::accounts::Accounts;
use crate::args::jobs::GetArguments;
use crate::exit::{Exit, Failure};
use crate::output::{self, ListContext, Output, job_card};

pub async fn run(arguments: GetArguments) -> Result<Exit, Failure> {
    let output = Output::new(&arguments.output);
    output.check::<Job>()?;
    let accounts = Accounts::open(&arguments.accounts).await?;
    let output = output.at(accounts.now());
    let mut jobs = Vec::new();
    let mut exit = Exit::Done;
    for id in &arguments.ids {
        match accounts.providers().retrieve(id).await {
            Ok(job) => jobs.push(job),
            Err(error) => exit = exit.report(error),
        }
    }
    let card = |job: &Job| job_card(job, arguments.notes, &output.view);
    if arguments.ids.len() == 1 {
        // One id: the job, as the gateway answers; nothing if there is none.
        for job in jobs {
            output.record(job, card)?;
        }
    } else if output.shows_cards() {
        let cards: Vec<String> = jobs.iter().map(card).collect();
        output::text(&cards.join("\n"))?;
    } else {
        let around = ListContext {
            has_more: Some(false),
            ..ListContext::default()
        };
        output.list(jobs, around)?;
    }
    Ok(exit)
}
