//! Reading a document in one pass, and again where one pass is not enough.
//!
//! A list that survives a bad item has to keep each item's text until it has
//! decoded, and a union whose branch does not decode has to have the value
//! still. Nearly every body is as documented, and then both are in vain: so a
//! body is first read without either, and only one that does not decode this
//! way is read again, buffered. What comes out is the same.

use std::cell::Cell;

use serde::de::DeserializeOwned;

thread_local! {
    /// True while a value is read in one pass: what cannot be read this way is
    /// an error, and leads to a second pass.
    static ONE_PASS: Cell<bool> = const { Cell::new(false) };
}

/// Reads JSON: what [`serde_json::from_slice`] gives, in about two thirds of
/// its time where the body is as documented.
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
        // For an error that says where.
        Err(_) => decode_buffered(|| serde_json::from_slice(bytes)),
    }
}

/// The same of text.
pub(super) fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    in_one_pass(|| serde_json::from_str(text))
        .or_else(|_| decode_buffered(|| serde_json::from_str(text)))
}

/// True where an error leads to another, buffered try.
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
    /// Sets it back, whatever becomes of the reading.
    struct Back(bool);
    impl Drop for Back {
        fn drop(&mut self) {
            ONE_PASS.set(self.0);
        }
    }
    let _back = Back(ONE_PASS.replace(one_pass));
    read()
}
