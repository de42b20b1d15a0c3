//! Pages of a list: after the item with the id `after`, at most `limit` items, and whether more follow.

use super::{Call, ErrorResponse};

/// What `limit` may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) default: usize,
    pub(crate) max: usize,
}

/// One page of `all`, which is in the order of the answer, and whether more follows.
pub(crate) fn page<'a, T>(
    call: &Call,
    bounds: Bounds,
    all: Vec<&'a T>,
    id: impl Fn(&T) -> &str,
) -> Result<(Vec<&'a T>, bool), ErrorResponse> {
    let limit = limit(call, bounds)?;
    let start = match call.query("after").filter(|after| !after.is_empty()) {
        None => 0,
        Some(after) => {
            let found = all.iter().position(|item| id(item) == after);
            1 + found.ok_or_else(|| {
                let message =
                    format!("No item of this list has the id '{after}' that 'after' names.");
                ErrorResponse::field("after", message)
            })?
        }
    };
    let has_more = all.len() > start.saturating_add(limit);
    Ok((all.into_iter().skip(start).take(limit).collect(), has_more))
}

fn limit(call: &Call, bounds: Bounds) -> Result<usize, ErrorResponse> {
    let Some(text) = call.query("limit") else {
        return Ok(bounds.default);
    };
    let wrong = |what: &str, code| {
        let message = format!(
            "'limit' is {what}: expected an integer from 1 to {}.",
            bounds.max
        );
        Err(ErrorResponse::field("limit", message).code(code))
    };
    match text.parse::<i64>() {
        Err(_) => wrong("not an integer", "invalid_type"),
        Ok(limit) if limit < 1 => wrong("too small", "integer_below_min_value"),
        Ok(limit) if limit > bounds.max as i64 => wrong("too large", "integer_above_max_value"),
        Ok(limit) => Ok(limit as usize),
    }
}
