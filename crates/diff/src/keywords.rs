//! What an OpenAPI document is made of: for each kind of node its keywords,
//! what they hold, and what the lowering to OpenAPI 3.0 does with them.
//!
//! Walking, slicing and lowering all read these tables. A keyword that is
//! in none of them is unknown, and an unknown keyword is an error.
//!
//! ```
//! use unitune_diff::keywords::{Treatment, Kind, key, required};
//!
//! assert!(key(Kind::Schema, "minimum").is_some_and(|key| key.treatment == Treatment::Keep));
//! assert!(key(Kind::Schema, "minimun").is_none());
//! assert_eq!(required(Kind::Parameter), ["name", "in"]);
//! ```

/// The kinds of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // They are OpenAPI's own names.
pub enum Kind {
    Document,
    Info,
    License,
    Server,
    ServerVariable,
    PathItem,
    Operation,
    Parameter,
    RequestBody,
    Response,
    Header,
    MediaType,
    Encoding,
    Schema,
    Discriminator,
    Components,
    SecurityScheme,
}

/// What a keyword holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Anything.
    Any,
    /// `true` or `false`.
    Bool,
    /// Text.
    Text,
    /// A number.
    Number,
    /// A whole number from 0.
    Count,
    /// A number, or the older boolean form.
    Bound,
    /// A list of text.
    Texts,
    /// A type name, or a list of them.
    Types,
    /// A list of anything.
    List,
    /// One node.
    One(Kind),
    /// One schema, or `true` or `false`.
    Open,
    /// A schema, or the older list of schemas.
    Items,
    /// A list of nodes.
    Each(Kind),
    /// Nodes by name.
    Map(Kind),
}

/// What becomes of a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// It stays, or a rule of the lowering table takes it up.
    Keep,
    /// It is the vendor's prose: taken out and counted.
    Prose,
    /// OpenAPI 3.0, or a typed client, has no place for it: left out, with a
    /// line in the report. The rule's name, and why.
    Drop(&'static str, &'static str),
}

/// One keyword.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub shape: Shape,
    /// What becomes of it.
    pub treatment: Treatment,
}

const fn keep(name: &'static str, shape: Shape) -> Key {
    Key {
        name,
        shape,
        treatment: Treatment::Keep,
    }
}

const fn prose(name: &'static str) -> Key {
    Key {
        name,
        shape: Shape::Any,
        treatment: Treatment::Prose,
    }
}

const fn drop(name: &'static str, rule: &'static str, why: &'static str) -> Key {
    Key {
        name,
        shape: Shape::Any,
        treatment: Treatment::Drop(rule, why),
    }
}

const DOCUMENT: &[Key] = &[
    keep("openapi", Shape::Text),
    keep("info", Shape::One(Kind::Info)),
    keep("servers", Shape::Each(Kind::Server)),
    keep("paths", Shape::Map(Kind::PathItem)),
    keep("components", Shape::One(Kind::Components)),
    keep("security", Shape::List),
    prose("tags"),
    prose("externalDocs"),
    drop(
        "webhooks",
        "webhooks",
        "calls that the vendor makes are no operations of a client",
    ),
    drop(
        "jsonSchemaDialect",
        "dialect",
        "OpenAPI 3.0 has one dialect",
    ),
    drop("$self", "dialect", "a document is identified by its file"),
];

const INFO: &[Key] = &[
    keep("title", Shape::Text),
    keep("version", Shape::Text),
    keep("license", Shape::One(Kind::License)),
    prose("summary"),
    prose("description"),
    prose("termsOfService"),
    prose("contact"),
];

const LICENSE: &[Key] = &[
    keep("name", Shape::Text),
    keep("url", Shape::Text),
    drop(
        "identifier",
        "licence-identifier",
        "OpenAPI 3.0 has only name and url of a licence",
    ),
];

