//! Moves many jobs: writes a table of plans, which the user fills in, and then moves
//! the jobs one after the other.

use std::path::Path;

use serde::{Deserialize, Serialize};
use unitune::providers::{JobRef, ListQuery, Warning};
use unitune::unify::{Job, Usd};

use super::files::LocalCopies;
use super::move_one::{Mover, Prepared};
use crate::args::jobs::RerunArguments;
use crate::args::statuses;
use crate::exit::{Exit, Failure};
use crate::output::{self, Answer, confirm, iso};
use crate::rerun::Plan;
use crate::rerun::plan::Outcome;
use crate::rerun::price::{Price, dollars};

/// A job in the table.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Entry {
    account: String,
    job: String,
    /// How far it is, or how it ended.
    #[serde(default)]
    status: String,
    created: String,
    was: String,
    method: String,
    /// The model to train: the user's to fill in. A row without one is skipped.
    model: String,
    /// What could stand there.
    proposals: String,
    examples: String,
    tokens: String,
    price_low: String,
    price_high: String,
    dropped: String,
    file_alterations: String,
    /// Why it cannot be moved.
    impossible: String,
}

pub async fn run(mover: &Mover<'_>, arguments: &RerunArguments) -> Result<Exit, Failure> {
    let Some(path) = &arguments.plan else {
        let what = "--all needs --plan FILE.csv: the table is written with --dry-run, and carried \
                    out without";
        return Err(Failure::new(Exit::Usage, what));
    };
    match arguments.consent.dry_run {
        true => write(mover, arguments, path).await,
        false => carry_out(mover, arguments, path).await,
    }
}

