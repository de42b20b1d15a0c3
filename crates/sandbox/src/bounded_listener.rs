//! A listener with a limit on connections, each of which can be reset in the middle of a request.

use crate::http::{Answer, Content, ErrorResponse};
use crate::state::limits;
use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use bytes::Bytes;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A listener whose connections are bounded and can be reset.
#[derive(Debug)]
pub(crate) struct BoundedListener {
    listener: TcpListener,
    permits: Arc<Semaphore>,
    /// Permits of the connections beyond the limit, which are answered with 503.
    rejected: Arc<Semaphore>,
    /// The answer to those.
    full: Bytes,
}

/// One connection.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    reset: ResetHandle,
    _permit: OwnedSemaphorePermit,
}

/// Resets a connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct ResetHandle(Arc<AtomicBool>);

impl ResetHandle {
    /// Resets the connection as soon as something is to be read from it or written to it.
    pub(crate) fn reset(&self) {
        self.0.store(true, Ordering::Release);
    }
}

impl Connection {
    fn check(&self) -> io::Result<()> {
        if !self.reset.0.load(Ordering::Acquire) {
            return Ok(());
        }
        // Closing a socket that does not linger sends a reset. Where that cannot be set, it is just closed.
        let _ = self.stream.set_zero_linger();
        Err(io::Error::from(io::ErrorKind::ConnectionReset))
    }
}

impl BoundedListener {
    /// A listener for so many connections at the same time.
    pub(crate) fn new(listener: TcpListener, connections: usize) -> BoundedListener {
        BoundedListener {
            listener,
            permits: Arc::new(Semaphore::new(connections)),
            rejected: Arc::new(Semaphore::new(limits::REJECTED)),
            full: full(connections),
        }
    }

    fn reject(&self, stream: TcpStream) {
        let Ok(permit) = Arc::clone(&self.rejected).try_acquire_owned() else {
            return;
        };
        let full = self.full.clone();
        tokio::spawn(async move {
            // A client that closes before it has read the answer does not need it.
            let _ = tokio::time::timeout(limits::LINGER, answer_unread(stream, &full)).await;
            drop(permit);
        });
    }
}

/// Answers a request whatever it is.
async fn answer_unread(mut stream: TcpStream, answer: &[u8]) -> io::Result<()> {
    let mut request = [0; 4096];
    // Clients do not expect an answer before they have asked.
    if stream.read(&mut request).await? > 0 {
        stream.write_all(answer).await?;
        stream.shutdown().await?;
        // Closing with unread bytes would reset the connection, and the answer would be lost.
        while stream.read(&mut request).await? > 0 {}
    }
    Ok(())
}

/// The answer to a connection beyond the limit.
fn full(connections: usize) -> Bytes {
    let message = format!(
        "The sandbox has reached its limit of {connections} connections. Close some, or try again."
    );
    let answer = Answer::from(ErrorResponse::overloaded(message));
    let Content::Json(body) = answer.content else {
        return Bytes::new();
    };
    let body = body.to_string();
    let mut head = format!(
        "HTTP/1.1 {} Service Unavailable\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n",
        answer.status,
        body.len()
    );
    for (name, value) in answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    Bytes::from(format!("{head}\r\n{body}"))
}

impl Listener for BoundedListener {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        loop {
            let (stream, addr) = Listener::accept(&mut self.listener).await;
            // Where this fails, only latency suffers.
            let _ = stream.set_nodelay(true);
            let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() else {
                self.reject(stream);
                continue;
            };
            let connection = Connection {
                stream,
                reset: ResetHandle::default(),
                _permit: permit,
            };
            return (connection, addr);
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Connected<IncomingStream<'_, BoundedListener>> for ResetHandle {
    fn connect_info(stream: IncomingStream<'_, BoundedListener>) -> ResetHandle {
        stream.io().reset.clone()
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
