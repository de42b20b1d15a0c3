//! The tables of a vendor's mapping.

// Some of the tables are only read for `docs/mapping.md`, which a test writes.
#![cfg_attr(not(test), allow(dead_code))]

use super::Vendor;
use super::mapping_rules::Rule;
use super::request::setting_rules::{Accepted, Takes, Unsupported};
use super::status::Meaning;

/// The tables of a vendor's mapping.
pub(crate) struct Mapping {
    pub(crate) vendor: Vendor,
    /// The vendor's name in messages.
    pub(crate) title: &'static str,
    /// Every status that the vendor's document names.
    pub(crate) statuses: fn() -> Vec<(&'static str, Meaning)>,
    /// The rules by which its jobs are mapped.
    pub(crate) rules: &'static [&'static Rule],
    /// Members of its jobs that fill a field of another name, by themselves or
    /// with others.
    pub(crate) slots: &'static [(&'static str, &'static str)],
    /// The types of its events, where they have some.
    pub(crate) events: Option<EventTypes>,
    /// Whether the cost in its jobs is its estimate, also once they have ended.
    pub(crate) estimates_costs: bool,
    /// Its requests, where they differ from the gateway's.
    pub(crate) request: Option<RequestTables>,
}

/// The types of a vendor's events.
pub(crate) struct EventTypes {
    /// An introduction to the table.
    pub(crate) text: &'static str,
    /// Every type that the vendor's document names, and what becomes of the job.
    pub(crate) types: fn() -> Vec<(&'static str, String)>,
}

/// The settings of a request that a vendor accepts.
pub(crate) struct RequestTables {
    /// What is particular to it.
    pub(crate) text: &'static str,
    /// Settings that it accepts.
    pub(crate) accepted: &'static [Accepted],
    /// Settings that it does not support.
    pub(crate) unsupported: &'static [Unsupported],
    /// Members that it accepts besides the gateway's.
    pub(crate) extra: &'static [(&'static str, Takes)],
    /// Members of a Weights & Biases integration, and what they become.
    pub(crate) wandb: &'static [(&'static str, &'static str)],
}
