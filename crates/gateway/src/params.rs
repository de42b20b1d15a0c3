//! Request parameters: the query, the published headers, and ids.

use std::collections::BTreeMap;

use http::HeaderMap;
use unitune::transport::CallOptions;
use unitune::wire::DeepObject;

use crate::api_error::ApiError;

/// The name of the header that selects the account.
pub const PROVIDER_NAME: &str = "x-tfy-provider-name";
/// The name of the form field that selects the account of an upload.
pub const ACCOUNT_FIELD: &str = "account";
/// The name of the header with the caller's metadata.
pub const METADATA: &str = "x-tfy-metadata";
/// The name of the header with the storage bucket.
pub const BUCKET: &str = "x-tfy-vertex-storage-bucket-name";
/// The name of the header with the provider's name of the model.
pub const PROVIDER_MODEL: &str = "x-tfy-provider-model";
/// The name of the header with the purpose of a file.
pub const FILE_PURPOSE: &str = "x-tfy-file-purpose";
/// The longest id, in characters.
pub const ID_LIMIT: usize = 512;

/// The limits of a page's size.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// The size if the caller gives none.
    pub default: usize,
    /// The largest size.
    pub max: usize,
}

/// Page sizes of jobs and events.
pub const JOBS: Bounds = Bounds {
    default: 20,
    max: 100,
};
/// Page sizes of checkpoints.
pub const CHECKPOINTS: Bounds = Bounds {
    default: 10,
    max: 100,
};
/// Page sizes of files.
pub const FILES: Bounds = Bounds {
    default: 10_000,
    max: 10_000,
};

/// The parameters of a query string.
#[derive(Clone, Debug, Default)]
pub struct Query(Vec<(String, String)>);

/// The page that a request selects.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Paging {
    /// The id of the last item of the page before.
    pub after: Option<String>,
    /// The most items of the page.
    pub limit: usize,
}

impl Query {
    /// Parses a query string. Bytes that are not UTF-8 become a replacement
    /// character, which no name, id or number contains.
    pub fn parse(query: Option<&str>) -> Self {
        let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        Self(pairs.into_owned().collect())
    }

    /// Returns the value of a parameter that may be given once.
    ///
    /// # Errors
    ///
    /// 400: it is given twice, with different values.
    pub fn one(&self, name: &'static str) -> Result<Option<&str>, ApiError> {
        let mut values = self.0.iter().filter(|(key, _)| key == name);
        let Some((_, first)) = values.next() else {
            return Ok(None);
        };
        if values.any(|(_, other)| other != first) {
            return Err(ApiError::invalid(
                name,
                format!("{name} is given more than once"),
            ));
        }
        Ok(Some(first))
    }

    /// Reads `after` and `limit`.
    ///
    /// # Errors
    ///
    /// 400: one of them is invalid.
    pub fn paging(&self, bounds: Bounds) -> Result<Paging, ApiError> {
        let limit = match self.one("limit")? {
            None => bounds.default,
            Some(text) => {
                let number = text.parse().ok().filter(|n| (1..=bounds.max).contains(n));
                number.ok_or_else(|| {
                    let shown: String = text.chars().take(20).collect();
                    ApiError::invalid(
                        "limit",
                        format!(
                            "invalid value {shown:?} for limit: expected an integer from 1 to {}",
                            bounds.max
                        ),
                    )
                })?
            }
        };
        let after = self.one("after")?.filter(|id| !id.is_empty());
        let after = after.map(|text| id("after", text)).transpose()?;
        Ok(Paging { after, limit })
    }

    /// Reads `metadata[k]=v`, any number of them, or `metadata=null`.
    ///
    /// # Errors
    ///
    /// 400: it is neither.
    pub fn metadata(&self) -> Result<Option<DeepObject>, ApiError> {
        let mut pairs: BTreeMap<&str, &str> = BTreeMap::new();
        let mut null = false;
        for (name, value) in &self.0 {
            if name == "metadata" {
                if value != "null" {
                    return Err(metadata_form());
                }
                null = true;
            } else if let Some(rest) = name.strip_prefix("metadata[") {
                let key = rest.strip_suffix(']').filter(|key| !key.is_empty());
                let key = key.ok_or_else(metadata_form)?;
                if pairs.insert(key, value).is_some_and(|other| other != value) {
                    return Err(ApiError::invalid(
                        "metadata",
                        format!("metadata[{key}] is given more than once"),
                    ));
                }
            }
        }
        match (null, pairs.is_empty()) {
            (true, true) => Ok(Some(DeepObject::null())),
            (true, false) => Err(metadata_form()),
            (false, true) => Ok(None),
            (false, false) => Ok(Some(pairs.into_iter().collect())),
        }
    }

