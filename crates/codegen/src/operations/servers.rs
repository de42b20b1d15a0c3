//! Where the document says that the API is.

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

/// The constants with the base URLs.
pub(super) fn emit(document: &Value) -> TokenStream {
    let urls = base_urls(document);
    let default = urls.first().map(String::as_str).unwrap_or_default();
    quote! {
        /// The base URL of the API, by its document.
        pub const DEFAULT_BASE_URL: &str = #default;
        /// Every base URL that the document knows, its variables at their defaults.
        pub const BASE_URLS: &[&str] = &[#(#urls),*];
    }
}

fn base_urls(document: &Value) -> Vec<String> {
    let servers = document.get("servers").and_then(Value::as_array);
    servers
        .into_iter()
        .flatten()
        .filter_map(|server| {
            let mut url = server.get("url")?.as_str()?.to_owned();
            let variables = server.get("variables").and_then(Value::as_object);
            for (name, variable) in variables.into_iter().flatten() {
                let default = variable.get("default").and_then(Value::as_str);
                url = url.replace(&format!("{{{name}}}"), default.unwrap_or_default());
            }
            Some(url)
        })
        .collect()
}
