//! Keeps keys out of what is shown, logged and recorded.
//!
//! There are two questions, and one list of words for both:
//!
//! | question | about | function |
//! | --- | --- | --- |
//! | Is this member a key? | bodies that are shown to their owner, member by member | [`is_secret`] of its name, and [`can_be_key`] of its value |
//! | May there be a key in this? | requests that are recorded, headers, text without a known form | [`mentions_secret`] |
//!
//! The first keeps what only sounds like a key (`token_count`, `monkey`), because losing a vendor's field is a fault
//! too. The second gives up a little more (`api_key_id`), because a recording can spare it.
//!
//! Where the key itself is known, as in a client that has sent it, [`redact_known`] finds it in any text, and
//! [`KnownKey`] in many bodies at next to no cost.
//!
//! ```
//! use serde_json::json;
//! use unitune_redact::{WithoutKeys, redact_known, redact_query};
//!
//! let job = json!({"model": "m", "wandb": {"project": "p", "api_key": "k"}});
//! let shown = serde_json::to_string(&WithoutKeys(&job))?;
//! assert_eq!(shown, r#"{"model":"m","wandb":{"project":"p"}}"#);
//!
//! assert_eq!(redact_query("limit=1&api_key=k"), "limit=1&api_key=[redacted]");
//! assert_eq!(redact_known("bad key sk-1234", "sk-1234"), "bad key [redacted]");
//! # Ok::<(), serde_json::Error>(())
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(missing_docs, clippy::unwrap_used)]

mod known;
mod mask;
mod message;
mod names;
mod values;
mod without_keys;

pub use known::redact_known;
pub use mask::KnownKey;
pub use message::{redact_body, redact_header, redact_multipart, redact_query};
pub use names::{is_secret, mentions_secret};
pub use values::{can_be_key, overwrite, remove, remove_where};
pub use without_keys::WithoutKeys;

// The crates whose types are part of this crate's API, in the versions that it uses.
#[doc(no_inline)]
pub use {serde, serde_json};

/// What stands in a key's place.
pub const REDACTED: &str = "[redacted]";
