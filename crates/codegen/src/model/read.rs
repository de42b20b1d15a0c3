//! Reads component schemas into the model.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::direction::{cycles, directions};
use super::{Branch, Field, Kind, Model, Test, Type, TypeRef, escape, reference};
use crate::{Error, names};

const SCHEMAS: &str = "/components/schemas";

pub(super) fn model(document: &Value) -> Result<Model, Error> {
    let empty = Map::new();
    let schemas = document
        .pointer(SCHEMAS)
        .and_then(Value::as_object)
        .unwrap_or(&empty);
    let reader = Reader { schemas };
    let mut taken = BTreeSet::new();
    let mut types = BTreeMap::new();
    for (name, schema) in schemas {
        let pointer = format!("{SCHEMAS}/{}", escape(name));
        let kind = reader.kind(schema, &pointer)?;
        types.insert(
            name.clone(),
            Type {
                rust_name: names::unique(names::pascal(name), &mut taken),
                description: text(schema, "description"),
                kind,
            },
        );
    }
    let (received, sent) = directions(document);
    let mut boxed = cycles(&held_by_value(&types));
    boxed.extend(asked_for(&types));
    let mut omitted = keywords(&types, document);
    omitted.extend(forms(document));
    Ok(Model {
        omitted,
        types,
        received,
        sent,
        boxed,
    })
}

/// Fields of which the document says that they are to be boxed.
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
    schemas: &'a Map<String, Value>,
}

