//! `unitune accounts list`

use serde::Serialize;
use serde_json::json;
use unitune::providers::Operation;

use super::Accounts;
use crate::args::accounts::ListArguments;
use crate::exit::{Exit, Failure};
use crate::output::{self, Column, Kind, ListContext, Output, Row, Step, Table};

#[derive(Serialize)]
struct Listed {
    account: String,
    vendor: String,
    /// Whether it is used where none is named.
    default: bool,
    /// What the vendor has no operation for.
    lacks: Vec<&'static str>,
    /// Where the account is configured.
    from: String,
    /// Why it cannot be used.
    problem: Option<String>,
}

impl Row for Listed {
    const TABLE: Table<Self> = Table {
        columns: &[
            Column::new("account", "ACCOUNT", Kind::Text, |row| json!(row.account)),
            Column::new("vendor", "VENDOR", Kind::Text, |row| json!(row.vendor)),
            Column::new("default", "DEFAULT", Kind::Text, |row: &Self| {
                json!(row.default)
            })
            .text(|row| if row.default { "yes" } else { "" }.to_owned()),
            Column::new("from", "FROM", Kind::Text, |row| json!(row.from)),
            Column::new("problem", "PROBLEM", Kind::Text, |row| json!(row.problem)),
            Column::new("lacks", "THE VENDOR LACKS", Kind::Text, |row: &Self| {
                json!(row.lacks)
            })
            .text(|row| row.lacks.join(", ")),
        ],
        shown: &["account", "vendor", "default", "from", "lacks"],
        steps: &[
            Step::Shorten("lacks", 24),
            Step::Shorten("from", 20),
            Step::Drop("lacks"),
            Step::Drop("from"),
        ],
        empty: "No accounts.",
        colour: |_| None,
    };
}

pub async fn run(arguments: ListArguments) -> Result<Exit, Failure> {
    let output = Output::new(&arguments.output);
    output.check::<Listed>()?;
    let accounts = Accounts::open(&arguments.accounts).await?;
    let output = output.at(accounts.now());
    let providers = accounts.providers();
    let default = providers.default_account().map(|account| account.name());
    let listed = providers.accounts().iter().map(|account| {
        let lacks = Operation::ALL.into_iter();
        let lacks = lacks.filter(|operation| !account.support(*operation).is_supported());
        Listed {
            account: account.name().to_owned(),
            vendor: account.vendor().to_string(),
            default: default == Some(account.name()),
            lacks: lacks.map(Operation::as_str).collect(),
            from: accounts.origin().to_owned(),
            problem: account.ensure_usable().err().map(|e| e.to_string()),
        }
    });
    let listed: Vec<Listed> = listed.collect();
    let problems = listed.iter().filter_map(|row| row.problem.clone());
    let problems: Vec<String> = problems.collect();
    output.list(listed, ListContext::default())?;
    for problem in problems {
        output::warning(&problem);
    }
    Ok(Exit::Done)
}
