//! Names of vendors.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

/// The longest name.
const MAX_LENGTH: usize = 64;

/// The name of a vendor: 1 to 64 of `a` to `z`, `0` to `9`, `-` and `_`.
///
/// Any vendor can be named, also one without a module here. The modules have
/// their vendors' names as constants, called `VENDOR`.
///
/// ```
/// use unitune::unify::Vendor;
///
/// const ACME: Vendor = Vendor::from_static("acme");
/// assert_eq!("acme".parse(), Ok(ACME));
/// assert!(ACME == "acme");
/// assert!("Acme!".parse::<Vendor>().is_err());
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Vendor(Cow<'static, str>);

impl Vendor {
    /// Creates a vendor's name.
    ///
    /// # Errors
    ///
    /// When the text cannot be a name.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Result<Self, InvalidVendorName> {
        let name = name.into();
        match is_name(&name) {
            true => Ok(Self(name)),
            false => Err(InvalidVendorName(name.into_owned())),
        }
    }

    /// Creates a vendor's name in a constant.
    ///
    /// # Panics
    ///
    /// When the text cannot be a name; in a constant, that is an error of the
    /// compiler.
    pub const fn from_static(name: &'static str) -> Self {
        assert!(
            is_name(name),
            "a vendor's name has 1 to 64 of a-z, 0-9, `-` and `_`"
        );
        Self(Cow::Borrowed(name))
    }

    /// Returns the name, as it is written in configuration and in JSON.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

const fn is_name(name: &str) -> bool {
    let name = name.as_bytes();
    let mut index = 0;
    // A `const fn` has no iterators.
    while index < name.len() {
        if !matches!(name[index], b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_') {
            return false;
        }
        index += 1;
    }
    !name.is_empty() && name.len() <= MAX_LENGTH
}

/// The error of a text that cannot be the name of a [`Vendor`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidVendorName(String);

impl fmt::Display for InvalidVendorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "invalid vendor name {:?}: expected 1 to {MAX_LENGTH} of a-z, 0-9, `-` and `_`",
            self.0
        )
    }
}

impl std::error::Error for InvalidVendorName {}

impl fmt::Debug for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vendor({})", self.0)
    }
}

impl fmt::Display for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl std::str::FromStr for Vendor {
    type Err = InvalidVendorName;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::new(name.to_owned())
    }
}

impl PartialEq<str> for Vendor {
    fn eq(&self, name: &str) -> bool {
        self.as_str() == name
    }
}

impl PartialEq<&str> for Vendor {
    fn eq(&self, name: &&str) -> bool {
        self.as_str() == *name
    }
}

impl<'de> Deserialize<'de> for Vendor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::new(name).map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Vendor {
    fn schema_name() -> Cow<'static, str> {
        "Vendor".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "The name of a vendor.",
            "type": "string",
            "pattern": format!("^[a-z0-9_-]{{1,{MAX_LENGTH}}}$"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_and_other_texts_are_rejected() {
        let longest = "a".repeat(MAX_LENGTH);
        for name in ["a", "acme", "in-house_2", longest.as_str()] {
            let vendor: Vendor = name.parse().unwrap();
            assert!(vendor == *name && vendor == name);
            let json = serde_json::to_string(&vendor).unwrap();
            assert_eq!(json, format!("{name:?}"));
            assert_eq!(serde_json::from_str::<Vendor>(&json).unwrap(), vendor);
        }
        let too_long = "a".repeat(MAX_LENGTH + 1);
        for text in ["", "Acme", "a b", "a/b", "é", too_long.as_str()] {
            let error = text.parse::<Vendor>().unwrap_err();
            assert!(error.to_string().contains("a-z"), "{error}");
            let json = serde_json::to_string(text).unwrap();
            assert!(serde_json::from_str::<Vendor>(&json).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_name_is_padded_and_shown() {
        let vendor = Vendor::from_static("acme");
        assert_eq!(format!("{vendor:<6}|"), "acme  |");
        assert_eq!(format!("{vendor:?}"), "Vendor(acme)");
    }
}
