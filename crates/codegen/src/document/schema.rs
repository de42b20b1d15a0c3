//! Schemas as the readers see them: one form for all kinds of `openapiv3`.

use std::borrow::Borrow;

use indexmap::IndexMap;
use openapiv3::{
    AdditionalProperties, IntegerFormat, ReferenceOr, Schema, SchemaKind, StringFormat, Type,
    VariantOrUnknownOrEmpty,
};

use super::schema_name;

/// A schema at a place where a reference can stand instead.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Node<'a> {
    Reference(&'a str),
    Schema(&'a Schema),
    /// No schema stands here: anything goes.
    #[default]
    Absent,
}

impl<'a, T: Borrow<Schema>> From<&'a ReferenceOr<T>> for Node<'a> {
    fn from(schema: &'a ReferenceOr<T>) -> Self {
        match schema {
            ReferenceOr::Reference { reference } => Self::Reference(reference),
            ReferenceOr::Item(schema) => Self::Schema(schema.borrow()),
        }
    }
}

impl<'a, T: Borrow<Schema>> From<Option<&'a ReferenceOr<T>>> for Node<'a> {
    fn from(schema: Option<&'a ReferenceOr<T>>) -> Self {
        schema.map_or(Self::Absent, Self::from)
    }
}

impl<'a> Node<'a> {
    /// Returns the component that this is; `allOf` with one reference counts as
    /// that reference.
    pub(crate) fn reference(self) -> Option<&'a str> {
        let target = match self {
            Self::Reference(target) => target,
            Self::Schema(_) => match self.shape().all_of {
                [ReferenceOr::Reference { reference }] => reference,
                _ => return None,
            },
            Self::Absent => return None,
        };
        schema_name(target)
    }

    /// Returns the schema itself; nothing for a reference.
    pub(crate) fn shape(self) -> Shape<'a> {
        match self {
            Self::Schema(schema) => Shape::of(schema),
            Self::Reference(_) | Self::Absent => Shape::default(),
        }
    }

    pub(crate) fn description(self) -> Option<String> {
        self.schema()?.schema_data.description.clone()
    }

    pub(crate) fn nullable(self) -> bool {
        self.schema().is_some_and(|s| s.schema_data.nullable)
    }

    pub(crate) fn deprecated(self) -> bool {
        self.schema().is_some_and(|s| s.schema_data.deprecated)
    }

    /// Returns whether the extension `name` is `true`.
    pub(crate) fn marked(self, name: &str) -> bool {
        let value = self
            .schema()
            .and_then(|s| s.schema_data.extensions.get(name));
        value.and_then(serde_json::Value::as_bool) == Some(true)
    }

    fn schema(self) -> Option<&'a Schema> {
        match self {
            Self::Schema(schema) => Some(schema),
            Self::Reference(_) | Self::Absent => None,
        }
    }
}

/// The keywords of a schema about its values. `openapiv3` holds a keyword in another
/// place where keywords of several types stand together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shape<'a> {
    pub(crate) type_name: Option<&'a str>,
    /// The format, where it makes a difference to the types.
    pub(crate) format: Option<&'a str>,
    pub(crate) properties: Option<&'a IndexMap<String, ReferenceOr<Box<Schema>>>>,
    pub(crate) required: &'a [String],
    /// The schema of the members beside the named ones, if it has any keyword.
    pub(crate) additional: Option<Node<'a>>,
    pub(crate) items: Node<'a>,
    pub(crate) one_of: &'a [ReferenceOr<Schema>],
    pub(crate) any_of: &'a [ReferenceOr<Schema>],
    pub(crate) all_of: &'a [ReferenceOr<Schema>],
    pub(crate) not: Node<'a>,
    /// Whether its values are enumerated.
    pub(crate) enumerated: bool,
    /// The values, where all are strings.
    pub(crate) words: Option<Vec<&'a str>>,
}

