//! Answers in the gateway's form.

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use unitune::unify::File;

use crate::problem::Problem;
use crate::upstream::Warning;

/// Says how many warnings an answer carries, and of which accounts.
pub const WARNINGS: &str = "x-unitune-warnings";

/// A list, as OpenAI and the gateway write it.
#[derive(Debug, Serialize)]
pub struct List<T> {
    object: &'static str,
    data: Vec<T>,
    /// The ids of the first and of the last item, which OpenAI's lists of
    /// files and checkpoints have.
    first_id: Option<String>,
    last_id: Option<String>,
    has_more: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Warning>,
}

impl<T: Serialize> List<T> {
    /// A page of something.
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
    /// Written down, once for all who asked.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub fn render(&self) -> Result<Rendered, Problem> {
        Ok(Rendered {
            body: write(self)?,
            warnings: warnings_header(&self.warnings),
        })
    }
}

impl<T: Serialize> IntoResponse for List<T> {
    fn into_response(self) -> Response {
        self.render().into_response()
    }
}

/// A list as it is sent; cheap to clone.
#[derive(Clone, Debug)]
pub struct Rendered {
    body: Bytes,
    warnings: Option<HeaderValue>,
}

impl IntoResponse for Rendered {
    fn into_response(self) -> Response {
        let mut response = of_json(self.body);
        if let Some(value) = self.warnings {
            response.headers_mut().insert(WARNINGS, value);
        }
        response
    }
}

/// The accounts that the warnings are about, each with how many there are:
/// `openai failed; together 2`.
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
    let words = accounts.into_iter().map(|(name, count, failed)| {
        let plain = |c: char| if c.is_ascii_graphic() { c } else { '_' };
        let name: String = name.chars().map(plain).collect();
        match failed {
            true => format!("{name} failed"),
            false => format!("{name} {count}"),
        }
    });
    HeaderValue::from_str(&words.collect::<Vec<_>>().join("; ")).ok()
}

/// Something as a JSON answer.
pub fn json<T: Serialize>(value: &T) -> Response {
    write(value).map(of_json).into_response()
}

fn write<T: Serialize>(value: &T) -> Result<Bytes, Problem> {
    // Lists of 20 jobs have about so much.
    let mut body = Vec::with_capacity(16 << 10);
    match serde_json::to_writer(&mut body, value) {
        Ok(()) => Ok(body.into()),
        Err(error) => {
            tracing::error!(%error, "an answer cannot be written");
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            Err(Problem::new(status, "the answer cannot be written"))
        }
    }
}

fn of_json(body: Bytes) -> Response {
    let mut response = body.into_response();
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

/// A file as the gateway's schema has it: its name is a text or absent.
#[derive(Debug, Serialize)]
pub struct FileAnswer(#[serde(serialize_with = "without_null_name")] pub File);

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
            warning("together", false),
            warning("openai", true),
            warning("together", false),
            warning("süd\r\n", false),
        ];
        assert_eq!(
            warnings_header(&warnings).unwrap(),
            "together 2; openai failed; s_d__ 1"
        );
        assert_eq!(warnings_header(&[]), None);
    }

    #[test]
    fn a_list_without_warnings_does_not_speak_of_them() {
        let list = List::new(vec!["a", "b"], true, Vec::new(), |s| s);
        assert_eq!(
            serde_json::to_value(&list).unwrap(),
            serde_json::json!({"object": "list", "data": ["a", "b"], "first_id": "a",
                "last_id": "b", "has_more": true})
        );
    }
}
