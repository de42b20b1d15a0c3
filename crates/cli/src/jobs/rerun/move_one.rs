//! Moves one job to another vendor: makes the plan, then carries it out step by step.

use serde_json::{Map, Value};
use unitune::providers::{Account, Operation, Providers};
use unitune::unify::{Job, Usd};
use unitune_datasets::models::catalogue;

use super::already_started;
use super::files::{self, LocalCopies, Moved};
use crate::accounts::Accounts;
use crate::args::jobs::SettingArguments;
use crate::config::state_folder;
use crate::exit::{Exit, Failure};
use crate::jobs::create::{Files, PlannedJob, Source, imported, limit, price_with_table};
use crate::output::{Answer, Output, confirm};
use crate::rerun::journal::{Journal, Sent, Step};
use crate::rerun::price::{Price, dollars};
use crate::rerun::{AccountAndVendor, Input, Plan};

/// What moves jobs to one account.
pub struct Mover<'m> {
    pub accounts: &'m Accounts,
    pub target: &'m Account,
    /// Whether what is uploaded is told.
    tells: bool,
    live_models: Option<Vec<String>>,
}

/// A job that can be moved, or the plan that says why not.
pub struct Prepared {
    pub plan: Plan,
    /// None where the plan is not possible, or no model is chosen.
    pub planned_job: Option<PlannedJob>,
    /// What the vendor will reject, as far as it is known.
    pub warnings: Vec<String>,
}

impl Prepared {
    /// Returns what the job costs, as far as it is known before the upload.
    pub fn price(&self) -> String {
        match &self.planned_job {
            Some(planned_job) => price_with_table(&Ok(None), planned_job, &self.plan.price),
            None => self.plan.price.to_string(),
        }
    }
}

impl<'m> Mover<'m> {
    /// Asks for the target's own list of models, where it has one.
    pub async fn new(accounts: &'m Accounts, on: &str, output: &Output) -> Result<Self, Failure> {
        let providers = accounts.providers();
        let target = providers.named_or_default(Some(on))?;
        let live_models = match target.support(Operation::ListModels).is_supported() {
            // A list that does not answer is no reason not to move.
            true => providers.models(target.name()).await.ok(),
            false => None,
        };
        Ok(Self {
            accounts,
            target,
            tells: output.is_table(),
            live_models,
        })
    }

    pub fn providers(&self) -> &Providers {
        self.accounts.providers()
    }

    /// Opens the journal of a job's move. Returns with it the job that was
    /// started before, if there is one.
    ///
    /// # Errors
    ///
    /// Another program moves it, or it cannot be found out whether it was moved.
    pub async fn open(&self, job: &Job, again: bool) -> Result<(Journal, Option<Job>), Failure> {
        let target = self.target.name();
        let mut journal = self.journal(&job.provider.account, &job.id)?;
        let moved = match again {
            true => None,
            false => already_started::find(&mut journal, self.providers(), target).await?,
        };
        Ok((journal, moved))
    }

    /// Opens the journal of a job's move, and asks nobody.
    ///
    /// # Errors
    ///
    /// Another program moves it, or there is no folder for journals.
    pub fn journal(&self, account: &str, job: &str) -> Result<Journal, Failure> {
        let state = state_folder().ok_or_else(|| {
            let what = "there is no folder for the journal of moves: set HOME or XDG_STATE_HOME";
            Failure::new(Exit::Failure, what)
        })?;
        Journal::open(&state, account, job, self.target.name())
    }

    /// Fetches and converts the job's files.
    ///
    /// # Errors
    ///
    /// As [`files::fetch`].
    pub async fn fetch(
        &self,
        journal: &Journal,
        job: &Job,
        own: LocalCopies,
        model: Option<&str>,
    ) -> Result<Moved, Failure> {
        files::fetch(self.providers(), journal, job, own, self.target, model).await
    }

