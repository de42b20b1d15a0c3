//! The models that the sandbox's Together can tune, with sizes, prices and limits.

use super::store::Store;
use crate::http::{Answer, Call, ErrorResponse, Reply};
use serde_json::json;

/// One model.
pub(crate) struct Model {
    pub(crate) name: &'static str,
    /// Parameters, in millions.
    pub(crate) millions: u64,
    /// Nanodollars for each token that is trained on.
    pub(crate) nanodollars_per_token: u64,
    pub(crate) max_batch_size: u64,
    pub(crate) supports_full: bool,
    pub(crate) supports_vision: bool,
    pub(crate) supports_tools: bool,
    pub(crate) supports_reasoning: bool,
}

/// The defaults of a row.
const PLAIN: Model = Model {
    name: "",
    millions: 8_030,
    nanodollars_per_token: 480,
    max_batch_size: 32,
    supports_full: true,
    supports_vision: false,
    supports_tools: true,
    supports_reasoning: false,
};

/// Every model.
#[rustfmt::skip]
pub(crate) static MODELS: &[Model] = &[
    Model { name: "Qwen/Qwen2.5-14B-Instruct", millions: 14_800, max_batch_size: 16, ..PLAIN },
    Model { name: "Qwen/Qwen3-8B", supports_reasoning: true, ..PLAIN },
    Model { name: "meta-llama/Llama-3.2-1B-Instruct", millions: 1_240, max_batch_size: 64, ..PLAIN },
    Model { name: "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference", ..PLAIN },
    Model { name: "meta-llama/Meta-Llama-3.3-70B-Instruct-Reference", millions: 70_600, nanodollars_per_token: 2_900, max_batch_size: 8, supports_full: false, ..PLAIN },
    Model { name: "google/gemma-3-4b-it-VLM", millions: 4_300, supports_vision: true, supports_tools: false, ..PLAIN },
    Model { name: "Qwen/Qwen3.5-4B", millions: 4_000, supports_vision: true, supports_reasoning: true, ..PLAIN },
    Model { name: "Qwen/Qwen3.5-9B", millions: 9_000, nanodollars_per_token: 340, supports_vision: true, supports_reasoning: true, ..PLAIN },
    Model { name: "Qwen/Qwen3.5-27B", millions: 27_000, nanodollars_per_token: 1_050, max_batch_size: 16, supports_vision: true, supports_reasoning: true, ..PLAIN },
    Model { name: "Qwen/Qwen3.6-27B", millions: 27_000, nanodollars_per_token: 1_050, max_batch_size: 16, supports_vision: true, supports_reasoning: true, ..PLAIN },
    Model { name: "Qwen/Qwen3.6-35B-A3B", millions: 35_000, nanodollars_per_token: 1_050, max_batch_size: 16, supports_full: false, supports_reasoning: true, ..PLAIN },
    Model { name: "google/gemma-4-31B-it", millions: 31_000, nanodollars_per_token: 1_050, max_batch_size: 16, ..PLAIN },
    Model { name: "openai/gpt-oss-20b", millions: 20_900, nanodollars_per_token: 400, supports_full: false, supports_reasoning: true, ..PLAIN },
    Model { name: "openai/gpt-oss-120b", millions: 116_800, nanodollars_per_token: 2_500, max_batch_size: 8, supports_full: false, supports_reasoning: true, ..PLAIN },
];

/// The model of this name.
pub(crate) fn model(name: &str) -> Option<&'static Model> {
    MODELS.iter().find(|model| model.name == name)
}

/// How many parameters a model has.
pub(crate) fn parameters(name: &str) -> u64 {
    model(name).map_or(0, |model| model.millions * 1_000_000)
}

/// What training on so many tokens costs, in nanodollars; Together charges four dollars at the least.
pub(crate) fn price(name: &str, tokens: u64) -> u64 {
    let each = model(name).map_or(PLAIN.nanodollars_per_token, |model| {
        model.nanodollars_per_token
    });
    tokens.saturating_mul(each).max(4_000_000_000)
}

/// Limits that all models share.
pub(crate) mod limits {
    pub(crate) const EPOCHS: i64 = 20;
    pub(crate) const EVALS: i64 = 100;
    pub(crate) const CHECKPOINTS: i64 = 100;
    pub(crate) const SEQUENCE: i64 = 8192;
    pub(crate) const LEAST_SEQUENCE: i64 = 128;
    pub(crate) const LEAST_RATE: f64 = 1e-8;
    pub(crate) const MOST_RATE: f64 = 0.01;
    pub(crate) const LEAST_BATCH: i64 = 1;
    pub(crate) const RANK: i64 = 64;
    pub(crate) const ACCUMULATION: i64 = 64;
    pub(crate) const DEFAULT_ACCUMULATION: i64 = 1;
}

/// `GET /fine-tunes/models/supported`
pub(crate) fn supported(_: &mut Store, _: &Call) -> Reply {
    let names: Vec<&str> = MODELS.iter().map(|model| model.name).collect();
    Ok(Answer::json(json!({ "models": names })))
}

/// `GET /fine-tunes/models/limits`
pub(crate) fn retrieve_limits(_: &mut Store, call: &Call) -> Reply {
    let Some(name) = call.query("model_name") else {
        let message = "The query needs 'model_name'.";
        return Err(ErrorResponse::field("model_name", message));
    };
    // Together's document gives this one error answer a shape of its own; the answer has both.
    let Some(model) = model(name) else {
        let message = format!("The model '{name}' cannot be fine-tuned.");
        let error = json!({"message": message, "type": "invalid_request_error", "param": "model_name", "code": "model_not_supported"});
        return Ok(Answer::status(
            404,
            json!({"message": message, "error": error}),
        ));
    };
    let batches = json!({
        "max_batch_size": model.max_batch_size,
        "max_batch_size_dpo": model.max_batch_size / 2,
        "min_batch_size": limits::LEAST_BATCH,
    });
    let mut lora = batches.clone();
    lora["max_rank"] = json!(limits::RANK);
    lora["default_rank"] = json!(limits::RANK);
    lora["target_modules"] = json!(["q_proj", "k_proj", "v_proj", "o_proj"]);
    let mut body = json!({
        "model_name": model.name,
        "lora_training": lora,
        "max_num_epochs": limits::EPOCHS,
        "max_num_evals": limits::EVALS,
        "max_num_checkpoints": limits::CHECKPOINTS,
        "max_seq_length_sft": limits::SEQUENCE,
        "max_seq_length_dpo": limits::SEQUENCE,
        "min_max_seq_length": limits::LEAST_SEQUENCE,
        "max_learning_rate": limits::MOST_RATE,
        "min_learning_rate": limits::LEAST_RATE,
        "default_gradient_accumulation_steps": limits::DEFAULT_ACCUMULATION,
        "supports_full_training": model.supports_full,
        "supports_vision": model.supports_vision,
        "supports_tools": model.supports_tools,
        "supports_reasoning": model.supports_reasoning,
        "merge_output_lora": true,
    });
    // Where it is not offered, its limits are zeros.
    body["full_training"] = match model.supports_full {
        true => batches,
        false => json!({"max_batch_size": 0, "max_batch_size_dpo": 0, "min_batch_size": 0}),
    };
    Ok(Answer::json(body))
}
