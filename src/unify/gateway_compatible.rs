//! Vendors whose jobs, logs and requests have the gateway's fields: identity, but
//! for the words.

mod error;
mod events_and_checkpoints;
mod request;

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::extras::Extras;
use super::mapping_rules::{Rule, common as rules};
use super::notes::NoteCollector;
use super::status::{self, Meaning};
use super::{Context, Job, JobError, LazyObject, MappingError, Provider, Vendor};

#[allow(unused_imports)] // Not every set of vendors needs all of it.
pub(super) use error::job_error;
#[allow(unused_imports)]
pub(super) use events_and_checkpoints::{event_data, unify_checkpoint, unify_event};
#[allow(unused_imports)]
pub(super) use request::{ACCEPTED, AUTO, GatewayRequest, UNSUPPORTED, WANDB, request_back};

/// A vendor's job in the gateway's fields.
pub(super) struct GatewayJob {
    pub(super) id: String,
    pub(super) model: String,
    pub(super) created_at: i64,
    pub(super) finished_at: Option<i64>,
    pub(super) fine_tuned_model: Option<String>,
    pub(super) organization_id: String,
    pub(super) result_files: Vec<String>,
    pub(super) validation_file: Option<String>,
    pub(super) training_file: String,
    pub(super) hyperparameters: Option<LazyObject>,
    pub(super) trained_tokens: Option<i64>,
    pub(super) integrations: Option<Vec<LazyObject>>,
    pub(super) seed: Option<i64>,
    pub(super) estimated_finish: Option<i64>,
    pub(super) method: Option<LazyObject>,
    pub(super) metadata: Option<BTreeMap<String, String>>,
    pub(super) error: Option<JobError>,
    /// The vendor's own status.
    pub(super) status: Cow<'static, str>,
    /// What becomes `provider.extra`.
    pub(super) extras: Extras,
}

/// How a vendor's job is mapped.
pub(super) struct GatewayMapping<'r> {
    pub(super) vendor: Vendor,
    /// What the job's status means.
    pub(super) meaning: Meaning,
    /// The vendor's rules.
    pub(super) rules: &'static [&'static Rule],
    /// The rules that hold for this job, of the fields for which the vendor has
    /// several.
    pub(super) chosen: &'r [&'static Rule],
}

impl GatewayJob {
    /// Converts the job.
    pub(super) fn into_job(
        mut self,
        mapping: GatewayMapping<'_>,
        context: &Context,
    ) -> Result<Job, MappingError> {
        let id = std::mem::take(&mut self.id);
        match self.convert(mapping, context) {
            Ok(mut job) => {
                job.id = id;
                Ok(job)
            }
            Err(error) => Err(error.of_id(id)),
        }
    }

    fn convert(
        mut self,
        mapping: GatewayMapping<'_>,
        context: &Context,
    ) -> Result<Job, MappingError> {
        let mut notes = NoteCollector::new(context);
        if context.notes {
            self.note_values(&mapping, &mut notes);
        }
        let status = status::resolve(&self.status, mapping.meaning, &mut notes)?;
        let finished_at = self.finished_at(&mapping, &mut notes)?;
        for rule in mapping.chosen {
            notes.note(rule);
        }
        let objects = self.hyperparameters.iter_mut().chain(&mut self.method);
        for object in objects.chain(self.integrations.iter_mut().flatten()) {
            notes.record(object);
        }
        let extra = self.extras.finish(&mut notes);
        let provider = Provider {
            notes: notes.into_notes(),
            extra: extra.into(),
            ..Provider::new(&context.account, mapping.vendor, self.status)
        };
        Ok(Job {
            finished_at,
            fine_tuned_model: self.fine_tuned_model,
            organization_id: self.organization_id,
            result_files: self.result_files,
            validation_file: self.validation_file,
            training_file: self.training_file,
            hyperparameters: self.hyperparameters,
            trained_tokens: self.trained_tokens,
            integrations: self.integrations,
            seed: self.seed,
            estimated_finish: self.estimated_finish,
            method: self.method,
            metadata: self.metadata,
            error: self.error,
            created_at: Some(self.created_at),
            ..Job::new(self.id, self.model, status, provider)
        })
    }

    /// Notes which fields have the vendor's value, and which have none.
    fn note_values(&self, mapping: &GatewayMapping<'_>, notes: &mut NoteCollector<'_>) {
        let absent = [
            ("fine_tuned_model", self.fine_tuned_model.is_none()),
            ("validation_file", self.validation_file.is_none()),
            ("hyperparameters", self.hyperparameters.is_none()),
            ("trained_tokens", self.trained_tokens.is_none()),
            ("integrations", self.integrations.is_none()),
            ("seed", self.seed.is_none()),
            ("estimated_finish", self.estimated_finish.is_none()),
            ("method", self.method.is_none()),
            ("metadata", self.metadata.is_none()),
            ("error", self.error.is_none()),
        ];
        let is_absent = |rule: &Rule| absent.contains(&(rule.field, true));
        for rule in mapping.rules {
            match rule {
                rule if mapping.has_chosen(rule.field) => {}
                // Noted with its value.
                rule if rule.field == rules::FINISHED.field => {}
                rule if is_absent(rule) => notes.absent(rule.field),
                rule => notes.note(rule),
            }
        }
    }

    /// Returns the vendor's own `finished_at`, unless it is before the job was
    /// created: then it is kept beside the job.
    fn finished_at(
        &mut self,
        mapping: &GatewayMapping<'_>,
        notes: &mut NoteCollector<'_>,
    ) -> Result<Option<i64>, MappingError> {
        match self.finished_at {
            Some(time) if time < self.created_at => {
                self.extras.put("finished_at", Some(time));
                notes.guess(rules::FINISHED_CONTRADICTS, || time.to_string())?;
                Ok(None)
            }
            Some(time) => {
                notes.note(rules::FINISHED);
                Ok(Some(time))
            }
            None => {
                if !mapping.has_chosen("finished_at") {
                    notes.absent("finished_at");
                }
                Ok(None)
            }
        }
    }
}

impl GatewayMapping<'_> {
    /// Returns true where one of several rules for a field was chosen.
    fn has_chosen(&self, field: &str) -> bool {
        self.chosen.iter().any(|rule| rule.field == field)
    }
}
