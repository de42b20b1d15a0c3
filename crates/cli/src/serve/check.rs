//! `unitune serve --check`: a health check for images without a shell or an HTTP client.

use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::exit::{Exit, Failure};

/// An answer that takes longer counts as none.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Asks the gateway at this address whether it accepts requests.
///
/// # Errors
///
/// It does not, or nothing answers there within five seconds.
pub async fn run(addr: SocketAddr) -> Result<Exit, Failure> {
    let failure = |what: String| {
        let message = format!("the gateway at {addr} does not accept requests: {what}");
        Failure::new(Exit::Failure, message)
    };
    match tokio::time::timeout(TIMEOUT, ready(addr)).await {
        Ok(Ok(StatusCode::OK)) => Ok(Exit::Done),
        Ok(Ok(status)) => Err(failure(format!("GET /readyz returned {status}"))),
        Ok(Err(error)) => Err(failure(error.to_string())),
        Err(_) => Err(failure(format!("no answer within {TIMEOUT:?}"))),
    }
}

async fn ready(addr: SocketAddr) -> Result<StatusCode, Box<dyn std::error::Error + Send + Sync>> {
    let stream = TokioIo::new(TcpStream::connect(addr).await?);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await?;
    let connection = tokio::spawn(connection);
    let request = Request::get("/readyz")
        .header("host", addr.to_string())
        .body(Empty::<Bytes>::new())?;
    let answer = sender.send_request(request).await?;
    connection.abort();
    Ok(answer.status())
}
