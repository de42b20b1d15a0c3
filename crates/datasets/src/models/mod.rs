//! Base models: what a vendor trains, for how much, and which model of another
//! vendor could take its place.
//!
//! The table is a snapshot. It serves proposals, limits and prices that are
//! shown with their source; it is never a reason to reject a model.
//!
//! ```
//! use unitune_datasets::models::{Size, catalogue};
//!
//! let small = catalogue().of_vendor("together").filter(|model| model.size == Size::Small);
//! for model in small {
//!     println!("{} {}", model.vendor, model.id);
//! }
//! ```

mod settings;
mod table;

use std::sync::LazyLock;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::rules::Method;
pub use settings::{Setting, VendorSettings, settings};
use table::Table;
pub use unitune_file_limits::is_version_of;

/// Returns the table of base models.
pub fn catalogue() -> &'static Catalogue {
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
        let table: Table = embedded(include_str!("models.toml"));
        table.into_catalogue()
    });
    &CATALOGUE
}

/// Reads a document of this crate in TOML, which a test reads as well. It becomes a JSON value
/// first: a type takes three times the room in a program when it is read from TOML.
fn embedded<T: DeserializeOwned + Default>(text: &str) -> T {
    let value: Option<Value> = toml::from_str(text).ok();
    let value = value.and_then(|value| serde_json::from_value(value).ok());
    value.unwrap_or_default()
}

/// The base models of all vendors.
#[derive(Debug)]
pub struct Catalogue {
    as_of: String,
    models: Vec<Model>,
    successors: Vec<Succession>,
    defaults: Vec<VendorDefaults>,
}

/// A base model at a vendor.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Model {
    /// The vendor's name, as in configuration.
    pub vendor: String,
    /// The id that the vendor's API takes.
    pub id: String,
    /// True where the id lacks its first part, which is in the vendor's list.
    pub partial: bool,
    /// The class of its size.
    pub size: Size,
    /// What stands for its weights, at all vendors that have them.
    pub weights: Option<String>,
    /// The methods that it can be trained with.
    pub methods: Vec<Method>,
    /// The most tokens of an example.
    pub context: ContextLimits,
    /// Whether all of its weights can be trained, not only an adapter.
    pub full: bool,
    /// Whether examples may have pictures.
    pub images: bool,
    /// The largest rank of an adapter, where it is less than the vendor's.
    pub max_rank: Option<u64>,
    /// What training costs.
    pub price: Option<Price>,
    /// The first day on which it can no longer be trained, as `2027-01-06`.
    pub ends: Option<String>,
    /// What else is to be known.
    pub note: Option<String>,
    /// Where this is from.
    pub source: String,
}

impl Model {
    /// Returns the day since which it can no longer be trained; none where that is not
    /// known, or is after `today`, a day such as `2027-01-06`.
    pub fn ended(&self, today: &str) -> Option<&str> {
        self.ends.as_deref().filter(|ends| *ends <= today)
    }
}

/// The class of a model's size, for proposals.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Size {
    /// Up to about 15 thousand million parameters.
    Small,
    /// Up to about 40 thousand million parameters, or as many with few active.
    Medium,
    /// Larger.
    Large,
}

/// The most tokens of an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ContextLimits {
    /// For supervised and reinforcement fine-tuning; where nothing else is set.
    pub usual: Option<u64>,
    /// For each side of a pair.
    pub dpo: Option<u64>,
    /// What a job can raise it to.
    pub max: Option<u64>,
}

impl ContextLimits {
    /// Returns the most tokens of an example for a method, where it is known.
    pub fn for_method(&self, method: Method) -> Option<u64> {
        match method {
            Method::Dpo => self.dpo.or(self.usual),
            Method::Supervised | Method::Reinforcement => self.usual,
        }
    }
}

/// What training costs, in US dollars.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Price {
    /// For a million tokens of supervised training.
    pub supervised: Option<f64>,
    /// For a million tokens of training with pairs.
    pub dpo: Option<f64>,
    /// The least that a job costs; none where it is not known.
    pub minimum: Option<f64>,
    /// Where this is from, with its date.
    pub source: String,
}

impl Price {
    /// Returns the price of a million tokens for a method, where it is known.
    pub fn for_method(&self, method: Method) -> Option<f64> {
        match method {
            Method::Supervised => self.supervised,
            Method::Dpo => self.dpo,
            Method::Reinforcement => None,
        }
    }
}

