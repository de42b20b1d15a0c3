//! Callers that ask the same thing at the same time share one answer.
//!
//! Nobody is given an answer that was begun before the question came: whoever
//! comes while a flight is under way boards the next one, which leaves when
//! there is room. What a caller has just done is therefore always seen. A
//! flight goes on as long as anybody waits for it, and ends when nobody does.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};
use tokio::sync::Semaphore;

/// Flights to one place that may be under way at the same time: the more
/// there are, the shorter the wait for the next one.
const UNDER_WAY: usize = 2;

type Flight<T> = Shared<BoxFuture<'static, T>>;

/// Flights by where they go.
pub struct Flights<K, T>(Arc<Mutex<Gates<K, T>>>);

struct Gates<K, T> {
    by_key: HashMap<K, Gate<T>>,
    /// How many flights there were: the number of the last one.
    flights: u64,
}

/// Where flights to one place leave from.
struct Gate<T> {
    /// The number of the flight that has not left yet, and the flight.
    boarding: Option<(u64, WeakShared<BoxFuture<'static, T>>)>,
    runway: Arc<Semaphore>,
}

impl<K, T> Flights<K, T>
where
    K: Clone + Eq + Hash + Send + 'static,
    T: Clone + Send + Sync + 'static,
{
    /// None under way.
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(Gates {
            by_key: HashMap::new(),
            flights: 0,
        })))
    }

    /// The answer to a question, asked by `ask` or by somebody with the same
    /// question that has not been asked yet.
    pub async fn share<F>(&self, key: K, ask: impl FnOnce() -> F) -> T
    where
        F: Future<Output = T> + Send + 'static,
    {
        self.board(key, ask).await
    }

    fn board<F>(&self, key: K, ask: impl FnOnce() -> F) -> Flight<T>
    where
        F: Future<Output = T> + Send + 'static,
    {
        let mut gates = lock(&self.0);
        gates.flights += 1;
        let number = gates.flights;
        let gate = gates.by_key.entry(key.clone()).or_insert_with(|| Gate {
            boarding: None,
            runway: Arc::new(Semaphore::new(UNDER_WAY)),
        });
        if let Some(flight) = gate.boarding.as_ref().and_then(|(_, f)| f.upgrade()) {
            return flight;
        }
        let asked = ask();
        let runway = gate.runway.clone();
        let left = Left {
            gates: self.0.clone(),
            key,
            number,
        };
        let flight = async move {
            // The semaphore is never closed.
            let place = runway.acquire_owned().await;
            left.doors_close();
            let answer = asked.await;
            drop(place);
            drop(left);
            answer
        };
        let flight = flight.boxed().shared();
        gate.boarding = flight.downgrade().map(|flight| (number, flight));
        flight
    }
}

/// Clears up behind a flight, whether it arrives or is given up. It never
/// holds a flight itself: dropping the last hold on one ends up here again.
struct Left<K: Eq + Hash, T> {
    gates: Arc<Mutex<Gates<K, T>>>,
    key: K,
    number: u64,
}

impl<K: Eq + Hash, T> Left<K, T> {
    /// From now on whoever comes boards the next flight.
    fn doors_close(&self) {
        if let Some(gate) = lock(&self.gates).by_key.get_mut(&self.key) {
            gate.boarding.take_if(|(number, _)| *number == self.number);
        }
    }
}

impl<K: Eq + Hash, T> Drop for Left<K, T> {
    fn drop(&mut self) {
        self.doors_close();
        let mut gates = lock(&self.gates);
        let is_idle = gates.by_key.get(&self.key).is_some_and(|gate| {
            gate.boarding.is_none() && gate.runway.available_permits() == UNDER_WAY
        });
        if is_idle {
            gates.by_key.remove(&self.key);
        }
    }
}

/// Whoever panicked left the map as it was between two statements.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use futures_util::future::join_all;

    use super::*;

    /// Asks a slow question that counts how often it was asked.
    async fn ask(flights: &Flights<&'static str, usize>, asked: &Arc<AtomicUsize>) -> usize {
        let asked = asked.clone();
        let question = || async move {
            let number = asked.fetch_add(1, Ordering::SeqCst) + 1;
            tokio::time::sleep(Duration::from_secs(1)).await;
            number
        };
        flights.share("jobs", question).await
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_come_while_others_fly_take_the_next_one() {
        let (flights, asked) = (Flights::new(), Arc::default());
        let all = (0..10).map(|_| ask(&flights, &asked));
        let answers = join_all(all).await;
        // Two leave at once, and all others together when the first arrives.
        assert_eq!(answers[..2], [1, 2]);
        assert!(
            answers[2..].iter().all(|answer| *answer == 3),
            "{answers:?}"
        );
        assert!(lock(&flights.0).by_key.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn one_after_the_other_nothing_is_shared() {
        let (flights, asked) = (Flights::new(), Arc::default());
        for number in 1..4 {
            assert_eq!(ask(&flights, &asked).await, number);
        }
        assert!(lock(&flights.0).by_key.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_holds_nobody_else_up() {
        let (flights, asked) = (Flights::new(), Arc::default());
        let brief = Duration::from_millis(10);
        for _ in 0..5 {
            let given_up = tokio::time::timeout(brief, ask(&flights, &asked)).await;
            assert!(given_up.is_err());
        }
        let first = ask(&flights, &asked);
        let second = ask(&flights, &asked);
        let third = tokio::time::timeout(brief, ask(&flights, &asked));
        let fourth = ask(&flights, &asked);
        let (first, second, third, fourth) = tokio::join!(first, second, third, fourth);
        assert_eq!((first, second, fourth), (6, 7, 8));
        assert!(third.is_err());
        assert!(lock(&flights.0).by_key.is_empty());
    }
}
