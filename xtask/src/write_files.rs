//! Writes files all or none: each is written to a temporary file, and then
//! moved; if a move fails, the files that were moved are restored.

use crate::located_error::{Fault, Result};
use std::path::{Path, PathBuf};

/// A file to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Its path.
    pub path: PathBuf,
    /// Its content.
    pub text: String,
}

impl Output {
    /// Returns whether the file holds this text already.
    #[must_use]
    pub fn is_current(&self) -> bool {
        std::fs::read_to_string(&self.path).is_ok_and(|text| text == self.text)
    }
}

/// Writes all files, or none.
pub fn write(outputs: &[Output]) -> Result<Vec<PathBuf>> {
    let stale: Vec<&Output> = outputs
        .iter()
        .filter(|output| !output.is_current())
        .collect();
    let mut staged = Staged::default();
    for output in &stale {
        let temporary = temporary_path(&output.path);
        staged.temporary.push(temporary.clone());
        std::fs::write(&temporary, &output.text).map_err(|e| fault(&temporary, &e))?;
    }
    for (output, temporary) in stale.iter().zip(staged.temporary.clone()) {
        let before = std::fs::read(&output.path).ok();
        std::fs::rename(&temporary, &output.path).map_err(|e| fault(&output.path, &e))?;
        staged.moved.push((output.path.clone(), before));
    }
    staged.moved.clear();
    Ok(stale.iter().map(|output| output.path.clone()).collect())
}

fn temporary_path(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.new", std::process::id()))
}

fn fault(path: &Path, error: &std::io::Error) -> Fault {
    Fault::file(path.display().to_string(), error.to_string())
}

/// Undoes what was done when it goes out of scope unfinished.
#[derive(Default)]
struct Staged {
    temporary: Vec<PathBuf>,
    moved: Vec<(PathBuf, Option<Vec<u8>>)>,
}

impl Drop for Staged {
    fn drop(&mut self) {
        for temporary in &self.temporary {
            let _ = std::fs::remove_file(temporary);
        }
        for (path, before) in self.moved.drain(..) {
            let _ = match before {
                Some(bytes) => std::fs::write(path, bytes),
                None => std::fs::remove_file(path),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_or_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| Output {
            path: folder.path().join(name),
            text: text.to_owned(),
        };
        write(&[file("a", "1"), file("b", "2")]).unwrap();
        // A folder in the way: the second move fails, the first is undone.
        std::fs::create_dir_all(folder.path().join("c/x")).unwrap();
        assert!(write(&[file("a", "3"), file("c", "4"), file("new", "5")]).is_err());
        assert_eq!(
            std::fs::read_to_string(folder.path().join("a")).unwrap(),
            "1"
        );
        let mut names: Vec<_> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        assert_eq!(names, ["a", "b", "c"]);
    }

    #[test]
    fn what_is_current_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let output = Output {
            path: folder.path().join("a"),
            text: "1".to_owned(),
        };
        assert_eq!(write(std::slice::from_ref(&output)).unwrap().len(), 1);
        assert!(write(&[output]).unwrap().is_empty());
    }
}
