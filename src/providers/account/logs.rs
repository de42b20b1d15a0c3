//! What jobs of one account leave behind: events and checkpoints.

use super::{Account, Client};
use crate::Error;
#[cfg(feature = "together")]
use crate::ErrorKind;
#[cfg(feature = "openai")]
use crate::openai;
#[cfg(any(feature = "openai", feature = "together"))]
use crate::providers::Warning;
#[cfg(feature = "openai")]
use crate::providers::page::Walk;
use crate::providers::{Listing, PageQuery};
#[cfg(any(feature = "openai", feature = "together"))]
use crate::unify::Unify;
#[cfg(feature = "together")]
use crate::unify::together::{JobCheckpoint, events_in_log, successor};
use crate::unify::{Checkpoint, Event, Operation};
#[cfg(any(feature = "openai", feature = "together"))]
use crate::wire::{Item, LenientList};

impl Account {
    /// A job's log, newest first.
    pub(in crate::providers) async fn events(
        &self,
        job: &str,
        query: &PageQuery,
    ) -> Result<Listing<Event>, Error> {
        self.check(Operation::Events)?;
        let mut listing = Listing::default();
        match &self.client {
            #[cfg(feature = "openai")]
            Client::OpenAi(client) => {
                let mut walk = Walk::new(query);
                while let Some((after, limit)) = walk.next() {
                    let mut options = openai::ListJobEventsOptions::new().limit(limit);
                    options.after = after;
                    let page = client.list_job_events(job, options).await?.into_inner();
                    let (items, has_more) = (page.data.len(), page.has_more);
                    let events = self.sorted_out(page.data, &mut listing.warnings);
                    let last = events.last().map(|event| event.id.clone());
                    let context = self.context();
                    for event in events {
                        match event.unify(&context) {
                            Ok(event) => listing.data.push(event),
                            Err(error) => listing.warnings.push(self.unmapped(&error)),
                        }
                    }
                    listing.has_more = has_more;
                    walk.took(items, last, has_more);
                }
                Ok(listing)
            }
            #[cfg(feature = "together")]
            Client::Together(client) => {
                let log = client.list_job_events(job).await?.into_inner();
                let events = self.sorted_out(log.data, &mut listing.warnings);
                for event in events_in_log(job, events).rev() {
                    match event.unify(&self.context()) {
                        Ok(event) => listing.data.push(event),
                        Err(error) => listing.warnings.push(self.unmapped(&error)),
                    }
                }
                let listing = listing.cut(query, |event| &event.id);
                listing.ok_or_else(|| self.nothing_after(query))
            }
            Client::TrueFoundry(_) => Ok(listing),
        }
    }

    /// The job that a failed job goes on as, if its log tells of one.
    pub(in crate::providers) async fn successor(&self, job: &str) -> Result<Option<String>, Error> {
        match &self.client {
            #[cfg(feature = "together")]
            Client::Together(client) => {
                let log = client.list_job_events(job).await?.into_inner();
                Ok(successor(job, log.data.ok()))
            }
            // Nobody else restarts jobs under other ids.
            _ => Ok(None),
        }
    }

    /// A job's checkpoints, newest first.
    pub(in crate::providers) async fn checkpoints(
        &self,
        job: &str,
        query: &PageQuery,
    ) -> Result<Listing<Checkpoint>, Error> {
        self.check(Operation::Checkpoints)?;
        let mut listing = Listing::default();
        match &self.client {
            #[cfg(feature = "openai")]
            Client::OpenAi(client) => {
                let mut walk = Walk::new(query);
                while let Some((after, limit)) = walk.next() {
                    let mut options = openai::ListJobCheckpointsOptions::new().limit(limit);
                    options.after = after;
                    let page = client.list_job_checkpoints(job, options).await?;
                    let page = page.into_inner();
                    let (items, has_more) = (page.data.len(), page.has_more);
                    let checkpoints = self.sorted_out(page.data, &mut listing.warnings);
                    let last = checkpoints.last().map(|checkpoint| checkpoint.id.clone());
                    let context = self.context();
                    for checkpoint in checkpoints {
                        match checkpoint.unify(&context) {
                            Ok(checkpoint) => listing.data.push(checkpoint),
                            Err(error) => listing.warnings.push(self.unmapped(&error)),
                        }
                    }
                    listing.has_more = has_more;
                    walk.took(items, last, has_more);
                }
                Ok(listing)
            }
            #[cfg(feature = "together")]
            Client::Together(client) => {
                let list = client.list_job_checkpoints(job).await?.into_inner();
                let checkpoints = self.sorted_out(list.data, &mut listing.warnings);
                for checkpoint in checkpoints {
                    match (JobCheckpoint { job, checkpoint }).unify(&self.context()) {
                        Ok(checkpoint) => listing.data.push(checkpoint),
                        Err(error) => listing.warnings.push(self.unmapped(&error)),
                    }
                }
                let newest_first =
                    |c: &Checkpoint| (std::cmp::Reverse(c.step_number), c.id.clone());
                listing.data.sort_by_key(newest_first);
                let listing = listing.cut(query, |checkpoint| &checkpoint.id);
                listing.ok_or_else(|| self.nothing_after(query))
            }
            Client::TrueFoundry(_) => Ok(listing),
        }
    }

    /// What decoded; the rest becomes warnings.
    #[cfg(any(feature = "openai", feature = "together"))]
    fn sorted_out<T>(&self, items: LenientList<T>, warnings: &mut Vec<Warning>) -> Vec<T> {
        let mut good = Vec::with_capacity(items.len());
        for item in items {
            match item {
                Item::Ok(item) => good.push(item),
                Item::Malformed(bad) => {
                    let id = bad.id().map(str::to_owned);
                    let warning =
                        Warning::item(&self.name, id.as_deref(), bad.reason, Some(bad.raw));
                    warnings.push(warning);
                }
            }
        }
        good
    }

    #[cfg(any(feature = "openai", feature = "together"))]
    fn unmapped(&self, error: &crate::unify::MappingError) -> Warning {
        Warning::item(&self.name, error.id(), error.to_string(), None)
    }

    #[cfg(feature = "together")]
    fn nothing_after(&self, query: &PageQuery) -> Error {
        let after = query.after.as_deref().unwrap_or_default();
        Error::new(ErrorKind::NotFound, format!("{after:?} is not in the log"))
            .at_account(&self.name)
    }
}
