//! String enumerations: open where a vendor answers with them, closed where
//! they are only sent.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::Context;
use crate::names;

pub(super) fn emit(
    context: &Context<'_>,
    component: &str,
    ident: &Ident,
    docs: &TokenStream,
    values: &[String],
) -> TokenStream {
    let runtime = context.runtime;
    let wire: Vec<&str> = values.iter().map(String::as_str).collect();
    let mut taken = BTreeSet::from(["Unknown".to_owned()]);
    let variants = names::distinct(&wire, names::pascal, &mut taken);
    let constant = constant(ident, &variants);
    let variants = values.iter().zip(&variants).map(|(value, variant)| {
        let variant = names::ident(variant);
        let doc = format!("`{value}`");
        quote! { #[doc = #doc] #variant = #value }
    });
    let openness = if context.model.is_received(component) {
        quote! { open }
    } else {
        quote! { closed }
    };
    quote! {
        #runtime::__wire_enum! { #openness #docs #ident { #(#variants),* } }
        #constant
    }
}

/// Returns the default of an enumeration of one value.
fn constant(ident: &Ident, variants: &[String]) -> Option<TokenStream> {
    let [only] = variants else { return None };
    let only = names::ident(only);
    Some(quote! {
        impl ::std::default::Default for #ident {
            fn default() -> Self { Self::#only }
        }
    })
}
