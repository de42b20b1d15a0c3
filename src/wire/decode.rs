//! Decodes a document in one pass, and again with a buffer if one pass is not
//! enough.
//!
//! A lenient list has to keep each item's text until it has decoded, and a union
//! needs the value again if a branch does not decode. Nearly every body is as
//! documented and needs neither: so a body is first decoded without buffers, and
//! decoded again with them only if that fails. The result is the same.

use std::cell::Cell;

use serde::de::DeserializeOwned;

thread_local! {
    /// True while a value is decoded in one pass: a value that needs a buffer
    /// is then an error, which leads to a second pass.
    static ONE_PASS: Cell<bool> = const { Cell::new(false) };
}

/// Decodes JSON like [`serde_json::from_slice`], in about two thirds of its
/// time if the body has the documented form.
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
    // Checked once as a whole, and not again for each string in it.
    match std::str::from_utf8(bytes) {
        Ok(text) => from_str(text),
        // For an error with its place.
        Err(_) => decode_buffered(|| serde_json::from_slice(bytes)),
    }
}

/// Decodes JSON text in the same way.
pub(super) fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    in_one_pass(|| serde_json::from_str(text))
        .or_else(|_| decode_buffered(|| serde_json::from_str(text)))
}

/// Returns true if an error leads to a second, buffered pass.
pub(super) fn is_one_pass() -> bool {
    ONE_PASS.get()
}

fn in_one_pass<T>(read: impl FnOnce() -> T) -> T {
    switched(true, read)
}

fn decode_buffered<T>(read: impl FnOnce() -> T) -> T {
    switched(false, read)
}

fn switched<T>(one_pass: bool, read: impl FnOnce() -> T) -> T {
    /// Restores the flag when decoding ends, even by a panic.
    struct Back(bool);
    impl Drop for Back {
        fn drop(&mut self) {
            ONE_PASS.set(self.0);
        }
    }
    let _back = Back(ONE_PASS.replace(one_pass));
    read()
}
