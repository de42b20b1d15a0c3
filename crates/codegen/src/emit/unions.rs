//! Unions: an enum whose values keep their branch.
//!
//! Branches are distinguished by JSON type, by keyword, or by a tag, and only
//! where a document offers none of these by what decodes, strictest first.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::Context;
use crate::model::{Branch, Kind, Test, TypeRef};
use crate::names;

pub(super) fn emit(
    context: &Context<'_>,
    component: &str,
    ident: &Ident,
    docs: &TokenStream,
    branches: &[Branch],
) -> TokenStream {
    let runtime = context.runtime;
    let open = context.model.is_received(component);
    let variants = branches.iter().map(|b| declaration(context, component, b));
    let unknown = open.then(|| {
        quote! {
            /// A value of no branch that the document names, as it came.
            Unknown(::serde_json::Value),
        }
    });
    let otherwise = if open {
        quote! { value.value().map(Self::Unknown) }
    } else {
        let message = format!("no branch of {component} fits");
        quote! { Err(value.error(#message)) }
    };
    let mut ordered: Vec<&Branch> = branches.iter().collect();
    ordered.sort_by_key(|b| rank(context, b));
    let attempts = ordered.iter().map(|b| attempt(context, b));
    let serialised = branches.iter().map(|b| {
        let variant = names::ident(&b.variant);
        match &b.test {
            Test::Keyword(word) => quote! {
                Self::#variant => ::serde::Serialize::serialize(#word, serializer)
            },
            _ => quote! {
                Self::#variant(value) => ::serde::Serialize::serialize(value, serializer)
            },
        }
    });
    let unknown_serialised = open.then(|| {
        quote! { Self::Unknown(value) => ::serde::Serialize::serialize(value, serializer), }
    });
    let exhaustive = open.then(|| quote! { #[non_exhaustive] });
    let conversions = conversions(context, component, ident, branches);
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq)]
        #exhaustive
        pub enum #ident {
            #(#variants,)*
            #unknown
        }
        impl<'de> ::serde::Deserialize<'de> for #ident {
            fn deserialize<__D>(deserializer: __D) -> ::std::result::Result<Self, __D::Error>
            where
                __D: ::serde::Deserializer<'de>,
            {
                #runtime::wire::read_union(deserializer)
            }
        }
        impl #runtime::wire::Union for #ident {
            fn from_json<'de, __A>(
                mut value: #runtime::wire::UnionText<'de, __A>,
            ) -> ::std::result::Result<Self, __A::Error>
            where
                __A: ::serde::de::MapAccess<'de>,
            {
                #(#attempts)*
                #otherwise
            }
        }
        impl ::serde::Serialize for #ident {
            fn serialize<__S>(&self, serializer: __S) -> ::std::result::Result<__S::Ok, __S::Error>
            where
                __S: ::serde::Serializer,
            {
                match self {
                    #(#serialised,)*
                    #unknown_serialised
                }
            }
        }
        #conversions
    }
}

fn declaration(context: &Context<'_>, component: &str, branch: &Branch) -> TokenStream {
    let variant = names::ident(&branch.variant);
    match &branch.test {
        Test::Keyword(word) => {
            let doc = format!("`{word:?}`");
            quote! { #[doc = #doc] #variant }
        }
        test => {
            let doc = match test {
                Test::Tagged { property, values } => {
                    format!("Where `{property}` is `{}`.", values.join("` or `"))
                }
                Test::OneOf(values) => format!("One of `{}`.", values.join("`, `")),
                Test::String => "A string.".to_owned(),
                Test::Boolean => "`true` or `false`.".to_owned(),
                Test::Integer => "A whole number.".to_owned(),
                Test::Number => "A number.".to_owned(),
                Test::Array => "A list.".to_owned(),
                _ => "An object.".to_owned(),
            };
            let ty = payload(context, component, branch);
            quote! { #[doc = #doc] #variant(#ty) }
        }
    }
}

fn payload(context: &Context<'_>, component: &str, branch: &Branch) -> TokenStream {
    let ty = context.rust_type(&branch.ty);
    let key = (component.to_owned(), branch.variant.clone());
    if context.model.boxed.contains(&key) {
        quote! { ::std::boxed::Box<#ty> }
    } else {
        ty
    }
}

/// Returns the position of a branch among those that are tried: narrow tests
/// first, and among plain objects the one that requires most.
fn rank(context: &Context<'_>, branch: &Branch) -> (u8, usize) {
    let demands = match &branch.ty {
        TypeRef::Component(name) => match context.model.get(name).map(|t| &t.kind) {
            Some(Kind::Struct(fields)) => fields.iter().filter(|f| f.required).count(),
            _ => 0,
        },
        _ => 0,
    };
    let class = match branch.test {
        Test::Keyword(_) | Test::OneOf(_) | Test::Tagged { .. } => 0,
        Test::Boolean | Test::Integer | Test::Array => 1,
        Test::Number | Test::String => 2,
        Test::Object => 3,
        Test::Any => 4,
    };
    (class, usize::MAX - demands)
}

fn attempt(context: &Context<'_>, branch: &Branch) -> TokenStream {
    let variant = names::ident(&branch.variant);
    let test = match &branch.test {
        Test::Keyword(word) => {
            return quote! {
                if value.is_word(#word) {
                    return Ok(Self::#variant);
                }
            };
        }
        Test::OneOf(words) => quote! { value.is_one_of(&[#(#words),*]) },
        Test::String => quote! { value.is_string() },
        Test::Boolean => quote! { value.is_boolean() },
        Test::Integer => quote! { value.is_integer() },
        Test::Number => quote! { value.is_number() },
        Test::Array => quote! { value.is_array() },
        Test::Object => quote! { value.is_object() },
        Test::Any => quote! { true },
        Test::Tagged { property, values } => quote! {
            value.has_tag(#property, &[#(#values),*])
        },
    };
    let ty = context.rust_type(&branch.ty);
    quote! {
        if #test
            && let Some(found) = value.read::<#ty>()
        {
            return Ok(Self::#variant(found.into()));
        }
    }
}

/// Returns a `From` for each payload type that belongs to one branch alone.
fn conversions(
    context: &Context<'_>,
    component: &str,
    ident: &Ident,
    branches: &[Branch],
) -> TokenStream {
    let with_payload = |b: &&Branch| !matches!(b.test, Test::Keyword(_) | Test::Any);
    let resolved = |b: &Branch| resolve(context, &b.ty);
    let impls = branches
        .iter()
        .filter(with_payload)
        .filter(|b| {
            let same = branches
                .iter()
                .filter(with_payload)
                .filter(|o| resolved(o) == resolved(b))
                .count();
            same == 1 && resolved(b) != TypeRef::Any
        })
        .map(|b| {
            let variant = names::ident(&b.variant);
            let ty = payload(context, component, b);
            quote! {
                impl ::std::convert::From<#ty> for #ident {
                    fn from(value: #ty) -> Self { Self::#variant(value) }
                }
            }
        });
    quote! { #(#impls)* }
}

/// Follows aliases to the type that the compiler sees.
fn resolve(context: &Context<'_>, ty: &TypeRef) -> TypeRef {
    let mut ty = ty.clone();
    for _ in 0..16 {
        let TypeRef::Component(name) = &ty else { break };
        let Some(Kind::Alias(target)) = context.model.get(name).map(|t| &t.kind) else {
            break;
        };
        ty = target.clone();
    }
    ty
}
