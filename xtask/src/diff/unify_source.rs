//! Reads from the source of `src/unify` how it maps the vendors' types.
//!
//! The program does not depend on the library: the library does not compile
//! while a new value is undecided, and that is when the diff is needed.

use heck::ToSnakeCase;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};

/// One row of a table of `unify`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// The table and the row: `<vendor>::CREATED`.
    pub id: String,
    /// The table's vendor, or `common`.
    pub table: String,
    /// The gateway's field, or the setting of a request.
    pub field: String,
    /// The text of the row.
    pub text: String,
}

/// A type of a vendor: (vendor, Rust name).
type Type = (String, String);

/// The mapping as the source has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unify {
    /// The rows of all tables.
    pub rows: BTreeSet<Row>,
    /// The types that are named, and the files that name them.
    pub types: BTreeMap<Type, BTreeSet<String>>,
    /// The variants of them that are named.
    pub variants: BTreeMap<Type, BTreeSet<String>>,
    /// File → members that it reads or writes.
    pub members: BTreeMap<String, BTreeSet<String>>,
}

impl Unify {
    /// Reads the source files: (path, text).
    #[must_use]
    pub fn read(files: &[(String, String)]) -> Self {
        let mut unify = Self::default();
        for (path, text) in files {
            // Source that does not parse is ignored.
            if let Ok(tokens) = text.parse::<TokenStream>() {
                let mut reader = Reader {
                    unify: &mut unify,
                    path,
                };
                let mut modules: Vec<String> = vendor_folder(path).into_iter().collect();
                reader.scope(tokens, &BTreeMap::new(), &mut modules);
            }
        }
        unify
    }
}

type Aliases = BTreeMap<String, Type>;

struct Reader<'a> {
    unify: &'a mut Unify,
    path: &'a str,
}

