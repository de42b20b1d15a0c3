//! Uploads a dataset in the vendor's steps: a record with the number of
//! examples, then the file, then the vendor's validation of it.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::StreamExt;

use super::create::new_id;
use super::{Client, RetrieveDatasetOptions, types};
use crate::providers::Call;
use crate::transport::{CallOptions, Upload};
use crate::unify::fireworks::TITLE;
use crate::unify::{File, Unify};
use crate::{Error, ErrorKind};

/// The largest file that goes in one call, in bytes; larger ones go to a signed
/// URL.
const MAX_FORM: u64 = 150_000_000;
/// How long the vendor's look at a file is waited for, and how often it is asked.
const MAX_POLLS: usize = 40;
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// What is in a file.
struct Content {
    examples: u64,
    bytes: u64,
}

impl Client {
    /// Uploads a file as a new dataset, and waits until the vendor has looked at
    /// it. What is left of an upload that broke off is deleted.
    pub(super) async fn create_dataset_of(&self, call: &Call, file: Upload) -> Result<File, Error> {
        let account = self.account_id().await?.to_string();
        // The record comes first, and wants to know what will be in the file.
        let file = file.into_reopenable().await?;
        let content = Content::of(&file).await?;
        let file = file.with_length(content.bytes);
        let id = new_id(file.name());
        let name = file.name().to_owned();
        let leftover = DeleteUnlessComplete {
            client: self.clone(),
            account: account.clone(),
            id: Some(id.clone()),
        };
        let outcome = self.steps(&account, &id, file, &content).await;
        let dataset = match outcome {
            Ok(dataset) => dataset,
            Err(error) => return Err(leftover.removed(error).await),
        };
        leftover.keep();
        let mut uploaded = dataset.unify(&call.context)?;
        uploaded.filename = Some(name);
        uploaded.bytes = i64::try_from(content.bytes).unwrap_or(i64::MAX);
        Ok(uploaded)
    }

    async fn steps(
        &self,
        account: &str,
        id: &str,
        file: Upload,
        content: &Content,
    ) -> Result<types::Dataset, Error> {
        let dataset = types::Dataset {
            display_name: Some(file.name().to_owned()),
            example_count: Some(types::Int64::Text(content.examples.to_string())),
            user_uploaded: Some(types::Empty::default()),
            ..types::Dataset::default()
        };
        let request = types::CreateDatasetRequest::new(dataset, id);
        // The id is this upload's own: a record that is there is this one.
        let repeatable = self.with_options(&CallOptions::new().repeatable(true));
        match repeatable.create_dataset(account, &request).await {
            Err(error) if error.tries() > 1 && error.status() == Some(409) => {}
            answer => drop(answer?),
        }
        if content.bytes <= MAX_FORM {
            match self.upload_dataset(account, id, file).await {
                // The first try arrived, and its answer was lost: the dataset tells.
                Err(error) if error.tries() > 1 && matches!(error.status(), Some(400 | 409)) => {}
                answer => drop(answer?),
            }
        } else {
            let size = types::Int64::Text(content.bytes.to_string());
            let sizes = BTreeMap::from([(file.name().to_owned(), text(&size))]);
            let request = types::DatasetUploadRequest::new(sizes);
            let urls = self.locate_dataset_upload(account, id, &request).await?;
            let urls = urls.into_inner().filename_to_signed_urls;
            let url = urls.iter().flatten().map(|(_, url)| url).next();
            let url = url.ok_or_else(|| {
                let message = format!("{TITLE} gave no address to send the file to");
                Error::new(ErrorKind::Decode, message)
            })?;
            self.send_to_signed_url(url, &file).await?;
            let nothing = types::Empty::default();
            self.validate_dataset_upload(account, id, &nothing).await?;
        }
        self.wait_for_dataset(account, id).await
    }

