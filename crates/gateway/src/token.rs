//! Bearer tokens: stored as hashes, compared in constant time.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

/// The SHA-256 of a token. Tokens are long and random, so no slower hash is
/// needed against guessing.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// Returns the hash of a token.
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }
}

impl FromStr for TokenHash {
    type Err = InvalidTokenHash;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut hash = [0; 32];
        let digits = text.as_bytes();
        // Numbers may have a sign, and a hash has none.
        if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(InvalidTokenHash);
        }
        for (byte, pair) in hash.iter_mut().zip(digits.chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| InvalidTokenHash)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| InvalidTokenHash)?;
        }
        Ok(Self(hash))
    }
}

/// A text that is no hash of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidTokenHash;

impl fmt::Display for InvalidTokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid sha256 of a token: expected 64 hexadecimal digits")
    }
}

impl std::error::Error for InvalidTokenHash {}

impl fmt::Display for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash")
    }
}

impl<'de> Deserialize<'de> for TokenHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A token that gives access to the gateway.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// The name of its holder, for logs.
    pub name: String,
    /// The hash of the token.
    pub sha256: TokenHash,
    /// The accounts that it gives access to; all of them by default.
    pub accounts: Option<Vec<String>>,
    /// The account that is used where a request names none; by default that of
    /// the whole configuration.
    pub default_account: Option<String>,
}

impl Token {
    /// Creates a token that gives access to all accounts.
    pub fn new(name: impl Into<String>, token: &str) -> Self {
        Self {
            name: name.into(),
            sha256: TokenHash::of(token),
            accounts: None,
            default_account: None,
        }
    }

    /// Restricts the token to these accounts.
    #[must_use]
    pub fn accounts<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.accounts = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the account that is used where a request names none.
    #[must_use]
    pub fn default_account(mut self, name: impl Into<String>) -> Self {
        self.default_account = Some(name.into());
        self
    }

    /// Returns whether the token gives access to the account.
    pub fn may_use(&self, account: &str) -> bool {
        self.accounts
            .as_ref()
            .is_none_or(|names| names.iter().any(|name| name == account))
    }
}

/// Returns the token that was presented. All of them are compared, and each as a
/// whole, so that the time reveals nothing.
pub fn find<'t>(tokens: &'t [Token], presented: &str) -> Option<&'t Token> {
    let hash = TokenHash::of(presented);
    let mut found = u32::MAX;
    for (index, token) in (0u32..).zip(tokens) {
        let same: Choice = token.sha256.0.ct_eq(&hash.0);
        found.conditional_assign(&index, same);
    }
    tokens.get(usize::try_from(found).ok()?)
}

/// Returns the token of an `authorization` header.
pub fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_found_by_their_hash() {
        let tokens = [Token::new("a", "alpha"), Token::new("b", "beta")];
        let name = |presented| find(&tokens, presented).map(|t| t.name.as_str());
        assert_eq!(name("alpha"), Some("a"));
        assert_eq!(name("beta"), Some("b"));
        assert_eq!(name("gamma"), None);
        assert_eq!(name(""), None);
        assert!(find(&[], "alpha").is_none());
    }

    #[test]
    fn hashes_are_read_and_written() {
        let hash = TokenHash::of("abc");
        assert_eq!(
            hash.to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(hash.to_string().to_uppercase().parse(), Ok(hash));
        for bad in [
            "",
            "abc",
            &"g".repeat(64),
            &"+a".repeat(32),
            &"é".repeat(32),
        ] {
            assert!(bad.parse::<TokenHash>().is_err(), "{bad}");
        }
    }

    #[test]
    fn debug_output_shows_no_hash() {
        let token = Token::new("a", "alpha");
        assert!(!format!("{token:?}").contains(&token.sha256.to_string()));
    }

    #[test]
    fn bearer_headers() {
        assert_eq!(bearer("Bearer abc"), Some("abc"));
        assert_eq!(bearer("bearer  abc "), Some("abc"));
        for bad in ["", "abc", "Basic abc", "Bearer", "Bearer "] {
            assert_eq!(bearer(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_token_can_be_restricted_to_accounts() {
        let token = Token::new("a", "alpha").accounts(["main"]);
        assert!(token.may_use("main") && !token.may_use("second"));
        assert!(Token::new("b", "beta").may_use("anything"));
    }
}
