//! Models that stop working, and the jobs whose results stop with them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write;

use unitune_file_limits::is_version_of;

use super::Job;

/// How many models of a day are named.
const NAMED: usize = 20;

/// When a vendor turns models off, as far as it has announced it. All times are
/// the starts of days, in Unix seconds.
///
/// ```
/// use unitune::unify::{Job, ModelShutdowns, Provider, Status, Vendor};
///
/// let provider = Provider::new("main", Vendor::from_static("acme"), "done");
/// let mut job = Job::new("job-1", "llama-3-2026-01-15", Status::Succeeded, provider);
/// job.fine_tuned_model = Some("tuned:llama-3-2026-01-15:ours".to_owned());
///
/// let mut shutdowns = ModelShutdowns::new();
/// shutdowns.add_base_model("llama-3", 1_799_884_800);
/// assert_eq!(shutdowns.of(&job), Some(1_799_884_800));
/// let note = shutdowns.note([&job], 1_790_000_000).unwrap();
/// assert!(note.contains("tuned:llama-3-2026-01-15:ours stop working on 2027-01-14"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelShutdowns {
    /// Announcements about whatever was tuned from a model.
    base_models: BTreeMap<String, i64>,
    /// What the vendor says of single models.
    models: BTreeMap<String, i64>,
}

impl ModelShutdowns {
    /// Nothing is announced.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns true where nothing is announced.
    pub fn is_empty(&self) -> bool {
        self.base_models.is_empty() && self.models.is_empty()
    }

    /// Adds the day on which whatever was tuned from a model stops working, from
    /// its dated versions too.
    pub fn add_base_model(&mut self, model: impl Into<String>, at: i64) {
        self.base_models.insert(model.into(), at);
    }

    /// Adds the day that the vendor names for one model, a base model or a
    /// fine-tuned one.
    pub fn add_model(&mut self, model: impl Into<String>, at: i64) {
        self.models.insert(model.into(), at);
    }

    /// Returns when the model that came out of a job stops working; none where
    /// nothing was announced, or no model came out. What the vendor says of the
    /// model itself counts; else the earlier of what was announced of its base
    /// model and what the vendor says of that.
    pub fn of(&self, job: &Job) -> Option<i64> {
        let tuned = job.fine_tuned_model.as_deref()?;
        let own = self.models.get(tuned).copied();
        own.or_else(|| self.of_base(&job.model))
    }

    /// Returns when whatever was tuned from a model stops working.
    fn of_base(&self, model: &str) -> Option<i64> {
        // A job may go on from a model that was tuned before.
        let names = || std::iter::once(model).chain(model.split(':'));
        let listed = names().filter_map(|name| self.models.get(name)).min();
        let announced = names().find_map(|name| {
            let mut rows = self.base_models.iter();
            rows.find(|(base, _)| is_version_of(name, base))
                .map(|(_, at)| at)
        });
        [listed, announced].into_iter().flatten().min().copied()
    }

    /// Returns a note on the models of jobs that stop working, or have stopped
    /// by `now`: each model once, by day. None where there is no such model.
    pub fn note<'j>(&self, jobs: impl IntoIterator<Item = &'j Job>, now: i64) -> Option<String> {
        let mut days: BTreeMap<i64, BTreeSet<&str>> = BTreeMap::new();
        // Most jobs of a list are tuned from the same few models.
        let mut bases: HashMap<&str, Option<i64>> = HashMap::new();
        for job in jobs {
            let Some(tuned) = job.fine_tuned_model.as_deref() else {
                continue;
            };
            let of_base = || {
                *bases
                    .entry(&job.model)
                    .or_insert_with(|| self.of_base(&job.model))
            };
            let own = self.models.get(tuned).copied();
            if let Some(at) = own.or_else(of_base) {
                days.entry(at).or_default().insert(tuned);
            }
        }
        let parts: Vec<String> = days
            .into_iter()
            .map(|(at, models)| part(at, &models, now))
            .collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}

fn part(at: i64, models: &BTreeSet<&str>, now: i64) -> String {
    let count = models.len();
    let named: Vec<&str> = models.iter().take(NAMED).copied().collect();
    let mut text = named.join(", ");
    if count > NAMED {
        // Writing to a text does not fail.
        let _ = write!(text, " and {} more", count - NAMED);
    }
    let verb = match at <= now {
        true => "stopped working on",
        false => "stop working on",
    };
    format!("the fine-tuned models {text} {verb} {}", day(at))
}

/// A day such as `2027-01-14`.
fn day(at: i64) -> String {
    let time = chrono::DateTime::from_timestamp(at, 0);
    time.map(|time| time.date_naive().to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unify::{Provider, Status, Vendor};

    fn job(model: &str, tuned: Option<&str>) -> Job {
        let provider = Provider::new("main", Vendor::from_static("acme"), "done");
        let mut job = Job::new("job-1", model, Status::Succeeded, provider);
        job.fine_tuned_model = tuned.map(str::to_owned);
        job
    }

    #[test]
    fn what_the_vendor_says_of_a_model_counts_before_announcements() {
        let mut shutdowns = ModelShutdowns::new();
        assert!(shutdowns.is_empty());
        shutdowns.add_base_model("gpt-4o", 200);
        let tuned = job("gpt-4o-2024-08-06", Some("ft:gpt-4o-2024-08-06:us::1"));
        assert_eq!(shutdowns.of(&tuned), Some(200));
        assert_eq!(shutdowns.of(&job("gpt-4o-mini", Some("ft:x"))), None);
        assert_eq!(shutdowns.of(&job("gpt-4o", None)), None);
        // A further round on top of the first.
        let again = job("ft:gpt-4o-2024-08-06:us::1", Some("ft:y"));
        assert_eq!(shutdowns.of(&again), Some(200));
        // Of the base model the earlier day counts.
        shutdowns.add_model("gpt-4o-2024-08-06", 300);
        assert_eq!(shutdowns.of(&tuned), Some(200));
        shutdowns.add_model("gpt-4o-2024-08-06", 100);
        assert_eq!(shutdowns.of(&tuned), Some(100));
        assert_eq!(shutdowns.of(&again), Some(100));
        shutdowns.add_model("ft:gpt-4o-2024-08-06:us::1", 900);
        assert_eq!(shutdowns.of(&tuned), Some(900));
        assert_eq!(shutdowns.of(&again), Some(100));
    }

    #[test]
    fn a_note_has_each_model_once_and_the_days_in_order() {
        let (early, late) = (1_792_713_600, 1_799_884_800);
        let mut shutdowns = ModelShutdowns::new();
        shutdowns.add_base_model("old", early);
        shutdowns.add_base_model("new", late);
        let jobs = [
            job("new", Some("n1")),
            job("old", Some("o1")),
            job("new", Some("n2")),
            job("new", Some("n1")),
            job("other", Some("x")),
        ];
        let note = |now| shutdowns.note(&jobs, now).unwrap();
        assert_eq!(
            note(early),
            "the fine-tuned models o1 stopped working on 2026-10-23; \
             the fine-tuned models n1, n2 stop working on 2027-01-14"
        );
        assert!(!note(early - 1).contains("stopped"));
        assert!(!note(late).contains("stop working"));
        assert_eq!(shutdowns.note(&jobs[4..], 0), None);
        let many: Vec<Job> = (0..30)
            .map(|n| job("old", Some(&format!("m{n}"))))
            .collect();
        let note = shutdowns.note(&many, 0).unwrap();
        assert!(note.contains(" and 10 more stop working"), "{note}");
    }
}
