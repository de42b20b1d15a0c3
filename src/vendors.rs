//! The table of vendors, one row each. The configuration, the environment
//! variables, the documentation and the programs are driven by it; vendors are
//! listed nowhere else.
//!
//! ```
//! use unitune::vendors;
//!
//! let vendor = vendors::get("truefoundry").expect("it is always compiled in");
//! assert_eq!(vendor.title(), "TrueFoundry");
//! assert!(vendors::get("acme").is_none());
//! ```

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::providers::{Backend, DatasetRules, Operation, Support};
use crate::transport::{ApiClient, ClientBuilder, Environment, VendorProfile};
use crate::unify::Mapping;
use crate::wire::Object;
use crate::{Error, ErrorKind};

/// A row for each vendor: its module, which is also its name, and the cargo
/// feature that compiles it in, if there is one.
macro_rules! vendors {
    ($($module:ident $(if $feature:literal)?;)*) => {
        static TABLE: &[VendorInfo] = &[$(VendorInfo {
            name: stringify!($module),
            feature: vendors!(@feature $($feature)?),
            $(#[cfg(feature = $feature)])?
            module: Some(&crate::$module::MODULE),
            $(#[cfg(not(feature = $feature))]
            module: None,)?
        }),*];

        /// Members of an object: a map, or a value in a type of a vendor that is
        /// compiled in.
        #[derive(Clone, Serialize)]
        #[serde(untagged)]
        #[allow(non_camel_case_types, reason = "a variant is named as its module is")]
        #[allow(dead_code, reason = "a vendor's list of types may be empty")]
        pub(crate) enum VendorValue {
            Members(Map<String, Value>),
            Open(Object),
            $($(#[cfg(feature = $feature)])? $module(crate::unify::$module::LazyValue),)*
        }
    };
    (@feature) => { None };
    (@feature $feature:literal) => { Some($feature) };
}

vendors! {
    openai if "openai";
    together if "together";
    truefoundry;
    fireworks if "fireworks";
    azure if "azure";
}

/// A vendor that this crate supports, compiled in or not.
pub struct VendorInfo {
    name: &'static str,
    feature: Option<&'static str>,
    module: Option<&'static Module>,
}

/// A function that creates a vendor's backend from a builder.
type Connect = fn(ClientBuilder<()>) -> Result<Arc<dyn Backend>, Error>;

/// The part of the table that a vendor's module provides.
pub(crate) struct Module {
    pub(crate) profile: &'static VendorProfile,
    pub(crate) dataset_rules: DatasetRules,
    pub(crate) support: fn(Operation) -> Support,
    pub(crate) mapping: &'static Mapping,
    pub(crate) connect: Connect,
}

/// Creates a backend from a builder: the `connect` of a vendor's module.
pub(crate) fn connect<C: ApiClient + Backend>(
    builder: ClientBuilder<()>,
) -> Result<Arc<dyn Backend>, Error> {
    Ok(Arc::new(builder.typed::<C>().build()?))
}

impl VendorInfo {
    /// Returns the vendor's name in configuration, in JSON and in logs.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the cargo feature that compiles the vendor in; `None` if it
    /// always is.
    pub fn feature(&self) -> Option<&'static str> {
        self.feature
    }

    /// Returns how the vendor's API is reached; `None` if the vendor is not
    /// compiled in.
    pub fn profile(&self) -> Option<&'static VendorProfile> {
        self.module.map(|module| module.profile)
    }

    /// Returns the vendor's name in messages; the plain name if the vendor is
    /// not compiled in.
    pub fn title(&self) -> &'static str {
        self.profile().map_or(self.name, |profile| profile.title)
    }

    /// Returns the vendor's usual environment variables; `None` if the vendor
    /// is not compiled in.
    pub fn environment(&self) -> Option<Environment> {
        self.profile().map(|profile| profile.environment)
    }

    /// Returns true if the vendor is compiled in.
    pub fn is_compiled_in(&self) -> bool {
        self.module.is_some()
    }

    /// Returns whether the vendor supports an operation.
    pub fn support(&self, operation: Operation) -> Support {
        match self.module {
            Some(module) => (module.support)(operation),
            None => Support::Unsupported("enable the vendor's cargo feature"),
        }
    }

    /// Returns true if the cost in the vendor's jobs is its estimate, also once they
    /// have ended, and not what it charged.
    pub fn estimates_costs(&self) -> bool {
        self.module
            .is_some_and(|module| module.mapping.estimates_costs)
    }

    /// Returns the vendor's requirements of a training file.
    pub fn dataset_rules(&self) -> DatasetRules {
        self.module
            .map_or_else(DatasetRules::default, |module| module.dataset_rules)
    }

    /// Returns the members of a request, beside those of the gateway's, that
    /// the vendor takes under its own names.
    pub fn request_members(&self) -> impl Iterator<Item = &'static str> + use<> {
        let tables = self
            .module
            .and_then(|module| module.mapping.request.as_ref());
        let members = tables.map_or(&[][..], |tables| tables.extra);
        members.iter().map(|(name, _)| *name)
    }

    /// Creates a backend that reaches the vendor's API at a base URL with a
    /// key, for programs that do not name a vendor in their code.
    ///
    /// # Errors
    ///
    /// The vendor is not compiled in, or the base URL or the key is invalid.
    pub fn connect(
        &self,
        base_url: impl Into<String>,
        key: impl Into<secrecy::SecretString>,
    ) -> Result<Arc<dyn Backend>, Error> {
        let Some(module) = self.module else {
            let message = format!("this program is built without {}", self.name);
            return Err(Error::new(ErrorKind::Config, message));
        };
        let builder = ClientBuilder::of_vendor(module.profile);
        (module.connect)(builder.base_url(base_url).api_key(key))
    }

    pub(crate) fn module(&self) -> Option<&'static Module> {
        self.module
    }
}

impl fmt::Debug for VendorInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VendorInfo")
            .field("name", &self.name)
            .field("feature", &self.feature)
            .field("is_compiled_in", &self.module.is_some())
            .finish()
    }
}

/// Returns all vendors that this crate supports, compiled in or not.
///
/// ```
/// for vendor in unitune::vendors::all() {
///     let key = vendor.environment().map_or("not compiled in", |names| names.key);
///     println!("{}: {key}", vendor.name());
/// }
/// ```
pub fn all() -> &'static [VendorInfo] {
    TABLE
}

/// Returns the vendor of this name.
pub fn get(name: &str) -> Option<&'static VendorInfo> {
    TABLE.iter().find(|vendor| vendor.name == name)
}

/// Returns the mapping tables of the vendors that are compiled in.
#[cfg_attr(not(all(feature = "openai", feature = "together")), allow(dead_code))]
pub(crate) fn mappings() -> impl Iterator<Item = &'static Mapping> {
    TABLE
        .iter()
        .filter_map(|vendor| Some(vendor.module?.mapping))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_matches_its_module() {
        for vendor in all() {
            let Some(module) = vendor.module else {
                continue;
            };
            assert_eq!(vendor.name, module.profile.name);
            assert_eq!(vendor.name, module.mapping.vendor.as_str());
            assert_eq!(vendor.title(), module.mapping.title);
            assert!(!module.profile.hosts.is_empty(), "{vendor:?}");
            if module.profile.default_base_url.is_empty() {
                continue;
            }
            let url = reqwest::Url::parse(module.profile.default_base_url).unwrap();
            let host = url.host_str().unwrap();
            assert!(module.profile.owns_host(host), "{vendor:?}: {host}");
        }
        assert!(get("nobody").is_none());
    }
}
