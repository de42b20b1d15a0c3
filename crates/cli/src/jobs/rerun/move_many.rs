//! Moves many jobs: writes a table of plans, which the user fills in, and then moves
//! the jobs one after the other.

use std::path::Path;

use unitune::providers::{JobRef, ListQuery, Warning};
use unitune::unify::{Job, Usd};

use super::entry::{self, Entry};
use super::files::LocalCopies;
use super::move_one::{Mover, Prepared};
use super::planned_move::PlannedMove;
use super::preview;
use crate::args::jobs::RerunArguments;
use crate::args::statuses;
use crate::exit::{Exit, Failure};
use crate::jobs::create::PlannedJob;
use crate::output::{self, Answer, ListContext, Output, confirm};
use crate::rerun::Plan;
use crate::rerun::journal::{Journal, Progress};
use crate::rerun::price::{Price, dollars};

/// What is known of a job before it is moved.
pub enum Candidate {
    MovedBefore {
        /// The new job's id.
        id: String,
        /// What it was to cost at most, in US dollars, where that was known.
        cost: Option<f64>,
    },
    New {
        journal: Journal,
        /// An error where a setting cannot be sent.
        prepared: Result<Box<Prepared>, Failure>,
    },
}

pub async fn run(
    mover: &Mover<'_>,
    arguments: &RerunArguments,
    output: &Output,
) -> Result<Exit, Failure> {
    let Some(path) = &arguments.plan else {
        let what = "--all needs --plan FILE.csv: the table is written with --dry-run, and carried \
                    out without";
        return Err(Failure::new(Exit::Usage, what));
    };
    let is_dry_run = arguments.consent.dry_run;
    let is_there = path.symlink_metadata().is_ok();
    if is_there && let Some(option) = chosen_before(arguments) {
        let what = format!(
            "{option} is for a table that is written, and {} is there already: the column \
             `model` has what is moved, a row without one stays; to write a table, name another \
             file",
            path.display()
        );
        return Err(Failure::new(Exit::Usage, what));
    }
    match (is_dry_run, is_there) {
        (true, false) => write(mover, arguments, path).await,
        (true, true) => preview::run(mover, arguments, path, output).await,
        (false, _) => carry_out(mover, arguments, path, output).await,
    }
}

/// Returns an option that chooses what the table gets, and says nothing once it is written.
fn chosen_before(arguments: &RerunArguments) -> Option<&'static str> {
    let options = [
        ("--model", arguments.settings.model.is_some()),
        ("--status", !arguments.status.is_empty()),
        ("--from", arguments.from.is_some()),
    ];
    let given = options.into_iter().find(|(_, is_given)| *is_given);
    given.map(|(option, _)| option)
}

/// Writes the table. Files are fetched and read, and nothing is sent.
async fn write(
    mover: &Mover<'_>,
    arguments: &RerunArguments,
    path: &Path,
) -> Result<Exit, Failure> {
    let mut query = ListQuery::new();
    query.statuses = statuses(&arguments.status)?;
    let sources = mover.providers().select(arguments.from.as_slice())?;
    let list = sources.list(&query).await?;
    if let Some(errors) = list.all_failed() {
        errors.iter().for_each(|error| output::error(error));
        return Ok(Exit::Partial);
    }
    output::warnings(&list.warnings);
    let is_source = |job: &&Job| job.provider.account != mover.target.name();
    let mut entries = Vec::new();
    for job in list.jobs.iter().filter(is_source) {
        entries.push(entry(mover, arguments, job).await?);
    }
    if entries.is_empty() {
        output::note("There are no jobs to move; no table was written.");
        return Ok(Exit::Done);
    }
    let mut table = csv::Writer::from_writer(Vec::new());
    let failed = |e: &dyn std::fmt::Display| {
        Failure::new(
            Exit::Failure,
            format!("cannot write {}: {e}", path.display()),
        )
    };
    for entry in &entries {
        table.serialize(entry).map_err(|e| failed(&e))?;
    }
    let table = table.into_inner().map_err(|e| failed(&e))?;
    output::write_new_file(path, &table)?;
    let possible = entries
        .iter()
        .filter(|entry| entry.impossible.is_empty())
        .count();
    let command = format!(
        "unitune jobs rerun --all --plan {} --on {}",
        path.display(),
        mover.target.name()
    );
    output::note(&format!(
        "{}: {} jobs, of which {possible} can be moved.\nFill in the column `model`, and see what \
         it would do: {command} --dry-run\nCarry it out: {command} --max-cost USD",
        path.display(),
        entries.len(),
    ));
    // Jobs of the target are not moved, so that none of its own is missing.
    let is_missing =
        |warning: &Warning| warning.account_failed && warning.account != mover.target.name();
    Ok(match list.warnings.iter().any(is_missing) {
        true => Exit::Partial,
        false => Exit::Done,
    })
}

