//! Values that the vendor sends for "not set".

/// Returns a text that is set: the vendor writes `""` for "not set".
pub(super) fn set(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}
