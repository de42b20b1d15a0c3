//! The state of a job that is being watched.

use std::borrow::Cow;
use std::time::Instant;

use unitune::providers::Progress;
use unitune::unify::{Event, Job, MetricPoint, Status};

/// The metric that is shown of a training.
pub const TRAINING_LOSS: &str = "train_loss";

#[derive(Clone)]
pub struct WatchedJob {
    pub account: String,
    pub id: String,
    pub status: Status,
    pub vendor_status: Cow<'static, str>,
    pub progress: Progress,
    /// The latest loss of the training.
    pub loss: Option<f64>,
    /// Whether the log says the loss.
    pub has_logged_loss: bool,
    /// When the vendor was asked for the loss.
    pub asked: Option<Instant>,
    pub has_ended: bool,
    /// Whether it waits for somebody to resume it.
    pub is_paused: bool,
}

impl WatchedJob {
    pub fn new(job: &Job) -> Self {
        Self {
            account: job.provider.account.clone(),
            id: job.id.clone(),
            status: job.status,
            vendor_status: job.provider.status.clone(),
            progress: Progress::default(),
            loss: None,
            has_logged_loss: false,
            asked: None,
            has_ended: false,
            is_paused: false,
        }
    }

    pub fn update(&mut self, job: &Job) {
        self.status = job.status;
        self.vendor_status = job.provider.status.clone();
    }

    /// Takes the loss out of an event.
    pub fn event(&mut self, event: &Event) {
        let found = MetricPoint::from_event(event).and_then(|point| point.metric(TRAINING_LOSS));
        if let Some(loss) = found {
            self.loss = Some(loss);
            self.has_logged_loss = true;
        }
    }

    /// Returns how much is done, from 0 to 1.
    pub fn share(&self) -> Option<f64> {
        let (step, total) = (self.progress.step?, self.progress.total_steps?);
        (total > 0).then(|| (step as f64 / total as f64).clamp(0.0, 1.0))
    }
}
