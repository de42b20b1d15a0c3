//! The files that are written from the library's own types and tables:
//! `schema/` and `docs/mapping.md`. The library writes them itself, in its
//! example `written_files`; here it is built and asked.

use crate::fault::{Fault, Result};
use crate::write::Output;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Returns the files as they should be; none where there is no library to ask.
pub fn outputs(workspace: &Path) -> Result<Vec<Output>> {
    if !workspace.join("examples/written_files.rs").is_file() {
        return Ok(Vec::new());
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let fault = |message: String| Fault::file("examples/written_files.rs", message);
    let ran = Command::new(cargo)
        .args(["run", "--quiet", "--package", "unitune", "--example"])
        .arg("written_files")
        .current_dir(workspace)
        .output()
        .map_err(|e| fault(format!("cargo cannot be started: {e}")))?;
    if !ran.status.success() {
        let errors = String::from_utf8_lossy(&ran.stderr);
        return Err(fault(format!(
            "the library does not compile, so schema/ and docs/mapping.md cannot be written; \
             a value that is new in specs/ wants its place in src/unify/:\n{}",
            errors.trim_end()
        ))
        .into());
    }
    let files: BTreeMap<String, String> = serde_json::from_slice(&ran.stdout)
        .map_err(|e| fault(format!("its output is not as expected: {e}")))?;
    let output = |(path, text): (String, String)| Output {
        path: workspace.join(path),
        text,
    };
    Ok(files.into_iter().map(output).collect())
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
