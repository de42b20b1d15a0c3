//! `unitune files upload`

use unitune::providers::Dataset;
use unitune::unify::File;
use unitune::vendors;

use crate::accounts::Accounts;
use crate::args::files::UploadArguments;
use crate::exit::{Exit, Failure};
use crate::output::{self, Around, Output};
use crate::uploads::Uploads;

pub async fn run(arguments: UploadArguments) -> Result<Exit, Failure> {
    let output = Output::new(&arguments.output);
    output.check::<File>()?;
    let accounts = Accounts::of(&arguments.source).await?;
    let providers = accounts.providers();
    let account = providers.named_or_default(arguments.on.as_deref())?;
    // All files are looked into before the first one is sent.
    if !arguments.unchecked && arguments.purpose == "fine-tune" {
        let vendor = vendors::get(account.vendor().as_str());
        let rules = vendor
            .map(|vendor| vendor.dataset_rules())
            .unwrap_or_default();
        for path in &arguments.files {
            let checked = path.clone();
            let found = tokio::task::spawn_blocking(move || Dataset::check(checked, &rules));
            let found = found.await.map_err(std::io::Error::other)??;
            if let Some(first) = found.problems.first() {
                let more = match found.problem_count - 1 {
                    0 => String::new(),
                    n => format!(" (and {n} more)"),
                };
                let what = format!(
                    "{}: {first}{more}\nNothing was uploaded; --unchecked uploads it as it is",
                    path.display()
                );
                return Err(Failure::new(Exit::Failure, what));
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
                uploads.tell(path, &uploaded);
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
        output.list(files, Around::default())?;
    }
    match failed {
        Some(failure) => Err(failure),
        None => Ok(Exit::Done),
    }
}
