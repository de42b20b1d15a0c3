//! `unitune files download`

use std::path::Path;

use tokio::io::AsyncWriteExt;
use unitune::providers::FileRef;

use super::save_download::{self, Target};
use crate::accounts::Accounts;
use crate::args::files::DownloadArguments;
use crate::exit::{Exit, Failure};

pub async fn run(arguments: DownloadArguments) -> Result<Exit, Failure> {
    let accounts = Accounts::open(&arguments.accounts).await?;
    let providers = accounts.providers();
    if arguments.to.as_deref() == Some(Path::new("-")) {
        let mut download = providers.download_file(&arguments.id).await?;
        let mut out = tokio::io::stdout();
        while let Some(piece) = download.chunk().await? {
            out.write_all(&piece).await?;
        }
        out.flush().await?;
        return Ok(Exit::Done);
    }
    let file = providers.file(&arguments.id).await?;
    let name = file.filename.as_deref().unwrap_or(&arguments.id);
    let target = Target {
        path: arguments.to.clone(),
        force: arguments.force,
    };
    let path = target.path_for(name)?;
    let file = FileRef::at(&file.provider.account, &file.id);
    save_download::save(providers.download_file(file).await?, &path).await?;
    Ok(Exit::Done)
}
