//! Reads files and revisions from git.

use crate::located_error::{Fault, Result};
use std::path::Path;
use std::process::{Command, Output};

fn git(workspace: &Path, arguments: &[&str]) -> Result<Output> {
    Command::new("git")
        .arg("-C")
        .arg(workspace)
        .args(arguments)
        .output()
        .map_err(|e| Fault::file("git", e.to_string()).into())
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Returns the commit that a revision names, if it names one.
pub fn commit(workspace: &Path, revision: &str) -> Result<Option<String>> {
    if revision.starts_with('-') {
        return Ok(None);
    }
    let name = format!("{revision}^{{commit}}");
    let output = git(workspace, &["rev-parse", "--verify", "--quiet", &name])?;
    Ok(output.status.success().then(|| text(&output)))
}

/// Returns where this branch left the main one.
pub fn merge_base(workspace: &Path) -> Result<String> {
    for main in ["main", "origin/main", "master", "origin/master"] {
        if commit(workspace, main)?.is_some() {
            let output = git(workspace, &["merge-base", "HEAD", main])?;
            if output.status.success() {
                return Ok(text(&output));
            }
        }
    }
    let message = "no merge base with main: name a revision, two files or two folders";
    Err(Fault::file("git", message).into())
}

/// Returns the files of a revision under a folder or at a path.
pub fn list(workspace: &Path, commit: &str, paths: &[&str]) -> Result<Vec<String>> {
    let mut arguments = vec![
        "ls-tree",
        "-r",
        "-z",
        "--name-only",
        "--full-tree",
        commit,
        "--",
    ];
    arguments.extend(paths);
    let output = git(workspace, &arguments)?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(Fault::file(commit, message).into());
    }
    let names = String::from_utf8_lossy(&output.stdout);
    let names = names.split('\0').filter(|name| !name.is_empty());
    Ok(names.map(str::to_owned).collect())
}

/// Returns the text of a file at a revision.
pub fn show(workspace: &Path, commit: &str, path: &str) -> Result<String> {
    let name = format!("{commit}:{path}");
    let output = git(workspace, &["show", &name])?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(Fault::file(name, message).into());
    }
    String::from_utf8(output.stdout).map_err(|_| Fault::file(name, "not UTF-8 text").into())
}