const SERVER: &[Key] = &[
    keep("url", Shape::Text),
    keep("variables", Shape::Map(Kind::ServerVariable)),
    prose("description"),
    prose("name"),
];

const SERVER_VARIABLE: &[Key] = &[
    keep("default", Shape::Text),
    keep("enum", Shape::Texts),
    prose("description"),
];

const NO_SERVERS: Key = drop("servers", "local-servers", "a client has one base URL");

const PATH_ITEM: &[Key] = &[
    keep("get", Shape::One(Kind::Operation)),
    keep("put", Shape::One(Kind::Operation)),
    keep("post", Shape::One(Kind::Operation)),
    keep("delete", Shape::One(Kind::Operation)),
    keep("options", Shape::One(Kind::Operation)),
    keep("head", Shape::One(Kind::Operation)),
    keep("patch", Shape::One(Kind::Operation)),
    keep("trace", Shape::One(Kind::Operation)),
    keep("parameters", Shape::Each(Kind::Parameter)),
    prose("summary"),
    prose("description"),
    NO_SERVERS,
];

const OPERATION: &[Key] = &[
    keep("operationId", Shape::Text),
    keep("parameters", Shape::Each(Kind::Parameter)),
    keep("requestBody", Shape::One(Kind::RequestBody)),
    keep("responses", Shape::Map(Kind::Response)),
    keep("deprecated", Shape::Bool),
    keep("security", Shape::List),
    prose("tags"),
    prose("summary"),
    prose("description"),
    prose("externalDocs"),
    // What OpenAI wrote before it wrote x-oaiMeta.
    prose("oaiMeta"),
    drop(
        "callbacks",
        "callbacks",
        "calls that the vendor makes are no operations of a client",
    ),
    NO_SERVERS,
];

const PARAMETER: &[Key] = &[
    keep("name", Shape::Text),
    keep("in", Shape::Text),
    keep("required", Shape::Bool),
    keep("deprecated", Shape::Bool),
    keep("allowEmptyValue", Shape::Bool),
    keep("style", Shape::Text),
    keep("explode", Shape::Bool),
    keep("allowReserved", Shape::Bool),
    keep("schema", Shape::One(Kind::Schema)),
    keep("content", Shape::Map(Kind::MediaType)),
    prose("description"),
    prose("example"),
    prose("examples"),
];

const REQUEST_BODY: &[Key] = &[
    keep("content", Shape::Map(Kind::MediaType)),
    keep("required", Shape::Bool),
    prose("description"),
];

const RESPONSE: &[Key] = &[
    keep("headers", Shape::Map(Kind::Header)),
    keep("content", Shape::Map(Kind::MediaType)),
    prose("description"),
    prose("summary"),
    drop("links", "links", "a typed client follows no links"),
];

const HEADER: &[Key] = &[
    keep("required", Shape::Bool),
    keep("deprecated", Shape::Bool),
    keep("style", Shape::Text),
    keep("explode", Shape::Bool),
    keep("schema", Shape::One(Kind::Schema)),
    keep("content", Shape::Map(Kind::MediaType)),
    drop(
        "allowEmptyValue",
        "header-keywords",
        "it has no meaning for a header",
    ),
    drop(
        "allowReserved",
        "header-keywords",
        "it has no meaning for a header",
    ),
    prose("description"),
    prose("example"),
    prose("examples"),
];

const MEDIA_TYPE: &[Key] = &[
    keep("schema", Shape::One(Kind::Schema)),
    keep("encoding", Shape::Map(Kind::Encoding)),
    prose("example"),
    prose("examples"),
    drop(
        "itemSchema",
        "item-schema",
        "OpenAPI 3.0 does not describe streams of items",
    ),
];

const ENCODING: &[Key] = &[
    keep("contentType", Shape::Text),
    keep("headers", Shape::Map(Kind::Header)),
    keep("style", Shape::Text),
    keep("explode", Shape::Bool),
    keep("allowReserved", Shape::Bool),
];

