//! `unitune jobs …`

mod cancel_pause_resume;
mod compare;
mod costs;
pub mod create;
mod delete;
mod download;
mod events_and_checkpoints;
mod get;
mod list;
pub mod metrics;
mod preview;
mod rerun;
pub mod table;
pub mod watch;

use crate::args::jobs::JobsCommand;
use crate::exit::{Exit, Failure};

pub async fn run(command: JobsCommand) -> Result<Exit, Failure> {
    use unitune::providers::JobChange;
    match command {
        JobsCommand::List(arguments) => list::run(arguments).await,
        JobsCommand::Get(arguments) => get::run(arguments).await,
        JobsCommand::Create(arguments) => create::run(*arguments).await,
        JobsCommand::Preview(arguments) => preview::run(*arguments).await,
        JobsCommand::Cancel(arguments) => {
            cancel_pause_resume::run(arguments, JobChange::Cancel).await
        }
        JobsCommand::Pause(arguments) => {
            cancel_pause_resume::run(arguments, JobChange::Pause).await
        }
        JobsCommand::Resume(arguments) => {
            cancel_pause_resume::run(arguments, JobChange::Resume).await
        }
        JobsCommand::Delete(arguments) => delete::run(arguments).await,
        JobsCommand::Watch(arguments) => watch::run(arguments).await,
        JobsCommand::Events(arguments) => events_and_checkpoints::events(arguments).await,
        JobsCommand::Checkpoints(arguments) => events_and_checkpoints::checkpoints(arguments).await,
        JobsCommand::Metrics(arguments) => metrics::run(arguments).await,
        JobsCommand::Compare(arguments) => compare::run(arguments).await,
        JobsCommand::Costs(arguments) => costs::run(arguments).await,
        JobsCommand::Rerun(arguments) => rerun::run(*arguments).await,
        JobsCommand::Download(arguments) => download::run(arguments).await,
    }
}
