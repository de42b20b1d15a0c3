//! Requests to Fireworks.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::id::JobKind;
use super::request_tables::{ACCEPTED, EXTRA, JOB_ID, UNSUPPORTED, WANDB};
use super::{MAPPING, TITLE};
use crate::fireworks::types::{DpoJob, ReinforcementJob, SupervisedJob};
use crate::unify::request::setting_rules::{Takes, UNKNOWN};
use crate::unify::request::translator::{Method, RequestTranslator};
use crate::unify::{CreateRequest, OnUnsupported, Translated, UnsupportedFields};
use crate::wire::{self, Extra};

/// Members that are settings of the training: the kinds that have an object for
/// them want them there.
const CONFIG: [&str; 3] = ["outputModel", "warmStartFrom", "jinjaTemplate"];

const METHODS: [&str; 3] = ["supervised", "dpo", "reinforcement"];

/// A request to start a job, in the terms of its kind.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct JobRequest {
    /// The id that the job is to have, where the caller chose one.
    pub id: Option<String>,
    /// The job.
    pub job: NewJob,
}

/// The job that a request is for.
#[derive(Clone, Debug, PartialEq)]
pub enum NewJob {
    /// A supervised one.
    Supervised(Box<SupervisedJob>),
    /// One with preferences.
    Dpo(Box<DpoJob>),
    /// One by reinforcement.
    Reinforcement(Box<ReinforcementJob>),
}

impl serde::Serialize for JobRequest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.job {
            NewJob::Supervised(job) => job.serialize(serializer),
            NewJob::Dpo(job) => job.serialize(serializer),
            NewJob::Reinforcement(job) => job.serialize(serializer),
        }
    }
}

impl JobRequest {
    /// Returns the kind of the job.
    pub fn kind(&self) -> JobKind {
        match &self.job {
            NewJob::Supervised(_) => JobKind::Supervised,
            NewJob::Dpo(_) => JobKind::Dpo,
            NewJob::Reinforcement(_) => JobKind::Reinforcement,
        }
    }
}

impl CreateRequest {
    /// Translates the request to Fireworks', whose method chooses the kind of
    /// job. Settings that are `"auto"` are left out, which lets the vendor
    /// decide.
    ///
    /// ```
    /// use serde_json::json;
    /// use unitune::unify::{CreateRequest, OnUnsupported, fireworks::JobKind};
    ///
    /// let mut request = CreateRequest::new("llama-v3p1-8b-instruct", "my-data");
    /// request.method = json!({"type": "dpo", "dpo": {"hyperparameters": {"beta": 0.1}}})
    ///     .as_object()
    ///     .cloned();
    /// let sent = request.to_fireworks(OnUnsupported::Reject).unwrap();
    /// assert_eq!(sent.request.kind(), JobKind::Dpo);
    /// request.seed = Some(7);
    /// let error = request.to_fireworks(OnUnsupported::Reject).unwrap_err();
    /// assert_eq!(error.fields()[0].field, "seed");
    /// ```
    ///
    /// # Errors
    ///
    /// When Fireworks has no place for a field that must not be dropped, or a
    /// value is invalid.
    pub fn to_fireworks(
        &self,
        on_unsupported: OnUnsupported,
    ) -> Result<Translated<JobRequest>, UnsupportedFields> {
        let mut translator = RequestTranslator::new(&MAPPING, on_unsupported);
        translator.basics(self);
        let instead = "supervised, dpo or reinforcement";
        let mut method = translator.method(self.method.as_ref(), &METHODS, instead);
        let kind = match method.name.as_deref() {
            Some("dpo") => JobKind::Dpo,
            Some("reinforcement") => JobKind::Reinforcement,
            _ => JobKind::Supervised,
        };
        let mut body = Body::new(kind);
        self.reject_gateway_fields(kind, &mut translator);
        body.set("dataset", self.training_file.clone().into());
        if let Some(file) = &self.validation_file
            && kind != JobKind::Dpo
        {
            body.set("evaluationDataset", file.clone().into());
        }
        let settings = translator.settings(self, &method);
        for (key, setting) in settings {
            if translator.is_not_auto(&key, &setting, &method, ACCEPTED, UNSUPPORTED)
                && translator.takes(&key, &setting, &method, ACCEPTED, UNSUPPORTED)
                && let Some(rule) = ACCEPTED.iter().find(|rule| rule.key == key)
            {
                body.setting(rule.becomes, setting.value);
                body.paths.insert(rule.becomes.to_owned(), setting.path);
            }
        }
        self.method_body(kind, &mut method, &mut body, &mut translator);
        let id = self.extra_members(kind, &mut body, &mut translator);
        self.model_of(&mut body, &mut translator);
        if let Some(wandb) =
            translator.wandb(self.integrations.as_deref().unwrap_or_default(), WANDB)
        {
            let members = wandb.into_iter().filter_map(|(name, value)| {
                let (_, becomes) = WANDB.iter().find(|(known, _)| *known == name)?;
                let name = becomes.rsplit('.').next()?;
                Some((name.to_owned(), value))
            });
            let mut members: Map<String, Value> = members.collect();
            members.insert("enabled".to_owned(), true.into());
            body.set("wandbConfig", members.into());
        }
        let job = body.job(&mut translator);
        let Some(job) = job else {
            // Something is collected that says why.
            let empty = NewJob::Supervised(Box::new(SupervisedJob::new("")));
            return translator.finish(JobRequest { id, job: empty });
        };
        translator.finish(JobRequest { id, job })
    }

