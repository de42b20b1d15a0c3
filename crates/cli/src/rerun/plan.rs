//! The plan for moving a job to another vendor: made from what is known of the job
//! and of its files, without I/O.

use serde::Serialize;
use serde_json::{Map, Value, json};
use unitune::unify::Job;
use unitune_datasets::models::{Catalogue, Proposal, VendorSettings, settings as settings_of};
use unitune_datasets::{Alteration, ConvertReport, Method, vendors};

use super::price::{self, Price};
use super::settings;
use super::source_job::SourceJob;

/// An account, and whose it is.
#[derive(Clone, Debug, Serialize)]
pub struct AccountAndVendor {
    pub account: String,
    pub vendor: String,
}

/// What is known before the move.
pub struct Input<'a> {
    pub job: &'a Job,
    pub source: AccountAndVendor,
    pub target: AccountAndVendor,
    /// The model that the user named.
    pub model: Option<&'a str>,
    /// The target's own list of models, where it has one.
    pub live_models: Option<&'a [String]>,
    pub training: SourceFile,
    pub validation: Option<SourceFile>,
    /// The day, as `2026-11-21`.
    pub today: &'a str,
    pub catalogue: &'a Catalogue,
}

/// A file of the job, and what became of it.
pub struct SourceFile {
    pub id: String,
    pub state: FileState,
}

/// Whether a file can be moved.
pub enum FileState {
    /// It is there, as far as is known.
    There,
    /// It was deleted, or never was.
    Gone,
    /// The vendor does not give it away, for this reason.
    Withheld(String),
    /// It was read, and this is how it converts.
    Converted(Box<ConvertReport>),
}

/// What a move does.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    pub job: String,
    pub source: AccountAndVendor,
    pub target: AccountAndVendor,
    pub method: Method,
    /// The model that is trained; none until somebody chooses.
    pub model: Option<String>,
    /// The model that the job trained.
    pub was: String,
    pub proposals: Vec<Proposal>,
    pub settings: Vec<Line>,
    /// What the target sets itself.
    pub defaults: Vec<String>,
    pub files: Vec<FilePlan>,
    pub problems: Vec<Problem>,
    pub cautions: Vec<String>,
    pub price: Price,
    pub goes_to: String,
    pub terms: String,
    /// The request, without its files.
    pub request: Map<String, Value>,
}

/// What becomes of a setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    pub name: String,
    pub value: String,
    pub outcome: Outcome,
    /// What it is in the new job.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub becomes: String,
    /// By which rule.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub rule: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The same setting with the same value.
    Exact,
    /// By a rule, which is named.
    Translated,
    /// Not at all, for a reason that is named.
    Dropped,
    /// The user says so.
    Set,
}

impl Line {
    pub fn new(
        name: &str,
        value: impl Into<String>,
        outcome: Outcome,
        becomes: impl Into<String>,
        rule: impl Into<String>,
    ) -> Self {
        Self {
            name: name.to_owned(),
            value: value.into(),
            outcome,
            becomes: becomes.into(),
            rule: rule.into(),
        }
    }

    pub fn dropped(name: &str, value: impl Into<String>, why: impl Into<String>) -> Self {
        Self::new(name, value, Outcome::Dropped, "", why)
    }
}

/// What becomes of a file.
#[derive(Clone, Debug, Serialize)]
pub struct FilePlan {
    pub role: &'static str,
    pub id: String,
    /// How many examples there are; none until the file was read.
    pub examples: Option<u64>,
    pub tokens: Option<u64>,
    pub alterations: Vec<Alteration>,
    pub warnings: u64,
}

/// Why a job cannot be moved, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub reason: Reason,
    pub message: String,
    pub help: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    UnknownVendor,
    MethodMissing,
    Graders,
    FineTuned,
    ModelEnded,
    FileMissing,
    FileDeleted,
    FileWithheld,
    FileNotConvertible,
}

