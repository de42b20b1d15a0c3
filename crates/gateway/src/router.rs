//! The table of operations and their handlers, and the router made from it.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{from_fn_with_state, map_request};
use axum::routing::{MethodRouter, delete, get, post};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use serde_json::Value;
use tower_http::catch_panic::CatchPanicLayer;

use crate::api_error::ApiError;
use crate::caller::must_name_account;
use crate::handlers::{events, files, jobs, service};
use crate::middleware;
use crate::openapi;
use crate::operations::{Content, Deadline, Operation};
use crate::request_head::HostPolicy;
use crate::state::Gateway;
use crate::unread_body;

/// The base paths: none, OpenAI's, and that of an older base URL of the published gateway.
const BASES: [&str; 3] = ["", "/v1", "/api/llm"];

/// An operation and its handler.
struct Route {
    operation: Operation,
    handler: fn() -> MethodRouter<Gateway>,
}

/// All operations. Where a body is received, axum's limit is off: the middleware
/// and the upload check the configured ones.
static ROUTES: &[Route] = &[
    Route {
        operation: Operation {
            id: "listJobs",
            method: Method::GET,
            path: "/fine_tuning/jobs",
            deadline: Deadline::Bounded,
            description: "Lists the jobs of all accounts, or of one, newest first. Jobs of different accounts that have the same id are on one page, even beyond the limit.",
            query: &["after", "limit", "metadata"],
            body: Content::Empty,
            response: Content::List("Job"),
        },
        handler: || get(jobs::list),
    },
    Route {
        operation: Operation {
            id: "createJob",
            method: Method::POST,
            path: "/fine_tuning/jobs",
            deadline: Deadline::Bounded,
            description: "Creates a job at the account that the header selects, or a model of the form account/model.",
            query: &[],
            body: Content::Json("CreateRequest"),
            response: Content::Json("Job"),
        },
        handler: || post(jobs::create).layer(DefaultBodyLimit::disable()),
    },
    Route {
        operation: Operation {
            id: "retrieveJob",
            method: Method::GET,
            path: "/fine_tuning/jobs/{fine_tuning_job_id}",
            deadline: Deadline::Bounded,
            description: "Returns a job, at whichever account it is.",
            query: &[],
            body: Content::Empty,
            response: Content::Json("Job"),
        },
        handler: || get(jobs::retrieve),
    },
    Route {
        operation: Operation {
            id: "cancelJob",
            method: Method::POST,
            path: "/fine_tuning/jobs/{fine_tuning_job_id}/cancel",
            deadline: Deadline::Bounded,
            description: "Cancels a job.",
            query: &[],
            body: Content::Empty,
            response: Content::Json("Job"),
        },
        handler: || post(jobs::cancel),
    },
    Route {
        operation: Operation {
            id: "pauseJob",
            method: Method::POST,
            path: "/fine_tuning/jobs/{fine_tuning_job_id}/pause",
            deadline: Deadline::Bounded,
            description: "Pauses a job, where its vendor supports it.",
            query: &[],
            body: Content::Empty,
            response: Content::Json("Job"),
        },
        handler: || post(jobs::pause),
    },
    Route {
        operation: Operation {
            id: "resumeJob",
            method: Method::POST,
            path: "/fine_tuning/jobs/{fine_tuning_job_id}/resume",
            deadline: Deadline::Bounded,
            description: "Resumes a paused job.",
            query: &[],
            body: Content::Empty,
            response: Content::Json("Job"),
        },
        handler: || post(jobs::resume),
    },
    Route {
        operation: Operation {
            id: "listJobEvents",
            method: Method::GET,
            path: "/fine_tuning/jobs/{fine_tuning_job_id}/events",
            deadline: Deadline::Bounded,
            description: "Lists a job's events, newest first; or streams them, oldest first, until the job ends.",
            query: &["after", "limit", "stream"],
            body: Content::Empty,
            response: Content::Events("Event"),
        },
        handler: || get(events::events),
    },
    Route {
        operation: Operation {
            id: "listJobCheckpoints",
            method: Method::GET,
            path: "/fine_tuning/jobs/{fine_tuning_job_id}/checkpoints",
            deadline: Deadline::Bounded,
            description: "Lists a job's checkpoints, newest first.",
            query: &["after", "limit"],
            body: Content::Empty,
            response: Content::List("Checkpoint"),
        },
        handler: || get(events::checkpoints),
    },
    Route {
        operation: Operation {
            id: "listFiles",
            method: Method::GET,
            path: "/files",
            deadline: Deadline::Bounded,
            description: "Lists the files of all accounts, or of one. Files of different accounts that have the same id are on one page, even beyond the limit.",
            query: &["after", "limit", "order", "purpose"],
            body: Content::Empty,
            response: Content::List("File"),
        },
        handler: || get(files::list),
    },
    Route {
        operation: Operation {
            id: "uploadFile",
            method: Method::POST,
            path: "/files",
            deadline: Deadline::Streaming,
            description: "Uploads a file to the account that the header selects.",
            query: &[],
            body: Content::Form,
            response: Content::Json("File"),
        },
        handler: || post(files::upload).layer(DefaultBodyLimit::disable()),
    },
    Route {
        operation: Operation {
            id: "retrieveFile",
            method: Method::GET,
            path: "/files/{file_id}",
            deadline: Deadline::Bounded,
            description: "Returns a file's metadata, at whichever account it is.",
            query: &[],
            body: Content::Empty,
            response: Content::Json("File"),
        },
        handler: || get(files::retrieve),
    },
    Route {
        operation: Operation {
            id: "deleteFile",
            method: Method::DELETE,
            path: "/files/{file_id}",
            deadline: Deadline::Bounded,
            description: "Deletes a file.",
            query: &[],
            body: Content::Empty,
            response: Content::Json("DeletedFile"),
        },
        handler: || delete(files::delete),
    },
    Route {
        operation: Operation {
            id: "downloadFile",
            method: Method::GET,
            path: "/files/{file_id}/content",
            deadline: Deadline::Bounded,
            description: "Downloads a file's content.",
            query: &[],
            body: Content::Empty,
            response: Content::Bytes,
        },
        handler: || get(files::content),
    },
];

