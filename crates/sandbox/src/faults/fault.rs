//! A fault: an effect, the requests that it is for, and how often.

use super::effect::Effect;
use crate::vendor::Vendor;

/// Into which of a fault's requests it is injected.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum When {
    /// Every one.
    Always,
    /// The first so many.
    Times(u64),
    /// Every n-th.
    Every(u64),
    /// Each with this probability, from the sandbox's seed.
    Chance(f64),
}

/// Something that goes wrong on demand.
///
/// ```
/// use unitune_sandbox::{Effect, Fault};
///
/// let fault = Fault::new(Effect::Status(503, None)).operation("createJob").times(1);
/// assert_eq!(fault.to_string(), "*.createJob:503@times=1");
/// assert_eq!(fault, "*.createJob:503@once".parse()?);
/// # Ok::<(), unitune_sandbox::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub(super) effect: Effect,
    pub(super) vendor: Option<Vendor>,
    pub(super) operation: Option<String>,
    pub(super) when: When,
}

impl Fault {
    /// Returns a fault that is injected into every request to every vendor.
    pub fn new(effect: Effect) -> Fault {
        Fault {
            effect,
            vendor: None,
            operation: None,
            when: When::Always,
        }
    }

    /// Limits it to one vendor.
    pub fn vendor(mut self, vendor: Vendor) -> Fault {
        self.vendor = Some(vendor);
        self
    }

    /// Limits it to one operation. [`Vendor::operations`] lists their names.
    pub fn operation(mut self, operation: impl Into<String>) -> Fault {
        self.operation = Some(operation.into());
        self
    }

    /// Limits it to the first so many requests.
    pub fn times(mut self, times: u64) -> Fault {
        self.when = When::Times(times);
        self
    }

    /// Limits it to every n-th request.
    pub fn every(mut self, every: u64) -> Fault {
        self.when = When::Every(every.max(1));
        self
    }

    /// Limits it to a random part of the requests.
    pub fn chance(mut self, probability: f64) -> Fault {
        self.when = When::Chance(probability);
        self
    }

    /// Returns the effect.
    pub fn effect(&self) -> &Effect {
        &self.effect
    }

    /// Returns into which requests it is injected.
    pub fn when(&self) -> When {
        self.when
    }

    pub(super) fn is_for(&self, vendor: Vendor, operation: &str) -> bool {
        let named = self.operation.as_deref();
        self.vendor.is_none_or(|wanted| wanted == vendor)
            && named.is_none_or(|wanted| wanted == operation)
    }
}
