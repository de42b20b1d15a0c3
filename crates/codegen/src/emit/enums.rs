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
    let mut taken = BTreeSet::from(["Unknown".to_owned()]);
    let variants = values.iter().map(|value| {
        let variant = names::ident(&names::unique(names::pascal(value), &mut taken));
        let doc = format!("`{value}`");
        quote! { #[doc = #doc] #variant = #value }
    });
    let openness = if context.model.is_received(component) {
        quote! { open }
    } else {
        quote! { closed }
    };
    let constant = (values.len() == 1).then(|| {
        let only = names::ident(&names::unique(
            names::pascal(&values[0]),
            &mut BTreeSet::from(["Unknown".to_owned()]),
        ));
        quote! {
            impl ::std::default::Default for #ident {
                fn default() -> Self { Self::#only }
            }
        }
    });
    quote! {
        #runtime::__wire_enum! { #openness #docs #ident { #(#variants),* } }
        #constant
    }
}
