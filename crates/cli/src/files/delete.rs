//! `unitune files delete`

use crate::accounts::Accounts;
use crate::args::files::DeleteArguments;
use crate::exit::{Exit, Failure};
use crate::output::{self, Answer, confirm, plain};

pub async fn run(arguments: DeleteArguments) -> Result<Exit, Failure> {
    let accounts = Accounts::open(&arguments.accounts).await?;
    let question = format!("Remove {}?", arguments.ids.join(", "));
    if confirm(&question, arguments.yes).await? == Answer::No {
        output::note("Nothing was changed.");
        return Ok(Exit::Failure);
    }
    let mut exit = Exit::Done;
    for id in &arguments.ids {
        match accounts.providers().delete_file(id).await {
            Ok(()) => output::text(&plain(&format!("{id} is removed")))?,
            Err(error) => exit = exit.report(error),
        }
    }
    Ok(exit)
}
