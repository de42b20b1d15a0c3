//! Uploaded files, up to a limit.

use super::limits;
use crate::clock::{DAY, MINUTE, START, Time};
use crate::http::ErrorResponse;
use bytes::Bytes;

/// One stored file.
#[derive(Clone, Debug)]
pub(crate) struct StoredFile {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) purpose: String,
    /// `jsonl`, `csv`, `parquet`, for vendors that tell them apart.
    pub(crate) kind: &'static str,
    pub(crate) created: Time,
    pub(crate) expires: Option<Time>,
    pub(crate) content: Bytes,
}

/// A vendor's files, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Files {
    all: Vec<StoredFile>,
    bytes: usize,
}

impl Files {
    /// All files, in the order of upload.
    pub(crate) fn oldest_first(&self) -> impl DoubleEndedIterator<Item = &StoredFile> {
        self.all.iter()
    }

    /// The file with this id.
    pub(crate) fn get(&self, id: &str) -> Option<&StoredFile> {
        self.all.iter().find(|file| file.id == id)
    }

    /// Stores a file, unless that exceeds the limits.
    pub(crate) fn add(&mut self, file: StoredFile) -> Result<(), ErrorResponse> {
        let left = limits::FILE_BYTES.saturating_sub(self.bytes);
        if self.all.len() >= limits::FILES || file.content.len() > left {
            let message = format!(
                "The sandbox keeps at most {} files of {} bytes in all. Delete some first.",
                limits::FILES,
                limits::FILE_BYTES
            );
            return Err(ErrorResponse::new(413, message).code("storage_quota_exceeded"));
        }
        self.bytes += file.content.len();
        self.all.push(file);
        Ok(())
    }

    /// Stores a training file that is there at the start, a minute after the one before.
    pub(crate) fn seed(&mut self, id: String, name: &str, content: Bytes) {
        let file = StoredFile {
            id,
            name: name.into(),
            purpose: "fine-tune".into(),
            kind: "jsonl",
            created: START.plus(-400 * DAY + self.all.len() as i64 * MINUTE),
            expires: None,
            content,
        };
        self.bytes += file.content.len();
        self.all.push(file);
    }

    /// Removes a file. Returns whether there was one.
    pub(crate) fn remove(&mut self, id: &str) -> bool {
        let Some(at) = self.all.iter().position(|file| file.id == id) else {
            return false;
        };
        let file = self.all.remove(at);
        self.bytes -= file.content.len();
        true
    }
}
