//! The public client: one function per operation, optional parameters in a
//! struct with names, one error type.

use heck::ToUpperCamelCase;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{FnArg, ImplItem, Item, Pat, ReturnType, Type};

use super::prepare::{Operation, Parameter, Prepared};
use crate::Error;
use crate::emit::docs;
use crate::names;

pub(super) fn emit(
    raw: &syn::File,
    prepared: &Prepared,
    runtime: &TokenStream,
) -> Result<TokenStream, Error> {
    let mut options = Vec::new();
    let mut functions = Vec::new();
    for function in raw_functions(raw) {
        let name = function.sig.ident.to_string();
        let Some(operation) = prepared.operations.get(&name) else {
            return Err(Error::new(
                "",
                format!("progenitor made a function {name:?} of no operation"),
            ));
        };
        let shape = Shape::read(&function.sig, operation)?;
        options.extend(shape.options(runtime));
        functions.push(shape.function(runtime));
    }
    let base_urls = base_urls(prepared);
    Ok(quote! {
        #base_urls
        #(#options)*

        /// Speaks to the vendor's API; cheap to clone.
        #[derive(Clone, Debug)]
        pub struct Client {
            raw: raw::Client,
        }

        impl Client {
            /// Over a transport that is already set up.
            pub fn with_transport(transport: #runtime::transport::Transport) -> Self {
                let base_url = transport.base_url().to_owned();
                let http = transport.http().clone();
                Self {
                    raw: raw::Client::new_with_client(&base_url, http, transport),
                }
            }

            /// What this client sends its requests through.
            pub fn transport(&self) -> &#runtime::transport::Transport {
                &self.raw.inner
            }

            #(#functions)*
        }
    })
}

/// Where the document says that the API is.
fn base_urls(prepared: &Prepared) -> TokenStream {
    let urls = &prepared.base_urls;
    let default = urls.first().map(String::as_str).unwrap_or_default();
    quote! {
        /// The base URL of the API, by its document.
        pub const DEFAULT_BASE_URL: &str = #default;
        /// Every base URL that the document knows, its variables at their defaults.
        pub const BASE_URLS: &[&str] = &[#(#urls),*];
    }
}

/// progenitor's functions, in its order.
fn raw_functions(raw: &syn::File) -> impl Iterator<Item = &syn::ImplItemFn> {
    raw.items
        .iter()
        .filter_map(|item| match item {
            Item::Impl(block) if block.trait_.is_none() => Some(&block.items),
            _ => None,
        })
        .flatten()
        .filter_map(|item| match item {
            ImplItem::Fn(function) if function.sig.asyncness.is_some() => Some(function),
            _ => None,
        })
}

/// What progenitor's signature says about an operation.
struct Shape<'a> {
    operation: &'a Operation,
    function: &'a Ident,
    arguments: Vec<Argument<'a>>,
    success: &'a Type,
}

struct Argument<'a> {
    ident: &'a Ident,
    /// The type without `Option` and reference.
    ty: TokenStream,
    by_reference: bool,
    optional: bool,
    parameter: Option<&'a Parameter>,
}

impl<'a> Shape<'a> {
    fn read(sig: &'a syn::Signature, operation: &'a Operation) -> Result<Self, Error> {
        let unexpected = || {
            Error::new(
                "",
                format!(
                    "progenitor's signature of {:?} is not as expected",
                    operation.id
                ),
            )
        };
        let mut arguments = Vec::new();
        for input in &sig.inputs {
            let FnArg::Typed(typed) = input else { continue };
            let Pat::Ident(pattern) = &*typed.pat else {
                return Err(unexpected());
            };
            let ident = &pattern.ident;
            let (inner, optional) = match generic(&typed.ty, "Option") {
                Some(inner) => (inner, true),
                None => (&*typed.ty, false),
            };
            let (ty, by_reference) = match inner {
                Type::Reference(reference) => (&*reference.elem, true),
                ty => (ty, false),
            };
            // progenitor has its own way with keywords and odd characters.
            let bare = |name: &str| name.replace('_', "");
            let name = bare(&ident.to_string());
            let parameters = operation.parameters.iter();
            let parameter = parameters
                .filter(|(key, _)| bare(key) == name)
                .map(|(_, parameter)| parameter)
                .next_back();
            arguments.push(Argument {
                ident,
                ty: outside(ty),
                by_reference,
                optional,
                parameter,
            });
        }
        let ReturnType::Type(_, result) = &sig.output else {
            return Err(unexpected());
        };
        let success = generic(result, "Result")
            .and_then(|ok| generic(ok, "ResponseValue"))
            .ok_or_else(unexpected)?;
        Ok(Self {
            operation,
            function: &sig.ident,
            arguments,
            success,
        })
    }

    fn options_name(&self) -> Ident {
        format_ident!("{}Options", self.operation.id.to_upper_camel_case())
    }

