//! A change of a watched job: as a line of text, and as JSON.

use serde_json::{Value, json};
use unitune::providers::{JobRef, Progress, Warning};
use unitune::unify::{Event, Job, Status};

use crate::jobs::table::status;
use crate::output::{View, clock, cut, iso, plain};

pub struct OutputLine {
    /// When it happened, in Unix seconds, where that is not when it is written.
    at: Option<i64>,
    id: String,
    what: &'static str,
    text: String,
    details: Value,
}

impl OutputLine {
    fn new(job: &JobRef, what: &'static str, text: String, details: Value) -> Self {
        let mut details = details;
        details["account"] = json!(job.account);
        Self {
            at: None,
            id: job.id.clone(),
            what,
            text,
            details,
        }
    }

    pub fn status(job: &Job, before: Option<Status>) -> Self {
        let details = json!({
            "status": job.status,
            "vendor_status": job.provider.status,
            "before": before,
            "model": job.model,
        });
        let text = match before {
            None => format!("{}, {}", status(job), job.model),
            Some(_) => status(job),
        };
        Self::new(&job.into(), "status", text, details)
    }

    pub fn event(job: &JobRef, event: &Event) -> Self {
        let details = json!({"event": event});
        let mut entry = Self::new(job, "event", event.message.clone(), details);
        entry.at = Some(event.created_at);
        if event.level != unitune::unify::EventLevel::Info {
            entry.text = format!("{}: {}", event.level.as_str(), entry.text);
        }
        entry
    }

    pub fn progress(job: &JobRef, progress: Progress, loss: Option<f64>) -> Self {
        let details = json!({
            "step": progress.step,
            "total_steps": progress.total_steps,
            "estimated_finish": progress.estimated_finish,
            "loss": loss,
        });
        let step = match (progress.step, progress.total_steps) {
            (Some(step), Some(total)) => Some(format!("step {step} of {total}")),
            (Some(step), None) => Some(format!("step {step}")),
            _ => None,
        };
        let end = progress
            .estimated_finish
            .map(|time| format!("expected end {}", iso(time)));
        let loss = loss.map(|loss| format!("loss {loss:.4}"));
        let parts: Vec<String> = [step, loss, end].into_iter().flatten().collect();
        Self::new(job, "progress", parts.join(", "), details)
    }

    pub fn restarted(from: &JobRef, to: &JobRef) -> Self {
        let details = json!({"continued_as": to.id});
        Self::new(
            from,
            "restarted",
            format!("continued as {}", to.id),
            details,
        )
    }

    pub fn trouble(warning: &Warning) -> Self {
        let id = warning.job.clone().unwrap_or_default();
        let job = JobRef::at(&warning.account, id);
        let details = json!({"message": warning.message});
        Self::new(&job, "warning", warning.to_string(), details)
    }

    pub fn finished(job: &Job) -> Self {
        let error = job
            .error
            .as_ref()
            .and_then(|error| error.message.as_deref());
        let text = match (&job.fine_tuned_model, error) {
            (Some(model), _) => format!("{}: {model}", job.status),
            (None, Some(error)) => format!("{}: {error}", job.status),
            (None, None) => job.status.to_string(),
        };
        Self::new(
            &job.into(),
            "finished",
            text,
            json!({"status": job.status, "job": job}),
        )
    }

    /// Returns true for what still matters when the watch is over.
    pub fn is_kept(&self) -> bool {
        !matches!(self.what, "event" | "progress")
    }

    /// Returns true where it would say nothing.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The line as JSON; `now` is the time of the vendors, in Unix seconds.
    pub fn json(&self, now: i64) -> Value {
        let time = iso(self.at.unwrap_or(now));
        let mut json = json!({"change": self.what, "time": time, "id": self.id});
        if let (Value::Object(json), Value::Object(details)) = (&mut json, &self.details) {
            json.extend(details.clone());
        }
        json
    }

    /// A line for people; on a terminal, one that fits it.
    pub fn line(&self, now: i64, view: Option<&View>) -> String {
        let text = plain(&self.text);
        let at = self.at.unwrap_or(now);
        let Some(view) = view else {
            let (at, id) = (iso(at), plain(&self.id));
            return format!("{at}  {id}  {:<9}  {text}", self.what);
        };
        let id = match self.what {
            // Once whole, so that it can be copied; later in short.
            "status" | "restarted" | "finished" => plain(&self.id),
            _ => cut(&plain(&self.id), super::progress_lines::SHORT_ID),
        };
        let line = format!("{}  {id}  {text}", clock(at));
        match view.terminal.width {
            // How it ended is said in full.
            Some(width) if self.what == "finished" && line.chars().count() > width => {
                let (word, rest) = text.split_once(": ").unwrap_or((&text, ""));
                format!("{}\n{:11}{rest}", line.replace(text.as_str(), word), "")
            }
            Some(width) => cut(&line, width),
            None => line,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_says_what_is_known() {
        let job = JobRef::at("a", "ft-1");
        let text = |progress, loss| OutputLine::progress(&job, progress, loss).text;
        let mut progress = Progress::default();
        assert_eq!(text(progress, None), "");
        progress.step = Some(3);
        assert_eq!(text(progress, Some(0.25)), "step 3, loss 0.2500");
        progress.total_steps = Some(10);
        progress.estimated_finish = Some(1_768_478_400);
        assert_eq!(
            text(progress, None),
            "step 3 of 10, expected end 2026-01-15T12:00:00Z"
        );
    }
}
