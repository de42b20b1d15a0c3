//! Recognises the names of members that hold keys.

/// Words that name a key, compared without case, `-` and `_`. `wandb_api_key`, `wandb_key` and `hf_api_token` are
/// known to come; the others are there to be safe.
const WORDS: [&str; 17] = [
    "accesskey",
    "accesstoken",
    "apikey",
    "apitoken",
    "authorization",
    "authtoken",
    "bearertoken",
    "cookie",
    "credential",
    "hftoken",
    "password",
    "privatekey",
    "refreshtoken",
    "secret",
    "securitytoken",
    "sessiontoken",
    "wandbkey",
];

/// Ends of names that are keys whatever stands before them, as in `wandb_token`. A hyphen does not count:
/// `idempotency-key` is a header.
const ENDS: [&str; 2] = ["_key", "_token"];

/// The same in camel case, as in `wandbKey`, and not in `monkey`.
const CAMEL_ENDS: [&str; 2] = ["Key", "Token"];

/// Settings of a tokeniser, which only end like keys.
const TOKENISER: [&str; 7] = [
    "bos_token",
    "cls_token",
    "eos_token",
    "mask_token",
    "pad_token",
    "sep_token",
    "unk_token",
];

/// Returns true for the name of a key: it *ends* in a word that names one.
///
/// ```
/// use unitune_redact::is_secret;
///
/// for name in ["token", "api_key", "X-Api-Key", "wandbKey", "hf_api_token", "client_secrets"] {
///     assert!(is_secret(name), "{name}");
/// }
/// for name in ["key", "token_count", "trained_tokens", "monkey", "eos_token", "api_key_id"] {
///     assert!(!is_secret(name), "{name}");
/// }
/// ```
#[inline]
pub fn is_secret(name: &str) -> bool {
    ends_like_a_key(name) && names_a_key(name)
}

/// Returns true if the last two letters are those of a word that names a key. They decide most names, and this runs for
/// each member of each job.
#[inline]
fn ends_like_a_key(name: &str) -> bool {
    let [.., a, b] = without_plural(name.as_bytes()) else {
        return false;
    };
    matches!(
        (a.to_ascii_lowercase(), b.to_ascii_lowercase()),
        (b'e', b'y' | b'n' | b't') | (b'o', b'n') | (b'r', b'd') | (b'i', b'e') | (b'a', b'l')
    )
}

#[inline]
fn without_plural(name: &[u8]) -> &[u8] {
    match name {
        [singular @ .., b's' | b'S'] => singular,
        _ => name,
    }
}

fn names_a_key(name: &str) -> bool {
    let singular = without_plural(name.as_bytes());
    let is_setting = TOKENISER
        .iter()
        .any(|setting| name.eq_ignore_ascii_case(setting));
    !is_setting
        && (WORDS.iter().any(|word| ends_in_word(singular, word))
            || ENDS.iter().any(|end| ends_in(name, end))
            || CAMEL_ENDS.iter().any(|end| ends_in_camel(name, end))
            || name.eq_ignore_ascii_case("token"))
}

/// Returns true where a word that names a key stands *anywhere*: in a name, or in a text that has no known form.
///
/// Everything that [`is_secret`] names is among them.
///
/// ```
/// use unitune_redact::mentions_secret;
///
/// assert!(mentions_secret("api_key_id"));
/// assert!(mentions_secret(r#"{"wandb": {"api_key": "k"#));
/// assert!(!mentions_secret("max_tokens"));
/// ```
pub fn mentions_secret(text: &str) -> bool {
    let letters: String = text
        .chars()
        .filter(|letter| !is_separator(*letter))
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    WORDS.iter().any(|word| letters.contains(word)) || is_secret(text)
}

fn is_separator(letter: char) -> bool {
    matches!(letter, '-' | '_')
}

/// Compares from the end, without case and separators.
fn ends_in_word(name: &[u8], word: &str) -> bool {
    let mut letters = name
        .iter()
        .rev()
        .filter(|letter| !is_separator(char::from(**letter)));
    word.bytes().rev().all(|expected| {
        letters
            .next()
            .is_some_and(|letter| letter.to_ascii_lowercase() == expected)
    })
}

fn ends_in(name: &str, end: &str) -> bool {
    name.len()
        .checked_sub(end.len())
        .and_then(|start| name.get(start..))
        .is_some_and(|tail| tail.eq_ignore_ascii_case(end))
}

fn ends_in_camel(name: &str, end: &str) -> bool {
    let before = name
        .strip_suffix(end)
        .and_then(|start| start.bytes().last());
    before.is_some_and(|letter| letter.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_keys_are_recognised() {
        for name in [
            "wandb_api_key",
            "wandb_key",
            "WandbApiKey",
            "apiKey",
            "X-Api-Key",
            "hf_api_token",
            "client_secret",
            "wandb_token",
            "wandbKey",
            "accessToken",
            "Authorization",
            "proxy-authorization",
            "Set-Cookie",
            "credentials",
            "passwords",
            "token",
            "TOKEN",
        ] {
            assert!(is_secret(name) && mentions_secret(name), "{name}");
        }
        for word in WORDS {
            for name in [word.to_owned(), word.to_uppercase(), format!("{word}s")] {
                assert!(is_secret(&name) && mentions_secret(&name), "{name}");
            }
            assert!(mentions_secret(&format!("{word}_id")), "{word}");
        }
        for name in [
            "token_count",
            "trained_tokens",
            "max_tokens",
            "keyboard",
            "monkey",
            "key",
            "keys",
            "idempotency-key",
            "wandb_project_name",
            "user_id",
            "project",
            "é",
            "",
        ] {
            assert!(!is_secret(name) && !mentions_secret(name), "{name}");
        }
        for name in TOKENISER {
            assert!(!is_secret(name) && !mentions_secret(name), "{name}");
        }
    }

    #[test]
    fn a_word_in_the_middle_is_a_mention_only() {
        for name in ["api_key_id", "secret_word", "authorization_url"] {
            assert!(!is_secret(name) && mentions_secret(name), "{name}");
        }
    }
}
