//! `unitune models …`

mod limits;
mod list;
mod price;

use unitune::Error;
use unitune::providers::{Account, Operation, Providers};

use crate::args::models::ModelsCommand;
use crate::exit::{Exit, Failure};

pub async fn run(command: ModelsCommand) -> Result<Exit, Failure> {
    match command {
        ModelsCommand::List(arguments) => list::run(arguments).await,
        ModelsCommand::Limits(arguments) => limits::run(arguments).await,
        ModelsCommand::Price(arguments) => price::run(*arguments).await,
    }
}

/// Returns the accounts whose vendors have an operation, and why the others are
/// left out.
fn able(providers: &Providers, operation: Operation) -> (Vec<&Account>, Vec<(&Account, Error)>) {
    let mut able = Vec::new();
    let mut others = Vec::new();
    for account in providers.accounts() {
        match account.check(operation) {
            Ok(()) => able.push(account),
            Err(error) => others.push((account, error)),
        }
    }
    (able, others)
}
