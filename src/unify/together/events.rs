//! Together's events.

use super::{VENDOR, event_types};
use crate::together::types::FineTuneEvent;
use crate::unify::extras::Extras;
use crate::unify::{Context, Event, EventLevel, MappingError, Origin, Unify};

/// An event of a job's log. The vendor's event names neither itself nor its
/// job: its position in the log makes its id.
#[derive(Clone, Debug, PartialEq)]
pub struct EventInLog<'j> {
    /// The id of the job.
    pub job: &'j str,
    /// The position in the log, from 1, oldest first.
    pub position: usize,
    /// When it happened, in Unix seconds; none in a log without any time.
    pub time: Option<i64>,
    /// The event itself.
    pub event: FineTuneEvent,
}

/// Returns the events of a job's whole log, which must be oldest first. An
/// event without a time has that of the event before it, or, at the start of
/// the log, of the first event that has one.
pub fn events_in_log(
    job: &str,
    events: Vec<FineTuneEvent>,
) -> impl DoubleEndedIterator<Item = EventInLog<'_>> + ExactSizeIterator {
    let mut last = events.iter().find_map(event_types::time);
    let times: Vec<Option<i64>> = events
        .iter()
        .map(|event| {
            last = event_types::time(event).or(last);
            last
        })
        .collect();
    let events = events.into_iter().zip(times).enumerate();
    events.map(move |(index, (event, time))| EventInLog {
        job,
        position: index + 1,
        time,
        event,
    })
}

impl Unify for EventInLog<'_> {
    type Output = Event;

    fn unify(self, context: &Context) -> Result<Event, MappingError> {
        let id = format!("{}-event-{}", self.job, self.position);
        let Some(time) = self.time else {
            let reason = "no event of the log says a time";
            return Err(MappingError::new("created_at", reason).of_id(id));
        };
        let level = match event_types::level(&self.event) {
            Some(event_types::Level::Info) | None => EventLevel::Info,
            Some(event_types::Level::Warning) => EventLevel::Warn,
            Some(event_types::Level::Error) => EventLevel::Error,
        };
        let kind = event_types::kind(&self.event);
        let FineTuneEvent {
            checkpoint_path,
            created_at,
            early_stopping_best_metric_value,
            early_stopping_best_step,
            extra,
            hash,
            level: vendor_level,
            message,
            model_path,
            object: _,
            param_count,
            step,
            token_count,
            tokenized_dataset_path,
            total_steps,
            training_offset,
            type_,
            wandb_url,
        } = self.event;
        let mut data = Extras::new();
        data.put("type", kind.as_ref().map(|kind| kind.as_str()));
        // Zero is a step; the other zeros mean that nothing is known.
        data.put("step", step);
        data.count("total_steps", total_steps);
        data.count("token_count", token_count);
        data.count("param_count", param_count);
        data.count("training_offset", training_offset);
        data.text("checkpoint_path", checkpoint_path);
        data.text("model_path", model_path);
        data.text("wandb_url", wandb_url);
        data.put(
            "early_stopping_best_metric_value",
            early_stopping_best_metric_value,
        );
        data.put("early_stopping_best_step", early_stopping_best_step);
        data.text("tokenized_dataset_path", tokenized_dataset_path);
        let data = data.into_members();

        let mut extras = Extras::new();
        extras.put("type", type_.map(|kind| kind.into_str()));
        extras.put("level", vendor_level.map(|level| level.into_str()));
        extras.json("created_at", created_at.as_ref());
        extras.text("hash", hash);
        extras.undocumented(&extra);
        let origin = Origin::with_extras(context, VENDOR, extras);
        Ok(Event {
            level,
            data: (!data.is_empty()).then_some(data),
            ..Event::new(id, time, message.unwrap_or_default(), origin)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_without_a_time_have_that_of_a_neighbour() {
        let events = serde_json::from_str(
            r#"[{}, {"created_at": 20}, {}, {"created_at": "2023-11-07T19:04:30Z"}]"#,
        );
        let events: Vec<FineTuneEvent> = events.unwrap();
        let log = events_in_log("ft-1", events.clone());
        let times: Vec<Option<i64>> = log.map(|event| event.time).collect();
        assert_eq!(times, [Some(20), Some(20), Some(20), Some(1_699_383_870)]);

        let last = events_in_log("ft-1", events).next_back().unwrap();
        let last = last.unify(&Context::new("main")).unwrap();
        assert_eq!(last.id, "ft-1-event-4");
    }
}
