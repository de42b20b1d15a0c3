//! Query parameters of style `deepObject`: `metadata[k]=v`.

use std::collections::BTreeMap;

/// A filter on pairs of strings, or on the absence of pairs.
///
/// ```
/// use unitune::wire::DeepObject;
/// let owned_by_ada = DeepObject::new().with("owner", "ada");
/// let without_any = DeepObject::null();
/// # let _ = (owned_by_ada, without_any);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeepObject(Option<BTreeMap<String, String>>);

impl DeepObject {
    /// Creates a filter without pairs; it is not sent unless pairs are added.
    pub fn new() -> Self {
        Self(Some(BTreeMap::new()))
    }

    /// Creates the filter `null`, which selects what has no pairs.
    pub fn null() -> Self {
        Self(None)
    }

    /// Adds a pair.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.0
            .get_or_insert_default()
            .insert(key.into(), value.into());
        self
    }

    /// Returns the pairs; `None` for the filter `null`.
    pub fn pairs(&self) -> Option<&BTreeMap<String, String>> {
        self.0.as_ref()
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for DeepObject {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let pairs = pairs.into_iter();
        pairs.fold(Self::new(), |filter, (key, value)| filter.with(key, value))
    }
}