    /// Reads a parameter that is `true` or `false`; the default is `false`.
    ///
    /// # Errors
    ///
    /// 400: it is neither `true` nor `false`.
    pub fn flag(&self, name: &'static str) -> Result<bool, ApiError> {
        match self.one(name)? {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(ApiError::invalid(
                name,
                format!("invalid value for {name}: expected true or false"),
            )),
        }
    }
}

fn metadata_form() -> ApiError {
    ApiError::invalid(
        "metadata",
        "invalid value for metadata: expected metadata[key]=value or metadata=null",
    )
}

/// Returns the pattern of the ids that [`id`] accepts: segments without spaces,
/// control characters and % \ ? #, none of which is empty, . or ..
pub fn id_pattern() -> String {
    let forbidden =
        r"\u0000-\u0020#%?\\\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000";
    let any = format!("[^/{forbidden}]");
    let segment = format!(r"(?:\.{{0,2}}[^./{forbidden}]{any}*|\.{{3,}}{any}*)");
    format!("^{segment}(?:/{segment})*$")
}

/// Checks that an id can be part of an upstream's path without becoming another
/// path, there or at a proxy on the way that decodes it.
///
/// # Errors
///
/// 400: it cannot.
pub fn id(param: &'static str, text: &str) -> Result<String, ApiError> {
    let is_forbidden = |c: char| c.is_control() || c.is_whitespace() || "%\\?#".contains(c);
    let is_step = |segment: &str| matches!(segment, "" | "." | "..");
    let reason = if text.chars().nth(ID_LIMIT).is_some() {
        "it is longer than 512 characters"
    } else if text.chars().any(is_forbidden) {
        "it contains a space, a control character, or one of % \\ ? #"
    } else if text.split('/').any(is_step) {
        "it has a path segment that is empty, . or .."
    } else {
        return Ok(text.to_owned());
    };
    Err(ApiError::invalid(
        param,
        format!("invalid {param}: {reason}"),
    ))
}

/// The published headers that are passed to the accounts, as labels of calls.
const LABELS: [&str; 4] = [METADATA, BUCKET, PROVIDER_MODEL, FILE_PURPOSE];

/// The labels of a request: the headers' names and values. The vendors that
/// have these headers get them, and the others do not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Labels(Vec<(&'static str, String)>);

impl Labels {
    /// Returns what sets them for calls, if there are any.
    pub fn options(&self) -> Option<CallOptions> {
        let labelled = |options: CallOptions, (name, value): &(&'static str, String)| {
            options.label(*name, value)
        };
        let labels = self.0.iter();
        (!self.0.is_empty()).then(|| labels.fold(CallOptions::new(), labelled))
    }
}

/// The published `x-tfy-*` headers of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TfyHeaders {
    /// The name of the account, of this gateway and not of one behind it.
    pub provider_name: Option<String>,
    /// The others.
    pub labels: Labels,
}

impl TfyHeaders {
    /// Reads the headers.
    ///
    /// # Errors
    ///
    /// 400: one is not visible ASCII, is given twice, or is not the JSON that it
    /// should be.
    pub fn parse(headers: &HeaderMap) -> Result<Self, ApiError> {
        let mut labels = Vec::new();
        for name in LABELS {
            let Some(value) = text(headers, name)? else {
                continue;
            };
            if name == METADATA {
                check_metadata(&value)?;
            }
            if !value.is_empty() {
                labels.push((name, value));
            }
        }
        let provider_name = text(headers, PROVIDER_NAME)?;
        Ok(Self {
            provider_name: provider_name.filter(|name| !name.is_empty()),
            labels: Labels(labels),
        })
    }
}

fn check_metadata(json: &str) -> Result<(), ApiError> {
    match serde_json::from_str::<BTreeMap<String, String>>(json) {
        Ok(_) => Ok(()),
        Err(_) => Err(ApiError::invalid(
            METADATA,
            format!("invalid {METADATA}: expected a JSON object whose values are strings"),
        )),
    }
}

