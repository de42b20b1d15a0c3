//! Rules for oneOf, anyOf and allOf.

use super::rule::{Schema, Site, is_null};
use serde_json::{Value, json};
use unitune_diff::json_schema::is_annotation;

const UNIONS: [&str; 2] = ["oneOf", "anyOf"];

/// Keywords that limit an object without saying what is in it.
const LIMITS: &[&str] = &["required", "not", "minProperties", "maxProperties"];

/// Keywords about the members of an object.
const MEMBERS: &[&str] = &[
    "type",
    "properties",
    "required",
    "additionalProperties",
    "minProperties",
    "maxProperties",
];

fn branches<'s>(schema: &'s Schema, keyword: &str) -> Option<&'s Vec<Value>> {
    match schema.get(keyword) {
        Some(Value::Array(branches)) => Some(branches),
        _ => None,
    }
}

/// A branch that is null, or null among others, makes the union nullable.
pub fn null_branch(schema: &mut Schema, site: &mut Site<'_>) {
    for keyword in UNIONS {
        let Some(found) = branches(schema, keyword).cloned() else {
            continue;
        };
        let mut nullable = false;
        let mut kept = Vec::new();
        for (n, mut branch) in found.into_iter().enumerate() {
            let null = is_null(&branch)
                || site.resolve(&branch).is_some_and(|target| {
                    target.get("type").and_then(Value::as_str) == Some("null")
                });
            if null {
                site.note(keyword, format!("branch {n} is null: now `nullable`"));
                nullable = true;
                continue;
            }
            if let Some(inline) = branch.as_object_mut()
                && inline.get("nullable") == Some(&Value::Bool(true))
            {
                site.note(keyword, format!("branch {n} is nullable: so is the union"));
                inline.remove("nullable");
                nullable = true;
            }
            kept.push(branch);
        }
        if kept.is_empty() {
            schema.remove(keyword);
            if nullable {
                schema.insert("type".to_owned(), json!("null"));
            }
            continue;
        }
        if nullable {
            schema.insert("nullable".to_owned(), Value::Bool(true));
        }
        schema.insert(keyword.to_owned(), Value::Array(kept));
    }
}

fn only_limits(branch: &Value) -> bool {
    branch.as_object().is_some_and(|branch| {
        branch
            .keys()
            .all(|k| LIMITS.contains(&k.as_str()) || is_annotation(k))
    })
}

/// `type` beside a union belongs into the branches that have none.
pub fn with_type(schema: &mut Schema, site: &mut Site<'_>) {
    for keyword in UNIONS {
        let Some(found) = branches(schema, keyword).cloned() else {
            continue;
        };
        if found.iter().all(only_limits) {
            site.note(
                keyword,
                "left out: its branches only limit what stands beside them",
            );
            schema.remove(keyword);
            continue;
        }
        let Some(Value::String(own)) = schema.get("type").cloned() else {
            continue;
        };
        let structural = ["properties", "items", "enum", "additionalProperties"];
        if structural
            .iter()
            .any(|keyword| schema.contains_key(*keyword))
        {
            continue; // The next rule takes the whole of it.
        }
        let mut agrees = true;
        let mut typed = Vec::new();
        for mut branch in found {
            let theirs = site
                .resolve(&branch)
                .and_then(|branch| branch.get("type"))
                .cloned();
            agrees &= theirs.is_none_or(|theirs| theirs == json!(own));
            if let Some(inline) = branch.as_object_mut()
                && ["type", "$ref", "oneOf", "anyOf", "allOf"]
                    .iter()
                    .all(|k| !inline.contains_key(*k))
            {
                inline.insert("type".to_owned(), json!(own));
            }
            typed.push(branch);
        }
        site.note(
            "type",
            if agrees {
                format!("left out: the branches of {keyword} say it")
            } else {
                format!("left out: {own} contradicts the branches of {keyword}")
            },
        );
        schema.remove("type");
        schema.insert(keyword.to_owned(), Value::Array(typed));
    }
}