    /// Waits until the vendor has looked at a dataset. One that it is still
    /// looking at after long is handed out as it is.
    async fn wait_for_dataset(&self, account: &str, id: &str) -> Result<types::Dataset, Error> {
        let mut wait = FIRST_WAIT;
        let mut polls = 0;
        loop {
            let options = RetrieveDatasetOptions::new();
            let dataset = self.retrieve_dataset(account, id, options).await?;
            let dataset = dataset.into_inner();
            if let Some(status) = &dataset.status
                && let Some(code) = &status.code
                && *code != types::StatusCode::Ok
            {
                let reason = status.message.clone().unwrap_or_default();
                let message = format!("{TITLE} does not take the file");
                return Err(Error::new(ErrorKind::InvalidRequest, message)
                    .with_vendor_message(reason)
                    .with_vendor_code(code.as_str())
                    .with_vendor_param("file"));
            }
            polls += 1;
            if dataset.state == Some(types::DatasetState::Ready) || polls >= MAX_POLLS {
                return Ok(dataset);
            }
            self.transport().clock().sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }
}

impl Content {
    /// Counts the lines that have something in them, and the bytes.
    async fn of(file: &Upload) -> Result<Self, Error> {
        let mut content = Self {
            examples: 0,
            bytes: 0,
        };
        let mut is_in_example = false;
        let mut pieces = file.open()?;
        while let Some(piece) = pieces.next().await {
            let piece = piece?;
            content.bytes += piece.len() as u64;
            content.examples += examples_begun(&piece, &mut is_in_example);
        }
        if content.examples == 0 {
            let message = format!("{}: there is no example in it", file.name());
            return Err(Error::new(ErrorKind::InvalidRequest, message).with_vendor_param("file"));
        }
        Ok(content)
    }
}

/// Counts the examples that begin in a piece of a file: lines that are not blank.
fn examples_begun(piece: &[u8], is_in_example: &mut bool) -> u64 {
    let mut examples = 0;
    let mut rest = piece;
    loop {
        let next = if *is_in_example {
            memchr::memchr(b'\n', rest)
        } else {
            rest.iter()
                .position(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
        };
        let Some(next) = next else { break };
        *is_in_example = !*is_in_example;
        examples += u64::from(*is_in_example);
        rest = &rest[next + 1..];
    }
    examples
}

/// A dataset that is to be deleted unless its upload comes to an end, also where
/// nobody waits for that any more.
struct DeleteUnlessComplete {
    client: Client,
    account: String,
    /// None when it is kept, or deleted.
    id: Option<String>,
}

impl DeleteUnlessComplete {
    fn keep(mut self) {
        self.id = None;
    }

    /// Deletes it; the error that was the reason says so.
    async fn removed(mut self, error: Error) -> Error {
        let Some(id) = self.id.take() else {
            return error;
        };
        match self.client.delete_dataset(&self.account, &id).await {
            Ok(_) => error,
            Err(again) if again.is_not_found() => error,
            Err(_) => error.noting(format!("the unfinished dataset {id} is left; delete it")),
        }
    }
}

impl Drop for DeleteUnlessComplete {
    fn drop(&mut self) {
        let Some(id) = self.id.take() else {
            return;
        };
        let (client, account) = (self.client.clone(), std::mem::take(&mut self.account));
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                // The caller has its error already, so a failure goes to the log.
                if let Err(error) = client.delete_dataset(&account, &id).await
                    && !error.is_not_found()
                {
                    tracing::warn!(dataset = id, kind = ?error.kind(), "an unfinished dataset is left");
                }
            });
        }
    }
}

fn text(number: &types::Int64) -> String {
    match number {
        types::Int64::Text(text) => text.clone(),
        types::Int64::Integer(number) => number.to_string(),
        types::Int64::Unknown(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::examples_begun;

    #[test]
    fn lines_that_are_not_blank_are_examples_however_the_file_is_cut() {
        for (file, examples) in [
            ("", 0),
            (" \t\r\n\n", 0),
            ("{}", 1),
            ("{}\n{}", 2),
            ("\n {}\r\n \r\n{ } x\n\n", 2),
            ("a\nb\nc\n", 3),
        ] {
            for cut in 0..=file.len() {
                let (start, end) = file.as_bytes().split_at(cut);
                let mut is_in_example = false;
                let begun = examples_begun(start, &mut is_in_example)
                    + examples_begun(end, &mut is_in_example);
                assert_eq!(begun, examples, "{file:?} cut at {cut}");
            }
        }
    }
}
