//! Reads what a caller asked for: query, headers, ids. Nothing here does I/O.

use std::borrow::Cow;
use std::collections::BTreeMap;

use http::HeaderMap;
use unitune::wire::DeepObject;

use crate::problem::Problem;

/// The name of the header that selects the account.
pub const PROVIDER_NAME: &str = "x-tfy-provider-name";
/// The name of the header with the caller's labels.
pub const METADATA: &str = "x-tfy-metadata";
/// The longest id that is looked up.
const ID_LIMIT: usize = 512;

/// How many of something a page holds.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Without a word from the caller.
    pub default: usize,
    /// At most.
    pub max: usize,
}

/// Of jobs and of events.
pub const JOBS: Bounds = Bounds {
    default: 20,
    max: 100,
};
/// Of checkpoints.
pub const CHECKPOINTS: Bounds = Bounds {
    default: 10,
    max: 100,
};
/// Of files.
pub const FILES: Bounds = Bounds {
    default: 10_000,
    max: 10_000,
};

/// The pairs of a query.
#[derive(Clone, Debug, Default)]
pub struct Query(Vec<(String, String)>);

/// Which page is meant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Paging {
    /// The id of the last item of the page before.
    pub after: Option<String>,
    /// At most this many.
    pub limit: usize,
}

impl Query {
    /// Takes a query apart; a space may be `+`, and what is not UTF-8 becomes
    /// a replacement character, which no name, id or number has.
    pub fn parse(query: Option<&str>) -> Self {
        let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        Self(pairs.into_owned().collect())
    }

    /// The value of a parameter that may stand once.
    ///
    /// # Errors
    ///
    /// It stands there twice, with different values.
    pub fn one(&self, name: &'static str) -> Result<Option<&str>, Problem> {
        let mut values = self.0.iter().filter(|(key, _)| key == name);
        let Some((_, first)) = values.next() else {
            return Ok(None);
        };
        if values.any(|(_, other)| other != first) {
            return Err(Problem::invalid(
                name,
                format!("{name} is given more than once"),
            ));
        }
        Ok(Some(first))
    }

