//! Parts of a multipart form.

use bytes::Bytes;

/// One part of a multipart form.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) file_name: Option<String>,
    pub(crate) content: Bytes,
}
