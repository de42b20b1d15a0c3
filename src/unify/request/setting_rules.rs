//! The types of the tables of settings that a vendor accepts, and of those that
//! it does not support.

/// The type of a setting's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    /// A whole number.
    Integer,
    /// A whole number or a word.
    IntegerOr(&'static str),
    /// Any number.
    Number,
    /// Any number or a word.
    NumberOr(&'static str),
    /// `true` or `false`.
    Boolean,
    /// `true`, `false` or a word.
    BooleanOr(&'static str),
    /// A text.
    Text,
    /// A list of texts.
    #[allow(dead_code)] // Not every set of vendors takes one.
    Texts,
    /// An object, with this description.
    Object(&'static str),
}

impl std::fmt::Display for Takes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Integer => f.write_str("a whole number"),
            Self::IntegerOr(word) => write!(f, "a whole number or \"{word}\""),
            Self::Number => f.write_str("a number"),
            Self::NumberOr(word) => write!(f, "a number or \"{word}\""),
            Self::Boolean => f.write_str("true or false"),
            Self::BooleanOr(word) => write!(f, "true, false or \"{word}\""),
            Self::Text => f.write_str("a text"),
            Self::Texts => f.write_str("a list of texts"),
            Self::Object(form) => f.write_str(form),
        }
    }
}

/// A setting that a vendor accepts.
pub(crate) struct Accepted {
    /// Where it stands below the request's or the method's `hyperparameters`.
    pub(crate) key: &'static str,
    /// The methods that it belongs to; empty for all.
    pub(crate) methods: &'static [&'static str],
    /// The type of its value.
    pub(crate) takes: Takes,
    /// The vendor's member that it becomes, for `docs/mapping.md`.
    #[cfg_attr(not(test), allow(dead_code))]
    pub(crate) becomes: &'static str,
}

/// A setting that a vendor does not support.
pub(crate) struct Unsupported {
    /// Its name below `hyperparameters`.
    pub(crate) key: &'static str,
    /// Why the vendor does not support it.
    pub(crate) why: &'static str,
    /// What the vendor accepts instead; empty if there is nothing.
    pub(crate) instead: &'static str,
}

pub(crate) const fn accepted(
    key: &'static str,
    methods: &'static [&'static str],
    takes: Takes,
    becomes: &'static str,
) -> Accepted {
    Accepted {
        key,
        methods,
        takes,
        becomes,
    }
}

pub(crate) const fn unsupported(
    key: &'static str,
    why: &'static str,
    instead: &'static str,
) -> Unsupported {
    Unsupported { key, why, instead }
}

/// The reason for a setting that no table names.
pub(crate) const UNKNOWN: &str = "no such setting is known";
