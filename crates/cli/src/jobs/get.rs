//! `unitune jobs get`

use serde_json::json;

use crate::accounts::Accounts;
use crate::args::GetArguments;
use crate::exit::{Exit, Failure};
use crate::render::{self, Terminal};

pub async fn run(arguments: GetArguments) -> Result<Exit, Failure> {
    let accounts = Accounts::open(&arguments.common).await?;
    let mut jobs = Vec::new();
    let mut exit = Exit::Done;
    for id in &arguments.ids {
        match accounts.providers().retrieve(id).await {
            Ok(job) => jobs.push(job),
            Err(error) => {
                render::error(&error);
                exit = Exit::Failure;
            }
        }
    }
    match (arguments.common.json, arguments.ids.as_slice()) {
        // One id: the job, as the gateway answers; nothing if there is none.
        (true, [_]) => {
            for job in &jobs {
                render::json(&json!(job))?;
            }
        }
        (true, _) => render::json(&json!({
            "object": "list",
            "data": jobs,
            "has_more": false,
        }))?,
        (false, _) => {
            let terminal = Terminal::of_stdout();
            let card = |job| render::card(job, arguments.notes, &terminal);
            let cards: Vec<String> = jobs.iter().map(card).collect();
            render::text(&cards.join("\n"))?;
        }
    }
    Ok(exit)
}
