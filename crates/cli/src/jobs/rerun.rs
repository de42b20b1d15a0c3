//! `unitune jobs rerun`: moves a job, or many, to another vendor.

mod already_started;
mod entry;
mod files;
mod move_many;
mod move_one;
mod planned_move;
mod preview;

use unitune::unify::Job;

use super::create;
use crate::accounts::Accounts;
use crate::args::jobs::RerunArguments;
use crate::exit::{Exit, Failure};
use crate::output::{self, Answer, Output, can_ask, choose, confirm};
use crate::rerun::Plan;

use files::LocalCopies;
use move_one::Mover;
use planned_move::PlannedMove;

pub async fn run(mut arguments: RerunArguments) -> Result<Exit, Failure> {
    check_options(&arguments)?;
    let output = Output::new(&arguments.output);
    match arguments.all {
        true => output.check::<PlannedMove>()?,
        false => output.check::<Job>()?,
    }
    let accounts = Accounts::to_follow(&arguments.source, arguments.watch).await?;
    let output = output.at(accounts.now());
    let mover = Mover::new(&accounts, &arguments.on, &output).await?;
    let Some(id) = arguments.id.clone() else {
        return move_many::run(&mover, &arguments, &output).await;
    };
    let job = accounts.providers().retrieve(&id).await?;
    let (mut journal, moved) = mover.open(&job, arguments.again).await?;
    if let Some(moved) = moved {
        output::note(&format!(
            "{} was moved before, as {} at {}; to move it once more: --again",
            job.id, moved.id, arguments.on
        ));
        return create::report(&accounts, moved, arguments.watch, &output).await;
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
    for warning in &prepared.warnings {
        output::warning(warning);
    }
    show(plan, &prepared.price(), &output, dry_run)?;
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
    create::report(&accounts, job, arguments.watch, &output).await
}

/// Rejects options that would say nothing: of a table without one, and of one job with a table.
fn check_options(arguments: &RerunArguments) -> Result<(), Failure> {
    let settings = &arguments.settings;
    let of_table = [
        ("--plan", arguments.plan.is_some()),
        ("--status", !arguments.status.is_empty()),
        ("--from", arguments.from.is_some()),
    ];
    let of_one_job = [
        ("--training-file", settings.training_file.is_some()),
        ("--validation-file", settings.validation_file.is_some()),
        ("--method", settings.method.is_some()),
        ("--again", arguments.again),
        ("--watch", arguments.watch),
    ];
    let (options, is_for) = match arguments.all {
        true => (&of_one_job[..], "one job: name it in place of --all"),
        false => (&of_table[..], "--all, without the id of a job"),
    };
    match options.iter().find(|(_, is_given)| *is_given) {
        Some((option, _)) => Err(Failure::new(
            Exit::Usage,
            format!("{option} is for {is_for}"),
        )),
        None => Ok(()),
    }
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
    let price = plan.price.to_string();
    output::on_stderr(&plan.card(&price, &output.view.terminal));
    let names: Vec<&str> = plan.proposals.iter().map(|p| p.model.id.as_str()).collect();
    Ok(choose("Which model? ", &names, "--model").await?.to_owned())
}

fn show(plan: &Plan, price: &str, output: &Output, dry_run: bool) -> Result<(), Failure> {
    if dry_run || !plan.is_possible() {
        let document = serde_json::to_value(plan).unwrap_or_default();
        return output.value(&document, || plan.card(price, &output.view.terminal));
    }
    if output.is_table() {
        output::on_stderr(&plan.card(price, &output.view.terminal));
    }
    Ok(())
}
