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
#[derive(Clone)]
pub struct LazyObject(Form);

#[derive(Clone)]
enum Form {
    Map(Map<String, Value>),
    /// A map whose members may include keys.
    Unfiltered(Map<String, Value>),
    /// A value of a vendor's type, whose members may include keys.
    Typed(Box<dyn LazyValue>),
}

/// A value of a vendor's type.
trait LazyValue: erased_serde::Serialize + Send + Sync {
    fn clone_boxed(&self) -> Box<dyn LazyValue>;
}

erased_serde::serialize_trait_object!(LazyValue);

impl<T: Serialize + Clone + Send + Sync + 'static> LazyValue for T {
    fn clone_boxed(&self) -> Box<dyn LazyValue> {
        Box::new(self.clone())
    }
}

impl Clone for Box<dyn LazyValue> {
    fn clone(&self) -> Self {
        (**self).clone_boxed()
    }
}

impl LazyObject {
    /// Creates one from a value that serialises as an object. Members that look
    /// like keys are left out when it does.
    pub(super) fn typed(value: impl Serialize + Clone + Send + Sync + 'static) -> Self {
        Self(Form::Typed(Box::new(value)))
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
        Self(Form::Unfiltered(members))
    }

    /// Serialises the value now, with a note on each member that is withheld.
    pub(super) fn resolve(&mut self, notes: &mut NoteCollector<'_>) {
        let mut members = match &mut self.0 {
            Form::Map(_) => return,
            Form::Unfiltered(members) => std::mem::take(members),
            Form::Typed(value) => object(value),
        };
        withhold(&mut members, notes);
        self.0 = Form::Map(members);
    }

    /// Returns the value of a member.
    pub fn get(&self, name: &str) -> Option<Value> {
        match &self.0 {
            Form::Map(members) => members.get(name).cloned(),
            Form::Unfiltered(_) | Form::Typed(_) => self.to_map().remove(name),
        }
    }

    /// Returns true if there are no members.
    pub fn is_empty(&self) -> bool {
        match &self.0 {
            Form::Map(members) => members.is_empty(),
            Form::Unfiltered(_) | Form::Typed(_) => self.to_map().is_empty(),
        }
    }

    /// Returns all members as a map.
    pub fn to_map(&self) -> Map<String, Value> {
        match &self.0 {
            Form::Map(members) => members.clone(),
            Form::Unfiltered(members) => object(&WithoutKeys(members)),
            Form::Typed(value) => object(&WithoutKeys(&**value)),
        }
    }

    /// Returns all members as a map, without copying them if they are one
    /// already.
    pub fn into_map(self) -> Map<String, Value> {
        match self.0 {
            Form::Map(members) => members,
            Form::Unfiltered(_) | Form::Typed(_) => self.to_map(),
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
            Form::Unfiltered(_) | Form::Typed(_) => self.to_map().fmt(f),
        }
    }
}

/// Writes a vendor's value to the output without a map in between.
impl Serialize for LazyObject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Form::Map(members) => members.serialize(serializer),
            Form::Unfiltered(members) => WithoutKeys(members).serialize(serializer),
            Form::Typed(value) => WithoutKeys(&**value).serialize(serializer),
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

    #[derive(Clone, Serialize)]
    struct Settings {
        n_epochs: i64,
        wandb_api_key: &'static str,
    }

    #[test]
    fn every_form_has_the_same_members() {
        let settings = Settings {
            n_epochs: 3,
            wandb_api_key: "do-not-show",
        };
        let map = Map::from_iter([("n_epochs".to_owned(), json!(3))]);
        let plain = LazyObject::from(map.clone());
        let typed = LazyObject::typed(settings.clone());
        let unfiltered = LazyObject::without_keys(object(&settings));
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

    #[test]
    fn withheld_members_are_noted_when_it_is_resolved() {
        let context = crate::unify::Context::new("main").with_notes();
        let mut notes = NoteCollector::new(&context);
        let mut typed = LazyObject::typed(Settings {
            n_epochs: 3,
            wandb_api_key: "do-not-show",
        });
        typed.resolve(&mut notes);
        let fields: Vec<String> = notes.into_notes().into_iter().map(|n| n.field).collect();
        assert_eq!(fields, ["wandb_api_key"]);
        assert_eq!(
            typed.to_map(),
            Map::from_iter([("n_epochs".to_owned(), json!(3))])
        );
    }
}
