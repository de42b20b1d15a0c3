//! Pages of a list or a log, and the query for them.

use std::any::Any;
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::Arc;

use super::{Reply, Warning};
use crate::transport::KeptBytes;
use crate::unify::{Checkpoint, Event, File, Job};
use crate::wire::DeepObject;
use crate::{Error, ErrorKind};

/// The part of a list or a log that is wanted: by default all of it.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct PageQuery {
    /// Only items after the item of a log that has this id.
    pub after: Option<String>,
    /// Only items after a page: its [`Page::next`]. From the second page on, it
    /// replaces `after`.
    pub cursor: Option<String>,
    /// At most this many items.
    pub limit: Option<usize>,
    /// Only jobs with these metadata pairs, or with none; for lists of jobs.
    pub metadata: Option<DeepObject>,
    /// How many jobs are wanted in all, this page's and those of the pages that
    /// follow; `None` where that is not known. A vendor that has no pages answers
    /// with all of its jobs: of these a backend need not keep more.
    pub wanted: Option<usize>,
    /// What came with the page before: its [`Page::rest`].
    pub rest: Option<PageRest>,
}

/// What a backend keeps of an answer for the page that follows, so that it need
/// not ask again.
#[derive(Clone)]
pub struct PageRest(Arc<dyn Any + Send + Sync>);

impl PageRest {
    /// Wraps what the backend keeps.
    pub fn new(rest: impl Any + Send + Sync) -> Self {
        Self(Arc::new(rest))
    }

    /// Returns what the backend keeps; `None` where it is that of another one.
    pub fn get<T: Any>(&self) -> Option<&T> {
        self.0.downcast_ref()
    }
}

impl fmt::Debug for PageRest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PageRest")
    }
}

impl PageQuery {
    /// Creates a query for everything.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the id of the item of a log after which to start.
    #[must_use]
    pub fn after(mut self, id: impl Into<String>) -> Self {
        self.after = Some(id.into());
        self
    }

    /// Sets the cursor of the page after which to start.
    #[must_use]
    pub fn cursor(mut self, cursor: impl Into<String>) -> Self {
        self.cursor = Some(cursor.into());
        self
    }

    /// Returns how many items to ask for: as many as are wanted, and at most as many
    /// as a vendor's page has.
    pub(crate) fn limit_within(&self, page: usize) -> i64 {
        let limit = self.limit.map_or(page, |limit| limit.clamp(1, page));
        i64::try_from(limit).unwrap_or(i64::MAX)
    }

    /// Returns the id after which to start, for a vendor whose cursors are ids.
    pub fn position(&self) -> Option<&str> {
        self.cursor.as_deref().or(self.after.as_deref())
    }

    /// Sets the largest number of items.
    #[must_use]
    pub fn limit(mut self, items: usize) -> Self {
        self.limit = Some(items);
        self
    }

    /// Sets the metadata that jobs must have.
    #[must_use]
    pub fn metadata(mut self, filter: DeepObject) -> Self {
        self.metadata = Some(filter);
        self
    }

    /// Returns true if a job has the metadata that is wanted, for a vendor that has
    /// no filter for it.
    #[allow(dead_code)] // Not every vendor needs it.
    pub(crate) fn has_metadata(&self, job: &Job) -> bool {
        let own = job.metadata.as_ref();
        match self.metadata.as_ref().map(DeepObject::pairs) {
            None => true,
            Some(None) => own.is_none_or(BTreeMap::is_empty),
            Some(Some(pairs)) => pairs
                .iter()
                .all(|(name, value)| own.is_some_and(|own| own.get(name) == Some(value))),
        }
    }

    /// Returns true if only jobs with certain metadata are wanted: none, at a
    /// vendor whose jobs have no metadata.
    pub fn wants_metadata(&self) -> bool {
        let pairs = self.metadata.as_ref().and_then(DeepObject::pairs);
        pairs.is_some_and(|pairs| !pairs.is_empty())
    }
}

