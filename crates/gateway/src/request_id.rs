//! An id for every request, for the caller and for the logs.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderMap, HeaderValue};

/// The header that carries it, both ways.
pub const HEADER: &str = "x-request-id";

/// Makes ids that no other replica makes.
#[derive(Debug)]
pub struct RequestIds {
    replica: u64,
    next: AtomicU64,
}

impl RequestIds {
    /// With a random part of its own.
    pub fn new() -> Self {
        Self {
            replica: RandomState::new().hash_one("replica"),
            next: AtomicU64::new(1),
        }
    }

    /// The caller's own id where it is a harmless word, a new one otherwise.
    pub fn of(&self, headers: &HeaderMap) -> HeaderValue {
        match headers.get(HEADER) {
            Some(value) if is_word(value) => value.clone(),
            _ => self.make(),
        }
    }

    fn make(&self) -> HeaderValue {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let id = format!("req_{:016x}{number:08x}", self.replica);
        HeaderValue::from_str(&id).expect("hexadecimal digits can stand in a header")
    }
}

fn is_word(value: &HeaderValue) -> bool {
    let bytes = value.as_bytes();
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"-_.:".contains(b);
    (1..=128).contains(&bytes.len()) && bytes.iter().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ_and_harmless_ones_are_kept() {
        let ids = RequestIds::new();
        let mut headers = HeaderMap::new();
        assert_ne!(ids.of(&headers), ids.of(&headers));
        headers.insert(HEADER, HeaderValue::from_static("mine-1"));
        assert_eq!(ids.of(&headers), "mine-1");
        for bad in ["a b", "<script>", ""] {
            headers.insert(HEADER, HeaderValue::from_str(bad).unwrap());
            assert_ne!(ids.of(&headers), bad);
        }
        headers.insert(HEADER, HeaderValue::from_str(&"x".repeat(200)).unwrap());
        assert_ne!(ids.of(&headers).len(), 200);
    }
}
