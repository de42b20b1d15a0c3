//! A job's metadata: pairs of texts that the caller sets, and filters on them.

use super::{Call, ErrorResponse, Fields};

/// Reads the field `metadata`: at most 16 pairs of texts.
pub(crate) fn metadata(fields: &Fields<'_>) -> Result<Vec<(String, String)>, ErrorResponse> {
    let Some(metadata) = fields.object("metadata")? else {
        return Ok(Vec::new());
    };
    let mut pairs = Vec::new();
    for (key, _) in metadata.entries() {
        let value = metadata.required_text(key)?;
        if key.chars().count() > 64 || value.chars().count() > 512 || pairs.len() >= 16 {
            let message =
                "'metadata' takes at most 16 pairs, keys of 64 and values of 512 characters.";
            return Err(fields
                .error_response("metadata", message)
                .code("invalid_value"));
        }
        pairs.push((key.clone(), value.to_owned()));
    }
    Ok(pairs)
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
