//! `unitune models list`

use futures_util::future::join_all;
use serde::Serialize;
use serde_json::json;
use unitune::providers::Operation;

use super::able;
use crate::accounts::Accounts;
use crate::args::models::ListArguments;
use crate::exit::{Exit, Failure};
use crate::output::{self, Around, Column, Kind, Output, Row, Step, Table};

/// A model that can be trained at an account.
#[derive(Serialize)]
struct Model {
    account: String,
    model: String,
}

impl Row for Model {
    const TABLE: Table<Self> = Table {
        columns: &[
            Column::new("account", "ACCOUNT", Kind::Text, |model| {
                json!(model.account)
            }),
            Column::new("model", "MODEL", Kind::Text, |model| json!(model.model)),
        ],
        shown: &["account", "model"],
        steps: &[Step::Drop("account")],
        empty: "No models.",
        colour: |_| None,
    };
}

pub async fn run(arguments: ListArguments) -> Result<Exit, Failure> {
    let output = Output::new(&arguments.output);
    output.check::<Model>()?;
    let accounts = Accounts::open(&arguments.accounts).await?;
    let providers = accounts.providers();
    let (able, others) = able(providers, Operation::ListModels);
    let answers = able.iter().map(async |account| {
        let answer = providers.models(account.name()).await;
        (account.name().to_owned(), answer)
    });
    let mut models = Vec::new();
    let mut exit = match able.is_empty() {
        true => Exit::Failure,
        false => Exit::Done,
    };
    for (account, answer) in join_all(answers).await {
        match answer {
            Ok(names) => models.extend(names.into_iter().map(|model| Model {
                account: account.clone(),
                model,
            })),
            Err(error) => {
                output::error(&error);
                exit = Exit::Partial;
            }
        }
    }
    if let Some(text) = &arguments.text {
        let text = text.to_lowercase();
        models.retain(|model| model.model.to_lowercase().contains(&text));
    }
    models.sort_by(|a, b| (&a.account, &a.model).cmp(&(&b.account, &b.model)));
    if !able.is_empty() {
        output.list(models, Around::default())?;
    }
    for error in others {
        output::note(&format!("note: {error}"));
    }
    Ok(exit)
}