const CONDITIONAL: &str = "conditions are not types";
const DEPENDENT: &str = "dependencies between members are not types";
const RECURSIVE: &str = "its meaning depends on the reference: anything";
const RESOURCE: &str = "OpenAPI 3.0 has no schema resources";

const SCHEMA: &[Key] = &[
    keep("$ref", Shape::Text),
    keep("type", Shape::Types),
    keep("format", Shape::Text),
    keep("enum", Shape::List),
    keep("const", Shape::Any),
    keep("default", Shape::Any),
    keep("nullable", Shape::Bool),
    keep("deprecated", Shape::Bool),
    keep("readOnly", Shape::Bool),
    keep("writeOnly", Shape::Bool),
    keep("minimum", Shape::Number),
    keep("maximum", Shape::Number),
    keep("exclusiveMinimum", Shape::Bound),
    keep("exclusiveMaximum", Shape::Bound),
    keep("multipleOf", Shape::Number),
    keep("minLength", Shape::Count),
    keep("maxLength", Shape::Count),
    keep("pattern", Shape::Text),
    keep("minItems", Shape::Count),
    keep("maxItems", Shape::Count),
    keep("uniqueItems", Shape::Bool),
    keep("minProperties", Shape::Count),
    keep("maxProperties", Shape::Count),
    keep("required", Shape::Texts),
    keep("properties", Shape::Map(Kind::Schema)),
    keep("additionalProperties", Shape::Open),
    keep("patternProperties", Shape::Map(Kind::Schema)),
    keep("unevaluatedProperties", Shape::Open),
    keep("items", Shape::Items),
    keep("prefixItems", Shape::Each(Kind::Schema)),
    keep("allOf", Shape::Each(Kind::Schema)),
    keep("oneOf", Shape::Each(Kind::Schema)),
    keep("anyOf", Shape::Each(Kind::Schema)),
    keep("not", Shape::Open),
    keep("discriminator", Shape::One(Kind::Discriminator)),
    keep("contentEncoding", Shape::Text),
    keep("contentMediaType", Shape::Text),
    prose("title"),
    prose("description"),
    prose("example"),
    prose("examples"),
    prose("externalDocs"),
    prose("$comment"),
    drop("xml", "xml", "bodies are JSON"),
    drop(
        "propertyNames",
        "property-names",
        "OpenAPI 3.0 cannot limit the names of members",
    ),
    drop("if", "if-then-else", CONDITIONAL),
    drop("then", "if-then-else", CONDITIONAL),
    drop("else", "if-then-else", CONDITIONAL),
    drop("dependentRequired", "dependent", DEPENDENT),
    drop("dependentSchemas", "dependent", DEPENDENT),
    drop("dependencies", "dependent", DEPENDENT),
    drop(
        "unevaluatedItems",
        "unevaluated-items",
        "OpenAPI 3.0 has one kind of items",
    ),
    drop(
        "additionalItems",
        "additional-items",
        "OpenAPI 3.0 has one kind of items",
    ),
    drop(
        "contains",
        "contains",
        "what a list holds somewhere is not a type",
    ),
    drop(
        "minContains",
        "contains",
        "what a list holds somewhere is not a type",
    ),
    drop(
        "maxContains",
        "contains",
        "what a list holds somewhere is not a type",
    ),
    drop(
        "contentSchema",
        "content-schema",
        "OpenAPI 3.0 does not look inside text",
    ),
    drop(
        "$defs",
        "defs",
        "what is referred to has become a component",
    ),
    drop(
        "definitions",
        "defs",
        "what is referred to has become a component",
    ),
    drop("$schema", "schema-resource", RESOURCE),
    drop("$id", "schema-resource", RESOURCE),
    drop("$anchor", "schema-resource", RESOURCE),
    drop("$dynamicAnchor", "schema-resource", RESOURCE),
    drop("$recursiveAnchor", "schema-resource", RESOURCE),
    drop("$vocabulary", "schema-resource", RESOURCE),
    drop("$recursiveRef", "recursive-ref", RECURSIVE),
    drop("$dynamicRef", "recursive-ref", RECURSIVE),
];

