//! Times as vendors send them: ISO 8601 text in several forms, or Unix seconds.

use chrono::{DateTime, NaiveDateTime};
use serde::de::{Error, IgnoredAny, SeqAccess, Unexpected};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::text::Text;

/// A point in time as it was received: text or Unix seconds.
///
/// Decoding never fails on a text, so that a job with an invalid time is still a
/// job: [`Timestamp::unix_seconds`] is then `None`. Valid times are RFC 3339 with 0
/// to 9 fraction digits and any offset, the same without an offset (which means
/// UTC), and whole Unix seconds.
///
/// ```
/// use unitune::wire::Timestamp;
/// let time = Timestamp::from("2023-11-07T19:04:30.579Z");
/// assert_eq!(time.unix_seconds(), Some(1_699_383_870));
/// assert_eq!(Timestamp::from("").unix_seconds(), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Timestamp(Form);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Form {
    Text(Text),
    Seconds(i64),
}

impl Timestamp {
    /// Returns the seconds since the Unix epoch, rounded down; `None` if unset
    /// (`""`) or if the text is not a time.
    pub fn unix_seconds(&self) -> Option<i64> {
        match &self.0 {
            Form::Seconds(seconds) => Some(*seconds),
            Form::Text(text) => parse(text),
        }
    }

    /// Returns true for `""`, which some vendors send for "not yet".
    pub fn is_unset(&self) -> bool {
        matches!(&self.0, Form::Text(text) if text.is_empty())
    }
}

/// Shows the text as it was received, or the seconds.
impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Form::Text(text) => f.write_str(text),
            Form::Seconds(seconds) => write!(f, "{seconds}"),
        }
    }
}

fn parse(text: &str) -> Option<i64> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.timestamp());
    }
    // Years of more digits are beyond what anybody means.
    if text.as_bytes().get(4) != Some(&b'-') {
        return None;
    }
    FORMS.iter().find_map(|form| match form.ends_with('z') {
        true => Some(DateTime::parse_from_str(text, form).ok()?.timestamp()),
        false => {
            let civil = NaiveDateTime::parse_from_str(text, form).ok()?;
            Some(civil.and_utc().timestamp())
        }
    })
}

/// The forms of ISO 8601 that RFC 3339 does not have: no offset, which means UTC,
/// no seconds, and an offset without its colon.
const FORMS: &[&str] = &[
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y-%m-%dT%H:%M%#z",
    "%Y-%m-%dT%H:%M",
];

impl From<&str> for Timestamp {
    fn from(text: &str) -> Self {
        Self(Form::Text(text.into()))
    }
}

impl From<String> for Timestamp {
    fn from(text: String) -> Self {
        Self(Form::Text(text.into()))
    }
}

/// Converts whole seconds since the Unix epoch.
impl From<i64> for Timestamp {
    fn from(seconds: i64) -> Self {
        Self(Form::Seconds(seconds))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Form::Text(text) => serializer.serialize_str(text),
            Form::Seconds(seconds) => serializer.serialize_i64(*seconds),
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Time;
        impl<'de> serde::de::Visitor<'de> for Time {
            type Value = Timestamp;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a time as text or as Unix seconds")
            }
            fn visit_str<E>(self, text: &str) -> Result<Timestamp, E> {
                Ok(Timestamp::from(text))
            }
            fn visit_i64<E>(self, seconds: i64) -> Result<Timestamp, E> {
                Ok(Timestamp::from(seconds))
            }
            fn visit_u64<E: Error>(self, seconds: u64) -> Result<Timestamp, E> {
                i64::try_from(seconds)
                    .map(Timestamp::from)
                    .map_err(|_| E::custom("a time beyond 64 bits"))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Timestamp, A::Error> {
                // The error is then at the end of the list, and not at its first item.
                while items.next_element::<IgnoredAny>()?.is_some() {}
                Err(A::Error::invalid_type(Unexpected::Seq, &self))
            }
        }
        deserializer.deserialize_any(Time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_that_vendors_send() {
        let cases = [
            ("2023-11-07T19:04:30Z", Some(1_699_383_870)),
            ("2023-11-07T19:04:30.5Z", Some(1_699_383_870)),
            ("2023-11-07T19:04:30.579Z", Some(1_699_383_870)),
            ("2023-11-07T19:04:30.999999999Z", Some(1_699_383_870)),
            ("2023-11-07T20:04:30.579+01:00", Some(1_699_383_870)),
            ("2023-11-07T19:04:30.579-00:00", Some(1_699_383_870)),
            ("2023-11-07T19:04:30", Some(1_699_383_870)),
            ("2023-11-07 19:04:30Z", Some(1_699_383_870)),
            ("2023-11-07t19:04:30z", Some(1_699_383_870)),
            ("2023-11-07 19:04:30.579", Some(1_699_383_870)),
            ("2023-11-07T20:04:30.579+0100", Some(1_699_383_870)),
            ("2023-11-07 19:04:30+00", Some(1_699_383_870)),
            ("2023-11-07T19:04Z", Some(1_699_383_840)),
            ("2023-11-07T19:04", Some(1_699_383_840)),
            ("0001-01-01T00:00:00Z", Some(-62_135_596_800)),
            ("12023-11-07T19:04:30", None),
            ("2023-11-07T19:04:30Z ", None),
            ("1699383870", None),
            ("1969-12-31T23:59:59.5Z", Some(-1)),
            ("", None),
            ("soon", None),
            ("2023-13-07T19:04:30Z", None),
        ];
        for (text, seconds) in cases {
            assert_eq!(Timestamp::from(text).unix_seconds(), seconds, "{text:?}");
        }
        assert!(Timestamp::from("").is_unset());
        assert_eq!(Timestamp::from(12).unix_seconds(), Some(12));
    }

    #[test]
    fn it_comes_back_as_it_came() {
        for json in ["\"2023-11-07T19:04:30.579Z\"", "\"\"", "1699383870"] {
            let time: Timestamp = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&time).unwrap(), json);
        }
    }
}
