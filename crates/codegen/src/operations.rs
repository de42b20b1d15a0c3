//! The operations: progenitor's client in a private module, and the public
//! one in front of it.

mod face;
mod prepare;

use proc_macro2::TokenStream;
use progenitor_impl::{GenerationSettings, Generator, HooksMode, InterfaceStyle};
use quote::quote;
use serde_json::Value;

use crate::Error;
use crate::model::Model;

/// The module `raw`, the options structs and `Client`.
pub(crate) fn client(
    document: &Value,
    model: &Model,
    runtime: &TokenStream,
) -> Result<TokenStream, Error> {
    let prepared = prepare::document(document, model)?;
    let raw = raw(&prepared.document, model, runtime)?;
    let face = face::emit(&raw, &prepared, runtime)?;
    Ok(quote! {
        #[allow(dead_code)]
        mod raw {
            #raw

            impl ClientHooks<#runtime::transport::Transport> for Client {
                async fn exec(
                    &self,
                    request: ::reqwest::Request,
                    info: &OperationInfo,
                ) -> ::reqwest::Result<::reqwest::Response> {
                    self.inner.execute(&self.client, request, info.operation_id).await
                }
            }
        }
        #face
    })
}

/// What progenitor makes of the prepared document.
fn raw(document: &Value, model: &Model, runtime: &TokenStream) -> Result<syn::File, Error> {
    let api: openapiv3::OpenAPI = serde_json::from_value(document.clone())
        .map_err(|e| Error::new("", format!("not an OpenAPI 3.0 document: {e}")))?;
    let mut settings = GenerationSettings::default();
    settings
        .with_interface(InterfaceStyle::Positional)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote! { #runtime::transport::Transport });
    for (name, ty) in &model.types {
        let path = format!("super::types::{}", ty.rust_name);
        settings.with_replacement(name, path, replacement_impls());
    }
    settings.with_replacement(
        prepare::DEEP_OBJECT,
        format!("{runtime}::wire::NamedDeepObject"),
        replacement_impls(),
    );
    settings.with_replacement(
        prepare::ERROR_BODY,
        format!("{runtime}::transport::ErrorBody"),
        replacement_impls(),
    );
    let tokens = Generator::new(&settings)
        .generate_tokens(&api)
        .map_err(|e| Error::new("", format!("progenitor: {e}")))?;
    let mut file: syn::File = syn::parse2(tokens)
        .map_err(|e| Error::new("", format!("progenitor's source does not parse: {e}")))?;
    drop_unused(&mut file.items);
    Ok(file)
}

/// Takes out what nobody calls: a constructor that panics where no HTTP client
/// can be set up, and a module for types when there are none in it.
fn drop_unused(items: &mut Vec<syn::Item>) {
    items.retain(|item| {
        let syn::Item::Mod(module) = item else {
            return true;
        };
        let types = module.content.as_ref().map(|(_, items)| items.as_slice());
        !(module.ident == "types"
            && matches!(types, Some([syn::Item::Mod(only)]) if only.ident == "error"))
    });
    for item in items {
        if let syn::Item::Impl(block) = item
            && block.trait_.is_none()
        {
            block
                .items
                .retain(|i| !matches!(i, syn::ImplItem::Fn(f) if f.sig.ident == "new"));
        }
    }
}

/// Replaced types are written to headers and paths by their `Display`.
fn replacement_impls() -> impl Iterator<Item = progenitor_impl::TypeImpl> {
    [progenitor_impl::TypeImpl::Display].into_iter()
}
