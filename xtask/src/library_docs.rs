//! The files that are written from the library's own types and tables:
//! `schema/` and `docs/mapping.md`. The library's test `generated_files_are_fresh`
//! writes them; here it is built and run.

use crate::located_error::{Fault, Result};
use crate::write_files::Output;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The source of the test.
const SOURCE: &str = "src/unify/generated_files.rs";
/// The test's name.
const TEST: &str = "unify::generated_files::generated_files_are_fresh";
/// The variable that names the folder to write to.
const FOLDER: &str = "UNITUNE_WRITTEN_FILES";

/// Returns the files as they should be; none where there is no library.
pub fn outputs(workspace: &Path) -> Result<Vec<Output>> {
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
        let errors = String::from_utf8_lossy(&ran.stderr);
        return Err(fault(format!(
            "the library does not compile, so schema/ and docs/mapping.md cannot be written; \
             give each new value in specs/ a meaning in src/unify/:\n{}",
            errors.trim_end()
        ))
        .into());
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
        assert_eq!(outputs(&empty).unwrap(), []);
    }
}
