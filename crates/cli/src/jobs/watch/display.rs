//! Shows what happens to watched jobs: as lines, on a full screen, or not at all where
//! there is no terminal.

#[cfg(feature = "top")]
mod full;

use unitune::unify::{Event, MetricPoint};

use super::progress_lines::ProgressLines;
use super::watched_job::WatchedJob;
use crate::args::jobs::WatchOptionArguments;
use crate::output::{self, Output};

pub enum Display {
    /// A pipe: lines are printed as they are.
    None,
    Lines(ProgressLines),
    #[cfg(feature = "top")]
    Full(Box<full::FullScreen>),
}

/// How bad something is that went wrong.
#[derive(Clone, Copy)]
pub enum Problem {
    Warning,
    Error,
}

impl Display {
    /// Chooses what fits where the output goes. A command of `--exec` writes onto
    /// the terminal itself, which is no full screen then.
    pub fn start(output: &Output, arguments: &WatchOptionArguments) -> Self {
        #[cfg(feature = "top")]
        if output.is_table()
            && !arguments.lines
            && arguments.exec.is_none()
            && let Some(screen) = full::FullScreen::open(output)
        {
            return Self::Full(Box::new(screen));
        }
        let _ = arguments;
        ProgressLines::start(output).map_or(Self::None, Self::Lines)
    }

    /// Returns true where each job's progress has a place of its own.
    pub fn shows_progress(&self) -> bool {
        !matches!(self, Self::None)
    }

    /// Returns true where the curves of the losses are shown.
    pub fn shows_curves(&self) -> bool {
        #[cfg(feature = "top")]
        return matches!(self, Self::Full(_));
        #[cfg(not(feature = "top"))]
        false
    }

    /// Shows a line above those of the jobs; on a full screen, one that says how a
    /// job stands is printed again at the end. Returns false where there is no
    /// terminal.
    pub fn print(&mut self, line: &str, is_kept: bool) -> bool {
        let _ = is_kept;
        match self {
            Self::None => return false,
            Self::Lines(live) => live.print(line),
            #[cfg(feature = "top")]
            Self::Full(screen) => screen.print(line, is_kept),
        }
        true
    }

    /// Prints a warning or an error.
    pub fn report(&mut self, problem: Problem, text: &str) {
        #[cfg(feature = "top")]
        if let Self::Full(screen) = self {
            let title = match problem {
                Problem::Warning => "warning",
                Problem::Error => "error",
            };
            return screen.print(&format!("{title}: {}", output::plain(text)), true);
        }
        self.clear();
        match problem {
            Problem::Warning => output::warning(text),
            Problem::Error => output::error(&text),
        }
    }

    /// Shows how far jobs are; `now` is the time of the vendors, in Unix seconds.
    pub fn show<'j>(&mut self, jobs: impl Iterator<Item = &'j WatchedJob>, now: i64) {
        match self {
            Self::None => {}
            Self::Lines(live) => jobs.for_each(|job| live.show(job, now)),
            #[cfg(feature = "top")]
            Self::Full(screen) => screen.show(jobs, now),
        }
    }

    /// Takes in an event of a job's log.
    pub fn event(&mut self, id: &str, event: &Event) {
        let _ = (id, event);
        #[cfg(feature = "top")]
        if let Self::Full(screen) = self {
            screen.event(id, event);
        }
    }

    /// Takes in all metrics of a job.
    pub fn metrics(&mut self, id: &str, points: &[MetricPoint]) {
        let _ = (id, points);
        #[cfg(feature = "top")]
        if let Self::Full(screen) = self {
            screen.metrics(id, points);
        }
    }

    /// A job continues under another id.
    pub fn renamed(&mut self, from: &str, to: &str) {
        match self {
            Self::None => {}
            Self::Lines(live) => live.renamed(from, to),
            #[cfg(feature = "top")]
            Self::Full(screen) => screen.renamed(from, to),
        }
    }

    /// Takes the lines of jobs away, before something else is printed.
    pub fn clear(&self) {
        if let Self::Lines(live) = self {
            live.clear();
        }
    }

    /// Waits until a key ends the watch.
    pub async fn quit(&mut self) {
        #[cfg(feature = "top")]
        if let Self::Full(screen) = self {
            return screen.quit().await;
        }
        std::future::pending().await
    }
}
