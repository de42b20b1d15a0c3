//! Writes an operation: the struct of its optional parameters, and the
//! function, which is one expression over its arguments. There is nothing in
//! it that a parameter's name could be in the way of.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::read::{Location, Operation, Parameter, Success};
use super::template::Part;
use super::value::Value;
use crate::emit::{Context, docs};
use crate::names;

/// Returns the struct of the operation's optional parameters, if it has any.
pub(super) fn options(context: &Context<'_>, operation: &Operation) -> Option<TokenStream> {
    let name = names::ident(operation.options.as_ref()?);
    let doc = format!("Optional parameters of [`Client::{}`].", operation.function);
    let fields = optional(operation).map(|p| {
        let (ident, ty, doc) = (ident(p), owned(context, &p.value), parameter_docs(p));
        quote! { #doc pub #ident: ::std::option::Option<#ty> }
    });
    let setters = optional(operation).map(|p| {
        let (ident, ty, doc) = (ident(p), owned(context, &p.value), parameter_docs(p));
        quote! {
            #doc
            #[must_use]
            pub fn #ident(mut self, value: impl ::std::convert::Into<#ty>) -> Self {
                self.#ident = ::std::option::Option::Some(value.into());
                self
            }
        }
    });
    Some(quote! {
        #[doc = #doc]
        #[derive(Clone, Debug, Default)]
        #[non_exhaustive]
        pub struct #name {
            #(#fields,)*
        }

        impl #name {
            /// Creates options without values.
            pub fn new() -> Self {
                <Self as ::std::default::Default>::default()
            }
            #(#setters)*
        }
    })
}

/// Returns the function of the operation.
pub(super) fn function(context: &Context<'_>, operation: &Operation) -> TokenStream {
    let runtime = context.runtime;
    let function = names::ident(&operation.function);
    let (id, method) = (&operation.id, names::ident(operation.method));
    let doc = docs(
        operation.description.as_deref(),
        &format!("Operation `{id}`."),
    );
    let required = operation.parameters.iter().filter(|p| p.required);
    let required = required.map(|p| (ident(p), borrowed(context, &p.value)));
    let body = operation.body.as_ref();
    let body = body.map(|body| (names::ident("body"), borrowed(context, body)));
    let options = operation.options.as_ref().map(|name| {
        let name = names::ident(name);
        (names::ident("options"), quote! { #name })
    });
    let arguments = required
        .chain(body)
        .chain(options)
        .map(|(ident, ty)| quote! { #ident: #ty });
    let path = operation.path.iter().map(|part| match part {
        Part::Literal(text) => quote! { .path(#text) },
        Part::Parameter(name) => segment(operation, name),
    });
    let parameters = operation.parameters.iter().filter_map(sent);
    let json = operation.body.as_ref().map(|body| match body {
        Value::Integer | Value::Number | Value::Boolean => quote! { .json(&body) },
        _ => quote! { .json(body) },
    });
    let (result, call) = match &operation.success {
        Success::Json(value) => {
            let ty = owned(context, value);
            (quote! { Response<#ty> }, quote! { call_json })
        }
        Success::Nothing => (quote! { Response<()> }, quote! { call_empty }),
        Success::Bytes => (quote! { Download }, quote! { call_bytes }),
    };
    quote! {
        #doc
        ///
        /// # Errors
        ///
        /// The request did not arrive, the vendor rejected it, or the response is
        /// not as documented; the error has a kind for each case.
        pub async fn #function(
            &self,
            #(#arguments),*
        ) -> ::std::result::Result<#runtime::transport::#result, #runtime::Error> {
            self.transport
                .request(#id, #runtime::transport::Method::#method)
                #(#path)*
                #(#parameters)*
                #json
                .#call()
                .await
        }
    }
}

fn optional(operation: &Operation) -> impl Iterator<Item = &Parameter> {
    operation.parameters.iter().filter(|p| !p.required)
}

fn ident(parameter: &Parameter) -> Ident {
    names::ident(&parameter.rust_name)
}

fn parameter_docs(parameter: &Parameter) -> TokenStream {
    let fallback = format!("Parameter `{}`.", parameter.wire_name);
    docs(parameter.description.as_deref(), &fallback)
}

/// Returns the call that appends a path parameter.
fn segment(operation: &Operation, name: &str) -> TokenStream {
    let mut parameters = operation.parameters.iter();
    let parameter = parameters.find(|p| p.place == Location::Path && p.wire_name == name);
    let ident = parameter.map(ident);
    quote! { .segment(#name, #ident) }
}

/// Returns the call that sends a parameter outside of the path.
fn sent(parameter: &Parameter) -> Option<TokenStream> {
    let (name, ident) = (&parameter.wire_name, ident(parameter));
    let add = match parameter.place {
        Location::Path => return None,
        Location::Query => quote! { query },
        Location::Header => quote! { header },
    };
    if let (Value::List(_), Some(separator)) = (&parameter.value, parameter.separator) {
        let list = match parameter.required {
            true => quote! { ::std::option::Option::Some(#ident) },
            false => quote! { options.#ident },
        };
        return Some(quote! {
            .#add(
                #name,
                #list.filter(|list| !list.is_empty()).map(|list| {
                    let items = list.iter().map(::std::string::ToString::to_string);
                    items.collect::<::std::vec::Vec<::std::string::String>>().join(#separator)
                }),
            )
        });
    }
    Some(match (&parameter.value, parameter.required) {
        (Value::Pairs, true) => {
            quote! { .deep_object(#name, ::std::option::Option::Some(#ident)) }
        }
        (Value::Pairs, false) => quote! { .deep_object(#name, options.#ident.as_ref()) },
        (Value::List(_), true) => quote! { .#add(#name, #ident) },
        (Value::List(_), false) => quote! { .#add(#name, options.#ident.into_iter().flatten()) },
        (_, true) => quote! { .#add(#name, [#ident]) },
        (_, false) => quote! { .#add(#name, options.#ident) },
    })
}

/// Returns the type of a value that is returned.
fn owned(context: &Context<'_>, value: &Value) -> TokenStream {
    let runtime = context.runtime;
    match value {
        Value::Text => quote! { ::std::string::String },
        Value::Integer => quote! { i64 },
        Value::Number => quote! { f64 },
        Value::Boolean => quote! { bool },
        Value::Any => quote! { ::serde_json::Value },
        Value::Pairs => quote! { #runtime::wire::DeepObject },
        Value::Component(name) => {
            let ident = context.component(name);
            quote! { types::#ident }
        }
        Value::List(item) => {
            let item = owned(context, item);
            quote! { ::std::vec::Vec<#item> }
        }
    }
}

/// Returns the type of an argument.
fn borrowed(context: &Context<'_>, value: &Value) -> TokenStream {
    let ty = owned(context, value);
    match value {
        Value::Text => quote! { &str },
        Value::Integer | Value::Number | Value::Boolean => ty,
        Value::List(item) => {
            let item = owned(context, item);
            quote! { &[#item] }
        }
        Value::Any | Value::Pairs | Value::Component(_) => quote! { &#ty },
    }
}
