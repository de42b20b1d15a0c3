//! What is known of a vendor is in its folders and in one table: no other
//! source names a vendor's module, type or word.

use std::fs;
use std::path::{Path, PathBuf};

use unitune::vendors;

/// Folders of sources, from the repository's root. The sandbox has a test of
/// its own.
const SOURCES: [&str; 10] = [
    "src",
    "crates/charts/src",
    "crates/cli/src",
    "crates/codegen/src",
    "crates/datasets/src",
    "crates/diff/src",
    "crates/gateway/src",
    "crates/progenitor/src",
    "crates/redact/src",
    "xtask/src",
];

/// Where a vendor may be named: the table, the lines that Rust needs, the place
/// that says whose document is the schema of the unified job, and the one that
/// tells how an SDK finds the gateway.
const ALLOWED: [&str; 6] = [
    "crates/cli/src/serve.rs",
    "src/vendors.rs",
    "src/lib.rs",
    "src/unify.rs",
    "crates/progenitor/src/lib.rs",
    "xtask/src/diff/mapping_impact.rs",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // A file per vendor, and the table of them.
        let is_of_vendor = path.ends_with("crates/datasets/src/vendors")
            || vendors::all().iter().any(|v| path.ends_with(v.name()));
        if path.is_dir() && !is_of_vendor {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
}

/// The code of a source: without comments, and without its tests.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let tests = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    let lines = text[..tests].lines().enumerate();
    lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// True where code names a vendor: as a module, as a variant, as a word that is
/// compared, or by what is its own: variables, keys of the configuration, hosts.
/// Prose in a message is none.
fn names_a_vendor(line: &str) -> bool {
    vendors::all().iter().any(|vendor| {
        let name = vendor.name();
        let code = [
            format!("{name}::"),
            format!("::{name}"),
            format!("\"{name}\""),
        ];
        let lower = line.to_ascii_lowercase();
        code.iter().any(|text| lower.contains(text))
            || has_variant(line, name)
            || own_words(vendor).iter().any(|word| line.contains(word))
    })
}

/// True for `OpenAi(`: a variant or a type, whose words are as the vendor's.
fn has_variant(line: &str, name: &str) -> bool {
    let places = line.to_ascii_lowercase();
    places.match_indices(&format!("{name}(")).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let is_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !is_word && line[at..].starts_with(char::is_uppercase)
    })
}

fn own_words(vendor: &vendors::VendorInfo) -> Vec<&'static str> {
    let Some(profile) = vendor.profile() else {
        return Vec::new();
    };
    let mut words = vec![profile.environment.key];
    words.extend(
        profile
            .hosts
            .iter()
            .map(|host| host.trim_start_matches('.')),
    );
    words.extend(profile.config_values.iter().map(|own| own.variable));
    for own in profile.config_headers {
        words.extend([own.key, own.variable, own.header]);
    }
    words
}

#[test]
fn vendors_are_named_in_their_own_places_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in SOURCES {
        sources(&root.join(folder), &mut found);
    }
    assert!(found.len() > 200, "only {} sources were found", found.len());
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
        "read(\"TOGETHER_API_KEY\")",
        "key == \"openai_project\"",
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