impl<'a> Shape<'a> {
    fn of(schema: &'a Schema) -> Self {
        match &schema.schema_kind {
            SchemaKind::Type(of) => Self::of_type(of),
            SchemaKind::OneOf { one_of } => Self {
                one_of,
                ..Self::default()
            },
            SchemaKind::AnyOf { any_of } => Self {
                any_of,
                ..Self::default()
            },
            SchemaKind::AllOf { all_of } => Self {
                all_of,
                ..Self::default()
            },
            SchemaKind::Not { not } => Self {
                not: Node::from(&**not),
                ..Self::default()
            },
            SchemaKind::Any(any) => Self {
                type_name: any.typ.as_deref(),
                format: any.format.as_deref(),
                properties: Some(&any.properties),
                required: &any.required,
                additional: additional(any.additional_properties.as_ref()),
                items: Node::from(any.items.as_ref()),
                one_of: &any.one_of,
                any_of: &any.any_of,
                all_of: &any.all_of,
                not: any.not.as_deref().map_or(Node::Absent, Node::from),
                enumerated: !any.enumeration.is_empty(),
                words: words(any.enumeration.iter().map(serde_json::Value::as_str)),
            },
        }
    }

    fn of_type(of: &'a Type) -> Self {
        let named = |type_name| Self {
            type_name: Some(type_name),
            ..Self::default()
        };
        match of {
            Type::String(text) => Self {
                format: match &text.format {
                    VariantOrUnknownOrEmpty::Item(StringFormat::DateTime) => Some("date-time"),
                    VariantOrUnknownOrEmpty::Item(StringFormat::Password) => Some("password"),
                    _ => None,
                },
                enumerated: !text.enumeration.is_empty(),
                words: words(text.enumeration.iter().map(Option::as_deref)),
                ..named("string")
            },
            Type::Integer(integer) => Self {
                format: match &integer.format {
                    VariantOrUnknownOrEmpty::Unknown(format) => Some(format),
                    VariantOrUnknownOrEmpty::Item(IntegerFormat::Int32 | IntegerFormat::Int64)
                    | VariantOrUnknownOrEmpty::Empty => None,
                },
                enumerated: !integer.enumeration.is_empty(),
                ..named("integer")
            },
            Type::Number(number) => Self {
                enumerated: !number.enumeration.is_empty(),
                ..named("number")
            },
            Type::Boolean(boolean) => Self {
                enumerated: !boolean.enumeration.is_empty(),
                ..named("boolean")
            },
            Type::Array(array) => Self {
                items: Node::from(array.items.as_ref()),
                ..named("array")
            },
            Type::Object(object) => Self {
                properties: Some(&object.properties),
                required: &object.required,
                additional: additional(object.additional_properties.as_ref()),
                ..named("object")
            },
        }
    }

    /// Returns the alternatives of a union, and the keyword that holds them.
    pub(crate) fn union(&self) -> Option<(&'static str, &'a [ReferenceOr<Schema>])> {
        let lists = [("oneOf", self.one_of), ("anyOf", self.any_of)];
        lists.into_iter().find(|(_, list)| !list.is_empty())
    }

    /// Returns the named members.
    pub(crate) fn properties(&self) -> impl Iterator<Item = (&'a str, Node<'a>)> + use<'a> {
        let properties = self.properties.into_iter().flatten();
        properties.map(|(name, schema)| (name.as_str(), Node::from(schema)))
    }

    /// Returns every schema that this one contains.
    pub(crate) fn parts(&self) -> impl Iterator<Item = Node<'a>> {
        let listed = [self.one_of, self.any_of, self.all_of]
            .into_iter()
            .flatten();
        self.properties()
            .map(|(_, schema)| schema)
            .chain(self.additional)
            .chain([self.items, self.not])
            .chain(listed.map(Node::from))
            .filter(|part| !matches!(part, Node::Absent))
    }
}

/// Returns all values, if each is a string.
fn words<'a>(values: impl Iterator<Item = Option<&'a str>>) -> Option<Vec<&'a str>> {
    let words: Option<Vec<&str>> = values.collect();
    words.filter(|words| !words.is_empty())
}

fn additional(declared: Option<&AdditionalProperties>) -> Option<Node<'_>> {
    match declared {
        None | Some(AdditionalProperties::Any(_)) => None,
        Some(AdditionalProperties::Schema(schema)) => match &**schema {
            ReferenceOr::Item(schema) if is_empty(schema) => None,
            schema => Some(Node::from(schema)),
        },
    }
}

/// Returns true for the schema `{}`.
fn is_empty(schema: &Schema) -> bool {
    matches!(&schema.schema_kind, SchemaKind::Any(any) if *any == openapiv3::AnySchema::default())
        && schema.schema_data == openapiv3::SchemaData::default()
}
