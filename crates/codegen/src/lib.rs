//! A normal-form OpenAPI 3.0 document in, the Rust source of a typed client out.
//!
//! The types are written by this crate, because a fine-tuning client needs
//! what no general generator offers: enums that keep a value nobody knows,
//! unions that keep their branch, lists of which one bad item does not take
//! the others with it, and structs that keep the members no document names.
//! The operations are functions of one `Client`: required parameters are
//! arguments, optional ones have names in a struct, and all else (retries,
//! deadlines, errors) is the library's `transport`, which they hand a request.
//!
//! The build script of `unitune` and `cargo xtask` share this crate, so that
//! what a maintainer checks is what a user compiles.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(missing_docs, clippy::unwrap_used)]

mod document;
mod emit;
mod error;
mod model;
mod names;
mod operations;
mod surface;

pub use error::Error;

// The crates whose types are part of this crate's API, in the versions that it uses.
#[doc(no_inline)]
pub use serde_json;

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

/// How a document is turned into source.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Path of the library that holds `wire` and `transport`: `crate` inside
    /// unitune itself, `::unitune` elsewhere.
    pub runtime: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            runtime: "crate".to_owned(),
        }
    }
}

/// Generates the Rust source of one vendor's client.
///
/// The source is the body of a module: `types`, one options struct per
/// operation that has optional parameters, and `Client`.
///
/// # Errors
///
/// [`Error`] names the place, as a JSON pointer, of what cannot be expressed.
pub fn generate(document: &Value, settings: &Settings) -> Result<String, Error> {
    let file = generate_file(document, settings)?;
    Ok(prettyplease::unparse(&file))
}

/// Lists the public surface of one vendor's client: types with their fields,
/// enums with their values, operations with parameters and results; one line
/// each, sorted, without bodies.
///
/// # Errors
///
/// As [`generate`].
pub fn surface(document: &Value, settings: &Settings) -> Result<String, Error> {
    let file = generate_file(document, settings)?;
    Ok(surface::render(&file))
}

fn generate_file(document: &Value, settings: &Settings) -> Result<syn::File, Error> {
    let document = document::read(document)?;
    let model = model::Model::read(&document)?;
    let runtime: TokenStream = settings
        .runtime
        .parse()
        .map_err(|_| Error::new("", format!("{:?} is not a Rust path", settings.runtime)))?;
    let types = emit::types(&model, &runtime)?;
    let client = operations::client(&document, &model, &runtime)?;
    let source = quote! { #types #client };
    syn::parse2(source)
        .map_err(|e| Error::new("", format!("the generated source does not parse: {e}")))
}
