//! How much memory the answers that are being read may take together.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::{Error, ErrorKind};

/// The part of an answer that is read even where the budget is used up: what a
/// vendor has done must not be lost because of other calls' answers. How many
/// of these parts there are is for limits on calls to say.
const ALWAYS: usize = 64 << 10;
/// When another try is worth it: by then other answers have been read.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// A bound on the memory that the answers of many clients take together while
/// they are read. Give the same one to all of them.
///
/// What counts is what is held: bodies as far as they have arrived,
/// decompressed, until they are decoded; and of a list across accounts each page
/// until its last job is shown, where the budget is set with
/// [`Account::with_options`](crate::providers::Account::with_options). An answer beyond the budget is an error of
/// kind [`ErrorKind::Overloaded`], at once: nothing waits. The first 64 KiB of
/// an answer are always read.
///
/// ```
/// use unitune::transport::{CallOptions, MemoryBudget};
///
/// let budget = MemoryBudget::new(256 << 20);
/// let options = CallOptions::new().memory_budget(budget.clone());
/// assert_eq!(budget.used(), 0);
/// # let _ = options;
/// ```
#[derive(Clone)]
pub struct MemoryBudget {
    counter: Arc<Counter>,
    kept: Option<Arc<KeptBytes>>,
}

struct Counter {
    limit: usize,
    used: AtomicUsize,
}

/// What stays reserved after it was decoded, until this is dropped.
pub(crate) struct KeptBytes {
    counter: Arc<Counter>,
    bytes: AtomicUsize,
}

impl MemoryBudget {
    /// Makes a budget of so many bytes.
    pub fn new(bytes: usize) -> Self {
        let used = AtomicUsize::new(0);
        Self {
            counter: Arc::new(Counter { limit: bytes, used }),
            kept: None,
        }
    }

    /// Returns how many bytes there are in all.
    pub fn limit(&self) -> usize {
        self.counter.limit
    }

    /// Returns how many bytes are used now. The parts that are always read can
    /// make it more than the limit.
    pub fn used(&self) -> usize {
        self.counter.used.load(Ordering::Relaxed)
    }

    /// Makes a budget of the same bytes that keeps what was decoded: what came of
    /// an answer takes the answer's place.
    pub(crate) fn keeping(&self) -> (Self, Arc<KeptBytes>) {
        let kept = Arc::new(KeptBytes {
            counter: Arc::clone(&self.counter),
            bytes: AtomicUsize::new(0),
        });
        let budget = Self {
            counter: Arc::clone(&self.counter),
            kept: Some(Arc::clone(&kept)),
        };
        (budget, kept)
    }
}

impl fmt::Debug for MemoryBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryBudget")
            .field("limit", &self.limit())
            .field("used", &self.used())
            .finish()
    }
}

impl fmt::Debug for KeptBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeptBytes({})", self.bytes.load(Ordering::Relaxed))
    }
}

impl Drop for KeptBytes {
    fn drop(&mut self) {
        let bytes = *self.bytes.get_mut();
        self.counter.used.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// The bytes that one answer holds. They are given back when it is dropped.
#[derive(Debug, Default)]
pub(crate) struct Reservation {
    budget: Option<MemoryBudget>,
    bytes: usize,
}

impl Reservation {
    /// Nothing yet, of a budget; without one, all is counted and nothing rejected.
    pub(crate) fn of(budget: Option<&MemoryBudget>) -> Self {
        Self {
            budget: budget.cloned(),
            bytes: 0,
        }
    }

    /// Reserves so many bytes more.
    ///
    /// # Errors
    ///
    /// The budget is used up.
    pub(crate) fn grow(&mut self, more: usize) -> Result<(), Error> {
        let bytes = self.bytes.saturating_add(more);
        if let Some(budget) = &self.budget {
            let counter = &budget.counter;
            let grown = |used: usize| {
                let used = used.saturating_add(more);
                (used <= counter.limit || bytes <= ALWAYS).then_some(used)
            };
            let relaxed = Ordering::Relaxed;
            let outcome = counter.used.fetch_update(relaxed, relaxed, grown);
            outcome.map_err(|_| used_up(counter.limit))?;
        }
        self.bytes = bytes;
        Ok(())
    }

    /// Gives so many bytes back.
    pub(crate) fn shrink(&mut self, less: usize) {
        let less = less.min(self.bytes);
        if let Some(budget) = &self.budget {
            budget.counter.used.fetch_sub(less, Ordering::Relaxed);
        }
        self.bytes -= less;
    }

    /// Leaves the bytes to what was decoded from them, where that is counted.
    pub(crate) fn keep(mut self) {
        let kept = self.budget.as_ref().and_then(|budget| budget.kept.as_ref());
        if let Some(kept) = kept {
            kept.bytes.fetch_add(self.bytes, Ordering::Relaxed);
            self.bytes = 0;
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.shrink(self.bytes);
    }
}

fn used_up(limit: usize) -> Error {
    let message = format!(
        "the answers that are being read take all of the {limit} bytes of memory that they may; \
         try again when some of them have been read"
    );
    Error::new(ErrorKind::Overloaded, message).with_retry_after(RETRY_AFTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_reserved_comes_back() {
        let budget = MemoryBudget::new(1 << 20);
        let mut first = Reservation::of(Some(&budget));
        first.grow(1 << 20).unwrap();
        let mut second = Reservation::of(Some(&budget));
        let error = second.grow(200 << 10).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Overloaded);
        assert_eq!(error.retry_after(), Some(RETRY_AFTER));
        // A rejection takes nothing, and the beginning of an answer is read.
        assert_eq!(budget.used(), 1 << 20);
        second.grow(ALWAYS).unwrap();
        assert!(second.grow(1).is_err());
        drop(first);
        assert_eq!(budget.used(), ALWAYS);
        second.grow(ALWAYS).unwrap();
        second.shrink(ALWAYS);
        assert_eq!(budget.used(), ALWAYS);
        drop(second);
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn what_was_decoded_keeps_its_bytes() {
        let budget = MemoryBudget::new(1 << 20);
        let (keeping, kept) = budget.keeping();
        for _ in 0..2 {
            let mut answer = Reservation::of(Some(&keeping));
            answer.grow(100).unwrap();
            answer.keep();
        }
        let mut failed = Reservation::of(Some(&keeping));
        failed.grow(100).unwrap();
        drop((failed, keeping));
        assert_eq!(budget.used(), 200);
        drop(kept);
        assert_eq!(budget.used(), 0);
        let mut unbounded = Reservation::default();
        unbounded.grow(usize::MAX).unwrap();
    }
}
