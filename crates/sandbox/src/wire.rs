//! Connections: so many at the same time, and such that can be reset on purpose, in the middle of a request.

use crate::http::{Answer, Content};
use crate::intake::overloaded;
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
pub(crate) struct Wires {
    listener: TcpListener,
    places: Arc<Semaphore>,
    /// Places of those who are told that there is none.
    turned_away: Arc<Semaphore>,
    /// What they are told.
    full: Bytes,
}

/// One connection.
#[derive(Debug)]
pub(crate) struct Wire {
    stream: TcpStream,
    cut: Cut,
    _place: OwnedSemaphorePermit,
}

/// What cuts a connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cut(Arc<AtomicBool>);

impl Cut {
    /// Resets the connection as soon as something is to be read from it or written to it.
    pub(crate) fn reset(&self) {
        self.0.store(true, Ordering::Release);
    }
}

impl Wire {
    fn check(&self) -> io::Result<()> {
        if !self.cut.0.load(Ordering::Acquire) {
            return Ok(());
        }
        // Closing a socket that does not linger sends a reset. Where that cannot be set, it is just closed.
        let _ = self.stream.set_zero_linger();
        Err(io::Error::from(io::ErrorKind::ConnectionReset))
    }
}

impl Wires {
    /// Takes so many connections at the same time.
    pub(crate) fn new(listener: TcpListener, connections: usize) -> Wires {
        Wires {
            listener,
            places: Arc::new(Semaphore::new(connections)),
            turned_away: Arc::new(Semaphore::new(limits::TURNED_AWAY)),
            full: full(connections),
        }
    }

    fn turn_away(&self, stream: TcpStream) {
        let Ok(place) = Arc::clone(&self.turned_away).try_acquire_owned() else {
            return;
        };
        let full = self.full.clone();
        tokio::spawn(async move {
            // Who goes before having read it will not miss it.
            let _ = tokio::time::timeout(limits::LINGER, tell(stream, &full)).await;
            drop(place);
        });
    }
}

/// Answers a request without looking at it.
async fn tell(mut stream: TcpStream, answer: &[u8]) -> io::Result<()> {
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

/// The answer to a connection too many.
fn full(connections: usize) -> Bytes {
    let message = format!(
        "The sandbox has {connections} connections already, which is as many as it takes. Close some, or try again."
    );
    let answer = Answer::from(overloaded(message));
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

impl Listener for Wires {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        loop {
            let (stream, addr) = Listener::accept(&mut self.listener).await;
            // Only latency depends on it.
            let _ = stream.set_nodelay(true);
            let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
                self.turn_away(stream);
                continue;
            };
            let wire = Wire {
                stream,
                cut: Cut::default(),
                _place: place,
            };
            return (wire, addr);
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Connected<IncomingStream<'_, Wires>> for Cut {
    fn connect_info(stream: IncomingStream<'_, Wires>) -> Cut {
        stream.io().cut.clone()
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
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
