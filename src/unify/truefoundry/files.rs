//! The gateway's own files: identity.

use super::VENDOR;
use crate::truefoundry::types;
use crate::unify::extras::Extras;
use crate::unify::{Context, File, MappingError, Origin, Unify};

impl Unify for types::File {
    type Output = File;

    fn unify(self, context: &Context) -> Result<File, MappingError> {
        let types::File {
            bytes,
            created_at,
            extra,
            filename,
            id,
            object: _,
            purpose,
            status,
        } = self;
        let mut extras = Extras::new();
        extras.undocumented(&extra);
        let origin = Origin::with_extras(context, VENDOR, extras);
        Ok(File {
            filename,
            ..File::new(id, bytes, created_at, purpose, status, origin)
        })
    }
}
