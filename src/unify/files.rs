//! Uploaded files, in the gateway's shape.

use serde::{Deserialize, Serialize};

use super::extras::Extras;
use super::{Context, Origin, Vendor};

/// An uploaded file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct File {
    /// Always `file`.
    pub object: FileObject,
    /// The vendor's id of the file.
    pub id: String,
    /// Its size.
    pub bytes: i64,
    /// When it was uploaded, in Unix seconds.
    pub created_at: i64,
    /// Its name, where the vendor says it.
    pub filename: Option<String>,
    /// What it is for, in the vendor's word.
    pub purpose: String,
    /// `uploaded`, `processed` or `error`, or the vendor's own word.
    pub status: String,
    /// When the vendor deletes it, in Unix seconds.
    pub expires_at: Option<i64>,
    /// Who says it.
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
    /// The gateway's own file: identity.
    pub fn from_truefoundry(file: &crate::truefoundry::types::File, context: &Context) -> Self {
        let crate::truefoundry::types::File {
            bytes,
            created_at,
            extra,
            filename,
            id,
            object: _,
            purpose,
            status,
        } = file;
        let mut extras = Extras::new();
        extras.undocumented(extra, &[]);
        Self {
            object: FileObject::File,
            id: id.clone(),
            bytes: *bytes,
            created_at: *created_at,
            filename: filename.clone(),
            purpose: purpose.clone(),
            status: status.clone(),
            expires_at: None,
            provider: Origin::new(context, Vendor::TrueFoundry, extras),
        }
    }

    /// OpenAI's own file: identity.
    #[cfg(feature = "openai")]
    pub fn from_openai(file: &crate::openai::types::File, context: &Context) -> Self {
        let crate::openai::types::File {
            bytes,
            created_at,
            expires_at,
            extra,
            filename,
            id,
            object: _,
            purpose,
            status,
            status_details,
        } = file;
        let mut extras = Extras::new();
        extras.put("status_details", status_details.clone());
        extras.undocumented(extra, &[]);
        Self {
            object: FileObject::File,
            id: id.clone(),
            bytes: *bytes,
            created_at: *created_at,
            filename: Some(filename.clone()),
            purpose: purpose.as_str().to_owned(),
            status: status.as_str().to_owned(),
            expires_at: *expires_at,
            provider: Origin::new(context, Vendor::OpenAi, extras),
        }
    }

    /// Together's file. The vendor says whether it has looked at the file, and
    /// no more than that about its status.
    #[cfg(feature = "together")]
    pub fn from_together(file: &crate::together::types::File, context: &Context) -> Self {
        let crate::together::types::File {
            bytes,
            created_at,
            extra,
            file_type,
            filename,
            id,
            object: _,
            processed,
            purpose,
        } = file;
        let mut extras = Extras::new();
        extras.put("Processed", Some(*processed));
        extras.put("FileType", Some(file_type.as_str()));
        extras.undocumented(extra, &[]);
        let status = if *processed { "processed" } else { "uploaded" };
        Self {
            object: FileObject::File,
            id: id.clone(),
            bytes: *bytes,
            created_at: *created_at,
            filename: Some(filename.clone()).filter(|name| !name.is_empty()),
            purpose: purpose.as_str().to_owned(),
            status: status.to_owned(),
            expires_at: None,
            provider: Origin::new(context, Vendor::Together, extras),
        }
    }
}
