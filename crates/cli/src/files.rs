//! `unitune files …`

mod check;
mod convert;
mod delete;
mod download;
mod get;
mod list;
pub mod save_download;
mod table;
mod upload;

use crate::args::files::FilesCommand;
use crate::exit::{Exit, Failure};

pub async fn run(command: FilesCommand) -> Result<Exit, Failure> {
    match command {
        FilesCommand::List(arguments) => list::run(arguments).await,
        FilesCommand::Get(arguments) => get::run(arguments).await,
        FilesCommand::Check(arguments) => check::run(arguments).await,
        FilesCommand::Convert(arguments) => convert::run(arguments).await,
        FilesCommand::Upload(arguments) => upload::run(arguments).await,
        FilesCommand::Download(arguments) => download::run(arguments).await,
        FilesCommand::Delete(arguments) => delete::run(arguments).await,
    }
}
