//! The operations: their description in the document, and the client that has a
//! function for it.

mod emit;
mod read;
mod servers;
mod template;
mod value;
mod wire_names;

pub(crate) use wire_names::wire_names;

use openapiv3::OpenAPI;
use proc_macro2::TokenStream;
use quote::quote;

use crate::Error;
use crate::emit::Context;
use crate::model::Model;

/// The operations of a document, prepared for what writes them.
pub(crate) struct Operations(Vec<read::Operation>);

impl Operations {
    pub(crate) fn read(document: &OpenAPI, model: &Model) -> Result<Self, Error> {
        read::operations(document, model).map(Self)
    }
}

/// Returns the base URLs, the options structs and `Client`.
pub(crate) fn client(
    document: &OpenAPI,
    model: &Model,
    Operations(operations): &Operations,
    runtime: &TokenStream,
) -> TokenStream {
    let base_urls = servers::emit(document);
    let context = Context { model, runtime };
    let options = operations.iter().map(|o| emit::options(&context, o));
    let functions = operations.iter().map(|o| emit::function(&context, o));
    quote! {
        #base_urls
        #(#options)*

        /// A client of the vendor's API. Cheap to clone.
        #[derive(Clone, Debug)]
        pub struct Client {
            transport: #runtime::transport::Transport,
        }

        impl Client {
            /// Creates a client from a transport.
            pub fn with_transport(transport: #runtime::transport::Transport) -> Self {
                Self { transport }
            }

            /// Returns the client's transport.
            pub fn transport(&self) -> &#runtime::transport::Transport {
                &self.transport
            }

            #(#functions)*
        }
    }
}