fn text(headers: &HeaderMap, name: &'static str) -> Result<Option<String>, ApiError> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(ApiError::invalid(
            name,
            format!("{name} is given more than once"),
        ));
    }
    // `to_str` accepts tabs.
    let visible = value.to_str().ok().filter(|text| !text.contains('\t'));
    let visible = visible.ok_or_else(|| {
        ApiError::invalid(
            name,
            format!("invalid {name}: expected visible ASCII characters"),
        )
    })?;
    Ok(Some(visible.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Query {
        Query::parse(Some(text))
    }

    #[test]
    fn limits() {
        let limit = |text: &str| query(text).paging(JOBS).map(|p| p.limit);
        assert_eq!(limit(""), Ok(20));
        assert_eq!(limit("limit=1"), Ok(1));
        assert_eq!(limit("limit=100"), Ok(100));
        for bad in ["0", "101", "abc", "", "-1", "1.5", "99999999999999999999"] {
            let error = limit(&format!("limit={bad}")).unwrap_err();
            assert_eq!(error.body()["error"]["param"], "limit", "{bad}");
        }
        assert!(limit("limit=1&limit=2").is_err());
    }

    #[test]
    fn metadata_in_both_forms() {
        let metadata = |text: &str| query(text).metadata();
        assert_eq!(metadata("x=1"), Ok(None));
        assert_eq!(metadata("metadata=null"), Ok(Some(DeepObject::null())));
        assert_eq!(
            metadata("metadata%5Bowner%5D=ada+l&metadata[team]=a%3Db"),
            Ok(Some(
                DeepObject::new().with("owner", "ada l").with("team", "a=b")
            ))
        );
        for bad in [
            "metadata=x",
            "metadata=",
            "metadata[]=x",
            "metadata[a=x",
            "metadata[a]=1&metadata=null",
            "metadata[a]=1&metadata[a]=2",
        ] {
            let error = metadata(bad).unwrap_err();
            assert_eq!(error.body()["error"]["param"], "metadata", "{bad}");
        }
    }

    #[test]
    fn ids_that_could_become_another_path_are_rejected() {
        for good in [
            "ftjob-1",
            "ft-8bc4cb28-44c6",
            "projects/7/jobs/1",
            "ft:gpt:x",
        ] {
            assert!(id("after", good).is_ok(), "{good}");
        }
        let long = "x".repeat(600);
        for bad in [
            "..", ".", "", "../files", "a/../b", "a//b", "/a", "a\\b", "a%2fb", "a?b", "a#b",
            "a\r\nb", "a b", &long,
        ] {
            assert!(id("after", bad).is_err(), "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn the_pattern_accepts_what_the_check_accepts(
            text in r"[./a-z%\\?# \x00\x7f\u{85}\u{a0}\u{3000}é\u{1f600}]{0,6}"
        ) {
            let schema = serde_json::json!({"pattern": id_pattern()});
            let matches = jsonschema::draft202012::new(&schema).unwrap();
            let matches = matches.is_valid(&text.as_str().into());
            proptest::prop_assert_eq!(matches, id("after", &text).is_ok());
        }
    }

    #[test]
    fn headers_are_read_and_checked() {
        let mut headers = HeaderMap::new();
        headers.insert(PROVIDER_NAME, "main-1".parse().unwrap());
        headers.insert(METADATA, r#"{"team":"a"}"#.parse().unwrap());
        let read = TfyHeaders::parse(&headers).unwrap();
        assert_eq!(read.provider_name.as_deref(), Some("main-1"));
        let options = read.labels.options().unwrap();
        assert_eq!(options.get_label(METADATA), Some(r#"{"team":"a"}"#));
        assert_eq!(options.get_label(PROVIDER_NAME), None);
        assert!(Labels::default().options().is_none());
        for bad in [
            "x",
            "[]",
            r#"{"a":1}"#,
            r#"{"a":{"b":"c"}}"#,
            "null",
            "\"a\"",
        ] {
            headers.insert(METADATA, bad.parse().unwrap());
            let error = TfyHeaders::parse(&headers).err().unwrap();
            assert_eq!(error.body()["error"]["param"], METADATA, "{bad}");
        }
    }
}