const DISCRIMINATOR: &[Key] = &[
    keep("propertyName", Shape::Text),
    drop(
        "mapping",
        "discriminator-mapping",
        "it is moved into the branches, where possible",
    ),
    drop(
        "defaultMapping",
        "discriminator-mapping",
        "it is moved into the branches, where possible",
    ),
];

const COMPONENTS: &[Key] = &[
    keep("schemas", Shape::Map(Kind::Schema)),
    keep("responses", Shape::Map(Kind::Response)),
    keep("parameters", Shape::Map(Kind::Parameter)),
    keep("requestBodies", Shape::Map(Kind::RequestBody)),
    keep("headers", Shape::Map(Kind::Header)),
    keep("securitySchemes", Shape::Map(Kind::SecurityScheme)),
    keep("pathItems", Shape::Map(Kind::PathItem)),
    prose("examples"),
    drop("links", "links", "a typed client follows no links"),
    drop(
        "callbacks",
        "callbacks",
        "calls that the vendor makes are no operations of a client",
    ),
];

const SECURITY_SCHEME: &[Key] = &[
    keep("type", Shape::Text),
    keep("name", Shape::Text),
    keep("in", Shape::Text),
    keep("scheme", Shape::Text),
    keep("bearerFormat", Shape::Text),
    keep("flows", Shape::Any),
    keep("openIdConnectUrl", Shape::Text),
    prose("description"),
];

/// Returns the keywords of a kind of node.
#[must_use]
pub fn keys(kind: Kind) -> &'static [Key] {
    match kind {
        Kind::Document => DOCUMENT,
        Kind::Info => INFO,
        Kind::License => LICENSE,
        Kind::Server => SERVER,
        Kind::ServerVariable => SERVER_VARIABLE,
        Kind::PathItem => PATH_ITEM,
        Kind::Operation => OPERATION,
        Kind::Parameter => PARAMETER,
        Kind::RequestBody => REQUEST_BODY,
        Kind::Response => RESPONSE,
        Kind::Header => HEADER,
        Kind::MediaType => MEDIA_TYPE,
        Kind::Encoding => ENCODING,
        Kind::Schema => SCHEMA,
        Kind::Discriminator => DISCRIMINATOR,
        Kind::Components => COMPONENTS,
        Kind::SecurityScheme => SECURITY_SCHEME,
    }
}

/// Returns the keyword of a kind of node, if it is known.
#[must_use]
pub fn key(kind: Kind, name: &str) -> Option<&'static Key> {
    keys(kind).iter().find(|key| key.name == name)
}

/// Returns keywords that must be there.
#[must_use]
pub fn required(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Document => &["openapi", "info", "paths"],
        Kind::Parameter => &["name", "in"],
        Kind::RequestBody => &["content"],
        Kind::Operation => &["responses"],
        Kind::Server => &["url"],
        Kind::ServerVariable => &["default"],
        Kind::Discriminator => &["propertyName"],
        Kind::SecurityScheme => &["type"],
        _ => &[],
    }
}

/// Returns whether a key belongs to an extension.
#[must_use]
pub fn is_extension(key: &str) -> bool {
    key.starts_with("x-") || key.starts_with("X-")
}

/// Returns whether a name is an extension among the members of this kind. Only
/// where the standard gives an object extensions of its own: elsewhere a name
/// that begins with `x-` is a header, a parameter or a property like any other.
#[must_use]
pub fn is_extension_among(kind: Kind, name: &str) -> bool {
    matches!(kind, Kind::PathItem | Kind::Response) && is_extension(name)
}

/// The methods that a path can have.
pub const METHODS: &[&str] = &[
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];
