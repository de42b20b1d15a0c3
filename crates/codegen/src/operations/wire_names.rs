//! The names of parameters on the wire that the Rust names do not say.

use std::collections::BTreeMap;

use super::Operations;
use super::read::{Location, Parameter, rust_name};
use crate::names;

/// Returns, for functions and fields of options, what the line of the surface says of
/// the names on the wire, where they are not the Rust names.
pub(crate) fn wire_names(Operations(operations): &Operations) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for operation in operations {
        let mut arguments = Vec::new();
        for parameter in operation.parameters.iter().filter(|p| !says(p)) {
            let (rust, wire) = (&parameter.rust_name, &parameter.wire_name);
            match &operation.options {
                Some(options) if !parameter.required => {
                    all.insert(format!("{options}.{rust}"), format!(" = {wire:?}"));
                }
                _ => arguments.push(format!("{rust} = {wire:?}")),
            }
        }
        if !arguments.is_empty() {
            let item = format!("Client::{}", operation.function);
            all.insert(item, format!(" where {}", arguments.join(", ")));
        }
    }
    all
}

fn says(parameter: &Parameter) -> bool {
    let wire = match parameter.place {
        // The order of the arguments is that of the path.
        Location::Path => return true,
        Location::Query => parameter.wire_name.clone(),
        // Headers have no capitals, and hyphens for underscores.
        Location::Header => parameter.wire_name.to_lowercase().replace('-', "_"),
    };
    names::is_snake(&wire) && rust_name(&wire) == parameter.rust_name
}