    /// Decides what the move does. Nothing is sent but questions.
    ///
    /// # Errors
    ///
    /// A setting of the user's cannot be sent.
    pub async fn prepare(
        &self,
        job: &Job,
        found: &Moved,
        settings: &SettingArguments,
    ) -> Result<Prepared, Failure> {
        let mut plan = self.decide(job, found, settings);
        if !plan.is_possible() {
            return Ok(Prepared {
                plan,
                planned_job: None,
                warnings: Vec::new(),
            });
        }
        // What the vendor has no place for is known before the model is: any model
        // stands in for it.
        let mut chosen = settings.clone();
        if plan.model.is_none() {
            let first = plan.proposals.first();
            let stand_in = first.map_or(&plan.was, |proposal| &proposal.model.id);
            chosen.model = Some(stand_in.clone());
        }
        let planned_job = self.intend(&plan, job, found, &chosen).await?;
        let method = planned_job.request.method.as_ref();
        let method = method.and_then(|method| method.get("type")?.as_str());
        if let Some(other) = method.filter(|other| *other != plan.method.as_str()) {
            let what = format!(
                "a job is moved with its own method, which is {}; to train with {other}, start a \
                 job: unitune jobs create --method {other}",
                plan.method
            );
            return Err(Failure::new(Exit::Usage, what));
        }
        if let Some(chosen) = &planned_job.request.hyperparameters {
            plan.set(chosen, catalogue());
        }
        let preflight = self.providers().preflight(&planned_job.draft()).await?;
        // The label that says where it comes from is ours, and no loss of the user's.
        let labels = job.metadata.as_ref();
        let has_labels = labels.is_some_and(|labels| !labels.is_empty());
        let is_own =
            |field: &str| field == "metadata.moved_from" || field == "metadata" && !has_labels;
        let dropped = preflight.dropped.into_iter().filter(|f| !is_own(&f.field));
        plan.leave_out(&dropped.collect::<Vec<_>>());
        let planned_job = plan.model.is_some().then_some(planned_job);
        let warnings = match &planned_job {
            // A model that has ended is a problem of the plan.
            Some(planned_job) => planned_job.table_warnings(self.providers(), None).await,
            None => Vec::new(),
        };
        Ok(Prepared {
            plan,
            planned_job,
            warnings,
        })
    }

    fn decide(&self, job: &Job, found: &Moved, settings: &SettingArguments) -> Plan {
        let side = |account: &str, vendor: &str| AccountAndVendor {
            account: account.to_owned(),
            vendor: vendor.to_owned(),
        };
        let today = self.accounts.today();
        Plan::of(&Input {
            job,
            source: side(&job.provider.account, job.provider.vendor.as_str()),
            target: side(self.target.name(), self.target.vendor().as_str()),
            model: settings.model.as_deref(),
            live_models: self.live_models.as_deref(),
            training: found.training(),
            validation: found.validation(),
            today: &today,
            catalogue: catalogue(),
        })
    }

    /// The job that the plan describes, with what the options change of it.
    async fn intend(
        &self,
        plan: &Plan,
        job: &Job,
        found: &Moved,
        settings: &SettingArguments,
    ) -> Result<PlannedJob, Failure> {
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
        let on = Some(self.target.name());
        let mut planned_job = PlannedJob::new(self.providers(), on, &source, settings).await?;
        // What is left out was shown, line by line.
        planned_job.allow_lossy = true;
        Ok(planned_job)
    }

    /// Rejects a job that could cost more than a limit. Where the table knows no
    /// price and the vendor estimates one, that decides after the upload.
    ///
    /// # Errors
    ///
    /// It could cost more.
    pub fn affordable(&self, plan: &Plan, limit: Option<Usd>) -> Result<(), Failure> {
        let Some(limit) = limit else {
            return Ok(());
        };
        let is_unknown = matches!(plan.price, Price::Unknown { .. });
        if plan.price.is_within(dollars(limit)) || is_unknown && self.estimates() {
            return Ok(());
        }
        let what = format!(
            "the price is {}, and the limit is {limit} USD; nothing was uploaded",
            plan.price
        );
        Err(Failure::new(Exit::Failure, what))
    }

