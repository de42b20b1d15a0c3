//! Exact amounts of money: some vendors count in nanodollars, which a
//! floating-point number would round.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

const NANOS: u64 = 1_000_000_000;

/// An amount in US dollars, to the nanodollar.
///
/// It is serialised as a decimal text, without trailing zeros.
///
/// ```
/// use unitune::unify::Usd;
/// let price = Usd::from_nanos(4_812_345_678);
/// assert_eq!(price.to_string(), "4.812345678");
/// assert_eq!("4.812345678".parse(), Ok(price));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Usd(i64);

impl Usd {
    /// Creates an amount from billionths of a dollar.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// Returns the amount in billionths of a dollar.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Creates an amount from a floating-point number of dollars: its shortest
    /// decimal form, to the nearest nanodollar. `None` if it is too large, or
    /// not a number.
    ///
    /// ```
    /// use unitune::unify::Usd;
    /// // 1,234,567 tokens at 0.4 dollars a million, in floating point.
    /// let price = Usd::from_dollars(0.493_826_800_000_000_07);
    /// assert_eq!(price, "0.4938268".parse().ok());
    /// ```
    pub fn from_dollars(dollars: f64) -> Option<Self> {
        let exact = format!("{dollars}").parse();
        exact.or_else(|_| format!("{dollars:.9}").parse()).ok()
    }
}

impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, rest) = (nanos / NANOS, nanos % NANOS);
        if rest == 0 {
            return f.pad(&format!("{sign}{whole}"));
        }
        let decimals = format!("{rest:09}");
        f.pad(&format!("{sign}{whole}.{}", decimals.trim_end_matches('0')))
    }
}

/// The error of a text that is not an amount of dollars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseUsdError(String);

impl fmt::Display for ParseUsdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "invalid amount {:?}: expected a decimal number with at most nine decimals",
            self.0
        )
    }
}

impl std::error::Error for ParseUsdError {}

impl FromStr for Usd {
    type Err = ParseUsdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).ok_or_else(|| ParseUsdError(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<Usd> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(whole) || !all_digits(decimals) || decimals.len() > 9 {
        return None;
    }
    let nanos = i128::from(whole.parse::<u64>().ok()?) * i128::from(NANOS)
        + i128::from(format!("{decimals:0<9}").parse::<u64>().ok()?);
    let nanos = if negative { -nanos } else { nanos };
    i64::try_from(nanos).ok().map(Usd)
}

impl Serialize for Usd {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Usd {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Usd {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Usd".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "An amount in US dollars, as a decimal text.",
            "type": "string",
            "pattern": r"^-?[0-9]+(\.[0-9]{1,9})?$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_and_come_back() {
        let cases = [
            (0, "0"),
            (1, "0.000000001"),
            (1_000_000_000, "1"),
            (1_500_000_000, "1.5"),
            (4_812_345_678, "4.812345678"),
            (-20, "-0.00000002"),
            (9_007_199_254_740_993, "9007199.254740993"),
            (i64::MAX, "9223372036.854775807"),
            (i64::MIN, "-9223372036.854775808"),
        ];
        for (nanos, text) in cases {
            assert_eq!(Usd::from_nanos(nanos).to_string(), text);
            assert_eq!(text.parse(), Ok(Usd::from_nanos(nanos)));
        }
        for text in [
            "",
            ".5",
            "1.",
            "1e3",
            "+1",
            "0.0000000001",
            "9223372036.854775808",
        ] {
            assert!(text.parse::<Usd>().is_err(), "{text:?}");
        }
        assert_eq!(Usd::from_dollars(12.34), "12.34".parse().ok());
        assert_eq!(Usd::from_dollars(f64::NAN), None);
        assert_eq!(Usd::from_dollars(0.1 + 0.2), "0.3".parse().ok());
        assert_eq!(Usd::from_dollars(1e-12), Some(Usd::from_nanos(0)));
        assert_eq!(Usd::from_dollars(f64::INFINITY), None);
        assert_eq!(Usd::from_dollars(1e18), None);
    }
}
