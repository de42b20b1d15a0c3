//! What will happen, before it happens.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use unitune::Error;
use unitune::providers::Preflight;
use unitune::unify::{DatasetPreview, PriceEstimate};
use unitune_datasets::{CheckReport, FileRole};

use super::PlannedJob;
use crate::output::{Terminal, bytes, card, plain};
use crate::rerun::price::Price;
use crate::training_files;

/// A job that is to be started, and what is known of it before.
pub struct Plan<'a> {
    pub planned_job: &'a PlannedJob,
    pub preflight: &'a Preflight,
    /// What is in the files, where that was looked at.
    pub checks: &'a [(PathBuf, CheckReport)],
    pub estimate: &'a Result<Option<PriceEstimate>, Error>,
    /// What it costs by the table of prices.
    pub by_table: &'a Price,
    /// The first examples as the vendor would train with them.
    pub preview: &'a Result<Option<DatasetPreview>, Error>,
}

impl Plan<'_> {
    /// For people.
    pub fn card(&self, terminal: &Terminal) -> String {
        let planned_job = self.planned_job;
        let request = &planned_job.request;
        let account = match planned_job.title.eq_ignore_ascii_case(&planned_job.account) {
            true => planned_job.title.clone(),
            false => format!("{} ({})", planned_job.account, planned_job.title),
        };
        let method = request
            .method
            .as_ref()
            .and_then(|method| method.get("type"));
        let method = method.and_then(Value::as_str).unwrap_or("supervised");
        let mut lines = vec![
            ("Account", account),
            ("Model", plain(&request.model)),
            ("Method", plain(method)),
            ("Hyperparameters", settings(&request.settings())),
            ("Training file", self.file(&request.training_file)),
        ];
        if let Some(file) = &request.validation_file {
            lines.push(("Validation file", self.file(file)));
        }
        lines.push((
            "Suffix",
            plain(request.suffix.as_deref().unwrap_or_default()),
        ));
        lines.push((
            "Seed",
            request.seed.map_or_else(String::new, |n| n.to_string()),
        ));
        let labels = request.metadata.iter().flatten();
        let labels: Vec<String> = labels
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        lines.push(("Metadata", plain(&labels.join(", "))));
        // Their settings can hold keys.
        let others: Vec<&str> = request.extra.keys().map(String::as_str).collect();
        lines.push(("Also", plain(&others.join(", "))));
        for field in &self.preflight.dropped {
            lines.push(("Left out", plain(&field.to_string())));
        }
        lines.push(("Tokens", self.tokens()));
        lines.push(("Preview", self.first_examples()));
        for (path, report) in self.checks {
            let Some(first) = report.warnings.listed.first() else {
                continue;
            };
            let more = match report.warnings.count {
                1 => String::new(),
                n => format!(" (and {} more: unitune files check)", n - 1),
            };
            let warning = format!("{}: {first}{more}", path.display());
            lines.push(("Warning", plain(&warning)));
        }
        let price = price_with_table(self.estimate, self.planned_job, self.by_table);
        lines.push(("Price", price));
        card(lines, terminal)
    }

    /// The tokens: as the vendor counts them, or as they were counted here.
    fn tokens(&self) -> String {
        if let Ok(Some(estimate)) = self.estimate {
            return billed(estimate);
        }
        let is_training = |report: &&CheckReport| report.role == FileRole::Training;
        let mut reports = self.checks.iter().map(|(_, report)| report);
        let Some(tokens) = reports.find(is_training).and_then(training_files::tokens) else {
            return String::new();
        };
        let settings = self.planned_job.request.settings();
        let epochs = settings.get("n_epochs");
        match epochs.and_then(Value::as_u64) {
            Some(1) => tokens,
            Some(epochs) => format!("{tokens}, each {epochs} times"),
            None => format!("{tokens}, times the epochs that the vendor chooses"),
        }
    }

    /// What the vendor makes of the first examples.
    fn first_examples(&self) -> String {
        match self.preview {
            Ok(Some(preview)) => super::super::preview::summary(preview),
            Ok(None) => String::new(),
            Err(error) => plain(&format!("unknown: {error}")),
        }
    }

    /// What is known of a file of the request: where it is, and what is in it.
    fn file(&self, name: &str) -> String {
        let path = Path::new(name);
        let mut checked = self.preflight.files.iter();
        let Some((_, found)) = checked.find(|(checked, _)| checked == path) else {
            return plain(name);
        };
        let size = bytes(found.bytes);
        let content = match found.format {
            Some(format) => format!("{} examples ({format}), {size}", found.examples),
            None => format!("{size}, of a format that is not read here"),
        };
        let mut uploads = self.planned_job.uploads.iter();
        let upload = uploads.find(|(uploaded, _)| uploaded == path);
        let place = match upload.and_then(|(_, uploaded)| uploaded.as_ref()) {
            Some(uploaded) => format!("at the account as {}", uploaded.file.id),
            None => "to be uploaded".to_owned(),
        };
        plain(&format!("{name}: {content}; {place}"))
    }

    /// For programs.
    pub fn document(&self) -> Value {
        let planned_job = self.planned_job;
        let files = self.preflight.files.iter().map(|(path, found)| {
            let mut uploads = planned_job.uploads.iter();
            let upload = uploads.find(|(uploaded, _)| uploaded == path);
            let id = upload.and_then(|(_, uploaded)| Some(uploaded.as_ref()?.file.id.as_str()));
            json!({
                "path": path,
                "bytes": found.bytes,
                "examples": found.format.map(|_| found.examples),
                "format": found.format.map(|format| format.to_string()),
                "id": id,
            })
        });
        json!({
            "account": planned_job.account,
            "request": planned_job.request,
            "dropped": self.preflight.dropped,
            "files": files.collect::<Vec<_>>(),
            "estimate": self.estimate.as_ref().ok(),
            "price_by_table": self.by_table,
            "preview": self.preview.as_ref().ok(),
        })
    }
}

