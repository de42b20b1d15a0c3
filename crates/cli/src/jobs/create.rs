//! `unitune jobs create`: checks, uploads, asks for the price, asks the user,
//! and only then starts what costs money.

mod draft;
pub mod limit;
mod request;
mod summary;
mod table_warnings;

use std::sync::{Mutex, PoisonError};

use serde_json::json;
use unitune::Error;
use unitune::providers::{Draft, JobRef};
use unitune::unify::{Job, PriceEstimate, Usd};

use super::watch;
use crate::accounts::Accounts;
use crate::args::jobs::{CreateArguments, WatchOptionArguments};
use crate::exit::{Exit, Failure};
use crate::output::{self, Answer, Output, can_ask, confirm, job_card};
use crate::rerun::price::Price;

pub use draft::{Files, PlannedJob};
pub use request::Source;
pub use summary::{Plan, price, price_with_table};

pub async fn run(arguments: CreateArguments) -> Result<Exit, Failure> {
    let output = Output::new(&arguments.output);
    output.check::<Job>()?;
    let source = Source::read(arguments.request.as_deref())?;
    let accounts = Accounts::to_follow(&arguments.source, arguments.watch).await?;
    let output = output.at(accounts.now());
    let providers = accounts.providers();
    let mut planned_job = PlannedJob::new(
        providers,
        arguments.on.as_deref(),
        &source,
        &arguments.settings,
    )
    .await?;
    planned_job.checked = !arguments.unchecked;
    let consent = &arguments.consent;
    let checks = match arguments.unchecked {
        true => Vec::new(),
        false => planned_job.check_files().await?,
    };
    let preflight = providers.preflight(&planned_job.draft()).await?;
    if !consent.dry_run && !consent.yes && !can_ask() {
        return Err(Failure::new(
            Exit::Usage,
            "nobody can be asked here (no terminal): start the job with --yes, or see what would \
             happen with --dry-run; nothing was uploaded",
        ));
    }
    if let Some(unlisted) = planned_job.unlisted_model(providers).await {
        output::warning(&unlisted);
    }
    let today = accounts.today();
    for warning in planned_job.table_warnings(providers, Some(&today)).await {
        output::warning(&warning);
    }
    let by_table = planned_job.price_by_table(&checks);
    if !planned_job.has_estimates && !consent.dry_run {
        affordable(consent.max_cost, &Ok(None), &by_table, &planned_job)?;
    }
    let files = Files {
        are_simulated: accounts.are_simulated(),
        again: arguments.upload_again,
        may_upload: !consent.dry_run,
        tells: output.is_table(),
    };
    planned_job.find_files(providers, &files).await?;
    let estimate = planned_job.estimate(providers).await;
    if !consent.dry_run {
        affordable(consent.max_cost, &estimate, &by_table, &planned_job)?;
    }
    let preview = planned_job.preview(providers).await;
    let plan = Plan {
        planned_job: &planned_job,
        preflight: &preflight,
        checks: &checks,
        estimate: &estimate,
        by_table: &by_table,
        preview: &preview,
    };
    if consent.dry_run {
        output.value(&plan.document(), || plan.card(&output.view.terminal))?;
        affordable(consent.max_cost, &estimate, &by_table, &planned_job)?;
        return Ok(Exit::Done);
    }
    if output.is_table() {
        output::on_stderr(&plan.card(&output.view.terminal));
    }
    if confirm("Start this job?", consent.yes).await? == Answer::No {
        output::note(&format!("Nothing was started{}", planned_job.stays()));
        return Ok(Exit::Failure);
    }
    let job = start(&accounts, &planned_job).await?;
    report(&accounts, job, arguments.watch, &output).await
}

/// Prints a job that was started, and follows it where that is asked for.
pub async fn report(
    accounts: &Accounts,
    job: Job,
    follow: bool,
    output: &Output,
) -> Result<Exit, Failure> {
    let (target, id, account) = (
        JobRef::from(&job),
        job.id.clone(),
        job.provider.account.clone(),
    );
    let written = match (follow, output.is_table()) {
        (false, _) => output.record(job, |job| job_card(job, false, &output.view)),
        (true, true) => output::text(&format!("Started {id} at {account}")).map_err(Failure::from),
        (true, false) => {
            let line = json!({"change": "created", "job": job});
            output::print(&format!("{line}\n")).map_err(Failure::from)
        }
    };
    if written.is_err() {
        output::warning(&format!("the job was started: {id} at {account}"));
    }
    written?;
    if !follow {
        if output.is_table() {
            output::note(&format!("\nFollow it: unitune jobs watch {id}"));
        }
        return Ok(Exit::Done);
    }
    let options = WatchOptionArguments::to_the_end();
    watch::follow_jobs(accounts, vec![target], &options, output).await
}

/// Rejects a job that could cost more than a limit.
fn affordable(
    limit: Option<Usd>,
    estimate: &Result<Option<PriceEstimate>, Error>,
    by_table: &Price,
    planned_job: &PlannedJob,
) -> Result<(), Failure> {
    let Some(limit) = limit else {
        return Ok(());
    };
    let outcome = match estimate {
        Ok(estimate) => limit::check(limit, estimate.as_ref(), by_table, &planned_job.title)
            .map_err(|why| format!("{}: {why}", planned_job.account)),
        Err(error) => Err(error.to_string()),
    };
    outcome.map_err(|what| {
        let stays = planned_job.stays();
        Failure::new(Exit::Failure, format!("{what}\nNothing was started{stays}"))
    })
}

/// Starts the job, once the vendor has imported its files.
pub async fn start(accounts: &Accounts, planned_job: &PlannedJob) -> Result<Job, Failure> {
    let draft = imported(accounts, planned_job).await?;
    let mut answer = CreateSent(false);
    let outcome = accounts.providers().create(&draft).await;
    answer.0 = true;
    let created = outcome.map_err(|error| match error.may_have_taken_effect() {
        false => error.into(),
        true => Failure::new(
            Exit::Failure,
            format!("{error}\nThe job may have been started; see: unitune jobs list"),
        ),
    });
    Ok(created?.job)
}

/// Returns the draft of a job, once the vendor has imported its files. Nothing is
/// started before.
pub async fn imported(accounts: &Accounts, planned_job: &PlannedJob) -> Result<Draft, Failure> {
    let let_time_pass = accounts.let_time_pass();
    let last_note = Mutex::new(String::new());
    let draft = planned_job
        .draft()
        .without_estimate()
        .on_import(move |file| {
            let now = format!("{} is {}", file.id, file.status);
            let mut last = last_note.lock().unwrap_or_else(PoisonError::into_inner);
            if *last != now {
                output::note(&format!("waiting until the vendor has imported it: {now}"));
                *last = now;
            }
            let_time_pass();
        });
    accounts.providers().wait_for_imports(&draft).await?;
    Ok(draft)
}

/// Whether the request that starts a job was answered. Where it was broken off, the
/// job may have been started, and dropping this warns of that.
struct CreateSent(bool);

impl Drop for CreateSent {
    fn drop(&mut self) {
        if !self.0 {
            output::warning(
                "the request was broken off before its answer came: the job may have been \
                 started; see: unitune jobs list",
            );
        }
    }
}
