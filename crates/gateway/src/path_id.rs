//! The ids of jobs and files in paths.

use axum::extract::{FromRequestParts, Path};
use http::request::Parts;

use crate::api_error::ApiError;
use crate::params;

/// The id of a job.
pub struct JobId(pub String);

impl<S: Send + Sync> FromRequestParts<S> for JobId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        read(parts, state, "fine_tuning_job_id").await.map(Self)
    }
}

/// The id of a file.
pub struct FileId(pub String);

impl<S: Send + Sync> FromRequestParts<S> for FileId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        read(parts, state, "file_id").await.map(Self)
    }
}

async fn read<S: Send + Sync>(
    parts: &mut Parts,
    state: &S,
    param: &'static str,
) -> Result<String, ApiError> {
    let path = Path::<String>::from_request_parts(parts, state).await;
    let Path(text) =
        path.map_err(|_| ApiError::invalid(param, format!("invalid {param}: it is not UTF-8")))?;
    params::id(param, &text)
}
