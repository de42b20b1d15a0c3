//! The clock of a client, so that tests need not wait.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime};

/// The source of a client's time.
///
/// Deadlines, waits between attempts and the intervals of a watch use it; the
/// network does not.
pub trait Clock: fmt::Debug + Send + Sync {
    /// Returns a time that never goes back.
    fn now(&self) -> Instant;

    /// Returns the calendar time: some vendors give the time of the next try as
    /// a date.
    fn wall(&self) -> SystemTime;

    /// Waits for this long.
    fn sleep(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// The machine's clock.
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
