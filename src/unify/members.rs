//! Objects whose members are worked out when somebody looks.
//!
//! Most jobs of a list are shown as one line of a table. Building a map of
//! everything that a vendor says about each of them would cost more than
//! decoding them did, so a job keeps the vendor's own value, and makes the map
//! of it on demand.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::Context;
use super::extras::withhold;
use super::notes::Ledger;

/// The members of a JSON object.
///
/// ```
/// use serde_json::{Map, json};
/// use unitune::unify::Members;
///
/// let members = Members::from(Map::from_iter([("n_epochs".to_owned(), json!(3))]));
/// assert_eq!(members.get("n_epochs"), Some(json!(3)));
/// assert_eq!(serde_json::to_string(&members).unwrap(), r#"{"n_epochs":3}"#);
/// ```
#[derive(Clone)]
pub struct Members(Form);

#[derive(Clone)]
enum Form {
    Map(Map<String, Value>),
    Source(Box<dyn Source>),
}

/// What members can be worked out from.
pub(super) trait Source: Send + Sync {
    /// All of them, whatever looks like a key among them.
    fn members(&self) -> Map<String, Value>;
    /// Another one of the same.
    fn boxed(&self) -> Box<dyn Source>;
}

impl Clone for Box<dyn Source> {
    fn clone(&self) -> Self {
        self.as_ref().boxed()
    }
}

impl Members {
    /// Without any.
    pub fn new() -> Self {
        Self::default()
    }

    /// To be worked out when somebody looks.
    pub(super) fn later(source: impl Source + 'static) -> Self {
        Self(Form::Source(Box::new(source)))
    }

    /// The same of what is in a box already.
    pub(super) fn boxed(source: Box<dyn Source>) -> Self {
        Self(Form::Source(source))
    }

    /// Works them out now, and notes what is withheld.
    pub(super) fn settle(&mut self, ledger: &mut Ledger<'_>) {
        if let Form::Source(source) = &self.0 {
            let mut members = source.members();
            withhold(&mut members, ledger);
            self.0 = Form::Map(members);
        }
    }

    /// One member's value.
    pub fn get(&self, name: &str) -> Option<Value> {
        match &self.0 {
            Form::Map(members) => members.get(name).cloned(),
            Form::Source(source) => worked_out(source.as_ref()).remove(name),
        }
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        match &self.0 {
            Form::Map(members) => members.is_empty(),
            Form::Source(source) => worked_out(source.as_ref()).is_empty(),
        }
    }

    /// All of them as a map.
    pub fn to_map(&self) -> Map<String, Value> {
        match &self.0 {
            Form::Map(members) => members.clone(),
            Form::Source(source) => worked_out(source.as_ref()),
        }
    }

    /// The same, without copying what is a map already.
    pub fn into_map(self) -> Map<String, Value> {
        match self.0 {
            Form::Map(members) => members,
            Form::Source(source) => worked_out(source.as_ref()),
        }
    }
}

/// The members of a source, without keys.
fn worked_out(source: &dyn Source) -> Map<String, Value> {
    let mut members = source.members();
    let silent = Context::default();
    withhold(&mut members, &mut Ledger::new(&silent));
    members
}

impl Default for Members {
    fn default() -> Self {
        Self(Form::Map(Map::new()))
    }
}

impl From<Map<String, Value>> for Members {
    fn from(members: Map<String, Value>) -> Self {
        Self(Form::Map(members))
    }
}

impl From<Members> for Map<String, Value> {
    fn from(members: Members) -> Self {
        members.into_map()
    }
}

impl PartialEq for Members {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Form::Map(a), Form::Map(b)) => a == b,
            _ => self.to_map() == other.to_map(),
        }
    }
}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Map(members) => members.fmt(f),
            Form::Source(source) => worked_out(source.as_ref()).fmt(f),
        }
    }
}

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Form::Map(members) => members.serialize(serializer),
            Form::Source(source) => worked_out(source.as_ref()).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Map::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Members {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Members".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        <Map<String, Value> as schemars::JsonSchema>::json_schema(generator)
    }
}
