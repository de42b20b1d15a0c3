//! Work that several threads do, with results in the order of the input.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::error::Error;

/// Calls `next` until there is nothing left, has each input worked on by one of
/// `threads`, and gives the results to `collect` in the order of the inputs. At
/// most two inputs for each thread are in memory.
pub(crate) fn in_order<I: Send, O: Send, W: FnMut(I) -> O>(
    threads: usize,
    mut next: impl FnMut() -> Result<Option<I>, Error>,
    worker: impl Fn() -> W + Sync,
    mut collect: impl FnMut(O) -> Result<(), Error>,
) -> Result<(), Error> {
    if threads == 1 {
        let mut work = worker();
        while let Some(input) = next()? {
            collect(work(input))?;
        }
        return Ok(());
    }
    thread::scope(|scope| {
        let (inputs, to_do) = sync_channel::<(u64, I)>(threads);
        let to_do = Arc::new(Mutex::new(to_do));
        let (done, results) = sync_channel::<(u64, thread::Result<O>)>(threads);
        for _ in 0..threads {
            let (to_do, done, worker) = (Arc::clone(&to_do), done.clone(), &worker);
            scope.spawn(move || work_on(&to_do, &done, worker()));
        }
        drop(done);
        feed(threads as u64, inputs, &results, &mut next, &mut collect)
    })
}

fn work_on<I, O>(
    to_do: &Mutex<Receiver<(u64, I)>>,
    done: &SyncSender<(u64, thread::Result<O>)>,
    mut work: impl FnMut(I) -> O,
) {
    loop {
        // Nothing can panic while it is locked.
        let input = to_do.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((number, input)) = input else {
            return;
        };
        // A result that never came would be waited for: a panic is one too.
        let result = catch_unwind(AssertUnwindSafe(|| work(input)));
        if done.send((number, result)).is_err() {
            return;
        }
    }
}

/// Reads and collects on the caller's thread. When it returns, the channels
/// close, and the threads end.
fn feed<I, O>(
    threads: u64,
    inputs: SyncSender<(u64, I)>,
    results: &Receiver<(u64, thread::Result<O>)>,
    next: &mut impl FnMut() -> Result<Option<I>, Error>,
    collect: &mut impl FnMut(O) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut waiting = BTreeMap::new();
    let (mut sent, mut collected) = (0, 0);
    let mut is_at_end = false;
    loop {
        // No more than the channels hold: sending never blocks.
        while !is_at_end && sent - collected < threads * 2 {
            match next()? {
                Some(input) => {
                    if inputs.send((sent, input)).is_err() {
                        return Ok(());
                    }
                    sent += 1;
                }
                None => is_at_end = true,
            }
        }
        if sent == collected {
            return Ok(());
        }
        let Ok((number, result)) = results.recv() else {
            return Ok(());
        };
        waiting.insert(number, result.unwrap_or_else(|panic| resume_unwind(panic)));
        while let Some(result) = waiting.remove(&collected) {
            collect(result)?;
            collected += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_and_errors_end_it() {
        for threads in [1, 2, 7] {
            let mut inputs = 0..1000_u64;
            let mut found = Vec::new();
            let worker = || {
                |n: u64| {
                    if n.is_multiple_of(7) {
                        thread::yield_now();
                    }
                    n * 2
                }
            };
            let collected = in_order(
                threads,
                || Ok(inputs.next()),
                worker,
                |n| {
                    found.push(n);
                    Ok(())
                },
            );
            assert!(collected.is_ok());
            assert_eq!(found, (0..1000).map(|n| n * 2).collect::<Vec<_>>());
            let mut inputs = 0..1000_u64;
            let stopped = in_order(
                threads,
                || Ok(inputs.next()),
                worker,
                |n| match n {
                    20 => Err(Error::Cancelled),
                    _ => Ok(()),
                },
            );
            assert!(matches!(stopped, Err(Error::Cancelled)));
        }
    }
}
