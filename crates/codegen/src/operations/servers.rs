//! The base URLs of the API in the document.

use openapiv3::OpenAPI;
use proc_macro2::TokenStream;
use quote::quote;

/// Returns the constants with the base URLs.
pub(super) fn emit(document: &OpenAPI) -> TokenStream {
    let urls = base_urls(document);
    let default = urls.first().map(String::as_str).unwrap_or_default();
    quote! {
        /// The base URL of the API in its document.
        pub const DEFAULT_BASE_URL: &str = #default;
        /// All base URLs of the document, with the defaults of their variables.
        pub const BASE_URLS: &[&str] = &[#(#urls),*];
    }
}

fn base_urls(document: &OpenAPI) -> Vec<String> {
    let urls = document.servers.iter().map(|server| {
        let variables = server.variables.iter().flatten();
        variables.fold(server.url.clone(), |url, (name, variable)| {
            url.replace(&format!("{{{name}}}"), &variable.default)
        })
    });
    urls.collect()
}
