//! One list of an account's jobs, of the three that the vendor keeps.

use std::collections::VecDeque;

use futures_util::future::join_all;

use super::cursor::{Cursor, ListPosition, index};
use super::{Client, ListDpoJobsOptions, ListReinforcementJobsOptions, ListSupervisedJobsOptions};
use crate::providers::{Call, Page, PageQuery, Warning, job_page};
use crate::unify::Job;
use crate::unify::fireworks::{JobKind, TITLE};
use crate::{Error, ErrorKind};

/// The order that the vendor is asked for; its own is by name.
const NEWEST_FIRST: &str = "create_time desc";
/// The largest page that the vendor gives.
const MAX_PAGE: usize = 200;

/// The jobs of one kind that are to be merged.
struct List {
    kind: JobKind,
    jobs: VecDeque<Job>,
    /// What comes after them: a page, or the end. It is taken when they are
    /// used up.
    next: Option<Option<String>>,
}

/// Merges lists, newest first, up to a limit. Where one is used up that goes on,
/// the page ends: its next page may have newer jobs than the others.
fn merge(mut lists: Vec<List>, cursor: &mut Cursor, limit: usize) -> Vec<Job> {
    let mut merged = Vec::new();
    loop {
        let mut goes_on = false;
        for list in lists.iter_mut().filter(|list| list.jobs.is_empty()) {
            if let Some(next) = list.next.take() {
                goes_on |= next.is_some();
                cursor.positions[index(list.kind)].next_page(next);
            }
        }
        if goes_on || merged.len() >= limit {
            return merged;
        }
        let fronts = lists.iter_mut().filter(|list| !list.jobs.is_empty());
        // Of jobs of the same time that of the first kind comes first.
        let newest = fronts.reduce(|first, other| {
            let times = |list: &List| list.jobs.front().map(|job| job.created_at);
            match times(other) > times(first) {
                true => other,
                false => first,
            }
        });
        let Some((kind, job)) = newest.and_then(|list| Some((list.kind, list.jobs.pop_front()?)))
        else {
            return merged;
        };
        cursor.positions[index(kind)].go_behind(&job);
        merged.push(job);
    }
}

/// What one list answered with.
struct Fetched {
    jobs: Vec<Job>,
    warnings: Vec<Warning>,
    token: Option<String>,
}

impl Client {
    /// Fetches a page of the jobs of all kinds, newest first.
    pub(super) async fn job_page(
        &self,
        call: &Call,
        query: &PageQuery,
    ) -> Result<Page<Job>, Error> {
        let limit = query.limit.unwrap_or(MAX_PAGE).clamp(1, MAX_PAGE);
        let size = i64::try_from(limit).unwrap_or(1);
        let mut cursor = match query.cursor.as_deref() {
            None => Cursor::top(size),
            Some(text) => Cursor::parse(text).ok_or_else(|| {
                let message = format!("{text:?} is no cursor of a list of {TITLE}");
                Error::new(ErrorKind::InvalidRequest, message)
            })?,
        };
        let account = self.account_id().await?;
        let kinds = JobKind::ALL.into_iter();
        let open: Vec<JobKind> = kinds
            .filter(|kind| !cursor.positions[index(*kind)].is_at_end)
            .collect();
        let answers = open.iter().map(|kind| {
            let place = &cursor.positions[index(*kind)];
            self.list_of_kind(call, *kind, &account, cursor.size, place)
        });
        let answers = join_all(answers).await;
        let mut page = Page::new(Vec::new());
        let all_failed = answers.iter().all(Result::is_err);
        let mut lists = Vec::new();
        for (kind, answer) in open.into_iter().zip(answers) {
            let place = &mut cursor.positions[index(kind)];
            match answer {
                Ok(mut fetched) => {
                    // A page that is fetched again has been warned of.
                    if place.after.is_none() {
                        page.warnings.append(&mut fetched.warnings);
                    }
                    place.skip(&mut fetched.jobs);
                    lists.push(List {
                        kind,
                        jobs: fetched.jobs.into(),
                        next: Some(fetched.token),
                    });
                }
                // The account may not have this kind of job; the others it has.
                Err(error) if !all_failed && is_rejected(&error) => {
                    page.warnings.push(Warning::account(call.account(), error));
                    place.next_page(None);
                }
                Err(error) => return Err(error),
            }
        }
        page.items = merge(lists, &mut cursor, limit);
        Ok(page.next(cursor.write()))
    }

