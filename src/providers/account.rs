//! One account: a name, and the client of its vendor.
// Where a vendor is left out, so is what only its calls use.
#![cfg_attr(
    not(all(feature = "openai", feature = "together")),
    allow(unused_mut, unused_variables)
)]

mod jobs;
#[cfg(feature = "together")]
mod large;
mod logs;
mod own;
mod start;

#[cfg(feature = "openai")]
use crate::openai;
#[cfg(feature = "together")]
use crate::together;
use crate::transport::{CallOptions, Clock, Transport};
use crate::truefoundry;
use crate::unify::{self, Context, Vendor};

use std::sync::Arc;

pub(super) use jobs::Page;

/// A key at a vendor, under a name.
#[derive(Clone, Debug)]
pub struct Account {
    name: String,
    organization: Option<String>,
    client: Client,
}

/// The client of an account, one kind per vendor.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Client {
    /// OpenAI.
    #[cfg(feature = "openai")]
    OpenAi(openai::Client),
    /// Together.
    #[cfg(feature = "together")]
    Together(together::Client),
    /// TrueFoundry's gateway.
    TrueFoundry(truefoundry::Client),
}

#[cfg(feature = "openai")]
impl From<openai::Client> for Client {
    fn from(client: openai::Client) -> Self {
        Self::OpenAi(client)
    }
}

#[cfg(feature = "together")]
impl From<together::Client> for Client {
    fn from(client: together::Client) -> Self {
        Self::Together(client)
    }
}

impl From<truefoundry::Client> for Client {
    fn from(client: truefoundry::Client) -> Self {
        Self::TrueFoundry(client)
    }
}

impl Account {
    /// An account under a name.
    pub fn new(name: impl Into<String>, client: impl Into<Client>) -> Self {
        Self {
            name: name.into(),
            organization: None,
            client: client.into(),
        }
    }

    /// What the gateway's `organization_id` says for vendors that do not name
    /// an organization.
    #[must_use]
    pub fn organization(mut self, label: impl Into<String>) -> Self {
        self.organization = Some(label.into());
        self
    }

    /// The account's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The vendor that the account is at.
    pub fn vendor(&self) -> Vendor {
        match &self.client {
            #[cfg(feature = "openai")]
            Client::OpenAi(_) => unify::openai::VENDOR,
            #[cfg(feature = "together")]
            Client::Together(_) => unify::together::VENDOR,
            Client::TrueFoundry(_) => unify::truefoundry::VENDOR,
        }
    }

    /// The vendor's own client.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The same account with another client of its vendor, or of another one.
    #[must_use]
    pub fn with_client(&self, client: impl Into<Client>) -> Self {
        Self {
            client: client.into(),
            ..self.clone()
        }
    }

    /// The same account with other settings for its calls.
    #[must_use]
    pub fn with_options(&self, options: &CallOptions) -> Self {
        let client = match &self.client {
            #[cfg(feature = "openai")]
            Client::OpenAi(client) => Client::OpenAi(client.with_options(options)),
            #[cfg(feature = "together")]
            Client::Together(client) => Client::Together(client.with_options(options)),
            Client::TrueFoundry(client) => Client::TrueFoundry(client.with_options(options)),
        };
        self.with_client(client)
    }

    /// What stands for the organization where the vendor names none.
    pub fn organization_label(&self) -> Option<&str> {
        self.organization.as_deref()
    }

    /// What `unify` needs to know of the account.
    pub fn context(&self) -> Context {
        let mut context = Context::new(&self.name);
        context.organization.clone_from(&self.organization);
        context
    }

    fn transport(&self) -> &Transport {
        match &self.client {
            #[cfg(feature = "openai")]
            Client::OpenAi(client) => client.transport(),
            #[cfg(feature = "together")]
            Client::Together(client) => client.transport(),
            Client::TrueFoundry(client) => client.transport(),
        }
    }

    pub(super) fn clock(&self) -> &Arc<dyn Clock> {
        self.transport().clock()
    }
}