/// Writes the table. Files are fetched and read, and nothing is sent.
async fn write(
    mover: &Mover<'_>,
    arguments: &RerunArguments,
    path: &Path,
) -> Result<Exit, Failure> {
    if path.symlink_metadata().is_ok() {
        return Err(output::is_there_already(path));
    }
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
    output::note(&format!(
        "{}: {} jobs, of which {possible} can be moved.\nFill in the column `model`, and carry it \
         out: unitune jobs rerun --all --plan {} --on {} --max-cost USD",
        path.display(),
        entries.len(),
        path.display(),
        mover.target.name()
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
    let created = job.created_at.map(iso).unwrap_or_default();
    let (journal, moved) = mover.open(job, arguments.again).await?;
    if let Some(moved) = moved {
        return Ok(Entry {
            account: job.provider.account.clone(),
            job: job.id.clone(),
            status: job.status.to_string(),
            created,
            was: job.model.clone(),
            impossible: format!("it was moved before, as {}", moved.id),
            ..Entry::default()
        });
    }
    let own = LocalCopies::default();
    let model = arguments.settings.model.as_deref();
    let found = mover.fetch(&journal, job, own, model).await?;
    let prepared = mover.prepare(job, &found, &arguments.settings).await;
    // Examples of a whole account are not kept until it is carried out.
    journal.remove_files();
    Ok(match prepared {
        Ok(prepared) => {
            warn(&prepared, job);
            of_plan(&prepared.plan, job.status.to_string(), created)
        }
        Err(failure) => Entry {
            account: job.provider.account.clone(),
            job: job.id.clone(),
            status: job.status.to_string(),
            created,
            was: job.model.clone(),
            impossible: failure.to_string(),
            ..Entry::default()
        },
    })
}

fn warn(prepared: &Prepared, job: &Job) {
    for warning in &prepared.warnings {
        let (id, account) = (&job.id, &job.provider.account);
        output::warning(&format!("{id} of {account}: {warning}"));
    }
}

fn of_plan(plan: &Plan, status: String, created: String) -> Entry {
    let training = plan.files.iter().find(|file| file.role == "training");
    let number = |number: Option<u64>| number.map(|n| n.to_string()).unwrap_or_default();
    let (low, high) = match plan.price {
        Price::Range { low, high, .. } => (format!("{low:.2}"), format!("{high:.2}")),
        Price::Unknown { .. } => Default::default(),
    };
    let joined = |parts: Vec<&str>| parts.join("; ");
    let dropped = plan
        .settings
        .iter()
        .filter(|line| line.outcome == Outcome::Dropped);
    let alterations = plan.files.iter().flat_map(|file| &file.alterations);
    Entry {
        account: plan.source.account.clone(),
        job: plan.job.clone(),
        status,
        created,
        was: plan.was.clone(),
        method: plan.method.to_string(),
        model: plan.model.clone().unwrap_or_default(),
        proposals: joined(plan.proposals.iter().map(|p| p.model.id.as_str()).collect()),
        examples: number(training.and_then(|file| file.examples)),
        tokens: number(training.and_then(|file| file.tokens)),
        price_low: low,
        price_high: high,
        dropped: joined(dropped.map(|line| line.name.as_str()).collect()),
        file_alterations: joined(
            alterations
                .map(|alteration| alteration.description)
                .collect(),
        ),
        impossible: joined(plan.problems.iter().map(|r| r.message.as_str()).collect()),
    }
}

/// Moves the jobs of the table that have a model. A job that was moved before is
/// not moved again.
async fn carry_out(
    mover: &Mover<'_>,
    arguments: &RerunArguments,
    path: &Path,
) -> Result<Exit, Failure> {
    let Some(limit) = arguments.consent.max_cost else {
        let what = "--all takes a limit for all jobs together: --max-cost USD";
        return Err(Failure::new(Exit::Usage, what));
    };
    let entries = read(path)?;
    let chosen: Vec<&Entry> = entries
        .iter()
        .filter(|entry| !entry.model.is_empty())
        .collect();
    if chosen.is_empty() {
        let what = format!(
            "{}: no row has a `model`; nothing was moved",
            path.display()
        );
        return Err(Failure::new(Exit::Usage, what));
    }
    let question = format!("Move {} jobs, for {limit} USD at most?", chosen.len());
    if confirm(&question, arguments.consent.yes).await? == Answer::No {
        output::note("Nothing was moved.");
        return Ok(Exit::Failure);
    }
    let mut left = dollars(limit);
    let mut failed = 0;
    for entry in &chosen {
        let name = format!("{} of {}", entry.job, entry.account);
        match one(mover, arguments, entry, &mut left).await {
            Ok((job, true)) => output::text(&format!("{name}: moved before, as {job}"))?,
            Ok((job, false)) => output::text(&format!("{name}: moved, as {job}"))?,
            Err(failure) => {
                failed += 1;
                output::warning(&format!("{name}: {failure}"));
            }
        }
    }
    if failed > 0 {
        let what = format!(
            "{failed} of {} jobs were not moved: the warnings say why. Once that is changed, the \
             same command goes on with them",
            chosen.len()
        );
        return Err(Failure::new(Exit::Partial, what));
    }
    Ok(Exit::Done)
}

/// Moves a job, and takes what it can cost from what is left. Returns the new
/// job's id, and whether it was there before.
async fn one(
    mover: &Mover<'_>,
    arguments: &RerunArguments,
    entry: &Entry,
    left: &mut f64,
) -> Result<(String, bool), Failure> {
    let job = mover
        .providers()
        .retrieve(JobRef::at(&entry.account, &entry.job))
        .await?;
    let (mut journal, moved) = mover.open(&job, arguments.again).await?;
    let mut settings = arguments.settings.clone();
    settings.model = Some(entry.model.clone());
    let moved_before = moved.map(|job| job.id);
    if let Some(id) = moved_before {
        // It was paid for out of the same limit.
        *left -= entry.price_high.parse().unwrap_or(0.0);
        return Ok((id, true));
    }
    let found = mover
        .fetch(
            &journal,
            &job,
            LocalCopies::default(),
            settings.model.as_deref(),
        )
        .await?;
    let prepared = mover.prepare(&job, &found, &settings).await?;
    warn(&prepared, &job);
    let plan = &prepared.plan;
    let Some(mut planned_job) = prepared.planned_job else {
        let problem = plan.problems.first();
        let what = problem.map_or_else(String::new, |r| format!("{}: {}", r.message, r.help));
        return Err(Failure::new(Exit::Failure, what));
    };
    let high = match plan.price {
        Price::Range { high, .. } => Some(high),
        // Its own estimate, of the uploaded file, is held against what is left.
        Price::Unknown { .. } if mover.estimates() => None,
        Price::Unknown { .. } => {
            let what = format!(
                "the price is {}, which counts as over the limit",
                plan.price
            );
            return Err(Failure::new(Exit::Failure, what));
        }
    };
    let before = left.max(0.0);
    if high.is_some_and(|high| high > before) {
        let what = format!("the price is {}, and {before:.2} USD are left", plan.price);
        return Err(Failure::new(Exit::Failure, what));
    }
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
        let price = price.map(dollars).or(high).unwrap_or(before);
        *left = before - price;
    }
    moved.map(|job| (job.id, false))
}

fn read(path: &Path) -> Result<Vec<Entry>, Failure> {
    let wrong = |e: &dyn std::fmt::Display| {
        Failure::new(Exit::Usage, format!("cannot read {}: {e}", path.display()))
    };
    // As a whole: a folder opens like a file, and only reading it is an error.
    let text = std::fs::read(path).map_err(|e| wrong(&e))?;
    csv::Reader::from_reader(text.as_slice())
        .deserialize()
        .collect::<Result<_, _>>()
        .map_err(|e| wrong(&e))
}
