//! Weights & Biases: one integration in the gateway's terms, five members of
//! the request in Together's.

use serde_json::{Map, Value};

use super::clerk::Clerk;
use super::rules::TOGETHER_WANDB;
use crate::together::types::CreateFinetuneRequest;
use crate::wire::Secret;

pub(super) fn to_together(
    integrations: Option<&[Map<String, Value>]>,
    request: &mut CreateFinetuneRequest,
    clerk: &mut Clerk,
) {
    let known: Vec<&str> = TOGETHER_WANDB.iter().map(|(name, _)| *name).collect();
    let wandb = clerk.wandb(integrations.unwrap_or_default(), &known);
    let wandb = wandb.unwrap_or_default();
    let text = |name: &str| wandb.get(name).and_then(Value::as_str).map(str::to_owned);
    request.wandb_project_name = text("project");
    request.wandb_name = text("name");
    request.wandb_entity = text("entity");
    request.wandb_base_url = text("base_url");
    request.wandb_api_key = text("api_key").map(Secret::from);
}

/// The integration, where there is anything to say about it.
pub(super) fn integration(wandb: Map<String, Value>) -> Option<Vec<Map<String, Value>>> {
    (!wandb.is_empty()).then(|| {
        vec![Map::from_iter([
            ("type".to_owned(), Value::from("wandb")),
            ("wandb".to_owned(), wandb.into()),
        ])]
    })
}
