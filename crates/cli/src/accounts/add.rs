//! `unitune accounts add`

use std::io::{IsTerminal, Read};
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use unitune::providers::{Account, Providers};
use unitune::vendors;

use super::check;
use super::file::{self, Entry};
use crate::args::accounts::AddArguments;
use crate::config::{file_to_write, reader};
use crate::exit::{Exit, Failure};
use crate::output::{self, Access, ask, can_ask, choose, secret};

/// The largest key that is read from a pipe.
const MAX_KEY: u64 = 64 << 10;

pub async fn run(arguments: AddArguments) -> Result<Exit, Failure> {
    let path = file_to_write(arguments.config.as_deref())?;
    if let Some(name) = &arguments.key_env {
        check_variable(name)?;
    }
    let vendor = vendor(&arguments).await?;
    let name = match &arguments.name {
        Some(name) => name.clone(),
        None if can_ask() => {
            let answer = ask(&format!("A name for the account [{vendor}] ")).await?;
            if answer.is_empty() {
                vendor.clone()
            } else {
                answer
            }
        }
        None => return Err(missing("the account's name", "unitune accounts add NAME")),
    };
    Account::check_name(&name)?;
    let mut document = file::read(&path)?;
    let taken = || {
        let what = format!(
            "{} has an account {name:?}: choose another name, or replace it with --replace",
            path.display()
        );
        Failure::new(Exit::Usage, what)
    };
    let had_accounts = !file::names(&document).is_empty();
    if file::has(&document, &name) && !arguments.replace {
        return Err(taken());
    }
    let base_url = match &arguments.base_url {
        Some(url) => Some(url.clone()),
        None => own_address(&vendor).await?,
    };
    let key = match &arguments.key_env {
        Some(_) => None,
        None => Some(key(&vendor).await?),
    };
    let entry = Entry {
        name: &name,
        vendor: &vendor,
        key: key.as_ref().map(ExposeSecret::expose_secret),
        key_env: arguments.key_env.as_deref(),
        base_url: base_url.as_deref(),
        organization: arguments.organization.as_deref(),
    };
    file::put(&mut document, &entry, arguments.default);
    let text = SecretString::from(document.to_string());
    let problem = tried(&arguments, &name, &path, text.expose_secret()).await?;
    // Another program may have written the file in the meantime.
    let is_there = file::change(&path, Access::Private, |document| {
        let is_there = file::has(document, &name);
        if is_there && !arguments.replace {
            return Err(taken());
        }
        file::put(document, &entry, arguments.default);
        Ok(is_there)
    })?;
    if !had_accounts {
        tell_of_the_environment(&path, &vendor);
    }
    let what = if is_there { "replaced" } else { "added" };
    output::text(&format!("Account {name} is {what} in {}", path.display()))?;
    match problem {
        Some(problem) => {
            output::warning(&problem);
            Ok(Exit::Failure)
        }
        None => {
            output::note(&format!("Its jobs: unitune jobs list --account {name}"));
            Ok(Exit::Done)
        }
    }
}

/// Checks that a text can be the name of an environment variable. Letters, digits and _ make
/// one everywhere; a key that is given in its place has more in it, mostly, and is not shown.
fn check_variable(name: &str) -> Result<(), Failure> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !name.is_empty() && name.chars().all(is_part) && !name.starts_with(|c: char| c.is_numeric())
    {
        return Ok(());
    }
    let what = "--key-env: expected the name of a variable, of letters, digits and _; what was \
                given is not shown, because it may be a key";
    Err(Failure::new(Exit::Usage, what))
}

/// Says which accounts of the environment are used no more, now that the file has its first,
/// which is of this vendor.
fn tell_of_the_environment(path: &Path, vendor: &str) {
    let Ok(environment) = Providers::from_env() else {
        return;
    };
    let others = environment.accounts().iter();
    let others = others.filter(|account| account.vendor().as_str() != vendor);
    let commands: Vec<String> = others.map(|account| command(account.name())).collect();
    if !commands.is_empty() {
        output::note(&format!(
            "From now on the accounts are those of {} alone. To go on with others of the \
             environment:\n  {}",
            path.display(),
            commands.join("\n  ")
        ));
    }
}

