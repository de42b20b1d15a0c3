//! The models that the sandbox's OpenAI can tune, and with which methods.

/// One model.
struct Model {
    /// Its dated name, which jobs answer with.
    name: &'static str,
    /// The name without a date.
    alias: &'static str,
    methods: &'static [&'static str],
}

const SUPERVISED: &[&str] = &["supervised"];
const BOTH: &[&str] = &["supervised", "dpo"];
const REINFORCEMENT: &[&str] = &["reinforcement"];

#[rustfmt::skip]
static MODELS: &[Model] = &[
    Model { name: "gpt-4o-mini-2024-07-18", alias: "gpt-4o-mini", methods: BOTH },
    Model { name: "gpt-4o-2024-08-06", alias: "gpt-4o", methods: BOTH },
    Model { name: "gpt-4.1-2025-04-14", alias: "gpt-4.1", methods: BOTH },
    Model { name: "gpt-4.1-mini-2025-04-14", alias: "gpt-4.1-mini", methods: BOTH },
    Model { name: "gpt-4.1-nano-2025-04-14", alias: "gpt-4.1-nano", methods: BOTH },
    Model { name: "gpt-3.5-turbo-0125", alias: "gpt-3.5-turbo", methods: SUPERVISED },
    Model { name: "o4-mini-2025-04-16", alias: "o4-mini", methods: REINFORCEMENT },
    Model { name: "babbage-002", alias: "babbage-002", methods: SUPERVISED },
    Model { name: "davinci-002", alias: "davinci-002", methods: SUPERVISED },
];

/// The dated name of a model that can be tuned, and the methods for it.
pub(crate) fn resolve(name: &str) -> Option<(&'static str, &'static [&'static str])> {
    let found = MODELS
        .iter()
        .find(|model| model.name == name || model.alias == name);
    found.map(|model| (model.name, model.methods))
}

/// The dated names of all models that can be tuned.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    MODELS.iter().map(|model| model.name)
}
