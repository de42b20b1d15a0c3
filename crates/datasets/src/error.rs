//! Errors that stop a check or a conversion. What is wrong in a file is a finding.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::rules::{Method, UnknownName, VendorRules};

/// Why a file could not be checked or converted.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A name stands for no vendor or method.
    UnknownName(UnknownName),
    /// The vendor does not have this method.
    NoMethod {
        /// The vendor, as it writes itself.
        vendor: &'static str,
        /// The method.
        method: Method,
        /// The methods that it has.
        has: Vec<Method>,
    },
    /// A file could not be read or written.
    Io {
        /// The file, where it has a name.
        path: Option<PathBuf>,
        /// Why.
        source: io::Error,
    },
    /// The file is not one that can be converted.
    NotConvertible(String),
    /// The caller stopped it.
    Cancelled,
}

impl Error {
    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io {
            path: Some(path.to_owned()),
            source,
        }
    }

    pub(crate) fn reading(source: io::Error) -> Self {
        Self::Io { path: None, source }
    }

    pub(crate) fn writing(source: io::Error) -> Self {
        Self::Io { path: None, source }
    }

    /// Adds the file's name where it was not known.
    pub(crate) fn at(self, path: &Path) -> Self {
        match self {
            Self::Io { path: None, source } => Self::io(path, source),
            other => other,
        }
    }

    pub(crate) fn no_method(vendor: &VendorRules, method: Method) -> Self {
        Self::NoMethod {
            vendor: vendor.title,
            method,
            has: vendor.methods.iter().map(|rules| rules.method).collect(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownName(error) => error.fmt(f),
            Self::NoMethod {
                vendor,
                method,
                has,
            } => {
                let has: Vec<&str> = has.iter().map(|m| m.as_str()).collect();
                write!(
                    f,
                    "{vendor} does not take files for {method}: it has {}",
                    has.join(", ")
                )
            }
            Self::Io {
                path: Some(path),
                source,
            } => write!(f, "{}: {source}", path.display()),
            Self::Io { path: None, source } => source.fmt(f),
            Self::NotConvertible(reason) => f.write_str(reason),
            Self::Cancelled => f.write_str("cancelled"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::UnknownName(error) => Some(error),
            _ => None,
        }
    }
}

impl From<UnknownName> for Error {
    fn from(error: UnknownName) -> Self {
        Self::UnknownName(error)
    }
}
