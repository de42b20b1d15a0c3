//! The two inputs of a comparison: a revision, the work tree, a folder or a
//! file, and the documents and sources in it.

use super::git;
use crate::located_error::{Fault, Faults, Result};
use crate::read;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use unitune_diff::Written;

/// One of the two inputs of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// `specs/` as it stands on disk.
    WorkTree,
    /// `specs/` at a commit.
    Commit(String),
    /// The documents of a folder.
    Folder(PathBuf),
    /// One document: a path or a URL.
    File(String),
}

impl Input {
    /// Returns what an argument names: a path that exists, else a URL, else a
    /// revision.
    pub fn parse(workspace: &Path, text: &str) -> Result<Self> {
        let path = Path::new(text);
        if path.is_dir() {
            return Ok(Self::Folder(path.to_path_buf()));
        }
        if path.exists() || read::is_url(text) {
            return Ok(Self::File(text.to_owned()));
        }
        match git::commit(workspace, text)? {
            Some(commit) => Ok(Self::Commit(commit)),
            None => Err(Fault::file(text, "no such file, folder or revision").into()),
        }
    }

    /// Returns whether it is one document.
    #[must_use]
    pub fn is_file(&self) -> bool {
        matches!(self, Self::File(_))
    }

    /// Returns its documents by name.
    pub fn documents(&self, workspace: &Path) -> Result<BTreeMap<String, Written>> {
        match self {
            Self::WorkTree => specs(&workspace.join("specs"), "specs"),
            Self::Commit(commit) => at_commit(workspace, commit),
            Self::Folder(folder) => in_folder(folder),
            Self::File(place) => {
                let name = place.rsplit('/').next().unwrap_or(place);
                let source = read::read(place)?;
                let written = Written {
                    file: place.clone(),
                    text: source.text,
                    value: source.value,
                };
                Ok(BTreeMap::from([(name.to_owned(), written)]))
            }
        }
    }

    /// Returns the source files of `src/unify` that belong to it: its own, else
    /// those of the workspace.
    pub fn unify(&self, workspace: &Path) -> Result<Vec<(String, String)>> {
        match self {
            Self::Commit(commit) => {
                let mut files = Vec::new();
                for path in git::list(workspace, commit, &["src/unify", "src/unify.rs"])? {
                    if path.ends_with(".rs") {
                        let text = git::show(workspace, commit, &path)?;
                        files.push((path, text));
                    }
                }
                Ok(files)
            }
            Self::Folder(folder) if folder.join("src/unify").is_dir() => on_disk(folder),
            _ => on_disk(workspace),
        }
    }
}

fn on_disk(root: &Path) -> Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    let mut todo = vec![PathBuf::from("src/unify"), PathBuf::from("src/unify.rs")];
    while let Some(path) = todo.pop() {
        let full = root.join(&path);
        if full.is_dir() {
            let entries = std::fs::read_dir(&full).into_iter().flatten().flatten();
            todo.extend(entries.map(|entry| path.join(entry.file_name())));
        } else if path.extension().is_some_and(|ending| ending == "rs") && full.is_file() {
            let name = path.display().to_string();
            files.push((name, read::read_text(&full)?));
        }
    }
    files.sort();
    Ok(files)
}

fn written(file: String, text: String) -> Result<Written> {
    let value = read::parse(&file, &text)?;
    Ok(Written { file, text, value })
}

/// Reads `<folder>/<vendor>/openapi.json`, with the name `name` in messages.
fn specs(folder: &Path, name: &str) -> Result<BTreeMap<String, Written>> {
    let mut documents = BTreeMap::new();
    let mut faults = Faults::default();
    for vendor in folders(folder)? {
        let path = folder.join(&vendor).join("openapi.json");
        if path.is_file() {
            let file = format!("{name}/{vendor}/openapi.json");
            let read = read::read_text(&path).and_then(|text| written(file, text));
            documents.extend(faults.take(read).map(|read| (vendor, read)));
        }
    }
    faults.into_result()?;
    Ok(documents)
}

fn folders(folder: &Path) -> Result<Vec<String>> {
    let fault = |e: std::io::Error| Fault::file(folder.display().to_string(), e.to_string());
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fault)? {
        let entry = entry.map_err(fault)?;
        if entry.path().is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn at_commit(workspace: &Path, commit: &str) -> Result<BTreeMap<String, Written>> {
    let mut documents = BTreeMap::new();
    let mut faults = Faults::default();
    for path in git::list(workspace, commit, &["specs"])? {
        let steps: Vec<&str> = path.split('/').collect();
        if let ["specs", vendor, "openapi.json"] = steps.as_slice() {
            let read =
                git::show(workspace, commit, &path).and_then(|text| written(path.clone(), text));
            documents.extend(faults.take(read).map(|read| ((*vendor).to_owned(), read)));
        }
    }
    faults.into_result()?;
    Ok(documents)
}

/// Returns a folder like `specs/`, a workspace with one, or a folder of
/// documents.
fn in_folder(folder: &Path) -> Result<BTreeMap<String, Written>> {
    let inner = folder.join("specs");
    let root = if inner.is_dir() {
        inner
    } else {
        folder.to_path_buf()
    };
    let found = specs(&root, &root.display().to_string())?;
    if !found.is_empty() {
        return Ok(found);
    }
    let mut documents = BTreeMap::new();
    let mut faults = Faults::default();
    for path in read::documents(folder)? {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let file = path.display().to_string();
        let read = read::read_text(&path).and_then(|text| written(file, text));
        documents.extend(faults.take(read).map(|read| (name, read)));
    }
    faults.into_result()?;
    if documents.is_empty() {
        let folder = folder.display().to_string();
        return Err(Fault::file(folder, "no documents in this folder").into());
    }
    Ok(documents)
}
