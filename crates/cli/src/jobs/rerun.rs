//! `unitune jobs rerun`: moves a job to another vendor.

mod files;
mod started;

use serde_json::{Map, Value, json};
use unitune::providers::{Account, JobRef, Operation, Providers};
use unitune::unify::Job;
use unitune_datasets::models::catalogue;

use super::create::{Files, Intention, Source};
use super::watch;
use crate::accounts::Accounts;
use crate::args::jobs::{RerunArguments, SettingArguments, Until, WatchOptionArguments};
use crate::config::state_folder;
use crate::exit::{Exit, Failure};
use crate::output::{self, Answer, Output, can_ask, choose, confirm, job_card};
use crate::rerun::journal::{Journal, Sent, Step};
use crate::rerun::{Input, Plan, Side};

use files::Moved;

pub async fn run(mut arguments: RerunArguments) -> Result<Exit, Failure> {
    let output = Output::new(&arguments.output);
    output.check::<Job>()?;
    let accounts = Accounts::of(&arguments.source).await?;
    let providers = accounts.providers();
    let target = providers.named_or_default(Some(&arguments.on))?;
    let job = providers.retrieve(&arguments.id).await?;
    let state = state_folder().ok_or_else(|| {
        let what = "there is no folder for the journal of moves: set HOME or XDG_STATE_HOME";
        Failure::new(Exit::Failure, what)
    })?;
    let mut journal = Journal::open(&state, &job.provider.account, &job.id, target.name())?;
    let moved = match arguments.again {
        true => None,
        false => started::find(&mut journal, providers, target.name()).await?,
    };
    if let Some(moved) = moved {
        output::note(&format!(
            "{} was moved before, as {} at {}; to move it once more: --again",
            job.id,
            moved.id,
            target.name()
        ));
        return follow(&accounts, moved, &arguments, &output).await;
    }
    let own = files::Own {
        training: arguments.settings.training_file.take(),
        validation: arguments.settings.validation_file.take(),
    };
    let model = arguments.settings.model.as_deref();
    let found = files::fetch(providers, &journal, &job, own, target, model).await?;
    let live_models = live_models(providers, target).await;
    let mut plan = decide(
        &job,
        target,
        &arguments.settings,
        &found,
        live_models.as_deref(),
    );
    if plan.model.is_none() && plan.is_possible() && !arguments.consent.dry_run {
        arguments.settings.model = Some(ask_for_model(&plan, &output).await?);
        plan = decide(
            &job,
            target,
            &arguments.settings,
            &found,
            live_models.as_deref(),
        );
    }
    if !plan.is_possible() || plan.model.is_none() {
        show(&plan, &output, arguments.consent.dry_run)?;
        return Ok(match plan.is_possible() && arguments.consent.dry_run {
            true => Exit::Done,
            false => Exit::Failure,
        });
    }
    let mut intention = intend(providers, &plan, &job, &found, &arguments).await?;
    if let Some(chosen) = &intention.request.hyperparameters {
        plan.set(chosen, catalogue());
    }
    let preflight = providers.preflight(&intention.draft()).await?;
    // The label that says where it comes from is ours, and no loss of the user's.
    let has_labels = job
        .metadata
        .as_ref()
        .is_some_and(|labels| !labels.is_empty());
    let is_own = |field: &str| field == "metadata.moved_from" || field == "metadata" && !has_labels;
    let dropped = preflight.dropped.into_iter().filter(|f| !is_own(&f.field));
    plan.leave_out(&dropped.collect::<Vec<_>>());
    show(&plan, &output, arguments.consent.dry_run)?;
    if arguments.consent.dry_run {
        return Ok(Exit::Done);
    }
    affordable(&plan, &arguments)?;
    if confirm("Move this job?", arguments.consent.yes).await? == Answer::No {
        output::note("Nothing was uploaded or started.");
        return Ok(Exit::Failure);
    }
    let job = carry_out(&mut journal, providers, &accounts, &mut intention, &output).await?;
    journal.remove_files();
    follow(&accounts, job, &arguments, &output).await
}

