//! Azure's files, which are imported after their upload.

use super::VENDOR;
use crate::azure::types;
use crate::unify::extras::Extras;
use crate::unify::{Context, File, MappingError, Origin, Unify};

impl Unify for types::File {
    type Output = File;

    /// A size that is not known yet is zero.
    fn unify(self, context: &Context) -> Result<File, MappingError> {
        let types::File {
            bytes,
            created_at,
            expires_at,
            extra,
            filename,
            id,
            object: _,
            purpose,
            status,
            status_details,
        } = self;
        let mut extras = Extras::new();
        extras.put("status_details", status_details);
        extras.undocumented(&extra);
        let origin = Origin::with_extras(context, VENDOR, extras);
        Ok(File {
            filename: Some(filename),
            expires_at,
            ..File::new(
                id,
                bytes.unwrap_or_default(),
                created_at,
                purpose.as_str(),
                status.as_str(),
                origin,
            )
        })
    }
}
