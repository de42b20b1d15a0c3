//! `unitune jobs rerun`: moves a job, or many, to another vendor.

mod already_started;
mod files;
mod move_many;
mod move_one;

use serde_json::json;
use unitune::providers::JobRef;
use unitune::unify::Job;

use super::watch;
use crate::accounts::Accounts;
use crate::args::jobs::{RerunArguments, WatchOptionArguments};
use crate::exit::{Exit, Failure};
use crate::output::{self, Answer, Output, can_ask, choose, confirm, job_card};
use crate::rerun::Plan;

use files::LocalCopies;
use move_one::Mover;

pub async fn run(mut arguments: RerunArguments) -> Result<Exit, Failure> {
    let output = Output::new(&arguments.output);
    output.check::<Job>()?;
    let accounts = Accounts::of(&arguments.source).await?;
    let mover = Mover::new(&accounts, &arguments.on, &output).await?;
    let Some(id) = arguments.id.clone() else {
        return move_many::run(&mover, &arguments).await;
    };
    let job = accounts.providers().retrieve(&id).await?;
    let (mut journal, moved) = mover.open(&job, arguments.again).await?;
    if let Some(moved) = moved {
        output::note(&format!(
            "{} was moved before, as {} at {}; to move it once more: --again",
            job.id, moved.id, arguments.on
        ));
        return follow(&accounts, moved, &arguments, &output).await;
    }
    let settings = &mut arguments.settings;
    let own = LocalCopies {
        training: settings.training_file.take(),
        validation: settings.validation_file.take(),
    };
    let found = mover
        .fetch(&journal, &job, own, settings.model.as_deref())
        .await?;
    let dry_run = arguments.consent.dry_run;
    let mut prepared = mover.prepare(&job, &found, settings).await?;
    if prepared.plan.model.is_none() && prepared.plan.is_possible() && !dry_run {
        settings.model = Some(ask_for_model(&prepared.plan, &output).await?);
        prepared = mover.prepare(&job, &found, settings).await?;
    }
    let plan = &prepared.plan;
    show(plan, &output, dry_run)?;
    let Some(mut planned_job) = prepared.planned_job.filter(|_| !dry_run) else {
        return Ok(match plan.is_possible() {
            true => Exit::Done,
            false => Exit::Failure,
        });
    };
    let limit = arguments.consent.max_cost;
    mover.affordable(plan, limit)?;
    if confirm("Move this job?", arguments.consent.yes).await? == Answer::No {
        output::note("Nothing was uploaded or started.");
        return Ok(Exit::Failure);
    }
    let asks = !arguments.consent.yes;
    let price = &plan.price;
    let job = mover
        .carry_out(
            &mut journal,
            &mut planned_job,
            limit,
            price,
            asks,
            &mut None,
        )
        .await?;
    follow(&accounts, job, &arguments, &output).await
}

async fn ask_for_model(plan: &Plan, output: &Output) -> Result<String, Failure> {
    if !can_ask() {
        let proposals = plan.proposal_lines().join("\n  ");
        let what = match proposals.is_empty() {
            true => "no model is known that could take its place; name one with --model".to_owned(),
            false => format!(
                "which model is trained instead of {}? Name one with --model; proposals:\n  \
                 {proposals}",
                plan.was
            ),
        };
        return Err(Failure::new(Exit::Usage, what));
    }
    eprintln!("{}", plan.card(&output.view.terminal));
    let names: Vec<&str> = plan.proposals.iter().map(|p| p.model.id.as_str()).collect();
    Ok(choose("Which model? ", &names, "--model").await?.to_owned())
}

fn show(plan: &Plan, output: &Output, dry_run: bool) -> Result<(), Failure> {
    if dry_run || !plan.is_possible() {
        let document = serde_json::to_value(plan).unwrap_or_default();
        return output.value(&document, || plan.card(&output.view.terminal));
    }
    if output.is_table() {
        eprintln!("{}", plan.card(&output.view.terminal));
    }
    Ok(())
}

async fn follow(
    accounts: &Accounts,
    job: Job,
    arguments: &RerunArguments,
    output: &Output,
) -> Result<Exit, Failure> {
    let target = JobRef::from(&job);
    if !arguments.watch {
        let id = job.id.clone();
        output.record(job, |job| job_card(job, false, &output.view))?;
        if output.is_table() {
            output::note(&format!("\nFollow it: unitune jobs watch {id}"));
        }
        return Ok(Exit::Done);
    }
    if output.is_table() {
        output::text(&format!("Started {} at {}", job.id, job.provider.account))?;
    } else {
        output::print(&format!("{}\n", json!({"change": "created", "job": job})))?;
    }
    let options = WatchOptionArguments::to_the_end();
    watch::follow_jobs(accounts, vec![target], &options, output).await
}
