//! The list of jobs: the parameters of a request, and its response.

use std::collections::BTreeMap;
use std::time::Duration;

use http::StatusCode;
use unitune::Error;
use unitune::providers::{Account, ListQuery, Providers};
use unitune::unify::Job;
use unitune::wire::DeepObject;

use crate::api_error::ApiError;
use crate::params::{Labels, Paging};
use crate::response::{List, RenderedList, Warning};
use crate::upstream_error::all_failed;

/// The jobs that a request selects.
#[derive(Clone, Debug)]
pub struct JobQuery {
    /// The page.
    pub paging: Paging,
    /// Only jobs with these pairs, or with none.
    pub metadata: Option<DeepObject>,
}

/// Everything that a list depends on: requests with the same key share a
/// response.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ListKey {
    accounts: Vec<String>,
    paging: Paging,
    /// The pairs, where there is a filter; none of them is `null`.
    metadata: Option<Option<BTreeMap<String, String>>>,
    labels: Labels,
}

impl ListKey {
    /// Returns the key of a list over these accounts.
    pub fn new(providers: &Providers, query: &JobQuery, labels: &Labels) -> Self {
        let names = providers.accounts().iter().map(Account::name);
        Self {
            accounts: names.map(str::to_owned).collect(),
            paging: query.paging.clone(),
            metadata: query.metadata.as_ref().map(|m| m.pairs().cloned()),
            labels: labels.clone(),
        }
    }
}

/// Lists the jobs of the accounts. An account that fails, or does not answer
/// within `wait` while another one does, is a warning beside the others' jobs.
///
/// # Errors
///
/// All accounts failed, or no account has the job after which to continue.
pub async fn list(
    providers: &Providers,
    query: JobQuery,
    wait: Duration,
) -> Result<RenderedList, ApiError> {
    let after = query.paging.after;
    let mut wanted = ListQuery::new()
        .limit(query.paging.limit)
        .notes(false)
        .account_wait(Some(wait));
    wanted.metadata = query.metadata;
    wanted.after = after.as_ref().map(Into::into);
    let listed = providers.list(&wanted).await;
    // It fails as a whole only where the job of `after` cannot be found.
    let mut listed = listed.map_err(|error| after_which(after.as_deref(), &error))?;
    if let Some(errors) = listed.all_failed() {
        return Err(all_failed(&errors));
    }
    let shutdowns = providers.shutdown_warnings(&listed.jobs).await;
    listed.warnings.extend(shutdowns);
    let mut warnings: Vec<Warning> = listed.warnings.iter().map(Into::into).collect();
    // The schema demands a number.
    for job in &mut listed.jobs {
        let warning = job.require_created_at().map(|message| Warning {
            account: job.provider.account.clone(),
            account_failed: false,
            job: Some(job.id.clone()),
            message: message.to_owned(),
        });
        warnings.extend(warning);
    }
    List::new(listed.jobs, listed.has_more, warnings, |job: &Job| &job.id).render()
}

fn after_which(id: Option<&str>, error: &Error) -> ApiError {
    let translated = ApiError::from(error);
    match id {
        Some(id) if translated.status() == StatusCode::NOT_FOUND => {
            let message = format!("not found: no account has the job {id:?}");
            ApiError::not_found(message).param("after")
        }
        _ => translated,
    }
}