#[derive(Debug)]
struct Succession {
    of: Vec<String>,
    to: Vec<(String, Vec<String>)>,
    source: String,
}

#[derive(Debug)]
struct VendorDefaults {
    vendor: String,
    context: Option<u64>,
}

/// A model that could take another's place. To be shown, never to be chosen
/// without asking.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Proposal {
    /// The model.
    pub model: Model,
    /// Why it is proposed.
    pub reason: Reason,
    /// Where the reason is from.
    pub source: String,
}

/// Why a model is proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// It is the same model under this vendor's name.
    SameModel,
    /// It is listed as one that can succeed it.
    Successor,
    /// It is of the same class of size.
    SameSize,
}

impl Catalogue {
    /// Returns the day of the snapshot, as `2026-11-21`.
    pub fn as_of(&self) -> &str {
        &self.as_of
    }

    /// Returns the models of a vendor.
    pub fn of_vendor(&self, vendor: &str) -> impl Iterator<Item = &Model> {
        self.models
            .iter()
            .filter(move |model| model.vendor == vendor)
    }

    /// Returns a vendor's model by its id. Dates at its end, the name of an
    /// account before it, and what a fine-tuned model's name adds make no
    /// difference.
    ///
    /// ```
    /// let model = unitune_datasets::models::catalogue()
    ///     .find("openai", "ft:gpt-4o-mini-2024-07-18:acme::abc");
    /// assert_eq!(model.map(|m| m.id.as_str()), Some("gpt-4o-mini"));
    /// ```
    pub fn find(&self, vendor: &str, id: &str) -> Option<&Model> {
        let name = base_name(id);
        let is_it = |model: &&Model| is_version_of(name, &last_part(&model.id));
        // gpt-4.1-mini is no version of gpt-4.1.
        let found = self.of_vendor(vendor).filter(is_it);
        found.max_by_key(|model| model.id.len())
    }

    /// Returns the most tokens of an example for a vendor's model.
    pub fn context(&self, vendor: &str, model: &str) -> Option<ContextLimits> {
        if let Some(model) = self.find(vendor, model) {
            return Some(model.context);
        }
        let defaults = self.defaults.iter().find(|d| d.vendor == vendor)?;
        Some(ContextLimits {
            usual: Some(defaults.context?),
            ..ContextLimits::default()
        })
    }

    /// Returns models of a vendor that could take the place of another's, the
    /// nearest first. A model that cannot be trained with the method is left out.
    ///
    /// ```
    /// use unitune_datasets::{Method, models::{Reason, catalogue}};
    ///
    /// let proposals = catalogue()
    ///     .proposals("together", "Qwen/Qwen3.5-9B", "fireworks", Method::Supervised);
    /// assert_eq!(proposals[0].model.id, "accounts/fireworks/models/qwen3p5-9b");
    /// assert_eq!(proposals[0].reason, Reason::SameModel);
    /// ```
    pub fn proposals(&self, vendor: &str, model: &str, to: &str, method: Method) -> Vec<Proposal> {
        let mut proposals: Vec<Proposal> = Vec::new();
        let mut propose = |model: &Model, reason: Reason, source: &str| {
            let is_new = proposals.iter().all(|p| p.model.id != model.id);
            if is_new && model.methods.contains(&method) {
                proposals.push(Proposal {
                    model: model.clone(),
                    reason,
                    source: source.to_owned(),
                });
            }
        };
        let from = self.find(vendor, model);
        let weights = from.and_then(|from| from.weights.as_ref());
        for there in self.of_vendor(to) {
            let is_same = match (weights, &there.weights) {
                (Some(ours), Some(theirs)) => ours == theirs,
                // OpenAI's models have no weights that others could have but Azure.
                _ => from.is_some_and(|from| from.id == there.id),
            };
            if is_same {
                propose(there, Reason::SameModel, &there.source);
            }
        }
        let name = from.map_or_else(|| base_name(model).to_owned(), |from| last_part(&from.id));
        for succession in self.successors.iter().filter(|s| s.of.contains(&name)) {
            let ids = succession.to.iter().find(|(vendor, _)| vendor == to);
            for id in ids.map(|(_, ids)| ids.as_slice()).unwrap_or_default() {
                if let Some(there) = self.find(to, id) {
                    propose(there, Reason::Successor, &succession.source);
                }
            }
        }
        if let Some(from) = from {
            let of_size = self.of_vendor(to).filter(|there| there.size == from.size);
            for there in of_size.take(4) {
                propose(there, Reason::SameSize, &there.source);
            }
        }
        proposals
    }
}

