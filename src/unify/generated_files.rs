//! The files that are written from the types and tables of `unify`:
//! `docs/mapping.md` and `schema/`. A stale one is rewritten, and the test fails
//! once: the fix is then on disk. `cargo xtask codegen` runs this test as well.

use std::fs;
use std::path::{Path, PathBuf};

use super::mapping_markdown::mapping_page;
use crate::vendors::{self, VendorInfo};

/// The variable that names a folder to write all files to, in place of the
/// comparison with those of the repository.
const FOLDER: &str = "UNITUNE_WRITTEN_FILES";

/// Returns the files, as (path from the root of the repository, text).
fn files() -> Vec<(String, String)> {
    let mut files = vec![("docs/mapping.md".to_owned(), mapping_page())];
    #[cfg(feature = "schema")]
    files.extend(super::schemas().into_iter().map(|(name, mut schema)| {
        // Some crate may have turned on that maps keep their members' order.
        schema.sort_all_objects();
        let text = serde_json::to_string_pretty(&schema).unwrap();
        (format!("schema/{name}"), text + "\n")
    }));
    files
}

fn write(folder: &Path, file: &str, text: &str) {
    let path = folder.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn generated_files_are_fresh() {
    // The documentation is about all vendors.
    if !vendors::all().iter().all(VendorInfo::is_compiled_in) {
        return;
    }
    if let Some(folder) = std::env::var_os(FOLDER) {
        for (file, text) in files() {
            write(Path::new(&folder), &file, &text);
        }
        return;
    }
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let is_stale = |(file, text): &(String, String)| {
        !fs::read_to_string(root.join(file)).is_ok_and(|found| found == *text)
    };
    let stale: Vec<_> = files().into_iter().filter(is_stale).collect();
    for (file, text) in &stale {
        write(&root, file, text);
    }
    let names: Vec<_> = stale.into_iter().map(|(file, _)| file).collect();
    assert!(
        names.is_empty(),
        "stale files, which are rewritten now: run the test again: {names:?}"
    );
}
