//! What a setting of the training means at each vendor.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// What is known of a vendor for moving jobs to it and away from it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct VendorSettings {
    /// The vendor's name, as it writes itself.
    pub title: String,
    /// The member of a job's extra fields that holds the suffix asked for.
    pub suffix_in: Option<String>,
    /// The longest suffix.
    pub max_suffix: usize,
    /// The largest seed; the smallest is 0 then.
    pub max_seed: Option<i64>,
    /// What the name of a fine-tuned model has in it.
    #[serde(default)]
    pub fine_tuned: Vec<String>,
    /// Members of a job's extra fields that say that it continued another model.
    #[serde(default)]
    pub continued_in: Vec<String>,
    /// The setting without which a validation file is not used.
    pub evaluates_with: Option<String>,
    /// Where training data goes.
    pub goes_to: String,
    /// The vendor's terms: the address that its own document names, or else what
    /// they are called.
    pub terms: String,
    /// Settings by what they mean, which is the same word at all vendors.
    pub settings: BTreeMap<String, Setting>,
}

/// A setting of the training at a vendor.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Setting {
    /// Its name in the unified request's `hyperparameters`; dots lead into objects.
    pub key: String,
    /// What its value counts. Only values of the same unit can be carried over.
    pub unit: String,
    /// Values that leave the choice to the vendor.
    #[serde(default)]
    pub words: Vec<String>,
    /// What holds where it is not set.
    pub default: Option<String>,
    /// The smallest value.
    pub min: Option<f64>,
    /// A number that is less than every value, and none itself.
    pub above: Option<f64>,
    /// The largest value.
    pub max: Option<f64>,
    /// Whether the value has to be a power of two.
    #[serde(default)]
    pub powers_of_two: bool,
    /// The methods that it goes with; none: all.
    #[serde(default)]
    pub only: Vec<String>,
    /// Why the same number does not do quite the same elsewhere.
    pub rough: Option<String>,
    /// What has to be set beside it.
    #[serde(default)]
    pub with: BTreeMap<String, String>,
    /// What has to be set beside it where a job does not: its value times so much.
    #[serde(default)]
    pub multiples: BTreeMap<String, f64>,
}

impl VendorSettings {
    /// Returns a setting by its key, and the word for what it means.
    pub fn by_key(&self, key: &str) -> Option<(&str, &Setting)> {
        let found = self.settings.iter().find(|(_, setting)| setting.key == key);
        found.map(|(meaning, setting)| (meaning.as_str(), setting))
    }
}

/// Returns what is known of a vendor's settings, by the vendor's name.
pub fn settings(vendor: &str) -> Option<&'static VendorSettings> {
    static ALL: LazyLock<BTreeMap<String, VendorSettings>> =
        LazyLock::new(|| super::embedded(include_str!("settings.toml")));
    ALL.get(vendor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_and_speaks_of_the_vendors() {
        let all: BTreeMap<String, VendorSettings> =
            toml::from_str(include_str!("settings.toml")).unwrap();
        let names: Vec<&str> = crate::vendors::ALL.iter().map(|rules| rules.name).collect();
        for (name, vendor) in &all {
            assert!(names.contains(&name.as_str()), "{name}");
            let evaluates = vendor.evaluates_with.as_ref();
            assert!(evaluates.is_none_or(|meaning| vendor.settings.contains_key(meaning)));
            for (meaning, setting) in &vendor.settings {
                assert_eq!(
                    vendor.by_key(&setting.key).map(|(m, _)| m),
                    Some(meaning.as_str())
                );
            }
        }
        assert_eq!(all.len(), names.len());
        assert!(settings("truefoundry").is_none());
    }
}
