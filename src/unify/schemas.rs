//! JSON Schemas of the unified types, for `schema/`.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::{Checkpoint, CreateRequest, Event, File, Job};

/// File names below `schema/`, and what stands in them.
pub fn schemas() -> Vec<(&'static str, Value)> {
    vec![
        ("job.schema.json", schema::<Job>()),
        ("request.schema.json", schema::<CreateRequest>()),
        ("event.schema.json", schema::<Event>()),
        ("checkpoint.schema.json", schema::<Checkpoint>()),
        ("file.schema.json", schema::<File>()),
    ]
}

/// As the type is written; members that are `null` are always written.
fn schema<T: JsonSchema>() -> Value {
    SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value()
}
