//! Resolves a schema: references followed, `allOf` merged.

use crate::json_schema::is_annotation;
use crate::pointer;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A place in a document, and what stands there.
#[derive(Clone, Debug)]
pub struct Node<'a> {
    /// Its JSON pointer.
    pub at: String,
    /// What stands there.
    pub value: &'a Value,
}

impl<'a> Node<'a> {
    /// Returns a member of it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Node<'a>> {
        let value = self.value.get(key)?;
        let at = pointer::join(&self.at, key);
        Some(Node { at, value })
    }

    /// Returns its elements, if it is a list.
    #[must_use]
    pub fn items(&self) -> Vec<Node<'a>> {
        let list = self.value.as_array().map(Vec::as_slice).unwrap_or_default();
        let items = list.iter().enumerate();
        items
            .map(|(n, value)| Node {
                at: pointer::index(&self.at, n),
                value,
            })
            .collect()
    }

    /// Returns its members, if it is an object.
    #[must_use]
    pub fn members(&self) -> Vec<(&'a str, Node<'a>)> {
        let map = self.value.as_object();
        map.into_iter()
            .flatten()
            .map(|(name, value)| {
                let at = pointer::join(&self.at, name);
                (name.as_str(), Node { at, value })
            })
            .collect()
    }
}

/// A schema with what it refers to.
#[derive(Clone, Debug)]
pub struct Followed<'a> {
    /// The places on the way, from the outside in, that only refer and annotate.
    pub outer: Vec<Node<'a>>,
    /// Where the shape stands.
    pub core: Node<'a>,
    /// The component that the shape is.
    pub component: Option<&'a str>,
    /// The document.
    root: &'a Value,
}

/// An annotation, and whether it belongs to a part of an `allOf`.
#[derive(Clone, Debug)]
pub struct Annotation<'a> {
    /// Its value.
    pub value: &'a Value,
    /// The part that it belongs to; none if it belongs to the whole.
    pub part: Option<String>,
}

impl<'a> Followed<'a> {
    /// Returns an annotation: the outermost one holds; where there is none, the
    /// first one that a part of an `allOf` gives.
    #[must_use]
    pub fn annotation(&self, keyword: &str) -> Option<Annotation<'a>> {
        let own = self.own_annotation(keyword);
        own.or_else(|| of_parts(self.root, &self.core, keyword, 0))
    }

    /// Returns the same, without the parts.
    #[must_use]
    pub fn own_annotation(&self, keyword: &str) -> Option<Annotation<'a>> {
        self.outer_annotation(keyword).or_else(|| {
            let value = self.core.value.get(keyword)?;
            Some(Annotation { value, part: None })
        })
    }

    /// Returns the same, of what stands outside the component only.
    #[must_use]
    pub fn outer_annotation(&self, keyword: &str) -> Option<Annotation<'a>> {
        let value = self.outer.iter().find_map(|node| node.value.get(keyword))?;
        Some(Annotation { value, part: None })
    }

    /// Returns whether an annotation is set.
    #[must_use]
    pub fn flag(&self, keyword: &str) -> bool {
        self.annotation(keyword).map(|stated| stated.value) == Some(&Value::Bool(true))
    }
}

/// Returns the first annotation among the parts of an `allOf`.
fn of_parts<'a>(
    root: &'a Value,
    core: &Node<'a>,
    keyword: &str,
    depth: usize,
) -> Option<Annotation<'a>> {
    let parts = core.get("allOf").filter(|_| depth < DEEP)?;
    parts.items().into_iter().find_map(|part| {
        let followed = follow(root, &part);
        let mut directions = followed.outer.iter().chain(std::iter::once(&followed.core));
        let stated = directions.find_map(|node| {
            let value = node.value.get(keyword)?;
            let part = Some(node.at.clone());
            Some(Annotation { value, part })
        });
        stated.or_else(|| of_parts(root, &followed.core, keyword, depth + 1))
    })
}

/// An `allOf` in an `allOf` this deep is a circle.
const DEEP: usize = 16;

const SCHEMAS: &str = "#/components/schemas/";

/// Follows references, and `allOf`s that only annotate a reference.
#[must_use]
pub fn follow<'a>(root: &'a Value, node: &Node<'a>) -> Followed<'a> {
    let mut outer = Vec::new();
    let mut node = node.clone();
    let mut component = None;
    // A chain this long is a circle.
    for _ in 0..32 {
        let reference = node.value.get("$ref").and_then(Value::as_str);
        let next = match reference {
            Some(reference) => pointer::of_reference(reference).and_then(|at| {
                let value = root.pointer(&at)?;
                component = reference.strip_prefix(SCHEMAS);
                Some(Node { at, value })
            }),
            None => only_member(&node),
        };
        let Some(next) = next else { break };
        outer.push(node);
        node = next;
    }
    if outer.is_empty() {
        component = node
            .at
            .strip_prefix("/components/schemas/")
            .filter(|name| !name.contains('/'))
            .and_then(|name| name_of(root, name));
    }
    Followed {
        outer,
        core: node,
        component,
        root,
    }
}

fn name_of<'a>(root: &'a Value, written: &str) -> Option<&'a str> {
    let wanted = pointer::unescape(written);
    let schemas = root.pointer("/components/schemas")?.as_object()?;
    schemas
        .get_key_value(&wanted)
        .map(|(name, _)| name.as_str())
}

