//! What is known of a vendor stands in its folders and in one table: no other
//! source names a vendor's module, type or word.

use std::fs;
use std::path::{Path, PathBuf};

/// Names that only a vendor's own places may use.
const NAMES: [&str; 3] = ["openai", "together", "truefoundry"];

/// The same as types and variants write them.
const VARIANTS: [&str; 3] = ["OpenAi", "Together", "TrueFoundry"];

/// Folders of sources, from the repository's root. The sandbox has a test of
/// its own.
const SOURCES: [&str; 4] = ["src", "crates/cli/src", "crates/gateway/src", "xtask/src"];

/// Where a vendor may be named: the table, the lines that Rust needs, and the
/// one place that says whose document is the schema of the unified job.
const ALLOWED: [&str; 4] = [
    "src/vendors.rs",
    "src/lib.rs",
    "src/unify.rs",
    "xtask/src/diff/mapping.rs",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_of_vendor = NAMES.iter().any(|name| path.ends_with(name));
        if path.is_dir() && !is_of_vendor {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
}

/// The code of a source: without comments, and without its tests.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate();
    let lines = lines.take_while(|(_, line)| !line.starts_with("#[cfg(test)]"));
    lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// True where code names a vendor: as a module, as a variant, or as a word that
/// is compared. Prose in a message is none.
fn names_a_vendor(line: &str) -> bool {
    let modules = NAMES.iter().any(|name| {
        let code = [
            format!("{name}::"),
            format!("::{name}"),
            format!("\"{name}\""),
        ];
        code.iter().any(|text| line.contains(text))
    });
    let variants = VARIANTS.iter().any(|name| {
        let code = [format!("{name}("), format!("::{name}")];
        code.iter().any(|text| line.contains(text))
    });
    modules || variants
}

#[test]
fn vendors_are_named_in_their_own_places_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in SOURCES {
        sources(&root.join(folder), &mut found);
    }
    assert!(found.len() > 150, "only {} sources were found", found.len());
    let mut named = Vec::new();
    for path in found {
        let shown = path.strip_prefix(root).unwrap().display().to_string();
        if ALLOWED.contains(&shown.as_str()) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for (number, line) in code(&text).filter(|(_, line)| names_a_vendor(line)) {
            named.push(format!("{shown}:{}: {}", number + 1, line.trim()));
        }
    }
    assert!(named.is_empty(), "{}", named.join("\n"));
}

#[test]
fn what_names_a_vendor_is_seen() {
    for line in [
        "use crate::openai;",
        "Vendor::OpenAi => 1,",
        "together::Client::new()",
        "if vendor == \"truefoundry\" {",
        "Client::Together(client) => {}",
    ] {
        assert!(names_a_vendor(line), "{line}");
    }
    for line in [
        "jobs that came together",
        "\"put together from parts\"",
        "OpenAI's SDK",
    ] {
        assert!(!names_a_vendor(line), "{line}");
    }
}

/// The README's table of vendors says what the code's table says.
#[test]
fn the_readme_lists_every_vendor() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    for vendor in unitune::vendors::all() {
        let Some(names) = vendor.environment() else {
            continue;
        };
        let feature = vendor.feature().map(|feature| format!("`{feature}`"));
        let row = readme
            .lines()
            .find(|line| line.starts_with(&format!("| {} |", vendor.title())))
            .unwrap_or_else(|| panic!("{} has no row in README.md", vendor.title()));
        for text in [
            format!("`{}`", names.key),
            format!("`{}`", names.base_url),
            feature.unwrap_or_default(),
        ] {
            assert!(row.contains(&text), "{row}: {text}");
        }
    }
}
