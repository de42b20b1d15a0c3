//! The sandbox's own clock: it starts at a fixed time and moves when it is advanced, at a speed, or both.

use std::time::{Duration, Instant};

/// A point in sandbox time, in milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Time(i64);

/// One second, in the unit of [`Time::plus`].
pub(crate) const SECOND: i64 = 1000;
/// One minute, in the unit of [`Time::plus`].
pub(crate) const MINUTE: i64 = 60 * SECOND;
/// One hour, in the unit of [`Time::plus`].
pub(crate) const HOUR: i64 = 60 * MINUTE;
/// One day, in the unit of [`Time::plus`].
pub(crate) const DAY: i64 = 24 * HOUR;

/// 2026-01-15T12:00:00Z: where every sandbox starts, so that its answers can be compared byte for byte.
pub(crate) const START: Time = Time(1_768_478_400_000);

impl Time {
    /// This time, moved by some milliseconds.
    pub(crate) fn plus(self, milliseconds: i64) -> Time {
        Time(self.0.saturating_add(milliseconds))
    }

    /// Milliseconds from `earlier` to this time.
    pub(crate) fn since(self, earlier: Time) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Whole seconds since the Unix epoch.
    pub(crate) fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// `2026-01-15T12:00:00.123Z`
    pub(crate) fn rfc3339(self) -> String {
        self.timestamp().to_string()
    }

    /// `Thu, 15 Jan 2026 12:00:00 GMT`, for HTTP headers.
    pub(crate) fn http_date(self) -> String {
        self.timestamp()
            .strftime("%a, %d %b %Y %H:%M:%S GMT")
            .to_string()
    }

    /// Reads a time as clients send it.
    pub(crate) fn parse(text: &str) -> Option<Time> {
        let timestamp: jiff::Timestamp = text.parse().ok()?;
        Some(Time(timestamp.as_millisecond()))
    }

    fn timestamp(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::MAX)
    }
}

/// Sandbox time. At speed 0 it stands still until it is advanced.
#[derive(Debug)]
pub(crate) struct Clock {
    moved: i64,
    speed: f64,
    started: Instant,
}

impl Clock {
    /// A clock at [`START`] that passes `speed` sandbox seconds in each real second.
    pub(crate) fn new(speed: f64) -> Clock {
        Clock {
            moved: 0,
            speed,
            started: Instant::now(),
        }
    }

    /// The sandbox's current time.
    pub(crate) fn now(&self) -> Time {
        START.plus(self.moved).plus(self.elapsed())
    }

    /// Moves the clock forward.
    pub(crate) fn advance(&mut self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.moved = self.moved.saturating_add(by);
    }

    /// Changes the speed from here on, without a jump.
    pub(crate) fn set_speed(&mut self, speed: f64) {
        self.moved = self.moved.saturating_add(self.elapsed());
        self.started = Instant::now();
        self.speed = speed;
    }

    fn elapsed(&self) -> i64 {
        if self.speed <= 0.0 {
            return 0;
        }
        (self.started.elapsed().as_secs_f64() * 1000.0 * self.speed) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_at_the_documented_time() {
        assert_eq!(START.rfc3339(), "2026-01-15T12:00:00Z");
        assert_eq!(START.http_date(), "Thu, 15 Jan 2026 12:00:00 GMT");
        assert_eq!(Time::parse("2026-01-15T13:00:00+01:00"), Some(START));
    }

    #[test]
    fn stands_still_until_moved() {
        let mut clock = Clock::new(0.0);
        assert_eq!(clock.now(), START);
        clock.advance(Duration::from_secs(90));
        assert_eq!(clock.now(), START.plus(90 * SECOND));
    }
}
