//! The types that generated code is built on: open enumerations, timestamps as
//! vendors send them, lists that keep their items when one does not decode,
//! secrets.
//!
//! Nothing here depends on a vendor.
//!
//! ```
//! use unitune::wire::{Item, LenientList, Timestamp};
//!
//! let times = br#"["2026-01-15T12:00:00Z", 1768478400, ["odd"]]"#;
//! let times: LenientList<Timestamp> = unitune::wire::from_slice(times)?;
//! let seconds: Vec<_> = times.ok().map(Timestamp::unix_seconds).collect();
//! assert_eq!(seconds, [Some(1_768_478_400), Some(1_768_478_400)]);
//! assert!(matches!(times.iter().last(), Some(Item::Malformed(_))));
//! # Ok::<(), unitune::serde_json::Error>(())
//! ```

mod decode;
mod decode_fault;
mod deep_object;
mod duplicate_member;
mod enumeration;
mod extra;
mod json_deserializer;
mod json_position;
mod json_reader;
mod lenient_list;
mod lenient_object;
#[allow(dead_code)] // Not every set of vendors has lists that are read as they come.
mod list_splitter;
mod non_json_tokens;
mod object;
mod raw_text;
mod secret;
mod text;
mod timestamp;
mod union;
mod unreadable_parts;

pub use decode::from_slice;
pub(crate) use decode::{has_too_many_items, memory_of_items};
#[cfg(feature = "config")]
pub(crate) use decode_fault::wrong_type;
#[allow(unused_imports)] // Not every vendor has members that only one of its schemas names.
pub(crate) use decode_fault::{Fault, Problem, Step, UNDOCUMENTED, read};
pub use deep_object::DeepObject;
#[doc(hidden)]
pub use duplicate_member::duplicate_member;
pub use enumeration::ParseEnumError;
pub use extra::{Extra, Key};
#[allow(unused_imports)] // For lists that are read as they come; not every vendor has any.
pub(crate) use lenient_list::item;
pub use lenient_list::{Item, LenientList, MalformedItem};
pub(crate) use lenient_object::{Defect, repair};
#[allow(unused_imports)] // As above.
pub(crate) use list_splitter::ListSplitter;
pub use object::Object;
pub(crate) use raw_text::RawText;
pub use secret::Secret;
pub use text::Text;
pub use timestamp::Timestamp;
#[doc(hidden)]
pub use union::{Union, UnionText, read_union};