impl Reader<'_> {
    fn kind(&self, schema: &Value, pointer: &str) -> Result<Kind, Error> {
        for word in ["oneOf", "anyOf"] {
            if let Some(branches) = schema.get(word).and_then(Value::as_array) {
                if ["allOf", "properties"]
                    .iter()
                    .any(|k| schema.get(k).is_some())
                {
                    return Err(Error::new(pointer, "members stand beside a union"));
                }
                return self.union(branches, &format!("{pointer}/{word}"));
            }
        }
        if let Some(values) = string_enum(schema) {
            return Ok(Kind::Enum(values));
        }
        let members = self.members(schema, pointer, &mut BTreeSet::new())?;
        if !members.properties.is_empty() {
            if let Some(Value::Object(values)) = schema.get("additionalProperties")
                && !values.is_empty()
            {
                let message = "the members beside the named ones have a type";
                return Err(Error::new(pointer, message));
            }
            return Ok(Kind::Struct(self.fields(members)?));
        }
        Ok(Kind::Alias(self.type_ref(schema, pointer)?))
    }

    /// The properties of an object, those of its `allOf` parts included.
    fn members<'s>(
        &'s self,
        schema: &'s Value,
        pointer: &str,
        seen: &mut BTreeSet<String>,
    ) -> Result<Members<'s>, Error> {
        let mut all = Members::default();
        if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
            for (i, part) in parts.iter().enumerate() {
                let (part, at) = match reference(part) {
                    Some(name) if seen.insert(name.to_owned()) => {
                        let at = format!("{SCHEMAS}/{}", escape(name));
                        (self.lookup(name, pointer)?, at)
                    }
                    Some(_) => continue,
                    None => (part, format!("{pointer}/allOf/{i}")),
                };
                let alone = parts.len() == 1 && schema.get("properties").is_none();
                if !alone && !plain_object(part) {
                    let message = "a part of an allOf that is no plain object";
                    return Err(Error::new(at, message));
                }
                let part = self.members(part, &at, seen)?;
                all.required.extend(part.required);
                for (name, property) in part.properties {
                    self.add(&mut all, name, property)?;
                }
            }
        }
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            for (name, property) in properties {
                let at = format!("{pointer}/properties/{}", escape(name));
                self.add(&mut all, name, (property, at))?;
            }
        }
        if let Some(required) = schema.get("required").and_then(Value::as_array) {
            all.required
                .extend(required.iter().filter_map(Value::as_str));
        }
        Ok(all)
    }

    /// Adds a member; one that two parts say must be of one type in both.
    fn add<'s>(
        &self,
        all: &mut Members<'s>,
        name: &'s str,
        property: (&'s Value, String),
    ) -> Result<(), Error> {
        if let Some((known, at)) = all.properties.get(name) {
            let (theirs, place) = &property;
            if self.type_ref(known, at)? != self.type_ref(theirs, place)? {
                return Err(Error::new(place, format!("{at} says another type")));
            }
        }
        all.properties.insert(name, property);
        Ok(())
    }

    fn fields(&self, members: Members<'_>) -> Result<Vec<Field>, Error> {
        let mut taken = BTreeSet::from(["extra".to_owned()]);
        members
            .properties
            .iter()
            .map(|(name, (schema, at))| {
                Ok(Field {
                    wire_name: (*name).to_owned(),
                    rust_name: names::unique(names::snake(name), &mut taken),
                    description: text(schema, "description"),
                    required: members.required.contains(name),
                    nullable: flag(schema, "nullable"),
                    deprecated: flag(schema, "deprecated"),
                    boxed: flag(schema, "x-unitune-boxed"),
                    ty: self.type_ref(schema, at)?,
                })
            })
            .collect()
    }

    /// The type of a schema, whether it may be null aside.
    fn type_ref(&self, schema: &Value, pointer: &str) -> Result<TypeRef, Error> {
        if let Some(name) = reference(schema) {
            self.lookup(name, pointer)?;
            return Ok(TypeRef::Component(name.to_owned()));
        }
        let format = schema.get("format").and_then(Value::as_str);
        Ok(match schema.get("type").and_then(Value::as_str) {
            Some("string") => match format {
                Some("date-time") => TypeRef::Timestamp,
                Some("password") => TypeRef::Secret,
                _ => TypeRef::String,
            },
            Some("integer") => match format {
                Some("uint64") => TypeRef::Unsigned,
                _ => TypeRef::Integer,
            },
            Some("number") => TypeRef::Number,
            Some("boolean") => TypeRef::Boolean,
            Some("array") => {
                let items = schema.get("items").unwrap_or(&Value::Null);
                let item = self.nullable_ref(items, &format!("{pointer}/items"))?;
                if flag(schema, "x-unitune-lenient") {
                    TypeRef::Lenient(Box::new(item))
                } else {
                    TypeRef::Array(Box::new(item))
                }
            }
            Some("object") => match schema.get("additionalProperties") {
                Some(values @ Value::Object(members)) if !members.is_empty() => {
                    let at = format!("{pointer}/additionalProperties");
                    TypeRef::Map(Box::new(self.nullable_ref(values, &at)?))
                }
                _ => TypeRef::FreeObject,
            },
            _ => TypeRef::Any,
        })
    }

    fn nullable_ref(&self, schema: &Value, pointer: &str) -> Result<TypeRef, Error> {
        let inner = self.type_ref(schema, pointer)?;
        Ok(if flag(schema, "nullable") && inner != TypeRef::Any {
            TypeRef::Nullable(Box::new(inner))
        } else {
            inner
        })
    }

    fn lookup(&self, name: &str, pointer: &str) -> Result<&Value, Error> {
        self.schemas
            .get(name)
            .ok_or_else(|| Error::new(pointer, format!("there is no component schema {name:?}")))
    }

    fn union(&self, branches: &[Value], pointer: &str) -> Result<Kind, Error> {
        let mut taken = BTreeSet::from(["Unknown".to_owned()]);
        let mut all = Vec::with_capacity(branches.len());
        let tag = self.tag(branches);
        for (i, schema) in branches.iter().enumerate() {
            let at = format!("{pointer}/{i}");
            let ty = self.type_ref(schema, &at)?;
            let test = self.test(schema, tag.as_deref());
            let name = match (&test, &ty) {
                (Test::Keyword(value), _) => names::pascal(value),
                (Test::Tagged { values, .. }, _) if values.len() == 1 => names::pascal(&values[0]),
                (_, TypeRef::Component(name)) => names::pascal(name),
                (_, ty) => scalar_name(ty).to_owned(),
            };
            all.push(Branch {
                variant: names::unique(name, &mut taken),
                ty,
                test,
            });
        }
        Ok(Kind::Union(all))
    }

    /// The property by which all object branches tell themselves apart.
    fn tag(&self, branches: &[Value]) -> Option<String> {
        let objects: Vec<Members<'_>> = branches
            .iter()
            .map(|branch| self.object(self.resolved(branch)))
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
        tag.map(|name| (*name).to_owned())
    }

    /// The members of a branch; what is wrong with it is said where it stands.
    fn object<'s>(&'s self, branch: &'s Value) -> Members<'s> {
        let members = self.members(branch, "", &mut BTreeSet::new());
        members.unwrap_or_default()
    }

    fn tag_values(&self, object: &Members<'_>, property: &str) -> Option<Vec<String>> {
        let (schema, _) = object.properties.get(property)?;
        string_enum(self.resolved(schema))
    }

    fn resolved<'s>(&'s self, schema: &'s Value) -> &'s Value {
        let mut schema = schema;
        for _ in 0..16 {
            match reference(schema).and_then(|name| self.schemas.get(name)) {
                Some(target) => schema = target,
                None => break,
            }
        }
        schema
    }

    fn test(&self, branch: &Value, tag: Option<&str>) -> Test {
        let schema = self.resolved(branch);
        if let Some(values) = string_enum(schema) {
            return match <[String; 1]>::try_from(values) {
                Ok([only]) => Test::Keyword(only),
                Err(values) => Test::OneOf(values),
            };
        }
        if let Some(property) = tag
            && let Some(values) = self.tag_values(&self.object(schema), property)
        {
            return Test::Tagged {
                property: property.to_owned(),
                values,
            };
        }
        match schema.get("type").and_then(Value::as_str) {
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
struct Members<'a> {
    properties: BTreeMap<&'a str, (&'a Value, String)>,
    required: BTreeSet<&'a str>,
}