    /// Fetches the page that a position is in.
    async fn list_of_kind(
        &self,
        call: &Call,
        kind: JobKind,
        account: &str,
        size: i64,
        position: &ListPosition,
    ) -> Result<Fetched, Error> {
        let token = position.token.as_deref();
        macro_rules! list {
            ($options:ident, $operation:ident, $items:ident) => {{
                let mut options = $options::new().page_size(size).order_by(NEWEST_FIRST);
                if let Some(token) = token {
                    options = options.page_token(token);
                }
                let list = self.$operation(account, options).await?.into_inner();
                let items = list.$items.unwrap_or_default();
                let page = job_page(call, items, Some(false), name_of);
                Fetched {
                    jobs: page.items,
                    warnings: page.warnings,
                    token: list.next_page_token.filter(|token| !token.is_empty()),
                }
            }};
        }
        Ok(match kind {
            JobKind::Supervised => list!(
                ListSupervisedJobsOptions,
                list_supervised_jobs,
                supervised_fine_tuning_jobs
            ),
            JobKind::Dpo => list!(ListDpoJobsOptions, list_dpo_jobs, dpo_jobs),
            JobKind::Reinforcement => list!(
                ListReinforcementJobsOptions,
                list_reinforcement_jobs,
                reinforcement_fine_tuning_jobs
            ),
        })
    }
}

/// Pages go on by tokens, never by the last item's id.
fn name_of<T>(_: &T) -> &str {
    ""
}

/// True where the account may not have what was asked for.
fn is_rejected(error: &Error) -> bool {
    matches!(error.status(), Some(403 | 404 | 501))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unify::fireworks::{JobId, VENDOR};
    use crate::unify::{Provider, Status};

    fn list(kind: JobKind, times: &[Option<i64>], next: Option<&str>) -> List {
        let job = |(number, time): (usize, &Option<i64>)| {
            let id = JobId::new(kind, format!("j{number}")).to_string();
            let provider = Provider::new("main", VENDOR, "");
            let mut job = Job::new(id, "m", Status::Running, provider);
            job.created_at = *time;
            job
        };
        List {
            kind,
            jobs: times.iter().enumerate().map(job).collect(),
            next: Some(next.map(str::to_owned)),
        }
    }

    fn ids(jobs: &[Job]) -> String {
        let ids: Vec<&str> = jobs.iter().map(|job| job.id.as_str()).collect();
        ids.join(" ")
    }

    #[test]
    fn lists_are_merged_newest_first_up_to_the_limit() {
        let lists = |tokens: [Option<&str>; 3]| {
            vec![
                list(JobKind::Supervised, &[Some(9), Some(5)], tokens[0]),
                list(JobKind::Dpo, &[Some(9), Some(7)], tokens[1]),
                list(JobKind::Reinforcement, &[Some(8), None], tokens[2]),
            ]
        };
        let mut cursor = Cursor::top(2);
        let all = merge(lists([None; 3]), &mut cursor, 10);
        assert_eq!(ids(&all), "sft:j0 dpo:j0 rft:j0 dpo:j1 sft:j1 rft:j1");
        assert_eq!(cursor.write(), None);

        // Behind the second DPO job there may be one of the time 6.
        let mut cursor = Cursor::top(2);
        let some = merge(lists([None, Some("t"), None]), &mut cursor, 10);
        assert_eq!(ids(&some), "sft:j0 dpo:j0 rft:j0 dpo:j1");
        let [supervised, dpo, reinforcement] = &cursor.positions;
        assert_eq!(supervised.after, Some(("sft:j0".to_owned(), Some(9))));
        assert_eq!((dpo.token.as_deref(), &dpo.after), (Some("t"), &None));
        assert!(reinforcement.after.is_some() && !reinforcement.is_at_end);

        let mut cursor = Cursor::top(2);
        let first = merge(lists([None; 3]), &mut cursor, 1);
        assert_eq!(ids(&first), "sft:j0");
        let mut rest: Vec<Job> = lists([None; 3]).remove(0).jobs.into();
        cursor.positions[0].skip(&mut rest);
        assert_eq!(ids(&rest), "sft:j1");
        // The job is gone: its time tells.
        let mut rest: Vec<Job> = lists([None; 3]).remove(0).jobs.into();
        rest.remove(0);
        cursor.positions[0].skip(&mut rest);
        assert_eq!(ids(&rest), "sft:j1");
    }
}
