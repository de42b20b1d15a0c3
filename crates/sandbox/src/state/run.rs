//! The course of a job: a plan made at creation, what was done to it since, and its state at a given time.
//!
//! Nothing advances in the background. A job is its plan and its interruptions; everything that it shows is computed
//! from them and from the time, so reading it, however often, changes nothing.

use crate::clock::Time;

/// A stage of a job's life. Each vendor maps it to its own status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Files are checked.
    Preparing,
    /// Waiting for machines.
    Queued,
    /// Training.
    Training,
    /// Training is over, the model is being uploaded.
    Uploading,
    /// The model is being packed.
    Compressing,
    /// Paused by its owner.
    Paused,
    /// Resumed, and waiting for machines again.
    Requeued,
    /// Cancelled by its owner, and still stopping.
    Cancelling,
    /// Over: the model exists.
    Succeeded,
    /// Over: see [`Failure`].
    Failed,
    /// Over: cancelled by its owner.
    Cancelled,
}

impl Stage {
    /// Whether it is a final stage.
    pub(crate) fn is_over(self) -> bool {
        matches!(self, Stage::Succeeded | Stage::Failed | Stage::Cancelled)
    }
}

/// One planned stage and how many milliseconds it takes.
pub(crate) type Span = (Stage, i64);

/// Why and where a run fails.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    /// The stage it fails in.
    pub(crate) stage: Stage,
    /// How far through that stage, 0 to 1.
    pub(crate) fraction: f64,
    /// The vendor's code.
    pub(crate) code: &'static str,
    /// What is wrong, in a sentence.
    pub(crate) message: String,
    /// Which field is wrong.
    pub(crate) param: Option<&'static str>,
    /// Whether the vendor holds the user responsible.
    pub(crate) by_user: bool,
}

#[derive(Clone, Copy, Debug)]
struct Pause {
    from: Time,
    resumed: Option<Time>,
}

#[derive(Clone, Copy, Debug)]
struct Cancel {
    at: Time,
    done: Time,
}

/// A job's plan and its interruptions.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    created: Time,
    spans: Vec<Span>,
    failure: Option<Failure>,
    pauses: Vec<Pause>,
    cancel: Option<Cancel>,
    steps: u64,
}

/// How long a resumed job waits before it trains again.
const REQUEUE: i64 = 30_000;

/// The state of a run at a given time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunState {
    /// The stage it is in.
    pub(crate) stage: Stage,
    /// When it ended, if it has.
    pub(crate) ended: Option<Time>,
    /// How many training steps are done.
    pub(crate) steps_done: u64,
    /// When it last changed.
    pub(crate) changed: Time,
}

impl Run {
    /// A run that was created at a given time and will pass through `spans`.
    pub(crate) fn new(created: Time, spans: Vec<Span>, steps: u64) -> Run {
        Run {
            created,
            spans,
            failure: None,
            pauses: Vec::new(),
            cancel: None,
            steps: steps.max(1),
        }
    }

    /// The same run, failing on the way.
    pub(crate) fn failing(mut self, failure: Option<Failure>) -> Run {
        self.failure = failure;
        self
    }

    /// When it was created.
    pub(crate) fn created(&self) -> Time {
        self.created
    }

    /// Training steps in all.
    pub(crate) fn steps(&self) -> u64 {
        self.steps
    }

    /// Why it will fail, or has failed.
    pub(crate) fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    /// Working milliseconds from creation to a point in a stage.
    pub(crate) fn offset(&self, stage: Stage, fraction: f64) -> i64 {
        offset(&self.spans, stage, fraction)
    }

    /// The wall-clock time at which so much work is done; `None` if that will never be, unless something changes.
    pub(crate) fn reached(&self, offset: i64) -> Option<Time> {
        if offset > self.length() {
            return None;
        }
        let mut at = self.created.plus(offset);
        for pause in &self.pauses {
            if pause.from > at {
                break;
            }
            at = at.plus(pause.resumed?.plus(REQUEUE).since(pause.from));
        }
        match self.cancel {
            Some(cancel) if cancel.at < at => None,
            _ => Some(at),
        }
    }