    /// Returns true where the vendor estimates prices of uploaded files.
    pub fn estimates(&self) -> bool {
        self.target.support(Operation::EstimatePrice).is_supported()
    }

    /// Uploads, and starts the job: each step is written down before the next.
    /// Where the vendor estimates no price, `by_table` counts; where that knows none
    /// and `asks` is set, the vendor's own is put to the user. `price` becomes the vendor's estimate, where it gives one: also of a job of
    /// which it is not known whether it was started.
    ///
    /// # Errors
    ///
    /// Something does not work; the same move can be taken up again.
    pub async fn carry_out(
        &self,
        journal: &mut Journal,
        planned_job: &mut PlannedJob,
        limit: Option<Usd>,
        by_table: &Price,
        asks: bool,
        price: &mut Option<Usd>,
    ) -> Result<Job, Failure> {
        let files = Files {
            are_simulated: self.accounts.are_simulated(),
            again: false,
            may_upload: true,
            tells: self.tells,
        };
        planned_job.find_files(self.providers(), &files).await?;
        let roles = ["training", "validation"];
        for (role, (_, uploaded)) in roles.iter().zip(&planned_job.uploads) {
            if let Some(uploaded) = uploaded {
                let (role, file) = ((*role).to_owned(), uploaded.file.id.clone());
                journal.record(Step::Uploaded { role, file })?;
            }
        }
        // Where the table knows no price, the vendor's counts, once it has the file.
        let is_open = asks && matches!(by_table, Price::Unknown { .. });
        let estimate = match limit.is_some() || is_open {
            true => Some(planned_job.estimate(self.providers()).await),
            false => None,
        };
        if let (Some(Ok(Some(estimate))), true) = (&estimate, is_open)
            && let Some(total) = estimate.total
        {
            let question = format!("{} estimates {total} USD. Start it?", planned_job.title);
            if confirm(&question, false).await? == Answer::No {
                let what = format!("Nothing was started{}", planned_job.stays());
                return Err(Failure::new(Exit::Failure, what));
            }
        }
        if let Some(limit) = limit {
            let estimate = estimate.transpose()?.flatten();
            let within = limit::check(limit, estimate.as_ref(), by_table, &planned_job.title);
            within.map_err(|why| {
                let what = format!("{}: {why}\nNothing was started", planned_job.account);
                Failure::new(Exit::Failure, format!("{what}{}", planned_job.stays()))
            })?;
            *price = estimate.and_then(|estimate| estimate.total);
        }
        let uploaded = planned_job
            .uploads
            .first()
            .and_then(|(_, uploaded)| uploaded.as_ref());
        let mut request = Sent {
            model: planned_job.request.model.clone(),
            training_file: planned_job.training_id().unwrap_or_default(),
            file_created_at: uploaded.map(|u| u.file.created_at).filter(|time| *time > 0),
            others: Vec::new(),
            cost: price.or_else(|| by_table.most()),
        };
        let others =
            already_started::search(self.providers(), &planned_job.account, &request).await?;
        request.others = others.into_iter().map(|job| job.id).collect();
        let draft = imported(self.accounts, planned_job).await?;
        journal.begin_creating(already_started::now(), request)?;
        match self.providers().create(&draft).await {
            Ok(created) => {
                let job = created.job.id.clone();
                journal.record(Step::Created { job })?;
                journal.remove_files();
                Ok(created.job)
            }
            Err(error) if !error.may_have_taken_effect() => {
                let why = error.to_string();
                journal.record(Step::NotCreated { why })?;
                Err(error.into())
            }
            Err(error) => Err(Failure::new(
                Exit::Failure,
                format!(
                    "{error}\nThe job may have been started. The same command finds out, and \
                     starts it if it was not"
                ),
            )),
        }
    }
}
