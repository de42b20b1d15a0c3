//! Events and metrics, derived from a job's fields and its metrics file: the
//! vendor keeps no log.

use super::jobs::Found;
use super::{Client, RetrieveSupervisedJobOptions};
use crate::Error;
use crate::providers::{Call, Page, mapped};
use crate::unify::fireworks::{JobKind, MetricsOfFile, StateEvent};
use crate::unify::{Event, Job, MetricPoint, Unify};
use crate::wire::Secret;

/// The largest metrics file that is read, in bytes.
const MAX_METRICS: usize = 64 << 20;

impl Client {
    /// Returns the metrics of a job, oldest first; none where the file is not
    /// there yet.
    pub(super) async fn job_metrics(
        &self,
        call: &Call,
        id: &str,
    ) -> Result<Vec<MetricPoint>, Error> {
        let (found, _) = self.resolve(call, id).await?;
        self.metrics_of(call, &found).await
    }

    async fn metrics_of(&self, call: &Call, found: &Found) -> Result<Vec<MetricPoint>, Error> {
        let Some(url) = self.metrics_url(found).await? else {
            return Ok(Vec::new());
        };
        let download = match self.read_signed_url(&url).await {
            Ok(download) => download,
            Err(error) if error.is_not_found() => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let bytes = download.bytes(MAX_METRICS).await?;
        let text = String::from_utf8_lossy(&bytes);
        Ok(MetricsOfFile(&text).unify(&call.context)?)
    }

    /// Where the metrics of a job are; none where it does not say.
    async fn metrics_url(&self, found: &Found) -> Result<Option<Secret>, Error> {
        let Found {
            kind,
            account,
            name,
        } = found;
        let answer = match kind {
            JobKind::Supervised => {
                let options = RetrieveSupervisedJobOptions::new();
                let job = self.retrieve_supervised_job(account, name, options).await?;
                return Ok(set(job.into_inner().metrics_file_signed_url));
            }
            JobKind::Dpo => self.locate_dpo_job_metrics(account, name).await,
            JobKind::Reinforcement => self.locate_reinforcement_job_metrics(account, name).await,
        };
        match answer {
            Ok(answer) => Ok(set(answer.into_inner().signed_url)),
            // The job is there, and its metrics are not.
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Returns a job's events, newest first. Metrics that cannot be read are a
    /// warning beside the others.
    pub(super) async fn job_events(&self, call: &Call, id: &str) -> Result<Page<Event>, Error> {
        let (found, job) = self.find_job(call, id).await?;
        let mut warnings = Vec::new();
        let points = match self.metrics_of(call, &found).await {
            Ok(points) => points,
            Err(error) => {
                let error = crate::providers::Warning::account(call.account(), error);
                warnings.push(error);
                Vec::new()
            }
        };
        let events = events_of(&job, points).map(|event| event.unify(&call.context));
        let mut events = mapped(call.account(), events, &mut warnings);
        // Those of the same time stay in their order: the state is the newest.
        events.sort_by_key(|event| std::cmp::Reverse(event.created_at));
        Ok(Page::new(events).warnings(warnings))
    }
}

fn events_of(job: &Job, points: Vec<MetricPoint>) -> impl Iterator<Item = StateEvent<'_>> {
    let steps = points.into_iter().enumerate().rev();
    let steps = steps.map(move |(index, point)| StateEvent::Metrics(job, index + 1, point));
    [StateEvent::State(job)]
        .into_iter()
        .chain(steps)
        .chain([StateEvent::Created(job)])
}

fn set(url: Option<Secret>) -> Option<Secret> {
    url.filter(|url| !url.expose().is_empty())
}
