//! Jobs some of whose members do not decode: each such member becomes its
//! absence, with a note and its value in `provider.extra`.

use serde::de::DeserializeOwned;
use serde_json::Map;

use super::extras::withhold;
use super::notes::NoteCollector;
use super::{Context, Job, MappingError, Note, NoteKind, Strictness, Unify};
use crate::wire::{self, Defect, Fault, Item, MalformedItem, Problem, repair};

/// The fields whose empty value stands for one that the gateway's job requires.
const REQUIRED: [&str; 4] = ["object", "model", "status", "training_file"];

/// Converts an item of a list of a vendor's jobs. A member that does not have
/// the documented form becomes its absence, with a note and its value in
/// `provider.extra`.
///
/// # Errors
///
/// The item is no object or has no id; in strict mode also when a member does
/// not have the documented form; or as [`Unify::unify`].
pub fn job_from_item<T>(item: Item<T>, context: &Context) -> Result<Job, MappingError>
where
    T: Unify<Output = Job> + DeserializeOwned,
{
    match item {
        Item::Ok(job) => job.unify(context),
        Item::Malformed(item) => job_of_malformed::<T>(&item, context),
    }
}

/// Converts a vendor's job from its JSON: see [`job_from_item`].
///
/// ```
/// use unitune::truefoundry::types::FineTuningJob;
/// use unitune::unify::{Context, job_from_slice};
///
/// let body = br#"{"id": "ftjob-1", "status": "running", "seed": "none", "created_at": 1}"#;
/// let job = job_from_slice::<FineTuningJob>(body, &Context::new("main").with_notes()).unwrap();
/// assert_eq!((job.id.as_str(), job.seed), ("ftjob-1", None));
/// assert_eq!(job.provider.extra.get("seed"), Some("none".into()));
/// ```
///
/// # Errors
///
/// As [`job_from_item`]; or the body is not JSON.
pub fn job_from_slice<T>(body: &[u8], context: &Context) -> Result<Job, MappingError>
where
    T: Unify<Output = Job> + DeserializeOwned,
{
    if let Ok(job) = wire::from_slice::<T>(body) {
        return job.unify(context);
    }
    match MalformedItem::of::<T>(body) {
        Ok(item) => job_of_malformed::<T>(&item, context),
        Err(_) => Err(MappingError::new(T::ID, "the body is not JSON")),
    }
}

/// Converts an object that did not decode.
pub(crate) fn job_of_malformed<T>(
    item: &MalformedItem,
    context: &Context,
) -> Result<Job, MappingError>
where
    T: Unify<Output = Job> + DeserializeOwned,
{
    let repaired = repair::<T>(&item.raw, T::ID);
    let repaired = repaired.map_err(|fault| not_repaired(item, T::ID, &fault))?;
    let defects = with_unreadable(repaired.defects, item);
    report(repaired.value.unify(context)?, defects, context)
}

/// Returns the error of an object that cannot be repaired.
fn not_repaired(item: &MalformedItem, id: &'static str, fault: &Fault) -> MappingError {
    // The fault names the place; the field is for callers.
    let error = MappingError::new(id, fault.to_string());
    match item.text(id) {
        Some(id) => error.of_id(id),
        None => error,
    }
}

/// Adds the members that cannot be read to those that do not decode.
fn with_unreadable(mut defects: Vec<Defect>, item: &MalformedItem) -> Vec<Defect> {
    for (name, problem) in item.unreadable() {
        let unreadable = Defect::unreadable(name, problem);
        match defects.iter_mut().find(|defect| defect.member == *name) {
            Some(defect) => defect.fault = unreadable.fault,
            None => defects.push(unreadable),
        }
    }
    defects
}

/// Records the problems of a vendor's job in the unified job.
///
/// # Errors
///
/// In strict mode, if there were any problems.
fn report(mut job: Job, defects: Vec<Defect>, context: &Context) -> Result<Job, MappingError> {
    let Some(first) = defects.first() else {
        return Ok(job);
    };
    if context.strictness == Strictness::Strict {
        let reason = format!("{}; strict mode refuses that", first.fault);
        return Err(MappingError::new(&first.member, reason).of_id(job.id));
    }
    let mut kept = Map::new();
    let mut notes = NoteCollector::new(context);
    for defect in defects {
        if defect.member == "created_at" && defect.is_replaced {
            job.created_at = None;
        }
        if context.notes {
            let slot = Slot::of(&job, &defect.member);
            record(&mut job.provider.notes, slot, &defect);
        }
        if let Some(raw) = defect.raw {
            kept.insert(defect.member, raw);
        }
    }
    withhold(&mut kept, &mut notes);
    job.provider.notes.extend(notes.into_notes());
    if !kept.is_empty() {
        let mut extra = std::mem::take(&mut job.provider.extra).into_map();
        extra.extend(kept);
        job.provider.extra = extra.into();
    }
    Ok(job)
}

/// The field that a member of the vendor's fills.
#[derive(Clone, Copy)]
struct Slot<'m> {
    field: &'m str,
    /// Whether other members fill it, too.
    is_shared: bool,
}

impl<'m> Slot<'m> {
    fn of(job: &Job, member: &'m str) -> Self {
        let mut mappings = crate::vendors::mappings();
        let mapping = mappings.find(|mapping| mapping.vendor == job.provider.vendor);
        let slots = mapping.map_or(&[][..], |mapping| mapping.slots);
        let found = slots.iter().find(|(name, _)| *name == member);
        let field = found.map_or(member, |(_, field)| field);
        let members = slots.iter().filter(|(_, filled)| *filled == field);
        Self {
            field,
            is_shared: members.count() > 1,
        }
    }
}

/// Writes the note on a defect. The field's own note gives way to it, unless it
/// has the source of another value.
fn record(notes: &mut Vec<Note>, slot: Slot<'_>, defect: &Defect) {
    let message = message(slot.field, defect);
    let is_whole = defect.is_replaced || defect.fault.path.len() <= 1;
    let own = notes.iter_mut().find(|note| note.field == slot.field);
    match own.filter(|_| is_whole) {
        Some(note) if slot.is_shared && note.kind == NoteKind::Unavailable => {
            note.message = "what came for it does not have the documented form".to_owned();
        }
        Some(_) if slot.is_shared => {}
        Some(note) if note.kind == NoteKind::Derived => {
            note.message = format!("{}; {message}", note.message);
            return;
        }
        Some(note) => {
            note.kind = match REQUIRED.contains(&slot.field) {
                true => NoteKind::Defaulted,
                false => NoteKind::Unavailable,
            };
            note.message = message;
            return;
        }
        None => {}
    }
    let field = match is_whole {
        true => defect.member.clone(),
        false => defect.fault.pointer(),
    };
    notes.push(Note::new(field, NoteKind::Unavailable, message));
}

fn message(slot: &str, defect: &Defect) -> String {
    let what = match &defect.fault.problem {
        Problem::Missing(member) if defect.fault.path.is_empty() => format!("`{member}` is absent"),
        problem => format!("{}: {problem}", defect.fault.pointer()),
    };
    let more = match defect.more {
        0 => String::new(),
        more => format!(", and {more} more like it"),
    };
    let raw = match defect.raw {
        Some(_) => "; what came is kept in `provider.extra`",
        None => "",
    };
    let instead = match slot {
        "status" => "; taken for running, so that no end is invented",
        _ => "",
    };
    format!("{what}{more}{instead}{raw}")
}