/// What stands beside a union: members go into an allOf with it; a second
/// union, and limits that the branches have more precisely, are left out.
pub fn siblings_of_union(schema: &mut Schema, site: &mut Site<'_>) {
    let Some(keyword) = UNIONS
        .into_iter()
        .find(|keyword| schema.contains_key(*keyword))
    else {
        return;
    };
    if keyword == "oneOf" && schema.remove("anyOf").is_some() {
        site.note("anyOf", "left out: a oneOf stands beside it");
    }
    let mut others: Vec<String> = schema
        .keys()
        .filter(|k| !is_annotation(k) && *k != keyword && *k != "discriminator")
        .cloned()
        .collect();
    let named = others.join(", ");
    if others.iter().any(|k| k == "enum" || k == "items") {
        site.note(keyword, format!("left out: {named} beside it says more"));
        schema.remove(keyword);
        schema.remove("discriminator");
        return;
    }
    others.retain(|other| {
        let member = other == "allOf" || MEMBERS.contains(&other.as_str());
        if !member {
            let detail = format!("left out: the branches of {keyword} say their own");
            site.note(other, detail);
            schema.remove(other);
        }
        member
    });
    if others.is_empty() {
        return;
    }
    let named = others.join(", ");
    if let Some(Value::Array(mut all)) = schema.get("allOf").cloned() {
        site.note(keyword, "is now a branch of the allOf beside it");
        let mut union = Schema::new();
        for moved in [keyword, "discriminator"] {
            if let Some(value) = schema.remove(moved) {
                union.insert(moved.to_owned(), value);
            }
        }
        all.push(Value::Object(union));
        schema.insert("allOf".to_owned(), Value::Array(all));
        return;
    }
    let mut members = Schema::new();
    for other in &others {
        if let Some(value) = schema.remove(other) {
            members.insert(other.clone(), value);
        }
    }
    members.insert("type".to_owned(), json!("object"));
    let inline = branches(schema, keyword)
        .is_some_and(|found| found.iter().all(|branch| mergeable(branch, &members)));
    if inline {
        site.note(keyword, format!("{named} beside it go into its branches"));
        if let Some(Value::Array(found)) = schema.get_mut(keyword) {
            for branch in found.iter_mut().filter_map(Value::as_object_mut) {
                merge_members(branch, &members);
            }
        }
        return;
    }
    site.note(
        keyword,
        format!("{named} beside it stand in an allOf with it"),
    );
    let mut union = Schema::new();
    for moved in [keyword, "discriminator"] {
        if let Some(value) = schema.remove(moved) {
            union.insert(moved.to_owned(), value);
        }
    }
    schema.insert("allOf".to_owned(), json!([members, union]));
}

/// Returns whether a branch is an object whose members do not clash with
/// others.
fn mergeable(branch: &Value, members: &Schema) -> bool {
    let Some(branch) = branch.as_object() else {
        return false;
    };
    branch.keys().all(|k| MEMBERS.contains(&k.as_str()))
        && branch.get("type").is_none_or(|name| name == "object")
        && ["properties", "additionalProperties"]
            .iter()
            .all(
                |keyword| match (branch.get(*keyword), members.get(*keyword)) {
                    (Some(Value::Object(a)), Some(Value::Object(b))) => b
                        .iter()
                        .all(|(name, member)| a.get(name).is_none_or(|other| other == member)),
                    (Some(a), Some(b)) => a == b,
                    _ => true,
                },
            )
}

fn merge_members(branch: &mut Schema, members: &Schema) {
    for (keyword, value) in members {
        match (branch.get_mut(keyword), value) {
            (Some(Value::Object(own)), Value::Object(more)) => {
                for (name, member) in more {
                    own.entry(name.clone()).or_insert_with(|| member.clone());
                }
            }
            (Some(Value::Array(own)), Value::Array(more)) => {
                for name in more {
                    if !own.contains(name) {
                        own.push(name.clone());
                    }
                }
            }
            (Some(_), _) => {}
            (None, _) => {
                branch.insert(keyword.clone(), value.clone());
            }
        }
    }
}

/// Branches that stand twice.
pub fn same(schema: &mut Schema, site: &mut Site<'_>) {
    for keyword in ["oneOf", "anyOf", "allOf"] {
        let Some(found) = branches(schema, keyword) else {
            continue;
        };
        let mut unique: Vec<Value> = Vec::new();
        for branch in found {
            if !unique.contains(branch) {
                unique.push(branch.clone());
            }
        }
        if unique.len() < found.len() {
            site.note(keyword, "branches that stand twice stand once");
            schema.insert(keyword.to_owned(), Value::Array(unique));
        }
    }
}

/// Returns what is known of a branch that can only be text: its values, or none
/// when it is any text.
fn text(branch: &Schema, site: &Site<'_>, depth: usize) -> Option<Option<Vec<Value>>> {
    if depth > 16 {
        return None;
    }
    if let Some(Value::String(reference)) = branch.get("$ref") {
        return text(site.target(reference)?, site, depth + 1);
    }
    for keyword in UNIONS {
        let Some(inner) = branches(branch, keyword) else {
            continue;
        };
        let mut all = Some(Vec::new());
        for branch in inner {
            match (text(branch.as_object()?, site, depth + 1)?, &mut all) {
                (Some(values), Some(all)) => all.extend(values),
                _ => all = None,
            }
        }
        return Some(all);
    }
    if branch.get("type").and_then(Value::as_str) != Some("string") {
        return None;
    }
    match (branch.get("enum"), branch.get("const")) {
        (Some(Value::Array(values)), _) => Some(Some(values.clone())),
        (_, Some(value)) => Some(Some(vec![value.clone()])),
        _ => Some(None),
    }
}

