//! What differs between the services that have this API: the ids, and the names of the models that jobs make.

use super::job::Job;
use crate::state::Random;

/// What an id is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Id {
    Job,
    File,
    Event,
    Checkpoint,
}

/// What a service has of its own.
#[derive(Debug)]
pub(crate) struct Dialect {
    /// What the service's random numbers are for.
    pub(crate) purpose: &'static str,
    pub(crate) id: fn(&mut Random, Id) -> String,
    /// The name of the model that a job makes.
    pub(crate) output_model: fn(&Job) -> String,
    /// The model behind such a name.
    pub(crate) base_model: fn(&str) -> &str,
}

/// The dialect of OpenAI's own API.
pub(crate) static OPENAI: Dialect = Dialect {
    purpose: "openai",
    id: |random, id| match id {
        Id::Job => random.id("ftjob-", 24),
        Id::File => random.id("file-", 22),
        Id::Event => random.id("ftevent-", 24),
        Id::Checkpoint => random.id("ftckpt_", 24),
    },
    output_model: |job| {
        let suffix = job.suffix.as_deref().unwrap_or("");
        let tail: String = job.id.chars().rev().take(8).collect();
        format!("ft:{}:sandbox:{suffix}:{tail}", job.model)
    },
    // `ft:gpt-4o-mini-2024-07-18:…` → `gpt-4o-mini-2024-07-18`
    base_model: |model| match model.strip_prefix("ft:") {
        Some(rest) => rest.split(':').next().unwrap_or(rest),
        None => model,
    },
};