impl Plan {
    pub fn of(input: &Input<'_>) -> Self {
        let facts = SourceJob::of(input);
        let mut plan = Self {
            job: input.job.id.clone(),
            source: input.source.clone(),
            target: input.target.clone(),
            method: facts.method,
            model: input.model.map(str::to_owned),
            was: input.job.model.clone(),
            proposals: Vec::new(),
            settings: Vec::new(),
            defaults: Vec::new(),
            files: Vec::new(),
            problems: Vec::new(),
            cautions: Vec::new(),
            price: Price::unknown("no model is chosen"),
            goes_to: String::new(),
            terms: String::new(),
            request: Map::new(),
        };
        plan.method_is_there(input);
        plan.base(input, &facts);
        plan.files(input);
        let vendors_settings = (
            settings_of(&input.source.vendor),
            settings_of(&input.target.vendor),
        );
        if let (Some(from), Some(to)) = vendors_settings {
            plan.carry(input, &facts, from, to);
        } else {
            let unknown = match vendors_settings.0 {
                None => &input.source.vendor,
                Some(_) => &input.target.vendor,
            };
            plan.add_problem(
                Reason::UnknownVendor,
                format!("how jobs are moved is not known for {unknown}"),
                "start the job with: unitune jobs create",
            );
        }
        plan.price = price::estimate(&plan, input.catalogue);
        plan
    }

    /// Returns true where nothing but a model is missing.
    pub fn is_possible(&self) -> bool {
        self.problems.is_empty()
    }

    /// Returns the names of the settings that are lost.
    pub fn dropped(&self) -> impl Iterator<Item = &str> {
        let lost = |line: &&Line| line.outcome == Outcome::Dropped;
        self.settings
            .iter()
            .filter(lost)
            .map(|line| line.name.as_str())
    }

    fn add_problem(&mut self, reason: Reason, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(Problem {
            reason,
            message: message.into(),
            help: help.into(),
        });
    }

    fn method_is_there(&mut self, input: &Input<'_>) {
        let method = self.method;
        if method == Method::Reinforcement {
            self.add_problem(
                Reason::Graders,
                "reinforcement is graded by the job's own grader, and graders cannot be moved",
                "write the grader anew in the other vendor's terms, and start the job with: \
                 unitune jobs create --method reinforcement",
            );
            return;
        }
        let Ok(rules) = vendors::find(&input.target.vendor) else {
            return;
        };
        if rules.method(method).is_none() {
            let has: Vec<&str> = rules
                .methods
                .iter()
                .map(|rules| rules.method.as_str())
                .collect();
            self.add_problem(
                Reason::MethodMissing,
                format!("{} does not train with {method}", rules.title),
                format!("it has {}", has.join(", ")),
            );
        }
    }

    fn base(&mut self, input: &Input<'_>, facts: &SourceJob) {
        let was = facts.base.as_deref().unwrap_or(&input.job.model);
        let (from, to) = (&input.source.vendor, &input.target.vendor);
        self.proposals = input.catalogue.proposals(from, was, to, self.method);
        let has_ended = |proposal: &Proposal| proposal.model.ended(input.today).is_some();
        self.proposals.retain(|proposal| !has_ended(proposal));
        let is_listed = |proposal: &Proposal| {
            let is_it = |id: &String| id.eq_ignore_ascii_case(&proposal.model.id);
            input
                .live_models
                .is_some_and(|models| models.iter().any(is_it))
        };
        // The vendor's own list is newer than the table.
        if self.proposals.iter().any(is_listed) {
            self.proposals.retain(is_listed);
        }
        if let Some(parent) = &facts.fine_tuned {
            let message = format!("the job went on with a fine-tuned model, {parent}");
            if input.model.is_none() {
                self.add_problem(
                    Reason::FineTuned,
                    format!("{message}, whose weights cannot be moved"),
                    "move the job that made that model first and name what comes out of it with \
                     --model, or name a base model: the new one then learns from this job's \
                     examples alone",
                );
            } else {
                self.cautions.push(format!(
                    "{message}: what it had learnt before is not in the new one, unless --model \
                     names a model that has learnt the same"
                ));
            }
        }
        let Some(model) = input.model else {
            return;
        };
        let listed = |model: &str| {
            let is_it = |id: &String| id.eq_ignore_ascii_case(model);
            input.live_models.map(|models| models.iter().any(is_it))
        };
        let row = input.catalogue.find(to, model);
        let ends = row.and_then(|row| row.ends.as_deref());
        if let Some(ends) = ends {
            let has_ended = row.is_some_and(|row| row.ended(input.today).is_some());
            if has_ended && listed(model) != Some(true) {
                self.add_problem(
                    Reason::ModelEnded,
                    format!("{model} can no longer be trained, since {ends}"),
                    "name another one with --model",
                );
            } else {
                self.cautions
                    .push(format!("{model} can be trained until {ends} only"));
            }
        }
        if listed(model) == Some(false) {
            self.cautions
                .push(format!("{model} is not in the vendor's list of models"));
        } else if let Some(row) = row {
            if !row.methods.contains(&self.method) {
                let (as_of, method) = (input.catalogue.as_of(), self.method);
                self.cautions
                    .push(format!("{model} was not there for {method} on {as_of}"));
            }
            self.cautions.extend(row.note.clone());
        }
    }

