//! Faults on demand: what goes wrong, at which requests, and how often.

mod apply;
mod document;
mod effect;
mod injector;
mod spec;

pub use document::faults_markdown;
pub use effect::{Effect, Hint, effects};

pub(crate) use apply::{Spoiled, refusal, spoil};
pub(crate) use injector::Injector;

use crate::vendor::Vendor;

/// How often a fault strikes, of the requests that it is meant for.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum When {
    /// At every one.
    Always,
    /// At the first so many.
    Times(u64),
    /// At every n-th.
    Every(u64),
    /// At random, with this probability, from the sandbox's seed.
    Chance(f64),
}

/// Something that is to go wrong.
///
/// ```
/// use unitune_sandbox::{Effect, Fault, Vendor};
///
/// let fault = Fault::new(Effect::Status(503, None)).vendor(Vendor::Together).operation("createJob").times(1);
/// assert_eq!(fault.to_string(), "together.createJob:503@times=1");
/// assert_eq!(fault, "together.createJob:503@once".parse()?);
/// # Ok::<(), unitune_sandbox::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    effect: Effect,
    vendor: Option<Vendor>,
    operation: Option<String>,
    when: When,
}

impl Fault {
    /// A fault that strikes at every request of every vendor.
    pub fn new(effect: Effect) -> Fault {
        Fault {
            effect,
            vendor: None,
            operation: None,
            when: When::Always,
        }
    }

    /// The same fault, at one vendor only.
    pub fn vendor(mut self, vendor: Vendor) -> Fault {
        self.vendor = Some(vendor);
        self
    }

    /// The same fault, at one operation only. [`Vendor::operations`] lists their names.
    pub fn operation(mut self, operation: impl Into<String>) -> Fault {
        self.operation = Some(operation.into());
        self
    }

    /// The same fault, at the first so many requests only.
    pub fn times(mut self, times: u64) -> Fault {
        self.when = When::Times(times);
        self
    }

    /// The same fault, at every n-th request only.
    pub fn every(mut self, every: u64) -> Fault {
        self.when = When::Every(every.max(1));
        self
    }

    /// The same fault, at random.
    pub fn chance(mut self, probability: f64) -> Fault {
        self.when = When::Chance(probability);
        self
    }

    /// What goes wrong.
    pub fn effect(&self) -> &Effect {
        &self.effect
    }

    /// How often.
    pub fn when(&self) -> When {
        self.when
    }

    fn is_for(&self, vendor: Vendor, operation: &str) -> bool {
        let named = self.operation.as_deref();
        self.vendor.is_none_or(|wanted| wanted == vendor)
            && named.is_none_or(|wanted| wanted == operation)
    }
}
