//! Generates the Rust source of a typed client from an OpenAPI 3.0 document in normal
//! form.
//!
//! A fine-tuning client needs types that general generators do not write: enums that
//! keep an unknown value, unions that keep their branch, lists that keep their items
//! when one does not decode, and structs that keep undocumented members. The
//! operations are functions of one `Client`: required parameters are arguments,
//! optional ones are in a struct; retries, deadlines and errors are in the library's
//! `transport`.
//!
//! The build script of `unitune` and `cargo xtask` share this crate, so that a
//! maintainer checks the same code that a user compiles.
//!
//! ```
//! use serde_json::json;
//! use unitune_codegen::{Settings, generate};
//!
//! let document = json!({
//!     "openapi": "3.0.3",
//!     "info": {"title": "Jobs", "version": "1"},
//!     "paths": {"/jobs/{id}": {"get": {
//!         "operationId": "retrieveJob",
//!         "parameters": [{"name": "id", "in": "path", "required": true,
//!             "schema": {"type": "string"}}],
//!         "responses": {"200": {"description": "The job.", "content": {"application/json": {
//!             "schema": {"$ref": "#/components/schemas/Job"}}}}}}}},
//!     "components": {"schemas": {"Job": {
//!         "type": "object", "required": ["id"],
//!         "properties": {"id": {"type": "string"}}}}}
//! });
//! let source = generate(&document, &Settings::default())?;
//! assert!(source.contains("pub struct Job"));
//! assert!(source.contains("pub async fn retrieve_job"));
//! # Ok::<(), unitune_codegen::Error>(())
//! ```
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
    let source = Source::of(document, settings)?;
    Ok(prettyplease::unparse(&source.file))
}

/// Lists the public surface of one vendor's client: types with their fields,
/// enums with their values, operations with parameters and results; one line
/// each, sorted, without bodies. Where a name on the wire is not the Rust name, the
/// line holds it too.
///
/// # Errors
///
/// As [`generate`].
pub fn surface(document: &Value, settings: &Settings) -> Result<String, Error> {
    let source = Source::of(document, settings)?;
    let mut wire_names = model::wire_names(&source.model);
    wire_names.extend(operations::wire_names(&source.operations));
    Ok(surface::render(&source.file, &wire_names))
}

/// The generated source, with what it is generated from.
struct Source {
    model: model::Model,
    operations: operations::Operations,
    file: syn::File,
}

impl Source {
    fn of(document: &Value, settings: &Settings) -> Result<Self, Error> {
        let document = document::read(document)?;
        let model = model::Model::read(&document)?;
        let runtime: TokenStream = settings
            .runtime
            .parse()
            .map_err(|_| Error::new("", format!("{:?} is not a Rust path", settings.runtime)))?;
        let types = emit::types(&model, &runtime)?;
        let operations = operations::Operations::read(&document, &model)?;
        let client = operations::client(&document, &model, &operations, &runtime);
        let source = quote! { #types #client };
        let file = syn::parse2(source)
            .map_err(|e| Error::new("", format!("the generated source does not parse: {e}")))?;
        Ok(Self {
            model,
            operations,
            file,
        })
    }
}
