//! The wait for a vendor that imports files before it starts a job with them.

use std::sync::Arc;
use std::time::Duration;

use super::{Account, ImportState};
use crate::unify::{CreateRequest, File};
use crate::{Error, ErrorKind};

/// How long an import is waited for.
const TIMEOUT: Duration = Duration::from_secs(600);
/// The waits between two looks at a file: the first one, and the longest.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// A function that receives a file that is being imported.
#[derive(Clone)]
pub(super) struct OnImport(Arc<dyn Fn(&File) + Send + Sync>);

impl OnImport {
    pub(super) fn new(report: impl Fn(&File) + Send + Sync + 'static) -> Self {
        Self(Arc::new(report))
    }
}

/// How imports are waited for.
#[derive(Clone)]
pub(super) struct ImportWait {
    pub(super) timeout: Duration,
    pub(super) report: Option<OnImport>,
}

impl Default for ImportWait {
    fn default() -> Self {
        Self {
            timeout: TIMEOUT,
            report: None,
        }
    }
}

impl ImportWait {
    /// Waits until the files of a request can be used.
    ///
    /// # Errors
    ///
    /// An import failed, or takes too long; or the vendor cannot be asked.
    pub(super) async fn wait_for(
        &self,
        account: &Account,
        request: &CreateRequest,
    ) -> Result<(), Error> {
        let Some(state) = account.import_state() else {
            return Ok(());
        };
        let validation = request.validation_file.as_deref();
        let files = [
            ("training_file", Some(&*request.training_file)),
            ("validation_file", validation),
        ];
        let clock = account.clock();
        let started = clock.now();
        for (field, id) in files {
            let Some(id) = id.filter(|id| !id.is_empty()) else {
                continue;
            };
            let mut wait = FIRST_WAIT;
            loop {
                let file = match account.file(id).await {
                    Ok(file) => file,
                    // The vendor says what is wrong with it when the job is started.
                    Err(error) if error.is_not_found() => break,
                    Err(error) => return Err(error),
                };
                match state(&file) {
                    ImportState::Done => break,
                    ImportState::Failed => return Err(failed(account, field, &file)),
                    ImportState::Running => {}
                }
                let waited = clock.now().duration_since(started);
                if waited >= self.timeout {
                    return Err(still_running(account, field, &file, waited));
                }
                if let Some(report) = &self.report {
                    (report.0)(&file);
                }
                clock.sleep(wait.min(self.timeout - waited)).await;
                wait = (wait * 3 / 2).min(LONGEST_WAIT);
            }
        }
        Ok(())
    }
}

fn failed(account: &Account, field: &str, file: &File) -> Error {
    let message = format!(
        "{} could not import {}: it is {:?}",
        account.backend().title(),
        file.id,
        file.status
    );
    let error = Error::new(ErrorKind::InvalidRequest, message)
        .with_vendor_param(field)
        .at_account(account.name());
    let details = file.provider.extra.get("status_details");
    match details.and_then(|details| details.as_str()) {
        Some(details) => error.with_vendor_message(details),
        None => error,
    }
}

fn still_running(account: &Account, field: &str, file: &File, waited: Duration) -> Error {
    let message = format!(
        "{} still imports {} after {} seconds (it is {:?}): nothing was started; try again when \
         it is over",
        account.backend().title(),
        file.id,
        waited.as_secs(),
        file.status
    );
    Error::new(ErrorKind::Timeout, message)
        .with_vendor_param(field)
        .at_account(account.name())
}
