//! Callers that ask the same thing at the same time share one answer.
//!
//! Nobody is given an answer that was begun before the question came: whoever
//! comes while a flight is under way boards the next one. That leaves when the
//! one before it has arrived, or has been under way for a moment: so nobody
//! waits long for a slow account, and a fast one is not asked more often than
//! it answers. What a caller has just done is therefore always seen. A flight
//! goes on as long as anybody waits for it, and ends when nobody does.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};
use tokio::sync::Semaphore;

/// Flights to one place that may be under way at the same time.
const UNDER_WAY: usize = 8;
/// How long a flight has the sky for itself. It is small beside the time that
/// a vendor takes to answer, and large beside that of making a list of it.
const HEADWAY: Duration = Duration::from_millis(10);

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
    /// Who may be under way.
    sky: Arc<Semaphore>,
    /// Who leaves next.
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
            sky: Arc::new(Semaphore::new(UNDER_WAY)),
            runway: Arc::new(Semaphore::new(1)),
        });
        if let Some(flight) = gate.boarding.as_ref().and_then(|(_, f)| f.upgrade()) {
            return flight;
        }
        let asked = ask();
        let (sky, runway) = (gate.sky.clone(), gate.runway.clone());
        let left = Left {
            gates: self.0.clone(),
            key,
            number,
        };
        let flight = async move {
            // The semaphores are never closed.
            let place = sky.acquire_owned().await;
            let turn = runway.acquire_owned().await;
            // Whoever has come by now comes along.
            tokio::task::yield_now().await;
            left.doors_close();
            let mut asked = std::pin::pin!(asked);
            let soon = tokio::time::timeout(HEADWAY, &mut asked).await;
            drop(turn);
            let answer = match soon {
                Ok(answer) => answer,
                Err(_) => asked.await,
            };
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
            gate.boarding.is_none() && gate.sky.available_permits() == UNDER_WAY
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

    use futures_util::future::join_all;

    use super::*;

    const SLOW: Duration = Duration::from_secs(1);
    const FAST: Duration = Duration::from_millis(5);

    /// Asks a slow question that counts how often it was asked.
    async fn ask(flights: &Flights<&'static str, usize>, asked: &Arc<AtomicUsize>) -> usize {
        ask_for(flights, asked, SLOW).await
    }

    async fn ask_for(
        flights: &Flights<&'static str, usize>,
        asked: &Arc<AtomicUsize>,
        time: Duration,
    ) -> usize {
        let asked = asked.clone();
        let question = || async move {
            let number = asked.fetch_add(1, Ordering::SeqCst) + 1;
            tokio::time::sleep(time).await;
            number
        };
        flights.share("jobs", question).await
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_come_while_others_fly_take_the_next_one() {
        let (flights, asked) = (Flights::new(), Arc::default());
        let start = tokio::time::Instant::now();
        let late = |after: u64, time| {
            let (flights, asked) = (&flights, &asked);
            async move {
                tokio::time::sleep(Duration::from_millis(after)).await;
                (ask_for(flights, asked, time).await, start.elapsed())
            }
        };
        let answers = join_all([0, 1, 2, 3].map(|at| late(at, FAST))).await;
        // Where answers are fast, the next one leaves when the first arrives.
        assert_eq!(
            answers.iter().map(|a| a.0).collect::<Vec<_>>(),
            [1, 2, 2, 2]
        );
        assert!(answers[3].1 < 3 * FAST, "{answers:?}");
        assert!(lock(&flights.0).by_key.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_long_for_a_slow_one() {
        let (flights, asked) = (Flights::new(), Arc::default());
        let late = |after: u64| {
            let (flights, asked) = (&flights, &asked);
            async move {
                tokio::time::sleep(Duration::from_millis(after)).await;
                let start = tokio::time::Instant::now();
                (ask(flights, asked).await, start.elapsed())
            }
        };
        let answers = join_all((0..200).map(late)).await;
        let asked = asked.load(Ordering::SeqCst);
        assert!((UNDER_WAY..=20).contains(&asked), "{asked}");
        for (number, waited) in &answers[..60] {
            assert!(*waited <= SLOW + 2 * HEADWAY, "{number} {waited:?}");
        }
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
        // One of them leaves on the way.
        let start = tokio::time::Instant::now();
        let gives_up = tokio::time::timeout(brief, ask(&flights, &asked));
        let others = join_all((0..3).map(|_| ask(&flights, &asked)));
        let (given_up, others) = tokio::join!(gives_up, others);
        assert!(given_up.is_err());
        assert!(others.iter().all(|number| *number > 5), "{others:?}");
        assert!(start.elapsed() <= SLOW + 2 * HEADWAY);
        assert!(lock(&flights.0).by_key.is_empty());
    }
}
