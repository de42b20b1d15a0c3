//! `unitune jobs download`

use std::path::PathBuf;

use unitune::providers::{FileRef, JobRef, Operation};

use crate::accounts::Accounts;
use crate::args::jobs::DownloadArguments;
use crate::exit::{Exit, Failure};
use crate::files::save_download::{self, Target};
use crate::output;

pub async fn run(arguments: DownloadArguments) -> Result<Exit, Failure> {
    let accounts = Accounts::open(&arguments.accounts).await?;
    let providers = accounts.providers();
    let job = providers.retrieve(&arguments.id).await?;
    let account = providers.named_or_default(Some(&job.provider.account))?;
    let target = Target {
        path: arguments.to.clone(),
        force: arguments.force,
    };
    if arguments.tokenized_dataset {
        let download = providers.download_tokenized_dataset(&job).await?;
        let name = download.file_name().map(str::to_owned);
        let path = target.path_for(&name.unwrap_or_else(|| format!("{}-tokenized", job.id)))?;
        save_download::save(download, &path).await?;
        return Ok(Exit::Done);
    }
    let has_models = account.support(Operation::Download).is_supported();
    if has_models && !arguments.results {
        let download = providers
            .download_model(JobRef::from(&job), arguments.step)
            .await?;
        let name = download.file_name().map(str::to_owned);
        let name = name.unwrap_or_else(|| match arguments.step {
            Some(step) => format!("{}-step-{step}", job.id),
            None => job.id.clone(),
        });
        let path = target.path_for(&name)?;
        save_download::save(download, &path).await?;
        return Ok(Exit::Done);
    }
    if job.result_files.is_empty() {
        // The vendor's own answer says what to do instead.
        if !has_models {
            account.check(Operation::Download)?;
        }
        let message = format!("{} has no result files; it is {}", job.id, job.status);
        return Err(Failure::new(Exit::Failure, message));
    }
    if !has_models && !arguments.results {
        output::note("The vendor keeps the model; these are the job's result files:");
    }
    let mut paths: Vec<(FileRef, PathBuf)> = Vec::new();
    for id in &job.result_files {
        let file = FileRef::at(&job.provider.account, id);
        let name = providers
            .file(file.clone())
            .await
            .ok()
            .and_then(|f| f.filename);
        let name = result_name(id, name.as_deref());
        let path = match job.result_files.len() {
            1 => target.path_for(&name)?,
            _ => target.in_folder(&name)?,
        };
        paths.push((file, path));
    }
    for (file, path) in paths {
        let download = providers.download_file(file).await?;
        save_download::save(download, &path).await?;
    }
    Ok(Exit::Done)
}

/// Returns the name of a file for a result, with the id before it: a job can have several of one
/// name, and folders in a name are left out.
fn result_name(id: &str, name: Option<&str>) -> String {
    match name {
        Some(name) => format!("{id}-{}", save_download::safe_name(name)),
        None => id.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_one_name_are_files_of_their_own() {
        let name = |id| save_download::safe_name(&result_name(id, Some("results/metrics.csv")));
        assert_eq!(name("file-1"), "file-1-metrics.csv");
        assert_eq!(name("file-2"), "file-2-metrics.csv");
        assert_eq!(result_name("file-1", None), "file-1");
    }
}
