//! Where a seeded job stands when the sandbox starts.

use crate::state::Time;
use crate::state::clock::{HOUR, SECOND, START};
use crate::state::run::{Failure, Run, Span, Stage, offset};

/// Where a seeded job stands when the sandbox starts.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stand {
    /// In a stage, so far through it.
    In(Stage, f64),
    /// Created so many hours ago, and finished since.
    Succeeded(i64),
    /// Created so many hours ago, and failed since.
    Failed(i64, Fault),
    /// Created so many hours ago, and cancelled that far through a stage.
    Cancelled(i64, Stage, f64),
    /// Created so many hours ago, and paused that far through its training.
    Paused(i64, f64),
    /// Cancelled some seconds ago, and still stopping.
    Cancelling,
}

/// Why a seeded job failed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fault {
    pub(super) stage: Stage,
    pub(super) fraction: f64,
    pub(super) code: &'static str,
    pub(super) message: &'static str,
    pub(super) param: Option<&'static str>,
    pub(super) by_user: bool,
}

impl Stand {
    /// The run that stands there.
    pub(super) fn run(self, spans: Vec<Span>, steps: u64, stopping: i64) -> Run {
        let cancelled_ago = 5 * SECOND;
        let created = match self {
            Stand::In(stage, fraction) => START.plus(-offset(&spans, stage, fraction)),
            Stand::Cancelling => START.plus(-cancelled_ago - offset(&spans, Stage::Training, 0.3)),
            Stand::Succeeded(hours)
            | Stand::Failed(hours, _)
            | Stand::Cancelled(hours, ..)
            | Stand::Paused(hours, _) => START.plus(-hours * HOUR - odd(hours)),
        };
        let created = whole_second(created);
        let run = Run::new(created, spans, steps);
        match self {
            Stand::In(..) | Stand::Succeeded(_) => run,
            Stand::Failed(_, fault) => run.failing(Some(fault.failure())),
            Stand::Cancelled(_, stage, fraction) => {
                let at = created.plus(run.offset(stage, fraction));
                stopped(run, at, stopping)
            }
            Stand::Cancelling => stopped(run, START.plus(-cancelled_ago), stopping),
            Stand::Paused(_, fraction) => {
                let mut run = run;
                run.pause(created.plus(run.offset(Stage::Training, fraction)));
                run
            }
        }
    }
}

impl Fault {
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
