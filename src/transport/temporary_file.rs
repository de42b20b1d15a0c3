//! Files that are there only while they are needed, or until they are complete.

use std::fs::{File, OpenOptions};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};

/// How often a name is tried that somebody else has.
const TRIES: usize = 16;

/// A file of this program's own, which is removed when this is dropped.
pub(super) struct TemporaryFile {
    path: PathBuf,
    is_kept: bool,
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        if !self.is_kept {
            // Nothing more can be done about a leftover than to try.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

impl TemporaryFile {
    /// Creates an empty file under a name that nothing in the folder has, neither
    /// a file nor a link. On Unix it has this mode, as far as the user lets it.
    ///
    /// # Errors
    ///
    /// No file can be created in the folder.
    pub(super) fn create_in(folder: &Path, mode: u32) -> io::Result<(Self, File)> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
        #[cfg(not(unix))]
        let _ = mode;
        let mut tries = 0;
        loop {
            tries += 1;
            let random = RandomState::new().build_hasher().finish();
            let path = folder.join(format!(".unitune-{random:016x}.partial"));
            match options.open(&path) {
                Ok(file) => {
                    let is_kept = false;
                    return Ok((Self { path, is_kept }, file));
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && tries < TRIES => {}
                Err(error) => return Err(error),
            }
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the file its name, under which it stays. A file that has it is replaced.
    ///
    /// # Errors
    ///
    /// It cannot have that name; it is removed then.
    pub(super) async fn rename_to(mut self, path: &Path) -> io::Result<()> {
        tokio::fs::rename(&self.path, path).await?;
        self.is_kept = true;
        Ok(())
    }
}
