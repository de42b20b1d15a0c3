//! Lists: order, filter, pages, and masks of the fields to answer.

use super::fields::{self, Field};
use super::filter::Filter;
use crate::http::{Answer, Call, ErrorResponse, Reply};
use crate::state::random::hash;
use serde_json::{Map, Value, json};

/// Items on a page, unless the caller wants another number.
const DEFAULT: usize = 50;
/// The most items on a page: a larger number counts as this one.
const MOST: usize = 200;

/// A collection that is listed.
pub(super) struct Listing<'a, T> {
    /// The collection, and the member of the answer that holds the page.
    pub(super) collection: &'static str,
    pub(super) fields: &'static [Field],
    pub(super) items: Vec<T>,
    /// What items are ordered by: a field as a text that sorts as the field does; `None` where none is known.
    pub(super) key: fn(&T, &str) -> Option<String>,
    pub(super) render: &'a dyn Fn(&T) -> Value,
}

impl<T> Listing<'_, T> {
    /// Answers with the page that the query asks for.
    pub(super) fn answer(self, call: &Call) -> Reply {
        let size = page_size(call)?;
        let mask = Mask::read(call, self.fields)?;
        let order = order(call, self.fields)?;
        let filter = Filter::read(call, self.fields)?;

        let name = |item: &T| (self.key)(item, "name").unwrap_or_default();
        let mut rows: Vec<(Vec<Option<String>>, String, T)> = Vec::new();
        for item in self.items {
            if !filter.is_empty() && !filter.matches(&(self.render)(&item)) {
                continue;
            }
            let keys = order.iter().map(|(field, _)| (self.key)(&item, field));
            rows.push((keys.collect(), name(&item), item));
        }
        rows.sort_by(|a, b| {
            let fields = order.iter().zip(a.0.iter().zip(&b.0));
            let mut parts = fields.map(|((_, descending), (a, b))| match descending {
                true => b.cmp(a),
                false => a.cmp(b),
            });
            let first = parts.find(|part| part.is_ne());
            first.unwrap_or_else(|| a.1.cmp(&b.1))
        });

        // Every other parameter must stay the same from page to page.
        let query = |name| call.query(name).unwrap_or("");
        let digest = hash(&format!(
            "{}?{}&{}",
            self.collection,
            query("filter"),
            query("orderBy")
        )) as u32;
        let start = match query("pageToken") {
            "" => 0,
            token => {
                let last = token.strip_prefix(&format!("{digest:08x}."));
                let at = last.and_then(|last| rows.iter().position(|row| row.1 == last));
                1 + at.ok_or_else(|| {
                    let message = "'pageToken' is not one that this list has given out.";
                    ErrorResponse::field("pageToken", message).code("invalid_page_token")
                })?
            }
        };
        let total = rows.len();
        let page = rows.iter().skip(start).take(size);
        let next = match start + size < total {
            true => page
                .clone()
                .last()
                .map(|row| format!("{digest:08x}.{}", row.1)),
            false => None,
        };
        let items: Vec<Value> = page.map(|row| mask.apply((self.render)(&row.2))).collect();
        let mut body = Map::new();
        body.insert(self.collection.into(), json!(items));
        body.insert("nextPageToken".into(), json!(next.unwrap_or_default()));
        body.insert("totalSize".into(), json!(total));
        Ok(Answer::json(Value::Object(body)))
    }
}

/// A member of a body as a text, to order by.
pub(super) fn text_key(body: &Value, field: &str) -> Option<String> {
    match body.get(field)? {
        Value::String(text) => Some(text.clone()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
        Value::Number(number) => Some(format!("{:020.6}", number.as_f64().unwrap_or(0.0))),
        other => Some(other.to_string()),
    }
}

fn page_size(call: &Call) -> Result<usize, ErrorResponse> {
    let Some(text) = call.query("pageSize").filter(|text| !text.is_empty()) else {
        return Ok(DEFAULT);
    };
    match text.parse::<i32>() {
        Ok(0) => Ok(DEFAULT),
        Ok(size) if size > 0 => Ok(usize::try_from(size).unwrap_or(MOST).min(MOST)),
        _ => {
            let message = format!("'pageSize' is '{text}': expected an integer from 0 to {MOST}.");
            Err(ErrorResponse::field("pageSize", message).code("invalid_value"))
        }
    }
}

/// The fields to order by, and whether each is descending. Without any, the order is by name.
fn order(call: &Call, table: &'static [Field]) -> Result<Vec<(&'static str, bool)>, ErrorResponse> {
    let text = call.query("orderBy").unwrap_or("");
    let parts = text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let read = |part: &str| {
        let mut words = part.split_whitespace();
        let field = words.next().and_then(|name| fields::find(table, name));
        let descending = match (words.next(), words.next()) {
            (None, _) => Some(false),
            (Some(word), None) if word.eq_ignore_ascii_case("asc") => Some(false),
            (Some(word), None) if word.eq_ignore_ascii_case("desc") => Some(true),
            _ => None,
        };
        let (field, descending) = field.zip(descending).ok_or_else(|| {
            let message =
                format!("'orderBy' has '{part}': expected a field, and 'asc' or 'desc' after it.");
            ErrorResponse::field("orderBy", message).code("invalid_value")
        })?;
        Ok((field.name, descending))
    };
    parts.map(read).collect()
}

/// Which members of a body to answer.
struct Mask(Option<Vec<String>>);

impl Mask {
    fn read(call: &Call, table: &'static [Field]) -> Result<Mask, ErrorResponse> {
        let text = call.query("readMask").unwrap_or("");
        let paths = text.split(',').map(str::trim).filter(|it| !it.is_empty());
        let mut names = Vec::new();
        for path in paths {
            if path == "*" {
                return Ok(Mask(None));
            }
            let name = path.split('.').next().unwrap_or(path);
            let field = fields::find(table, name).ok_or_else(|| {
                let message = format!("'readMask' has '{path}', which is no field.");
                ErrorResponse::field("readMask", message).code("invalid_value")
            })?;
            names.push(field.name.to_owned());
        }
        Ok(Mask((!names.is_empty()).then_some(names)))
    }

    fn apply(&self, mut body: Value) -> Value {
        if let (Some(names), Some(members)) = (&self.0, body.as_object_mut()) {
            members.retain(|name, _| names.contains(name));
        }
        body
    }
}

/// A body with the members that the query's mask asks for.
pub(super) fn masked(
    call: &Call,
    table: &'static [Field],
    body: Value,
) -> Result<Value, ErrorResponse> {
    Ok(Mask::read(call, table)?.apply(body))
}