/// Returns the OpenAPI document of a gateway where requests that create something
/// have to name the account, or do not.
pub fn document(must_name_account: bool) -> Value {
    openapi::document(operations(), &BASES, must_name_account)
}

/// Returns all operations.
pub fn operations() -> impl Iterator<Item = &'static Operation> {
    ROUTES.iter().map(|route| &route.operation)
}

/// Returns the router of the whole gateway.
pub fn router(gateway: Gateway, policy: HostPolicy) -> Router {
    let must_name_account = must_name_account(gateway.providers(), &gateway.config().tokens);
    let document: Bytes = document(must_name_account).to_string().into();
    let serve_document = async || ([(CONTENT_TYPE, "application/json")], document);
    let mut router = Router::new()
        .route("/healthz", get(service::healthz))
        .route("/readyz", get(service::readyz))
        .route("/openapi.json", get(serve_document))
        .route("/metrics", get(service::metrics));
    for base in BASES {
        for route in ROUTES {
            let state = (gateway.clone(), &route.operation);
            let handler = (route.handler)().layer(from_fn_with_state(state, middleware::admit));
            router = router.route(&format!("{base}{}", route.operation.path), handler);
        }
    }
    router
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer((
            map_request(unread_body::read_to_end),
            from_fn_with_state((gateway.clone(), policy), middleware::observe),
            CatchPanicLayer::custom(middleware::internal_error),
        ))
        .with_state(gateway)
}

async fn not_found(request: Request) -> ApiError {
    let path: String = request.uri().path().chars().take(200).collect();
    let message = format!("not found: {} {path}", request.method());
    ApiError::not_found(message).code("unknown_url")
}

async fn method_not_allowed(request: Request) -> ApiError {
    let path: String = request.uri().path().chars().take(200).collect();
    let message = format!("{path} does not support the method {}", request.method());
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, message).code("method_not_supported")
}
