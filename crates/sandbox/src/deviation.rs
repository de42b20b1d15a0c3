//! Switches for bodies that deviate from the vendors' documents, as real ones do.

use std::fmt;

/// A deviation from a vendor's own document that the vendor's service really sends.
///
/// Each one that is switched on adds one job to the seed, whose bodies deviate in this way and in no other.
/// [`Deviation::all`] lists them; the constants are in the folders of the vendors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Deviation {
    name: &'static str,
    is_default: bool,
}

impl Deviation {
    /// A switch that is on unless the builder is told otherwise.
    pub(crate) const fn on(name: &'static str) -> Deviation {
        Deviation {
            name,
            is_default: true,
        }
    }

    /// A switch that is off unless the builder is told otherwise.
    pub(crate) const fn off(name: &'static str) -> Deviation {
        Deviation {
            name,
            is_default: false,
        }
    }

    /// Returns the switch's name, as the command line writes it.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// Returns true for a switch that is on unless the builder is told otherwise.
    pub fn is_default(self) -> bool {
        self.is_default
    }
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
