//! The component schemas of a document, as the types they become.

mod direction;
mod read;
mod wire_names;

pub(crate) use wire_names::wire_names;

use std::collections::{BTreeMap, BTreeSet};

use openapiv3::OpenAPI;

use crate::Error;

/// The schemas of a document, prepared for the emitters.
pub(crate) struct Model {
    /// Component name → its type.
    pub(crate) types: BTreeMap<String, Type>,
    /// Components that a vendor answers with, directly or inside others.
    pub(crate) received: BTreeSet<String>,
    /// Components that a caller sends, directly or inside others.
    pub(crate) sent: BTreeSet<String>,
    /// Fields (component, wire name) in a box: because the type would otherwise
    /// hold itself, or because the document requires it.
    pub(crate) boxed: BTreeSet<(String, String)>,
    /// Components without a type of their own: enumerations of one word that
    /// are only branches of unions (the variant is enough), and multipart
    /// forms (which are written by hand).
    pub(crate) omitted: BTreeSet<String>,
}

/// What a component becomes.
#[derive(Clone, Debug)]
pub(crate) struct Type {
    pub(crate) rust_name: String,
    pub(crate) description: Option<String>,
    pub(crate) kind: Kind,
}

/// The shapes that a component can have.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Struct(Vec<Field>),
    /// The values of a string enumeration, as on the wire.
    Enum(Vec<String>),
    Union(Vec<Branch>),
    Alias(TypeRef),
}

/// A member of an object.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) wire_name: String,
    pub(crate) rust_name: String,
    pub(crate) description: Option<String>,
    pub(crate) required: bool,
    pub(crate) nullable: bool,
    pub(crate) deprecated: bool,
    /// Whether the document requires a box (`x-unitune-boxed`).
    pub(crate) boxed: bool,
    pub(crate) ty: TypeRef,
}

/// A reference to a type from a field, an item or a branch.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TypeRef {
    Component(String),
    String,
    Secret,
    Timestamp,
    Integer,
    Unsigned,
    Number,
    Boolean,
    Any,
    FreeObject,
    Array(Box<TypeRef>),
    /// An array of which each item decodes by itself.
    Lenient(Box<TypeRef>),
    Map(Box<TypeRef>),
    Nullable(Box<TypeRef>),
}

/// One branch of a union, and how its values are recognised.
#[derive(Clone, Debug)]
pub(crate) struct Branch {
    pub(crate) variant: String,
    pub(crate) ty: TypeRef,
    pub(crate) test: Test,
}

/// How a value shows that it belongs to a branch.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Test {
    /// It is this very string; the variant carries nothing.
    Keyword(String),
    /// It is one of these strings; the variant carries the enumeration.
    OneOf(Vec<String>),
    String,
    Boolean,
    Integer,
    Number,
    Array,
    /// An object whose member `property` is one of `values`.
    Tagged {
        property: String,
        values: Vec<String>,
    },
    Object,
    Any,
}

impl Model {
    pub(crate) fn read(document: &OpenAPI) -> Result<Self, Error> {
        read::model(document)
    }

    pub(crate) fn get(&self, component: &str) -> Option<&Type> {
        self.types.get(component)
    }

    /// Returns true if callers create values of this component.
    pub(crate) fn is_sent(&self, component: &str) -> bool {
        self.sent.contains(component)
    }

    /// Returns true if responses contain this component, or nothing uses it.
    pub(crate) fn is_received(&self, component: &str) -> bool {
        self.received.contains(component) || !self.sent.contains(component)
    }
}