/// Returns the one member of an `allOf` beside which only annotations stand.
fn only_member<'a>(node: &Node<'a>) -> Option<Node<'a>> {
    let map = node.value.as_object()?;
    let all = node.get("allOf")?.items();
    let alone = map.keys().all(|key| key == "allOf" || is_annotation(key));
    match all.as_slice() {
        [one] if alone && one.value.get("$ref").is_some() => Some(one.clone()),
        _ => None,
    }
}

/// A union among the keywords of a schema.
#[derive(Clone, Debug)]
pub struct Union<'a> {
    /// `oneOf` or `anyOf`.
    pub keyword: &'static str,
    /// Its branches.
    pub branches: Vec<Node<'a>>,
}

/// A shape with its `allOf`s put together.
#[derive(Clone, Debug, Default)]
pub struct Flat<'a> {
    /// Keywords that are compared by themselves, once for each part.
    pub words: BTreeMap<&'a str, Vec<Node<'a>>>,
    /// The members of an object; a member that several parts define has
    /// several schemas.
    pub properties: BTreeMap<&'a str, Vec<Node<'a>>>,
    /// The required ones.
    pub required: BTreeSet<&'a str>,
    /// The unions.
    pub unions: Vec<Union<'a>>,
    /// The components that were put together.
    pub parts: Vec<&'a str>,
}

impl<'a> Flat<'a> {
    /// Returns the values of a keyword in all parts.
    #[must_use]
    pub fn all(&self, keyword: &str) -> &[Node<'a>] {
        self.words.get(keyword).map_or(&[], Vec::as_slice)
    }

    /// Returns the same, each thing once.
    #[must_use]
    pub fn distinct(&self, keyword: &str) -> Vec<&'a Value> {
        let mut values: Vec<&Value> = Vec::new();
        for node in self.all(keyword) {
            if !values.contains(&node.value) {
                values.push(node.value);
            }
        }
        values
    }

    /// Returns a keyword's value: the first, if several parts have it.
    #[must_use]
    pub fn keyword(&self, keyword: &str) -> Option<&'a Value> {
        self.all(keyword).first().map(|node| node.value)
    }

    /// Returns the types that hold at once: one, or a contradiction.
    #[must_use]
    pub fn kinds(&self) -> BTreeSet<&'a str> {
        let stated = self.all("type").iter();
        let mut kinds: BTreeSet<&str> = stated.filter_map(|node| node.value.as_str()).collect();
        if kinds.contains("integer") {
            kinds.remove("number");
        }
        kinds
    }

    /// Returns the type: stated, or implied by members.
    #[must_use]
    pub fn kind(&self) -> Option<&'a str> {
        let stated = self.kinds().first().copied();
        stated.or_else(|| (!self.properties.is_empty()).then_some("object"))
    }

    /// Returns the values that every part allows, with their places; none where
    /// no part lists any.
    #[must_use]
    pub fn values(&self) -> Option<Vec<Node<'a>>> {
        let (first, others) = self.all("enum").split_first()?;
        let mut values = first.items();
        values.retain(|value| {
            others.iter().all(|other| {
                let list = other.value.as_array();
                list.is_none_or(|list| list.contains(value.value))
            })
        });
        Some(values)
    }

    /// Returns schemas under a keyword that all hold; one that allows anything
    /// has no effect beside others.
    #[must_use]
    pub fn schemas(&self, keyword: &str) -> Vec<&Node<'a>> {
        let all = self.all(keyword);
        let mut telling: Vec<&Node<'a>> = all.iter().filter(|n| !is_open(n.value)).collect();
        if telling.is_empty() {
            telling.extend(all.first());
        }
        telling
    }

    /// Returns whether it allows anything.
    #[must_use]
    pub fn is_any(&self) -> bool {
        let stated = ["not", "enum"]
            .iter()
            .any(|word| self.words.contains_key(word));
        self.kind().is_none() && self.unions.is_empty() && !stated
    }
}

/// Returns a schema that allows anything.
fn is_open(value: &Value) -> bool {
    match value {
        Value::Bool(open) => *open,
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

/// Puts a shape together.
#[must_use]
pub fn flatten<'a>(root: &'a Value, core: &Node<'a>) -> Flat<'a> {
    let mut flat = Flat::default();
    put(root, core, &mut flat, 0);
    flat
}

fn put<'a>(root: &'a Value, node: &Node<'a>, flat: &mut Flat<'a>, depth: usize) {
    for (name, inner) in node.members() {
        match name {
            "properties" => {
                for (name, member) in inner.members() {
                    flat.properties.entry(name).or_default().push(member);
                }
            }
            "required" => {
                let names = inner.value.as_array().into_iter().flatten();
                flat.required.extend(names.filter_map(Value::as_str));
            }
            "allOf" if depth < DEEP => {
                for part in inner.items() {
                    let followed = follow(root, &part);
                    flat.parts.extend(followed.component);
                    put(root, &followed.core, flat, depth + 1);
                }
            }
            "oneOf" | "anyOf" => flat.unions.push(Union {
                keyword: if name == "oneOf" { "oneOf" } else { "anyOf" },
                branches: inner.items(),
            }),
            // Annotations are read by name: `Followed::annotation`.
            _ if is_annotation(name) => {}
            _ => flat.words.entry(name).or_default().push(inner),
        }
    }
}
