//! Request coalescing: callers that request the same thing at the same time
//! share one upstream call.
//!
//! A caller never gets the response of a call that started before its request, so
//! it always sees its own writes: while a call is in flight, later callers join
//! the pending one. That starts when the call before it has finished, or after
//! [`START_INTERVAL`]: a slow account delays callers only briefly, and a fast one is
//! not called more often than it responds. A call is cancelled when no caller waits
//! for it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};
use tokio::sync::Semaphore;

/// The most calls with one key that are in flight at the same time.
const MAX_IN_FLIGHT: usize = 8;
/// The longest time between the starts of two calls with one key when the
/// first has not finished. It is short beside a vendor's response time, and
/// long beside the time that building a list takes.
const START_INTERVAL: Duration = Duration::from_millis(10);

type Call<T> = Shared<BoxFuture<'static, T>>;
type WeakCall<T> = WeakShared<BoxFuture<'static, T>>;

/// Shares calls between callers with equal keys.
pub struct RequestCoalescer<K, T>(Arc<Mutex<Calls<K, T>>>);

struct Calls<K, T> {
    by_key: HashMap<K, KeyState<T>>,
    /// The number of the last call that was created.
    last_number: u64,
}

/// The calls with one key.
struct KeyState<T> {
    /// The call that later callers may still join, and its number.
    pending: Option<(u64, WeakCall<T>)>,
    /// Limits how many calls are in flight.
    in_flight: Arc<Semaphore>,
    /// Lets one call start at a time.
    start: Arc<Semaphore>,
}

impl<K, T> RequestCoalescer<K, T>
where
    K: Clone + Eq + Hash + Send + 'static,
    T: Clone + Send + Sync + 'static,
{
    /// Creates a coalescer without any calls.
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(Calls {
            by_key: HashMap::new(),
            last_number: 0,
        })))
    }

    /// Returns the result of the pending call with this key; where there is
    /// none, `make` makes one.
    pub async fn share<F>(&self, key: K, make: impl FnOnce() -> F) -> T
    where
        F: Future<Output = T> + Send + 'static,
    {
        self.join(key, make).await
    }

    fn join<F>(&self, key: K, make: impl FnOnce() -> F) -> Call<T>
    where
        F: Future<Output = T> + Send + 'static,
    {
        let mut calls = lock(&self.0);
        calls.last_number += 1;
        let number = calls.last_number;
        let state = calls.by_key.entry(key.clone()).or_insert_with(|| KeyState {
            pending: None,
            in_flight: Arc::new(Semaphore::new(MAX_IN_FLIGHT)),
            start: Arc::new(Semaphore::new(1)),
        });
        if let Some(call) = state.pending.as_ref().and_then(|(_, call)| call.upgrade()) {
            return call;
        }
        let work = make();
        let (in_flight, start) = (state.in_flight.clone(), state.start.clone());
        let entry = Entry {
            calls: self.0.clone(),
            key,
            number,
        };
        let call = async move {
            // The semaphores are never closed.
            let in_flight = in_flight.acquire_owned().await;
            let start = start.acquire_owned().await;
            // Callers that are ready now can still join.
            tokio::task::yield_now().await;
            entry.seal();
            let mut work = std::pin::pin!(work);
            let finished = tokio::time::timeout(START_INTERVAL, &mut work).await;
            drop(start);
            let result = match finished {
                Ok(result) => result,
                Err(_) => work.await,
            };
            drop(in_flight);
            drop(entry);
            result
        };
        let call = call.boxed().shared();
        state.pending = call.downgrade().map(|call| (number, call));
        call
    }
}

/// A call's entry in the map, removed when the call finishes or is cancelled.
/// It never holds the call itself: dropping the last reference to a call drops
/// its entry.
struct Entry<K: Eq + Hash, T> {
    calls: Arc<Mutex<Calls<K, T>>>,
    key: K,
    number: u64,
}

impl<K: Eq + Hash, T> Entry<K, T> {
    /// Closes the call to later callers.
    fn seal(&self) {
        if let Some(state) = lock(&self.calls).by_key.get_mut(&self.key) {
            state.pending.take_if(|(number, _)| *number == self.number);
        }
    }
}

