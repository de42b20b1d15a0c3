//! The table of vendors: one row each.

use crate::deviation::Deviation;
use crate::vendor::{Description, Vendor};
use crate::{azure, fireworks, openai, together, truefoundry};

/// Every vendor, in the order in which they are listed and in which seeded jobs are taken from them.
static TABLE: &[&Description] = &[
    &openai::DESCRIPTION,
    &together::DESCRIPTION,
    &truefoundry::DESCRIPTION,
    &fireworks::DESCRIPTION,
    &azure::DESCRIPTION,
];

impl Vendor {
    /// Returns all vendors.
    pub fn all() -> impl ExactSizeIterator<Item = Vendor> + Clone {
        TABLE.iter().map(|description| Vendor::new(description))
    }

    /// Returns the vendor with this name.
    pub fn named(name: &str) -> Option<Vendor> {
        Vendor::all().find(|vendor| vendor.name() == name)
    }

    /// The names of all vendors, for messages.
    pub(crate) fn names() -> String {
        Vendor::all()
            .map(Vendor::name)
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// The vendor that a path leads to, the base path, and the rest of the path.
    pub(crate) fn of_path(path: &str) -> Option<(Vendor, &'static str, &str)> {
        Vendor::all().find_map(|vendor| {
            vendor.description().bases.iter().find_map(|base| {
                let rest = path.strip_prefix(base)?;
                let whole = rest.is_empty() || rest.starts_with('/');
                whole.then_some((vendor, *base, rest))
            })
        })
    }
}

impl Deviation {
    /// Returns every switch, vendor by vendor.
    pub fn all() -> impl Iterator<Item = Deviation> {
        TABLE.iter().flat_map(|vendor| vendor.deviations).copied()
    }

    /// Returns the switch with this name.
    pub fn named(name: &str) -> Option<Deviation> {
        Deviation::all().find(|deviation| deviation.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_and_base_paths_are_distinct() {
        let names: BTreeSet<&str> = Vendor::all().map(Vendor::name).collect();
        assert_eq!(names.len(), TABLE.len());
        let bases = TABLE.iter().flat_map(|vendor| vendor.bases);
        let distinct: BTreeSet<_> = bases.clone().collect();
        assert_eq!(distinct.len(), bases.count());
        let switches: BTreeSet<&str> = Deviation::all().map(Deviation::name).collect();
        assert_eq!(switches.len(), Deviation::all().count());
    }

    #[test]
    fn each_base_path_leads_to_its_vendor() {
        for vendor in Vendor::all() {
            let description = vendor.description();
            assert!(description.bases.contains(&description.base));
            for base in description.bases {
                let path = format!("{base}/x");
                assert_eq!(Vendor::of_path(&path), Some((vendor, *base, "/x")));
            }
        }
        assert_eq!(Vendor::of_path("/none"), None);
    }
}