    /// Collects those of the gateway's fields that the vendor has no place for.
    fn reject_gateway_fields(&self, kind: JobKind, translator: &mut RequestTranslator) {
        for name in self.metadata.iter().flat_map(BTreeMap::keys) {
            let reason = "the vendor keeps no labels";
            translator.unsupported(
                format!("metadata.{name}"),
                reason,
                "displayName, for a name",
            );
        }
        if self.seed.is_some() {
            translator.unsupported("seed", "the vendor takes none", "");
        }
        if self.suffix.is_some() {
            let reason = "the vendor names the model after the job, or as it is told";
            translator.unsupported("suffix", reason, "outputModel, the model's whole id");
        }
        if self.validation_file.is_some() && kind == JobKind::Dpo {
            let reason = "the vendor evaluates no DPO job";
            translator.unsupported("validation_file", reason, "");
        }
    }

    /// Reads what the method's body has beside its settings.
    fn method_body(
        &self,
        kind: JobKind,
        method: &mut Method,
        body: &mut Body,
        translator: &mut RequestTranslator,
    ) {
        let word = kind.method();
        for (name, value) in &method.body {
            let path = format!("method.{word}.{name}");
            match (name.as_str(), kind) {
                ("hyperparameters", _) => {}
                (_, _) if value.is_null() => {}
                ("evaluator", JobKind::Reinforcement) => {
                    if translator.fits(&path, value, Takes::Text) {
                        body.set("evaluator", value.clone());
                    }
                }
                ("grader", JobKind::Reinforcement) => {
                    let reason = "the vendor scores answers with an evaluator of the account";
                    translator.unsupported(path, reason, "method.reinforcement.evaluator");
                }
                _ => translator.unsupported(path, UNKNOWN, ""),
            }
        }
        let outside = self.extra.get("evaluator");
        if kind == JobKind::Reinforcement && outside.is_none() && !body.has("evaluator") {
            let reason = "a reinforcement job needs an evaluator";
            let instead = "the evaluator's id, or its full name";
            translator.invalid("method.reinforcement.evaluator", reason, instead);
            // For what else there is to say of the request.
            body.set("evaluator", "".into());
        }
    }

    /// Reads members beyond the gateway's that are the vendor's own; returns the
    /// id that the job is to have.
    fn extra_members(
        &self,
        kind: JobKind,
        body: &mut Body,
        translator: &mut RequestTranslator,
    ) -> Option<String> {
        let mut id = None;
        for (name, value) in self.extra.iter().filter(|(_, value)| !value.is_null()) {
            let Some((_, takes)) = EXTRA.iter().find(|(known, _)| known == name) else {
                translator.unsupported(name, UNKNOWN, "");
                continue;
            };
            if !translator.fits(name, value, *takes) {
                continue;
            }
            match name.as_str() {
                JOB_ID => id = value.as_str().map(str::to_owned),
                "evaluator" if kind == JobKind::Reinforcement && body.has("evaluator") => {
                    if body.get("evaluator") != Some(value) {
                        let reason = "it contradicts method.reinforcement.evaluator";
                        translator.invalid(name, reason, "say it once");
                    }
                }
                name if CONFIG.contains(&name) => body.setting(name, value.clone()),
                name => body.set(name, value.clone()),
            }
        }
        id
    }

    /// Sets the model: one of the vendor's where its name says no account. Of a
    /// base model and an adapter to go on from, the vendor takes one.
    fn model_of(&self, body: &mut Body, translator: &mut RequestTranslator) {
        let model = match self.model.as_str() {
            name if name.is_empty() || name.starts_with("accounts/") => name.to_owned(),
            name if name.contains('/') => {
                let reason = format!("{TITLE} names models by their account");
                translator.invalid("model", reason, "accounts/fireworks/models/…");
                return;
            }
            name => format!("accounts/fireworks/models/{name}"),
        };
        match body.config().get("warmStartFrom") {
            None => body.setting("baseModel", model.into()),
            Some(warm) if warm.as_str() == Some(&*model) => {}
            Some(_) => {
                let reason = "the job goes on from warmStartFrom, and the vendor takes one of them";
                translator.unsupported("model", reason, "the same as warmStartFrom");
            }
        }
    }
}