/// Returns the command that adds a vendor's account of the environment.
fn command(vendor: &str) -> String {
    let mut command = format!("unitune accounts add {vendor} --vendor {vendor}");
    let profile = vendors::get(vendor).and_then(|vendor| vendor.profile());
    let Some(profile) = profile else {
        return command;
    };
    let is_set = |variable: &str| std::env::var_os(variable).is_some();
    let names = &profile.environment;
    if is_set(names.key) {
        command.push_str(&format!(" --key-env {}", names.key));
    }
    // Where a vendor has no address for all, that of the environment holds for the file too.
    if is_set(names.base_url) && !profile.default_base_url.is_empty() {
        command.push_str(&format!(" --base-url \"${}\"", names.base_url));
    }
    command
}

/// Reads the text as it will be read later, and tries the account's key.
///
/// # Errors
///
/// The text cannot be used.
async fn tried(
    arguments: &AddArguments,
    name: &str,
    path: &Path,
    text: &str,
) -> Result<Option<String>, Failure> {
    let variable = arguments.key_env.as_deref();
    if let Some(variable) = variable.filter(|variable| std::env::var_os(variable).is_none()) {
        output::warning(&format!(
            "{variable} is not set here: the key was not tried"
        ));
        return Ok(None);
    }
    let providers = reader().from_text_of(path, text)?.into_providers();
    let account = providers.named_or_default(Some(name))?;
    Ok(match arguments.no_check {
        true => None,
        false => check::check(&providers, account).await.problem,
    })
}

async fn vendor(arguments: &AddArguments) -> Result<String, Failure> {
    if let Some(vendor) = &arguments.vendor {
        return Ok(vendor.clone());
    }
    if !can_ask() {
        return Err(missing("the vendor", "--vendor NAME"));
    }
    let known = vendors::all().iter();
    let known = known.filter(|vendor| vendor.is_compiled_in());
    let known: Vec<&str> = known.map(|vendor| vendor.name()).collect();
    Ok(choose("Which vendor? ", &known, "--vendor")
        .await?
        .to_owned())
}

/// Asks for the address of an account, where the vendor has none for all of them.
/// Without an answer it is that of the environment.
async fn own_address(vendor: &str) -> Result<Option<String>, Failure> {
    let profile = vendors::get(vendor).and_then(|vendor| vendor.profile());
    let Some(profile) = profile.filter(|profile| profile.default_base_url.is_empty()) else {
        return Ok(None);
    };
    let variable = profile.environment.base_url;
    if !can_ask() {
        return match std::env::var_os(variable) {
            Some(_) => Ok(None),
            None => Err(missing("the account's address", "--base-url URL")),
        };
    }
    let title = profile.title;
    let answer = ask(&format!("The account's address at {title} [{variable}] ")).await?;
    Ok((!answer.is_empty()).then_some(answer))
}

/// Asks for the key; on a pipe, reads it.
async fn key(vendor: &str) -> Result<SecretString, Failure> {
    let title = vendors::get(vendor).map_or(vendor, |vendor| vendor.title());
    let key = if can_ask() {
        secret(&format!("The key of {title} (it is not shown): ")).await?
    } else if std::io::stdin().is_terminal() {
        return Err(missing(
            "the key",
            "--key-env VARIABLE, or write it to stdin",
        ));
    } else {
        let mut text = String::new();
        let read = std::io::stdin().take(MAX_KEY + 1).read_to_string(&mut text);
        let text = SecretString::from(text);
        let wrong = |what: String| Failure::new(Exit::Usage, what);
        read.map_err(|e| wrong(format!("the key cannot be read from stdin: {e}")))?;
        let text = text.expose_secret().trim();
        if text.len() as u64 > MAX_KEY {
            let what = format!("what is on stdin is no key: it has more than {MAX_KEY} bytes");
            return Err(wrong(what));
        }
        SecretString::from(text.to_owned())
    };
    let text = key.expose_secret();
    let what = match text {
        "" => "no key was given; nothing was written",
        text if text.contains(char::is_whitespace) => {
            "the key has a space or a line break in it: give the key alone; nothing was written"
        }
        _ => return Ok(key),
    };
    Err(Failure::new(Exit::Usage, what))
}

fn missing(what: &str, how: &str) -> Failure {
    Failure::new(Exit::Usage, format!("{what} is missing: {how}"))
}
