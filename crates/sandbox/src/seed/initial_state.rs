//! The states that seeded jobs are in when the sandbox starts.

use crate::clock::{HOUR, SECOND, START, Time};
use crate::state::run::{Failure, Run, Span, Stage, offset};

/// The state that a seeded job is in when the sandbox starts.
#[derive(Clone, Copy, Debug)]
pub(crate) enum InitialState {
    /// In a stage, this fraction of it done.
    In(Stage, f64),
    /// Created so many hours ago, and finished since.
    Succeeded(i64),
    /// Created so many hours ago, and failed since.
    Failed(i64, SeedFailure),
    /// Created so many hours ago, and cancelled with this fraction of a stage done.
    Cancelled(i64, Stage, f64),
    /// Created so many hours ago, and paused with this fraction of its training done.
    Paused(i64, f64),
    /// Cancelled some seconds ago, and still stopping.
    Cancelling,
}

/// Why a seeded job failed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SeedFailure {
    pub(crate) stage: Stage,
    pub(crate) fraction: f64,
    pub(crate) code: &'static str,
    pub(crate) message: &'static str,
    pub(crate) param: Option<&'static str>,
    pub(crate) by_user: bool,
}

impl InitialState {
    /// The run that is in this state.
    pub(crate) fn run(self, spans: Vec<Span>, steps: u64, stopping: i64) -> Run {
        let cancelled_ago = 5 * SECOND;
        let created = match self {
            InitialState::In(stage, fraction) => START.plus(-offset(&spans, stage, fraction)),
            InitialState::Cancelling => {
                START.plus(-cancelled_ago - offset(&spans, Stage::Training, 0.3))
            }
            InitialState::Succeeded(hours)
            | InitialState::Failed(hours, _)
            | InitialState::Cancelled(hours, ..)
            | InitialState::Paused(hours, _) => START.plus(-hours * HOUR - odd(hours)),
        };
        let created = whole_second(created);
        let run = Run::new(created, spans, steps);
        match self {
            InitialState::In(..) | InitialState::Succeeded(_) => run,
            InitialState::Failed(_, failure) => run.failing(Some(failure.failure())),
            InitialState::Cancelled(_, stage, fraction) => {
                let at = created.plus(run.offset(stage, fraction));
                stopped(run, at, stopping)
            }
            InitialState::Cancelling => stopped(run, START.plus(-cancelled_ago), stopping),
            InitialState::Paused(_, fraction) => {
                let mut run = run;
                run.pause(created.plus(run.offset(Stage::Training, fraction)));
                run
            }
        }
    }
}

impl SeedFailure {
    fn failure(self) -> Failure {
        Failure {
            stage: self.stage,
            fraction: self.fraction,
            code: self.code,
            message: self.message.into(),
            param: self.param,
            by_user: self.by_user,
        }
    }
}

fn stopped(mut run: Run, at: Time, stopping: i64) -> Run {
    run.cancel(at, stopping);
    run
}

/// Less than an hour, so that jobs are not all created on the hour.
fn odd(hours: i64) -> i64 {
    (hours * 1171 % 3600) * SECOND
}

fn whole_second(time: Time) -> Time {
    START.plus((time.since(START)).div_euclid(SECOND) * SECOND)
}
