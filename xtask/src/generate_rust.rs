//! From a normal-form document to Rust source that parses.

use crate::located_error::{Fault, Result};
use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

/// Generates the source of a document and parses it.
pub fn generate(file: &str, document: &Value, runtime: &str) -> Result<String> {
    let settings = unitune_codegen::Settings {
        runtime: runtime.to_owned(),
    };
    let source = catch_panic(|| unitune_codegen::generate(document, &settings))
        .map_err(|panic| Fault::file(file, format!("the generator panicked: {panic}")))?
        .map_err(|e| Fault::file(file, format!("the generator: {e}")))?;
    syn::parse_file(&source)
        .map_err(|e| Fault::file(file, format!("the generated source does not parse: {e}")))?;
    Ok(source)
}

thread_local! {
    static QUIET: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Runs what may panic, in code that is not ours; a panic becomes its message.
pub(crate) fn catch_panic<T>(run: impl FnOnce() -> T) -> std::result::Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                usual(info);
            }
        }));
    });
    QUIET.set(true);
    let result = catch_unwind(AssertUnwindSafe(run));
    QUIET.set(false);
    result.map_err(|panic| {
        panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
            .unwrap_or_else(|| "without a message".to_owned())
    })
}