/// A page of items.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// The parts of the page that could not be read, and why.
    pub warnings: Vec<Warning>,
    /// The cursor of the next page; `None` at the end.
    pub next: Option<String>,
    /// What the backend keeps for the next page. The cursor alone leads there,
    /// too.
    pub rest: Option<PageRest>,
    /// How many items the page had, left out ones too, where the vendor does not say
    /// whether more follow: [`Self::next`] is a guess then.
    pub(super) guessed_after: Option<usize>,
    /// The memory that the page takes, where that is counted.
    pub(super) memory: Option<Arc<KeptBytes>>,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl<T> Page<T> {
    /// Creates the last page, or the only one.
    pub fn new(items: Vec<T>) -> Self {
        Self {
            items,
            warnings: Vec::new(),
            next: None,
            rest: None,
            guessed_after: None,
            memory: None,
        }
    }

    /// Sets the cursor of the next page.
    #[must_use]
    pub fn next(mut self, cursor: Option<String>) -> Self {
        self.next = cursor;
        self
    }

    /// Sets the warnings.
    #[must_use]
    pub fn warnings(mut self, warnings: Vec<Warning>) -> Self {
        self.warnings = warnings;
        self
    }

    /// Returns the items after the one that a query names, for a log that comes
    /// as a whole. The caller applies the query's limit.
    ///
    /// # Errors
    ///
    /// No item has that id ([`Error::is_not_found`]).
    pub fn rest(mut self, query: &PageQuery, id: impl Fn(&T) -> &str) -> Result<Self, Error> {
        if let Some(after) = &query.after {
            let place = self.items.iter().position(|item| id(item) == after);
            let Some(place) = place else {
                return Err(no_item_has(after));
            };
            self.items.drain(..=place);
        }
        Ok(self)
    }
}

/// A part of a job's log, newest first.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Listing<T> {
    /// The items.
    pub data: Vec<T>,
    /// The items that are missing, and why.
    pub warnings: Vec<Warning>,
    /// True if more items follow.
    pub has_more: bool,
}

impl<T> Default for Listing<T> {
    fn default() -> Self {
        Self {
            data: Vec::new(),
            warnings: Vec::new(),
            has_more: false,
        }
    }
}

/// The largest page that is requested.
const MAX_PAGE: usize = 100;

/// The number of consecutive pages without an item after which a walk ends.
const MAX_EMPTY_PAGES: usize = 100;

/// An item that a list shows once, by its id; one without an id is not compared.
pub(crate) trait HasId {
    fn id(&self) -> &str;
}

macro_rules! have_ids {
    ($($item:ty),*) => {$(
        impl HasId for $item {
            fn id(&self) -> &str {
                &self.id
            }
        }
    )*};
}

have_ids!(Event, Checkpoint, File);

/// Keeps a walk over pages from going on forever: a page that leads back to an
/// earlier one, or too many empty pages, end it.
#[derive(Debug, Default)]
pub(super) struct PageWalk {
    cursors: HashSet<String>,
    empty: usize,
    ids: HashSet<String>,
}

impl PageWalk {
    /// Records a page of this many items, and returns false if its cursor leads
    /// to no new page.
    pub(super) fn goes_on(&mut self, cursor: &str, items: usize) -> bool {
        self.empty = if items == 0 { self.empty + 1 } else { 0 };
        self.cursors.insert(cursor.to_owned()) && self.empty < MAX_EMPTY_PAGES
    }

    /// Removes the items whose ids were on this page or an earlier one: a vendor
    /// may repeat a page, or shift items onto the next one while it is asked.
    pub(super) fn drop_repeated<T: HasId>(&mut self, items: &mut Vec<T>) {
        items.retain(|item| item.id().is_empty() || self.ids.insert(item.id().to_owned()));
    }
}

/// Returns the error of an `after` that no item has, which is the same for all vendors.
fn unknown_after(query: &PageQuery, error: Error) -> Error {
    match &query.after {
        Some(after)
            if matches!(error.status(), Some(400 | 404 | 422))
                && error.vendor_param() == Some("after") =>
        {
            let unknown = match error.account() {
                Some(account) => no_item_has(after).at_account(account),
                None => no_item_has(after),
            };
            unknown.because(error)
        }
        _ => error,
    }
}

