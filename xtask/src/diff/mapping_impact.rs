//! Finds the mapping rules of `unify` that read or write what changed, and new
//! enum values that no rule maps.

use super::component_uses::{Uses, member};
use super::unify_source::{Row, Unify, snake};
use std::collections::BTreeSet;
use unitune_diff::document::squash;
use unitune_diff::impact::MappedRule;
use unitune_diff::{Change, Document, Level};

/// Says of each change what it means for `unify`.
pub fn attach(
    changes: &mut [Change],
    vendor: Option<&str>,
    unify: &Unify,
    base: &Document,
    head: &Document,
) {
    let uses = (Uses::of(&base.value), Uses::of(&head.value));
    for change in changes {
        let mut members: BTreeSet<(String, String)> = BTreeSet::new();
        let places = [(&change.base, &uses.0), (&change.head, &uses.1)];
        let mut own = Vec::new();
        for (place, uses) in places {
            let found = place.as_ref().and_then(|place| member(&place.pointer));
            let Some((component, name)) = found else {
                continue;
            };
            let read = |component: &str| names(unify, vendor, component).next().is_some();
            match name {
                Some(name) => {
                    // A member of a type that is a member of another one.
                    members.extend(
                        uses.members(&component)
                            .into_iter()
                            .filter(|(outer, _)| read(outer) && !read(&component)),
                    );
                    members.insert((component.clone(), name));
                }
                None => members.extend(uses.members(&component)),
            }
            own.push(component);
        }
        let read = |component: &str| names(unify, vendor, component).next().is_some();
        let touched: Vec<&(String, String)> = members
            .iter()
            .filter(|(component, _)| {
                read(component) || own.iter().any(|own| own == component && read(own))
            })
            .collect();
        let mut rules: BTreeSet<MappedRule> = BTreeSet::new();
        let mut files = BTreeSet::new();
        for (component, name) in &touched {
            let rows = unify.rows.iter().filter(|row| concerns(row, vendor, name));
            rules.extend(rows.map(|row| MappedRule {
                id: row.id.clone(),
                field: row.field.clone(),
                text: row.text.clone(),
            }));
            for found in names(unify, vendor, component).flatten() {
                let reads = unify
                    .members
                    .get(found)
                    .is_some_and(|m| m.contains(&snake(name)));
                if reads {
                    files.insert(found.clone());
                }
            }
        }
        let serious =
            change.rule.id != "description-changed" && !change.rule.id.starts_with("unused-");
        if serious {
            change.mapping.rules = rules.into_iter().collect();
            change.mapping.files = files.into_iter().collect();
        }
        decide(change, vendor, unify, &own, &members);
    }
}

/// Returns the files that name a type, one set for each vendor that has it.
fn names<'u>(
    unify: &'u Unify,
    vendor: Option<&'u str>,
    component: &str,
) -> impl Iterator<Item = &'u BTreeSet<String>> {
    let wanted = squash(component);
    let types = unify.types.iter();
    types
        .filter(move |((of, name), _)| {
            vendor.is_none_or(|vendor| vendor == of) && squash(name) == wanted
        })
        .map(|(_, files)| files)
}

/// The vendor whose document is the schema that every table writes.
const TARGET: &str = "truefoundry";

/// Returns whether a row reads or writes a member of that name.
fn concerns(row: &Row, vendor: Option<&str>, name: &str) -> bool {
    let writes = vendor == Some(TARGET) && row.field == name;
    let own = vendor.is_none_or(|vendor| row.table == vendor || row.table == "common");
    let quoted = [
        format!("`{name}`"),
        format!("`{name}."),
        format!(".{name}`"),
    ];
    let reads = quoted.iter().any(|text| row.text.contains(text.as_str()));
    let status = name == "status" && row.field == "status";
    writes || (own && (reads || status))
}

/// Marks a new enum value that no rule maps as undecided.
fn decide(
    change: &mut Change,
    vendor: Option<&str>,
    unify: &Unify,
    own: &[String],
    members: &BTreeSet<(String, String)>,
) {
    let new = matches!(change.rule.id, "enum-value-added" | "enum-value-renamed");
    let received = change.operations.is_empty() || change.received.is_some();
    let (Some(word), true, true) = (&change.subject, new, received) else {
        return;
    };
    let word = squash(word);
    let mut matched = false;
    let mut decided = false;
    for component in own {
        let wanted = squash(component);
        for ((of, name), variants) in &unify.variants {
            if vendor.is_none_or(|vendor| vendor == of) && squash(name) == wanted {
                matched = true;
                decided |= variants.iter().any(|variant| squash(variant) == word);
            }
        }
    }
    let alike = |component: &String| {
        let name = squash(component);
        name.ends_with("status") || name.ends_with("eventtype") || name.ends_with("state")
    };
    let is_named = own.iter().any(alike)
        || members.iter().any(|(component, name)| {
            let event = squash(component).contains("event");
            name == "status" || (event && matches!(name.as_str(), "type" | "level"))
        });
    if (matched || is_named) && !decided {
        change.mapping.undecided = true;
        change.level = Level::Breaking;
        change.received = Some(Level::Breaking);
        for touched in &mut change.operations {
            touched.received = touched.received.map(|_| Level::Breaking);
        }
    }
}
