//! Successful responses: lists, files and other JSON.

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use unitune::providers;
use unitune::unify::{File, FileObject};

use crate::api_error::ApiError;

/// The header that counts a list's warnings, by account.
pub const WARNINGS: &str = "x-unitune-warnings";

/// Something that a list could not show, or that its reader has to know.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Warning {
    /// The account that it happened at.
    pub account: String,
    /// True when the account itself failed, so that something of it is missing.
    pub account_failed: bool,
    /// The id of what it is about, where it is about one thing.
    pub job: Option<String>,
    /// What happened.
    pub message: String,
}

impl From<&providers::Warning> for Warning {
    fn from(warning: &providers::Warning) -> Self {
        let message = match &warning.error {
            // The error's own message could name an internal address.
            Some(error) => ApiError::from(&**error).message().to_owned(),
            None if warning.is_about_item() => format!("left out: {}", warning.message),
            None => warning.message.clone(),
        };
        Self {
            account: warning.account.clone(),
            account_failed: warning.account_failed,
            job: warning.job.clone(),
            message,
        }
    }
}

/// A page of a list, as OpenAI and the gateway write it.
#[derive(Debug, Serialize)]
pub struct List<T> {
    object: &'static str,
    data: Vec<T>,
    /// The ids of the first and the last item, as in OpenAI's lists of files and
    /// checkpoints.
    first_id: Option<String>,
    last_id: Option<String>,
    has_more: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Warning>,
}

impl<T: Serialize> List<T> {
    /// Creates a page.
    pub fn new(data: Vec<T>, has_more: bool, warnings: Vec<Warning>, id: fn(&T) -> &str) -> Self {
        let owned = |item: &T| id(item).to_owned();
        Self {
            object: "list",
            first_id: data.first().map(owned),
            last_id: data.last().map(owned),
            data,
            has_more,
            warnings,
        }
    }
}

impl<T: Serialize> List<T> {
    /// Serialises the page, once for all callers that share it.
    ///
    /// # Errors
    ///
    /// It cannot be serialised.
    pub fn render(&self) -> Result<RenderedList, ApiError> {
        Ok(RenderedList {
            body: serialise(self)?,
            warnings: warnings_header(&self.warnings),
        })
    }
}

impl<T: Serialize> IntoResponse for List<T> {
    fn into_response(self) -> Response {
        self.render().into_response()
    }
}

/// A serialised page; cheap to clone.
#[derive(Clone, Debug)]
pub struct RenderedList {
    body: Bytes,
    warnings: Option<HeaderValue>,
}

impl IntoResponse for RenderedList {
    fn into_response(self) -> Response {
        let mut response = json_response(self.body);
        if let Some(value) = self.warnings {
            response.headers_mut().insert(WARNINGS, value);
        }
        response
    }
}

/// Returns the accounts that have warnings, each with their number:
/// `main failed; second 2`.
fn warnings_header(warnings: &[Warning]) -> Option<HeaderValue> {
    let mut accounts: Vec<(&str, usize, bool)> = Vec::new();
    for warning in warnings {
        match accounts
            .iter_mut()
            .find(|(name, ..)| *name == warning.account)
        {
            Some((_, count, failed)) => {
                *count += 1;
                *failed |= warning.account_failed;
            }
            None => accounts.push((&warning.account, 1, warning.account_failed)),
        }
    }
    if accounts.is_empty() {
        return None;
    }
    let counts = accounts.into_iter().map(|(name, count, failed)| {
        let plain = |c: char| if c.is_ascii_graphic() { c } else { '_' };
        let name: String = name.chars().map(plain).collect();
        match failed {
            true => format!("{name} failed"),
            false => format!("{name} {count}"),
        }
    });
    HeaderValue::from_str(&counts.collect::<Vec<_>>().join("; ")).ok()
}

/// Returns a JSON response.
pub fn json<T: Serialize>(value: &T) -> Response {
    serialise(value).map(json_response).into_response()
}

fn serialise<T: Serialize>(value: &T) -> Result<Bytes, ApiError> {
    // The size of a list of 20 jobs.
    let mut body = Vec::with_capacity(16 << 10);
    match serde_json::to_writer(&mut body, value) {
        Ok(()) => Ok(body.into()),
        Err(error) => {
            tracing::error!(%error, "a response cannot be serialised");
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            Err(ApiError::new(status, "internal error"))
        }
    }
}

fn json_response(body: Bytes) -> Response {
    let mut response = body.into_response();
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

/// Confirms that a file is gone.
#[derive(Clone, Debug, Serialize)]
pub struct DeletedFile {
    /// The file that was deleted.
    pub id: String,
    /// Always `file`.
    pub object: FileObject,
    /// Always true: otherwise there is an error.
    pub deleted: bool,
}

/// A file as in the gateway's schema: its name is a string or absent.
#[derive(Debug, Serialize)]
pub struct FileBody(#[serde(serialize_with = "without_null_name")] pub File);

fn without_null_name<S: serde::Serializer>(file: &File, serializer: S) -> Result<S::Ok, S::Error> {
    if file.filename.is_some() {
        return file.serialize(serializer);
    }
    let mut value = serde_json::to_value(file).map_err(serde::ser::Error::custom)?;
    if let Some(members) = value.as_object_mut() {
        members.remove("filename");
    }
    value.serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warning(account: &str, account_failed: bool) -> Warning {
        Warning {
            account: account.to_owned(),
            account_failed,
            job: None,
            message: "m".to_owned(),
        }
    }

    #[test]
    fn the_header_names_each_account_once() {
        let warnings = [
            warning("second", false),
            warning("main", true),
            warning("second", false),
            warning("süd\r\n", false),
        ];
        assert_eq!(
            warnings_header(&warnings).unwrap(),
            "second 2; main failed; s_d__ 1"
        );
        assert_eq!(warnings_header(&[]), None);
    }

    #[test]
    fn a_warning_names_no_address() {
        let error = unitune::Error::new(unitune::ErrorKind::Connect, "10.0.0.1 refuses");
        let error = error.at_account("main");
        let shown = Warning::from(&providers::Warning::account("main", error));
        assert_eq!(shown.message, "main could not be reached");
        let item = providers::Warning::job("main", Some("j"), "it has no id", None);
        assert_eq!(Warning::from(&item).message, "left out: it has no id");
    }

    #[test]
    fn a_list_without_warnings_has_no_such_member() {
        let list = List::new(vec!["a", "b"], true, Vec::new(), |s| s);
        assert_eq!(
            serde_json::to_value(&list).unwrap(),
            serde_json::json!({"object": "list", "data": ["a", "b"], "first_id": "a",
                "last_id": "b", "has_more": true})
        );
    }
}
