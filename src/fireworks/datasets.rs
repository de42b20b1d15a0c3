//! Datasets as files.

use futures_util::{StreamExt, TryStreamExt, stream};

use super::{Client, ListDatasetsOptions, LocateDatasetDownloadOptions, RetrieveDatasetOptions};
use crate::providers::{Call, FileUpload, Files, Page, PageQuery, Reply, log_page};
use crate::transport::Download;
use crate::unify::fireworks::TITLE;
use crate::unify::{File, Unify};
use crate::{Error, ErrorKind};

/// The order that the vendor is asked for; its own is by name.
const NEWEST_FIRST: &str = "create_time desc";
/// The largest page that the vendor gives.
const MAX_PAGE: i64 = 200;

impl Client {
    /// Returns the account and the id of a dataset: those of its full name, or
    /// the client's own account.
    async fn dataset<'i>(&self, id: &'i str) -> Result<(String, &'i str), Error> {
        let parts: Vec<&'i str> = id.split('/').collect();
        if let ["accounts", account, "datasets", id] = parts.as_slice() {
            return Ok(((*account).to_owned(), *id));
        }
        Ok((self.account_id().await?.to_string(), id))
    }
}

impl Files for Client {
    fn list<'a>(&'a self, call: &'a Call, query: &'a PageQuery) -> Reply<'a, Page<File>> {
        Box::pin(async move {
            let client = self.with_options(&call.options);
            let account = client.account_id().await?;
            let mut options = ListDatasetsOptions::new();
            // The other parameters stay as they were: all pages are the largest.
            options = options.page_size(MAX_PAGE).order_by(NEWEST_FIRST);
            if let Some(token) = query.position() {
                options = options.page_token(token);
            }
            let list = client.list_datasets(&account, options).await?.into_inner();
            let datasets = list.datasets.unwrap_or_default();
            let page = log_page(call, datasets, false, |_| "");
            Ok(page.next(list.next_page_token.filter(|token| !token.is_empty())))
        })
    }

    fn get<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, File> {
        Box::pin(async move {
            let client = self.with_options(&call.options);
            let (account, id) = client.dataset(id).await?;
            let options = RetrieveDatasetOptions::new();
            let dataset = client.retrieve_dataset(&account, id, options).await?;
            Ok(dataset.into_inner().unify(&call.context)?)
        })
    }

    fn upload<'a>(&'a self, call: &'a Call, upload: FileUpload) -> Reply<'a, File> {
        Box::pin(async move {
            if upload.expires.is_some() {
                let message = format!("{TITLE} keeps datasets until they are deleted");
                return Err(Error::new(ErrorKind::InvalidRequest, message)
                    .with_vendor_param("expires_after[seconds]")
                    .with_vendor_code("unsupported_value"));
            }
            let client = self.with_options(&call.options);
            client.create_dataset_of(call, upload.content).await
        })
    }

    /// A dataset may have several files: they come one after the other, in the
    /// order of their names.
    fn download<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, Download> {
        Box::pin(async move {
            let client = self.with_options(&call.options);
            let (account, id) = client.dataset(id).await?;
            let options = LocateDatasetDownloadOptions::new();
            let urls = client
                .locate_dataset_download(&account, id, options)
                .await?;
            let urls = urls.into_inner().filename_to_signed_urls;
            let mut urls: Vec<_> = urls.into_iter().flatten().collect();
            urls.sort_by(|a, b| a.0.cmp(&b.0));
            let mut urls = urls.into_iter().map(|(_, url)| url);
            let Some(first) = urls.next() else {
                return Err(Error::not_found(format!(
                    "not found: dataset {id} has no file"
                )));
            };
            // The first one is requested here, so that an error comes before any
            // content.
            let first = client.read_signed_url(&first).await?;
            if urls.len() == 0 {
                return Ok(first);
            }
            let others = stream::iter(urls).then(move |url| {
                let client = client.clone();
                async move { client.read_signed_url(&url).await }
            });
            Ok(Download::from_stream(
                first.chain(others.try_flatten()),
                None,
            ))
        })
    }

    fn delete<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, ()> {
        Box::pin(async move {
            let client = self.with_options(&call.options);
            let (account, id) = client.dataset(id).await?;
            client.delete_dataset(&account, id).await?;
            Ok(())
        })
    }
}
