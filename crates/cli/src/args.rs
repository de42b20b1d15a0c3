//! What can be said on the command line.

use clap::{Args, Parser, Subcommand, builder::PossibleValue};
use unitune::unify::Status;

/// Fine-tuning jobs at OpenAI, Together and behind TrueFoundry's gateway.
///
/// Accounts come from the vendors' usual environment variables:
/// OPENAI_API_KEY, TOGETHER_API_KEY, TFY_API_KEY (and OPENAI_BASE_URL,
/// TOGETHER_BASE_URL, TFY_BASE_URL for other addresses). With --sandbox,
/// three simulated vendors are used instead: no keys, no network, no costs.
///
/// Exit codes: 0 done; 1 not found or failed; 2 called wrongly or not
/// configured; 3 an account could not be asked, the others' answers are
/// complete.
#[derive(Debug, Parser)]
#[command(name = "unitune", version)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Fine-tuning jobs
    #[command(subcommand)]
    Jobs(JobsCommand),
}

#[derive(Debug, Subcommand)]
pub enum JobsCommand {
    /// List the jobs of all accounts, newest first
    List(ListArguments),
    /// Show jobs by their ids
    Get(GetArguments),
}

#[derive(Debug, Args)]
pub struct ListArguments {
    /// Only jobs in this status
    #[arg(long, value_name = "STATUS", value_parser = StatusParser)]
    pub status: Option<Status>,

    /// At most this many jobs
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,

    #[command(flatten)]
    pub common: CommonArguments,
}

#[derive(Debug, Args)]
pub struct GetArguments {
    /// Ids of jobs, of whichever account
    #[arg(value_name = "ID", required = true)]
    pub ids: Vec<String>,

    #[command(flatten)]
    pub common: CommonArguments,
}

#[derive(Debug, Args)]
pub struct CommonArguments {
    /// Only this account (or all accounts of this vendor); can be repeated
    #[arg(long = "provider", value_name = "NAME")]
    pub providers: Vec<String>,

    /// Print one JSON document instead of a table
    #[arg(long)]
    pub json: bool,

    /// Use three simulated vendors instead of real accounts
    #[arg(long)]
    pub sandbox: bool,
}

/// Reads a status, and lists all of them in the help.
#[derive(Clone)]
struct StatusParser;

impl clap::builder::TypedValueParser for StatusParser {
    type Value = Status;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<Status, clap::Error> {
        let words = Status::ALL.iter().map(|s| s.as_str());
        let word =
            clap::builder::PossibleValuesParser::new(words).parse_ref(command, argument, value)?;
        Ok(word
            .parse()
            .expect("each possible value is the word of a status"))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let values = Status::ALL.iter().map(|s| PossibleValue::new(s.as_str()));
        Some(Box::new(values))
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_status_is_one_of_the_gateway_s() {
        let parse = |status: &str| {
            Arguments::try_parse_from(["unitune", "jobs", "list", "--status", status])
        };
        assert!(parse("cancelled").is_ok());
        let error = parse("paused").unwrap_err().to_string();
        assert!(error.contains("succeeded"), "{error}");
    }
}
