//! A record of uploaded files, as lines of JSON in the user's state folder. No content
//! is in it, and no key.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Content;
use crate::config::state_folder;

pub struct Journal(PathBuf);

/// One upload.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    account: String,
    sha256: String,
    bytes: u64,
    purpose: String,
    /// The vendor's id of the file.
    pub file: String,
}

impl Entry {
    pub fn new(account: &str, content: &Content, purpose: &str, file: &str) -> Self {
        Self {
            account: account.to_owned(),
            sha256: content.sha256.clone(),
            bytes: content.bytes,
            purpose: purpose.to_owned(),
            file: file.to_owned(),
        }
    }
}

impl Journal {
    /// The user's, where there is a folder for it.
    pub fn open() -> Option<Self> {
        Some(Self(state_folder()?.join("uploads.jsonl")))
    }

    /// Returns the uploads of a content to an account, the latest first. A line
    /// that cannot be read is not there.
    pub fn entries(&self, account: &str, content: &Content, purpose: &str) -> Vec<Entry> {
        let Ok(file) = std::fs::File::open(&self.0) else {
            return Vec::new();
        };
        let lines = BufReader::new(file).lines().map_while(Result::ok);
        let entries = lines.filter_map(|line| serde_json::from_str::<Entry>(&line).ok());
        let mut entries: Vec<Entry> = entries
            .filter(|entry| *entry == Entry::new(account, content, purpose, &entry.file))
            .collect();
        entries.reverse();
        entries
    }

    /// Adds an upload, as one write: two programs can do it at the same time.
    pub fn append(&self, entry: &Entry) -> std::io::Result<()> {
        if let Some(folder) = self.0.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut line = serde_json::to_string(entry)?;
        line.push('\n');
        options.open(&self.0)?.write_all(line.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_upload_of_a_content_is_first_and_broken_lines_are_skipped() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal(folder.path().join("state/uploads.jsonl"));
        let content = |sha256: &str| Content {
            sha256: sha256.to_owned(),
            bytes: 3,
        };
        assert!(journal.entries("a", &content("1"), "fine-tune").is_empty());
        for (account, sha256, file) in [("a", "1", "f1"), ("a", "2", "f2"), ("b", "1", "f3")] {
            let entry = Entry::new(account, &content(sha256), "fine-tune", file);
            journal.append(&entry).unwrap();
        }
        let mut raw = OpenOptions::new().append(true).open(&journal.0).unwrap();
        raw.write_all(b"{\"half\": \n").unwrap();
        let again = Entry::new("a", &content("1"), "fine-tune", "f4");
        journal.append(&again).unwrap();
        let found = journal.entries("a", &content("1"), "fine-tune");
        let found: Vec<&str> = found.iter().map(|entry| entry.file.as_str()).collect();
        assert_eq!(found, ["f4", "f1"]);
        assert!(journal.entries("a", &content("1"), "assistants").is_empty());
    }
}