    /// When training step `step` (1-based) is done.
    pub(crate) fn step_reached(&self, step: u64) -> Option<Time> {
        self.reached(self.offset(Stage::Training, step as f64 / self.steps as f64))
    }

    /// When a stage of the plan began, if it has by `now`.
    pub(crate) fn began(&self, stage: Stage, now: Time) -> Option<Time> {
        if !self.spans.iter().any(|span| span.0 == stage) {
            return None;
        }
        let offset = self.offset(stage, 0.0);
        if offset >= self.length() {
            return None;
        }
        self.reached(offset).filter(|at| *at <= now)
    }

    /// When it will have ended, unless something changes.
    pub(crate) fn expected_end(&self) -> Option<Time> {
        self.reached(self.length())
    }

    /// When it was cancelled.
    pub(crate) fn cancel_requested(&self) -> Option<Time> {
        self.cancel.map(|cancel| cancel.at)
    }

    /// When it was paused, and resumed.
    pub(crate) fn pauses(&self) -> impl Iterator<Item = (Time, Option<Time>)> {
        self.pauses.iter().map(|pause| (pause.from, pause.resumed))
    }

    /// Its state at a given time.
    pub(crate) fn at(&self, now: Time) -> RunState {
        let (stage, ended) = self.stage(now);
        let done = |step: u64| self.step_reached(step).is_some_and(|at| at <= now);
        let steps_done = last_true(self.steps, done);
        let marks = [
            ended,
            self.cancel.map(|cancel| cancel.at),
            self.pauses.last().map(|pause| pause.from),
            self.pauses.last().and_then(|pause| pause.resumed),
            if steps_done > 0 {
                self.step_reached(steps_done)
            } else {
                None
            },
        ];
        let began = self.spans.iter().filter_map(|span| self.began(span.0, now));
        let changed = marks.into_iter().flatten().chain(began).max();
        RunState {
            stage,
            ended,
            steps_done,
            changed: changed.unwrap_or(self.created),
        }
    }

    /// Pauses it from `now` on.
    pub(crate) fn pause(&mut self, now: Time) {
        self.pauses.push(Pause {
            from: now,
            resumed: None,
        });
    }

    /// Resumes it.
    pub(crate) fn resume(&mut self, now: Time) {
        if let Some(pause) = self.pauses.last_mut() {
            pause.resumed = Some(now);
        }
    }

    /// Goes on from where it stopped, paused, cancelled or failed; what it failed of does not happen again.
    pub(crate) fn restart(&mut self, now: Time) {
        let ended = match (self.cancel, &self.failure) {
            (Some(cancel), _) => Some(cancel.at),
            (None, Some(_)) => self.expected_end().filter(|end| *end <= now),
            (None, None) => None,
        };
        match ended {
            None => self.resume(now),
            Some(from) => {
                self.cancel = None;
                self.failure = None;
                // A run that was cancelled while it was paused goes on from the pause.
                if let Some(Pause { resumed: None, .. }) = self.pauses.last() {
                    self.resume(now);
                } else {
                    self.pauses.push(Pause {
                        from,
                        resumed: Some(now),
                    });
                }
            }
        }
    }

    /// Stops it; it takes `delay` milliseconds to stop.
    pub(crate) fn cancel(&mut self, now: Time, delay: i64) {
        self.cancel = Some(Cancel {
            at: now,
            done: now.plus(delay),
        });
    }

    fn stage(&self, now: Time) -> (Stage, Option<Time>) {
        if let Some(cancel) = self.cancel {
            return match cancel.done <= now {
                true => (Stage::Cancelled, Some(cancel.done)),
                false => (Stage::Cancelling, None),
            };
        }
        if let Some(end) = self.expected_end().filter(|end| *end <= now) {
            let stage = match self.failure {
                Some(_) => Stage::Failed,
                None => Stage::Succeeded,
            };
            return (stage, Some(end));
        }
        match self.pauses.last() {
            Some(Pause { resumed: None, .. }) => return (Stage::Paused, None),
            Some(Pause {
                resumed: Some(at), ..
            }) if now < at.plus(REQUEUE) => {
                return (Stage::Requeued, None);
            }
            _ => {}
        }
        let current = self
            .spans
            .iter()
            .rev()
            .find(|span| self.began(span.0, now).is_some());
        (current.map_or(Stage::Preparing, |span| span.0), None)
    }

