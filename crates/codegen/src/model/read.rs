//! Reads component schemas into the model.

use std::collections::{BTreeMap, BTreeSet};

use openapiv3::{OpenAPI, ReferenceOr, Schema};

use super::direction::{cycles, directions};
use super::{Branch, Field, Kind, Model, Test, Type, TypeRef};
use crate::document::{Node, References, Shape, component, escape};
use crate::{Error, names};

const SCHEMAS: &str = "/components/schemas";

pub(super) fn model(document: &OpenAPI) -> Result<Model, Error> {
    let schemas = document.components.iter().flat_map(|c| &c.schemas);
    let reader = Reader {
        schemas: schemas
            .map(|(name, schema)| (name.as_str(), Node::from(schema)))
            .collect(),
    };
    let components: Vec<&str> = reader.schemas.keys().copied().collect();
    let rust_names = names::distinct(&components, names::pascal, &mut BTreeSet::new());
    let mut types = BTreeMap::new();
    for ((name, schema), rust_name) in reader.schemas.iter().zip(rust_names) {
        let pointer = format!("{SCHEMAS}/{}", escape(name));
        let kind = reader.kind(*schema, &pointer)?;
        types.insert(
            (*name).to_owned(),
            Type {
                rust_name,
                description: schema.description(),
                kind,
            },
        );
    }
    let (received, sent) = directions(document);
    let mut boxed = cycles(&held_by_value(&types));
    boxed.extend(asked_for(&types));
    let mut omitted = keywords(&types, document);
    omitted.extend(forms(document)?);
    Ok(Model {
        omitted,
        types,
        received,
        sent,
        boxed,
    })
}

/// Fields that the document marks as boxed.
fn asked_for(types: &BTreeMap<String, Type>) -> impl Iterator<Item = (String, String)> {
    types.iter().flat_map(|(name, ty)| {
        let fields: &[Field] = match &ty.kind {
            Kind::Struct(fields) => fields,
            _ => &[],
        };
        let boxed = fields.iter().filter(|field| field.boxed);
        boxed.map(|field| (name.clone(), field.wire_name.clone()))
    })
}

struct Reader<'a> {
    schemas: BTreeMap<&'a str, Node<'a>>,
}

impl<'a> Reader<'a> {
    fn kind(&self, schema: Node<'a>, pointer: &str) -> Result<Kind, Error> {
        let shape = schema.shape();
        if let Some((word, branches)) = shape.union() {
            if !shape.all_of.is_empty() || shape.properties().next().is_some() {
                return Err(Error::new(pointer, "members stand beside a union"));
            }
            return self.union(branches, &format!("{pointer}/{word}"));
        }
        if let Some(values) = shape.words {
            return Ok(Kind::Enum(owned(&values)));
        }
        let members = self.members(schema, pointer, &mut BTreeSet::new())?;
        if !members.properties.is_empty() {
            if shape.additional.is_some() {
                let message = "the members beside the named ones have a type";
                return Err(Error::new(pointer, message));
            }
            return Ok(Kind::Struct(self.fields(members)?));
        }
        Ok(Kind::Alias(self.type_ref(schema, pointer)?))
    }

