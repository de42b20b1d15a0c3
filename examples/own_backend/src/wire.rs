//! Forge's types, and their mapping to the unified ones. Nothing here does I/O.

use serde::{Deserialize, Serialize};
use unitune::providers::Call;
use unitune::unify::{File, Job, JobError, Note, NoteKind, Origin, Provider, Status, Vendor};

/// The vendor's name in configuration, in JSON and in logs.
pub(crate) static VENDOR: Vendor = Vendor::from_static("forge");

/// A page of runs.
#[derive(Deserialize)]
pub(crate) struct Runs {
    pub(crate) runs: Vec<serde_json::Value>,
    /// The number of the next page.
    pub(crate) next: Option<u32>,
}

/// A run: Forge's word for a job.
#[derive(Deserialize)]
pub(crate) struct Run {
    pub(crate) run: String,
    base: String,
    state: String,
    /// Unix seconds.
    started: i64,
    ended: Option<i64>,
    blob: String,
    model: Option<String>,
    fault: Option<Fault>,
}

/// What a request to start a run holds.
#[derive(Serialize)]
pub(crate) struct NewRun {
    pub(crate) base: String,
    pub(crate) blob: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) epochs: Option<i64>,
}

/// A blob: Forge's word for a file.
#[derive(Deserialize)]
pub(crate) struct Blob {
    blob: String,
    name: String,
    size: i64,
    stored: i64,
}

/// An error answer.
#[derive(Deserialize)]
pub(crate) struct ErrorAnswer {
    pub(crate) fault: Fault,
}

/// What went wrong.
#[derive(Deserialize)]
pub(crate) struct Fault {
    pub(crate) number: i64,
    pub(crate) says: String,
}

/// Forge's words for a status. One that is not here never becomes an end.
const STATES: [(&str, Status); 5] = [
    ("WAITING", Status::Queued),
    ("TRAINING", Status::Running),
    ("DONE", Status::Succeeded),
    ("BROKEN", Status::Failed),
    ("STOPPED", Status::Cancelled),
];

impl Run {
    pub(crate) fn unify(self, call: &Call) -> Job {
        let known = STATES.iter().find(|(word, _)| *word == self.state);
        let status = known.map_or(Status::Running, |(_, status)| *status);
        let mut provider = Provider::new(call.account(), VENDOR.clone(), self.state);
        if known.is_none() && call.context.notes {
            let message = "a word that is in no table is taken for running";
            let note = Note::new("status", NoteKind::Defaulted, message);
            provider.notes.push(note);
        }
        let mut job = Job::new(self.run, self.base, status, provider);
        job.created_at = Some(self.started);
        job.training_file = self.blob;
        job.finished_at = self.ended.filter(|_| status.is_terminal());
        job.fine_tuned_model = self.model.filter(|_| status == Status::Succeeded);
        job.organization_id = call.context.organization.clone().unwrap_or_default();
        job.error = self.fault.map(|fault| JobError {
            code: Some(fault.number.to_string()),
            message: Some(fault.says),
            param: None,
        });
        job
    }
}

impl Blob {
    pub(crate) fn unify(self, call: &Call) -> File {
        let origin = Origin::new(call.account(), VENDOR.clone());
        let mut file = File::new(
            self.blob,
            self.size,
            self.stored,
            "fine-tune",
            "processed",
            origin,
        );
        file.filename = Some(self.name);
        file
    }
}
