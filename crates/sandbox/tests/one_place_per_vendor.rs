//! Vendors are named in their folders and in the table, and nowhere else in the sources.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

use std::fs;
use std::path::{Path, PathBuf};
use unitune_sandbox::Vendor;

/// Every source below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(sources(&path)),
            false => found.push(path),
        }
    }
    found
}

/// The words of a line, in lower case: `Vendor::OpenAi`, `openai_key` and "OpenAI" all hold the word `openai`.
///
/// The English word that a vendor is named after counts too: "in all" and "combined" say the same.
fn words(line: &str) -> impl Iterator<Item = String> {
    let words = line.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.map(str::to_ascii_lowercase)
}

/// The lines of a source that may not name a vendor.
fn lines<'a>(path: &Path, text: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
    // Rust needs the folders named once.
    let is_root = path.ends_with("src/lib.rs");
    let lines = text.lines().enumerate();
    lines.filter(move |(_, line)| !(is_root && line.starts_with("mod ")))
}

#[test]
fn shared_sources_name_no_vendor() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let names: Vec<&str> = Vendor::all().map(Vendor::name).collect();
    let shared = |path: &PathBuf| {
        let inside = path.strip_prefix(&root).unwrap();
        let first = inside.iter().next().unwrap().to_str().unwrap();
        !names.contains(&first) && first != "vendors.rs"
    };
    let shared: Vec<PathBuf> = sources(&root).into_iter().filter(shared).collect();
    assert!(shared.len() > 20, "{shared:?}");
    let mut found = Vec::new();
    for path in shared {
        let text = fs::read_to_string(&path).unwrap();
        for (at, line) in lines(&path, &text) {
            let named = words(line).find(|word| names.contains(&word.as_str()));
            found.extend(named.map(|name| format!("{}:{}: {name}", path.display(), at + 1)));
        }
    }
    assert!(
        found.is_empty(),
        "a vendor belongs in its folder:\n{}",
        found.join("\n")
    );
}

/// The one vendor who serves another's API: what is the same there is called, and not written twice.
const SERVES: &[(&str, &str)] = &[("azure", "openai")];

#[test]
fn no_vendor_names_another_s_folder() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for vendor in Vendor::all() {
        for path in sources(&root.join(vendor.name())) {
            let text = fs::read_to_string(&path).unwrap();
            let served = |other: &Vendor| SERVES.contains(&(vendor.name(), other.name()));
            for other in Vendor::all().filter(|other| *other != vendor && !served(other)) {
                let module = format!("crate::{other}");
                assert!(!text.contains(&module), "{}: {module}", path.display());
            }
        }
    }
}

#[test]
fn words_are_found_in_every_spelling() {
    for line in [
        "Vendor::OpenAi",
        "fn openai_key()",
        "as OpenAI does",
        "\"openai\"",
    ] {
        assert!(words(line).any(|word| word == "openai"), "{line}");
    }
    assert!(!words("openaipi").any(|word| word == "openai"));
}
