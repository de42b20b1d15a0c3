//! Handlers of jobs.

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Path, RawQuery, State};
use axum::response::Response;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use std::sync::Arc;
use unitune::unify::{CreateRequest, Job};

use crate::answer::{List, Rendered, json};
use crate::caller::Caller;
use crate::params::{self, Query};
use crate::problem::Problem;
use crate::state::Gateway;
use crate::upstream::{self, JobQuery, ListKey, Upstream};

/// The id in a job's path.
pub struct JobId(pub String);

impl<S: Send + Sync> FromRequestParts<S> for JobId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        path_id(parts, state, "fine_tuning_job_id").await.map(Self)
    }
}

/// The id in a path.
pub async fn path_id<S: Send + Sync>(
    parts: &mut Parts,
    state: &S,
    param: &'static str,
) -> Result<String, Problem> {
    let path = Path::<String>::from_request_parts(parts, state).await;
    let Path(text) = path.map_err(|_| {
        Problem::invalid(param, format!("{param} cannot be an id: it is not UTF-8"))
    })?;
    params::id(param, &text)
}

/// `GET /fine_tuning/jobs`. Whoever asks for the same list at the same time is
/// given the same answer.
pub async fn list(
    State(gateway): State<Gateway>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Rendered, Problem> {
    let query = Query::parse(query.as_deref());
    let query = JobQuery {
        paging: query.paging(params::JOBS)?,
        metadata: query.metadata()?,
    };
    let key = ListKey::new(caller.accounts(), &query, &caller.headers);
    let asked = || async move {
        let listed = upstream::list(caller.accounts(), &query, &caller.headers).await?;
        let (jobs, warnings) = (listed.jobs, listed.warnings);
        List::new(jobs, listed.has_more, warnings, |job: &Job| &job.id).render()
    };
    gateway.lists().share(key, asked).await
}

/// `GET /fine_tuning/jobs/{id}`
pub async fn retrieve(caller: Caller, JobId(id): JobId) -> Result<Response, Problem> {
    let (_, job) = upstream::owner(caller.accounts(), &id, &caller.headers).await?;
    Ok(json(&job))
}

/// `POST /fine_tuning/jobs`
pub async fn create(
    State(gateway): State<Gateway>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let body = read_json(&headers, body, gateway.config().max_body_bytes).await?;
    let mut request: CreateRequest = parse(&body)?;
    let (account, model) = caller.account_of_model(&request.model)?;
    request.model = model;
    Ok(json(&account.create(request, &caller.headers).await?))
}

async fn read_json(
    headers: &HeaderMap,
    body: Body,
    limit: usize,
) -> Result<axum::body::Bytes, Problem> {
    let media_type = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let media_type = media_type.unwrap_or_default().split(';').next();
    if !media_type.is_some_and(|m| m.trim().eq_ignore_ascii_case("application/json")) {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the body must be JSON, and say so: content-type: application/json",
        ));
    }
    to_bytes(body, limit).await.map_err(|_| {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("the body breaks off, or has more than {limit} bytes"),
        )
    })
}

/// The request; what is wrong with it, if something is, names the parameter.
fn parse(body: &[u8]) -> Result<CreateRequest, Problem> {
    let request: CreateRequest = serde_json::from_slice(body).map_err(|error| {
        let reason = error.to_string();
        let message = format!("the body is not a request to start a job: {reason}");
        match reason.split('`').nth(1) {
            Some("model") => Problem::invalid("model", message),
            Some("training_file") => Problem::invalid("training_file", message),
            _ => Problem::new(StatusCode::BAD_REQUEST, message),
        }
    })?;
    for (param, text) in [
        ("model", &request.model),
        ("training_file", &request.training_file),
    ] {
        if text.is_empty() {
            return Err(Problem::invalid(param, format!("{param} is empty")));
        }
    }
    Ok(request)
}

/// The account that the job is at.
pub async fn account_of(caller: &Caller, id: &str) -> Result<Arc<Upstream>, Problem> {
    if let [only] = caller.accounts() {
        return Ok(only.clone());
    }
    let found = upstream::owner(caller.accounts(), id, &caller.headers).await;
    found.map(|(account, _)| account)
}

/// `POST /fine_tuning/jobs/{id}/cancel`
pub async fn cancel(caller: Caller, JobId(id): JobId) -> Result<Response, Problem> {
    let account = account_of(&caller, &id).await?;
    Ok(json(&account.cancel(&id).await?))
}

/// `POST /fine_tuning/jobs/{id}/pause`
pub async fn pause(caller: Caller, JobId(id): JobId) -> Result<Response, Problem> {
    let account = account_of(&caller, &id).await?;
    Ok(json(&account.pause(&id).await?))
}

/// `POST /fine_tuning/jobs/{id}/resume`
pub async fn resume(caller: Caller, JobId(id): JobId) -> Result<Response, Problem> {
    let account = account_of(&caller, &id).await?;
    Ok(json(&account.resume(&id).await?))
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
        assert!(param("{").is_null());
        assert!(param("[]").is_null());
        assert!(parse(br#"{"model": "m", "training_file": "f", "own": 1}"#).is_ok());
    }
}
