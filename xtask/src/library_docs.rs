//! The files that are written from the library's own types and tables:
//! `schema/` and `docs/mapping.md`. The library's test `generated_files_are_fresh`
//! writes them; here it is built and run.

use crate::located_error::{Fault, Result};
use crate::write_files::Output;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The source of the test.
const SOURCE: &str = "src/unify/generated_files.rs";
/// The test's name.
const TEST: &str = "unify::generated_files::generated_files_are_fresh";
/// The variable that names the folder to write to.
const FOLDER: &str = "UNITUNE_WRITTEN_FILES";

/// What writes the files without the vendors' documents.
pub const REWRITE: &str =
    "cargo test --package unitune --all-features --lib unify::generated_files";

/// The largest number of lines of a failed build that are shown.
const SHOWN: usize = 120;

/// What the error of a failed build says besides the build's own words.
#[derive(Clone, Copy, Debug)]
pub struct Advice<'a> {
    /// The files that were written before.
    pub written: &'a [PathBuf],
    /// The command to run again.
    pub again: &'a str,
}

impl Advice<'_> {
    /// Returns what is wrong where the build said `output`, and what to do.
    fn message(&self, output: &str) -> String {
        let mut message = if output.contains("could not compile") {
            format!(
                "the library does not compile with the documents in specs/, so schema/ and \
                 docs/mapping.md are not written yet: give each new value or field a meaning \
                 in src/unify/{}, then run the same command again: {}",
                self.vendors(),
                self.again
            )
        } else {
            format!(
                "the library's test that writes schema/ and docs/mapping.md failed: see what \
                 it says below, then run the same command again: {}",
                self.again
            )
        };
        if !self.written.is_empty() {
            message.push_str("\nwritten before that:");
            for path in self.written {
                message.push_str(&format!("\n  {}", path.display()));
            }
        }
        let lines: Vec<&str> = output.lines().collect();
        let left_out = lines.len().saturating_sub(SHOWN);
        if left_out > 0 {
            message.push_str(&format!("\n… ({left_out} lines left out)"));
        }
        for line in &lines[left_out..] {
            message.push('\n');
            message.push_str(line);
        }
        message
    }

    /// Returns the folders of `src/unify` that are to be looked at.
    fn vendors(&self) -> String {
        let folders = self.written.iter().filter_map(|path| path.parent());
        let names = folders.filter_map(|folder| folder.file_name());
        let mut names: Vec<String> = names.map(|name| name.display().to_string()).collect();
        names.dedup();
        match names.as_slice() {
            [one] => one.clone(),
            _ => "<vendor>".to_owned(),
        }
    }
}

/// Returns the files as they should be; none where there is no library.
pub fn outputs(workspace: &Path, advice: Advice<'_>) -> Result<Vec<Output>> {
    if !workspace.join(SOURCE).is_file() {
        return Ok(Vec::new());
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let fault = |message: String| Fault::file(SOURCE, message);
    let folder = tempfile::tempdir()
        .map_err(|e| fault(format!("a temporary folder cannot be created: {e}")))?;
    let ran = Command::new(cargo)
        .args(["test", "--quiet", "--package", "unitune", "--all-features"])
        .args(["--lib", "--", "--exact", TEST])
        .env(FOLDER, folder.path())
        .current_dir(workspace)
        .output()
        .map_err(|e| fault(format!("cargo cannot be started: {e}")))?;
    if !ran.status.success() {
        // Compilers write to one of them, tests to the other.
        let output = [ran.stdout, ran.stderr].concat();
        let output = String::from_utf8_lossy(&output);
        return Err(fault(advice.message(output.trim())).into());
    }
    let mut outputs = Vec::new();
    for name in ["docs", "schema"] {
        let unreadable = |e: std::io::Error| fault(format!("{name}/ was not written: {e}"));
        for entry in fs::read_dir(folder.path().join(name)).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let text = fs::read_to_string(&path).map_err(unreadable)?;
            let file = path.file_name().unwrap_or_default();
            outputs.push(Output {
                path: workspace.join(name).join(file),
                text,
            });
        }
    }
    outputs.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(outputs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_library_there_is_nothing_to_write() {
        let empty = std::env::temp_dir();
        let advice = Advice {
            written: &[],
            again: "cargo xtask codegen",
        };
        assert_eq!(outputs(&empty, advice).unwrap(), []);
    }
}