async fn entry(mover: &Mover<'_>, arguments: &RerunArguments, job: &Job) -> Result<Entry, Failure> {
    let model = arguments.settings.model.as_deref();
    let (journal, prepared) = match candidate(mover, arguments, job, model).await? {
        Candidate::MovedBefore { id, .. } => {
            let why = format!("it was moved before, as {id}");
            return Ok(Entry::impossible(job, why));
        }
        Candidate::New { journal, prepared } => (journal, prepared),
    };
    // Examples of a whole account are not kept until it is carried out.
    journal.remove_files();
    Ok(match prepared {
        Ok(prepared) => Entry::of_plan(&prepared.plan, job),
        Err(failure) => Entry::impossible(job, failure.to_string()),
    })
}

fn warn(prepared: &Prepared, job: &Job) {
    // What cannot be moved has a reason of its own.
    let plan = Some(&prepared.plan).filter(|plan| plan.is_possible());
    let cautions = plan.into_iter().flat_map(|plan| &plan.cautions);
    for warning in prepared.warnings.iter().chain(cautions) {
        let (id, account) = (&job.id, &job.provider.account);
        output::warning(&format!("{id} of {account}: {warning}"));
    }
}

/// Looks up a job, fetches its files, and makes a plan. Nothing is sent.
///
/// # Errors
///
/// It was not found out whether the job was moved before, or a vendor does not answer.
async fn candidate(
    mover: &Mover<'_>,
    arguments: &RerunArguments,
    job: &Job,
    model: Option<&str>,
) -> Result<Candidate, Failure> {
    let (journal, moved) = mover.open(job, arguments.again).await?;
    if let Some(moved) = moved {
        return Ok(Candidate::MovedBefore {
            id: moved.id,
            cost: journal.standing().cost.map(dollars),
        });
    }
    let own = LocalCopies::default();
    let found = mover.fetch(&journal, job, own, model).await?;
    let mut settings = arguments.settings.clone();
    settings.model = model.map(str::to_owned);
    let prepared = mover.prepare(job, &found, &settings).await.map(Box::new);
    if let Ok(prepared) = &prepared {
        warn(prepared, job);
    }
    Ok(Candidate::New { journal, prepared })
}

/// Looks up the job of a row of the table.
///
/// # Errors
///
/// As of [`candidate`], or the account does not have the job.
pub async fn candidate_of(
    mover: &Mover<'_>,
    arguments: &RerunArguments,
    entry: &Entry,
) -> Result<Candidate, Failure> {
    if entry.account == mover.target.name() {
        let what = format!("it is a job of {} itself", entry.account);
        return Err(Failure::new(Exit::Usage, what));
    }
    let job = JobRef::at(&entry.account, &entry.job);
    let job = mover.providers().retrieve(job).await?;
    candidate(mover, arguments, &job, Some(&entry.model)).await
}

/// Returns what the jobs of a table cost at most, in US dollars, that were started before:
/// it is paid out of the same limit, wherever in the table they are. Of a job that is in
/// doubt it counts for this call, even where it turns out that it was not started.
///
/// # Errors
///
/// As of [`Mover::journal`].
pub fn spent(mover: &Mover<'_>, entries: &[Entry]) -> Result<f64, Failure> {
    let mut spent = 0.0;
    for entry in entries {
        let journal = mover.journal(&entry.account, &entry.job)?;
        spent += journal.standing().cost.map_or(0.0, dollars);
    }
    Ok(spent)
}

/// Returns the job that a plan makes.
///
/// # Errors
///
/// The plan is not possible.
pub fn planned(prepared: Prepared) -> Result<(Plan, PlannedJob), Failure> {
    let Prepared {
        plan, planned_job, ..
    } = prepared;
    match planned_job {
        Some(planned_job) => Ok((plan, planned_job)),
        None => {
            let problem = plan.problems.first();
            let what = problem.map_or_else(String::new, |r| format!("{}: {}", r.message, r.help));
            Err(Failure::new(Exit::Failure, what))
        }
    }
}

