//! Matches over a vendor's enumerations name every value: with a `_` arm, a
//! value that a document gains would be mapped by accident.

use crate::support;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use support::{path, read};
use syn::visit::Visit;

/// The enumerations and unions of the vendors' documents.
fn vendor_enums() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for vendor in ["openai", "together", "truefoundry"] {
        let document = read(&format!("specs/{vendor}/openapi.json"));
        let schemas = document.pointer("/components/schemas");
        let schemas = schemas
            .and_then(|s| s.as_object())
            .expect("the document has schemas");
        for (name, schema) in schemas {
            if ["enum", "oneOf", "anyOf"]
                .iter()
                .any(|k| schema.get(k).is_some())
            {
                names.insert(name.clone());
            }
        }
    }
    assert!(names.contains("FinetuneJobStatus") && names.contains("TrainingMethod"));
    names
}

fn sources() -> Vec<PathBuf> {
    let mut found = vec![path("src/unify.rs")];
    let mut folders = vec![path("src/unify")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found
}

/// Finds matches with an arm over a vendor's enumeration and a catch-all arm.
struct Matches<'a> {
    enums: &'a BTreeSet<String>,
    /// Other names of the enumerations in the file: `use … as Word`.
    aliases: BTreeSet<String>,
    seen: usize,
    bad: Vec<String>,
}

impl Matches<'_> {
    fn is_vendor_enum(&self, name: &str) -> bool {
        self.enums.contains(name) || self.aliases.contains(name)
    }

    /// True when a pattern names a value of a vendor's enumeration.
    fn names_a_value(&self, pattern: &syn::Pat) -> bool {
        struct Paths<'a>(&'a Matches<'a>, bool);
        impl<'ast> Visit<'ast> for Paths<'_> {
            fn visit_path(&mut self, path: &'ast syn::Path) {
                let mut names = path.segments.iter().rev().map(|s| s.ident.to_string());
                names.next();
                self.1 |= names
                    .next()
                    .is_some_and(|name| self.0.is_vendor_enum(&name));
            }
        }
        let mut paths = Paths(self, false);
        paths.visit_pat(pattern);
        paths.1
    }

    /// True when a pattern, or one alternative of it, takes whatever comes.
    fn takes_anything(pattern: &syn::Pat) -> bool {
        match pattern {
            syn::Pat::Wild(_) => true,
            // `None` is a value, `other` takes anything.
            syn::Pat::Ident(name) => {
                let upper = |c: char| c.is_ascii_uppercase();
                name.subpat.is_none() && !name.ident.to_string().starts_with(upper)
            }
            syn::Pat::Or(or) => or.cases.iter().any(Self::takes_anything),
            syn::Pat::Paren(inner) => Self::takes_anything(&inner.pat),
            syn::Pat::Reference(inner) => Self::takes_anything(&inner.pat),
            _ => false,
        }
    }
}

impl<'ast> Visit<'ast> for Matches<'_> {
    fn visit_use_rename(&mut self, rename: &'ast syn::UseRename) {
        if self.enums.contains(&rename.ident.to_string()) {
            self.aliases.insert(rename.rename.to_string());
        }
    }

    fn visit_expr_match(&mut self, expression: &'ast syn::ExprMatch) {
        let arms = &expression.arms;
        if arms.iter().any(|arm| self.names_a_value(&arm.pat)) {
            self.seen += 1;
            if arms.iter().any(|arm| Self::takes_anything(&arm.pat)) {
                let first = &expression.arms[0].pat;
                let line = format!("a match that begins with {}", text_of(first));
                self.bad.push(line);
            }
        }
        syn::visit::visit_expr_match(self, expression);
    }
}

fn text_of(pattern: &syn::Pat) -> String {
    struct Names(Vec<String>);
    impl<'ast> Visit<'ast> for Names {
        fn visit_ident(&mut self, ident: &'ast syn::Ident) {
            self.0.push(ident.to_string());
        }
    }
    let mut names = Names(Vec::new());
    names.visit_pat(pattern);
    names.0.join("::")
}

fn look(source: &str, enums: &BTreeSet<String>) -> (usize, Vec<String>) {
    let file = syn::parse_file(source).expect("it is Rust");
    let mut matches = Matches {
        enums,
        aliases: BTreeSet::new(),
        seen: 0,
        bad: Vec::new(),
    };
    // Twice: a `use` may stand below the match that needs it.
    matches.visit_file(&file);
    (matches.seen, matches.bad) = (0, Vec::new());
    matches.visit_file(&file);
    (matches.seen, matches.bad)
}

#[test]
fn no_match_over_a_vendors_enumeration_has_a_catch_all_arm() {
    let enums = vendor_enums();
    let mut seen = 0;
    for path in sources() {
        let source = fs::read_to_string(&path).expect("it can be read");
        let (found, bad) = look(&source, &enums);
        seen += found;
        assert!(bad.is_empty(), "{}: {bad:?}", path.display());
    }
    assert!(
        seen >= 10,
        "only {seen} matches were found: does the test still look at the right ones?"
    );
}

#[test]
fn a_catch_all_arm_is_found() {
    let enums = BTreeSet::from(["FinetuneJobStatus".to_owned()]);
    for arm in ["_ => 2", "other => 2", "Word::Error | _ => 2"] {
        let source = format!(
            "use types::FinetuneJobStatus as Word; fn f() {{ match s {{ Word::Pending => 1, {arm} }} }}"
        );
        assert_eq!(look(&source, &enums).1.len(), 1, "{arm}");
    }
    let source = "fn f() { match s { FinetuneJobStatus::Pending => 1, FinetuneJobStatus::Unknown(_) => 2 } }";
    assert_eq!(look(source, &enums), (1, vec![]));
}