/// The name of the base in a fine-tuned model's name.
fn base_name(id: &str) -> &str {
    let id = id.strip_prefix("ft:").unwrap_or(id);
    let id = id.split(':').next().unwrap_or(id);
    // Azure: gpt-4.1-2025-04-14.ft-<hex>.
    let id = id.split(".ft-").next().unwrap_or(id);
    id.rsplit('/').next().unwrap_or(id)
}

fn last_part(id: &str) -> String {
    id.rsplit('/').next().unwrap_or(id).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(proposals: &[Proposal], reason: Reason) -> Vec<&str> {
        let of_reason = proposals.iter().filter(|p| p.reason == reason);
        of_reason.map(|p| p.model.id.as_str()).collect()
    }

    #[test]
    fn names_are_found_in_all_their_forms() {
        let find = |vendor, id| catalogue().find(vendor, id).map(|m| m.id.as_str());
        assert_eq!(find("openai", "gpt-4.1-2025-04-14"), Some("gpt-4.1"));
        assert_eq!(
            find("openai", "gpt-4.1-mini-2025-04-14"),
            Some("gpt-4.1-mini")
        );
        assert_eq!(find("openai", "gpt-3.5-turbo-0125"), Some("gpt-3.5-turbo"));
        assert_eq!(find("openai", "gpt-4-0613"), Some("gpt-4"));
        assert_eq!(
            find("azure", "gpt-4.1-2025-04-14.ft-0123abcd-mine"),
            Some("gpt-4.1")
        );
        assert_eq!(find("together", "qwen/qwen3.5-9b"), Some("Qwen/Qwen3.5-9B"));
        let full = "accounts/fireworks/models/qwen3p5-9b";
        assert_eq!(find("fireworks", full), Some(full));
        assert_eq!(find("fireworks", "qwen3p5-9b"), Some(full));
        assert_eq!(find("together", "é"), None);
        assert_eq!(find("openai", "gpt-4.1-megaü"), None);
    }

    #[test]
    fn the_same_model_comes_first_and_then_its_successors() {
        let of = |from, model, to| catalogue().proposals(from, model, to, Method::Supervised);
        let there = of("openai", "gpt-4o-mini-2024-07-18", "together");
        assert_eq!(there[0].model.id, "Qwen/Qwen3.6-27B");
        assert!(ids(&there, Reason::SameModel).is_empty());
        let there = of("openai", "gpt-4.1-mini-2025-04-14", "azure");
        assert_eq!(ids(&there, Reason::SameModel), ["gpt-4.1-mini"]);
        let there = of(
            "fireworks",
            "accounts/fireworks/models/llama-v3p3-70b-instruct",
            "together",
        );
        let same = ["meta-llama/Llama-3.3-70B-Instruct-Reference"];
        assert_eq!(ids(&there, Reason::SameModel), same);
        // It is there for reinforcement only.
        let there = of("together", "openai/gpt-oss-20b", "fireworks");
        assert!(ids(&there, Reason::SameModel).is_empty(), "{there:?}");
        assert!(of("openai", "no-such-model", "together").is_empty());
    }

    #[test]
    fn limits_of_examples() {
        let limit = |vendor, model, method| {
            catalogue()
                .context(vendor, model)
                .and_then(|limits| limits.for_method(method))
        };
        let sft = Method::Supervised;
        assert_eq!(limit("openai", "gpt-4o", sft), Some(65_536));
        assert_eq!(limit("openai", "gpt-3.5-turbo-0125", sft), Some(16_385));
        assert_eq!(limit("azure", "gpt-4.1-nano", sft), Some(32_768));
        assert_eq!(
            limit("together", "Qwen/Qwen3.5-9B", Method::Dpo),
            Some(49_152)
        );
        assert_eq!(limit("fireworks", "something-new", sft), Some(32_768));
        assert_eq!(limit("together", "something-new", sft), None);
    }
}
