//! The limit on how long a list waits for one of its accounts.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::{Error, ErrorKind};

/// A limit on how long a list over several accounts waits until the list of one of
/// them goes on: an account that takes longer, be it for one page or for many, is
/// given up once another one has returned its list. Clones share this state.
#[derive(Clone, Debug)]
pub(super) struct AccountWait {
    wait: Duration,
    answered: Arc<watch::Sender<bool>>,
    /// How long the list was not read, in nanoseconds: no account is slow then.
    paused: Arc<AtomicU64>,
}

impl AccountWait {
    /// Creates a limit; `None` where nothing is limited: a single account has
    /// as much time as its own timeouts allow.
    pub(super) fn new(wait: Option<Duration>, accounts: usize) -> Option<Self> {
        let wait = wait.filter(|_| accounts > 1)?;
        let answered = Arc::new(watch::Sender::new(false));
        Some(Self {
            wait,
            answered,
            paused: Arc::default(),
        })
    }

    /// Notes how long the list was not read.
    pub(super) fn note_pause(&self, pause: Duration) {
        let pause = u64::try_from(pause.as_nanos()).unwrap_or(u64::MAX);
        self.paused.fetch_add(pause, Ordering::Relaxed);
    }

    /// Returns the time on a clock that stands still while the list is not read.
    pub(super) fn now(&self) -> Instant {
        let now = Instant::now();
        let paused = Duration::from_nanos(self.paused.load(Ordering::Relaxed));
        now.checked_sub(paused).unwrap_or(now)
    }

    /// Waits for an account's response. The time began before, where the response
    /// is not the first that is waited for; it is one of [`Self::now`].
    ///
    /// # Errors
    ///
    /// Of kind [`ErrorKind::Timeout`]: the time is over, and an account has
    /// returned something. Where the others have only failed, a slow one is all
    /// that there is.
    pub(super) async fn bound<T>(
        &self,
        account: &str,
        since: Instant,
        reply: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let mut answered = self.answered.subscribe();
        // The machine's clock, and not the client's: this is time on the network.
        let over = async {
            // No clock goes further than the end of a wait that is as good as endless.
            let Some(end) = since.checked_add(self.wait) else {
                return std::future::pending().await;
            };
            loop {
                let left = end.saturating_duration_since(self.now());
                if left.is_zero() {
                    break;
                }
                tokio::time::sleep(left).await;
            }
            // The sender lives as long as `self`.
            let _ = answered.wait_for(|answered| *answered).await;
        };
        match select(pin!(reply), pin!(over)).await {
            Either::Left((reply, _)) => {
                if reply.is_ok() {
                    self.answered.send_replace(true);
                }
                reply
            }
            Either::Right(_) => {
                let message = format!(
                    "not finished within {:?}, while other accounts responded",
                    self.wait
                );
                Err(Error::new(ErrorKind::Timeout, message).at_account(account))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[tokio::test]
    async fn an_account_is_given_up_once_another_has_answered() {
        let wait = AccountWait::new(Some(Duration::from_millis(10)), 2).unwrap();
        let hangs = || wait.bound("slow", Instant::now(), pending::<Result<(), Error>>());
        // No account has responded: there is nothing to show without it.
        let hanging = tokio::time::timeout(Duration::from_millis(100), hangs());
        assert!(hanging.await.is_err());
        let failed = Error::new(ErrorKind::Config, "no key");
        let failed = wait.bound("failed", Instant::now(), ready(Err::<(), _>(failed)));
        assert!(failed.await.is_err());
        let hanging = tokio::time::timeout(Duration::from_millis(100), hangs());
        assert!(hanging.await.is_err());
        wait.bound("fast", Instant::now(), ready(Ok(())))
            .await
            .unwrap();
        let error = hangs().await.unwrap_err();
        assert_eq!((error.account(), error.is_timeout()), (Some("slow"), true));
    }

    #[tokio::test]
    async fn an_account_is_not_slow_while_nobody_reads() {
        let wait = AccountWait::new(Some(Duration::from_millis(10)), 2).unwrap();
        let since = wait.now();
        wait.bound("fast", since, ready(Ok(()))).await.unwrap();
        let slow = async {
            tokio::time::sleep(Duration::from_millis(60)).await;
            Ok(())
        };
        wait.note_pause(Duration::from_secs(10));
        wait.bound("slow", since, slow).await.unwrap();
    }

    #[test]
    fn one_account_alone_is_not_bounded() {
        let wait = Some(Duration::from_secs(1));
        assert!(AccountWait::new(wait, 1).is_none() && AccountWait::new(None, 2).is_none());
    }
}
