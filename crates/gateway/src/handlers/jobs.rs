//! Handlers of jobs.

use axum::extract::{Extension, RawQuery, State};
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use unitune::providers::Draft;
use unitune::unify::{CreateRequest, Job};
use unitune::wire::duplicate_member;

use crate::api_error::ApiError;
use crate::caller::Caller;
use crate::job_list::{self, JobQuery, ListKey};
use crate::operations::IsBegun;
use crate::params::{self, Query};
use crate::path_id::JobId;
use crate::response::{RenderedList, json};
use crate::state::Gateway;

/// Handles `GET /fine_tuning/jobs`. Simultaneous requests of the same list
/// share one response.
pub async fn list(
    State(gateway): State<Gateway>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<RenderedList, ApiError> {
    let query = Query::parse(query.as_deref());
    let query = JobQuery {
        paging: query.paging(params::JOBS)?,
        metadata: query.metadata()?,
    };
    let key = ListKey::new(&caller.providers, &query, &caller.labels);
    let wait = gateway.config().effective_account_wait();
    let make = || async move { job_list::list(&caller.providers, query, wait).await };
    gateway.lists().share(key, make).await
}

/// Returns the response of one job; the schema requires a number as its time.
fn one(mut job: Job) -> Response {
    job.require_created_at();
    json(&job)
}

/// Handles `GET /fine_tuning/jobs/{id}`.
pub async fn retrieve(caller: Caller, JobId(id): JobId) -> Result<Response, ApiError> {
    Ok(one(caller.providers.retrieve(id).await?))
}

/// Handles `POST /fine_tuning/jobs`.
pub async fn create(
    State(gateway): State<Gateway>,
    Extension(is_begun): Extension<IsBegun>,
    caller: Caller,
    body: Bytes,
) -> Result<Response, ApiError> {
    let draft = Draft::from_request(parse(&body)?)
        .without_estimate()
        .import_timeout(gateway.config().import_timeout())
        .on_start(move || is_begun.set());
    let created = caller.providers.create(&draft).await;
    let created = created.map_err(|error| caller.not_created(&error))?;
    Ok(one(created.job))
}

/// Decodes a request; an error names the parameter.
fn parse(body: &[u8]) -> Result<CreateRequest, ApiError> {
    // Which of two members counts is for nobody to guess.
    if let Some(path) = duplicate_member(body) {
        let message = format!("invalid request: {path:?} is given more than once");
        return Err(ApiError::invalid(path, message));
    }
    let request: CreateRequest = serde_json::from_slice(body).map_err(|error| {
        let reason = error.to_string();
        let message = format!("invalid request: {reason}");
        match reason.split('`').nth(1) {
            Some("model") => ApiError::invalid("model", message),
            Some("training_file") => ApiError::invalid("training_file", message),
            _ => ApiError::new(StatusCode::BAD_REQUEST, message),
        }
    })?;
    for (param, text) in [
        ("model", &request.model),
        ("training_file", &request.training_file),
    ] {
        if text.trim().is_empty() {
            return Err(ApiError::invalid(
                param,
                format!("invalid {param}: it is empty"),
            ));
        }
    }
    Ok(request)
}

/// Handles `POST /fine_tuning/jobs/{id}/cancel`.
pub async fn cancel(caller: Caller, JobId(id): JobId) -> Result<Response, ApiError> {
    Ok(one(caller.providers.cancel(id).await?))
}

/// Handles `POST /fine_tuning/jobs/{id}/pause`.
pub async fn pause(caller: Caller, JobId(id): JobId) -> Result<Response, ApiError> {
    Ok(one(caller.providers.pause(id).await?))
}

/// Handles `POST /fine_tuning/jobs/{id}/resume`.
pub async fn resume(caller: Caller, JobId(id): JobId) -> Result<Response, ApiError> {
    Ok(one(caller.providers.resume(id).await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_body_names_the_parameter() {
        let param =
            |body: &str| parse(body.as_bytes()).unwrap_err().body()["error"]["param"].clone();
        assert_eq!(param(r#"{"training_file": "f"}"#), "model");
        assert_eq!(param(r#"{"model": "m"}"#), "training_file");
        assert_eq!(param(r#"{"model": "", "training_file": "f"}"#), "model");
        assert_eq!(
            param(r#"{"model": "m", "training_file": " "}"#),
            "training_file"
        );
        let doubled = |more: &str| format!(r#"{{"model": "m", "training_file": "f", {more}}}"#);
        for (more, path) in [
            (
                r#""hyperparameters": {"n_epochs": 1, "n_epochs": 2}"#,
                "hyperparameters.n_epochs",
            ),
            (r#""metadata": {"a": "b", "a": "b"}"#, "metadata.a"),
            (r#""own": [{"a": 1, "a": 1}]"#, "own.0.a"),
            (r#""model": "m""#, "model"),
            (r#""seed": 1, "seed": 1"#, "seed"),
        ] {
            assert_eq!(param(&doubled(more)), path);
        }
        assert!(param("{").is_null());
        assert!(param("[]").is_null());
        assert!(parse(br#"{"model": "m", "training_file": "f", "own": 1}"#).is_ok());
    }
}
