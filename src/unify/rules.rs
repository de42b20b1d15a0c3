//! Every rule by which a field of the gateway's job comes about, as tables.
//!
//! The conversions quote these rows in their notes, strict mode looks up in
//! them what is a guess, and `docs/mapping.md` is written from them.

use super::NoteKind;

/// One way in which a field of the gateway's job comes about.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rule {
    /// The gateway's field.
    pub field: &'static str,
    /// What sort of value this way gives.
    pub kind: NoteKind,
    /// True when it guesses or loses something: strict mode refuses it.
    pub guess: bool,
    /// From what the value comes, or why there is none.
    pub says: &'static str,
}

/// Declares a vendor's rules as constants, and the table of all of them.
macro_rules! rules {
    ($(#[$meta:meta])* $table:ident {
        $($name:ident: $field:literal, $kind:ident $(($guess:ident))?, $says:literal;)*
    }) => {
        $(
            pub(in crate::unify) const $name: &Rule = &Rule {
                field: $field,
                kind: NoteKind::$kind,
                guess: rules!(@guess $($guess)?),
                says: $says,
            };
        )*
        $(#[$meta])*
        pub(in crate::unify) const $table: &[&Rule] = &[$($name),*];
    };
    (@guess) => { false };
    (@guess guess) => { true };
}

/// Rules that hold for every vendor.
pub(in crate::unify) mod common {
    use super::{NoteKind, Rule};

    rules! {
        /// The table.
        TABLE {
            STATUS_EXACT: "status", Exact, "the vendor's word is the gateway's";
            STATUS_DERIVED: "status", Derived, "the vendor's word, by the table of statuses";
            STATUS_UNKNOWN: "status", Defaulted (guess), "a word that no document names is taken for running, so that no end is invented";
            FINISHED: "finished_at", Exact, "`finished_at`";
            FINISHED_CONTRADICTS: "finished_at", Unavailable (guess), "the vendor's time lies before `created_at`";
        }
    }
}

/// Together's rules, for both of its job schemas.
#[cfg(feature = "together")]
pub(in crate::unify) mod together {
    use super::{NoteKind, Rule};

    rules! {
        /// The table.
        TABLE {
            OBJECT: "object", Exact, "a constant";
            ID: "id", Exact, "`id`";
            MODEL: "model", Exact, "`model`";
            MODEL_ABSENT: "model", Defaulted (guess), "`model` is absent: left empty";
            CREATED: "created_at", Exact, "`created_at`, rounded down to seconds";
            CREATED_DERIVED: "created_at", Derived (guess), "`created_at` says no time: the earliest of the events' times, `started_at` and `updated_at`";
            FINISHED_EVENT: "finished_at", Derived, "the time of the last event that ends a job";
            FINISHED_UPDATED: "finished_at", Derived (guess), "no event ends the job: `updated_at`";
            FINISHED_UNKNOWN: "finished_at", Unavailable, "no event ends the job, and `updated_at` says no time";
            FINISHED_NOT_YET: "finished_at", Unavailable, "the job has not ended";
            FINE_TUNED: "fine_tuned_model", Exact, "`model_output_name`";
            FINE_TUNED_ABSENT: "fine_tuned_model", Unavailable, "`model_output_name` is absent";
            FINE_TUNED_NOT_YET: "fine_tuned_model", Unavailable, "`model_output_name` is set from the start; it counts when the job is completed";
            ORGANIZATION_LABEL: "organization_id", Derived, "the account's label";
            ORGANIZATION_ABSENT: "organization_id", Unavailable, "the vendor names persons, not organisations, and the account has no label";
            RESULT_FILES: "result_files", Unavailable, "the vendor has none";
            VALIDATION: "validation_file", Exact, "`validation_file`";
            VALIDATION_UNSET: "validation_file", Unavailable, "`validation_file` is not set";
            TRAINING: "training_file", Exact, "`training_file`";
            TRAINING_ABSENT: "training_file", Defaulted (guess), "`training_file` is absent: left empty";
            HYPERPARAMETERS: "hyperparameters", Exact, "the vendor's settings under its own names; its learning rate is absolute, and so no `learning_rate_multiplier`";
            HYPERPARAMETERS_ABSENT: "hyperparameters", Unavailable, "no setting of the training is set";
            TOKENS: "trained_tokens", Derived, "`token_count`, the data set's tokens, not multiplied by epochs";
            TOKENS_UNKNOWN: "trained_tokens", Unavailable, "`token_count` is not known";
            TOKENS_NOT_YET: "trained_tokens", Unavailable, "`token_count` counts when the job is completed";
            INTEGRATIONS: "integrations", Derived, "`wandb_project_name`, `wandb_name`, `wandb_url`";
            INTEGRATIONS_ABSENT: "integrations", Unavailable, "nothing about Weights & Biases is set";
            SEED: "seed", Exact, "`random_seed`";
            SEED_ABSENT: "seed", Unavailable, "`random_seed` is absent; the vendor does not say it when one job is retrieved";
            ESTIMATE: "estimated_finish", Derived, "`updated_at` + `progress.seconds_remaining`";
            ESTIMATE_ABSENT: "estimated_finish", Unavailable, "the vendor has no estimate";
            ESTIMATE_ENDED: "estimated_finish", Unavailable, "the job has ended";
            METHOD: "method", Derived, "`training_method`";
            METHOD_ABSENT: "method", Unavailable, "`training_method` is absent";
            METHOD_UNKNOWN: "method", Unavailable (guess), "`training_method` is none that a document names; it is kept in `provider.extra`";
            METADATA: "metadata", Unavailable, "the vendor has none";
            ERROR: "error", Derived, "the last event of level error or of a type that says error";
            ERROR_UNKNOWN: "error", Unavailable, "no event says why the job failed";
            ERROR_NONE: "error", Exact, "the job has not failed";
        }
    }
}

/// OpenAI's rules: identity, but for the status.
#[cfg(feature = "openai")]
pub(in crate::unify) mod openai {
    use super::{NoteKind, Rule};

    rules! {
        /// The table.
        TABLE {
            OBJECT: "object", Exact, "`object`";
            ID: "id", Exact, "`id`";
            MODEL: "model", Exact, "`model`";
            CREATED: "created_at", Exact, "`created_at`";
            FINE_TUNED: "fine_tuned_model", Exact, "`fine_tuned_model`";
            ORGANIZATION: "organization_id", Exact, "`organization_id`";
            RESULT_FILES: "result_files", Exact, "`result_files`";
            VALIDATION: "validation_file", Exact, "`validation_file`";
            TRAINING: "training_file", Exact, "`training_file`";
            HYPERPARAMETERS: "hyperparameters", Exact, "`hyperparameters`";
            TOKENS: "trained_tokens", Exact, "`trained_tokens`";
            INTEGRATIONS: "integrations", Exact, "`integrations`";
            SEED: "seed", Exact, "`seed`";
            ESTIMATE: "estimated_finish", Exact, "`estimated_finish`";
            METHOD: "method", Exact, "`method`";
            METADATA: "metadata", Exact, "`metadata`";
            ERROR: "error", Exact, "`error`; an object without any value says none";
        }
    }
}

/// The gateway's own rules: identity.
pub(in crate::unify) mod truefoundry {
    use super::{NoteKind, Rule};

    rules! {
        /// The table.
        TABLE {
            OBJECT: "object", Exact, "`object`";
            ID: "id", Exact, "`id`";
            MODEL: "model", Exact, "`model`";
            CREATED: "created_at", Exact, "`created_at`";
            FINE_TUNED: "fine_tuned_model", Exact, "`fine_tuned_model`";
            ORGANIZATION: "organization_id", Exact, "`organization_id`";
            RESULT_FILES: "result_files", Exact, "`result_files`";
            VALIDATION: "validation_file", Exact, "`validation_file`";
            TRAINING: "training_file", Exact, "`training_file`";
            HYPERPARAMETERS: "hyperparameters", Exact, "`hyperparameters`";
            TOKENS: "trained_tokens", Exact, "`trained_tokens`";
            INTEGRATIONS: "integrations", Exact, "`integrations`";
            SEED: "seed", Exact, "`seed`";
            ESTIMATE: "estimated_finish", Exact, "`estimated_finish`";
            METHOD: "method", Exact, "`method`";
            METADATA: "metadata", Exact, "`metadata`";
            ERROR: "error", Exact, "an undocumented `error` in OpenAI's shape, where there is one";
            ERROR_ABSENT: "error", Unavailable, "the gateway's job has none";
        }
    }
}
