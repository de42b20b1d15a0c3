//! A clock whose sleeps take no time.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use unitune::transport::Clock;

/// Starts at a fixed date, and moves only by what is slept.
#[derive(Debug)]
pub struct TestClock {
    start: Instant,
    slept: Mutex<Vec<Duration>>,
}

/// 2026-01-15T12:00:00Z, the sandbox's start.
pub const START: u64 = 1_768_478_400;

impl TestClock {
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            start: Instant::now(),
            slept: Mutex::default(),
        })
    }

    /// Every sleep so far.
    pub fn sleeps(&self) -> Vec<Duration> {
        self.slept.lock().unwrap().clone()
    }

    pub fn passed(&self) -> Duration {
        self.slept.lock().unwrap().iter().sum()
    }
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        self.start + self.passed()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(START) + self.passed()
    }

    fn sleep(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.slept.lock().unwrap().push(time);
        Box::pin(tokio::task::yield_now())
    }
}
