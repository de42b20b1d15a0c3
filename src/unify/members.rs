//! Objects whose members are worked out when somebody looks.
//!
//! Most jobs of a list are shown as one line of a table. Building a map of
//! everything that a vendor says about each of them would cost more than
//! decoding them did, so a job keeps the vendor's own value, and makes the map
//! of it on demand.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::extras::{object, withhold};
#[cfg(feature = "openai")]
use super::from_openai;
#[cfg(feature = "together")]
use super::from_together;
use super::notes::Ledger;
use super::without_keys::WithoutKeys;

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
    /// As a gateway said it, keys too.
    TrueFoundry(Map<String, Value>),
    #[cfg(feature = "openai")]
    OpenAi(from_openai::Said),
    #[cfg(feature = "together")]
    Together(from_together::Said),
}

/// One arm for the map, one for what a vendor said, whichever it was.
macro_rules! look {
    ($form:expr, $map:ident => $of_map:expr, $said:ident => $of_said:expr $(,)?) => {
        match $form {
            Form::Map($map) => $of_map,
            Form::TrueFoundry($said) => $of_said,
            #[cfg(feature = "openai")]
            Form::OpenAi($said) => $of_said,
            #[cfg(feature = "together")]
            Form::Together($said) => $of_said,
        }
    };
}

impl Members {
    /// Without any.
    pub fn new() -> Self {
        Self::default()
    }

    /// To be looked through for keys when somebody looks.
    pub(super) fn truefoundry(said: Map<String, Value>) -> Self {
        Self(Form::TrueFoundry(said))
    }

    /// To be worked out when somebody looks.
    #[cfg(feature = "openai")]
    pub(super) fn openai(said: from_openai::Said) -> Self {
        Self(Form::OpenAi(said))
    }

    /// To be worked out when somebody looks.
    #[cfg(feature = "together")]
    pub(super) fn together(said: from_together::Said) -> Self {
        Self(Form::Together(said))
    }

    /// Works them out now, and notes what is withheld.
    pub(super) fn settle(&mut self, ledger: &mut Ledger<'_>) {
        let said = look!(&self.0, _map => None, said => Some(object(said)));
        if let Some(mut members) = said {
            withhold(&mut members, ledger);
            self.0 = Form::Map(members);
        }
    }

    /// One member's value.
    pub fn get(&self, name: &str) -> Option<Value> {
        look!(&self.0,
            members => members.get(name).cloned(),
            said => worked_out(said).remove(name),
        )
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        look!(&self.0, members => members.is_empty(), said => worked_out(said).is_empty())
    }

    /// All of them as a map.
    pub fn to_map(&self) -> Map<String, Value> {
        look!(&self.0, members => members.clone(), said => worked_out(said))
    }

    /// The same, without copying what is a map already.
    pub fn into_map(self) -> Map<String, Value> {
        look!(self.0, members => members, said => worked_out(&said))
    }
}

/// What a vendor said as a map, without keys.
fn worked_out(said: &impl Serialize) -> Map<String, Value> {
    object(&WithoutKeys(said))
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
        look!(&self.0, members => members.fmt(f), said => worked_out(said).fmt(f))
    }
}

/// What a vendor said goes to the output without a map in between.
impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        look!(&self.0,
            members => members.serialize(serializer),
            said => WithoutKeys(said).serialize(serializer),
        )
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
