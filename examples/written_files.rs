//! Prints the files that are written from the library's own types and tables,
//! as one JSON object: path → text. `cargo xtask codegen` keeps them fresh.

use std::collections::BTreeMap;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut files = BTreeMap::new();
    for (name, schema) in unitune::unify::schemas() {
        let text = serde_json::to_string_pretty(&schema)? + "\n";
        files.insert(format!("schema/{name}"), text);
    }
    files.insert(
        "docs/mapping.md".to_owned(),
        unitune::unify::mapping_markdown(),
    );
    println!("{}", serde_json::to_string(&files)?);
    Ok(())
}
