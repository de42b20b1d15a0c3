//! A server that writes any bytes in the place of an HTTP answer, on threads of
//! its own: what it does holds up no timer of a test.
#![allow(dead_code)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How long it waits for a request, or for a client that does not read.
const IDLE: Duration = Duration::from_secs(20);

/// A connection on which a request has arrived.
pub struct Connection {
    stream: TcpStream,
    /// The request up to its body.
    pub head: String,
    /// How many requests came to the server before.
    pub number: usize,
}

impl Connection {
    /// Writes bytes; false where the client is gone.
    pub fn write(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).is_ok()
    }

    /// Writes the same bytes until the client is gone.
    pub fn write_endlessly(&mut self, bytes: &[u8]) {
        let many = bytes.repeat(1 + (64 << 10) / bytes.len());
        while self.write(&many) {}
    }

    /// Writes an answer with a body and closes the connection.
    pub fn answer(&mut self, status: &str, kind: &str, body: impl AsRef<[u8]>) {
        let body = body.as_ref();
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\
             connection: close\r\n\r\n",
            body.len()
        );
        if self.write(head) {
            self.write(body);
        }
    }

    /// Answers with JSON.
    pub fn json(&mut self, body: impl ToString) {
        self.answer("200 OK", "application/json", body.to_string());
    }
}

/// The server. Its threads end with their connections.
pub struct RawServer {
    pub url: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl RawServer {
    /// Starts a server that treats each connection so.
    pub fn start(treat: impl Fn(&mut Connection) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (treat, received) = (Arc::new(treat), Arc::clone(&heads));
        let count = Arc::new(AtomicUsize::new(0));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                let (treat, received) = (Arc::clone(&treat), Arc::clone(&received));
                let count = Arc::clone(&count);
                std::thread::spawn(move || {
                    let Some((stream, head)) = read_head(stream) else {
                        return;
                    };
                    received.lock().unwrap().push(head.clone());
                    let number = count.fetch_add(1, Ordering::Relaxed);
                    treat(&mut Connection {
                        stream,
                        head,
                        number,
                    });
                });
            }
        });
        Self { url, heads }
    }

    /// Returns the requests that arrived, up to their bodies.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

fn read_head(mut stream: TcpStream) -> Option<(TcpStream, String)> {
    stream.set_read_timeout(Some(IDLE)).ok()?;
    stream.set_write_timeout(Some(IDLE)).ok()?;
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    Some((stream, String::from_utf8_lossy(&head).into_owned()))
}
