//! Wire names become Rust names.

use heck::{ToSnakeCase, ToUpperCamelCase};
use proc_macro2::{Ident, Span};

/// A type or variant name: `cancel_requested` → `CancelRequested`.
pub fn pascal(wire: &str) -> String {
    let name = spelled(wire).to_upper_camel_case();
    let name = if name.is_empty() {
        "Empty".to_owned()
    } else {
        name
    };
    guard(name)
}

/// A field, parameter or function name: `FileType` → `file_type`.
pub fn snake(wire: &str) -> String {
    let name = spelled(wire).to_snake_case();
    let name = if name.is_empty() {
        "empty".to_owned()
    } else {
        name
    };
    guard(name)
}

/// An identifier; keywords get a trailing underscore.
pub fn ident(name: &str) -> Ident {
    if syn::parse_str::<Ident>(name).is_ok() {
        Ident::new(name, Span::call_site())
    } else {
        Ident::new(&format!("{name}_"), Span::call_site())
    }
}

/// Spells out the characters that identifiers cannot hold but values differ by.
fn spelled(wire: &str) -> String {
    wire.chars()
        .flat_map(|c| match c {
            '+' => " plus ".chars().collect::<Vec<_>>(),
            '*' => " star ".chars().collect(),
            '<' => " less ".chars().collect(),
            '>' => " greater ".chars().collect(),
            '=' => " equal ".chars().collect(),
            '!' => " not ".chars().collect(),
            c if c.is_alphanumeric() || c == '_' => vec![c],
            _ => vec![' '],
        })
        .collect()
}

/// Identifiers do not start with a digit.
fn guard(name: String) -> String {
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("N{name}")
    } else {
        name
    }
}

/// Makes `name` differ from all in `taken`, and notes it there.
pub fn unique(name: String, taken: &mut std::collections::BTreeSet<String>) -> String {
    let mut candidate = name;
    while !taken.insert(candidate.clone()) {
        candidate.push('_');
    }
    candidate
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_rust_s_habits() {
        assert_eq!(pascal("cancel_requested"), "CancelRequested");
        assert_eq!(pascal("fine_tuning.job"), "FineTuningJob");
        assert_eq!(pascal("fine-tune"), "FineTune");
        assert_eq!(pascal("1024x1024"), "N1024x1024");
        assert_eq!(pascal(""), "Empty");
        assert_eq!(snake("FileType"), "file_type");
        assert_eq!(snake("TrainingFileNumLines"), "training_file_num_lines");
        assert_eq!(ident("type").to_string(), "type_");
        assert_eq!(ident("self").to_string(), "self_");
    }

    #[test]
    fn values_that_differ_by_a_sign_differ_by_name() {
        assert_ne!(pascal("+1"), pascal("1"));
    }
}