impl<K: Eq + Hash, T> Drop for Entry<K, T> {
    fn drop(&mut self) {
        self.seal();
        let mut calls = lock(&self.calls);
        let is_idle = calls.by_key.get(&self.key).is_some_and(|state| {
            state.pending.is_none() && state.in_flight.available_permits() == MAX_IN_FLIGHT
        });
        if is_idle {
            calls.by_key.remove(&self.key);
        }
    }
}

/// Ignores poisoning: a panic leaves the map consistent.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::future::join_all;

    use super::*;

    const SLOW: Duration = Duration::from_secs(1);
    const FAST: Duration = Duration::from_millis(5);

    type Coalescer = RequestCoalescer<&'static str, usize>;

    /// Makes a slow call; its result is how many were made so far.
    async fn call(coalescer: &Coalescer, made: &Arc<AtomicUsize>) -> usize {
        call_for(coalescer, made, SLOW).await
    }

    async fn call_for(coalescer: &Coalescer, made: &Arc<AtomicUsize>, time: Duration) -> usize {
        let made = made.clone();
        let make = || async move {
            let number = made.fetch_add(1, Ordering::SeqCst) + 1;
            tokio::time::sleep(time).await;
            number
        };
        coalescer.share("jobs", make).await
    }

    #[tokio::test(start_paused = true)]
    async fn later_callers_share_the_pending_call() {
        let (coalescer, made) = (Coalescer::new(), Arc::default());
        let start = tokio::time::Instant::now();
        let late = |after: u64, time| {
            let (coalescer, made) = (&coalescer, &made);
            async move {
                tokio::time::sleep(Duration::from_millis(after)).await;
                (call_for(coalescer, made, time).await, start.elapsed())
            }
        };
        let results = join_all([0, 1, 2, 3].map(|at| late(at, FAST))).await;
        // A fast call is followed by the next one as soon as it has finished.
        assert_eq!(
            results.iter().map(|r| r.0).collect::<Vec<_>>(),
            [1, 2, 2, 2]
        );
        assert!(results[3].1 < 3 * FAST, "{results:?}");
        assert!(lock(&coalescer.0).by_key.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_call_delays_others_only_briefly() {
        let (coalescer, made) = (Coalescer::new(), Arc::default());
        let late = |after: u64| {
            let (coalescer, made) = (&coalescer, &made);
            async move {
                tokio::time::sleep(Duration::from_millis(after)).await;
                let start = tokio::time::Instant::now();
                (call(coalescer, made).await, start.elapsed())
            }
        };
        let results = join_all((0..200).map(late)).await;
        let made = made.load(Ordering::SeqCst);
        assert!((MAX_IN_FLIGHT..=20).contains(&made), "{made}");
        for (number, waited) in &results[..60] {
            assert!(*waited <= SLOW + 2 * START_INTERVAL, "{number} {waited:?}");
        }
        assert!(lock(&coalescer.0).by_key.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn consecutive_calls_are_not_shared() {
        let (coalescer, made) = (Coalescer::new(), Arc::default());
        for number in 1..4 {
            assert_eq!(call(&coalescer, &made).await, number);
        }
        assert!(lock(&coalescer.0).by_key.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancelled_caller_does_not_delay_others() {
        let (coalescer, made) = (Coalescer::new(), Arc::default());
        let brief = Duration::from_millis(10);
        for _ in 0..5 {
            let left = tokio::time::timeout(brief, call(&coalescer, &made)).await;
            assert!(left.is_err());
        }
        // One of several callers leaves before the call finishes.
        let start = tokio::time::Instant::now();
        let leaves = tokio::time::timeout(brief, call(&coalescer, &made));
        let others = join_all((0..3).map(|_| call(&coalescer, &made)));
        let (left, others) = tokio::join!(leaves, others);
        assert!(left.is_err());
        assert!(others.iter().all(|number| *number > 5), "{others:?}");
        assert!(start.elapsed() <= SLOW + 2 * START_INTERVAL);
        assert!(lock(&coalescer.0).by_key.is_empty());
    }
}
