//! Wire names become Rust names.

use heck::{ToSnakeCase, ToUpperCamelCase};
use proc_macro2::{Ident, Span};

/// Returns the name of a type or variant: `cancel_requested` →
/// `CancelRequested`.
pub fn pascal(wire: &str) -> String {
    let name = spelled(wire).to_upper_camel_case();
    let name = if name.is_empty() {
        "Empty".to_owned()
    } else {
        name
    };
    as_identifier(name)
}

/// Returns the name of a field, parameter or function: `FileType` →
/// `file_type`.
pub fn snake(wire: &str) -> String {
    let name = words(wire);
    let name = if name.is_empty() {
        "empty".to_owned()
    } else {
        name
    };
    as_identifier(name)
}

/// Returns the words of a wire name as Rust joins them.
fn words(wire: &str) -> String {
    spelled(wire).to_snake_case()
}

/// Returns whether a wire name is spelled as Rust spells names: `batch_size`.
pub fn is_snake(wire: &str) -> bool {
    words(wire) == wire
}

/// Returns the order in which wire names that are the same in Rust have a right to
/// that name: those that are spelled as in Rust first, then those with fewer capitals.
/// So a vendor's new name does not take the Rust name of an older one.
pub fn precedence(wire: &str) -> (bool, usize) {
    let capitals = wire.chars().filter(|c| c.is_uppercase()).count();
    (!is_snake(wire), capitals)
}

/// Returns a Rust name for each of some wire names, in their order: `of` it, with
/// underscores where it is taken.
pub fn distinct(
    wire: &[&str],
    of: fn(&str) -> String,
    taken: &mut std::collections::BTreeSet<String>,
) -> Vec<String> {
    let mut order: Vec<usize> = (0..wire.len()).collect();
    order.sort_by_key(|n| precedence(wire[*n]));
    let mut all = vec![String::new(); wire.len()];
    for n in order {
        all[n] = unique(of(wire[n]), taken);
    }
    all
}

/// Returns an identifier.
pub fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
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
            c if is_identifier_part(c) => vec![c],
            _ => vec![' '],
        })
        .collect()
}

fn is_identifier_part(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric() || c == '_'
    } else {
        syn::parse_str::<Ident>(&format!("a{c}")).is_ok()
    }
}

/// Makes a name an identifier: none starts with a digit, and keywords get a
/// trailing underscore.
fn as_identifier(name: String) -> String {
    let spelled = if name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("N{name}")
    } else {
        name
    };
    // The parser does not reserve `gen` yet, as edition 2024 does.
    if spelled != "gen" && syn::parse_str::<Ident>(&spelled).is_ok() {
        return spelled;
    }
    // A keyword, or a character that no identifier starts with.
    let keyword = format!("{spelled}_");
    if syn::parse_str::<Ident>(&keyword).is_ok() {
        keyword
    } else {
        format!("N{spelled}")
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
        assert_eq!(snake("type"), "type_");
        assert_eq!(snake("Self"), "self_");
        assert_eq!(snake("gen"), "gen_");
        assert_eq!(pascal("self"), "Self_");
    }

    #[test]
    fn every_text_becomes_an_identifier() {
        for text in [
            "",
            "😀",
            "p\u{0d58}",
            "\u{0300}",
            "self",
            "a b",
            "_",
            "__A",
            "__visitor",
            "1",
            "ß",
            "é\u{301}",
        ] {
            for name in [pascal(text), snake(text)] {
                assert!(syn::parse_str::<Ident>(&name).is_ok(), "{text:?}: {name:?}");
                // So generated generics begin.
                assert!(!name.starts_with("__"), "{text:?}: {name:?}");
            }
        }
    }

    #[test]
    fn a_new_name_does_not_take_that_of_an_older_one() {
        let given = |wire: &[&str]| distinct(wire, snake, &mut ["extra".to_owned()].into());
        assert_eq!(given(&["Suffix", "suffix"]), ["suffix_", "suffix"]);
        assert_eq!(
            given(&["Type", "type", "type_"]),
            ["type___", "type_", "type__"]
        );
        assert_eq!(
            given(&["FileType", "fileType"]),
            ["file_type_", "file_type"]
        );
        assert_eq!(given(&["extra"]), ["extra_"]);
        let values = distinct(
            &["Queued", "QUEUED", "queued"],
            pascal,
            &mut Default::default(),
        );
        assert_eq!(values, ["Queued_", "Queued__", "Queued"]);
    }

    #[test]
    fn values_that_differ_by_a_sign_differ_by_name() {
        assert_ne!(pascal("+1"), pascal("1"));
    }
}
