//! The program `unitune`: fine-tuning jobs of every vendor.
#![warn(clippy::unwrap_used)]
// They panic where nobody reads what they write.
#![warn(clippy::print_stderr, clippy::print_stdout)]

mod accounts;
mod args;
mod completions;
mod config;
mod exit;
mod files;
#[cfg(feature = "top")]
mod full_screen;
mod jobs;
mod listen_address;
mod man;
mod models;
mod output;
mod rerun;
mod sandbox;
#[cfg(feature = "gateway")]
mod serve;
mod stop_signal;
mod token_command;
#[cfg(feature = "top")]
mod top;
mod training_files;
mod uploads;

use std::ffi::OsString;
use std::time::Duration;

use clap::{CommandFactory, Parser};

use crate::args::{Arguments, Command};
use crate::exit::{Exit, Failure};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    if asks_for_version(std::env::args_os().skip(1)) {
        let written = output::print(concat!("unitune ", env!("CARGO_PKG_VERSION"), "\n"));
        return written.map_or_else(
            |error| Failure::from(error).report(),
            |()| Exit::Done.into(),
        );
    }
    // Where a shell asks for completions, they are printed, and that is all.
    clap_complete::CompleteEnv::with_factory(Arguments::command).complete();
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            output::error(&format!("cannot start the async runtime: {error}"));
            return Exit::Failure.into();
        }
    };
    let outcome = runtime.block_on(run(arguments));
    // A thread that waits for a line of input does not hold up the end.
    runtime.shutdown_background();
    match outcome {
        Ok(exit) => exit.into(),
        Err(failure) => failure.report(),
    }
}

/// Returns true where the version is all that is asked for. Scripts do that often,
/// and the tree of all commands takes longer to build than all the rest.
fn asks_for_version(mut arguments: impl Iterator<Item = OsString>) -> bool {
    let is_version = |argument: OsString| argument == "--version" || argument == "-V";
    arguments.next().is_some_and(is_version) && arguments.next().is_none()
}

async fn run(arguments: Arguments) -> Result<Exit, Failure> {
    match arguments.command {
        Command::Sandbox(arguments) => sandbox::run(arguments).await,
        #[cfg(feature = "gateway")]
        Command::Serve(arguments) => serve::run(arguments).await,
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Man(arguments) => man::run(&arguments),
        Command::Jobs(command) => until_interrupted(jobs::run(command)).await,
        #[cfg(feature = "top")]
        Command::Top(arguments) => until_interrupted(top::run(arguments)).await,
        Command::Files(command) => until_interrupted(files::run(command)).await,
        Command::Models(command) => until_interrupted(models::run(command)).await,
        Command::Accounts(command) => until_interrupted(accounts::run(command)).await,
    }
}

/// How long a command has to end when it is asked to. One that waits for a line of input, a
/// pipe or a lock notices nothing of it.
const TIME_TO_END: Duration = Duration::from_millis(500);

/// Runs a command until it is done, or until it is asked to end: whatever it had begun is
/// then dropped, and with it half-written files and half-sent requests.
async fn until_interrupted(
    command: impl Future<Output = Result<Exit, Failure>>,
) -> Result<Exit, Failure> {
    let (asks, asked) = tokio::sync::oneshot::channel();
    tokio::spawn(async {
        if stop_signal::received().await.is_ok() {
            let _ = asks.send(());
            tokio::time::sleep(TIME_TO_END).await;
            std::process::exit(Exit::Interrupted.code().into());
        }
    });
    tokio::select! {
        outcome = command => outcome,
        Ok(()) = asked => Ok(Exit::Interrupted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_that_of_the_command_line() {
        let asks = |words: &[&str]| asks_for_version(words.iter().map(OsString::from));
        assert!(asks(&["--version"]) && asks(&["-V"]));
        assert!(!asks(&[]) && !asks(&["jobs", "--version"]) && !asks(&["-V", "jobs"]));
        let shown = Arguments::command().render_version();
        assert_eq!(shown, concat!("unitune ", env!("CARGO_PKG_VERSION"), "\n"));
    }
}
