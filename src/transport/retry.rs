//! What is retried, how often and when: tables and arithmetic, without I/O.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use http::Method;

use super::{Error, ErrorKind};

/// How many times a failed call is retried, and the waits before the retries.
///
/// The waits double from `min_wait` to `max_wait`, each with a random part, so that
/// many clients do not retry at the same moment. A `retry-after` of the vendor
/// takes precedence.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// How many times a call is retried; by default 2.
    pub retries: usize,
    /// The shortest first wait; by default half a second.
    pub min_wait: Duration,
    /// The longest wait; by default 8 seconds.
    pub max_wait: Duration,
    /// Makes the random part of the waits the same in every call, for tests.
    pub jitter_seed: Option<u64>,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            retries: 2,
            min_wait: Duration::from_millis(500),
            max_wait: Duration::from_secs(8),
            jitter_seed: None,
        }
    }
}

impl RetryPolicy {
    /// Returns a policy that retries nothing.
    pub fn never() -> Self {
        Self {
            retries: 0,
            ..Self::default()
        }
    }

    /// Returns the default policy with this many retries.
    pub fn times(retries: usize) -> Self {
        Self {
            retries,
            ..Self::default()
        }
    }

    /// Returns the waits, one for each retry.
    pub(crate) fn waits(&self) -> impl Iterator<Item = Duration> + Send + use<> {
        self.waits_by(2.0)
    }

    /// Returns the waits, which grow by this factor.
    pub(crate) fn waits_by(&self, factor: f32) -> impl Iterator<Item = Duration> + Send + use<> {
        let mut builder = ExponentialBuilder::new()
            .with_jitter()
            .with_factor(factor)
            .with_min_delay(self.min_wait)
            .with_max_delay(self.max_wait)
            .with_max_times(self.retries);
        if let Some(seed) = self.jitter_seed {
            builder = builder.with_jitter_seed(seed);
        }
        let longest = self.max_wait;
        builder.build().map(move |wait| wait.min(longest))
    }
}

/// The effect of a request that arrives twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repetition {
    /// None beyond the effect of the first.
    Idempotent,
    /// A second thing is created, which may cost money.
    Duplicates,
}

impl Repetition {
    /// Returns the effect by the method, by the vendor's list of idempotent
    /// `POST`s, and by whether the request has an idempotency key.
    pub(crate) fn of(method: &Method, operation: &str, idempotent: &[&str], has_key: bool) -> Self {
        let safe = *method != Method::POST && *method != Method::PATCH;
        if safe || has_key || idempotent.contains(&operation) {
            Self::Idempotent
        } else {
            Self::Duplicates
        }
    }
}

/// Returns true if the same request is to be retried.
pub(crate) fn is_worth_it(error: &Error, repetition: Repetition) -> bool {
    if error.kind() == ErrorKind::Connect {
        // It certainly did not arrive.
        return true;
    }
    // Reading another answer frees no memory.
    let is_here = error.kind() == ErrorKind::Overloaded;
    repetition == Repetition::Idempotent && !is_here && error.is_retryable()
}

/// Returns true if a request that failed so may have been carried out all the same.
pub(crate) fn may_have_taken_effect(kind: ErrorKind, status: Option<u16>) -> bool {
    match kind {
        // Nothing was sent, or the vendor refused it.
        ErrorKind::Connect
        | ErrorKind::Config
        | ErrorKind::InvalidRequest
        | ErrorKind::NotFound
        | ErrorKind::Ambiguous
        | ErrorKind::Unsupported
        | ErrorKind::CostLimit
        | ErrorKind::TrainingNotAvailable => false,
        ErrorKind::Status => status.is_none_or(|status| status != 429 && is_transient(status)),
        // It was sent, and its answer did not come or cannot be read.
        ErrorKind::Timeout
        | ErrorKind::Interrupted
        | ErrorKind::Decode
        | ErrorKind::TooLarge
        | ErrorKind::Overloaded
        | ErrorKind::Mapping => true,
    }
}

/// Returns true for statuses after which the same request may succeed.
pub(crate) fn is_transient(status: u16) -> bool {
    // 524 and 529 are among the last: a proxy's timeout, and an overload.
    matches!(status, 408 | 409 | 429 | 500..=599)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_stay_within_bounds() {
        for seed in 0..200 {
            let policy = RetryPolicy {
                retries: 8,
                jitter_seed: Some(seed),
                ..RetryPolicy::default()
            };
            let waits: Vec<f64> = policy.waits().map(|w| w.as_secs_f64()).collect();
            assert_eq!(waits.len(), 8);
            for (n, wait) in waits.iter().enumerate() {
                let base = (0.5 * 2_f64.powi(i32::try_from(n).unwrap())).min(8.0);
                assert!(*wait >= base - 1e-6 && *wait <= 8.0, "{n}: {wait}");
            }
        }
    }

    #[test]
    fn waits_are_random_unless_a_seed_is_given() {
        let first = |seed| {
            let policy = RetryPolicy {
                jitter_seed: seed,
                ..RetryPolicy::default()
            };
            policy.waits().collect::<Vec<_>>()
        };
        assert_eq!(first(Some(1)), first(Some(1)));
        assert_ne!(first(Some(1)), first(Some(2)));
        assert_ne!(first(None), first(None));
        assert_eq!(RetryPolicy::never().waits().count(), 0);
    }

    #[test]
    fn what_makes_things_is_not_repeated() {
        let of = |method, operation, key| Repetition::of(&method, operation, &["cancelJob"], key);
        use Repetition::{Duplicates, Idempotent};
        assert_eq!(of(Method::GET, "listJobs", false), Idempotent);
        assert_eq!(of(Method::DELETE, "deleteFile", false), Idempotent);
        assert_eq!(of(Method::POST, "cancelJob", false), Idempotent);
        assert_eq!(of(Method::POST, "createJob", false), Duplicates);
        assert_eq!(of(Method::POST, "createJob", true), Idempotent);
        let broken = Error::new(ErrorKind::Interrupted, "");
        let unconnected = Error::new(ErrorKind::Connect, "");
        assert!(is_worth_it(&broken, Idempotent));
        assert!(!is_worth_it(&broken, Duplicates));
        assert!(is_worth_it(&unconnected, Duplicates));
    }

    #[test]
    fn what_a_failed_request_may_have_done() {
        let status = |status| may_have_taken_effect(ErrorKind::Status, Some(status));
        for unclear in [408, 409, 500, 502, 503, 504, 524, 529] {
            assert!(status(unclear), "{unclear}");
        }
        for refused in [400, 401, 403, 404, 413, 422, 429] {
            assert!(!status(refused), "{refused}");
        }
        for kind in [ErrorKind::Timeout, ErrorKind::Decode] {
            assert!(may_have_taken_effect(kind, Some(200)), "{kind:?}");
        }
        assert!(!may_have_taken_effect(ErrorKind::Connect, None));
    }

    #[test]
    fn the_statuses_that_are_tried_again() {
        let transient: Vec<u16> = (100..600).filter(|s| is_transient(*s)).collect();
        assert_eq!(transient[..3], [408, 409, 429]);
        assert_eq!(transient[3..], (500..600).collect::<Vec<u16>>());
    }
}
