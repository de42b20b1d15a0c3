//! Objects: a struct with its own `Serialize` and `Deserialize`.
//!
//! Written out rather than derived: a derived struct with a flattened rest
//! buffers the whole object first, and these do not.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::{Context, docs};
use crate::model::Field;
use crate::names;

pub(super) fn emit(
    context: &Context<'_>,
    component: &str,
    ident: &Ident,
    doc: &TokenStream,
    fields: &[Field],
) -> TokenStream {
    let runtime = context.runtime;
    let fields: Vec<Member<'_>> = fields
        .iter()
        .enumerate()
        .map(|(index, f)| Member::new(context, component, index, f))
        .collect();
    let declarations = fields.iter().map(Member::declaration);
    let has_default = fields.iter().all(|m| m.optional || m.constant);
    let default = has_default.then(|| quote! { #[derive(::std::default::Default)] });
    let constructor = (context.model.is_sent(component) && !has_default)
        .then(|| constructor(runtime, ident, &fields));
    let deserialize = deserialize(runtime, ident, component, &fields);
    let serialize = serialize(ident, &fields);
    quote! {
        #doc
        #[derive(Clone, Debug, PartialEq)]
        #default
        #[non_exhaustive]
        pub struct #ident {
            #(#declarations,)*
            /// Members that the document does not name.
            pub extra: #runtime::wire::Extra,
        }
        #constructor
        #deserialize
        #serialize
    }
}

/// A field with what the emitters need of it.
struct Member<'a> {
    field: &'a Field,
    ident: Ident,
    /// The variable that holds the value while an object is read.
    local: Ident,
    /// The type without the `Option` around it.
    inner: TokenStream,
    optional: bool,
    constant: bool,
}

impl<'a> Member<'a> {
    fn new(context: &Context<'_>, component: &str, index: usize, field: &'a Field) -> Self {
        let key = (component.to_owned(), field.wire_name.clone());
        let mut inner = context.rust_type(&field.ty);
        if context.model.boxed.contains(&key) {
            inner = quote! { ::std::boxed::Box<#inner> };
        }
        Self {
            field,
            ident: names::ident(&field.rust_name),
            local: format_ident!("member_{index}"),
            inner,
            optional: !field.required || field.nullable,
            constant: context.is_constant(&field.ty),
        }
    }

    fn ty(&self) -> TokenStream {
        let inner = &self.inner;
        if self.optional {
            quote! { ::std::option::Option<#inner> }
        } else {
            quote! { #inner }
        }
    }

    fn declaration(&self) -> TokenStream {
        let fallback = format!("Member `{}`.", self.field.wire_name);
        let mut text = self.field.description.clone().unwrap_or(fallback);
        if self.field.deprecated {
            text.push_str("\n\nThe vendor has deprecated this member.");
        }
        let doc = docs(Some(&text), "");
        let ident = &self.ident;
        let ty = self.ty();
        quote! { #doc pub #ident: #ty }
    }
}

fn constructor(runtime: &TokenStream, ident: &Ident, fields: &[Member<'_>]) -> TokenStream {
    let given: Vec<_> = fields
        .iter()
        .filter(|m| !m.optional && !m.constant)
        .collect();
    let parameters = given.iter().map(|m| {
        let (ident, ty) = (&m.ident, m.ty());
        quote! { #ident: impl ::std::convert::Into<#ty> }
    });
    let values = fields.iter().map(|m| {
        let ident = &m.ident;
        if m.optional || m.constant {
            quote! { #ident: ::std::default::Default::default() }
        } else {
            quote! { #ident: #ident.into() }
        }
    });
    quote! {
        impl #ident {
            /// Creates a value from its required members; all others are left
            /// out.
            pub fn new(#(#parameters),*) -> Self {
                Self {
                    #(#values,)*
                    extra: #runtime::wire::Extra::default(),
                }
            }
        }
    }
}

fn deserialize(
    runtime: &TokenStream,
    ident: &Ident,
    component: &str,
    fields: &[Member<'_>],
) -> TokenStream {
    let expecting = format!("an object ({component})");
    let locals = fields.iter().map(|m| {
        let (local, inner) = (&m.local, &m.inner);
        quote! { let mut #local: ::std::option::Option<#inner> = None; }
    });
    let arms = fields.iter().map(|m| {
        let (local, wire_name) = (&m.local, &m.field.wire_name);
        if m.optional {
            quote! { #wire_name => #local = map.next_value()?, }
        } else {
            quote! { #wire_name => #local = Some(map.next_value()?), }
        }
    });
    let values = fields.iter().map(|m| {
        let (ident, local, wire_name) = (&m.ident, &m.local, &m.field.wire_name);
        if m.optional {
            quote! { #ident: #local }
        } else {
            quote! {
                #ident: #local.ok_or_else(
                    || <__A::Error as ::serde::de::Error>::missing_field(#wire_name),
                )?
            }
        }
    });
    quote! {
        impl<'de> ::serde::Deserialize<'de> for #ident {
            fn deserialize<__D>(deserializer: __D) -> ::std::result::Result<Self, __D::Error>
            where
                __D: ::serde::Deserializer<'de>,
            {
                struct __Visitor;
                impl<'de> ::serde::de::Visitor<'de> for __Visitor {
                    type Value = #ident;
                    fn expecting(
                        &self,
                        f: &mut ::std::fmt::Formatter<'_>,
                    ) -> ::std::fmt::Result {
                        f.write_str(#expecting)
                    }
                    fn visit_map<__A>(
                        self,
                        mut map: __A,
                    ) -> ::std::result::Result<Self::Value, __A::Error>
                    where
                        __A: ::serde::de::MapAccess<'de>,
                    {
                        #(#locals)*
                        let mut extra = #runtime::wire::Extra::default();
                        while let Some(key) = map.next_key::<#runtime::wire::Key<'de>>()? {
                            match key.as_str() {
                                #(#arms)*
                                _ => extra.put(key, map.next_value()?),
                            }
                        }
                        Ok(#ident { #(#values,)* extra })
                    }
                }
                deserializer.deserialize_map(__Visitor)
            }
        }
    }
}

fn serialize(ident: &Ident, fields: &[Member<'_>]) -> TokenStream {
    let entries = fields.iter().map(|m| {
        let (ident, wire_name) = (&m.ident, &m.field.wire_name);
        if m.field.required {
            quote! { map.serialize_entry(#wire_name, &self.#ident)?; }
        } else {
            quote! {
                if let Some(value) = &self.#ident {
                    map.serialize_entry(#wire_name, value)?;
                }
            }
        }
    });
    quote! {
        impl ::serde::Serialize for #ident {
            fn serialize<__S>(&self, serializer: __S) -> ::std::result::Result<__S::Ok, __S::Error>
            where
                __S: ::serde::Serializer,
            {
                use ::serde::ser::SerializeMap as _;
                let mut map = serializer.serialize_map(None)?;
                #(#entries)*
                for (name, value) in self.extra.iter() {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}
