//! Uploaded files, in the gateway's shape.

use serde::{Deserialize, Serialize};

use super::Origin;

/// An uploaded file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct File {
    /// Always `file`.
    pub object: FileObject,
    /// The vendor's id of the file.
    pub id: String,
    /// The size in bytes.
    pub bytes: i64,
    /// When it was uploaded, in Unix seconds.
    pub created_at: i64,
    /// The name, where the vendor gives it.
    pub filename: Option<String>,
    /// The purpose, as the vendor names it.
    pub purpose: String,
    /// `uploaded`, `processed` or `error`, or the vendor's own status.
    pub status: String,
    /// When the vendor deletes it, in Unix seconds.
    pub expires_at: Option<i64>,
    /// Where the file comes from.
    pub provider: Origin,
}

/// The constant `file`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum FileObject {
    /// `file`
    #[default]
    #[serde(rename = "file")]
    File,
}

impl File {
    /// Creates a file with its required parts. `created_at` is in Unix seconds,
    /// `status` is `uploaded`, `processed`, `error` or the vendor's own.
    pub fn new(
        id: impl Into<String>,
        bytes: i64,
        created_at: i64,
        purpose: impl Into<String>,
        status: impl Into<String>,
        provider: Origin,
    ) -> Self {
        Self {
            object: FileObject::File,
            id: id.into(),
            bytes,
            created_at,
            filename: None,
            purpose: purpose.into(),
            status: status.into(),
            expires_at: None,
            provider,
        }
    }
}
