//! Which columns of the table of jobs fit a width, and how wide they are.

use unitune::unify::Job;

use super::text_width::{cut, width};
use super::{created, minute, plain, status};

/// A column of the table of jobs.
pub struct Column {
    pub title: &'static str,
    pub text: fn(&Job) -> String,
    cut: fn(&str, usize) -> String,
}

const PROVIDER: Column = Column {
    title: "PROVIDER",
    text: |job| plain(&job.provider.account),
    cut,
};
/// Ids stay whole, so that they can be copied.
const ID: Column = Column {
    title: "ID",
    text: |job| plain(&job.id),
    cut,
};
const MODEL: Column = Column {
    title: "MODEL",
    text: |job| plain(&job.model),
    cut: cut_model,
};
const STATUS: Column = Column {
    title: "STATUS",
    text: status,
    cut,
};
/// The status without the vendor's word.
const BRIEF_STATUS: Column = Column {
    title: "STATUS",
    text: |job| job.status.to_string(),
    cut,
};
const CREATED: Column = Column {
    title: "CREATED (UTC)",
    text: created,
    cut,
};
const FINISHED: Column = Column {
    title: "FINISHED (UTC)",
    text: |job| minute(job.finished_at),
    cut,
};
const FINE_TUNED: Column = Column {
    title: "FINE-TUNED MODEL",
    text: |job| plain(job.fine_tuned_model.as_deref().unwrap_or_default()),
    cut: cut_model,
};

const ALL: [&Column; 7] = [
    &PROVIDER,
    &ID,
    &MODEL,
    &STATUS,
    &CREATED,
    &FINISHED,
    &FINE_TUNED,
];

/// The spaces between two columns.
pub const GAP: usize = 2;

/// What is done to a table that is too wide.
enum Step {
    /// A column may be cut down to this width.
    Shorten(&'static Column, usize),
    /// A column is replaced by one that says less.
    Replace(&'static Column, &'static Column),
    /// A column is left out.
    Drop(&'static Column),
}

/// These, one after the other, until the table fits.
const STEPS: [Step; 9] = [
    Step::Shorten(&FINE_TUNED, 16),
    Step::Shorten(&MODEL, 16),
    Step::Drop(&FINE_TUNED),
    Step::Drop(&FINISHED),
    Step::Drop(&CREATED),
    Step::Replace(&STATUS, &BRIEF_STATUS),
    Step::Shorten(&MODEL, 12),
    Step::Drop(&MODEL),
    Step::Drop(&PROVIDER),
];

/// A column with its place in a layout.
pub struct Placed {
    pub column: &'static Column,
    pub width: usize,
    longest: usize,
    min: usize,
}

impl Placed {
    fn new(column: &'static Column, jobs: &[Job]) -> Self {
        let texts = jobs.iter().map(|job| width(&(column.text)(job)));
        let longest = texts.max().unwrap_or(0).max(width(column.title));
        Self {
            column,
            width: longest,
            longest,
            min: longest,
        }
    }
}

impl Placed {
    /// The text of a job in this column.
    pub fn text(&self, job: &Job) -> String {
        (self.column.cut)(&(self.column.text)(job), self.width)
    }
}

/// Cuts the name of a model: first its owner, as in `owner/model`.
fn cut_model(name: &str, limit: usize) -> String {
    match name.rsplit_once('/') {
        Some((_, model)) if width(name) > limit => cut(model, limit),
        _ => cut(name, limit),
    }
}

/// The columns that fit, and what it took.
pub struct Layout {
    pub columns: Vec<Placed>,
    /// The titles of columns that are left out.
    pub dropped: Vec<&'static str>,
    /// The titles of columns that say less than they could.
    pub shortened: Vec<&'static str>,
}

impl Layout {
    /// All columns, as wide as their texts.
    pub fn full(jobs: &[Job]) -> Self {
        Self {
            columns: ALL.iter().map(|c| Placed::new(c, jobs)).collect(),
            dropped: Vec::new(),
            shortened: Vec::new(),
        }
    }

    /// The columns that fit a width; none where not even id and status do.
    pub fn fit(jobs: &[Job], limit: usize) -> Option<Self> {
        let mut layout = Self::full(jobs);
        let mut steps = STEPS.iter();
        while layout.total(|placed| placed.min) > limit {
            layout.apply(steps.next()?, jobs);
        }
        layout.distribute(limit);
        Some(layout)
    }

    fn total(&self, width: impl Fn(&Placed) -> usize) -> usize {
        let gaps = GAP * self.columns.len().saturating_sub(1);
        self.columns.iter().map(width).sum::<usize>() + gaps
    }

    fn apply(&mut self, step: &Step, jobs: &[Job]) {
        let place = |column: &Column| {
            let mut columns = self.columns.iter();
            columns.position(|placed| placed.column.title == column.title)
        };
        match step {
            Step::Shorten(column, min) => {
                if let Some(place) = place(column) {
                    let placed = &mut self.columns[place];
                    placed.min = placed.longest.min(*min);
                }
            }
            Step::Replace(column, other) => {
                if let Some(place) = place(column) {
                    let says_less = |job| (column.text)(job) != (other.text)(job);
                    if jobs.iter().any(says_less) {
                        self.shortened.push(column.title);
                    }
                    self.columns[place] = Placed::new(other, jobs);
                }
            }
            Step::Drop(column) => {
                if let Some(place) = place(column) {
                    self.columns.remove(place);
                    self.dropped.push(column.title);
                }
            }
        }
    }

    /// Cuts columns until the table fits, the last ones first.
    fn distribute(&mut self, limit: usize) {
        let mut excess = self.total(|placed| placed.width).saturating_sub(limit);
        for placed in self.columns.iter_mut().rev() {
            let cut = (placed.width - placed.min).min(excess);
            if cut > 0 {
                placed.width -= cut;
                excess -= cut;
                self.shortened.push(placed.column.title);
            }
        }
        let order = |title: &&str| ALL.iter().position(|column| column.title == *title);
        self.dropped.sort_by_key(order);
        self.shortened.sort_by_key(order);
    }
}