impl Reader<'_> {
    /// Reads the tokens between two braces, or of a file.
    fn scope(&mut self, tokens: TokenStream, outer: &Aliases, modules: &mut Vec<String>) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut aliases = outer.clone();
        self.uses(&tokens, &mut aliases);
        let mut n = 0;
        while n < tokens.len() {
            n += self.token(&tokens[n..], &aliases, modules).max(1);
        }
    }

    /// Reads the `use` declarations of a scope.
    fn uses(&mut self, tokens: &[TokenTree], aliases: &mut Aliases) {
        let mut rest = tokens;
        while let Some(start) = rest.iter().position(|token| is(token, "use")) {
            rest = &rest[start + 1..];
            let end = rest.iter().position(|token| punct(token, ';'));
            let (tree, after) = rest.split_at(end.unwrap_or(rest.len()));
            let mut path = Vec::new();
            self.tree(tree, &mut path, aliases);
            rest = after;
        }
    }

    /// Reads one branch of a `use` tree.
    fn tree(&mut self, tokens: &[TokenTree], path: &mut Vec<String>, aliases: &mut Aliases) {
        let depth = path.len();
        for part in tokens.split(|token| punct(token, ',')) {
            path.truncate(depth);
            let mut alias = None;
            let mut renaming = false;
            for token in part {
                match token {
                    TokenTree::Ident(word) if word == "as" => renaming = true,
                    TokenTree::Ident(word) if renaming => alias = Some(word.to_string()),
                    TokenTree::Ident(word) => path.push(word.to_string()),
                    TokenTree::Group(group) => {
                        let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                        self.tree(&inner, path, aliases);
                        path.truncate(depth);
                    }
                    _ => {}
                }
            }
            if let Some(found) = vendor_type(path) {
                self.mention(&found);
                aliases.insert(alias.unwrap_or_else(|| found.1.clone()), found);
            }
        }
        path.truncate(depth);
    }

    fn mention(&mut self, found: &Type) {
        let files = self.unify.types.entry(found.clone()).or_default();
        files.insert(self.path.to_owned());
    }

    /// Reads one construct, and returns its number of tokens.
    fn token(
        &mut self,
        tokens: &[TokenTree],
        aliases: &Aliases,
        modules: &mut Vec<String>,
    ) -> usize {
        match tokens {
            [
                TokenTree::Ident(word),
                TokenTree::Ident(name),
                TokenTree::Group(body),
                ..,
            ] if word == "mod" => {
                if name != "tests" {
                    modules.push(name.to_string());
                    self.scope(body.stream(), aliases, modules);
                    modules.pop();
                }
                3
            }
            [TokenTree::Ident(word), bang, TokenTree::Group(body), ..]
                if word == "rules" && punct(bang, '!') =>
            {
                self.table(body.stream(), modules);
                3
            }
            [TokenTree::Ident(word), TokenTree::Group(arguments), ..]
                if (word == "accepted" || word == "unsupported")
                    && arguments.delimiter() == Delimiter::Parenthesis =>
            {
                self.setting(arguments.stream(), modules);
                2
            }
            [TokenTree::Ident(word), TokenTree::Ident(name), ..] if word == "const" => {
                // The settings of a request stand in constants.
                modules.retain(|module| !module.starts_with('='));
                modules.push(format!("={name}"));
                2
            }
            [TokenTree::Punct(dot), TokenTree::Ident(member), ..] if dot.as_char() == '.' => {
                self.member(&member.to_string());
                2
            }
            [TokenTree::Ident(_), ..] => self.path(tokens, aliases, modules),
            [TokenTree::Group(group), ..] => {
                self.scope(group.stream(), aliases, modules);
                1
            }
            _ => 1,
        }
    }

    fn member(&mut self, name: &str) {
        let members = self.unify.members.entry(self.path.to_owned()).or_default();
        members.insert(name.trim_end_matches('_').to_owned());
    }

    /// Returns a path: a type, a variant, a pattern of a type.
    fn path(
        &mut self,
        tokens: &[TokenTree],
        aliases: &Aliases,
        modules: &mut Vec<String>,
    ) -> usize {
        let mut words = Vec::new();
        let mut taken = 0;
        while let Some(TokenTree::Ident(word)) = tokens.get(taken) {
            words.push(word.to_string());
            taken += 1;
            let colons = tokens.get(taken..taken + 2);
            match colons {
                Some([a, b]) if punct(a, ':') && punct(b, ':') => taken += 2,
                _ => break,
            }
        }
        let (found, variant) = match (vendor_type(&words), words.first()) {
            (Some(found), _) => {
                let place = words.iter().position(|word| *word == found.1);
                (Some(found), place.and_then(|n| words.get(n + 1)).cloned())
            }
            (None, Some(first)) => (aliases.get(first).cloned(), words.get(1).cloned()),
            (None, None) => (None, None),
        };
        let Some(found) = found else {
            return taken;
        };
        self.mention(&found);
        match (variant, tokens.get(taken)) {
            (Some(variant), _) => {
                self.unify
                    .variants
                    .entry(found)
                    .or_default()
                    .insert(variant);
            }
            (None, Some(TokenTree::Group(body))) if body.delimiter() == Delimiter::Brace => {
                for token in body.stream() {
                    if let TokenTree::Ident(member) = token {
                        self.member(&member.to_string());
                    }
                }
                self.scope(body.stream(), aliases, modules);
            }
            _ => {}
        }
        taken
    }

    /// Reads `rules! { TABLE { NAME: "field", Kind (guess), "message"; … } }`.
    fn table(&mut self, tokens: TokenStream, modules: &[String]) {
        let table = modules.iter().rfind(|name| !name.starts_with('='));
        let table = table.cloned().unwrap_or_default();
        for token in tokens {
            let TokenTree::Group(body) = token else {
                continue;
            };
            if body.delimiter() != Delimiter::Brace {
                continue;
            }
            let rows: Vec<TokenTree> = body.stream().into_iter().collect();
            for row in rows.split(|token| punct(token, ';')) {
                let name = row.iter().find_map(|token| match token {
                    TokenTree::Ident(name) => Some(name.to_string()),
                    _ => None,
                });
                let texts = texts(row);
                if let (Some(name), [field, text]) = (name, texts.as_slice()) {
                    self.unify.rows.insert(Row {
                        id: format!("{table}::{name}"),
                        table: table.clone(),
                        field: field.clone(),
                        text: text.clone(),
                    });
                }
            }
        }
    }

    /// Reads `accepted("setting", …, "becomes")` and `unsupported("setting", "why",
    /// "instead")`.
    fn setting(&mut self, arguments: TokenStream, modules: &[String]) {
        let arguments: Vec<TokenTree> = arguments.into_iter().collect();
        let texts = texts(&arguments);
        let vendor = modules.iter().rfind(|name| !name.starts_with('='));
        let table = modules.last().and_then(|name| name.strip_prefix('='));
        let (Some(vendor), Some(table), Some(key), Some(last)) =
            (vendor, table, texts.first(), texts.last())
        else {
            return;
        };
        self.unify.rows.insert(Row {
            id: format!("{vendor}::{table}({key})"),
            table: vendor.clone(),
            field: format!("hyperparameters.{key}"),
            text: format!("`{last}`"),
        });
    }
}

/// Returns the vendor of a file: `src/unify/<vendor>/….rs`.
fn vendor_folder(path: &str) -> Option<String> {
    let (folder, _) = path.strip_prefix("src/unify/")?.split_once('/')?;
    Some(folder.to_owned())
}

fn is(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

fn punct(token: &TokenTree, c: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == c)
}

/// Returns the text literals among tokens.
fn texts(tokens: &[TokenTree]) -> Vec<String> {
    let literals = tokens.iter().filter_map(|token| match token {
        TokenTree::Literal(literal) => syn::parse_str::<syn::LitStr>(&literal.to_string()).ok(),
        _ => None,
    });
    literals.map(|text| text.value()).collect()
}

/// Returns the type of a path `crate::<vendor>::types::<Type>`.
fn vendor_type(path: &[String]) -> Option<Type> {
    let types = path.iter().position(|word| word == "types")?;
    let vendor = path.get(types.checked_sub(1)?)?;
    let name = path.get(types + 1).filter(|name| *name != "self")?;
    Some((vendor.clone(), name.clone()))
}

/// Returns a member's name as Rust writes it.
pub(super) fn snake(member: &str) -> String {
    member.to_snake_case()
}
