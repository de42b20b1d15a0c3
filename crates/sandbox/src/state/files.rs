//! Uploaded files, and how much of them is kept.

use super::Time;
use bytes::Bytes;

/// One stored file.
#[derive(Clone, Debug)]
pub(crate) struct StoredFile {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) purpose: String,
    pub(crate) created: Time,
    pub(crate) expires: Option<Time>,
    pub(crate) content: Bytes,
}

/// A vendor's files, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Files {
    all: Vec<StoredFile>,
}

impl Files {
    /// All files, newest first.
    pub(crate) fn newest_first(&self) -> Vec<&StoredFile> {
        self.all.iter().rev().collect()
    }

    /// The file with this id.
    pub(crate) fn get(&self, id: &str) -> Option<&StoredFile> {
        self.all.iter().find(|file| file.id == id)
    }

    /// Keeps a file.
    pub(crate) fn add(&mut self, file: StoredFile) {
        self.all.push(file);
    }

    /// Forgets a file; whether there was one.
    pub(crate) fn remove(&mut self, id: &str) -> bool {
        let before = self.all.len();
        self.all.retain(|file| file.id != id);
        self.all.len() < before
    }

    /// Bytes kept in all.
    pub(crate) fn size(&self) -> usize {
        self.all.iter().map(|file| file.content.len()).sum()
    }
}
