//! Which account a job belongs to.

use std::sync::Arc;

use futures_util::future::join_all;
use unitune::unify::{File, Job};

use super::{Failed, Upstream};
use crate::params::TfyHeaders;
use crate::problem::Problem;

/// The account that knows the id, and the job there, asked of all accounts at
/// the same time.
///
/// # Errors
///
/// No account knows the id; several do; or an account could not be asked and
/// none of the others knows it.
pub async fn owner(
    accounts: &[Arc<Upstream>],
    id: &str,
    headers: &TfyHeaders,
) -> Result<(Arc<Upstream>, Job), Problem> {
    let asked = accounts.iter().map(|account| account.retrieve(id, headers));
    let answers = join_all(asked).await;
    let found = accounts.iter().cloned().zip(answers);
    only(found, "job", id)
}

/// The account that knows the file, and the file there.
///
/// # Errors
///
/// As [`owner`].
pub async fn file_owner(
    accounts: &[Arc<Upstream>],
    id: &str,
    headers: &TfyHeaders,
) -> Result<(Arc<Upstream>, File), Problem> {
    let asked = accounts.iter().map(|account| account.file(id, headers));
    let answers = join_all(asked).await;
    let found = accounts.iter().cloned().zip(answers);
    only(found, "file", id)
}

/// The one account that has the thing.
fn only<T>(
    answers: impl Iterator<Item = (Arc<Upstream>, Result<T, Failed>)>,
    what: &str,
    id: &str,
) -> Result<(Arc<Upstream>, T), Problem> {
    let mut found = Vec::new();
    let mut missing = Vec::new();
    let mut failed = Vec::new();
    for (account, answer) in answers {
        match answer {
            Ok(thing) => found.push((account, thing)),
            Err(error) if error.is_not_found() => missing.push(error),
            Err(error) => failed.push(error),
        }
    }
    if found.len() > 1 {
        let names: Vec<&str> = found.iter().map(|(account, _)| account.name()).collect();
        return Err(Problem::invalid(
            crate::params::PROVIDER_NAME,
            format!(
                "{what} {id:?} is known to several accounts: {}; name one of them",
                names.join(", ")
            ),
        )
        .code("ambiguous_account"));
    }
    match (found.pop(), &failed[..], &missing[..]) {
        (Some(one), ..) => Ok(one),
        // Alone, the account is told about as it is.
        (None, [failed], []) => Err(failed.into()),
        (None, [failed, ..], _) => Err(unknown_so_far(failed, what, id)),
        (None, [], [missing]) => Err(missing.into()),
        (None, [], _) => {
            Err(Problem::not_found(format!("no account knows a {what} {id:?}")).code("not_found"))
        }
    }
}

/// It may be at the account that could not be asked.
fn unknown_so_far(failed: &Failed, what: &str, id: &str) -> Problem {
    let reason = failed.warning().message;
    Problem::new(
        http::StatusCode::BAD_GATEWAY,
        format!("no account that could be asked knows a {what} {id:?}, and {reason}"),
    )
    .code("provider_error")
}