    /// Returns the properties of an object, including those of its `allOf`
    /// parts.
    fn members(
        &self,
        schema: Node<'a>,
        pointer: &str,
        seen: &mut BTreeSet<&'a str>,
    ) -> Result<ObjectMembers<'a>, Error> {
        let shape = schema.shape();
        let mut all = ObjectMembers::default();
        let alone = shape.all_of.len() == 1 && shape.properties().next().is_none();
        for (i, part) in shape.all_of.iter().enumerate() {
            let part = Node::from(part);
            let (part, at) = match part.reference() {
                Some(name) if seen.insert(name) => {
                    let at = format!("{SCHEMAS}/{}", escape(name));
                    (self.lookup(name, pointer)?, at)
                }
                Some(_) => continue,
                None => (part, format!("{pointer}/allOf/{i}")),
            };
            if !alone && !plain_object(&part.shape()) {
                let message = "a part of an allOf that is no plain object";
                return Err(Error::new(at, message));
            }
            let part = self.members(part, &at, seen)?;
            all.required.extend(part.required);
            for (name, property) in part.properties {
                self.add(&mut all, name, property)?;
            }
        }
        for (name, property) in shape.properties() {
            let at = format!("{pointer}/properties/{}", escape(name));
            self.add(&mut all, name, (property, at))?;
        }
        all.required
            .extend(shape.required.iter().map(String::as_str));
        Ok(all)
    }

    /// Adds a member; one that two parts define must have the same type in both.
    fn add(
        &self,
        all: &mut ObjectMembers<'a>,
        name: &'a str,
        property: (Node<'a>, String),
    ) -> Result<(), Error> {
        if let Some((known, at)) = all.properties.get(name) {
            let (theirs, place) = &property;
            if self.type_ref(*known, at)? != self.type_ref(*theirs, place)? {
                return Err(Error::new(place, format!("{at} has another type")));
            }
        }
        all.properties.insert(name, property);
        Ok(())
    }

    fn fields(&self, members: ObjectMembers<'_>) -> Result<Vec<Field>, Error> {
        let wire: Vec<&str> = members.properties.keys().copied().collect();
        let mut taken = BTreeSet::from(["extra".to_owned()]);
        let rust_names = names::distinct(&wire, names::snake, &mut taken);
        members
            .properties
            .iter()
            .zip(rust_names)
            .map(|((name, (schema, at)), rust_name)| {
                Ok(Field {
                    wire_name: (*name).to_owned(),
                    rust_name,
                    description: schema.description(),
                    required: members.required.contains(name),
                    nullable: schema.nullable(),
                    deprecated: schema.deprecated(),
                    boxed: schema.marked("x-unitune-boxed"),
                    ty: self.type_ref(*schema, at)?,
                })
            })
            .collect()
    }

    /// Returns the type of a schema, without whether it may be null.
    fn type_ref(&self, schema: Node<'a>, pointer: &str) -> Result<TypeRef, Error> {
        if let Some(name) = schema.reference() {
            self.lookup(name, pointer)?;
            return Ok(TypeRef::Component(name.to_owned()));
        }
        if let Node::Reference(target) = schema {
            let message = format!("{target:?} is no schema among the components");
            return Err(Error::new(pointer, message));
        }
        let shape = schema.shape();
        Ok(match shape.type_name {
            Some("string") => match shape.format {
                Some("date-time") => TypeRef::Timestamp,
                Some("password") => TypeRef::Secret,
                _ => TypeRef::String,
            },
            Some("integer") => match shape.format {
                Some("uint64") => TypeRef::Unsigned,
                _ => TypeRef::Integer,
            },
            Some("number") => TypeRef::Number,
            Some("boolean") => TypeRef::Boolean,
            Some("array") => {
                let item = self.nullable_ref(shape.items, &format!("{pointer}/items"))?;
                if schema.marked("x-unitune-lenient") {
                    TypeRef::Lenient(Box::new(item))
                } else {
                    TypeRef::Array(Box::new(item))
                }
            }
            Some("object") => match shape.additional {
                Some(values) => {
                    let at = format!("{pointer}/additionalProperties");
                    TypeRef::Map(Box::new(self.nullable_ref(values, &at)?))
                }
                None => TypeRef::FreeObject,
            },
            _ => TypeRef::Any,
        })
    }

    fn nullable_ref(&self, schema: Node<'a>, pointer: &str) -> Result<TypeRef, Error> {
        let inner = self.type_ref(schema, pointer)?;
        Ok(if schema.nullable() && inner != TypeRef::Any {
            TypeRef::Nullable(Box::new(inner))
        } else {
            inner
        })
    }

    fn lookup(&self, name: &str, pointer: &str) -> Result<Node<'a>, Error> {
        self.schemas
            .get(name)
            .copied()
            .ok_or_else(|| Error::new(pointer, format!("there is no component schema {name:?}")))
    }

    fn union(&self, branches: &'a [ReferenceOr<Schema>], pointer: &str) -> Result<Kind, Error> {
        let mut all = Vec::with_capacity(branches.len());
        let tag = self.tag(branches);
        for (i, schema) in branches.iter().map(Node::from).enumerate() {
            let at = format!("{pointer}/{i}");
            let ty = self.type_ref(schema, &at)?;
            let test = self.test(schema, tag);
            let name = match (&test, &ty) {
                (Test::Keyword(value), _) => value.clone(),
                (Test::Tagged { values, .. }, _) if values.len() == 1 => values[0].clone(),
                (_, TypeRef::Component(name)) => name.clone(),
                (_, ty) => scalar_name(ty).to_owned(),
            };
            all.push((name, ty, test));
        }
        let wire: Vec<&str> = all.iter().map(|(name, ..)| name.as_str()).collect();
        let mut taken = BTreeSet::from(["Unknown".to_owned()]);
        let variants = names::distinct(&wire, names::pascal, &mut taken);
        let branches = all.into_iter().zip(variants);
        let branches = branches.map(|((_, ty, test), variant)| Branch { variant, ty, test });
        Ok(Kind::Union(branches.collect()))
    }

    /// Returns the property whose value selects the branch, for all object
    /// branches.
    fn tag(&self, branches: &'a [ReferenceOr<Schema>]) -> Option<&'a str> {
        let objects: Vec<ObjectMembers<'_>> = branches
            .iter()
            .map(|branch| self.object(self.resolved(Node::from(branch))))
            .filter(|members| !members.properties.is_empty())
            .collect();
        let first = objects.first()?;
        let mut names = first.properties.keys();
        let tag = names.find(|name| {
            let mut seen = BTreeSet::new();
            objects.iter().all(|object| {
                self.tag_values(object, name)
                    .is_some_and(|values| values.into_iter().all(|v| seen.insert(v)))
            })
        });
        tag.copied()
    }

    /// Returns the members of a branch; its faults are reported in its own
    /// place.
    fn object(&self, branch: Node<'a>) -> ObjectMembers<'a> {
        let members = self.members(branch, "", &mut BTreeSet::new());
        members.unwrap_or_default()
    }

    fn tag_values(&self, object: &ObjectMembers<'a>, property: &str) -> Option<Vec<&'a str>> {
        let (schema, _) = object.properties.get(property)?;
        self.resolved(*schema).shape().words
    }

    fn resolved(&self, mut schema: Node<'a>) -> Node<'a> {
        for _ in 0..16 {
            match schema.reference().and_then(|name| self.schemas.get(name)) {
                Some(target) => schema = *target,
                None => break,
            }
        }
        schema
    }

    fn test(&self, branch: Node<'a>, tag: Option<&str>) -> Test {
        let schema = self.resolved(branch);
        let shape = schema.shape();
        match shape.words.as_deref() {
            Some([only]) => return Test::Keyword((*only).to_owned()),
            Some(values) => return Test::OneOf(owned(values)),
            None => {}
        }
        if let Some(property) = tag
            && let Some(values) = self.tag_values(&self.object(schema), property)
        {
            return Test::Tagged {
                property: property.to_owned(),
                values: owned(&values),
            };
        }
        match shape.type_name {
            Some("string") => Test::String,
            Some("boolean") => Test::Boolean,
            Some("integer") => Test::Integer,
            Some("number") => Test::Number,
            Some("array") => Test::Array,
            Some("object") => Test::Object,
            _ if !self.object(schema).properties.is_empty() => Test::Object,
            _ => Test::Any,
        }
    }
}

#[derive(Default)]
struct ObjectMembers<'a> {
    properties: BTreeMap<&'a str, (Node<'a>, String)>,
    required: BTreeSet<&'a str>,
}

/// Returns true if a part of an allOf has members at most.
fn plain_object(part: &Shape<'_>) -> bool {
    let choice = part.union().is_some() || part.enumerated;
    !choice && matches!(part.type_name, None | Some("object"))
}

fn owned(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

fn scalar_name(ty: &TypeRef) -> &'static str {
    match ty {
        TypeRef::String => "Text",
        TypeRef::Secret => "Secret",
        TypeRef::Timestamp => "Timestamp",
        TypeRef::Integer | TypeRef::Unsigned => "Integer",
        TypeRef::Number => "Number",
        TypeRef::Boolean => "Boolean",
        TypeRef::Array(_) | TypeRef::Lenient(_) => "List",
        TypeRef::Map(_) | TypeRef::FreeObject => "Object",
        TypeRef::Any | TypeRef::Component(_) | TypeRef::Nullable(_) => "Other",
    }
}

/// Returns which components contain which others by value, and in which field.
fn held_by_value(types: &BTreeMap<String, Type>) -> BTreeMap<String, Vec<(String, String)>> {
    fn target(ty: &TypeRef) -> Option<&str> {
        match ty {
            TypeRef::Component(name) => Some(name),
            TypeRef::Nullable(inner) => target(inner),
            _ => None,
        }
    }
    let edge = |key: &str, ty: &TypeRef| target(ty).map(|t| (key.to_owned(), t.to_owned()));
    types
        .iter()
        .map(|(name, ty)| {
            let edges = match &ty.kind {
                Kind::Struct(fields) => fields
                    .iter()
                    .filter_map(|f| edge(&f.wire_name, &f.ty))
                    .collect(),
                Kind::Union(branches) => branches
                    .iter()
                    .filter_map(|b| edge(&b.variant, &b.ty))
                    .collect(),
                Kind::Alias(ty) => edge("", ty).into_iter().collect(),
                Kind::Enum(_) => Vec::new(),
            };
            (name.clone(), edges)
        })
        .collect()
}

/// Components that appear as keyword branches of unions and nowhere else.
fn keywords(types: &BTreeMap<String, Type>, document: &OpenAPI) -> BTreeSet<String> {
    fn note(ty: &TypeRef, uses: &mut BTreeSet<String>) {
        match ty {
            TypeRef::Component(name) => {
                uses.insert(name.clone());
            }
            TypeRef::Array(inner)
            | TypeRef::Lenient(inner)
            | TypeRef::Map(inner)
            | TypeRef::Nullable(inner) => note(inner, uses),
            _ => {}
        }
    }
    let mut keywords = BTreeSet::new();
    let mut uses = BTreeSet::new();
    for ty in types.values() {
        match &ty.kind {
            Kind::Struct(fields) => fields.iter().for_each(|f| note(&f.ty, &mut uses)),
            Kind::Alias(target) => note(target, &mut uses),
            Kind::Enum(_) => {}
            Kind::Union(branches) => {
                for branch in branches {
                    let into = match branch.test {
                        Test::Keyword(_) => &mut keywords,
                        _ => &mut uses,
                    };
                    note(&branch.ty, into);
                }
            }
        }
    }
    let mut outside_schemas = References::default();
    for item in document
        .paths
        .paths
        .values()
        .filter_map(ReferenceOr::as_item)
    {
        outside_schemas.parameters(&item.parameters);
        for (_, operation) in item.iter() {
            outside_schemas.sent(operation);
            outside_schemas.received(operation);
        }
    }
    if let Some(components) = &document.components {
        outside_schemas.components(components);
    }
    uses.extend(outside_schemas.schemas().map(str::to_owned));
    keywords.retain(|name| !uses.contains(name));
    keywords
}

/// Returns the components of multipart bodies.
fn forms(document: &OpenAPI) -> Result<BTreeSet<String>, Error> {
    let bodies = document.components.as_ref().map(|c| &c.request_bodies);
    let mut forms = BTreeSet::new();
    for (path, method, operation) in document.operations() {
        let Some(body) = &operation.request_body else {
            continue;
        };
        let pointer = format!("/paths/{}/{method}", escape(path));
        let body = component(body, ("requestBodies", bodies), &pointer)?;
        let form = body.content.get("multipart/form-data");
        let form = form.and_then(|media| Node::from(media.schema.as_ref()).reference());
        forms.extend(form.map(str::to_owned));
    }
    Ok(forms)
}