/// Uploads, and starts the job: each step is written down before the next.
async fn carry_out(
    journal: &mut Journal,
    providers: &Providers,
    accounts: &Accounts,
    intention: &mut Intention,
    output: &Output,
) -> Result<Job, Failure> {
    let files = Files {
        are_simulated: accounts.are_simulated(),
        again: false,
        may_upload: true,
        tells: output.is_table(),
    };
    intention.find_files(providers, &files).await?;
    let roles = ["training", "validation"];
    for (role, (_, uploaded)) in roles.iter().zip(&intention.uploads) {
        if let Some(uploaded) = uploaded {
            journal.record(Step::Uploaded {
                role: (*role).to_owned(),
                file: uploaded.file.id.clone(),
            })?;
        }
    }
    let uploaded = intention
        .uploads
        .first()
        .and_then(|(_, uploaded)| uploaded.as_ref());
    let mut request = Sent {
        model: intention.request.model.clone(),
        training_file: intention.training_id().unwrap_or_default(),
        file_created_at: uploaded.map(|u| u.file.created_at).filter(|time| *time > 0),
        others: Vec::new(),
    };
    let others = started::search(providers, &intention.account, &request).await?;
    request.others = others.into_iter().map(|job| job.id).collect();
    let at = started::now();
    journal.record(Step::Creating { at, request })?;
    match providers
        .create(&intention.draft().without_estimate())
        .await
    {
        Ok(created) => {
            let job = created.job.id.clone();
            journal.record(Step::Created { job })?;
            Ok(created.job)
        }
        Err(error) if started::is_refusal(&error) => {
            let why = error.to_string();
            journal.record(Step::NotCreated { why })?;
            Err(error.into())
        }
        Err(error) => Err(Failure::new(
            Exit::Failure,
            format!(
                "{error}\nThe job may have been started. The same command finds out, and starts \
                 it if it was not"
            ),
        )),
    }
}

fn decide(
    job: &Job,
    target: &Account,
    settings: &SettingArguments,
    found: &Moved,
    live_models: Option<&[String]>,
) -> Plan {
    let side = |account: &str, vendor: &str| Side {
        account: account.to_owned(),
        vendor: vendor.to_owned(),
    };
    let today = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    Plan::of(&Input {
        job,
        source: side(&job.provider.account, job.provider.vendor.as_str()),
        target: side(target.name(), target.vendor().as_str()),
        model: settings.model.as_deref(),
        live_models,
        training: found.training(),
        validation: found.validation(),
        today: &today,
        catalogue: catalogue(),
    })
}

/// The vendor's own list, where it has one and answers.
async fn live_models(providers: &Providers, target: &Account) -> Option<Vec<String>> {
    if !target.support(Operation::ListModels).is_supported() {
        return None;
    }
    providers.models(target.name()).await.ok()
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
    Ok(choose("Which model? ", &names).await?.to_owned())
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

/// The job that the plan describes, with what the options change of it.
async fn intend(
    providers: &Providers,
    plan: &Plan,
    job: &Job,
    found: &Moved,
    arguments: &RerunArguments,
) -> Result<Intention, Failure> {
    let mut members: Map<String, Value> = plan.request.clone();
    let text = |path: &std::path::Path| Value::from(path.display().to_string());
    members.insert("training_file".to_owned(), text(found.training_path()));
    if let Some(path) = found.validation_path() {
        members.insert("validation_file".to_owned(), text(path));
    }
    let labels = members
        .entry("metadata")
        .or_insert_with(|| Map::new().into());
    if let Value::Object(labels) = labels {
        let from = format!("{}/{}", job.provider.account, job.id);
        labels.insert("moved_from".to_owned(), from.into());
    }
    let source = Source::of(members, "the moved job")?;
    let on = Some(arguments.on.as_str());
    let mut intention = Intention::new(providers, on, &source, &arguments.settings).await?;
    // What is left out was shown, line by line.
    intention.allow_lossy = true;
    Ok(intention)
}

fn affordable(plan: &Plan, arguments: &RerunArguments) -> Result<(), Failure> {
    let Some(limit) = arguments.consent.max_cost else {
        return Ok(());
    };
    #[allow(clippy::cast_precision_loss)] // Cents do not depend on it.
    let dollars = limit.nanos() as f64 / 1e9;
    if plan.price.is_within(dollars) {
        return Ok(());
    }
    let what = format!(
        "the price is {}, and the limit is {limit} USD; nothing was uploaded",
        plan.price
    );
    Err(Failure::new(Exit::Failure, what))
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
    let options = WatchOptionArguments {
        until: Until::Finished,
        timeout: None,
        exec: None,
        interval: std::time::Duration::from_secs(2),
        no_events: false,
    };
    watch::follow_jobs(accounts, vec![target], &options, output).await
}
