//! The program `unitune`: fine-tuning jobs of every vendor in one table.
#![warn(clippy::unwrap_used)]

mod accounts;
mod args;
mod config;
mod exit;
mod jobs;
mod listen_address;
mod render;
mod sandbox;
mod serve;

use clap::Parser;

use crate::args::{Arguments, Command, JobsCommand};
use crate::exit::Exit;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: cannot start the async runtime: {error}");
            return Exit::Failure.into();
        }
    };
    match runtime.block_on(run(arguments)) {
        Ok(exit) => exit.into(),
        Err(failure) => failure.report(),
    }
}

async fn run(arguments: Arguments) -> Result<Exit, exit::Failure> {
    match arguments.command {
        Command::Jobs(JobsCommand::List(list)) => jobs::list::run(list).await,
        Command::Jobs(JobsCommand::Get(get)) => jobs::get::run(get).await,
        Command::Sandbox(arguments) => sandbox::run(arguments).await,
        Command::Serve(arguments) => serve::run(arguments).await,
    }
}
