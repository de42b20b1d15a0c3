//! The table's file, as it is written.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Catalogue, ContextLimits, Model, Price, Size, Succession, VendorDefaults};
use crate::rules::Method;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    as_of: String,
    sources: BTreeMap<String, String>,
    vendor: BTreeMap<String, Vendor>,
    model: Vec<Group>,
    successor: Vec<Successors>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vendor {
    context: Option<u64>,
    minimum_price: Option<f64>,
}

/// Models of which something is the same.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    vendor: String,
    source: String,
    price_source: Option<String>,
    #[serde(default)]
    methods: Vec<Method>,
    #[serde(default)]
    prefix: String,
    models: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    #[serde(default)]
    partial: bool,
    size: Size,
    weights: Option<String>,
    methods: Option<Vec<Method>>,
    context: Option<u64>,
    context_dpo: Option<u64>,
    max_context: Option<u64>,
    #[serde(default)]
    full: bool,
    #[serde(default)]
    images: bool,
    max_rank: Option<u64>,
    price: Option<f64>,
    price_dpo: Option<f64>,
    ends: Option<String>,
    note: Option<String>,
}

#[derive(Deserialize)]
struct Successors {
    of: Vec<String>,
    #[serde(flatten)]
    to: BTreeMap<String, Vec<String>>,
}

impl Table {
    pub(super) fn into_catalogue(self) -> Catalogue {
        let source = |name: &str| self.sources.get(name).cloned().unwrap_or_default();
        let mut models = Vec::new();
        for group in self.model {
            let vendor = self.vendor.get(&group.vendor);
            let default = vendor.and_then(|vendor| vendor.context);
            let minimum = vendor.and_then(|vendor| vendor.minimum_price);
            let price_source = group.price_source.as_ref().unwrap_or(&group.source);
            for row in group.models {
                let has_price = row.price.is_some() || row.price_dpo.is_some();
                models.push(Model {
                    vendor: group.vendor.clone(),
                    id: format!("{}{}", group.prefix, row.id),
                    partial: row.partial,
                    size: row.size,
                    weights: row.weights,
                    methods: row.methods.unwrap_or_else(|| group.methods.clone()),
                    context: ContextLimits {
                        usual: row.context.or(default),
                        dpo: row.context_dpo,
                        max: row.max_context,
                    },
                    full: row.full,
                    images: row.images,
                    max_rank: row.max_rank,
                    price: has_price.then(|| Price {
                        supervised: row.price,
                        dpo: row.price_dpo,
                        minimum,
                        source: source(price_source),
                    }),
                    ends: row.ends,
                    note: row.note,
                    source: source(&group.source),
                });
            }
        }
        let judgement = source("judgement");
        let succession = |s: Successors| Succession {
            of: s.of,
            to: s.to.into_iter().collect(),
            source: judgement.clone(),
        };
        let defaults = |(vendor, row): (&String, &Vendor)| VendorDefaults {
            vendor: vendor.clone(),
            context: row.context,
        };
        Catalogue {
            as_of: self.as_of,
            models,
            defaults: self.vendor.iter().map(defaults).collect(),
            successors: self.successor.into_iter().map(succession).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_and_its_names_are_known() {
        let table: Table = toml::from_str(include_str!("models.toml")).unwrap();
        let sources = table.sources.clone();
        for group in &table.model {
            assert!(sources.contains_key(&group.source), "{}", group.source);
            let of_prices = group.price_source.as_ref();
            assert!(
                of_prices.is_none_or(|s| sources.contains_key(s)),
                "{of_prices:?}"
            );
            crate::vendors::find(&group.vendor).unwrap();
        }
        let catalogue = table.into_catalogue();
        assert!(catalogue.models.len() > 70);
        for model in &catalogue.models {
            assert!(
                !model.methods.is_empty() && !model.source.is_empty(),
                "{}",
                model.id
            );
            let found = catalogue.find(&model.vendor, &model.id);
            assert_eq!(found.map(|m| &m.id), Some(&model.id));
        }
        for succession in &catalogue.successors {
            for (vendor, ids) in &succession.to {
                for id in ids {
                    assert!(catalogue.find(vendor, id).is_some(), "{vendor}: {id}");
                }
            }
        }
    }
}
