//! A job's events as they happen: server-sent events until the job is over.
//! Where the vendor goes on with a job under another id, so does the stream.

use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::{Event as Message, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use http::{HeaderName, HeaderValue};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use unitune::unify::{Event, Job, Status};

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
    let mut watch = Watch {
        account,
        headers: caller.headers.clone(),
        watched: vec![id.clone()],
        job: id,
        last,
        confirmed: false,
        poll: gateway.config().poll,
    };
    // What fails at once is an answer and no stream.
    let first = watch.start().await?;
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
    /// The job whose log is read now.
    job: String,
    /// The ids that it had so far, so that no two jobs go on as each other for
    /// ever.
    watched: Vec<String>,
    last: Option<String>,
    /// Whether a failure was looked at a second time.
    confirmed: bool,
    poll: Duration,
}

/// Nobody listens any more.
struct Gone;

/// What became of a job since it was looked at last.
enum Next {
    /// It goes on, or may do so.
    Look,
    /// It goes on under another id.
    Successor(String),
    /// That was all.
    Over,
}

impl Watch {
    async fn run(mut self, first: Vec<Event>, sender: &mpsc::Sender<Message>) {
        // An error means that nobody listens any more, which is an end too.
        let _ = self.follow(first, sender).await;
    }

    /// The events to begin with. The last one that the caller knows may be of
    /// a job that this one went on as; where it is of none, all are told.
    async fn start(&mut self) -> Result<Vec<Event>, Failed> {
        let (events, is_known) = self.new_events().await?;
        if is_known || self.last.is_none() {
            return Ok(events);
        }
        let start = (self.job.clone(), self.watched.clone());
        loop {
            let job = self.account.retrieve(&self.job, &self.headers).await?;
            let Next::Successor(next) = self.next(&job) else {
                break;
            };
            self.go_on_as(next);
            let (after, is_known) = self.new_events().await?;
            if is_known {
                return Ok(after);
            }
        }
        (self.job, self.watched) = start;
        self.confirmed = false;
        Ok(events)
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
                Ok((events, next)) => {
                    failures = 0;
                    self.tell(events, sender).await?;
                    match next {
                        Next::Look => {}
                        Next::Successor(next) => {
                            self.go_on_as(next);
                            continue;
                        }
                        Next::Over => return say(sender, Message::default().data("[DONE]")).await,
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

    /// What is new, and what comes then. The job is looked at first: what it
    /// says when it is over is in its log already.
    async fn look(&mut self) -> Result<(Vec<Event>, Next), Failed> {
        let job = self.account.retrieve(&self.job, &self.headers).await?;
        let (events, _) = self.new_events().await?;
        Ok((events, self.next(&job)))
    }

    fn next(&mut self, job: &Job) -> Next {
        if !job.status.is_terminal() {
            return Next::Look;
        }
        let successor = job.provider.successor.as_ref();
        if let Some(next) = successor.filter(|next| !self.watched.contains(next)) {
            return Next::Successor(next.clone());
        }
        // The log may tell of a restart a little after the failure.
        let may_be_restarted = job.status == Status::Failed && self.account.vendor() == "together";
        match may_be_restarted && !std::mem::replace(&mut self.confirmed, true) {
            true => Next::Look,
            false => Next::Over,
        }
    }

    fn go_on_as(&mut self, job: String) {
        self.watched.push(job.clone());
        self.job = job;
        self.confirmed = false;
    }

    /// The events after the last one that was told, oldest first; and whether
    /// that one is among the job's.
    async fn new_events(&self) -> Result<(Vec<Event>, bool), Failed> {
        let limit = match self.account.vendor().as_str() {
            // Without pages, the whole log comes every time.
            "together" => MAX_EVENTS,
            _ => PAGE,
        };
        let mut paging = Paging { after: None, limit };
        let mut new = Vec::new();
        let is_known = loop {
            let page = self.account.events(&self.job, &paging).await?;
            let known = |event: &Event| self.last.as_ref() == Some(&event.id);
            let seen = page.items.iter().position(known);
            let fresh = seen.unwrap_or(page.items.len());
            paging.after = page.items.last().map(|event| event.id.clone());
            new.extend(page.items.into_iter().take(fresh));
            if seen.is_some() || !page.has_more || paging.after.is_none() || new.len() >= MAX_EVENTS
            {
                break seen.is_some();
            }
        };
        new.reverse();
        Ok((new, is_known))
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
