//! `unitune models list`

use futures_util::future::join_all;
use serde::Serialize;
use serde_json::json;
use unitune::providers::{Account, Operation};
use unitune_datasets::models::{self, catalogue};

use super::able;
use crate::accounts::Accounts;
use crate::args::models::ListArguments;
use crate::exit::{Exit, Failure};
use crate::output::{self, Column, Kind, ListContext, Output, Row, Step, Table};

/// A model that can be trained at an account.
#[derive(Serialize)]
struct Model {
    account: String,
    model: String,
    /// Whether the vendor says so now; otherwise the table does.
    is_live: bool,
    /// What the table knows of it.
    known: Option<models::Model>,
}

impl Model {
    fn new(account: &Account, name: &str) -> Self {
        Self {
            account: account.name().to_owned(),
            model: name.to_owned(),
            is_live: true,
            known: catalogue().find(account.vendor().as_str(), name).cloned(),
        }
    }

    fn price(&self) -> Option<f64> {
        self.known.as_ref()?.price.as_ref()?.supervised
    }

    fn methods(&self) -> Vec<&'static str> {
        let known = self.known.iter().flat_map(|known| &known.methods);
        known.map(|method| method.as_str()).collect()
    }

    fn from(&self) -> String {
        match self.is_live {
            true => "the vendor".to_owned(),
            false => format!("the table of {}", catalogue().as_of()),
        }
    }
}

impl Row for Model {
    const TABLE: Table<Self> = Table {
        columns: &[
            Column::new("account", "ACCOUNT", Kind::Text, |row| json!(row.account)),
            Column::new("model", "MODEL", Kind::Text, |row| json!(row.model)),
            Column::new("methods", "METHODS", Kind::Text, |row: &Self| {
                json!(row.methods())
            })
            .text(|row| row.methods().join(", ")),
            Column::new("context", "CONTEXT", Kind::Number, |row| {
                json!(row.known.as_ref().and_then(|known| known.context.usual))
            }),
            Column::new("price", "USD/M TOKENS", Kind::Number, |row| {
                json!(row.price())
            }),
            Column::new("ends", "ENDS", Kind::Text, |row| {
                json!(row.known.as_ref().and_then(|known| known.ends.as_ref()))
            }),
            Column::new("from", "FROM", Kind::Text, |row| json!(row.from())),
        ],
        shown: &[
            "account", "model", "methods", "context", "price", "ends", "from",
        ],
        steps: &[
            Step::Drop("from"),
            Step::Drop("methods"),
            Step::Drop("ends"),
            Step::Drop("context"),
            Step::Drop("price"),
            Step::Drop("account"),
        ],
        empty: "No models.",
        colour: |_| None,
    };
}

pub async fn run(arguments: ListArguments) -> Result<Exit, Failure> {
    let output = Output::new(&arguments.output);
    output.check::<Model>()?;
    let accounts = Accounts::open(&arguments.accounts).await?;
    let output = output.at(accounts.now());
    let providers = accounts.providers();
    let (able, unable) = able(providers, Operation::ListModels);
    let answers = able.iter().map(async |account| {
        let answer = providers.models(account.name()).await;
        (*account, answer)
    });
    let mut models = Vec::new();
    let mut failed = Vec::new();
    for (account, answer) in join_all(answers).await {
        match answer {
            Ok(names) => models.extend(names.iter().map(|name| Model::new(account, name))),
            Err(error) => failed.push(error),
        }
    }
    if failed.len() == providers.accounts().len() {
        failed.iter().for_each(|error| output::error(error));
        return Ok(Exit::Partial);
    }
    // Where the vendor does not say it, the table does; it can be out of date.
    for (account, error) in unable {
        let mut known = catalogue().of_vendor(account.vendor().as_str()).peekable();
        if known.peek().is_none() {
            output::note(&format!("note: {error}"));
        }
        models.extend(known.map(|known| Model {
            is_live: false,
            ..Model::new(account, &known.id)
        }));
    }
    if let Some(text) = &arguments.text {
        let text = text.to_lowercase();
        models.retain(|model| model.model.to_lowercase().contains(&text));
    }
    models.sort_by(|a, b| (&a.account, &a.model).cmp(&(&b.account, &b.model)));
    output.list(models, ListContext::default())?;
    for error in &failed {
        output::warning(&error.to_string());
    }
    Ok(match failed.as_slice() {
        [] => Exit::Done,
        _ => Exit::Partial,
    })
}
