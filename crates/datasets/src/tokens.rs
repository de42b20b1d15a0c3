//! Counts tokens.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::Serialize;

use crate::rules::VendorRules;

/// What a message costs beside its text: how OpenAI's models frame messages.
pub(crate) const PER_MESSAGE: u64 = 3;
/// What an example costs beside its messages.
pub(crate) const PER_EXAMPLE: u64 = 3;

/// How many counts of texts that come again are kept.
const REMEMBERED: usize = 1024;
/// Texts shorter than this are counted again each time.
const WORTH_REMEMBERING: usize = 200;

/// What the counts of tokens are worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "basis")]
#[non_exhaustive]
pub enum TokenBasis {
    /// The model's own tokenizer counted the text. What frames messages and
    /// tools is estimated, and pictures are not counted.
    Tokenizer {
        /// The encoding.
        encoding: &'static str,
    },
    /// An estimate: the tokenizer is another model's.
    Estimate {
        /// The encoding.
        encoding: &'static str,
    },
    /// Nothing was counted.
    NotCounted,
}

impl TokenBasis {
    /// Returns the basis on which tokens of a vendor's model are counted.
    pub fn of(vendor: &VendorRules, model: Option<&str>) -> Self {
        if !cfg!(feature = "tokenizer") {
            return Self::NotCounted;
        }
        let model = model.unwrap_or_default();
        // Fine-tuned models are named after their base.
        let name = model.strip_prefix("ft:").unwrap_or(model);
        let name = name.rsplit('/').next().unwrap_or(name);
        let name = name.to_ascii_lowercase();
        let known = TOKENIZERS
            .iter()
            .find(|(prefix, _)| name.starts_with(prefix));
        match known {
            Some((_, encoding)) => Self::Tokenizer { encoding },
            None if name == "gpt-4" => Self::Tokenizer { encoding: CL100K },
            None if vendor.counts_like_openai && name.is_empty() => {
                Self::Tokenizer { encoding: O200K }
            }
            None => Self::Estimate { encoding: O200K },
        }
    }

    /// Returns true where tokens were counted.
    pub fn is_counted(self) -> bool {
        self != Self::NotCounted
    }
}

const O200K: &str = "o200k_base";
const CL100K: &str = "cl100k_base";
const LLAMA3: &str = "llama3";
const QWEN2: &str = "qwen2";
const DEEPSEEK_V3: &str = "deepseek_v3";

/// Beginnings of models' names, and the encodings of their texts.
const TOKENIZERS: &[(&str, &str)] = &[
    ("gpt-3.5", CL100K),
    ("gpt-35", CL100K),
    ("gpt-4-", CL100K),
    ("gpt-4o", O200K),
    ("gpt-4.1", O200K),
    ("gpt-5", O200K),
    // The same text tokens as gpt-4o.
    ("gpt-oss", O200K),
    ("o1", O200K),
    ("o3", O200K),
    ("o4", O200K),
    ("llama-3", LLAMA3),
    ("llama-v3", LLAMA3),
    ("meta-llama-3", LLAMA3),
    // Qwen3.5 has tokens of its own.
    ("qwen2", QWEN2),
    ("qwen3-", QWEN2),
    ("deepseek-v3", DEEPSEEK_V3),
];

/// Counts the tokens of texts.
pub(crate) struct Counter {
    basis: TokenBasis,
    remembered: HashMap<u64, u64>,
}

impl Counter {
    pub(crate) fn new(basis: TokenBasis) -> Self {
        Self {
            basis,
            remembered: HashMap::new(),
        }
    }

    pub(crate) fn is_on(&self) -> bool {
        self.basis.is_counted()
    }

    pub(crate) fn count(&self, text: &str) -> u64 {
        count(self.basis, text)
    }

    /// Counts a text that other examples have too: a system message, tools.
    pub(crate) fn count_repeated(&mut self, text: &str) -> u64 {
        if text.len() < WORTH_REMEMBERING {
            return self.count(text);
        }
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let key = hasher.finish();
        if let Some(count) = self.remembered.get(&key) {
            return *count;
        }
        let count = self.count(text);
        if self.remembered.len() == REMEMBERED {
            self.remembered.clear();
        }
        self.remembered.insert(key, count);
        count
    }
}

#[cfg(feature = "tokenizer")]
fn count(basis: TokenBasis, text: &str) -> u64 {
    let encoding = match basis {
        TokenBasis::NotCounted => return 0,
        TokenBasis::Tokenizer { encoding } | TokenBasis::Estimate { encoding } => encoding,
    };
    // A test reads each of the encodings.
    tiktoken::get_encoding(encoding).map_or(0, |tokenizer| tokenizer.count(text) as u64)
}

#[cfg(not(feature = "tokenizer"))]
fn count(_: TokenBasis, _: &str) -> u64 {
    0
}

#[cfg(feature = "tokenizer")]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::vendors;

    #[test]
    fn the_tokenizer_is_the_models() {
        let basis = |vendor, model| TokenBasis::of(vendors::find(vendor).unwrap(), model);
        let exact = |encoding| TokenBasis::Tokenizer { encoding };
        assert_eq!(basis("openai", None), exact(O200K));
        assert_eq!(basis("openai", Some("gpt-3.5-turbo-0125")), exact(CL100K));
        assert_eq!(
            basis("openai", Some("ft:gpt-4o-mini-2024-07-18:o::x")),
            exact(O200K)
        );
        assert_eq!(basis("together", Some("openai/gpt-oss-20b")), exact(O200K));
        for (model, encoding) in [
            ("meta-llama/Meta-Llama-3.1-8B-Instruct-Reference", LLAMA3),
            ("accounts/fireworks/models/llama-v3p3-70b-instruct", LLAMA3),
            ("Qwen/Qwen3-8B", QWEN2),
            ("deepseek-ai/DeepSeek-V3.1", DEEPSEEK_V3),
        ] {
            assert_eq!(basis("together", Some(model)), exact(encoding), "{model}");
        }
        assert_eq!(basis("openai", Some("gpt-4")), exact(CL100K));
        let estimate = TokenBasis::Estimate { encoding: O200K };
        assert_eq!(basis("together", Some("Qwen/Qwen3.5-9B")), estimate);
        assert_eq!(basis("fireworks", None), estimate);
        assert_eq!(basis("azure", Some("Ministral-3B")), estimate);
    }

    #[test]
    fn each_encoding_is_there() {
        for (model, encoding) in TOKENIZERS {
            let counter = Counter::new(TokenBasis::Tokenizer { encoding });
            assert_eq!(counter.count("Hello, world!"), 4, "{model}");
        }
    }

    #[test]
    fn tokens_are_those_of_the_encoding() {
        let mut counter = Counter::new(TokenBasis::Tokenizer { encoding: O200K });
        assert_eq!(counter.count("Hello, world!"), 4);
        assert_eq!(counter.count(""), 0);
        let long = "word ".repeat(100);
        let count = counter.count(&long);
        assert_eq!(counter.count_repeated(&long), count);
        assert_eq!(counter.count_repeated(&long), count);
    }
}
