//! Objects that are serialised on demand.
//!
//! Most jobs of a list are shown as one line of a table. A map of all members of
//! each job would cost more than decoding it, so a job keeps the vendor's own
//! value, and the map is created on demand.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use unitune_redact::WithoutKeys;

use super::extras::{object, withhold};
use super::notes::NoteCollector;
use crate::vendors::VendorValue;
use crate::wire::Object;

/// The members of a JSON object, serialised on demand.
///
/// ```
/// use serde_json::{Map, json};
/// use unitune::unify::LazyObject;
///
/// let object = LazyObject::from(Map::from_iter([("n_epochs".to_owned(), json!(3))]));
/// assert_eq!(object.get("n_epochs"), Some(json!(3)));
/// assert_eq!(serde_json::to_string(&object).unwrap(), r#"{"n_epochs":3}"#);
/// ```
pub struct LazyObject(Form);

// Derived, it would be compiled again for each crate that uses it, with all types of all vendors.
impl Clone for LazyObject {
    #[inline(never)]
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

#[derive(Clone)]
enum Form {
    Map(Map<String, Value>),
    /// A vendor's value, whose members may include keys.
    Unfiltered(VendorValue),
}

/// Lists the types of a vendor in which members of a job are kept. A closed list
/// compiles to direct calls: a trait object would have to erase the serialiser of
/// each member of each job.
macro_rules! lazy_values {
    ($vendor:ident: $($variant:ident($type:ty)),*) => {
        /// A value in a type of this vendor.
        #[derive(Clone, serde::Serialize)]
        #[serde(untagged)]
        #[allow(private_interfaces, reason = "the types stay in the vendor's modules")]
        pub(crate) enum LazyValue {
            $($variant(Box<$type>)),*
        }

        $(impl From<Box<$type>> for crate::vendors::VendorValue {
            fn from(value: Box<$type>) -> Self {
                Self::$vendor(LazyValue::$variant(value))
            }
        }

        impl From<$type> for crate::vendors::VendorValue {
            fn from(value: $type) -> Self {
                Box::new(value).into()
            }
        })*
    };
}
pub(super) use lazy_values;

impl From<Object> for VendorValue {
    fn from(members: Object) -> Self {
        Self::Open(members)
    }
}

impl LazyObject {
    /// Creates one from a value that serialises as an object. Members that look
    /// like keys are left out when it does.
    pub(super) fn typed(value: impl Into<VendorValue>) -> Self {
        Self(Form::Unfiltered(value.into()))
    }

    /// Creates one from a map without the members that look like keys, at any
    /// depth. [`From`] keeps a map as it is.
    ///
    /// ```
    /// use serde_json::{Map, json};
    /// use unitune::unify::LazyObject;
    ///
    /// let map = Map::from_iter([("api_key".to_owned(), json!("a-key"))]);
    /// assert!(LazyObject::without_keys(map).is_empty());
    /// ```
    pub fn without_keys(members: Map<String, Value>) -> Self {
        Self(Form::Unfiltered(VendorValue::Members(members)))
    }

    /// Serialises the value now, with a note on each member that is withheld.
    pub(super) fn resolve(&mut self, notes: &mut NoteCollector<'_>) {
        let mut members = match &mut self.0 {
            Form::Map(_) => return,
            Form::Unfiltered(VendorValue::Members(members)) => std::mem::take(members),
            Form::Unfiltered(value) => object(value),
        };
        withhold(&mut members, notes);
        self.0 = Form::Map(members);
    }

    /// Returns the value of a member.
    pub fn get(&self, name: &str) -> Option<Value> {
        match &self.0 {
            Form::Map(members) => members.get(name).cloned(),
            Form::Unfiltered(_) => self.to_map().remove(name),
        }
    }

    /// Returns true if there are no members.
    pub fn is_empty(&self) -> bool {
        match &self.0 {
            Form::Map(members) => members.is_empty(),
            Form::Unfiltered(_) => self.to_map().is_empty(),
        }
    }

    /// Returns all members as a map.
    pub fn to_map(&self) -> Map<String, Value> {
        match &self.0 {
            Form::Map(members) => members.clone(),
            Form::Unfiltered(value) => object(&WithoutKeys(value)),
        }
    }

    /// Returns all members as a map, without copying them if they are one
    /// already.
    pub fn into_map(self) -> Map<String, Value> {
        match self.0 {
            Form::Map(members) => members,
            Form::Unfiltered(_) => self.to_map(),
        }
    }
}

/// Creates an object without members.
impl Default for LazyObject {
    fn default() -> Self {
        Self(Form::Map(Map::new()))
    }
}

impl From<Map<String, Value>> for LazyObject {
    fn from(members: Map<String, Value>) -> Self {
        Self(Form::Map(members))
    }
}

impl From<LazyObject> for Map<String, Value> {
    fn from(object: LazyObject) -> Self {
        object.into_map()
    }
}

impl PartialEq for LazyObject {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Form::Map(a), Form::Map(b)) => a == b,
            _ => self.to_map() == other.to_map(),
        }
    }
}

impl fmt::Debug for LazyObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Map(members) => members.fmt(f),
            Form::Unfiltered(_) => self.to_map().fmt(f),
        }
    }
}

/// Writes a vendor's value to the output without a map in between.
impl Serialize for LazyObject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Form::Map(members) => members.serialize(serializer),
            Form::Unfiltered(value) => WithoutKeys(value).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for LazyObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Map::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for LazyObject {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "LazyObject".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        <Map<String, Value> as schemars::JsonSchema>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A value that a vendor's list of types has, and its members.
    #[cfg(feature = "openai")]
    fn settings() -> crate::openai::types::FineTuningJobHyperparameters {
        let members = json!({"n_epochs": 3, "wandb_api_key": "do-not-show"});
        serde_json::from_value(members).unwrap()
    }

    #[cfg(feature = "openai")]
    #[test]
    fn every_form_has_the_same_members() {
        let map = Map::from_iter([("n_epochs".to_owned(), json!(3))]);
        let plain = LazyObject::from(map.clone());
        let typed = LazyObject::typed(settings());
        let unfiltered = LazyObject::without_keys(object(&settings()));
        for lazy in [&typed, &unfiltered, &typed.clone()] {
            assert_eq!(lazy, &plain);
            assert_eq!(lazy.get("n_epochs"), Some(json!(3)));
            assert_eq!(lazy.get("wandb_api_key"), None);
            assert!(!lazy.is_empty());
            assert_eq!(lazy.clone().into_map(), map);
            assert_eq!(serde_json::to_string(lazy).unwrap(), r#"{"n_epochs":3}"#);
            assert!(!format!("{lazy:?}").contains("do-not-show"));
        }
    }

    #[cfg(feature = "openai")]
    #[test]
    fn withheld_members_are_noted_when_it_is_resolved() {
        let context = crate::unify::Context::new("main").with_notes();
        let mut notes = NoteCollector::new(&context);
        let mut typed = LazyObject::typed(settings());
        typed.resolve(&mut notes);
        let fields: Vec<String> = notes.into_notes().into_iter().map(|n| n.field).collect();
        assert_eq!(fields, ["wandb_api_key"]);
        assert_eq!(
            typed.to_map(),
            Map::from_iter([("n_epochs".to_owned(), json!(3))])
        );
    }
}