    /// Working milliseconds to its natural end.
    fn length(&self) -> i64 {
        match &self.failure {
            Some(failure) => self.offset(failure.stage, failure.fraction),
            None => self.spans.iter().map(|span| span.1).sum(),
        }
    }
}

/// Working milliseconds from the start of a plan to a point in a stage.
pub(crate) fn offset(spans: &[Span], stage: Stage, fraction: f64) -> i64 {
    let mut before = 0;
    for span in spans {
        if span.0 == stage {
            return before + (span.1 as f64 * fraction) as i64;
        }
        before += span.1;
    }
    before
}

/// The largest number in `1..=last` for which `holds`, which holds up to some number and not beyond; else 0.
fn last_true(last: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, last);
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if holds(middle) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{MINUTE, SECOND, START};

    fn run() -> Run {
        let spans = vec![
            (Stage::Preparing, 30 * SECOND),
            (Stage::Queued, MINUTE),
            (Stage::Training, 10 * MINUTE),
        ];
        Run::new(START, spans, 100)
    }

    fn stage(run: &Run, seconds: i64) -> Stage {
        run.at(START.plus(seconds * SECOND)).stage
    }

    #[test]
    fn passes_through_its_plan() {
        let run = run();
        let seen: Vec<Stage> = [0, 30, 90, 689, 690].map(|at| stage(&run, at)).into();
        let expected = [
            Stage::Preparing,
            Stage::Queued,
            Stage::Training,
            Stage::Training,
            Stage::Succeeded,
        ];
        assert_eq!(seen, expected);
        assert_eq!(run.at(START.plus(390 * SECOND)).steps_done, 50);
    }

    #[test]
    fn a_pause_delays_what_comes_after() {
        let mut run = run();
        run.pause(START.plus(100 * SECOND));
        assert_eq!(stage(&run, 5000), Stage::Paused);
        run.resume(START.plus(5000 * SECOND));
        assert_eq!(stage(&run, 5029), Stage::Requeued);
        assert_eq!(stage(&run, 5030), Stage::Training);
        assert_eq!(stage(&run, 5619), Stage::Training);
        assert_eq!(stage(&run, 5620), Stage::Succeeded);
    }

    #[test]
    fn a_cancelled_run_stops_where_it_was() {
        let mut run = run();
        run.cancel(START.plus(150 * SECOND), 20 * SECOND);
        assert_eq!(stage(&run, 151), Stage::Cancelling);
        assert_eq!(stage(&run, 9000), Stage::Cancelled);
        assert_eq!(run.at(START.plus(9000 * SECOND)).steps_done, 10);
    }

    #[test]
    fn a_failing_run_fails_at_its_place() {
        let run = run().failing(Some(Failure {
            stage: Stage::Training,
            fraction: 0.5,
            code: "x",
            message: String::new(),
            param: None,
            by_user: false,
        }));
        assert_eq!(stage(&run, 389), Stage::Training);
        assert_eq!(stage(&run, 390), Stage::Failed);
        assert_eq!(run.at(START.plus(9000 * SECOND)).steps_done, 50);
    }

    #[test]
    fn a_restarted_run_goes_on_from_where_it_stopped() {
        let mut cancelled = run();
        cancelled.cancel(START.plus(150 * SECOND), 20 * SECOND);
        let mut failed = run().failing(Some(Failure {
            stage: Stage::Training,
            fraction: 0.1,
            code: "x",
            message: String::new(),
            param: None,
            by_user: false,
        }));
        for run in [&mut cancelled, &mut failed] {
            run.restart(START.plus(1000 * SECOND));
            assert_eq!(stage(run, 1000), Stage::Requeued);
            assert_eq!(stage(run, 1031), Stage::Training);
            assert_eq!(stage(run, 1569), Stage::Training);
            assert_eq!(stage(run, 1570), Stage::Succeeded);
        }
    }
}
