//! Generates the client of each enabled vendor from its document in `specs/`.

use std::path::Path;
use std::{env, fs};

use unitune_codegen::{Settings, generate};

/// (folder under `specs/`, the feature that asks for it; none: always).
const VENDORS: [(&str, Option<&str>); 5] = [
    ("azure", Some("CARGO_FEATURE_AZURE")),
    ("fireworks", Some("CARGO_FEATURE_FIREWORKS")),
    ("openai", Some("CARGO_FEATURE_OPENAI")),
    ("together", Some("CARGO_FEATURE_TOGETHER")),
    ("truefoundry", None),
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR for build scripts");
    for (vendor, feature) in VENDORS {
        let path = format!("specs/{vendor}/openapi.json");
        println!("cargo::rerun-if-changed={path}");
        if feature.is_none_or(|f| env::var_os(f).is_some())
            && let Err(error) = write(&path, &Path::new(&out).join(format!("{vendor}.rs")))
        {
            println!("cargo::error={path}: {error}");
        }
    }
}

fn write(from: &str, to: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let document = serde_json::from_str(&fs::read_to_string(from)?)?;
    fs::write(to, generate(&document, &Settings::default())?)?;
    Ok(())
}