    fn files(&mut self, input: &Input<'_>) {
        if input.training.id.is_empty() {
            self.add_problem(
                Reason::FileMissing,
                "the job does not name its training file",
                "name a copy of it with --training-file",
            );
            return;
        }
        let validation = input.validation.as_ref().map(|file| ("validation", file));
        for (role, file) in [("training", &input.training)]
            .into_iter()
            .chain(validation)
        {
            self.file(role, file);
        }
    }

    fn file(&mut self, role: &'static str, file: &SourceFile) {
        let mut plan = FilePlan {
            role,
            id: file.id.clone(),
            examples: None,
            tokens: None,
            alterations: Vec::new(),
            warnings: 0,
        };
        let own = format!("name a copy of your own with --{role}-file");
        let source = self.source.account.clone();
        match &file.state {
            FileState::There => {}
            FileState::Gone => self.add_problem(
                Reason::FileDeleted,
                format!("the {role} file {} is no longer at {source}", file.id),
                own,
            ),
            FileState::Withheld(why) => self.add_problem(
                Reason::FileWithheld,
                format!(
                    "{source} does not give away the {role} file {}: {why}",
                    file.id
                ),
                own,
            ),
            FileState::Converted(report) => {
                plan.examples = Some(report.written);
                let counted = report.target.token_basis.is_counted();
                plan.tokens = counted.then(|| report.target.statistics.tokens.total());
                plan.alterations.clone_from(&report.alterations);
                plan.warnings = report.target.warnings.count;
                if let Some(first) = report.target.errors.listed.first() {
                    let errors = report.target.errors.count;
                    let more = match errors {
                        1 => String::new(),
                        n => format!(" (and {} more)", n - 1),
                    };
                    self.add_problem(
                        Reason::FileNotConvertible,
                        format!("the {role} file cannot be converted: {first}{more}"),
                        "see all of it with: unitune files convert; mend a copy, and name it with \
                         --training-file",
                    );
                }
            }
        }
        self.files.push(plan);
    }

