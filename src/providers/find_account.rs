//! Finds the account that an id belongs to.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::backend::{IdKind, Recognition};
use super::{Account, JobRef, Operation, Providers, Reply};
use crate::unify::Job;
use crate::{Error, ErrorKind};

/// How long to wait for the other accounts once one has the id: enough to
/// notice that two accounts have it, and too short to be noticed.
const OTHERS: Duration = Duration::from_millis(100);

/// How long others are waited for where it has to be sure whose an id is: one
/// that hangs must not take all of a caller's time.
const SURE: Duration = Duration::from_secs(10);

/// How sure it has to be whose an id is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Certainty {
    /// The first account that has it is enough, because nothing is changed.
    First,
    /// All accounts must have responded before a change.
    All,
}

/// A call to one account. A trait object, because the search would otherwise be compiled for
/// each operation and each type that a job's reference is made from.
type Call<'c, 'a, T> = &'c (dyn Fn(&'a Account) -> Reply<'a, T> + Sync);

impl Providers {
    /// Finds a job and its account.
    pub(super) async fn find<'a>(&'a self, job: &'a JobRef) -> Result<(&'a Account, Job), Error> {
        self.search(job, IdKind::Job, Certainty::First, &|account| {
            Box::pin(account.job(&job.id))
        })
        .await
    }

    /// Finds a job, and one of the accounts that have it.
    pub(super) async fn find_any<'a>(
        &'a self,
        job: &'a JobRef,
    ) -> Result<(&'a Account, Job), Error> {
        let call = |account: &'a Account| -> Reply<'a, Job> { Box::pin(account.job(&job.id)) };
        let search = self.call_candidates(job, IdKind::Job, Certainty::First, &call);
        let mut search = search.await?;
        match search.found.pop() {
            Some(found) => Ok(found),
            None => search.outcome(&job.id),
        }
    }

    /// Finds the item with an id, and its account.
    pub(super) async fn search<'a, T>(
        &'a self,
        wanted: &'a JobRef,
        kind: IdKind,
        certainty: Certainty,
        call: Call<'_, 'a, T>,
    ) -> Result<(&'a Account, T), Error> {
        let search = self.call_candidates(wanted, kind, certainty, call).await?;
        search.outcome(&wanted.id)
    }

    /// Makes a call at the accounts that can have an id, until one has it.
    async fn call_candidates<'a, T>(
        &'a self,
        wanted: &'a JobRef,
        kind: IdKind,
        certainty: Certainty,
        call: Call<'_, 'a, T>,
    ) -> Result<Search<'a, T>, Error> {
        let mut search = Search::new(kind, certainty);
        let accounts = self.accounts().iter();
        search.unusable = accounts
            .filter(|account| account.ensure_usable().is_err())
            .collect();
        for accounts in self.candidates(wanted, kind)? {
            search.call(&accounts, call).await;
            if !search.found.is_empty() || !search.failed.is_empty() {
                break;
            }
        }
        Ok(search)
    }

    /// Makes a call at the account that an id belongs to. If only one account
    /// can have it, no search is needed.
    pub(super) async fn at_owner<'a, T>(
        &'a self,
        wanted: &'a JobRef,
        kind: IdKind,
        certainty: Certainty,
        call: Call<'_, 'a, T>,
    ) -> Result<T, Error> {
        let (account, others) = self.likely_owner(wanted, kind, certainty).await?;
        let error = match call(account).await {
            Err(error) if error.is_not_found() => error,
            outcome => return outcome,
        };
        let owner = self.owner_among(&others, wanted, kind, certainty, error);
        call(owner.await?).await
    }

    /// Returns the account to call first, and those that can have the id if it has not.
    async fn likely_owner<'a>(
        &'a self,
        wanted: &'a JobRef,
        kind: IdKind,
        certainty: Certainty,
    ) -> Result<(&'a Account, Vec<Vec<&'a Account>>), Error> {
        let mut candidates = self.candidates(wanted, kind)?.into_iter();
        let Some(likely) = candidates.next() else {
            return Err(self.no_account());
        };
        if let [account] = likely.as_slice() {
            return Ok((account, candidates.collect()));
        }
        let has_id = |account| has_id(account, kind, &wanted.id);
        let (account, ()) = self.search(wanted, kind, certainty, &has_id).await?;
        Ok((account, Vec::new()))
    }

    /// Finds the account of an id where the likely one does not have it.
    ///
    /// # Errors
    ///
    /// `error`, which the likely one returned; or several accounts have the id.
    async fn owner_among<'a>(
        &'a self,
        others: &[Vec<&'a Account>],
        wanted: &'a JobRef,
        kind: IdKind,
        certainty: Certainty,
        error: Error,
    ) -> Result<&'a Account, Error> {
        let has_id = |account| has_id(account, kind, &wanted.id);
        let mut search = Search::new(kind, certainty);
        for accounts in others {
            search.call(accounts, &has_id).await;
            if !search.found.is_empty() {
                break;
            }
        }
        match search.outcome(&wanted.id) {
            Ok((account, ())) => Ok(account),
            Err(ambiguous) if ambiguous.kind() == ErrorKind::Ambiguous => Err(ambiguous),
            Err(_) => Err(error),
        }
    }

    /// Returns the usable accounts that can have an id, the likeliest first: those
    /// whose vendor has ids of this form, those for which the form does not
    /// decide it, and the others, because a gateway has ids of any vendor.
    fn candidates(&self, wanted: &JobRef, kind: IdKind) -> Result<Vec<Vec<&Account>>, Error> {
        if wanted.id.is_empty() {
            let what = match kind {
                IdKind::Job => "the id of the job is empty",
                IdKind::File => "the id of the file is empty",
            };
            return Err(Error::new(ErrorKind::InvalidRequest, what));
        }
        if self.accounts().is_empty() {
            return Err(self.no_account());
        }
        if let Some(name) = &wanted.account {
            return self.named(name).map(|account| vec![vec![account]]);
        }
        // An account that has no such things cannot have this one.
        let operation = match kind {
            IdKind::Job => Operation::Retrieve,
            IdKind::File => Operation::RetrieveFile,
        };
        let accounts = self.accounts().iter();
        let able: Vec<_> = accounts
            .filter(|account| account.support(operation).is_supported())
            .collect();
        let usable: Vec<_> = able
            .iter()
            .copied()
            .filter(|account| account.ensure_usable().is_ok())
            .collect();
        // Where none can be used, the first one's error says why.
        let able = if usable.is_empty() { able } else { usable };
        if let (true, Some(first)) = (able.is_empty(), self.accounts().first()) {
            first.check(operation)?;
        }
        let tiers = [Recognition::Yes, Recognition::Maybe, Recognition::No];
        let tiers = tiers.into_iter().map(|recognition| {
            let accounts = able.iter().copied();
            let of_tier = |a: &&Account| a.recognize(&wanted.id, kind) == recognition;
            accounts.filter(of_tier).collect::<Vec<_>>()
        });
        Ok(tiers.filter(|accounts| !accounts.is_empty()).collect())
    }

    pub(super) fn no_account(&self) -> Error {
        Error::new(ErrorKind::Config, "no account is configured")
    }
}

