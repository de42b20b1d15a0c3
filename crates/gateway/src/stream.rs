//! A job's events as they happen: server-sent events until the job is over.

use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::{Event as Message, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use http::{HeaderName, HeaderValue};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use unitune::unify::{Event, Vendor};

use crate::caller::Caller;
use crate::params::{Paging, TfyHeaders};
use crate::problem::Problem;
use crate::state::Gateway;
use crate::upstream::{Failed, Upstream, owner};

/// The most events that one look at a log takes in.
const MAX_EVENTS: usize = 10_000;
/// The largest page of events that vendors give.
const PAGE: usize = 100;
/// How often in a row the vendor may fail before the stream ends.
const MAX_FAILURES: u32 = 10;

/// Opens the stream of a job's events after `last`, oldest first.
///
/// # Errors
///
/// Nobody knows the job, its vendor has no events, or there is no place.
pub async fn open(
    gateway: &Gateway,
    caller: &Caller,
    id: String,
    last: Option<String>,
) -> Result<Response, Problem> {
    let place = gateway.enter_stream()?;
    let (account, _) = owner(caller.accounts(), &id, &caller.headers).await?;
    let watch = Watch {
        account,
        headers: caller.headers.clone(),
        job: id,
        last,
        poll: gateway.config().poll,
    };
    // What fails at once is an answer and no stream.
    let first = watch.new_events().await?;
    let (sender, receiver) = mpsc::channel(64);
    let counted = gateway.metrics().stream();
    let closing = gateway.clone();
    let task = tokio::spawn(async move {
        tokio::select! {
            () = watch.run(first, &sender) => {}
            () = closing.closed() => {}
        }
    });
    let held = (place, counted, Aborts(task.abort_handle()));
    let messages = stream::unfold((receiver, held), |(mut receiver, held)| async move {
        let message: Message = receiver.recv().await?;
        Some((Ok::<_, std::convert::Infallible>(message), (receiver, held)))
    });
    let heartbeat = KeepAlive::new()
        .interval(gateway.config().heartbeat)
        .text("heartbeat");
    let mut response = Sse::new(messages).keep_alive(heartbeat).into_response();
    // Proxies would otherwise hold messages back.
    response.headers_mut().insert(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    Ok(response)
}

/// Ends the task, and with it what it asks upstream, when the stream is
/// dropped.
struct Aborts(AbortHandle);

impl Drop for Aborts {
    fn drop(&mut self) {
        self.0.abort();
    }
}

struct Watch {
    account: Arc<Upstream>,
    headers: TfyHeaders,
    job: String,
    last: Option<String>,
    poll: Duration,
}

/// Nobody listens any more.
struct Gone;

impl Watch {
    async fn run(mut self, first: Vec<Event>, sender: &mpsc::Sender<Message>) {
        // An error means that nobody listens any more, which is an end too.
        let _ = self.follow(first, sender).await;
    }

    async fn follow(
        &mut self,
        first: Vec<Event>,
        sender: &mpsc::Sender<Message>,
    ) -> Result<(), Gone> {
        self.tell(first, sender).await?;
        let mut failures = 0;
        loop {
            match self.look().await {
                Ok((events, is_over)) => {
                    failures = 0;
                    self.tell(events, sender).await?;
                    if is_over {
                        return say(sender, Message::default().data("[DONE]")).await;
                    }
                }
                Err(error) if error.is_retryable() && failures < MAX_FAILURES => failures += 1,
                Err(error) => {
                    let body = Problem::from(error).body().to_string();
                    return say(sender, Message::default().event("error").data(body)).await;
                }
            }
            tokio::time::sleep(self.poll * (1 + failures)).await;
        }
    }

    /// What is new, and whether that is all there will be. The job is looked
    /// at first: what it says when it is over is in its log already.
    async fn look(&self) -> Result<(Vec<Event>, bool), Failed> {
        let job = self.account.retrieve(&self.job, &self.headers).await?;
        let events = self.new_events().await?;
        Ok((events, job.status.is_terminal()))
    }

    /// The events after the last one that was told, oldest first.
    async fn new_events(&self) -> Result<Vec<Event>, Failed> {
        let limit = match self.account.vendor() {
            // Without pages, the whole log comes every time.
            Vendor::Together => MAX_EVENTS,
            _ => PAGE,
        };
        let mut paging = Paging { after: None, limit };
        let mut new = Vec::new();
        loop {
            let page = self.account.events(&self.job, &paging).await?;
            let known = |event: &Event| self.last.as_ref() == Some(&event.id);
            let seen = page.items.iter().position(known);
            let fresh = seen.unwrap_or(page.items.len());
            paging.after = page.items.last().map(|event| event.id.clone());
            new.extend(page.items.into_iter().take(fresh));
            if seen.is_some() || !page.has_more || paging.after.is_none() || new.len() >= MAX_EVENTS
            {
                break;
            }
        }
        new.reverse();
        Ok(new)
    }

    async fn tell(
        &mut self,
        events: Vec<Event>,
        sender: &mpsc::Sender<Message>,
    ) -> Result<(), Gone> {
        for event in events {
            let Ok(data) = serde_json::to_string(&event) else {
                continue;
            };
            let mut message = Message::default().data(data);
            if !event.id.contains(['\r', '\n', '\0']) {
                message = message.id(&event.id);
            }
            say(sender, message).await?;
            self.last = Some(event.id);
        }
        Ok(())
    }
}

async fn say(sender: &mpsc::Sender<Message>, message: Message) -> Result<(), Gone> {
    sender.send(message).await.map_err(|_| Gone)
}
