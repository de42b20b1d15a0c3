//! The types of parameters, bodies and responses.

use crate::document::Node;
use crate::model::{Kind, Model, TypeRef};

/// What a parameter, a body or an answer holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text,
    Integer,
    Number,
    Boolean,
    Any,
    Component(String),
    List(Box<Value>),
    /// A query parameter of style `deepObject`.
    Pairs,
}

impl Value {
    /// Returns the content of a query parameter. Constraints are ignored, and a
    /// union or an object is sent as its text.
    pub(super) fn of_parameter(schema: Node<'_>, model: &Model) -> Self {
        if let Some(name) = schema.reference() {
            return Self::of_component(name, model, &mut Vec::new());
        }
        let shape = schema.shape();
        match shape.type_name {
            Some("integer") => Self::Integer,
            Some("number") => Self::Number,
            Some("boolean") => Self::Boolean,
            Some("array") => Self::of_parameter(shape.items, model).listed(),
            _ => Self::Text,
        }
    }

    fn of_component<'m>(name: &'m str, model: &'m Model, seen: &mut Vec<&'m str>) -> Self {
        if seen.contains(&name) {
            return Self::Text;
        }
        seen.push(name);
        match model.get(name).map(|ty| &ty.kind) {
            Some(Kind::Alias(target)) => Self::of_alias(target, model, seen),
            Some(Kind::Enum(_)) => Self::Component(name.to_owned()),
            _ => Self::Text,
        }
    }

    fn of_alias<'m>(target: &'m TypeRef, model: &'m Model, seen: &mut Vec<&'m str>) -> Self {
        match target {
            TypeRef::Integer | TypeRef::Unsigned => Self::Integer,
            TypeRef::Number => Self::Number,
            TypeRef::Boolean => Self::Boolean,
            TypeRef::Array(item) | TypeRef::Lenient(item) => {
                Self::of_alias(item, model, seen).listed()
            }
            TypeRef::Component(name) => Self::of_component(name, model, seen),
            _ => Self::Text,
        }
    }

    /// Returns a list of these; a list of lists is sent as its text.
    fn listed(self) -> Self {
        match self {
            Self::List(_) => Self::List(Box::new(Self::Text)),
            item => Self::List(Box::new(item)),
        }
    }

    /// Returns the same content in a path or a header, which have no lists.
    pub(super) fn single(self) -> Self {
        match self {
            Self::List(_) | Self::Pairs => Self::Text,
            value => value,
        }
    }

    /// Returns the content of a JSON body; the error is the name of a component
    /// that does not exist.
    pub(super) fn of_body(schema: Node<'_>, model: &Model) -> Result<Self, String> {
        if let Some(name) = schema.reference() {
            return match model.get(name) {
                Some(_) => Ok(Self::Component(name.to_owned())),
                None => Err(name.to_owned()),
            };
        }
        let shape = schema.shape();
        Ok(match shape.type_name {
            Some("array") => Self::List(Box::new(Self::of_body(shape.items, model)?)),
            Some("string") => Self::Text,
            Some("integer") => Self::Integer,
            Some("number") => Self::Number,
            Some("boolean") => Self::Boolean,
            _ => Self::Any,
        })
    }
}
