//! Who runs a job.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A vendor whose API the crate speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum Vendor {
    /// OpenAI.
    #[serde(rename = "openai")]
    OpenAi,
    /// Together.
    #[serde(rename = "together")]
    Together,
    /// TrueFoundry's gateway.
    #[serde(rename = "truefoundry")]
    TrueFoundry,
}

impl Vendor {
    /// All of them, whether compiled in or not.
    pub const ALL: [Self; 3] = [Self::OpenAi, Self::Together, Self::TrueFoundry];

    /// The word that stands for it in configuration and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Together => "together",
            Self::TrueFoundry => "truefoundry",
        }
    }

    /// How the vendor writes itself.
    pub fn title(self) -> &'static str {
        match self {
            Self::OpenAi => "OpenAI",
            Self::Together => "Together",
            Self::TrueFoundry => "TrueFoundry",
        }
    }
}

impl fmt::Display for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for Vendor {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|vendor| vendor.as_str() == word)
            .ok_or_else(|| format!("{word:?} is no vendor: openai, together or truefoundry"))
    }
}
