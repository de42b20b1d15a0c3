//! What a job says on its way, and what it leaves: events and checkpoints,
//! newest first, page by page.

use unitune::openai;
use unitune::providers::Client;
use unitune::unify::together::{JobCheckpoint, events_in_log};
use unitune::unify::{Checkpoint, Event, Operation, Unify};
use unitune::wire::{Item, LenientList};

use super::{Failed, Upstream, Warning};
use crate::params::Paging;

/// One page of a job's log or of its checkpoints.
#[derive(Debug)]
pub struct LogPage<T> {
    /// Newest first.
    pub items: Vec<T>,
    /// True when older ones follow.
    pub has_more: bool,
    /// What could not be read.
    pub warnings: Vec<Warning>,
}

impl Upstream {
    /// A page of a job's events.
    pub async fn events(&self, job: &str, paging: &Paging) -> Result<LogPage<Event>, Failed> {
        const CALL: &str = "listJobEvents";
        let context = self.context();
        match self.client() {
            Client::OpenAi(client) => {
                let mut options = openai::ListJobEventsOptions::new().limit(size(paging));
                options.after.clone_from(&paging.after);
                let page = self
                    .call(CALL, client.list_job_events(job, options))
                    .await?;
                let page = page.into_inner();
                let (items, warnings) = self.good(page.data);
                let events = items.into_iter().map(|e| self.unified(e.unify(&context)));
                Ok(LogPage {
                    items: events.collect::<Result<_, _>>()?,
                    has_more: page.has_more,
                    warnings,
                })
            }
            Client::Together(client) => {
                let log = self.call(CALL, client.list_job_events(job)).await?;
                let (items, mut warnings) = self.good(log.into_inner().data);
                let mut events = Vec::with_capacity(items.len());
                for event in events_in_log(job, items) {
                    match event.unify(&context) {
                        Ok(event) => events.push(event),
                        Err(error) => warnings.push(self.warning(None, error.to_string())),
                    }
                }
                // The log's order, turned round: places in it are the ids.
                events.reverse();
                Ok(cut(events, warnings, paging, |event| &event.id))
            }
            _ => Err(self.unsupported(Operation::Events)),
        }
    }

    /// A page of a job's checkpoints.
    pub async fn checkpoints(
        &self,
        job: &str,
        paging: &Paging,
    ) -> Result<LogPage<Checkpoint>, Failed> {
        const CALL: &str = "listJobCheckpoints";
        let context = self.context();
        match self.client() {
            Client::OpenAi(client) => {
                let mut options = openai::ListJobCheckpointsOptions::new().limit(size(paging));
                options.after.clone_from(&paging.after);
                let page = client.list_job_checkpoints(job, options);
                let page = self.call(CALL, page).await?.into_inner();
                let (items, warnings) = self.good(page.data);
                let checkpoints = items.into_iter().map(|c| self.unified(c.unify(&context)));
                Ok(LogPage {
                    items: checkpoints.collect::<Result<_, _>>()?,
                    has_more: page.has_more,
                    warnings,
                })
            }
            Client::Together(client) => {
                let page = self.call(CALL, client.list_job_checkpoints(job)).await?;
                let (items, mut warnings) = self.good(page.into_inner().data);
                let mut checkpoints = Vec::with_capacity(items.len());
                for checkpoint in items {
                    match (JobCheckpoint { job, checkpoint }).unify(&context) {
                        Ok(checkpoint) => checkpoints.push(checkpoint),
                        Err(error) => warnings.push(self.warning(None, error.to_string())),
                    }
                }
                checkpoints.sort_by_key(|checkpoint| std::cmp::Reverse(checkpoint.step_number));
                Ok(cut(checkpoints, warnings, paging, |c| &c.id))
            }
            _ => Err(self.unsupported(Operation::Checkpoints)),
        }
    }

    /// What decoded, and a warning for each that did not.
    pub(super) fn good<T>(&self, items: LenientList<T>) -> (Vec<T>, Vec<Warning>) {
        let mut good = Vec::with_capacity(items.len());
        let mut warnings = Vec::new();
        for item in items {
            match item {
                Item::Ok(item) => good.push(item),
                Item::Malformed(item) => {
                    warnings.push(self.warning(
                        item.id().map(str::to_owned),
                        format!("left out: {}", item.reason),
                    ));
                }
            }
        }
        (good, warnings)
    }
}

fn size(paging: &Paging) -> i64 {
    i64::try_from(paging.limit).unwrap_or(i64::MAX)
}

/// A page of a list that its vendor gives as a whole. After an id that is not
/// in it comes nothing.
pub(super) fn cut<T>(
    items: Vec<T>,
    warnings: Vec<Warning>,
    paging: &Paging,
    id: impl Fn(&T) -> &str,
) -> LogPage<T> {
    let start = match &paging.after {
        None => 0,
        Some(after) => {
            let found = items.iter().position(|item| id(item) == after);
            found.map_or(items.len(), |index| index + 1)
        }
    };
    let has_more = items.len().saturating_sub(start) > paging.limit;
    LogPage {
        items: items.into_iter().skip(start).take(paging.limit).collect(),
        has_more,
        warnings,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_a_whole_list_follow_each_other() {
        let items: Vec<String> = (1..=5).map(|n| n.to_string()).collect();
        let page = |after: Option<&str>, limit| {
            let paging = Paging {
                after: after.map(str::to_owned),
                limit,
            };
            let page = cut(items.clone(), Vec::new(), &paging, |s| s);
            (page.items.join(""), page.has_more)
        };
        assert_eq!(page(None, 2), ("12".to_owned(), true));
        assert_eq!(page(Some("2"), 2), ("34".to_owned(), true));
        assert_eq!(page(Some("4"), 2), ("5".to_owned(), false));
        assert_eq!(page(Some("3"), 2), ("45".to_owned(), false));
        assert_eq!(page(Some("9"), 2), (String::new(), false));
    }
}
