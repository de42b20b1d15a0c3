//! Converts a vendor's pages to unified ones: items that decode are mapped, and
//! the others become warnings. For the backends of this crate.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::{Call, Page, Warning};
use crate::Error;
use crate::transport::Response;
use crate::unify::{Job, MappingError, Unify, job_of_malformed};
use crate::wire::{self, Item, LenientList, MalformedItem, RawText};

/// Returns the job of an item, or a warning that it is left out.
pub(crate) fn job_of_item<T>(call: &Call, item: Item<T>) -> Result<Job, Warning>
where
    T: Unify<Output = Job> + DeserializeOwned,
{
    let (outcome, raw) = match item {
        Item::Ok(job) => (job.unify(&call.context).and_then(with_id::<T>), None),
        Item::Malformed(item) => {
            match job_of_malformed::<T>(&item, &call.context).and_then(with_id::<T>) {
                Ok(job) => return Ok(job),
                Err(error) => (Err(error), Some(item.raw)),
            }
        }
    };
    outcome.map_err(|error| {
        let message = match raw {
            Some(_) => error.reason().to_owned(),
            None => error.to_string(),
        };
        Warning::job(call.account(), error.id(), message, raw)
    })
}

/// Returns the job of a response. If it does not decode, the members that do
/// not have the documented form are left out.
pub(crate) fn job_of_answer<T>(
    call: &Call,
    answer: Result<Response<T>, Error>,
) -> Result<Job, Error>
where
    T: Unify<Output = Job> + DeserializeOwned,
{
    let mut error = match answer {
        Ok(answer) => {
            let job = answer.into_inner().unify(&call.context);
            return Ok(job.and_then(with_id::<T>)?);
        }
        Err(error) => error,
    };
    let body = error.take_undecoded();
    let Some(Ok(item)) = body.map(|body| MalformedItem::of::<T>(&body)) else {
        return Err(error);
    };
    let job = job_of_malformed::<T>(&item, &call.context).and_then(with_id::<T>);
    job.map_err(|rejected| match rejected.id() {
        Some(_) => rejected.into(),
        None => error.with_undecoded_reason(rejected.reason()),
    })
}

/// Rejects a job whose id is empty: nothing can refer to it.
fn with_id<T: Unify>(job: Job) -> Result<Job, MappingError> {
    match job.id.is_empty() {
        true => Err(MappingError::new(T::ID, "its id is empty")),
        false => Ok(job),
    }
}

/// Returns the items of a list's response, and whether more follow; `None` where
/// the vendor does not say it. If the response does not decode as a whole, only these
/// two members are read.
pub(crate) fn items_of_answer<L, T: DeserializeOwned>(
    answer: Result<Response<L>, Error>,
    parts: impl FnOnce(L) -> (LenientList<T>, bool),
) -> Result<(LenientList<T>, Option<bool>), Error> {
    let mut error = match answer {
        Ok(answer) => {
            let (items, has_more) = parts(answer.into_inner());
            return Ok((items, Some(has_more)));
        }
        Err(error) => error,
    };
    let body = error.take_undecoded();
    match body.map(|body| wire::from_slice::<Envelope<T>>(&body)) {
        Some(Ok(Envelope { data, has_more })) => Ok((data, has_more)),
        Some(Err(_)) | None => Err(error),
    }
}

/// The members that a list needs. All others are skipped, at any depth.
struct Envelope<T> {
    data: LenientList<T>,
    /// `None` where it is missing, or neither true nor false.
    has_more: Option<bool>,
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Envelope<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EnvelopeVisitor<T>(PhantomData<T>);
        impl<'de, T: DeserializeOwned> Visitor<'de> for EnvelopeVisitor<T> {
            type Value = Envelope<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with a list in `data`")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Envelope<T>, A::Error> {
                let (mut data, mut has_more) = (None, None);
                while let Some(name) = map.next_key::<String>()? {
                    match name.as_str() {
                        "data" => data = Some(map.next_value()?),
                        "has_more" => {
                            let raw = map.next_value::<RawText<'_>>()?;
                            has_more = raw.as_str().parse().ok();
                        }
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                let data = data.ok_or_else(|| serde::de::Error::missing_field("data"))?;
                Ok(Envelope { data, has_more })
            }
        }
        deserializer.deserialize_map(EnvelopeVisitor(PhantomData))
    }
}

/// Creates a page of jobs. If more follow, the last id is its cursor; also where the
/// vendor does not say whether they do.
pub(crate) fn job_page<T>(
    call: &Call,
    items: LenientList<T>,
    has_more: Option<bool>,
    id: impl Fn(&T) -> &str,
) -> Page<Job>
where
    T: Unify<Output = Job> + DeserializeOwned,
{
    let mut jobs = Vec::with_capacity(items.len());
    let mut warnings = Vec::new();
    let last = last_id(&items, id).filter(|_| has_more != Some(false));
    let guessed_after = has_more.is_none().then_some(items.len());
    for item in items {
        match job_of_item(call, item) {
            Ok(job) => jobs.push(job),
            Err(warning) => warnings.push(warning),
        }
    }
    if has_more == Some(true) && last.is_none() {
        warnings.push(Warning::no_way_on(call.account()));
    }
    let mut page = Page::new(jobs).warnings(warnings).next(last);
    page.guessed_after = guessed_after;
    page
}

/// Creates a page of a job's log, or of files.
pub(crate) fn log_page<T: Unify>(
    call: &Call,
    items: LenientList<T>,
    has_more: bool,
    id: impl Fn(&T) -> &str,
) -> Page<T::Output> {
    let last = last_id(&items, id).filter(|_| has_more);
    let mut warnings = Vec::new();
    let items = decoded(call.account(), items, &mut warnings);
    let items = items.into_iter().map(|item| item.unify(&call.context));
    let items = mapped(call.account(), items, &mut warnings);
    if has_more && last.is_none() {
        warnings.push(Warning::no_way_on(call.account()));
    }
    Page::new(items).warnings(warnings).next(last)
}

/// Returns the last id of a page, whether its item decoded or not.
fn last_id<T>(items: &LenientList<T>, id: impl Fn(&T) -> &str) -> Option<String> {
    let ids = items.iter().rev().filter_map(|item| match item {
        Item::Ok(item) => Some(id(item)),
        Item::Malformed(item) => item.id(),
    });
    let mut ids = ids.filter(|id| !id.is_empty());
    ids.next().map(str::to_owned)
}

/// Returns the items that decoded; the others become warnings.
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

/// Returns the items that could be mapped; the others become warnings.
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
