//! Every branch of every union comes back as the branch that it was, with all
//! that it held.
#![cfg(all(feature = "openai", feature = "together"))]

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use unitune::wire::from_slice;
use unitune::{openai::types as openai, together::types as together};

/// Reads, checks the branch, writes, and compares.
#[track_caller]
fn comes_back<T: DeserializeOwned + Serialize + Debug>(json: Value, is_branch: fn(&T) -> bool) {
    let value: T = serde_json::from_value(json.clone()).unwrap();
    assert!(is_branch(&value), "{value:?}");
    assert_eq!(serde_json::to_value(&value).unwrap(), json);
    // In one pass, wherever the member stands that tells the branches apart.
    let mut members: Vec<(&String, &Value)> = json.as_object().into_iter().flatten().collect();
    for _ in 0..members.len().max(1) {
        let text = match &json {
            Value::Object(_) => object(&members),
            _ => json.to_string(),
        };
        let value: T = from_slice(text.as_bytes()).unwrap();
        assert!(is_branch(&value), "{text}: {value:?}");
        assert_eq!(serde_json::to_value(&value).unwrap(), json, "{text}");
        if !members.is_empty() {
            members.rotate_left(1);
        }
    }
}

/// An object with its members in this order.
fn object(members: &[(&String, &Value)]) -> String {
    let members = members
        .iter()
        .map(|(name, value)| format!("{name:?}:{value}"));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

macro_rules! branch {
    ($json:expr, $pattern:pat) => {
        comes_back($json, |value| matches!(value, $pattern))
    };
}

#[test]
fn a_scheduler_keeps_the_arguments_of_its_kind() {
    use together::LrScheduler::*;
    branch!(
        json!({"lr_scheduler_type": "linear", "lr_scheduler_args": {"min_lr_ratio": 0.25}}),
        Linear(_)
    );
    branch!(
        json!({"lr_scheduler_type": "cosine",
               "lr_scheduler_args": {"min_lr_ratio": 0.25, "num_cycles": 1.5}}),
        Cosine(_)
    );
    branch!(json!({"lr_scheduler_type": "cosine"}), Cosine(_));
    branch!(json!({"lr_scheduler_type": ""}), Unknown(_));
}

#[test]
fn a_training_method_keeps_its_settings() {
    use together::TrainingMethod::*;
    branch!(json!({"method": "sft", "train_on_inputs": "auto"}), Sft(_));
    branch!(json!({"method": "sft", "train_on_inputs": false}), Sft(_));
    branch!(
        json!({"method": "dpo", "dpo_beta": 0.3, "rpo_alpha": 0.5, "simpo_gamma": 0.7,
               "dpo_normalize_logratios_by_length": true, "dpo_reference_free": true}),
        Dpo(_)
    );
    branch!(json!({"method": "grpo", "beta": 1}), Unknown(_));
}

#[test]
fn a_training_type_keeps_its_settings() {
    use together::TrainingType::*;
    branch!(json!({"type": "Full"}), Full(_));
    branch!(
        json!({"type": "Lora", "lora_r": 8, "lora_alpha": 16, "lora_dropout": 0.5,
               "lora_trainable_modules": "q_proj,v_proj"}),
        Lora(_)
    );
    branch!(json!({"type": ""}), Unknown(_));
}

#[test]
fn numbers_and_words_keep_apart() {
    branch!(json!(true), together::TrainOnInputs::Boolean(true));
    branch!(json!(false), together::TrainOnInputs::Boolean(false));
    branch!(json!("auto"), together::TrainOnInputs::Auto);
    branch!(json!("never"), together::TrainOnInputs::Unknown(_));
    branch!(json!(32), together::BatchSize::Integer(32));
    branch!(json!("max"), together::BatchSize::Max);
    branch!(json!("auto"), together::BatchSize::Unknown(_));
}

#[test]
fn openai_s_hyperparameters_are_numbers_or_auto() {
    let hyperparameters = json!({
        "batch_size": "auto", "learning_rate_multiplier": 1.8, "n_epochs": 3,
    });
    let read: openai::FineTuneSupervisedHyperparameters =
        serde_json::from_value(hyperparameters.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), hyperparameters);
    let dpo = json!({"beta": 0.1, "batch_size": 8, "n_epochs": "auto"});
    let read: openai::FineTuneDpoHyperparameters = serde_json::from_value(dpo.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), dpo);
}

#[test]
fn the_five_kinds_of_graders() {
    use openai::Grader::*;
    let message = json!({"role": "user", "content": "say yes", "type": "message"});
    branch!(
        json!({"type": "string_check", "name": "n", "input": "i", "reference": "r",
               "operation": "ilike"}),
        StringCheck(_)
    );
    branch!(
        json!({"type": "text_similarity", "name": "n", "input": "i", "reference": "r",
               "evaluation_metric": "rouge_l"}),
        TextSimilarity(_)
    );
    branch!(
        json!({"type": "python", "name": "n", "source": "def grade(): ...", "image_tag": "t"}),
        Python(_)
    );
    branch!(
        json!({"type": "score_model", "name": "n", "model": "m", "input": [message],
               "range": [0.0, 1.0], "sampling_params": {"seed": 1, "temperature": 0.5}}),
        ScoreModel(_)
    );
    let check = json!({"type": "string_check", "name": "n", "input": "i", "reference": "r",
                       "operation": "eq"});
    branch!(
        json!({"type": "multi", "name": "n", "calculate_output": "a", "graders": check}),
        Multi(_)
    );
    branch!(json!({"type": "vibes", "name": "n"}), Unknown(_));
}

#[test]
fn a_grader_s_message_is_text_a_part_or_parts() {
    let with = |content: Value| {
        let message = json!({"role": "user", "content": content});
        let read: openai::GraderMessage = serde_json::from_value(message.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), message);
        format!("{:?}", read.content)
    };
    let parts = [
        json!("plain"),
        json!({"type": "input_text", "text": "t"}),
        json!({"type": "output_text", "text": "t"}),
        json!({"type": "input_image", "image_url": "https://a.example/b.png", "detail": "low"}),
        json!({"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}),
    ];
    let mut seen: Vec<String> = parts.iter().map(|p| with(p.clone())).collect();
    seen.push(with(json!(parts)));
    assert!(seen.iter().all(|s| !s.contains("Unknown")), "{seen:#?}");
    seen.dedup();
    assert_eq!(seen.len(), 6, "{seen:#?}");
}

/// JSON leaves open what a member means that is said twice; it is the last one
/// here, however the body is read.
#[test]
fn of_two_tags_the_last_one_counts() {
    let texts = [
        r#"{"type": "Full", "lora_r": 8, "lora_alpha": 16, "type": "Lora"}"#,
        r#"{"type": "Lora", "lora_r": 8, "lora_alpha": 16, "type": "Lor"}"#,
        r#"{"type": "Lora", "lora_r": 8, "lora_alpha": 16, "type": "Full"}"#,
        r#"{"type": "Lora", "lora_r": 8, "lora_alpha": 16, "type": 7}"#,
        r#"{"type": 7, "lora_r": 8, "lora_alpha": 16, "type": "Lora"}"#,
    ];
    for text in texts {
        let one_pass: together::TrainingType = from_slice(text.as_bytes()).unwrap();
        let buffered: together::TrainingType = serde_json::from_str(text).unwrap();
        assert_eq!(one_pass, buffered, "{text}");
    }
    let last: together::TrainingType = from_slice(texts[0].as_bytes()).unwrap();
    assert!(matches!(last, together::TrainingType::Lora(_)), "{last:?}");
}