/// Two branches or more that are text: any text if one of them is, else all
/// their values. A union of them would take the first that matches.
pub fn strings(schema: &mut Schema, site: &mut Site<'_>) {
    for keyword in UNIONS {
        let Some(found) = branches(schema, keyword).cloned() else {
            continue;
        };
        let known: Vec<_> = found
            .iter()
            .map(|branch| branch.as_object().and_then(|branch| text(branch, site, 0)))
            .collect();
        let texts = known.iter().flatten().count();
        if texts < 2 {
            continue;
        }
        let mut one = json!({"type": "string"});
        let values: Option<Vec<Value>> =
            known
                .iter()
                .flatten()
                .try_fold(Vec::new(), |mut all, values| {
                    for value in values.as_ref()? {
                        if !value.is_null() && !all.contains(value) {
                            all.push(value.clone());
                        }
                    }
                    Some(all)
                });
        match values {
            Some(values) => {
                site.note(keyword, format!("{texts} enums of strings are one"));
                one["enum"] = Value::Array(values);
            }
            None => site.note(
                keyword,
                format!("{texts} branches are text: any text, in one branch"),
            ),
        }
        let mut one = Some(one);
        let kept = found
            .into_iter()
            .zip(known)
            .filter_map(|(branch, known)| {
                if known.is_some() {
                    one.take()
                } else {
                    Some(branch)
                }
            })
            .collect();
        schema.insert(keyword.to_owned(), Value::Array(kept));
    }
}

/// A branch of whole numbers beside one of numbers.
pub fn numbers(schema: &mut Schema, site: &mut Site<'_>) {
    for keyword in UNIONS {
        let Some(found) = branches(schema, keyword) else {
            continue;
        };
        let is = |branch: &Value, name: &str| {
            branch.get("type").and_then(Value::as_str) == Some(name) && branch.get("enum").is_none()
        };
        if !found.iter().any(|branch| is(branch, "number")) {
            continue;
        }
        let kept: Vec<Value> = found
            .iter()
            .filter(|b| !is(b, "integer"))
            .cloned()
            .collect();
        if kept.len() < found.len() {
            site.note(keyword, "whole numbers are among the numbers");
            schema.insert(keyword.to_owned(), Value::Array(kept));
        }
    }
}

/// Branches of an allOf that only annotate, or are nullable.
pub fn annotations(schema: &mut Schema, site: &mut Site<'_>) {
    let Some(found) = branches(schema, "allOf").cloned() else {
        return;
    };
    let mut kept = Vec::new();
    for mut branch in found {
        let Some(inline) = branch.as_object_mut() else {
            continue;
        };
        let lifted: Vec<String> = if inline.keys().all(|k| is_annotation(k)) {
            inline.keys().cloned().collect()
        } else {
            let nullable = inline.contains_key("nullable") && !inline.contains_key("$ref");
            nullable
                .then(|| "nullable".to_owned())
                .into_iter()
                .collect()
        };
        for keyword in &lifted {
            site.note(
                "allOf",
                format!("{keyword} of a branch now applies to the whole"),
            );
            if let Some(value) = inline.remove(keyword) {
                schema.entry(keyword.clone()).or_insert(value);
            }
        }
        if inline.is_empty() {
            if lifted.is_empty() {
                site.note("allOf", "a branch that says nothing is left out");
            }
        } else {
            kept.push(branch);
        }
    }
    if kept.is_empty() {
        schema.remove("allOf");
    } else {
        schema.insert("allOf".to_owned(), Value::Array(kept));
    }
}

/// Unions, and allOfs, of one branch.
pub fn single(schema: &mut Schema, site: &mut Site<'_>) {
    for keyword in ["oneOf", "anyOf", "allOf"] {
        let Some(found) = branches(schema, keyword) else {
            continue;
        };
        let [Value::Object(branch)] = found.as_slice() else {
            continue;
        };
        let branch = branch.clone();
        if branch.contains_key("$ref") {
            if schema.len() == 1 {
                site.note(keyword, "is now its one branch");
                *schema = branch;
                return;
            }
            if keyword != "allOf" {
                site.note(keyword, "is now an allOf of its one branch");
                schema.remove(keyword);
                push(schema, branch);
            }
            continue;
        }
        let clash = branch.iter().any(|(name, value)| {
            name != keyword
                && !is_annotation(name)
                && schema.get(name).is_some_and(|other| other != value)
        });
        if clash {
            if keyword != "allOf" {
                site.note(keyword, "is now an allOf of its one branch");
                schema.remove(keyword);
                push(schema, branch);
            }
            continue;
        }
        site.note(keyword, "is now its one branch");
        schema.remove(keyword);
        for (name, value) in branch {
            schema.entry(name).or_insert(value);
        }
        return single(schema, site);
    }
}

fn push(schema: &mut Schema, branch: Schema) {
    match schema.get_mut("allOf") {
        Some(Value::Array(all)) => all.push(Value::Object(branch)),
        _ => {
            schema.insert("allOf".to_owned(), json!([branch]));
        }
    }
}

/// A discriminator without a union.
pub fn discriminator(schema: &mut Schema, site: &mut Site<'_>) {
    let union = UNIONS.iter().any(|keyword| schema.contains_key(*keyword));
    if !union && schema.remove("discriminator").is_some() {
        site.note("discriminator", "left out: there is no union beside it");
    }
}

/// All rules for a union that a rule has just made.
pub fn settle(schema: &mut Schema, site: &mut Site<'_>) {
    for rule in [null_branch, same, strings, numbers, single] {
        rule(schema, site);
    }
}
