//! Which operation has a counterpart at which vendor. What has none is
//! refused, and never turned into something else.

use std::fmt;

use super::Vendor;

/// Something that can be done with jobs and files in the gateway's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Operation {
    /// Start a job.
    Create,
    /// List jobs.
    List,
    /// Look one job up.
    Retrieve,
    /// End a job before it is done.
    Cancel,
    /// Halt a job for a while.
    Pause,
    /// Let a halted job go on.
    Resume,
    /// Remove a job.
    Delete,
    /// Read a job's log.
    Events,
    /// List a job's checkpoints.
    Checkpoints,
    /// Read the numbers of a training.
    Metrics,
    /// Ask for the price of a job beforehand.
    EstimatePrice,
    /// Fetch the model that came out.
    Download,
    /// Ask how a model may be trained.
    ModelLimits,
    /// Upload, list, look up, read and delete files.
    Files,
}

/// Whether a vendor can do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Support {
    /// By an operation of the vendor's.
    Native,
    /// From something else that the vendor says.
    Derived(&'static str),
    /// Not at all; here is what to do instead.
    Unsupported(&'static str),
}

impl Support {
    /// True unless it cannot be done at all.
    pub fn is_supported(self) -> bool {
        !matches!(self, Self::Unsupported(_))
    }
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Create,
        Self::List,
        Self::Retrieve,
        Self::Cancel,
        Self::Pause,
        Self::Resume,
        Self::Delete,
        Self::Events,
        Self::Checkpoints,
        Self::Metrics,
        Self::EstimatePrice,
        Self::Download,
        Self::ModelLimits,
        Self::Files,
    ];

    /// What it is called in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::List => "list",
            Self::Retrieve => "retrieve",
            Self::Cancel => "cancel",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Delete => "delete",
            Self::Events => "events",
            Self::Checkpoints => "checkpoints",
            Self::Metrics => "metrics",
            Self::EstimatePrice => "price estimate",
            Self::Download => "download",
            Self::ModelLimits => "model limits",
            Self::Files => "files",
        }
    }

    /// Whether a vendor can do it: the table.
    pub fn at(self, vendor: &Vendor) -> Support {
        use Support::{Derived, Native, Unsupported};
        match (vendor.as_str(), self) {
            (_, Self::Create | Self::List | Self::Retrieve | Self::Files) => Native,

            (
                "openai",
                Self::Cancel | Self::Pause | Self::Resume | Self::Events | Self::Checkpoints,
            ) => Native,
            ("openai", Self::Metrics) => Derived("the events of type metrics, and the checkpoints"),
            ("openai", Self::Delete) => {
                Unsupported("jobs stay; the model that came out can be deleted")
            }
            ("openai", Self::EstimatePrice) => {
                Unsupported("count the tokens, and see the vendor's price list")
            }
            ("openai", Self::Download) => {
                Unsupported("models stay at the vendor; a job's result files can be read")
            }
            ("openai", Self::ModelLimits) => Unsupported("see the vendor's documentation"),

            (
                "together",
                Self::Cancel
                | Self::Delete
                | Self::Events
                | Self::Checkpoints
                | Self::Metrics
                | Self::EstimatePrice
                | Self::Download
                | Self::ModelLimits,
            ) => Native,
            ("together", Self::Pause) => {
                Unsupported("cancel the job, and start another one from its last checkpoint")
            }
            ("together", Self::Resume) => {
                Unsupported("start another job from the last checkpoint: `from_checkpoint`")
            }

            (
                "truefoundry",
                Self::Cancel
                | Self::Pause
                | Self::Resume
                | Self::Delete
                | Self::Events
                | Self::Checkpoints
                | Self::Metrics
                | Self::EstimatePrice
                | Self::Download
                | Self::ModelLimits,
            ) => Unsupported("the gateway has no such operation: ask the vendor behind it"),
            _ => Unsupported("ask the vendor itself"),
        }
    }
}

impl Operation {
    /// Refuses what a vendor cannot do, before anything is sent.
    ///
    /// # Errors
    ///
    /// Of kind [`Unsupported`](crate::ErrorKind::Unsupported), with what to do
    /// instead.
    pub fn check(self, vendor: &Vendor) -> Result<(), crate::Error> {
        match self.at(vendor) {
            Support::Native | Support::Derived(_) => Ok(()),
            Support::Unsupported(instead) => Err(crate::Error::new(
                crate::ErrorKind::Unsupported,
                format!("{} has no {self}: {instead}", super::title(vendor)),
            )),
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
