//! Uploaded files, and how much of them is kept.

use super::{Time, limits};
use crate::http::Refusal;
use bytes::Bytes;

/// One stored file.
#[derive(Clone, Debug)]
pub(crate) struct StoredFile {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) purpose: String,
    /// `jsonl`, `csv`, `parquet`: told by Together only.
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
    /// All files, in the order in which they came.
    pub(crate) fn oldest_first(&self) -> impl DoubleEndedIterator<Item = &StoredFile> {
        self.all.iter()
    }

    /// The file with this id.
    pub(crate) fn get(&self, id: &str) -> Option<&StoredFile> {
        self.all.iter().find(|file| file.id == id)
    }

    /// Keeps a file, unless there is no room for it.
    pub(crate) fn add(&mut self, file: StoredFile) -> Result<(), Refusal> {
        let room = limits::FILE_BYTES.saturating_sub(self.bytes);
        if self.all.len() >= limits::FILES || file.content.len() > room {
            let message = format!(
                "The sandbox keeps at most {} files of {} bytes in all. Delete some first.",
                limits::FILES,
                limits::FILE_BYTES
            );
            return Err(Refusal::new(413, message).code("storage_quota_exceeded"));
        }
        self.bytes += file.content.len();
        self.all.push(file);
        Ok(())
    }

    /// Forgets a file; whether there was one.
    pub(crate) fn remove(&mut self, id: &str) -> bool {
        let Some(at) = self.all.iter().position(|file| file.id == id) else {
            return false;
        };
        let file = self.all.remove(at);
        self.bytes -= file.content.len();
        true
    }
}