/// Succeeds if an account has an id.
fn has_id<'a>(account: &'a Account, kind: IdKind, id: &'a str) -> Reply<'a, ()> {
    match kind {
        IdKind::Job => Box::pin(async move { account.job(id).await.map(|_| ()) }),
        IdKind::File => Box::pin(async move { account.file(id).await.map(|_| ()) }),
    }
}

/// The responses of the accounts to the same request.
struct Search<'a, T> {
    kind: IdKind,
    certainty: Certainty,
    /// Accounts that are not asked.
    unusable: Vec<&'a Account>,
    called: Vec<&'a Account>,
    found: Vec<(&'a Account, T)>,
    missing: Option<Error>,
    failed: Vec<Error>,
}

impl<'a, T> Search<'a, T> {
    fn new(kind: IdKind, certainty: Certainty) -> Self {
        Self {
            kind,
            certainty,
            unusable: Vec::new(),
            called: Vec::new(),
            found: Vec::new(),
            missing: None,
            failed: Vec::new(),
        }
    }

    async fn call(&mut self, accounts: &[&'a Account], call: Call<'_, 'a, T>) {
        self.called.extend(accounts);
        let calls = accounts.iter().map(|account| {
            let (account, reply) = (*account, call(account));
            async move { (account, reply.await) }
        });
        let mut answers: FuturesUnordered<_> = calls.collect();
        let mut silent = accounts.to_vec();
        let mut take = |search: &mut Self, account: &'a Account, answer| {
            silent.retain(|other| other.name() != account.name());
            search.take(account, answer);
        };
        while let Some((account, answer)) = answers.next().await {
            take(self, account, answer);
            if !self.found.is_empty() {
                break;
            }
        }
        // Time passes on the network here, whatever clock a client goes by.
        let wait = match self.certainty {
            Certainty::First => OTHERS,
            Certainty::All => SURE,
        };
        let others = async {
            while let Some((account, answer)) = answers.next().await {
                take(self, account, answer);
            }
        };
        let is_late = tokio::time::timeout(wait, others).await.is_err();
        // Who only reads does not need the others.
        if is_late && self.certainty == Certainty::All {
            let late = silent.into_iter().map(|account| {
                let message = format!("did not answer within {wait:?}");
                Error::new(ErrorKind::Timeout, message).at_account(account.name())
            });
            self.failed.extend(late);
        }
    }

