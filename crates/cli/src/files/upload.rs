//! `unitune files upload`

use unitune::unify::File;

use crate::accounts::Accounts;
use crate::args::files::UploadArguments;
use crate::exit::{Exit, Failure};
use crate::output::{self, ListContext, Output};
use crate::training_files;
use crate::uploads::Uploads;

pub async fn run(arguments: UploadArguments) -> Result<Exit, Failure> {
    let output = Output::new(&arguments.output);
    output.check::<File>()?;
    let accounts = Accounts::of(&arguments.source).await?;
    let output = output.at(accounts.now());
    let providers = accounts.providers();
    let account = providers.named_or_default(arguments.on.as_deref());
    let account = account.map_err(|error| Failure::unclear(error, "--on ACCOUNT"))?;
    // All files are looked into before the first one is sent.
    if !arguments.unchecked && arguments.purpose == "fine-tune" {
        let vendor = account.vendor().as_str();
        for path in &arguments.files {
            if let Some(check) = training_files::check_for(vendor, arguments.method.as_str())? {
                let report = training_files::run(check.count_tokens(false), path).await?;
                training_files::ensure_valid(path, &report, "--unchecked uploads it as it is")?;
            }
        }
    }
    let uploads = Uploads::new(providers, account.name(), accounts.are_simulated())
        .purpose(&arguments.purpose);
    let mut files = Vec::new();
    let mut failed = None;
    for path in &arguments.files {
        match uploads.put(path, arguments.upload_again).await {
            Ok(uploaded) => {
                uploads.report(path, &uploaded);
                files.push(uploaded.file);
            }
            Err(failure) => {
                failed = Some(failure);
                break;
            }
        }
    }
    if output.shows_cards() {
        let ids: Vec<&str> = files.iter().map(|file| file.id.as_str()).collect();
        output::text(&ids.join("\n"))?;
    } else if arguments.files.len() == 1 {
        for file in files {
            output.record(file, |_| String::new())?;
        }
    } else {
        output.list(files, ListContext::default())?;
    }
    match failed {
        Some(failure) => Err(failure),
        None => Ok(Exit::Done),
    }
}