/// The vendor's request on its way.
struct Body {
    kind: JobKind,
    members: Map<String, Value>,
    /// What the caller called the settings, by what they became.
    paths: BTreeMap<String, String>,
}

impl Body {
    fn new(kind: JobKind) -> Self {
        Self {
            kind,
            members: Map::new(),
            paths: BTreeMap::new(),
        }
    }

    fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.members.get(name)
    }

    fn set(&mut self, name: &str, value: Value) {
        self.members.insert(name.to_owned(), value);
    }

    /// The settings: a supervised job has them among its own members.
    fn config(&mut self) -> &mut Map<String, Value> {
        match self.kind {
            JobKind::Supervised => &mut self.members,
            JobKind::Dpo | JobKind::Reinforcement => member(&mut self.members, "trainingConfig"),
        }
    }

    /// Sets a setting by its path.
    fn setting(&mut self, path: &str, value: Value) {
        let mut parts = path.split('.').rev();
        let last = parts.next().unwrap_or_default();
        let parents: Vec<&str> = parts.rev().collect();
        let mut members = match parents.is_empty() {
            true => self.config(),
            false => &mut self.members,
        };
        for parent in parents {
            members = member(members, parent);
        }
        members.insert(last.to_owned(), value);
    }

    /// Makes the job of the members, and collects those that its kind lacks.
    fn job(mut self, translator: &mut RequestTranslator) -> Option<NewJob> {
        if self.kind == JobKind::Dpo && self.has("lossConfig") {
            let loss = member(&mut self.members, "lossConfig");
            let is_orpo = loss.contains_key("orpo");
            let word = if is_orpo { "ORPO" } else { "DPO" };
            loss.entry("method").or_insert_with(|| word.into());
        }
        Some(match self.kind {
            JobKind::Supervised => {
                let mut job: SupervisedJob = self.decode(translator)?;
                self.reject(&mut job.extra, translator);
                NewJob::Supervised(Box::new(job))
            }
            JobKind::Dpo => {
                let mut job: DpoJob = self.decode(translator)?;
                self.reject(&mut job.extra, translator);
                NewJob::Dpo(Box::new(job))
            }
            JobKind::Reinforcement => {
                let mut job: ReinforcementJob = self.decode(translator)?;
                self.reject(&mut job.extra, translator);
                NewJob::Reinforcement(Box::new(job))
            }
        })
    }

    /// Reads the members as the vendor's type; objects in them whose members
    /// have another form, or are none of the document's, are collected.
    fn decode<T: DeserializeOwned>(&self, translator: &mut RequestTranslator) -> Option<T> {
        let before = self
            .paths
            .iter()
            .map(|(to, from)| (to.as_str(), from.as_str()));
        let named = before.chain(EXTRA.iter().map(|(name, _)| (*name, *name)));
        let mut is_good = true;
        for (name, path) in named {
            let takes = ACCEPTED.iter().find(|rule| rule.becomes == name);
            let takes = takes.map(|rule| rule.takes);
            let takes = takes.or_else(|| EXTRA.iter().find(|e| e.0 == name).map(|e| e.1));
            let Some(form @ Takes::Object(words)) = takes else {
                continue;
            };
            let value = self.object(name);
            for member in value.iter().flat_map(|members| members.keys()) {
                if !words.contains(member.as_str()) {
                    let path = format!("{path}.{member}");
                    translator.invalid(path, "the vendor takes another form", form.to_string());
                    is_good = false;
                }
            }
        }
        if !is_good {
            return None;
        }
        let value = Value::Object(self.members.clone());
        match wire::read::<T>(&value) {
            Ok(job) => Some(job),
            Err(fault) => {
                let path = fault.dotted_path();
                let own = self.paths.get(path.trim_start_matches("trainingConfig."));
                let path = own.map_or(path, Clone::clone);
                translator.invalid(path, "its value has another form", "");
                None
            }
        }
    }

    fn object(&self, name: &str) -> Option<&Map<String, Value>> {
        let config = self.members.get("trainingConfig");
        let value = self.members.get(name).or_else(|| config?.get(name));
        value.and_then(Value::as_object)
    }

    /// Collects the members that this kind of job does not have.
    fn reject(&self, extra: &mut Extra, translator: &mut RequestTranslator) {
        let names: Vec<String> = extra.iter().map(|(name, _)| name.to_owned()).collect();
        for name in names {
            extra.remove(&name);
            let reason = format!("a {} job has none", self.kind.method());
            translator.unsupported(name, reason, "");
        }
    }
}

/// Returns an object that is a member of another one.
fn member<'m>(members: &'m mut Map<String, Value>, name: &str) -> &'m mut Map<String, Value> {
    let value = members.entry(name).or_insert_with(|| Map::new().into());
    if !value.is_object() {
        *value = Map::new().into();
    }
    value.as_object_mut().expect("it was made an object")
}
