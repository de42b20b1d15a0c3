//! What `unitune top` shows, and what keys do to it. Pure: it neither draws nor
//! does I/O.

mod keys;
mod order;

use std::collections::HashMap;

use unitune::providers::{JobRef, Progress};
use unitune::unify::{Event, Job, MetricPoint, Status};

use crate::full_screen::{Paints, Scroll};

pub use keys::{Action, KEYS};
pub use order::SortBy;

/// A job's account and id.
pub type Id = (String, String);

/// A job in the list.
pub struct Entry {
    pub job: Job,
    /// It goes on only when it is resumed.
    pub is_paused: bool,
    pub progress: Progress,
    /// What a filter looks through, in lower case.
    text: String,
}

impl Entry {
    fn new(job: Job, is_paused: bool) -> Self {
        Self {
            text: searched(&job),
            is_paused,
            progress: Progress::default(),
            job,
        }
    }

    pub fn id(&self) -> Id {
        id_of(&self.job)
    }

    /// Returns how much is done, from 0 to 1.
    pub fn share(&self) -> Option<f64> {
        if self.job.status == Status::Succeeded {
            return Some(1.0);
        }
        let (step, total) = (self.progress.step?, self.progress.total_steps?);
        (total > 0).then(|| (step as f64 / total as f64).clamp(0.0, 1.0))
    }
}

pub fn id_of(job: &Job) -> Id {
    (job.provider.account.clone(), job.id.clone())
}

fn searched(job: &Job) -> String {
    let metadata = job.metadata.iter().flatten();
    let metadata: Vec<String> = metadata
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    let parts = [
        &job.provider.account,
        &job.id,
        &job.model,
        job.status.as_str(),
        &job.provider.status,
        job.provider.vendor.as_str(),
        job.fine_tuned_model.as_deref().unwrap_or_default(),
        &metadata.join(" "),
    ];
    parts.join(" ").to_lowercase()
}

/// What is fetched for a job that is opened.
pub struct Details {
    pub runs: Result<Vec<Vec<MetricPoint>>, String>,
    /// Oldest first.
    pub events: Result<Vec<Event>, String>,
}

/// The parts of an opened job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pane {
    All,
    Details,
    Chart,
    Events,
}

/// A job that is opened.
pub struct Opened {
    pub id: Id,
    pub pane: Pane,
    /// How many lines are scrolled away, from the top, or for events from the end.
    pub scroll: u16,
    pub details: Option<Details>,
}

/// What the keys are for at the moment.
pub enum Mode {
    List,
    /// The filter is typed.
    Filter,
    /// Whether this job is to be cancelled.
    Confirm(Id),
    Help,
}

/// Everything that is shown.
pub struct State {
    pub mode: Mode,
    pub opened: Option<Opened>,
    pub filter: String,
    pub only_unfinished: bool,
    pub sort: SortBy,
    pub descending: bool,
    /// The row that is chosen, among those that are shown.
    pub chosen: usize,
    /// The first row on the screen.
    pub first: usize,
    /// How many rows fit.
    pub page: usize,
    /// The part of the help that is shown.
    pub help: Scroll,
    /// What was done last, or went wrong.
    pub message: Option<String>,
    pub warnings: Vec<String>,
    /// Whether jobs are still being listed.
    pub is_listing: bool,
    pub paints: Paints,
    entries: Vec<Entry>,
    places: HashMap<Id, usize>,
    /// The entries that are shown, in their order.
    shown: Vec<usize>,
    /// Whether the rows have to be found again.
    is_stale: bool,
}

impl State {
    pub fn new(only_unfinished: bool, paints: Paints) -> Self {
        Self {
            mode: Mode::List,
            opened: None,
            filter: String::new(),
            only_unfinished,
            sort: SortBy::Created,
            descending: true,
            chosen: 0,
            first: 0,
            page: 1,
            help: Scroll::default(),
            message: None,
            warnings: Vec::new(),
            is_listing: true,
            paints,
            entries: Vec::new(),
            places: HashMap::new(),
            shown: Vec::new(),
            is_stale: false,
        }
    }

    /// Takes in a job, or what is new of it, and whether it waits until it is resumed.
    pub fn put(&mut self, job: Job, is_paused: bool) {
        let id = id_of(&job);
        match self.places.get(&id) {
            Some(place) => {
                let entry = &mut self.entries[*place];
                entry.text = searched(&job);
                entry.job = job;
                entry.is_paused = is_paused;
            }
            None => {
                self.places.insert(id, self.entries.len());
                self.entries.push(Entry::new(job, is_paused));
            }
        }
        self.is_stale = true;
    }

    /// Takes in how far a job is. Logs start to count anew for what comes after
    /// the training.
    pub fn progress(&mut self, job: &JobRef, progress: Progress) {
        let id = (job.account.clone().unwrap_or_default(), job.id.clone());
        if let Some(place) = self.places.get(&id) {
            let entry = &mut self.entries[*place];
            let before = std::mem::replace(&mut entry.progress, progress);
            if progress.total_steps == before.total_steps {
                entry.progress.step = progress.step.max(before.step);
            }
        }
    }

    pub fn warn(&mut self, warning: String) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// Takes in what was fetched for a job.
    pub fn details(&mut self, id: &Id, details: Details) {
        if let Some(opened) = self.opened.as_mut().filter(|opened| opened.id == *id) {
            opened.details = Some(details);
        }
    }

    pub fn entry(&self, id: &Id) -> Option<&Entry> {
        self.places.get(id).map(|place| &self.entries[*place])
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns the job that is opened, or chosen.
    pub fn current(&self) -> Option<&Entry> {
        match &self.opened {
            Some(opened) => self.entry(&opened.id),
            None => self.row(self.chosen),
        }
    }

    pub fn row(&self, row: usize) -> Option<&Entry> {
        self.shown.get(row).map(|place| &self.entries[*place])
    }

    /// Returns how many rows there are.
    pub fn rows(&self) -> usize {
        self.shown.len()
    }

    /// Finds the rows again where something has changed. The chosen job stays
    /// chosen.
    pub fn arrange(&mut self) {
        if !std::mem::take(&mut self.is_stale) {
            return;
        }
        // Where the first row is chosen, what is new comes above it.
        let before = match self.chosen {
            0 => None,
            chosen => self.row(chosen).map(Entry::id),
        };
        let words: Vec<String> = self
            .filter
            .to_lowercase()
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        let is_shown = |entry: &Entry| {
            words.iter().all(|word| entry.text.contains(word.as_str()))
                && !(self.only_unfinished && entry.job.status.is_terminal())
        };
        let places = (0..self.entries.len()).filter(|place| is_shown(&self.entries[*place]));
        let mut shown: Vec<usize> = places.collect();
        order::sort(&mut shown, &self.entries, self.sort, self.descending);
        self.shown = shown;
        let place = before.and_then(|id| self.places.get(&id).copied());
        let row = place.and_then(|place| self.shown.iter().position(|shown| *shown == place));
        self.chosen = row
            .unwrap_or(self.chosen)
            .min(self.shown.len().saturating_sub(1));
    }

    /// Keeps the chosen row on the screen, of which so many fit.
    pub fn scroll_to_chosen(&mut self, page: usize) {
        self.page = page.max(1);
        let last = (self.chosen + 1).saturating_sub(self.page);
        self.first = self.first.clamp(last, self.chosen.max(last));
        self.first = self.first.min(self.shown.len().saturating_sub(self.page));
    }
}
