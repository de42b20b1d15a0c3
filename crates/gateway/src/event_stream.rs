//! Streams of a job's events: server-sent events until the job ends. Where the
//! vendor restarts a job under another id, the stream follows it.

use std::convert::Infallible;

use axum::response::sse::{Event as Message, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use http::{HeaderName, HeaderValue};
use tracing::Instrument;
use unitune::Error;
use unitune::providers::{Change, JobRef, Operation, WatchOptions};
use unitune::unify::Event;

use crate::api_error::ApiError;
use crate::caller::Caller;
use crate::state::Gateway;

/// The most consecutive failures of the vendor before the stream ends.
const MAX_FAILURES: usize = 10;

/// Opens the stream of a job's events after `last`, oldest first.
///
/// # Errors
///
/// The job is not found, its vendor has no events, or the limit of open streams
/// is reached.
pub async fn open(
    gateway: &Gateway,
    caller: &Caller,
    id: String,
    last: Option<String>,
) -> Result<Response, ApiError> {
    let permit = gateway.permits().stream()?;
    let poll = gateway.config().poll;
    let mut options = WatchOptions::new()
        .intervals(poll, poll)
        .max_consecutive_faults(MAX_FAILURES);
    options.after_event = last;
    let mut changes = caller.providers.watch(id, &options);
    // Whatever is first is known from the first look at the job: a failure of
    // that is an error response and not a stream.
    let first = changes.next().await.transpose()?;
    if let Some(change) = &first {
        check(caller, change)?;
    }
    let changes = stream::iter(first.map(Ok)).chain(changes);

    let counted = gateway.metrics().open_stream();
    let watch = Some((changes, (permit, counted)));
    // Calls while the body is sent are logged and traced as those before it.
    let span = tracing::Span::current();
    let messages = stream::unfold(watch, move |watch| {
        let message = async move {
            let (mut changes, held) = watch?;
            loop {
                match Next::of(changes.next().await?) {
                    Next::Message(message) => return Some((message, Some((changes, held)))),
                    Next::Last(message) => return Some((message, None)),
                    Next::Nothing => {}
                }
            }
        };
        message.instrument(span.clone())
    });
    let shutting_down = gateway.clone();
    let messages = messages
        .map(Ok::<_, Infallible>)
        .take_until(async move { shutting_down.shutdown().await });
    let heartbeat = KeepAlive::new()
        .interval(gateway.config().heartbeat)
        .text("heartbeat");
    let mut response = Sse::new(messages).keep_alive(heartbeat).into_response();
    // Proxies would otherwise buffer messages.
    response.headers_mut().insert(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    Ok(response)
}

/// Checks the first change of a job.
fn check(caller: &Caller, first: &Change) -> Result<(), ApiError> {
    let job = match first {
        Change::Trouble(warning) => {
            return Err(warning
                .error
                .as_deref()
                .map_or_else(|| ApiError::overloaded(&*warning.message), ApiError::from));
        }
        Change::Status { job, .. } | Change::Finished(job) => JobRef::from(&**job),
        Change::Event { job, .. } | Change::Progress { job, .. } => job.clone(),
        _ => return Ok(()),
    };
    let account = job.account.and_then(|name| caller.providers.get(&name));
    Ok(account.map_or(Ok(()), |account| account.check(Operation::Events))?)
}

/// What a change of the job sends.
enum Next {
    Message(Message),
    /// The stream ends after it.
    Last(Message),
    Nothing,
}

impl Next {
    fn of(change: Result<Change, Error>) -> Self {
        match change {
            Ok(Change::Event { event, .. }) => message(&event).map_or(Self::Nothing, Self::Message),
            Ok(Change::Finished(_)) => Self::Last(Message::default().data("[DONE]")),
            Ok(Change::Trouble(warning)) => match &warning.error {
                // What does not pass would leave out events in silence.
                Some(error) if !error.is_retryable() => Self::Last(failure(error)),
                _ => Self::Nothing,
            },
            Ok(_) => Self::Nothing,
            Err(error) => Self::Last(failure(&error)),
        }
    }
}

fn message(event: &Event) -> Option<Message> {
    let data = serde_json::to_string(event).ok()?;
    let message = Message::default().data(data);
    // Ids with these characters cannot be sent.
    let has_id = !event.id.contains(['\r', '\n', '\0']);
    Some(match has_id {
        true => message.id(&event.id),
        false => message,
    })
}

fn failure(error: &Error) -> Message {
    let body = ApiError::from(error).body().to_string();
    Message::default().event("error").data(body)
}