/// Whether a part of an allOf has members at most.
fn plain_object(part: &Value) -> bool {
    let choice = ["oneOf", "anyOf", "enum"]
        .iter()
        .any(|k| part.get(k).is_some());
    let name = part.get("type").and_then(Value::as_str);
    !choice && matches!(name, None | Some("object"))
}

fn string_enum(schema: &Value) -> Option<Vec<String>> {
    let values = schema.get("enum")?.as_array()?;
    values
        .iter()
        .map(|v| v.as_str().map(str::to_owned))
        .collect::<Option<Vec<_>>>()
        .filter(|values| !values.is_empty())
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

/// Which components hold which others by value, and through which field.
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
fn keywords(types: &BTreeMap<String, Type>, document: &Value) -> BTreeSet<String> {
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
    let outside_schemas = [
        document.get("paths"),
        document.pointer("/components/parameters"),
        document.pointer("/components/requestBodies"),
        document.pointer("/components/responses"),
    ];
    for part in outside_schemas.into_iter().flatten() {
        direct_references(part, &mut uses);
    }
    keywords.retain(|name| !uses.contains(name));
    keywords
}

/// The components that multipart bodies consist of.
fn forms(document: &Value) -> BTreeSet<String> {
    let paths = document.get("paths").and_then(Value::as_object);
    let operations = paths
        .into_iter()
        .flat_map(|p| p.values())
        .filter_map(Value::as_object)
        .flat_map(|item| item.values());
    operations
        .filter_map(|operation| operation.pointer("/requestBody/content/multipart~1form-data"))
        .filter_map(|media| reference(media.get("schema")?))
        .map(str::to_owned)
        .collect()
}

/// The component schemas that a part of the document names itself.
fn direct_references(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            into.extend(reference(value).map(str::to_owned));
            members.values().for_each(|v| direct_references(v, into));
        }
        Value::Array(items) => items.iter().for_each(|v| direct_references(v, into)),
        _ => {}
    }
}

fn text(schema: &Value, key: &str) -> Option<String> {
    schema.get(key).and_then(Value::as_str).map(str::to_owned)
}

fn flag(schema: &Value, key: &str) -> bool {
    schema.get(key).and_then(Value::as_bool).unwrap_or(false)
}
