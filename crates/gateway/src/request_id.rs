//! Request ids, for the client and for the logs.
//!
//! `SetRequestIdLayer` of tower-http keeps whatever id the client sends. Ids go
//! into logs and come back in responses, so only a plain word is kept here, and
//! never one that holds a credential.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};

use crate::token::{Token, find};

/// The header with the id, in requests and responses.
pub const HEADER: &str = "x-request-id";

/// Makes ids that are unique among all replicas.
#[derive(Debug)]
pub struct RequestIds {
    replica: u64,
    next: AtomicU64,
    tokens: Vec<Token>,
}

impl RequestIds {
    /// Creates a generator with a random part of its own. Ids of clients that
    /// are one of these tokens are replaced.
    pub fn new(tokens: &[Token]) -> Self {
        Self {
            replica: RandomState::new().hash_one("replica"),
            next: AtomicU64::new(1),
            tokens: tokens.to_vec(),
        }
    }

    /// Returns the client's own id if it can be kept, and a new one otherwise.
    pub fn for_request(&self, headers: &HeaderMap) -> HeaderValue {
        match headers.get(HEADER) {
            Some(value) if self.can_be_kept(value, headers) => value.clone(),
            _ => self.generate(),
        }
    }

    fn can_be_kept(&self, value: &HeaderValue, headers: &HeaderMap) -> bool {
        is_word(value)
            && value
                .to_str()
                .is_ok_and(|id| !self.is_credential(id, headers))
    }

    /// Returns whether a text is a token of the gateway, or holds what its request
    /// authenticates itself with.
    pub fn is_credential(&self, text: &str, headers: &HeaderMap) -> bool {
        find(&self.tokens, text).is_some() || holds_credential(text, headers)
    }

    fn generate(&self) -> HeaderValue {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let id = format!("req_{:016x}{number:08x}", self.replica);
        HeaderValue::from_str(&id).expect("letters, digits and _ are valid in a header")
    }
}

fn is_word(value: &HeaderValue) -> bool {
    let bytes = value.as_bytes();
    let is_plain = |b: &u8| b.is_ascii_alphanumeric() || b"-_.:".contains(b);
    (1..=128).contains(&bytes.len()) && bytes.iter().all(is_plain)
}

/// The shortest text that is taken for a credential: clients of a gateway
/// without tokens send any word.
const SHORTEST_CREDENTIAL: usize = 8;

/// Returns whether an id holds what the request authenticates itself with, as
/// it is or in base64.
fn holds_credential(id: &str, headers: &HeaderMap) -> bool {
    let decoded = [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD].map(|engine| engine.decode(id));
    let mut texts = decoded
        .iter()
        .flatten()
        .map(Vec::as_slice)
        .collect::<Vec<_>>();
    texts.push(id.as_bytes());
    headers.get_all(AUTHORIZATION).iter().any(|header| {
        let credential = header.as_bytes().split(|b| *b == b' ').next_back();
        let credential = credential.filter(|credential| credential.len() >= SHORTEST_CREDENTIAL);
        credential.is_some_and(|credential| {
            let holds = |text: &&[u8]| text.windows(credential.len()).any(|w| w == credential);
            texts.iter().any(holds)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_plain_words_are_kept() {
        let ids = RequestIds::new(&[]);
        let mut headers = HeaderMap::new();
        assert_ne!(ids.for_request(&headers), ids.for_request(&headers));
        headers.insert(HEADER, HeaderValue::from_static("mine-1"));
        assert_eq!(ids.for_request(&headers), "mine-1");
        for bad in ["a b", "<script>", ""] {
            headers.insert(HEADER, HeaderValue::from_str(bad).unwrap());
            assert_ne!(ids.for_request(&headers), bad);
        }
        headers.insert(HEADER, HeaderValue::from_str(&"x".repeat(200)).unwrap());
        assert_ne!(ids.for_request(&headers).len(), 200);
    }

    #[test]
    fn an_id_with_a_credential_is_replaced() {
        let ids = RequestIds::new(&[Token::new("other", "token-of-another")]);
        let key = "sk-caller-0123456789";
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, format!("Bearer {key}").parse().unwrap());
        for bad in [
            key.to_owned(),
            format!("trace-{key}.1"),
            STANDARD_NO_PAD.encode(key),
            URL_SAFE_NO_PAD.encode(format!("Bearer {key}")),
            "token-of-another".to_owned(),
        ] {
            headers.insert(HEADER, bad.parse().unwrap());
            let id = ids.for_request(&headers);
            assert!(id.to_str().unwrap().starts_with("req_"), "{bad}");
        }
        headers.insert(HEADER, HeaderValue::from_static("sk-caller-0"));
        assert_eq!(ids.for_request(&headers), "sk-caller-0");
    }
}