    fn optional(&self) -> impl Iterator<Item = &Argument<'a>> {
        self.arguments.iter().filter(|a| a.optional)
    }

    /// The struct of the operation's optional parameters, if it has any.
    fn options(&self, runtime: &TokenStream) -> Option<TokenStream> {
        self.optional().next()?;
        let name = self.options_name();
        let doc = format!("Optional parameters of [`Client::{}`].", self.function);
        let fields = self.optional().map(|a| {
            let (ident, ty, doc) = (a.ident, a.owned(runtime), a.docs());
            quote! { #doc pub #ident: ::std::option::Option<#ty> }
        });
        let setters = self.optional().map(|a| {
            let (ident, ty, doc) = (a.ident, a.owned(runtime), a.docs());
            quote! {
                #doc
                #[must_use]
                pub fn #ident(mut self, value: impl ::std::convert::Into<#ty>) -> Self {
                    self.#ident = Some(value.into());
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
                /// None given.
                pub fn new() -> Self {
                    Self::default()
                }
                #(#setters)*
            }
        })
    }

    fn function(&self, runtime: &TokenStream) -> TokenStream {
        let function = self.function;
        let id = &self.operation.id;
        let doc = docs(
            self.operation.description.as_deref(),
            &format!("Operation `{id}`."),
        );
        let parameters = self.arguments.iter().filter(|a| !a.optional).map(|a| {
            let (ident, ty) = (a.ident, &a.ty);
            if a.by_reference {
                quote! { #ident: &#ty }
            } else {
                quote! { #ident: #ty }
            }
        });
        let options = self.optional().next().map(|_| {
            let name = self.options_name();
            quote! { options: #name }
        });
        let checks = self
            .arguments
            .iter()
            .filter(|a| a.parameter.is_some_and(|p| p.in_path))
            .map(|a| {
                let ident = a.ident;
                let name = a.parameter.map_or("", |p| p.wire_name.as_str());
                quote! { self.raw.inner.check_path_segment(#id, #name, &#ident.to_string())?; }
            });
        let deep = self.arguments.iter().filter_map(|a| {
            let parameter = a.parameter.filter(|p| p.deep_object)?;
            let (ident, name) = (a.ident, &parameter.wire_name);
            Some(if a.optional {
                quote! { let #ident = options.#ident.map(|value| value.named(#name)); }
            } else {
                quote! { let #ident = #ident.clone().named(#name); }
            })
        });
        let arguments = self.arguments.iter().map(Argument::passed);
        let (result, convert) = if is_byte_stream(self.success) {
            (
                quote! { #runtime::transport::Download },
                quote! { #runtime::transport::Download::from_raw(value) },
            )
        } else {
            let success = outside(self.success);
            (
                quote! { #runtime::transport::Response<#success> },
                quote! { #runtime::transport::Response::from_raw(value) },
            )
        };
        let parameters: Vec<_> = parameters.chain(options).collect();
        quote! {
            #doc
            ///
            /// # Errors
            ///
            /// The request did not arrive, the vendor refused it, or its answer is
            /// not what its document says; the error's kind tells which.
            pub async fn #function(
                &self,
                #(#parameters),*
            ) -> ::std::result::Result<#result, #runtime::Error> {
                #(#checks)*
                #(#deep)*
                match self.raw.#function(#(#arguments),*).await {
                    Ok(value) => Ok(#convert),
                    Err(error) => Err(self.raw.inner.error(#id, error)),
                }
            }
        }
    }
}

impl Argument<'_> {
    fn is_str(&self) -> bool {
        self.ty.to_string() == "str"
    }

    fn is_deep_object(&self) -> bool {
        self.parameter.is_some_and(|p| p.deep_object)
    }

    fn owned(&self, runtime: &TokenStream) -> TokenStream {
        if self.is_str() {
            quote! { ::std::string::String }
        } else if self.is_deep_object() {
            quote! { #runtime::wire::DeepObject }
        } else {
            self.ty.clone()
        }
    }

    fn docs(&self) -> TokenStream {
        let name = self
            .parameter
            .map_or_else(|| self.ident.to_string(), |p| p.wire_name.clone());
        let description = self.parameter.and_then(|p| p.description.as_deref());
        docs(description, &format!("Parameter `{name}`."))
    }

    /// The argument as progenitor's function takes it.
    fn passed(&self) -> TokenStream {
        let ident = self.ident;
        match (self.optional, self.is_deep_object()) {
            (false, false) => quote! { #ident },
            (false, true) => quote! { &#ident },
            (true, true) => quote! { #ident.as_ref() },
            (true, false) if self.is_str() => quote! { options.#ident.as_deref() },
            (true, false) if self.by_reference => quote! { options.#ident.as_ref() },
            (true, false) => quote! { options.#ident },
        }
    }
}

/// `Name<X, …>` → `X`, wherever `Name` comes from.
fn generic<'t>(ty: &'t Type, name: &str) -> Option<&'t Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|s| s.ident == name)?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|a| match a {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

fn is_byte_stream(ty: &Type) -> bool {
    matches!(ty, Type::Path(p) if p.path.segments.last().is_some_and(|s| s.ident == "ByteStream"))
}

/// A type as seen from outside the module `raw`: `super::types` → `types`.
fn outside(ty: &Type) -> TokenStream {
    let mut ty = ty.clone();
    struct Rise;
    impl syn::visit_mut::VisitMut for Rise {
        fn visit_path_mut(&mut self, path: &mut syn::Path) {
            if path.segments.first().is_some_and(|s| s.ident == "super") {
                path.segments = path.segments.iter().skip(1).cloned().collect();
            } else if path.segments.first().is_some_and(|s| s.ident == "types") {
                path.segments.insert(0, names::ident("raw").into());
            }
            syn::visit_mut::visit_path_mut(self, path);
        }
    }
    syn::visit_mut::VisitMut::visit_type_mut(&mut Rise, &mut ty);
    quote! { #ty }
}