fn no_item_has(after: &str) -> Error {
    let message = format!("not found: no item has the id {after:?}");
    Error::new(ErrorKind::NotFound, message).with_vendor_param("after")
}

/// Fetches pages until the query is satisfied. An item that comes again, by its
/// id, is listed once.
pub(crate) async fn collect<'a, T: HasId>(
    query: &PageQuery,
    account: &str,
    fetch: impl Fn(PageQuery) -> Reply<'a, Page<T>>,
) -> Result<Listing<T>, Error> {
    let mut listing = Listing::default();
    let mut next = query.clone();
    let mut walk = PageWalk::default();
    loop {
        let left = query
            .limit
            .map_or(usize::MAX, |limit| limit.saturating_sub(listing.data.len()));
        if left == 0 {
            return Ok(listing);
        }
        next.limit = Some(left.min(MAX_PAGE));
        let page = fetch(next.clone()).await;
        let mut page = page.map_err(|error| unknown_after(&next, error))?;
        listing.warnings.extend(page.warnings);
        walk.drop_repeated(&mut page.items);
        // A vendor without pages returns more than the limit.
        let came = page.items.len();
        listing.has_more = page.next.is_some() || came > left;
        listing.data.extend(page.items.into_iter().take(left));
        let Some(cursor) = page.next else {
            return Ok(listing);
        };
        if !walk.goes_on(&cursor, came) {
            listing.has_more = false;
            listing.warnings.push(Warning::repeated_page(account));
            return Ok(listing);
        }
        next.after = None;
        next.cursor = Some(cursor);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl HasId for String {
        fn id(&self) -> &str {
            self
        }
    }

    #[tokio::test]
    async fn parts_of_a_whole_log_follow_each_other() {
        let part = async |after: Option<&str>, limit| {
            let mut query = PageQuery::new().limit(limit);
            query.after = after.map(str::to_owned);
            let whole = |query: PageQuery| -> Reply<'static, Page<String>> {
                let items = (1..=5).map(|n| n.to_string()).collect();
                Box::pin(async move { Page::<String>::new(items).rest(&query, |item| item) })
            };
            let listing = collect(&query, "a", whole).await?;
            Ok::<_, Error>((listing.data.join(""), listing.has_more))
        };
        assert_eq!(part(None, 2).await.unwrap(), ("12".to_owned(), true));
        assert_eq!(part(Some("2"), 2).await.unwrap(), ("34".to_owned(), true));
        assert_eq!(part(Some("4"), 2).await.unwrap(), ("5".to_owned(), false));
        assert_eq!(part(Some("3"), 2).await.unwrap(), ("45".to_owned(), false));
        let error = part(Some("9"), 2).await.unwrap_err();
        assert!(error.is_not_found());
        assert_eq!(error.vendor_param(), Some("after"));
    }

    #[tokio::test]
    async fn pages_are_collected_and_a_repeated_one_ends() {
        let page = |query: PageQuery| -> Reply<'static, Page<String>> {
            let start: usize = query.cursor.as_deref().map_or(0, |a| a.parse().unwrap());
            let end = (start + query.limit.unwrap()).min(250);
            let page = Page::new((start..end).map(|n| n.to_string()).collect());
            let page = page.next((end < 250).then(|| end.to_string()));
            Box::pin(async { Ok(page) })
        };
        let all = collect(&PageQuery::new(), "a", page).await.unwrap();
        assert_eq!((all.data.len(), all.has_more), (250, false));
        let some = collect(&PageQuery::new().limit(120), "a", page).await;
        let some = some.unwrap();
        assert_eq!((some.data.len(), some.has_more), (120, true));
        let repeats = |_: PageQuery| -> Reply<'static, Page<String>> {
            Box::pin(async { Ok(Page::new(vec!["1".to_owned()]).next(Some("1".to_owned()))) })
        };
        let listing = collect(&PageQuery::new().limit(9), "a", repeats).await;
        let listing = listing.unwrap();
        assert_eq!((listing.data.len(), listing.warnings.len()), (1, 1));
    }
}
