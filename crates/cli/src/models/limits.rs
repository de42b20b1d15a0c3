//! `unitune models limits`

use serde_json::{Value, json};
use unitune::providers::{Account, Operation};
use unitune::unify::{ModelLimits, TrainingLimits};

use super::able;
use crate::accounts::Accounts;
use crate::args::models::LimitsArguments;
use crate::exit::{Exit, Failure};
use crate::output::{self, Output, card, plain};

pub async fn run(arguments: LimitsArguments) -> Result<Exit, Failure> {
    let output = Output::new(&arguments.output);
    let accounts = Accounts::of(&arguments.source).await?;
    let providers = accounts.providers();
    let asked: Vec<&Account> = match &arguments.on {
        Some(name) => {
            let account = providers.named_or_default(Some(name))?;
            account.check(Operation::ModelLimits)?;
            vec![account]
        }
        None => able(providers, Operation::ModelLimits).0,
    };
    if asked.is_empty() {
        return Err(Failure::new(
            Exit::Failure,
            "none of the accounts' vendors returns limits for its models",
        ));
    }
    let mut found: Vec<(&str, ModelLimits)> = Vec::new();
    let mut exit = Exit::Done;
    for model in &arguments.models {
        let mut failed = Vec::new();
        for account in &asked {
            match providers.model_limits(account.name(), model).await {
                Ok(limits) => found.push((account.name(), limits)),
                Err(error) => failed.push(error),
            }
        }
        let is_found = failed.len() < asked.len();
        for error in failed {
            match is_found {
                // Others need not have the model.
                true if error.is_not_found() => {}
                true => {
                    output::warning(&error.to_string());
                    exit = exit.or_partial();
                }
                false => exit = exit.report(error),
            }
        }
    }
    let documents: Vec<Value> = found
        .iter()
        .map(|(account, limits)| {
            let mut document = json!(limits);
            document["account"] = json!(account);
            document
        })
        .collect();
    let cards = || {
        let cards = found.iter().map(|(account, limits)| {
            let lines = lines(account, limits);
            card(lines, &output.view.terminal)
        });
        cards.collect::<Vec<_>>().join("\n")
    };
    match (documents.as_slice(), arguments.models.as_slice()) {
        ([], _) => {}
        ([only], [_]) => output.value(only, cards)?,
        (all, _) => output.value(&all, cards)?,
    }
    Ok(exit)
}

fn lines(account: &str, limits: &ModelLimits) -> Vec<(&'static str, String)> {
    let batches = |training: &TrainingLimits| {
        format!(
            "batches of {} to {}, with pairs up to {}",
            training.min_batch_size, training.max_batch_size, training.max_batch_size_dpo
        )
    };
    let offered = |training: Option<&TrainingLimits>| {
        training.map_or_else(|| "not offered".to_owned(), batches)
    };
    vec![
        ("Model", plain(&limits.model)),
        ("Account", plain(account)),
        ("Epochs", format!("up to {}", limits.max_epochs)),
        ("Evaluations", format!("up to {}", limits.max_evaluations)),
        (
            "Learning rate",
            format!(
                "{:e} to {:e}",
                limits.min_learning_rate, limits.max_learning_rate
            ),
        ),
        ("All weights", offered(limits.full.as_ref())),
        ("Adapter", offered(limits.lora.as_ref())),
        (
            "Adapter's rank",
            limits
                .max_lora_rank
                .map_or_else(String::new, |rank| format!("up to {rank}")),
        ),
        ("Adapter's modules", plain(&limits.lora_modules.join(", "))),
    ]
}
