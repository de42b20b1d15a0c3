//! Times as Fireworks writes them: nine fraction digits in the answer to a create, six in all later ones.

use crate::clock::{START, Time};
use crate::state::random::hash;

/// `2026-01-15T12:00:00.123456789Z`. The sandbox's clock counts milliseconds: the rest comes from the resource's name.
pub(super) fn nanos(time: Time, name: &str) -> String {
    let text = time.rfc3339();
    let whole = text.split(['.', 'Z']).next().unwrap_or_default();
    let millis = time.since(START).rem_euclid(1000);
    let rest = hash(name) % 1_000_000;
    format!("{whole}.{millis:03}{rest:06}Z")
}

/// The same time with six fraction digits.
pub(super) fn micros(time: Time, name: &str) -> String {
    let nanos = nanos(time, name);
    format!("{}Z", &nanos[..nanos.len() - 4])
}

/// `20260115T120000Z`, as signed URLs have it.
pub(super) fn compact(time: Time) -> String {
    let text = time.rfc3339();
    let whole = text.split(['.', 'Z']).next().unwrap_or_default();
    format!("{}Z", whole.replace(['-', ':'], ""))
}

/// Reads what [`compact`] writes.
pub(super) fn parse_compact(text: &str) -> Option<Time> {
    if text.len() != 16 || !text.is_ascii() {
        return None;
    }
    let part = |from: usize, to: usize| &text[from..to];
    let (date, time) = (
        [part(0, 4), part(4, 6), part(6, 8)].join("-"),
        [part(9, 11), part(11, 13), part(13, 15)].join(":"),
    );
    Time::parse(&format!("{date}T{time}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_have_nine_or_six_digits() {
        let at = START.plus(7);
        let nanos = nanos(at, "x");
        assert_eq!(nanos.len(), "2026-01-15T12:00:00.123456789Z".len());
        assert!(nanos.starts_with("2026-01-15T12:00:00.007"), "{nanos}");
        assert!(nanos.starts_with(micros(at, "x").trim_end_matches('Z')));
        assert_eq!(Time::parse(&nanos), Some(at));
        assert_eq!(compact(at), "20260115T120000Z");
        assert_eq!(parse_compact(&compact(at)), Some(START));
        assert_eq!(parse_compact("20261315T120000Z"), None);
    }
}
