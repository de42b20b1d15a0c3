//! Reads the vendor's headers about retries.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use http::HeaderMap;

/// Returns how long to wait, by `retry-after-ms`, or by `retry-after` in seconds
/// or as a date. Zero, or a date that has passed, counts as no header: the usual
/// back-off applies.
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(|v| v.to_str().ok())
            .map(str::trim)
    };
    text("retry-after-ms")
        .and_then(|ms| seconds(ms, 1e-3))
        .or_else(|| {
            let value = text("retry-after")?;
            seconds(value, 1.0).or_else(|| until(value, now))
        })
        .filter(|wait| !wait.is_zero())
}

/// Returns the value of `x-should-retry`.
pub(super) fn should_retry(headers: &HeaderMap) -> Option<bool> {
    match headers.get("x-should-retry")?.as_bytes() {
        b"true" => Some(true),
        b"false" => Some(false),
        _ => None,
    }
}

fn seconds(text: &str, unit: f64) -> Option<Duration> {
    let number: f64 = text.parse().ok()?;
    Duration::try_from_secs_f64(number * unit).ok()
}

fn until(date: &str, now: SystemTime) -> Option<Duration> {
    let date = DateTime::parse_from_rfc2822(date).ok()?;
    let wait = date.signed_duration_since(DateTime::<Utc>::from(now));
    Some(wait.to_std().unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_the_hint() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_445_412_480);
        let wait = |pairs: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            retry_after(&headers, now).map(|wait| wait.as_millis())
        };
        assert_eq!(wait(&[("retry-after", "2")]), Some(2000));
        assert_eq!(wait(&[("retry-after", "0.25")]), Some(250));
        assert_eq!(wait(&[("retry-after-ms", "250")]), Some(250));
        assert_eq!(
            wait(&[("retry-after", "9"), ("retry-after-ms", "1.5")]),
            Some(1)
        );
        assert_eq!(
            wait(&[("retry-after", "9"), ("retry-after-ms", "x")]),
            Some(9000)
        );
        let date = |date| wait(&[("retry-after", date)]);
        assert_eq!(date("Wed, 21 Oct 2015 07:28:30 GMT"), Some(30_000));
        for past in [
            "Wed, 21 Oct 2015 07:27:00 GMT",
            "Thu, 01 Jan 1970 00:00:00 GMT",
            "0",
        ] {
            assert_eq!(date(past), None, "{past}");
        }
        for nonsense in ["", "soon", "-1", "NaN", "inf", "1e400"] {
            assert_eq!(date(nonsense), None, "{nonsense}");
        }
        assert_eq!(wait(&[]), None);
    }
}
