//! Times: relative on a terminal, in UTC elsewhere, ISO 8601 in data.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::Terminal;

/// How values are shown to people.
#[derive(Clone, Copy, Debug)]
pub struct View {
    pub terminal: Terminal,
    /// The time that others are relative to; none where they are not.
    now: Option<i64>,
}

impl View {
    /// Times are relative on a terminal, unless they are to be in UTC.
    pub fn new(terminal: Terminal, utc: bool) -> Self {
        let is_relative = terminal.is_terminal && !utc;
        Self {
            terminal,
            now: is_relative.then(|| Timestamp::now().as_second()),
        }
    }

    /// Where times are relative, they are so to this one, in Unix seconds.
    pub fn at(self, now: i64) -> Self {
        let now = self.now.map(|_| now);
        Self { now, ..self }
    }

    /// Shows times relative to this one, in Unix seconds, or in UTC.
    #[cfg(any(test, feature = "top"))]
    pub fn relative_to(terminal: Terminal, now: Option<i64>) -> Self {
        Self { terminal, now }
    }

    pub fn is_relative(&self) -> bool {
        self.now.is_some()
    }

    /// Returns Unix seconds for people.
    pub fn time(&self, seconds: i64) -> String {
        match self.now {
            Some(now) => relative(seconds, now),
            None => minute(seconds),
        }
    }

    /// The same with the zone beside it, where it is not in a title.
    pub fn time_with_zone(&self, seconds: i64) -> String {
        match self.now {
            Some(now) => relative(seconds, now),
            None => format!("{} UTC", minute(seconds)),
        }
    }
}

/// Returns the day of Unix seconds in UTC, such as `2026-11-21`.
pub fn day(seconds: i64) -> String {
    Timestamp::from_second(seconds)
        .map(|t| t.strftime("%Y-%m-%d").to_string())
        .unwrap_or_else(|_| seconds.to_string())
}

fn minute(seconds: i64) -> String {
    Timestamp::from_second(seconds)
        .map(|t| t.strftime("%Y-%m-%d %H:%M").to_string())
        .unwrap_or_else(|_| seconds.to_string())
}

/// Returns Unix seconds for people, to the second.
pub fn second(seconds: i64) -> String {
    Timestamp::from_second(seconds)
        .map(|t| t.strftime("%Y-%m-%d %H:%M:%S").to_string())
        .unwrap_or_else(|_| seconds.to_string())
}

/// Returns the time of day of Unix seconds, in UTC.
pub fn clock(seconds: i64) -> String {
    Timestamp::from_second(seconds)
        .map(|t| t.strftime("%H:%M:%SZ").to_string())
        .unwrap_or_else(|_| seconds.to_string())
}

/// Returns the month of Unix seconds, in UTC: `2026-01`. None where the calendar
/// does not reach.
pub fn month(seconds: i64) -> Option<String> {
    let time = Timestamp::from_second(seconds).ok()?;
    Some(time.strftime("%Y-%m").to_string())
}

/// Returns Unix seconds in the form of ISO 8601.
pub fn iso(seconds: i64) -> String {
    Timestamp::from_second(seconds)
        .map(|t| t.to_string())
        .unwrap_or_else(|_| seconds.to_string())
}

fn relative(seconds: i64, now: i64) -> String {
    const DAY: i64 = 86_400;
    let distance = now.saturating_sub(seconds);
    let amount = match distance.unsigned_abs() {
        0..=59 => {
            return if distance >= 0 {
                "just now"
            } else {
                "in a moment"
            }
            .to_owned();
        }
        s @ 60..=3_599 => format!("{} min", s / 60),
        s @ 3_600..=86_399 => format!("{} h", s / 3_600),
        s if s < 60 * DAY.unsigned_abs() => match s / 86_400 {
            1 => "1 day".to_owned(),
            days => format!("{days} days"),
        },
        _ => {
            return minute(seconds)
                .split(' ')
                .next()
                .unwrap_or_default()
                .to_owned();
        }
    };
    match distance >= 0 {
        true => format!("{amount} ago"),
        false => format!("in {amount}"),
    }
}

/// Returns a length of time for people.
pub fn duration(seconds: i64) -> String {
    let minutes = seconds / 60;
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{seconds} s"),
        (0, minutes) => format!("{minutes} min"),
        (hours @ 0..48, minutes) => format!("{hours} h {minutes} min"),
        (hours, _) => format!("{} days {} h", hours / 24, hours % 24),
    }
}

