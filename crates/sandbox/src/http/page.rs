//! OpenAI's way of paging: newest first, `after` an id, at most `limit`, and `has_more`.

use super::{Call, Refusal};

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
) -> Result<(Vec<&'a T>, bool), Refusal> {
    let limit = limit(call, bounds)?;
    let start = match call.query("after").filter(|after| !after.is_empty()) {
        None => 0,
        Some(after) => {
            let found = all.iter().position(|item| id(item) == after);
            1 + found.ok_or_else(|| {
                let message =
                    format!("No item of this list has the id '{after}' that 'after' names.");
                Refusal::field("after", message)
            })?
        }
    };
    let has_more = all.len() > start.saturating_add(limit);
    Ok((all.into_iter().skip(start).take(limit).collect(), has_more))
}

fn limit(call: &Call, bounds: Bounds) -> Result<usize, Refusal> {
    let Some(text) = call.query("limit") else {
        return Ok(bounds.default);
    };
    let wrong = |what: &str, code| {
        let message = format!(
            "'limit' is {what}: expected an integer from 1 to {}.",
            bounds.max
        );
        Err(Refusal::field("limit", message).code(code))
    };
    match text.parse::<i64>() {
        Err(_) => wrong("not an integer", "invalid_type"),
        Ok(limit) if limit < 1 => wrong("too small", "integer_below_min_value"),
        Ok(limit) if limit > bounds.max as i64 => wrong("too large", "integer_above_max_value"),
        Ok(limit) => Ok(limit as usize),
    }
}

/// `metadata[k]=v` pairs, or `metadata=null`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MetadataFilter {
    /// Every job.
    Any,
    /// Jobs without metadata.
    None,
    /// Jobs that hold all of these pairs.
    Pairs(Vec<(String, String)>),
}

impl MetadataFilter {
    /// Reads the filter of a request.
    pub(crate) fn read(call: &Call) -> MetadataFilter {
        let key = |name: &str| -> Option<String> {
            let key = name.strip_prefix("metadata[")?.strip_suffix(']')?;
            Some(key.to_owned())
        };
        let pairs: Vec<(String, String)> = call
            .query
            .iter()
            .filter_map(|(name, value)| Some((key(name)?, value.clone())))
            .collect();
        if !pairs.is_empty() {
            return MetadataFilter::Pairs(pairs);
        }
        match call.query("metadata") {
            Some("null") => MetadataFilter::None,
            _ => MetadataFilter::Any,
        }
    }

    /// Whether a job with this metadata is asked for.
    pub(crate) fn matches(&self, metadata: &[(String, String)]) -> bool {
        match self {
            MetadataFilter::Any => true,
            MetadataFilter::None => metadata.is_empty(),
            MetadataFilter::Pairs(pairs) => pairs.iter().all(|pair| metadata.contains(pair)),
        }
    }
}
