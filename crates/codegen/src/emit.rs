//! Writes the module `types`. Generics and helpers in it begin with two underscores, as
//! no component's name does.

mod enums;
mod structs;
mod unions;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::model::{Kind, Model, TypeRef};
use crate::{Error, names};

/// Returns the module `types` with every component that is referred to.
pub(crate) fn types(model: &Model, runtime: &TokenStream) -> Result<TokenStream, Error> {
    let context = Context { model, runtime };
    let mut items = Vec::new();
    for (name, ty) in &model.types {
        if model.omitted.contains(name) {
            continue;
        }
        let ident = names::ident(&ty.rust_name);
        let docs = docs(ty.description.as_deref(), &format!("Component `{name}`."));
        items.push(match &ty.kind {
            Kind::Struct(fields) => structs::emit(&context, name, &ident, &docs, fields),
            Kind::Enum(values) => enums::emit(&context, name, &ident, &docs, values),
            Kind::Union(branches) => unions::emit(&context, name, &ident, &docs, branches),
            Kind::Alias(target) => {
                let target = context.rust_type(target);
                quote! { #docs pub type #ident = #target; }
            }
        });
    }
    Ok(quote! {
        /// The vendor's types, as its document names them.
        pub mod types {
            #(#items)*
        }
    })
}

/// What the emitters share.
pub(crate) struct Context<'a> {
    pub(crate) model: &'a Model,
    pub(crate) runtime: &'a TokenStream,
}

impl Context<'_> {
    /// Returns the Rust type of a reference, inside the module `types`.
    pub(crate) fn rust_type(&self, ty: &TypeRef) -> TokenStream {
        let runtime = self.runtime;
        match ty {
            TypeRef::Component(name) => {
                let ident = self.component(name);
                quote! { #ident }
            }
            TypeRef::String => quote! { ::std::string::String },
            TypeRef::Secret => quote! { #runtime::wire::Secret },
            TypeRef::Timestamp => quote! { #runtime::wire::Timestamp },
            TypeRef::Integer => quote! { i64 },
            TypeRef::Unsigned => quote! { u64 },
            TypeRef::Number => quote! { f64 },
            TypeRef::Boolean => quote! { bool },
            TypeRef::Any => quote! { ::serde_json::Value },
            TypeRef::FreeObject => quote! { #runtime::wire::Object },
            TypeRef::Array(item) => {
                let item = self.rust_type(item);
                quote! { ::std::vec::Vec<#item> }
            }
            TypeRef::Lenient(item) => {
                let item = self.rust_type(item);
                quote! { #runtime::wire::LenientList<#item> }
            }
            TypeRef::Map(value) => {
                let value = self.rust_type(value);
                quote! { ::std::collections::BTreeMap<::std::string::String, #value> }
            }
            TypeRef::Nullable(inner) => {
                let inner = self.rust_type(inner);
                quote! { ::std::option::Option<#inner> }
            }
        }
    }

    /// Returns the Rust name of a component.
    pub(crate) fn component(&self, name: &str) -> Ident {
        let rust_name = self
            .model
            .get(name)
            .map_or_else(|| names::pascal(name), |ty| ty.rust_name.clone());
        names::ident(&rust_name)
    }

    /// Returns true for an enumeration of one value: a constant with a
    /// `Default`.
    pub(crate) fn is_constant(&self, ty: &TypeRef) -> bool {
        match ty {
            TypeRef::Component(name) => matches!(
                self.model.get(name).map(|t| &t.kind),
                Some(Kind::Enum(values)) if values.len() == 1
            ),
            _ => false,
        }
    }
}

/// Returns a doc attribute; `fallback` is used where the document has no
/// description.
pub(crate) fn docs(description: Option<&str>, fallback: &str) -> TokenStream {
    let text = description.unwrap_or(fallback);
    quote! { #[doc = #text] }
}