    /// `after` and `limit`.
    ///
    /// # Errors
    ///
    /// 400, naming the parameter at fault.
    pub fn paging(&self, bounds: Bounds) -> Result<Paging, Problem> {
        let limit = match self.one("limit")? {
            None => bounds.default,
            Some(text) => {
                let number = text.parse().ok().filter(|n| (1..=bounds.max).contains(n));
                number.ok_or_else(|| {
                    let shown: String = text.chars().take(20).collect();
                    Problem::invalid(
                        "limit",
                        format!(
                            "limit is {shown:?}, and must be a whole number from 1 to {}",
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

    /// `metadata[k]=v`, any number of them, or `metadata=null`.
    ///
    /// # Errors
    ///
    /// 400: it is neither.
    pub fn metadata(&self) -> Result<Option<DeepObject>, Problem> {
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
                    return Err(Problem::invalid(
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

    /// True for `name=true`.
    ///
    /// # Errors
    ///
    /// 400: it is neither `true` nor `false`.
    pub fn flag(&self, name: &'static str) -> Result<bool, Problem> {
        match self.one(name)? {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(Problem::invalid(
                name,
                format!("{name} must be true or false"),
            )),
        }
    }
}

fn metadata_form() -> Problem {
    Problem::invalid(
        "metadata",
        "metadata must be given as metadata[key]=value, or as metadata=null",
    )
}

/// An id that can stand in an upstream's path without becoming another path,
/// there or at any proxy on the way that decodes it.
///
/// # Errors
///
/// 400, naming the parameter.
pub fn id(param: &'static str, text: &str) -> Result<String, Problem> {
    let is_strange = |c: char| c.is_control() || c.is_whitespace() || "%\\?#".contains(c);
    let is_step = |segment: &str| matches!(segment, "" | "." | "..");
    if text.len() > ID_LIMIT || text.chars().any(is_strange) || text.split('/').any(is_step) {
        return Err(Problem::invalid(param, format!("{param} cannot be an id")));
    }
    Ok(text.to_owned())
}

/// The published `x-tfy-*` headers of one request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TfyHeaders {
    /// Selects the account; of this gateway, and not of one behind it.
    pub provider_name: Option<String>,
    /// A JSON object of strings, as it came.
    pub metadata: Option<String>,
    /// For accounts at Vertex AI behind a TrueFoundry account.
    pub bucket: Option<String>,
    /// For a TrueFoundry account.
    pub provider_model: Option<String>,
    /// For a TrueFoundry account.
    pub file_purpose: Option<String>,
}

impl TfyHeaders {
    /// Reads the five.
    ///
    /// # Errors
    ///
    /// 400, naming the header: it is not visible ASCII, stands twice, or is not
    /// the JSON that it should be.
    pub fn parse(headers: &HeaderMap) -> Result<Self, Problem> {
        let metadata = text(headers, METADATA)?;
        if let Some(json) = &metadata
            && serde_json::from_str::<BTreeMap<String, String>>(json).is_err()
        {
            return Err(Problem::invalid(
                METADATA,
                format!("{METADATA} must be a JSON object whose values are strings"),
            ));
        }
        Ok(Self {
            provider_name: text(headers, PROVIDER_NAME)?,
            metadata,
            bucket: text(headers, "x-tfy-vertex-storage-bucket-name")?,
            provider_model: text(headers, "x-tfy-provider-model")?,
            file_purpose: text(headers, "x-tfy-file-purpose")?,
        })
    }
}

fn text(headers: &HeaderMap, name: &'static str) -> Result<Option<String>, Problem> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(Problem::invalid(
            name,
            format!("{name} is given more than once"),
        ));
    }
    let value = value.to_str().map_err(|_| {
        Problem::invalid(
            name,
            format!("{name} holds characters that cannot be passed on"),
        )
    })?;
    Ok(Some(value.trim().to_owned()).filter(|v| !v.is_empty()))
}

/// A model's name without the account before it: `account/model`.
pub fn split_model<'m>(model: &'m str, accounts: &[&str]) -> (Option<&'m str>, Cow<'m, str>) {
    match model.split_once('/') {
        Some((account, rest)) if accounts.contains(&account) && !rest.is_empty() => {
            (Some(account), Cow::Borrowed(rest))
        }
        _ => (None, Cow::Borrowed(model)),
    }
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
            let problem = limit(&format!("limit={bad}")).unwrap_err();
            assert_eq!(problem.body()["error"]["param"], "limit", "{bad}");
            assert_eq!(problem.status(), 400);
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
            let problem = metadata(bad).unwrap_err();
            assert_eq!(problem.body()["error"]["param"], "metadata", "{bad}");
        }
    }

    #[test]
    fn ids_that_would_be_another_path_are_refused() {
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

    #[test]
    fn headers_are_read_and_checked() {
        let mut headers = HeaderMap::new();
        headers.insert(PROVIDER_NAME, "openai-main".parse().unwrap());
        headers.insert(METADATA, r#"{"team":"a"}"#.parse().unwrap());
        let read = TfyHeaders::parse(&headers).unwrap();
        assert_eq!(read.provider_name.as_deref(), Some("openai-main"));
        assert_eq!(read.metadata.as_deref(), Some(r#"{"team":"a"}"#));
        for bad in [
            "x",
            "[]",
            r#"{"a":1}"#,
            r#"{"a":{"b":"c"}}"#,
            "null",
            "\"a\"",
        ] {
            headers.insert(METADATA, bad.parse().unwrap());
            let problem = TfyHeaders::parse(&headers).err().unwrap();
            assert_eq!(problem.body()["error"]["param"], METADATA, "{bad}");
        }
    }

    #[test]
    fn a_model_may_name_its_account() {
        let accounts = ["openai-main", "together"];
        let split = |model| split_model(model, &accounts);
        assert_eq!(
            split("openai-main/gpt-4o"),
            (Some("openai-main"), "gpt-4o".into())
        );
        assert_eq!(split("meta-llama/L"), (None, "meta-llama/L".into()));
        assert_eq!(
            split("together/meta-llama/L"),
            (Some("together"), "meta-llama/L".into())
        );
        assert_eq!(split("gpt-4o"), (None, "gpt-4o".into()));
        assert_eq!(split("together/"), (None, "together/".into()));
    }
}