fn settings(settings: &Map<String, Value>) -> String {
    let settings: Vec<String> = settings
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    match settings.is_empty() {
        true => "the vendor's defaults".to_owned(),
        false => plain(&settings.join(", ")),
    }
}

/// The tokens that the vendor counts.
fn billed(estimate: &PriceEstimate) -> String {
    let amount = |tokens: f64, what: &str| format!("{tokens:.0} {what}");
    let training = estimate.training_tokens.map(|t| amount(t, "to train on"));
    let evaluation = estimate.evaluation_tokens.filter(|tokens| *tokens > 0.0);
    let evaluation = evaluation.map(|t| amount(t, "to evaluate on"));
    let parts: Vec<String> = [training, evaluation].into_iter().flatten().collect();
    parts.join(", ")
}

/// Returns what a job costs, and who says so.
pub fn price(estimate: &Result<Option<PriceEstimate>, Error>, planned_job: &PlannedJob) -> String {
    let title = &planned_job.title;
    match estimate {
        Ok(Some(estimate)) => {
            let total = match estimate.total {
                Some(total) => format!("{total} USD, as {title} estimates"),
                None => format!("unknown: {title} gives none for this job"),
            };
            let limit = estimate
                .limit
                .map(|limit| format!("; the account may spend {limit} USD"));
            let rejected = (estimate.allowed == Some(false))
                .then(|| "; this is more than the vendor lets the account spend".to_owned());
            let parts = [Some(total), limit, rejected];
            parts.into_iter().flatten().collect()
        }
        none => format!("unknown: {}", no_estimate(none, planned_job)),
    }
}

/// Returns what a job costs: as the vendor estimates it, or by the table of prices.
pub fn price_with_table(
    estimate: &Result<Option<PriceEstimate>, Error>,
    planned_job: &PlannedJob,
    by_table: &Price,
) -> String {
    if matches!(estimate, Ok(Some(_))) {
        return price(estimate, planned_job);
    }
    let none = no_estimate(estimate, planned_job);
    match by_table {
        Price::Range { .. } => format!("{by_table} ({none})"),
        Price::Unknown { why } if !planned_job.has_estimates => {
            format!("unknown: {none}, and {why}")
        }
        Price::Unknown { .. } => format!("unknown: {none}"),
    }
}

/// Says why there is no estimate of the vendor's.
fn no_estimate(
    estimate: &Result<Option<PriceEstimate>, Error>,
    planned_job: &PlannedJob,
) -> String {
    let title = &planned_job.title;
    match estimate {
        Err(error) => plain(&error.to_string()),
        Ok(_) if planned_job.has_estimates && planned_job.is_on_disk() => {
            format!("{title} estimates it with the file, after the upload")
        }
        Ok(_) => format!("{title} estimates none"),
    }
}
