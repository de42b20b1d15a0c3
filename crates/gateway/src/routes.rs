//! What is served where: one table, of which the router and the document are
//! made.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, delete, get, post};
use http::{Method, StatusCode};

use crate::problem::Problem;
use crate::state::Gateway;
use crate::{files, guard, health, jobs, log};

/// Where the surface is mounted: by itself, as OpenAI's SDK has it, and as
/// TrueFoundry's older base URL has it.
pub const BASES: [&str; 3] = ["", "/v1", "/api/llm"];

/// One operation.
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path below each base.
    pub path: &'static str,
    /// Its name in the document, in metrics and in logs.
    pub operation: &'static str,
    /// How long it may take.
    pub pace: Pace,
    handler: fn() -> MethodRouter<Gateway>,
}

/// How long an operation may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As long as the deadline.
    Prompt,
    /// As long as bytes flow.
    Flowing,
}

/// The surface.
#[rustfmt::skip]
pub const ROUTES: &[Route] = &[
    Route { method: Method::GET, path: "/fine_tuning/jobs", operation: "listJobs", pace: Pace::Prompt, handler: || get(jobs::list) },
    Route { method: Method::POST, path: "/fine_tuning/jobs", operation: "createJob", pace: Pace::Prompt, handler: || post(jobs::create) },
    Route { method: Method::GET, path: "/fine_tuning/jobs/{fine_tuning_job_id}", operation: "retrieveJob", pace: Pace::Prompt, handler: || get(jobs::retrieve) },
    Route { method: Method::POST, path: "/fine_tuning/jobs/{fine_tuning_job_id}/cancel", operation: "cancelJob", pace: Pace::Prompt, handler: || post(jobs::cancel) },
    Route { method: Method::POST, path: "/fine_tuning/jobs/{fine_tuning_job_id}/pause", operation: "pauseJob", pace: Pace::Prompt, handler: || post(jobs::pause) },
    Route { method: Method::POST, path: "/fine_tuning/jobs/{fine_tuning_job_id}/resume", operation: "resumeJob", pace: Pace::Prompt, handler: || post(jobs::resume) },
    Route { method: Method::GET, path: "/fine_tuning/jobs/{fine_tuning_job_id}/events", operation: "listJobEvents", pace: Pace::Prompt, handler: || get(log::events) },
    Route { method: Method::GET, path: "/fine_tuning/jobs/{fine_tuning_job_id}/checkpoints", operation: "listJobCheckpoints", pace: Pace::Prompt, handler: || get(log::checkpoints) },
    Route { method: Method::GET, path: "/files", operation: "listFiles", pace: Pace::Prompt, handler: || get(files::list) },
    Route { method: Method::POST, path: "/files", operation: "uploadFile", pace: Pace::Flowing, handler: || post(files::upload) },
    Route { method: Method::GET, path: "/files/{file_id}", operation: "retrieveFile", pace: Pace::Prompt, handler: || get(files::retrieve) },
    Route { method: Method::DELETE, path: "/files/{file_id}", operation: "deleteFile", pace: Pace::Prompt, handler: || delete(files::delete) },
    Route { method: Method::GET, path: "/files/{file_id}/content", operation: "downloadFile", pace: Pace::Prompt, handler: || get(files::content) },
];

/// The whole service.
pub fn router(gateway: Gateway) -> Router {
    let mut router = Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/openapi.json", get(health::openapi))
        .route("/metrics", get(health::metrics));
    for base in BASES {
        for route in ROUTES {
            let state = (gateway.clone(), route);
            let service = (route.handler)().layer(from_fn_with_state(state, guard::guard));
            router = router.route(&format!("{base}{}", route.path), service);
        }
    }
    router
        .fallback(nothing)
        .method_not_allowed_fallback(other_method)
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(gateway.clone(), guard::identify))
        .with_state(gateway)
}

async fn nothing(request: Request) -> Problem {
    let path: String = request.uri().path().chars().take(200).collect();
    let message = format!("there is nothing at {} {path}", request.method());
    Problem::not_found(message).code("unknown_url")
}

async fn other_method(request: Request) -> Problem {
    let message = format!("this does not take the method {}", request.method());
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, message).code("method_not_supported")
}
