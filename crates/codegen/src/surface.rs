//! The public surface of generated source, for review: one line per type,
//! field, variant and operation.

use std::collections::BTreeMap;

use syn::{Fields, ImplItem, Item, Visibility};

/// Items whose names on the wire are not their Rust names, with what to add to their
/// lines.
pub(crate) type WireNames = BTreeMap<String, String>;

/// Renders the surface, sorted, without bodies.
pub(crate) fn render(file: &syn::File, wire_names: &WireNames) -> String {
    let mut lines = Vec::new();
    collect("", &file.items, wire_names, &mut lines);
    lines.sort();
    lines.join("\n") + "\n"
}

fn wire_name<'a>(wire_names: &'a WireNames, item: &str) -> &'a str {
    wire_names.get(item).map_or("", String::as_str)
}

fn collect(prefix: &str, items: &[Item], wire_names: &WireNames, lines: &mut Vec<String>) {
    for item in items {
        match item {
            Item::Mod(module) if is_public(&module.vis) => {
                let prefix = format!("{prefix}{}::", module.ident);
                if let Some((_, items)) = &module.content {
                    collect(&prefix, items, wire_names, lines);
                }
            }
            Item::Struct(item) if is_public(&item.vis) => {
                let name = format!("{prefix}{}", item.ident);
                lines.push(format!("struct {name}"));
                if let Fields::Named(fields) = &item.fields {
                    for field in fields.named.iter().filter(|f| is_public(&f.vis)) {
                        let ident = field.ident.as_ref().map(ToString::to_string);
                        let ident = ident.unwrap_or_default();
                        let item = format!("{name}.{ident}");
                        let wire = wire_name(wire_names, &item);
                        lines.push(format!("struct {item}: {}{wire}", spelled(&field.ty)));
                    }
                }
            }
            Item::Enum(item) if is_public(&item.vis) => {
                let name = format!("{prefix}{}", item.ident);
                lines.push(format!("enum {name}"));
                for variant in &item.variants {
                    let payload: Vec<String> =
                        variant.fields.iter().map(|f| spelled(&f.ty)).collect();
                    let payload = match payload.as_slice() {
                        [] => String::new(),
                        types => format!("({})", types.join(", ")),
                    };
                    let item = format!("{name}::{}", variant.ident);
                    let wire = wire_name(wire_names, &item);
                    lines.push(format!("enum {item}{payload}{wire}"));
                }
            }
            Item::Type(item) if is_public(&item.vis) => {
                let name = format!("{prefix}{}", item.ident);
                lines.push(format!("type {name} = {}", spelled(&item.ty)));
            }
            Item::Macro(item) => wire_enum(prefix, &item.mac.tokens, lines),
            Item::Impl(block) if block.trait_.is_none() => {
                let of = spelled(&block.self_ty);
                for item in &block.items {
                    if let ImplItem::Fn(function) = item
                        && is_public(&function.vis)
                    {
                        let mut sig = function.sig.clone();
                        sig.generics = syn::Generics::default();
                        let item = format!("{prefix}{of}::{}", sig.ident);
                        let wire = wire_name(wire_names, &item);
                        lines.push(format!("fn {prefix}{of}: {}{wire}", signature(&sig)));
                    }
                }
            }
            _ => {}
        }
    }
}

/// Reads `open #[doc] Name { #[doc] Variant = "value", … }`.
fn wire_enum(prefix: &str, tokens: &proc_macro2::TokenStream, lines: &mut Vec<String>) {
    use proc_macro2::TokenTree;
    let mut openness = String::new();
    let mut name = String::new();
    for token in tokens.clone() {
        match token {
            TokenTree::Ident(ident) if openness.is_empty() => openness = ident.to_string(),
            TokenTree::Ident(ident) => name = ident.to_string(),
            TokenTree::Group(group) if group.delimiter() == proc_macro2::Delimiter::Brace => {
                lines.push(format!("enum {prefix}{name} ({openness})"));
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                for window in inner.windows(3) {
                    if let [
                        TokenTree::Ident(variant),
                        TokenTree::Punct(equals),
                        TokenTree::Literal(value),
                    ] = window
                        && equals.as_char() == '='
                    {
                        lines.push(format!("enum {prefix}{name}::{variant} = {value}"));
                    }
                }
            }
            _ => {}
        }
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Returns a type without absolute paths.
fn spelled(ty: &syn::Type) -> String {
    let text = formatted(syn::parse_quote! { type T = #ty; });
    let text = text.strip_prefix("type T = ").unwrap_or(&text);
    text.trim_end_matches(';').to_owned()
}

/// Returns a function's signature on one line.
fn signature(signature: &syn::Signature) -> String {
    let text = formatted(syn::parse_quote! { #signature {} });
    text.trim_end_matches(" {}").to_owned()
}

fn formatted(item: Item) -> String {
    const PATHS: [&str; 9] = [
        "::std::string::",
        "::std::option::",
        "::std::vec::",
        "::std::boxed::",
        "::std::result::",
        "::std::convert::",
        "::std::collections::",
        "::serde_json::",
        "crate::",
    ];
    let file: syn::File = syn::parse_quote! { #item };
    let lines = prettyplease::unparse(&file);
    let mut text = lines.split_whitespace().collect::<Vec<_>>().join(" ");
    for path in PATHS {
        text = text.replace(path, "");
    }
    text.replace("( ", "(").replace(", )", ")")
}