/// Returns what a job costs at most, where that is within what is left of the limit.
///
/// # Errors
///
/// It could cost more.
pub fn within(mover: &Mover<'_>, price: &Price, left: f64) -> Result<Option<f64>, Failure> {
    let over = |what: String| Err(Failure::new(Exit::Failure, what));
    match price {
        Price::Range { high, .. } if *high > left => {
            over(format!("the price is {price}, and {left:.2} USD are left"))
        }
        Price::Range { high, .. } => Ok(Some(*high)),
        // Its own estimate, of the uploaded file, is held against what is left.
        Price::Unknown { .. } if mover.estimates() => Ok(None),
        Price::Unknown { .. } => over(format!(
            "the price is {price}, which counts as over the limit"
        )),
    }
}

/// Moves the jobs of the table that have a model. A job that was moved before is
/// not moved again.
async fn carry_out(
    mover: &Mover<'_>,
    arguments: &RerunArguments,
    path: &Path,
    output: &Output,
) -> Result<Exit, Failure> {
    let Some(limit) = arguments.consent.max_cost else {
        let what = "--all takes a limit for all jobs together: --max-cost USD";
        return Err(Failure::new(Exit::Usage, what));
    };
    let entries = entry::read(path)?;
    let _table = entry::lock(path)?;
    let question = format!("Move {} jobs, for {limit} USD at most?", entries.len());
    if confirm(&question, arguments.consent.yes).await? == Answer::No {
        output::note("Nothing was moved.");
        return Ok(Exit::Failure);
    }
    let mut left = dollars(limit) - spent(mover, &entries)?;
    let mut rows = Vec::new();
    for entry in &entries {
        let name = format!("{} of {}", entry.job, entry.account);
        let mut row = PlannedMove::of(entry);
        if let Err(failure) = one(mover, arguments, entry, &mut left, &mut row).await {
            output::warning(&format!("{name}: {failure}"));
            row.problem = Some(failure.to_string());
        } else if output.is_table() {
            let before = row.moved_before.as_ref().map(|id| ("moved before", id));
            if let Some((how, id)) = before.or(row.moved_as.as_ref().map(|id| ("moved", id))) {
                output::text(&format!("{name}: {how}, as {id}"))?;
            }
        }
        rows.push(row);
    }
    let failed = rows.iter().filter(|row| row.problem.is_some()).count();
    if !output.is_table() {
        output.list(rows, ListContext::default())?;
    }
    if failed > 0 {
        let what = format!(
            "{failed} of {} jobs were not moved: the warnings say why. Once that is changed, the \
             same command goes on with them",
            entries.len()
        );
        return Err(Failure::new(Exit::Partial, what));
    }
    Ok(Exit::Done)
}

/// Moves a job, takes what it can cost from what is left, and fills in its row.
async fn one(
    mover: &Mover<'_>,
    arguments: &RerunArguments,
    entry: &Entry,
    left: &mut f64,
    row: &mut PlannedMove,
) -> Result<(), Failure> {
    let (mut journal, prepared) = match candidate_of(mover, arguments, entry).await? {
        Candidate::MovedBefore { id, cost } => {
            row.moved_before = Some(id);
            row.price_high = cost;
            return Ok(());
        }
        Candidate::New { journal, prepared } => (journal, prepared),
    };
    let before = left.max(0.0);
    let possible = prepared.and_then(|prepared| {
        let (plan, planned_job) = planned(*prepared)?;
        let high = within(mover, &plan.price, before)?;
        Ok((plan, planned_job, high))
    });
    let (plan, mut planned_job, high) = possible.inspect_err(|_| {
        // Examples are kept only of what has begun.
        if journal.standing() == Progress::default() {
            journal.remove_files();
        }
    })?;
    row.dropped = plan.dropped().map(str::to_owned).collect();
    #[allow(clippy::cast_possible_truncation)] // Dollars that a user has typed.
    let limit = Usd::from_nanos((before * 1e9) as i64);
    let mut price = None;
    let moved = mover
        .carry_out(
            &mut journal,
            &mut planned_job,
            Some(limit),
            &plan.price,
            false,
            &mut price,
        )
        .await;
    // What is in doubt may be paid for, so it counts too.
    if moved.is_ok() || journal.standing().in_doubt.is_some() {
        let price = price.map(dollars).or(high);
        row.price_high = price;
        *left = before - price.unwrap_or(before);
    }
    row.moved_as = Some(moved?.id);
    Ok(())
}
