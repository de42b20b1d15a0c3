//! The time that clients go by, so that tests need not wait.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime};

/// Where a client gets its time from.
///
/// Deadlines, waits between tries and the intervals of a watch go by it. What
/// happens on the network takes the time that it takes.
pub trait Clock: fmt::Debug + Send + Sync {
    /// A time that never goes back.
    fn now(&self) -> Instant;

    /// The calendar's time: vendors may say as a date when to try again.
    fn wall(&self) -> SystemTime;

    /// Ends after this time.
    fn sleep(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// The machine's time.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(tokio::time::sleep(time))
    }
}
