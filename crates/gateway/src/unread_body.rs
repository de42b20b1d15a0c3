//! Bodies of requests that are answered before they were read: the rest is read and
//! thrown away. A connection that is closed with unread bytes in it is reset, and the
//! client, which is still writing, then loses the response that says why.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use http::header::EXPECT;
use http_body_util::BodyExt;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::runtime::Handle;
use tokio::time::timeout;

/// How long the rest of a body is read.
const LIMIT: Duration = Duration::from_secs(30);
/// How long the rest may stop arriving.
const IDLE: Duration = Duration::from_secs(5);

/// Makes the rest of a request's body be read after it was dropped.
pub async fn read_to_end(request: Request) -> Request {
    if request.body().is_end_stream() {
        return request;
    }
    // Such a client sends nothing before it was asked to, which reading does.
    let is_awaited = !request.headers().contains_key(EXPECT);
    request.map(|body| {
        Body::new(UnreadBody {
            body: Some(body),
            is_awaited,
        })
    })
}

/// A body whose rest is read when it is dropped.
struct UnreadBody {
    /// None when it has ended.
    body: Option<Body>,
    /// Whether the client sends it, or has begun to.
    is_awaited: bool,
}

impl HttpBody for UnreadBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.is_awaited = true;
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        let frame = Pin::new(body).poll_frame(cx);
        if let Poll::Ready(None | Some(Err(_))) = frame {
            self.body = None;
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        match &self.body {
            Some(body) => body.size_hint(),
            None => SizeHint::with_exact(0),
        }
    }
}

impl Drop for UnreadBody {
    fn drop(&mut self) {
        let body = self.body.take().filter(|body| !body.is_end_stream());
        if let Some(mut body) = body
            && self.is_awaited
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(async move {
                let rest =
                    async { while let Ok(Some(Ok(_))) = timeout(IDLE, body.frame()).await {} };
                // A client that is still sending then is cut off.
                let _ = timeout(LIMIT, rest).await;
            });
        }
    }
}
