//! `unitune accounts remove`

use std::path::Path;

use toml_edit::DocumentMut;
use unitune::vendors;

use super::file::{self, Removed};
use crate::args::accounts::RemoveArguments;
use crate::config::file_to_write;
use crate::exit::{Exit, Failure};
use crate::output::{self, Access, Answer, confirm};

pub async fn run(arguments: RemoveArguments) -> Result<Exit, Failure> {
    let path = file_to_write(arguments.config.as_deref())?;
    let name = &arguments.name;
    let document = file::read(&path)?;
    if !file::has(&document, name) {
        return Err(unknown(&document, &path, name));
    }
    let question = format!(
        "Remove the account {name} from {}, with its key?",
        path.display()
    );
    if confirm(&question, arguments.yes).await? == Answer::No {
        output::note("Nothing was changed.");
        return Ok(Exit::Failure);
    }
    let Removed {
        was_default,
        key_file,
        tokens,
    } = file::change(&path, Access::AsBefore, |document| {
        // Another program may have written the file in the meantime.
        file::remove(document, name).ok_or_else(|| unknown(document, &path, name))
    })?;
    output::text(&format!(
        "Account {name} is removed from {}",
        path.display()
    ))?;
    if was_default {
        output::note("It was the default account: there is none now.");
    }
    if let Some(key_file) = key_file {
        output::note(&format!("Its key is still in {key_file}."));
    }
    if !tokens.is_empty() {
        output::warning(&format!(
            "the gateway's tokens {} name the account still: unitune serve does not start until \
             they do not",
            tokens.join(", ")
        ));
    }
    Ok(Exit::Done)
}

/// Says where the account is that the file does not have.
fn unknown(document: &DocumentMut, path: &Path, name: &str) -> Failure {
    let path = path.display();
    let names = file::names(document);
    let set = |variable: &str| std::env::var_os(variable).is_some_and(|value| !value.is_empty());
    let profile = vendors::get(name).and_then(|vendor| vendor.profile());
    let variables = profile.into_iter().flat_map(|profile| {
        let key = profile.environment.key;
        std::iter::once(key).chain(profile.token_variable)
    });
    let variable = variables.into_iter().find(|variable| set(variable));
    let what = match (names.as_slice(), variable) {
        ([], Some(variable)) => {
            format!(
                "account {name:?} comes from the environment, not from {path}: unset {variable}"
            )
        }
        ([], None) => format!("{path} has no account {name:?}: it has none at all"),
        (names, _) => format!(
            "{path} has no account {name:?}: expected one of {}",
            names.join(", ")
        ),
    };
    Failure::new(Exit::Usage, what)
}
