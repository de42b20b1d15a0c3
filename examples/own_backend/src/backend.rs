//! Forge as a backend.

use futures_util::TryStreamExt;
use reqwest::{Body, Method};
use serde::Deserialize;
use unitune::providers::{
    Backend, Call, FileUpload, Files, IdKind, JobChange, JobOrder, Operation, Page, PageQuery,
    Prepared, Recognition, Reply, Support, Warning,
};
use unitune::transport::Download;
use unitune::unify::{
    CreateRequest, File, Job, OnUnsupported, UnsupportedField, UnsupportedFields, Vendor,
};
use unitune::{Error, ErrorKind};

use crate::client::{Forge, broken, document, send};
use crate::wire::{Blob, NewRun, Run, Runs, VENDOR};

const TITLE: &str = "Forge";

impl Backend for Forge {
    fn vendor(&self) -> &Vendor {
        &VENDOR
    }

    fn title(&self) -> &str {
        TITLE
    }

    fn support(&self, operation: Operation) -> Support {
        match operation {
            Operation::List
            | Operation::Retrieve
            | Operation::Create
            | Operation::Cancel
            | Operation::ListFiles
            | Operation::RetrieveFile
            | Operation::UploadFile
            | Operation::DownloadFile
            | Operation::DeleteFile => Support::Native,
            Operation::Pause | Operation::Resume => {
                Support::Unsupported("stop the run, and start another one")
            }
            _ => Support::Unsupported("ask the people who run Forge"),
        }
    }

    fn recognize(&self, id: &str, kind: IdKind) -> Recognition {
        let start = match kind {
            IdKind::Job => "run-",
            IdKind::File => "blob-",
            _ => return Recognition::Maybe,
        };
        match id.starts_with(start) {
            true => Recognition::Yes,
            false => Recognition::No,
        }
    }

    fn order(&self) -> JobOrder {
        JobOrder::NewestFirst
    }

    /// Forge counts its pages; the number of the next one is the cursor.
    fn list<'a>(&'a self, call: &'a Call, query: &'a PageQuery) -> Reply<'a, Page<Job>> {
        Box::pin(async move {
            // Runs have no metadata.
            if query.wants_metadata() {
                return Ok(Page::default());
            }
            let page = query.cursor.as_deref().unwrap_or("1");
            let request = self.request(call, Method::GET, &["runs"]);
            let answer: Runs = document(request.query(&[("page", page)])).await?;
            let (mut jobs, mut warnings) = (Vec::new(), Vec::new());
            for raw in answer.runs {
                // A run that is not as documented does not break the list.
                match Run::deserialize(&raw) {
                    Ok(run) => jobs.push(run.unify(call)),
                    Err(error) => {
                        let id = raw.get("run").and_then(|id| id.as_str()).map(str::to_owned);
                        let message = error.to_string();
                        let account = call.account();
                        warnings.push(Warning::job(account, id.as_deref(), message, Some(raw)));
                    }
                }
            }
            let next = answer.next.map(|page| page.to_string());
            Ok(Page::new(jobs).warnings(warnings).next(next))
        })
    }

    fn job<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, Job> {
        Box::pin(async move {
            let request = self.request(call, Method::GET, &["runs", id]);
            Ok(document::<Run>(request).await?.unify(call))
        })
    }

    fn prepare(&self, request: &CreateRequest, on: OnUnsupported) -> Result<Prepared, Error> {
        let mut unsupported = Vec::new();
        let mut reject = |field: &str| {
            let field = UnsupportedField::new(field, "Forge has no such setting", "");
            unsupported.push(field);
        };
        let mut epochs = None;
        for (name, value) in request.hyperparameters.iter().flatten() {
            match (name.as_str(), value.as_i64()) {
                ("n_epochs", Some(number)) => epochs = Some(number),
                _ => reject(&format!("hyperparameters.{name}")),
            }
        }
        if request.seed.is_some() {
            reject("seed");
        }
        if !unsupported.is_empty() && on == OnUnsupported::Reject {
            return Err(UnsupportedFields::new(VENDOR.clone(), TITLE, unsupported).into());
        }
        let run = NewRun {
            base: request.model.clone(),
            blob: request.training_file.clone(),
            epochs,
        };
        Ok(Prepared::new(run, unsupported))
    }

    fn create<'a>(&'a self, call: &'a Call, prepared: &'a Prepared) -> Reply<'a, Job> {
        Box::pin(async move {
            let run: &NewRun = prepared.request()?;
            let request = self.request(call, Method::POST, &["runs"]).json(run);
            Ok(document::<Run>(request).await?.unify(call))
        })
    }

    fn change<'a>(&'a self, call: &'a Call, id: &'a str, change: JobChange) -> Reply<'a, Job> {
        Box::pin(async move {
            if change != JobChange::Cancel {
                let message = format!("{TITLE} cannot do this");
                return Err(Error::new(ErrorKind::Unsupported, message));
            }
            let request = self.request(call, Method::POST, &["runs", id, "stop"]);
            Ok(document::<Run>(request).await?.unify(call))
        })
    }

    fn files(&self) -> Option<&dyn Files> {
        Some(self)
    }
}

impl Files for Forge {
    fn list<'a>(&'a self, call: &'a Call, _: &'a PageQuery) -> Reply<'a, Page<File>> {
        Box::pin(async move {
            let request = self.request(call, Method::GET, &["blobs"]);
            let blobs: Vec<Blob> = document(request).await?;
            let files = blobs.into_iter().map(|blob| blob.unify(call));
            Ok(Page::new(files.collect()))
        })
    }

    fn get<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, File> {
        Box::pin(async move {
            let request = self.request(call, Method::GET, &["blobs", id]);
            Ok(document::<Blob>(request).await?.unify(call))
        })
    }

    /// The file streams: it is never in memory as a whole.
    fn upload<'a>(&'a self, call: &'a Call, upload: FileUpload) -> Reply<'a, File> {
        Box::pin(async move {
            let content = Body::wrap_stream(upload.content.send()?);
            let request = self
                .request(call, Method::PUT, &["blobs"])
                .query(&[("name", upload.content.name())])
                .body(content);
            Ok(document::<Blob>(request).await?.unify(call))
        })
    }

    fn download<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, Download> {
        Box::pin(async move {
            let request = self.request(call, Method::GET, &["blobs", id, "raw"]);
            let response = send(request).await?;
            let total = response.content_length();
            let pieces = response.bytes_stream().map_err(broken);
            Ok(Download::from_stream(pieces, total))
        })
    }

    fn delete<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, ()> {
        Box::pin(async move {
            let request = self.request(call, Method::DELETE, &["blobs", id]);
            send(request).await.map(|_| ())
        })
    }
}
