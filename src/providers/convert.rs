//! From a vendor's pages to unified ones: what decodes is mapped, and the rest
//! becomes warnings. For the backends of this crate.

use super::{Call, Page, Warning};
use crate::unify::{Job, MappingError, Unify};
use crate::wire::{Item, LenientList};

/// Makes the job of an item, or the warning that it is left out.
pub(crate) fn job_of_item<T>(call: &Call, item: Item<T>) -> Result<Job, Warning>
where
    T: Unify<Output = Job>,
{
    match item {
        Item::Ok(job) => job.unify(&call.context).map_err(|error| {
            let message = error.to_string();
            Warning::job(call.account(), error.id(), message, None)
        }),
        Item::Malformed(item) => {
            let id = item.id().map(str::to_owned);
            let (reason, raw) = (item.reason, Some(item.raw));
            Err(Warning::job(call.account(), id.as_deref(), reason, raw))
        }
    }
}

/// Makes a page of jobs. Where more follow, the last id is its cursor.
pub(crate) fn job_page<T>(
    call: &Call,
    items: LenientList<T>,
    has_more: bool,
    id: impl Fn(&T) -> &str,
) -> Page<Job>
where
    T: Unify<Output = Job>,
{
    let mut jobs = Vec::with_capacity(items.len());
    let mut warnings = Vec::new();
    let mut last = None;
    for item in items {
        if has_more {
            let own = match &item {
                Item::Ok(job) => Some(id(job)),
                Item::Malformed(item) => item.id(),
            };
            last = own.map(str::to_owned).or(last);
        }
        match job_of_item(call, item) {
            Ok(job) => jobs.push(job),
            Err(warning) => warnings.push(warning),
        }
    }
    Page::new(jobs).warnings(warnings).next(last)
}

/// Makes a page of a job's log, or of files, likewise.
pub(crate) fn log_page<T: Unify>(
    call: &Call,
    items: LenientList<T>,
    has_more: bool,
    id: impl Fn(&T) -> &str,
) -> Page<T::Output> {
    let mut warnings = Vec::new();
    let items = decoded(call.account(), items, &mut warnings);
    let next = items.last().map(|item| id(item).to_owned());
    let items = items.into_iter().map(|item| item.unify(&call.context));
    let items = mapped(call.account(), items, &mut warnings);
    let next = next.filter(|_| has_more);
    Page::new(items).warnings(warnings).next(next)
}

/// Separates what decoded from what did not, which becomes warnings.
pub(crate) fn decoded<T>(
    account: &str,
    items: LenientList<T>,
    warnings: &mut Vec<Warning>,
) -> Vec<T> {
    let mut good = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Item::Ok(item) => good.push(item),
            Item::Malformed(bad) => {
                let id = bad.id().map(str::to_owned);
                let (reason, raw) = (bad.reason, Some(bad.raw));
                warnings.push(Warning::item(account, id.as_deref(), reason, raw));
            }
        }
    }
    good
}

/// Keeps what could be mapped; the rest becomes warnings.
pub(crate) fn mapped<T>(
    account: &str,
    items: impl Iterator<Item = Result<T, MappingError>>,
    warnings: &mut Vec<Warning>,
) -> Vec<T> {
    let keep = |item: Result<T, MappingError>| match item {
        Ok(item) => Some(item),
        Err(error) => {
            let message = error.to_string();
            warnings.push(Warning::item(account, error.id(), message, None));
            None
        }
    };
    items.filter_map(keep).collect()
}
