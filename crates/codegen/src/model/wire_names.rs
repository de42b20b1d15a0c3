//! The names on the wire that the Rust names do not say.

use std::collections::BTreeMap;

use super::{Field, Kind, Model, Test};
use crate::names;

/// Returns, for fields and keywords, what the line of the surface says of the name on
/// the wire, where it is not the Rust name.
pub(crate) fn wire_names(model: &Model) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for ty in model.types.values() {
        let of = format!("types::{}", ty.rust_name);
        match &ty.kind {
            Kind::Struct(fields) => {
                for field in fields.iter().filter(|field| !says(field)) {
                    let item = format!("{of}.{}", field.rust_name);
                    all.insert(item, format!(" = {:?}", field.wire_name));
                }
            }
            Kind::Union(branches) => {
                for branch in branches {
                    if let Test::Keyword(word) = &branch.test
                        && !(names::is_snake(word) && names::pascal(word) == branch.variant)
                    {
                        let item = format!("{of}::{}", branch.variant);
                        all.insert(item, format!(" = {word:?}"));
                    }
                }
            }
            // The lines of enumerations always hold their values.
            Kind::Enum(_) | Kind::Alias(_) => {}
        }
    }
    all
}

fn says(field: &Field) -> bool {
    names::is_snake(&field.wire_name) && names::snake(&field.wire_name) == field.rust_name
}