    fn take(&mut self, account: &'a Account, answer: Result<T, Error>) {
        match answer {
            Ok(found) => self.found.push((account, found)),
            Err(error) if error.is_not_found() => self.missing = Some(error),
            Err(error) => self.failed.push(error),
        }
    }

    fn outcome(mut self, id: &str) -> Result<(&'a Account, T), Error> {
        let found: Vec<&Account> = self.found.iter().map(|(account, _)| *account).collect();
        let responses = Responses {
            kind: self.kind,
            certainty: self.certainty,
            unusable: &self.unusable,
            called: &self.called,
            found: &found,
        };
        match responses.problem(id, self.failed.pop(), self.missing) {
            Some(error) => Err(error),
            None => self.found.pop().ok_or_else(|| responses.not_found(id)),
        }
    }
}

/// The accounts that were called, and those that have the id.
struct Responses<'r> {
    kind: IdKind,
    certainty: Certainty,
    unusable: &'r [&'r Account],
    called: &'r [&'r Account],
    found: &'r [&'r Account],
}

impl Responses<'_> {
    fn what(&self) -> &'static str {
        match self.kind {
            IdKind::Job => "job",
            IdKind::File => "file",
        }
    }

    /// Returns why no account is the one that has the id; `None` if one is.
    fn problem(&self, id: &str, failed: Option<Error>, missing: Option<Error>) -> Option<Error> {
        let what = self.what();
        if self.found.len() > 1 {
            let called = self.called.iter().map(|account| account.name());
            let found = called.filter(|name| self.found.iter().any(|found| found.name() == *name));
            let found: Vec<&str> = found.collect();
            return Some(Error::new(
                ErrorKind::Ambiguous,
                format!(
                    "several accounts have the {what} {id}: {}; name one of them",
                    found.join(", ")
                ),
            ));
        }
        let is_alone = self.called.len() == 1 && self.unusable.is_empty();
        match (self.found.first(), failed, missing) {
            (Some(_), None, _) => None,
            (Some(_), Some(_), _) if self.certainty == Certainty::First => None,
            (Some(account), Some(error), _) => Some(
                Error::new(
                    ErrorKind::Ambiguous,
                    format!(
                        "{} has the {what} {id}, but {} could not be asked and may have it too; name \
                         the account",
                        account.name(),
                        error.account().unwrap_or("another account")
                    ),
                )
                .because(error),
            ),
            // With a single account, its own error is complete.
            (None, Some(error), _) => Some(error),
            (None, None, Some(error)) if is_alone => Some(error),
            (None, None, _) => Some(self.not_found(id)),
        }
    }

    fn not_found(&self, id: &str) -> Error {
        let names = |accounts: &[&Account]| {
            let names: Vec<&str> = accounts.iter().map(|account| account.name()).collect();
            names.join(", ")
        };
        let not_asked = match self.unusable {
            [] => String::new(),
            unusable => format!("; not asked, because not usable: {}", names(unusable)),
        };
        Error::not_found(format!(
            "not found: no account has a {} {id:?}; accounts: {}{not_asked}",
            self.what(),
            names(self.called),
        ))
    }
}