/// The start of a period.
#[derive(Clone, Copy, Debug)]
pub enum Since {
    /// So long before now, which is another time in the sandbox.
    Ago(Span),
    /// In Unix seconds.
    At(i64),
}

impl Since {
    /// Returns the start in Unix seconds.
    pub fn start(self, now: i64) -> i64 {
        match self {
            // What is before the calendar begins is before everything.
            Self::Ago(span) => ago(span, now).unwrap_or(i64::MIN),
            Self::At(seconds) => seconds,
        }
    }
}

/// Returns the time so long before `now`, in Unix seconds; none where the calendar does not
/// reach.
fn ago(span: Span, now: i64) -> Option<i64> {
    let now = Timestamp::from_second(now).ok()?;
    let start = now.to_zoned(TimeZone::UTC).checked_sub(span.abs()).ok()?;
    Some(start.timestamp().as_second())
}

/// Reads the start of a period: `7d`, `12h`, `2 weeks` before now, or a time
/// such as `2026-01-15`, `2026-01-15T12:00` or `2026-01-15T12:00:00Z`.
///
/// # Errors
///
/// It is neither, or the calendar does not reach so far.
pub fn since(text: &str) -> Result<Since, String> {
    if text.trim_start().starts_with('-') {
        return Err("a length of time goes back from now: leave out the -".to_owned());
    }
    if let Ok(span) = text.parse::<Span>() {
        return match ago(span, Timestamp::now().as_second()) {
            Some(_) => Ok(Since::Ago(span)),
            None => Err("that is too long ago".to_owned()),
        };
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(Since::At(time.as_second()));
    }
    // Without an offset it is a time in UTC; a date is its midnight.
    let time = text.parse::<jiff::civil::DateTime>().ok();
    let start = time.and_then(|time| time.to_zoned(TimeZone::UTC).ok());
    start
        .map(|start| Since::At(start.timestamp().as_second()))
        .ok_or_else(|| {
            "expected a length of time such as 7d, 12h or 2w, or a date such as 2026-01-15"
                .to_owned()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_relative_up_to_two_months() {
        let now = 1_768_478_400;
        let shown = |before: i64| relative(now - before, now);
        assert_eq!(shown(5), "just now");
        assert_eq!(shown(-5), "in a moment");
        assert_eq!(shown(119), "1 min ago");
        assert_eq!(shown(7_300), "2 h ago");
        assert_eq!(shown(-7_300), "in 2 h");
        assert_eq!(shown(90_000), "1 day ago");
        assert_eq!(shown(59 * 86_400), "59 days ago");
        assert_eq!(shown(60 * 86_400), "2025-11-16");
        assert_eq!(relative(i64::MIN, now), i64::MIN.to_string());
    }

    #[test]
    fn periods_and_dates() {
        let now: Timestamp = "2026-01-15T12:00:00Z".parse().unwrap();
        let start = |text: &str| since(text).map(|since| iso(since.start(now.as_second())));
        assert_eq!(start("7d").unwrap(), "2026-01-08T12:00:00Z");
        assert_eq!(start("2w").unwrap(), "2026-01-01T12:00:00Z");
        assert_eq!(start("90m").unwrap(), "2026-01-15T10:30:00Z");
        assert_eq!(start("1h 30m").unwrap(), "2026-01-15T10:30:00Z");
        assert_eq!(start("2026-01-02").unwrap(), "2026-01-02T00:00:00Z");
        assert_eq!(
            start("2026-01-02T03:04:05Z").unwrap(),
            "2026-01-02T03:04:05Z"
        );
        for civil in [
            "2026-01-02T03:04",
            "2026-01-02 03:04:00",
            "2026-01-02T04:04+01:00",
        ] {
            assert_eq!(start(civil).unwrap(), "2026-01-02T03:04:00Z", "{civil}");
        }
        assert_eq!(start("7d ago").unwrap(), "2026-01-08T12:00:00Z");
        for bad in ["", "yesterday", "7", "-7d", "99999999999d"] {
            assert!(start(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn lengths_of_time() {
        assert_eq!(duration(59), "59 s");
        assert_eq!(duration(3_599), "59 min");
        assert_eq!(duration(3_660), "1 h 1 min");
        assert_eq!(duration(49 * 3_600), "2 days 1 h");
    }
}
