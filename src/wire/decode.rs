//! Decodes a document.

use std::cell::Cell;

use serde::de::DeserializeOwned;

use super::{json_reader, non_json_tokens};

/// The most memory that the items of the lists in one document may take, in bytes:
/// `{}` takes as much as a job, and a body of a few MB can hold millions of them.
const MAX_ITEMS: usize = 256 << 20;

thread_local! {
    /// What the items of a document's lists have taken so far.
    static ITEMS: Cell<usize> = const { Cell::new(0) };
    /// Whether a document is being read.
    static IS_READING: Cell<bool> = const { Cell::new(false) };
}

/// The error of a document whose lists are too long.
const TOO_MANY_ITEMS: &str = "its lists have too many items";

/// Returns true where a document was not read because of [`MAX_ITEMS`].
pub(crate) fn has_too_many_items(error: &serde_json::Error) -> bool {
    error.is_data() && error.to_string().starts_with(TOO_MANY_ITEMS)
}

/// Returns how much memory the items of the last document's lists have taken, as
/// far as this thread has read it.
pub(crate) fn memory_of_items() -> usize {
    ITEMS.get()
}

/// Reads a document, and counts for it alone.
pub(super) fn document<T>(read: impl FnOnce() -> T) -> T {
    ITEMS.set(0);
    let was_reading = IS_READING.replace(true);
    let outcome = read();
    IS_READING.set(was_reading);
    outcome
}

/// Reads a part of what may not be a document of this reader's: another deserialiser does
/// not say where its documents end, and what they took must not be counted for ever.
pub(super) fn part<T>(read: impl FnOnce() -> T) -> T {
    if IS_READING.get() {
        return read();
    }
    let last = ITEMS.get();
    let outcome = document(read);
    ITEMS.set(last);
    outcome
}

/// Counts the memory for items of a list.
///
/// # Errors
///
/// It is more than a document may have.
pub(super) fn count_items<E: serde::de::Error>(bytes: usize) -> Result<(), E> {
    let all = ITEMS.get().saturating_add(bytes);
    ITEMS.set(all);
    match all > MAX_ITEMS {
        true => Err(E::custom(TOO_MANY_ITEMS)),
        false => Ok(()),
    }
}

/// Decodes JSON like [`serde_json::from_slice`], in about two thirds of its time.
///
/// ```
/// use unitune::wire::{LenientList, from_slice};
///
/// let list: LenientList<i64> = from_slice(br#"[1, "two", 3]"#)?;
/// assert_eq!(list.ok().collect::<Vec<_>>(), [&1, &3]);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
///
/// The bytes are not JSON, or not of the type's form.
pub fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, serde_json::Error> {
    from_text(bytes, &|text| document(|| json_reader::from_str(text)))
}

/// Reads a text; where it is only nearly JSON, what comes of its repair.
///
/// # Errors
///
/// The first error of `read`, or the bytes are not UTF-8.
pub(super) fn from_text<T>(
    bytes: &[u8],
    read: &dyn Fn(&str) -> Result<T, serde_json::Error>,
) -> Result<T, serde_json::Error> {
    // Checked once as a whole, and not again for each string in it.
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        // The same error as that of a parser that checks each string.
        Err(_) => return Err(not_utf8(bytes)),
    };
    let error = match read(text) {
        Err(error) if error.is_syntax() => error,
        outcome => return outcome,
    };
    match non_json_tokens::cleaned(bytes) {
        Some(cleaned) => read(&cleaned).map_err(|_| error),
        None => Err(error),
    }
}

fn not_utf8(bytes: &[u8]) -> serde_json::Error {
    let error = serde_json::from_slice::<serde_json::Value>(bytes).err();
    error.unwrap_or_else(|| serde::de::Error::custom("the text is not UTF-8"))
}
