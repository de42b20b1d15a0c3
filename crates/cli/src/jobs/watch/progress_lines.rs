//! Lines of progress at the bottom of the terminal, one for each job; what happens
//! is printed above them.

use std::collections::HashMap;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use unitune::unify::Status;

use super::watched_job::WatchedJob;
use crate::output::{Output, View, cut, duration, plain};

/// How much of an id stands in a job's line.
pub const SHORT_ID: usize = 14;
/// The bar of a wide terminal, and of a narrow one.
const BAR: [usize; 2] = [20, 10];
const WIDE: usize = 100;

pub struct ProgressLines {
    lines: MultiProgress,
    jobs: HashMap<String, ProgressBar>,
    view: View,
}

impl ProgressLines {
    /// Starts where people look at a terminal that can move its cursor.
    pub fn start(output: &Output) -> Option<Self> {
        let lines = MultiProgress::with_draw_target(ProgressDrawTarget::stdout());
        (output.is_table() && !lines.is_hidden()).then(|| Self {
            lines,
            jobs: HashMap::new(),
            view: output.view,
        })
    }

    /// Prints a line above those of the jobs.
    pub fn print(&self, line: &str) {
        // A terminal that is gone shows nothing.
        let _ = self.lines.println(line);
    }

    pub fn clear(&self) {
        let _ = self.lines.clear();
    }

    pub fn renamed(&mut self, from: &str, to: &str) {
        if let Some(line) = self.jobs.remove(from) {
            self.jobs.insert(to.to_owned(), line);
        }
    }

    /// Shows how far a job is.
    pub fn show(&mut self, job: &WatchedJob, now: i64) {
        let width = self.view.terminal.width.unwrap_or(80);
        let text = line(job, now, width);
        let lines = &self.lines;
        let line = self.jobs.entry(job.id.clone()).or_insert_with(|| {
            let line = lines.add(ProgressBar::no_length());
            // The form is a constant: where it could not be read, the plain bar
            // is as good.
            if let Ok(style) = ProgressStyle::with_template("{msg}") {
                line.set_style(style);
            }
            line
        });
        if line.message() != text {
            line.set_message(text);
        }
    }
}

impl Drop for ProgressLines {
    fn drop(&mut self) {
        for line in self.jobs.values() {
            line.abandon();
        }
        if !self.jobs.is_empty() {
            // What is printed next starts on a line of its own.
            let _ = crate::output::print("\n");
        }
    }
}

/// Returns what is known of a job, as much as fits.
pub fn line(job: &WatchedJob, now: i64, width: usize) -> String {
    let id = cut(&plain(&job.id), SHORT_ID);
    let word = match *job.vendor_status == *job.status.as_str() {
        true => job.status.to_string(),
        false => format!("{} ({})", job.status, plain(&job.vendor_status)),
    };
    let mut parts = vec![format!("{id:<SHORT_ID$}"), word];
    let share = match job.status {
        Status::Succeeded => Some(1.0),
        _ => job.share(),
    };
    if let Some(share) = share {
        // Between 0 and 1, so that it fits.
        let whole = BAR[usize::from(width < WIDE)];
        let done = (share * whole as f64).floor() as usize;
        let bar = format!("{}{}", "━".repeat(done), "┈".repeat(whole - done));
        parts.push(format!("{bar} {:>3.0}%", share * 100.0));
    }
    if let (Some(step), Some(total)) = (job.progress.step, job.progress.total_steps) {
        parts.push(format!("{step}/{total}"));
    }
    if let Some(loss) = job.loss {
        parts.push(format!("loss {loss:.4}"));
    }
    if let (Some(end), false) = (job.progress.estimated_finish, job.status.is_terminal()) {
        parts.push(match end - now {
            left @ 1.. => format!("{} left", duration(left)),
            _ => "soon".to_owned(),
        });
    }
    let mut line = String::new();
    // What does not fit is left out as a whole.
    for part in parts {
        let longer = match line.is_empty() {
            true => part,
            false => format!("{line}  {part}"),
        };
        if longer.chars().count() > width.saturating_sub(1) && !line.is_empty() {
            break;
        }
        line = longer;
    }
    cut(&line, width.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use unitune::unify::{Job, Provider, Vendor};

    #[test]
    fn a_line_fits_every_width() {
        let provider = Provider::new("a", Vendor::from_static("v"), "compressing");
        let id = "ft-8bc4cb28-44c6-4ce7-b47f-aaaaaaaaaaaa";
        let mut job = WatchedJob::new(&Job::new(id, "m", Status::Running, provider));
        job.progress.step = Some(30);
        job.progress.total_steps = Some(120);
        job.progress.estimated_finish = Some(1_000_600);
        job.loss = Some(0.5);
        let shown = line(&job, 1_000_000, 100);
        assert_eq!(
            shown,
            "ft-8bc4cb28-4…  running (compressing)  ━━━━━┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈  25%  30/120  \
             loss 0.5000  10 min left"
        );
        for width in 10..120 {
            assert!(line(&job, 1_000_000, width).chars().count() < width);
        }
        job.status = Status::Succeeded;
        assert!(line(&job, 1_000_000, 100).contains("100%"));
    }
}
