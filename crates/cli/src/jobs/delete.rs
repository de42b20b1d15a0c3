//! `unitune jobs delete`

use serde_json::{Value, json};

use crate::accounts::Accounts;
use crate::args::jobs::ChangeArguments;
use crate::exit::{Exit, Failure};
use crate::output::{self, Answer, Output, confirm, plain};

pub async fn run(arguments: ChangeArguments) -> Result<Exit, Failure> {
    let output = Output::new(&arguments.output);
    let accounts = Accounts::open(&arguments.accounts).await?;
    let output = output.at(accounts.now());
    let question = format!(
        "Remove {}? What it trained may go with it, and cannot be brought back.",
        arguments.ids.join(", ")
    );
    if confirm(&question, arguments.yes).await? == Answer::No {
        output::note("Nothing was changed.");
        return Ok(Exit::Failure);
    }
    let mut exit = Exit::Done;
    let mut deleted = Vec::new();
    for id in &arguments.ids {
        match accounts.providers().delete(id).await {
            Ok(()) => deleted.push(id),
            Err(error) => exit = exit.report(error),
        }
    }
    let document: Vec<Value> = deleted
        .iter()
        .map(|id| json!({"id": id, "deleted": true}))
        .collect();
    let shown = || {
        let lines = deleted.iter().map(|id| plain(&format!("{id} is removed")));
        lines.collect::<Vec<_>>().join("\n")
    };
    output.value(&document, shown)?;
    Ok(exit)
}