    fn carry(
        &mut self,
        input: &Input<'_>,
        facts: &SourceJob,
        from: &VendorSettings,
        to: &VendorSettings,
    ) {
        let method = self.method.as_str();
        let row = input
            .model
            .and_then(|m| input.catalogue.find(&input.target.vendor, m));
        let max_rank = row.and_then(|row| row.max_rank);
        let (mut target, mut lines) =
            settings::translate(&facts.settings, method, from, to, max_rank);
        if let Some(file) = &input.validation
            && let Some(meaning) = &to.evaluates_with
            && let Some(setting) = to.settings.get(meaning)
            && !target.contains_key(&setting.key)
        {
            let becomes = format!("{}=1", setting.key);
            let rule = format!("{} uses the file only where it is told how often", to.title);
            lines.push(Line::new(
                "validation_file",
                &file.id,
                Outcome::Translated,
                becomes,
                rule,
            ));
            target.insert(setting.key.clone(), 1.into());
        }
        self.defaults = settings::defaults(&target, method, to);
        self.settings = lines;
        self.goes_to.clone_from(&to.goes_to);
        self.terms.clone_from(&to.terms);
        let mut request = Map::new();
        if let Some(model) = input.model {
            request.insert("model".to_owned(), model.into());
        }
        if !target.is_empty() {
            request.insert("hyperparameters".to_owned(), target.into());
        }
        request.insert("method".to_owned(), json!({"type": method, method: {}}));
        if let Some(seed) = input.job.seed {
            let text = seed.to_string();
            self.settings.push(Line::new(
                "seed",
                &text,
                Outcome::Exact,
                format!("seed={text}"),
                "",
            ));
            request.insert("seed".to_owned(), seed.into());
        }
        if let Some(suffix) = &facts.suffix {
            self.suffix(suffix, to, &mut request);
        }
        let mut metadata = Map::new();
        for (key, value) in input.job.metadata.iter().flatten() {
            let name = format!("metadata.{key}");
            self.settings.push(Line::new(
                &name,
                value,
                Outcome::Exact,
                format!("{name}={value}"),
                "",
            ));
            metadata.insert(key.clone(), value.as_str().into());
        }
        if !metadata.is_empty() {
            request.insert("metadata".to_owned(), metadata.into());
        }
        for integration in input.job.integrations.iter().flatten() {
            let integration = serde_json::to_value(integration).unwrap_or_default();
            let kind = integration
                .get("type")
                .and_then(Value::as_str)
                .unwrap_or("integration");
            let why = "its key is not in a job: set the integration up anew with --set";
            self.settings.push(Line::dropped("integrations", kind, why));
        }
        self.request = request;
    }

    fn suffix(&mut self, suffix: &str, to: &VendorSettings, request: &mut Map<String, Value>) {
        let kept: String = suffix.chars().take(to.max_suffix).collect();
        let (outcome, rule) = match kept == suffix {
            true => (Outcome::Exact, String::new()),
            false => {
                let rule = format!("{} takes {} characters", to.title, to.max_suffix);
                (Outcome::Translated, rule)
            }
        };
        let becomes = format!("suffix={kept}");
        self.settings
            .push(Line::new("suffix", suffix, outcome, becomes, rule));
        request.insert("suffix".to_owned(), kept.into());
    }

    /// Takes over what the user changed of the request.
    pub fn set(&mut self, chosen: &Map<String, Value>, catalogue: &Catalogue) {
        let planned = self.hyperparameters().cloned().unwrap_or_default();
        for (name, value) in chosen {
            if planned.get(name) == Some(value) {
                continue;
            }
            let becomes = format!("{name}={value}");
            self.settings.retain(|line| line.name != *name);
            self.defaults
                .retain(|line| !line.starts_with(&format!("{name}: ")));
            self.settings
                .push(Line::new(name, "", Outcome::Set, becomes, ""));
        }
        self.request
            .insert("hyperparameters".to_owned(), chosen.clone().into());
        self.price = price::estimate(self, catalogue);
    }

    /// Returns the settings of the new job.
    pub fn hyperparameters(&self) -> Option<&Map<String, Value>> {
        self.request
            .get("hyperparameters")
            .and_then(Value::as_object)
    }

    /// Adds what the target's own translation of the request leaves out.
    pub fn leave_out(&mut self, fields: &[unitune::unify::UnsupportedField]) {
        for field in fields {
            let name = field.field.rsplit('.').next().unwrap_or(&field.field);
            let becomes = format!("{name}=");
            let line = self.settings.iter_mut().find(|line| {
                line.name == field.field
                    || line.name == name
                    || line.becomes.starts_with(&becomes)
                    || line.name.starts_with(&format!("{}.", field.field))
            });
            let why = match field.instead.is_empty() {
                true => field.reason.clone(),
                false => format!("{}; instead: {}", field.reason, field.instead),
            };
            match line {
                Some(line) => {
                    line.outcome = Outcome::Dropped;
                    line.becomes.clear();
                    line.rule = why;
                }
                None => self.settings.push(Line::dropped(&field.field, "", why)),
            }
        }
    }
}
