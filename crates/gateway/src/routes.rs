//! What is served where: one table, of which the router and the document are
//! made.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, delete, get, post};
use http::{Method, StatusCode};

use crate::guard::{self, Reach};
use crate::problem::Problem;
use crate::state::Gateway;
use crate::{files, health, jobs, log};

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
    /// What it does, for the document.
    pub says: &'static str,
    /// The query's parameters.
    pub query: &'static [&'static str],
    /// What is sent to it.
    pub body: Content,
    /// What it answers with.
    pub answer: Content,
}

/// How long an operation may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As long as the deadline.
    Prompt,
    /// As long as bytes flow.
    Flowing,
}

/// What a body holds; schemas by their names in the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Nothing.
    Nothing,
    /// One thing.
    Json(&'static str),
    /// A page of things.
    List(&'static str),
    /// A page of things, or a stream of them.
    Events(&'static str),
    /// A form with a file.
    Form,
    /// A file's content.
    Bytes,
}

/// The surface.
pub const ROUTES: &[Route] = &[
    Route {
        method: Method::GET,
        path: "/fine_tuning/jobs",
        operation: "listJobs",
        pace: Pace::Prompt,
        handler: || get(jobs::list),
        says: "Lists the jobs of all accounts, or of one, newest first.",
        query: &["after", "limit", "metadata"],
        body: Content::Nothing,
        answer: Content::List("Job"),
    },
    Route {
        method: Method::POST,
        path: "/fine_tuning/jobs",
        operation: "createJob",
        pace: Pace::Prompt,
        handler: || post(jobs::create),
        says: "Starts a job at the account that the header or the model's name selects.",
        query: &[],
        body: Content::Json("CreateRequest"),
        answer: Content::Json("Job"),
    },
    Route {
        method: Method::GET,
        path: "/fine_tuning/jobs/{fine_tuning_job_id}",
        operation: "retrieveJob",
        pace: Pace::Prompt,
        handler: || get(jobs::retrieve),
        says: "Looks a job up, at whichever account it is.",
        query: &[],
        body: Content::Nothing,
        answer: Content::Json("Job"),
    },
    Route {
        method: Method::POST,
        path: "/fine_tuning/jobs/{fine_tuning_job_id}/cancel",
        operation: "cancelJob",
        pace: Pace::Prompt,
        handler: || post(jobs::cancel),
        says: "Ends a job before it is done.",
        query: &[],
        body: Content::Nothing,
        answer: Content::Json("Job"),
    },
    Route {
        method: Method::POST,
        path: "/fine_tuning/jobs/{fine_tuning_job_id}/pause",
        operation: "pauseJob",
        pace: Pace::Prompt,
        handler: || post(jobs::pause),
        says: "Halts a job for a while, where its vendor can.",
        query: &[],
        body: Content::Nothing,
        answer: Content::Json("Job"),
    },
    Route {
        method: Method::POST,
        path: "/fine_tuning/jobs/{fine_tuning_job_id}/resume",
        operation: "resumeJob",
        pace: Pace::Prompt,
        handler: || post(jobs::resume),
        says: "Lets a halted job go on.",
        query: &[],
        body: Content::Nothing,
        answer: Content::Json("Job"),
    },
    Route {
        method: Method::GET,
        path: "/fine_tuning/jobs/{fine_tuning_job_id}/events",
        operation: "listJobEvents",
        pace: Pace::Prompt,
        handler: || get(log::events),
        says: "Lists a job's events, newest first; or streams them, oldest first, until the job is over.",
        query: &["after", "limit", "stream"],
        body: Content::Nothing,
        answer: Content::Events("Event"),
    },
    Route {
        method: Method::GET,
        path: "/fine_tuning/jobs/{fine_tuning_job_id}/checkpoints",
        operation: "listJobCheckpoints",
        pace: Pace::Prompt,
        handler: || get(log::checkpoints),
        says: "Lists a job's checkpoints, newest first.",
        query: &["after", "limit"],
        body: Content::Nothing,
        answer: Content::List("Checkpoint"),
    },
    Route {
        method: Method::GET,
        path: "/files",
        operation: "listFiles",
        pace: Pace::Prompt,
        handler: || get(files::list),
        says: "Lists the files of all accounts, or of one.",
        query: &["after", "limit", "order", "purpose"],
        body: Content::Nothing,
        answer: Content::List("File"),
    },
    Route {
        method: Method::POST,
        path: "/files",
        operation: "uploadFile",
        pace: Pace::Flowing,
        // Its own limits hold while the file streams through.
        handler: || post(files::upload).layer(DefaultBodyLimit::disable()),
        says: "Uploads a file to the account that the header selects.",
        query: &[],
        body: Content::Form,
        answer: Content::Json("File"),
    },
    Route {
        method: Method::GET,
        path: "/files/{file_id}",
        operation: "retrieveFile",
        pace: Pace::Prompt,
        handler: || get(files::retrieve),
        says: "Looks a file up, at whichever account it is.",
        query: &[],
        body: Content::Nothing,
        answer: Content::Json("File"),
    },
    Route {
        method: Method::DELETE,
        path: "/files/{file_id}",
        operation: "deleteFile",
        pace: Pace::Prompt,
        handler: || delete(files::delete),
        says: "Deletes a file.",
        query: &[],
        body: Content::Nothing,
        answer: Content::Json("DeletedFile"),
    },
    Route {
        method: Method::GET,
        path: "/files/{file_id}/content",
        operation: "downloadFile",
        pace: Pace::Prompt,
        handler: || get(files::content),
        says: "Gives a file's content as it arrives.",
        query: &[],
        body: Content::Nothing,
        answer: Content::Bytes,
    },
];

/// The whole service.
pub fn router(gateway: Gateway, reach: Reach) -> Router {
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
        .layer(from_fn_with_state(
            (gateway.clone(), reach),
            guard::identify,
        ))
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
