//! JSON Schemas of the unified types, for `schema/`.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::{Checkpoint, CreateRequest, Event, File, Job};

/// Returns the JSON Schemas, by file names below `schema/`.
pub fn schemas() -> Vec<(&'static str, Value)> {
    vec![
        ("job.schema.json", schema::<Job>()),
        ("request.schema.json", schema::<CreateRequest>()),
        ("event.schema.json", schema::<Event>()),
        ("checkpoint.schema.json", schema::<Checkpoint>()),
        ("file.schema.json", schema::<File>()),
    ]
}

/// Returns the schema of a type as it is serialised; members that are `null`
/// are always written.
fn schema<T: JsonSchema>() -> Value {
    SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value()
}
