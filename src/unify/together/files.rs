//! Together's files.

use super::VENDOR;
use crate::together::types;
use crate::unify::extras::Extras;
use crate::unify::{Context, File, MappingError, Origin, Unify};

/// The status is whether the vendor has processed the file; it has no other.
impl Unify for types::File {
    type Output = File;

    fn unify(self, context: &Context) -> Result<File, MappingError> {
        let types::File {
            bytes,
            created_at,
            extra,
            file_type,
            filename,
            id,
            object: _,
            processed,
            purpose,
        } = self;
        let mut extras = Extras::new();
        extras.put("Processed", Some(processed));
        extras.put("FileType", Some(file_type.as_str()));
        extras.undocumented(&extra);
        let status = if processed { "processed" } else { "uploaded" };
        let origin = Origin::with_extras(context, VENDOR, extras);
        Ok(File {
            filename: Some(filename).filter(|name| !name.is_empty()),
            ..File::new(id, bytes, created_at, purpose.as_str(), status, origin)
        })
    }
}
