//! Writes a file of results whole or not at all.

use std::io::Write;
use std::path::Path;

use crate::exit::{Exit, Failure};

/// Checks that no device or pipe has a name: a file of results that gets the name later
/// would take its place.
///
/// # Errors
///
/// One has it.
pub fn check_is_no_device(path: &Path) -> Result<(), Failure> {
    match std::fs::metadata(path) {
        Ok(found) if !found.is_file() && !found.is_dir() => {
            let what = format!(
                "cannot write {}: it is a device or a pipe, which a file would replace; name a file",
                path.display()
            );
            Err(Failure::new(Exit::Usage, what))
        }
        _ => Ok(()),
    }
}

/// Writes a file under its name when it is complete. A file that is there is
/// replaced; where writing fails, it stays as it was.
///
/// # Errors
///
/// It cannot be written.
pub fn write_file(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let failed = |e: std::io::Error| {
        let what = format!("cannot write {}: {e}", path.display());
        Failure::new(Exit::Failure, what)
    };
    check_is_no_device(path)?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        let what = format!("cannot write {}: there is no such folder", path.display());
        return Err(Failure::new(Exit::Failure, what));
    }
    let mut builder = tempfile::Builder::new();
    // Others may read it, as far as the user lets them: the default would be the
    // owner alone.
    #[cfg(unix)]
    let builder = {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666))
    };
    let mut file = builder.tempfile_in(folder).map_err(failed)?;
    file.write_all(content).map_err(failed)?;
    file.persist(path).map_err(|e| failed(e.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_whole_or_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.svg");
        write_file(&path, b"one").unwrap();
        write_file(&path, b"two").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        let below = folder.path().join("a.svg/b.svg");
        let error = write_file(&below, b"x").unwrap_err().to_string();
        assert!(
            error.contains("cannot write") && error.contains("b.svg"),
            "{error}"
        );
        #[cfg(unix)]
        {
            let socket = folder.path().join("socket");
            let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
            let error = write_file(&socket, b"x").unwrap_err().to_string();
            assert!(error.contains("is a device or a pipe"), "{error}");
            std::fs::remove_file(&socket).unwrap();
        }
        // Nothing else is left in the folder.
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
