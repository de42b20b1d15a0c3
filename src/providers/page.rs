//! Parts of a log: how much is asked for, and what came.

use super::Warning;

/// Which part of a log is meant: all of it unless said otherwise.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct PageQuery {
    /// Only what comes after the item of this id.
    pub after: Option<String>,
    /// At most this many items.
    pub limit: Option<usize>,
}

impl PageQuery {
    /// All of it.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only what comes after the item of this id.
    #[must_use]
    pub fn after(mut self, id: impl Into<String>) -> Self {
        self.after = Some(id.into());
        self
    }

    /// At most this many items.
    #[must_use]
    pub fn limit(mut self, items: usize) -> Self {
        self.limit = Some(items);
        self
    }
}

/// A part of a log, newest first.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Listing<T> {
    /// The items.
    pub data: Vec<T>,
    /// What is missing, and why.
    pub warnings: Vec<Warning>,
    /// True when more items follow.
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

impl<T> Listing<T> {
    /// The part that is meant, of a log that came as a whole; none when the id
    /// to go on after is not in it.
    #[cfg(feature = "together")]
    pub(super) fn cut(mut self, query: &PageQuery, id: impl Fn(&T) -> &str) -> Option<Self> {
        if let Some(after) = &query.after {
            let place = self.data.iter().position(|item| id(item) == after)?;
            self.data.drain(..=place);
        }
        if let Some(limit) = query.limit {
            self.has_more = self.data.len() > limit;
            self.data.truncate(limit);
        }
        Some(self)
    }
}

/// Walks over the pages of a log that comes page by page.
#[cfg(feature = "openai")]
pub(super) struct Walk {
    after: Option<String>,
    left: usize,
    done: bool,
}

#[cfg(feature = "openai")]
impl Walk {
    /// The largest page that is asked for at once.
    const PAGE: usize = 100;

    pub(super) fn new(query: &PageQuery) -> Self {
        Self {
            after: query.after.clone(),
            left: query.limit.unwrap_or(usize::MAX),
            done: query.limit == Some(0),
        }
    }

    /// The next page: after which id, and how large.
    pub(super) fn next(&self) -> Option<(Option<String>, i64)> {
        let size = self.left.min(Self::PAGE);
        (!self.done).then(|| (self.after.clone(), i64::try_from(size).unwrap_or(i64::MAX)))
    }

    /// A page came, of so many items.
    pub(super) fn took(&mut self, items: usize, last: Option<String>, has_more: bool) {
        self.left = self.left.saturating_sub(items);
        // A page that leads nowhere else would lead there for ever.
        let goes_on = has_more && last.is_some() && last != self.after;
        self.done = !goes_on || self.left == 0;
        self.after = last.or(self.after.take());
    }
}
