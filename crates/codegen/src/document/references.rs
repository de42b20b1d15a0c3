//! Which components the parts of a document refer to.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use openapiv3::{
    Components, Header, MediaType, OpenAPI, Operation, Parameter, ParameterSchemaOrContent,
    ReferenceOr, RequestBody, Response,
};

use super::Node;
use crate::Error;

const SCHEMAS: &str = "#/components/schemas/";

/// Returns the name of the component schema that a reference names.
pub(crate) fn schema_name(reference: &str) -> Option<&str> {
    reference.strip_prefix(SCHEMAS)
}

/// Returns what stands at a place, through references to `section` of the
/// components; the error is at `pointer`.
pub(crate) fn component<'a, T>(
    at: &'a ReferenceOr<T>,
    section: (&str, Option<&'a IndexMap<String, ReferenceOr<T>>>),
    pointer: &str,
) -> Result<&'a T, Error> {
    let (name, components) = section;
    let mut at = at;
    // References to references end, or go round in a circle.
    for _ in 0..16 {
        let target = match at {
            ReferenceOr::Item(item) => return Ok(item),
            ReferenceOr::Reference { reference } => reference,
        };
        let found = target
            .strip_prefix("#/components/")
            .and_then(|rest| rest.strip_prefix(name)?.strip_prefix('/'))
            .and_then(|key| components?.get(key));
        at = found.ok_or_else(|| {
            let message = format!("not found: {target:?} is not among the components' {name}");
            Error::new(pointer, message)
        })?;
    }
    Err(Error::new(pointer, "the reference leads back to itself"))
}

/// The references that parts of a document hold.
#[derive(Debug, Default)]
pub(crate) struct References<'a>(BTreeSet<&'a str>);

impl<'a> References<'a> {
    /// Returns the component schemas among them.
    pub(crate) fn schemas(&self) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter_map(|target| schema_name(target))
    }

    /// Adds those of the operation's parameters and body.
    pub(crate) fn sent(&mut self, operation: &'a Operation) {
        self.parameters(&operation.parameters);
        if let Some(body) = &operation.request_body {
            self.item(body, Self::body);
        }
    }

    /// Adds those of the operation's answers.
    pub(crate) fn received(&mut self, operation: &'a Operation) {
        let responses = &operation.responses;
        for response in responses.default.iter().chain(responses.responses.values()) {
            self.item(response, Self::response);
        }
    }

    /// Adds those of parameters.
    pub(crate) fn parameters(&mut self, parameters: &'a [ReferenceOr<Parameter>]) {
        for parameter in parameters {
            self.item(parameter, Self::parameter);
        }
    }

    /// Adds those of the components that are no schemas.
    pub(crate) fn components(&mut self, components: &'a Components) {
        for parameter in components.parameters.values() {
            self.item(parameter, Self::parameter);
        }
        for body in components.request_bodies.values() {
            self.item(body, Self::body);
        }
        for response in components.responses.values() {
            self.item(response, Self::response);
        }
    }

    /// Returns the component schemas that are reached through these, them
    /// included.
    pub(crate) fn reached(mut self, document: &'a OpenAPI) -> BTreeSet<String> {
        let mut todo: Vec<&str> = self.0.iter().copied().collect();
        while let (Some(components), Some(target)) = (&document.components, todo.pop()) {
            let mut held = Self::default();
            held.component(components, target);
            todo.extend(held.0.into_iter().filter(|found| self.0.insert(found)));
        }
        self.schemas().map(str::to_owned).collect()
    }

    fn component(&mut self, components: &'a Components, target: &str) {
        let path = target.strip_prefix("#/components/");
        let Some((section, name)) = path.and_then(|path| path.split_once('/')) else {
            return;
        };
        match section {
            "schemas" => {
                if let Some(schema) = components.schemas.get(name) {
                    self.schema(Node::from(schema));
                }
            }
            "parameters" => self.named(&components.parameters, name, Self::parameter),
            "requestBodies" => self.named(&components.request_bodies, name, Self::body),
            "responses" => self.named(&components.responses, name, Self::response),
            "headers" => self.named(&components.headers, name, Self::header),
            _ => {}
        }
    }

    fn named<T>(
        &mut self,
        section: &'a IndexMap<String, ReferenceOr<T>>,
        name: &str,
        add: fn(&mut Self, &'a T),
    ) {
        if let Some(item) = section.get(name) {
            self.item(item, add);
        }
    }

    fn item<T>(&mut self, item: &'a ReferenceOr<T>, add: fn(&mut Self, &'a T)) {
        match item {
            ReferenceOr::Reference { reference } => {
                self.0.insert(reference);
            }
            ReferenceOr::Item(item) => add(self, item),
        }
    }

    fn parameter(&mut self, parameter: &'a Parameter) {
        self.format(&parameter.parameter_data_ref().format);
    }

    fn header(&mut self, header: &'a Header) {
        self.format(&header.format);
    }

    fn format(&mut self, format: &'a ParameterSchemaOrContent) {
        match format {
            ParameterSchemaOrContent::Schema(schema) => self.schema(Node::from(schema)),
            ParameterSchemaOrContent::Content(content) => self.content(content),
        }
    }

    fn body(&mut self, body: &'a RequestBody) {
        self.content(&body.content);
    }

    fn response(&mut self, response: &'a Response) {
        for header in response.headers.values() {
            self.item(header, Self::header);
        }
        self.content(&response.content);
    }

    fn content(&mut self, content: &'a IndexMap<String, MediaType>) {
        for media in content.values() {
            self.schema(Node::from(media.schema.as_ref()));
        }
    }

    fn schema(&mut self, schema: Node<'a>) {
        let mut todo = vec![schema];
        while let Some(schema) = todo.pop() {
            if let Node::Reference(target) = schema {
                self.0.insert(target);
            }
            todo.extend(schema.shape().parts());
        }
    }
}
