//! Errors before a sandbox serves.

use std::fmt;
use std::io;
use std::net::SocketAddr;

/// Why a sandbox could not start, or what is wrong with a setting.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The address could not be listened on.
    Bind {
        /// The address.
        addr: SocketAddr,
        /// The system's error.
        source: io::Error,
    },
    /// A setting is invalid.
    Setting {
        /// The setting's name.
        name: &'static str,
        /// What is wrong with it, and what is expected.
        reason: String,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Bind { addr, source } => write!(
                f,
                "the sandbox cannot listen on {addr}: {source}; choose another address, or port 0 for any free one"
            ),
            Error::Setting { name, reason } => {
                write!(f, "the sandbox's setting '{name}': {reason}")
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Bind { source, .. } => Some(source),
            Error::Setting { .. } => None,
        }
    }
}
