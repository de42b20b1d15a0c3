//! Generates the client of each enabled vendor from its document in `specs/`.

mod fit;

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use openapiv3::OpenAPI;
use progenitor::{GenerationSettings, Generator, InterfaceStyle};
use serde_json::Value;

fn main() {
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=specs");
    if let Err(error) = run() {
        println!("cargo::error={error}");
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let out = env::var("OUT_DIR")?;
    let out = Path::new(&out);
    let mut modules = String::new();
    for vendor in vendors()? {
        let path = format!("specs/{vendor}/openapi.json");
        println!("cargo::rerun-if-changed={path}");
        if env::var_os(format!("CARGO_FEATURE_{}", vendor.to_uppercase())).is_none() {
            continue;
        }
        let document = fs::read_to_string(&path).map_err(|e| format!("{path}: {e}"))?;
        let source = generate(&document).map_err(|e| format!("{path}: {e}"))?;
        fs::write(out.join(format!("{vendor}.rs")), source)?;
        write!(
            modules,
            "#[doc = \"The client of the API `{vendor}`, and its types.\"]
            #[allow(clippy::all, clippy::pedantic, missing_docs, unused, rustdoc::all)]
            pub mod {vendor} {{ include!(concat!(env!(\"OUT_DIR\"), \"/{vendor}.rs\")); }}"
        )?;
    }
    fs::write(out.join("vendors.rs"), modules)?;
    Ok(())
}

/// The folders that hold a document, by name.
fn vendors() -> Result<Vec<String>, Box<dyn Error>> {
    let mut vendors = Vec::new();
    for entry in fs::read_dir("specs").map_err(|e| format!("specs: {e}"))? {
        let entry = entry?;
        if entry.path().join("openapi.json").is_file() {
            vendors.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    vendors.sort();
    Ok(vendors)
}

fn generate(document: &str) -> Result<String, Box<dyn Error>> {
    let mut document: Value = serde_json::from_str(document)?;
    fit::fit(&mut document);
    let document: OpenAPI = serde_json::from_value(document)?;
    let mut settings = GenerationSettings::default();
    settings.with_interface(InterfaceStyle::Builder);
    let tokens = Generator::new(&settings).generate_tokens(&document)?;
    Ok(prettyplease::unparse(&syn::parse2(tokens)?))
}
