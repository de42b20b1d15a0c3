//! The public surface of each vendor's client, for review: these snapshots and
//! the diff of `specs/` are what a reviewer of a changed document reads.

use std::fs;

use unitune_codegen::{Settings, surface};

fn of(vendor: &str) -> String {
    let path = format!(
        "{}/../../specs/{vendor}/openapi.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    let document = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{path}: {e}"));
    surface(&document, &Settings::default()).unwrap_or_else(|e| panic!("{path}: {e}"))
}

#[test]
fn azure() {
    insta::assert_snapshot!(of("azure"));
}

#[test]
fn fireworks() {
    insta::assert_snapshot!(of("fireworks"));
}

#[test]
fn openai() {
    insta::assert_snapshot!(of("openai"));
}

#[test]
fn together() {
    insta::assert_snapshot!(of("together"));
}

#[test]
fn truefoundry() {
    insta::assert_snapshot!(of("truefoundry"));
}

/// A number in a name means that no name was chosen.
#[test]
fn no_name_is_a_number() {
    for vendor in ["azure", "fireworks", "openai", "together", "truefoundry"] {
        for line in of(vendor).lines() {
            for stem in ["Branch", "Subtype", "Variant", "Inline", "Item"] {
                let numbered = line
                    .split(stem)
                    .skip(1)
                    .any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
                assert!(!numbered, "{vendor}: {line}");
            }
        }
    }
}
