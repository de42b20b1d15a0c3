//! Fireworks' datasets, as files.

use super::VENDOR;
use super::extra_fields::{hide_signed_urls, without_unset};
use super::id::{account_of, dataset_id};
use crate::fireworks::types::{Dataset, DatasetState, StatusCode};
use crate::unify::extras::{Extras, object};
use crate::unify::{Context, File, MappingError, Origin, Unify};
use serde_json::Value;

/// Members that have a slot.
const MAPPED: [&str; 4] = ["name", "displayName", "createTime", "state"];

/// What a dataset is for; the vendor has no word for it.
const PURPOSE: &str = "fine-tune";

/// The vendor counts examples, not bytes: the size is 0.
impl Unify for Dataset {
    type Output = File;
    const ID: &'static str = "name";

    fn unify(self, context: &Context) -> Result<File, MappingError> {
        let name = self.name.as_deref().unwrap_or_default();
        let id = dataset_id(account_of(name), name).to_owned();
        if id.is_empty() {
            return Err(MappingError::new("id", "`name` is absent or empty"));
        }
        let time = self.create_time.as_ref().or(self.update_time.as_ref());
        let time = time.and_then(|time| time.unix_seconds());
        let time = time.ok_or_else(|| {
            let reason = "neither `createTime` nor `updateTime` says a time";
            MappingError::new("created_at", reason).of_id(&id)
        })?;
        let status = status(&self);
        let mut members = object(&self);
        members.retain(|name, _| !MAPPED.contains(&name.as_str()));
        hide_signed_urls(&mut members);
        let mut extras = Extras::new();
        // An empty object says that a dataset was uploaded.
        let is_uploaded = self.user_uploaded.is_some();
        members.remove("userUploaded");
        if let Some(Value::Object(members)) = without_unset(Value::Object(members)) {
            for (name, value) in members {
                extras.put(&name, Some(value));
            }
        }
        extras.put("userUploaded", is_uploaded.then_some(true));
        extras.put("state", self.state.as_ref().map(|state| state.as_str()));
        let origin = Origin::with_extras(context, VENDOR, extras);
        Ok(File {
            filename: self.display_name.filter(|name| !name.is_empty()),
            ..File::new(id, 0, time, PURPOSE, status, origin)
        })
    }
}

fn status(dataset: &Dataset) -> String {
    let code = dataset
        .status
        .as_ref()
        .and_then(|status| status.code.as_ref());
    if code.is_some_and(|code| *code != StatusCode::Ok) {
        return "error".to_owned();
    }
    match &dataset.state {
        Some(DatasetState::Ready) => "processed".to_owned(),
        Some(DatasetState::Uploading | DatasetState::StateUnspecified) | None => {
            "uploaded".to_owned()
        }
        Some(DatasetState::Unknown(word)) => word.to_string(),
    }
}
