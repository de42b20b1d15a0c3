//! What is expected of each fault: the table.

use unitune::ErrorKind;

use super::operations::Class;

/// What a call comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Success at the first try.
    Success,
    /// Success at the second try.
    Recovered,
    /// The first try did it and its answer was lost; the second one finds it
    /// done, or is told so by a rejection.
    DoneBefore,
    /// An error of this kind after so many tries.
    Error(ErrorKind, u32),
    /// No connection to where the vendor redirects to, after so many tries.
    Nowhere(u32),
}

impl Outcome {
    pub fn text(self) -> String {
        match self {
            Self::Success => "success".to_owned(),
            Self::Recovered => "success at the 2nd try".to_owned(),
            Self::DoneBefore => {
                "success at the 2nd try, or an error because it is already done".to_owned()
            }
            Self::Error(kind, 1) => format!("{kind:?}, sent once"),
            Self::Error(kind, n) => format!("{kind:?} after {n} tries"),
            Self::Nowhere(n) => format!("Connect or Timeout after {n} tries"),
        }
    }
}

/// What a fault is like, as far as a client is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A rejection for good.
    Final,
    /// The rejection of a vendor that starts no more jobs.
    TrainingOver,
    /// A rejection that may pass.
    Transient,
    /// Something else than an error.
    NoEffect,
    /// It was not done, and no answer came.
    Undone,
    /// It was done, and the answer was lost.
    Lost,
    /// The same, and only the body was lost.
    Truncated,
    /// It was done, and the answer came too slowly.
    Silent,
    /// It was done, and the answer stopped in the middle.
    Stalled,
    /// It was done, and the answer cannot be read.
    Garbled,
    /// It was done, and the answer is too large.
    Huge,
    /// Sent elsewhere.
    Redirect,
}

/// Every fault that the sandbox has, as its grammar writes it.
pub const FAULTS: &[(&str, Sort)] = &[
    ("400", Sort::Final),
    ("401", Sort::Final),
    ("403", Sort::Final),
    ("404", Sort::Final),
    ("409", Sort::Transient),
    ("429", Sort::Transient),
    ("500", Sort::Transient),
    ("502", Sort::Transient),
    ("503", Sort::Transient),
    ("524", Sort::Transient),
    ("529", Sort::Transient),
    ("429;retry-after=2", Sort::Transient),
    ("429;retry-after-date=2", Sort::Transient),
    ("429;retry-after-ms=250", Sort::Transient),
    ("400;x-should-retry=true", Sort::Transient),
    ("503;x-should-retry=false", Sort::Final),
    ("403;code=training_not_available", Sort::TrainingOver),
    ("error-text", Sort::Transient),
    ("delay=20ms", Sort::NoEffect),
    ("delay=5s", Sort::Silent),
    ("reset-before-body", Sort::Undone),
    ("reset-after-body", Sort::Lost),
    ("truncate", Sort::Truncated),
    ("content-type", Sort::NoEffect),
    ("invalid-json", Sort::Garbled),
    ("invalid-utf8", Sort::Garbled),
    ("huge", Sort::Huge),
    ("drip", Sort::Stalled),
    ("redirect", Sort::Redirect),
];

impl Sort {
    /// Whether nothing can be known of it without waiting.
    pub fn takes_time(self, class: Class) -> bool {
        match self {
            Self::Silent | Self::Stalled => true,
            // Nothing listens at the host that it leads to.
            Self::Redirect => class == Class::Download,
            _ => false,
        }
    }

    /// When it occurs once.
    pub fn once(self, class: Class) -> Outcome {
        use Outcome::{DoneBefore, Error, Recovered, Success};
        match (self, class) {
            (Self::NoEffect, _) => Success,
            (Self::Final, _) => Error(ErrorKind::Status, 1),
            (Self::TrainingOver, _) => Error(ErrorKind::TrainingNotAvailable, 1),
            (Self::Transient, Class::Create) => Error(ErrorKind::Status, 1),
            (Self::Undone | Self::Lost | Self::Truncated, Class::Create) => {
                Error(ErrorKind::Interrupted, 1)
            }
            (Self::Silent | Self::Stalled, Class::Create) => Error(ErrorKind::Timeout, 1),
            // The bytes were on their way: what came of them is the caller's.
            (Self::Truncated, Class::Download) => Error(ErrorKind::Interrupted, 1),
            (Self::Stalled, Class::Download) => Error(ErrorKind::Timeout, 1),
            (Self::Lost | Self::Truncated | Self::Silent | Self::Stalled, Class::Change) => {
                DoneBefore
            }
            (Self::Transient | Self::Undone | Self::Lost, _) => Recovered,
            (Self::Truncated | Self::Silent | Self::Stalled, _) => Recovered,
            (Self::Garbled, Class::Download) => Success,
            (Self::Garbled, _) => Error(ErrorKind::Decode, 1),
            (Self::Huge, _) => Error(ErrorKind::TooLarge, 1),
            (Self::Redirect, Class::Download) => Recovered,
            (Self::Redirect, _) => Error(ErrorKind::Status, 1),
        }
    }

    /// When it occurs every time.
    pub fn always(self, class: Class) -> Outcome {
        use Outcome::{Error, Nowhere};
        match (self, class, self.once(class)) {
            // Told so, in an answer that is cut or stalled as well.
            (Self::Truncated | Self::Stalled, Class::Change, once) => once,
            (Self::Transient, _, Outcome::Recovered) => Error(ErrorKind::Status, 3),
            (
                Self::Undone | Self::Lost | Self::Truncated,
                _,
                Outcome::Recovered | Outcome::DoneBefore,
            ) => Error(ErrorKind::Interrupted, 3),
            (Self::Silent | Self::Stalled, _, Outcome::Recovered | Outcome::DoneBefore) => {
                Error(ErrorKind::Timeout, 3)
            }
            (Self::Redirect, _, Outcome::Recovered) => Nowhere(3),
            (_, _, once) => once,
        }
    }
}
