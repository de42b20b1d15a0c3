//! Writes a file whole or not at all.

use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::exit::{Exit, Failure};

/// How many links lead to a file at the most; systems follow no more either.
const MOST_LINKS: usize = 40;

/// Who may read a file that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Its owner alone: there may be a new key in it.
    Private,
    /// Whoever may read the one that is there now.
    AsBefore,
    /// Whoever may read new files of this user.
    AsNew,
}

/// Checks that no device or pipe has a name: a file that gets the name later would
/// take its place.
///
/// # Errors
///
/// One has it.
pub fn check_is_no_device(path: &Path) -> Result<(), Failure> {
    match std::fs::metadata(path) {
        Ok(found) if !found.is_file() && !found.is_dir() => Err(may_not_replace(
            path,
            "it is a device or a pipe, which a file would replace; name a file",
        )),
        _ => Ok(()),
    }
}

/// A file that its owner made read-only, or that this user may not write, stays as it is,
/// though its folder may be changed.
fn check_is_not_read_only(path: &Path) -> Result<(), Failure> {
    let Ok(found) = std::fs::metadata(path) else {
        return Ok(());
    };
    let may_be_opened = || {
        let opened = std::fs::OpenOptions::new().write(true).open(path);
        !opened.is_err_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied)
    };
    if found.is_file() && (found.permissions().readonly() || !may_be_opened()) {
        let why = "it is read-only; make it writable, or name another file";
        return Err(may_not_replace(path, why));
    }
    Ok(())
}

/// Returns the file that is written in place of what is at a path: behind links, so that they
/// stay.
///
/// # Errors
///
/// It is a device, a pipe or read-only, and stays.
pub fn to_replace(path: &Path) -> Result<PathBuf, Failure> {
    check_is_no_device(path)?;
    check_is_not_read_only(path)?;
    match path.symlink_metadata() {
        Ok(found) if found.is_symlink() => Ok(behind_links(path)),
        _ => Ok(path.to_owned()),
    }
}

fn may_not_replace(path: &Path, why: &str) -> Failure {
    let what = format!("cannot write {}: {why}", path.display());
    Failure::new(Exit::Usage, what)
}

/// A file could not be written.
pub fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    // `tempfile` adds the name of the temporary file, which is gone.
    let text = error.to_string();
    let cause = text
        .split_once(" at path ")
        .map_or(text.as_str(), |(cause, _)| cause);
    let what = format!("cannot write {}: {cause}", path.display());
    Failure::new(Exit::Failure, what)
}

/// Writes a file under its name when it is complete. A file that is there is
/// replaced, behind links; where writing fails, it stays as it was.
///
/// # Errors
///
/// It cannot be written.
pub fn write_file(path: &Path, content: &[u8], access: Access) -> Result<(), Failure> {
    check_is_no_device(path)?;
    check_is_not_read_only(path)?;
    let path = behind_links(path);
    let folder = folder_of(&path);
    if !folder.is_dir() {
        let what = format!("cannot write {}: there is no such folder", path.display());
        return Err(Failure::new(Exit::Failure, what));
    }
    replace(&path, folder, content, access).map_err(|e| cannot_write(&path, &e))
}

fn replace(path: &Path, folder: &Path, content: &[u8], access: Access) -> std::io::Result<()> {
    let mut file = new_file(folder, access)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    if access == Access::AsBefore || access == Access::Private && path.exists() {
        give_access(file.path(), path, access)?;
    }
    file.persist(path)?;
    Ok(())
}

/// Who may read and write the file at a path, where there is one.
pub struct Mode(Option<std::fs::Permissions>);

impl Mode {
    pub fn of(path: &Path) -> Self {
        Self(
            std::fs::metadata(path)
                .ok()
                .map(|found| found.permissions()),
        )
    }

    /// Gives the mode to the file that has taken the place of the one before.
    ///
    /// # Errors
    ///
    /// The system refuses.
    pub fn give_to(self, path: &Path) -> Result<(), Failure> {
        match self.0 {
            Some(mode) => std::fs::set_permissions(path, mode).map_err(|e| cannot_write(path, &e)),
            None => Ok(()),
        }
    }
}

/// Writes a file under a name that nothing has, also not since it was last looked at.
///
/// # Errors
///
/// Something has the name, or it cannot be written.
pub fn write_new_file(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let write = || {
        let mut file = new_file(folder_of(path), Access::AsNew)?;
        file.write_all(content)?;
        file.as_file().sync_all()?;
        file.persist_noclobber(path)?;
        Ok(())
    };
    write().map_err(|error: std::io::Error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => is_there_already(path),
        _ => cannot_write(path, &error),
    })
}

/// The error of a file that is not to be replaced.
pub fn is_there_already(path: &Path) -> Failure {
    let what = format!("{} is there already; name another file", path.display());
    Failure::new(Exit::Usage, what)
}

/// Returns the folder of a file.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(unix)]
fn new_file(folder: &Path, access: Access) -> std::io::Result<NamedTempFile> {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;
    // What the user's own limits take away from it, the system does.
    let mode = match access {
        Access::AsNew => 0o666,
        Access::AsBefore | Access::Private => 0o600,
    };
    let mut builder = tempfile::Builder::new();
    builder.permissions(Permissions::from_mode(mode));
    builder.tempfile_in(folder)
}

#[cfg(not(unix))]
fn new_file(folder: &Path, _access: Access) -> std::io::Result<NamedTempFile> {
    tempfile::Builder::new().tempfile_in(folder)
}

/// Gives a file the owner and the mode of another one; to a private one, the owner's part of
/// the mode alone.
#[cfg(unix)]
fn give_access(file: &Path, as_of: &Path, access: Access) -> std::io::Result<()> {
    use std::fs::Permissions;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    let (own, other) = (file.metadata()?, as_of.metadata()?);
    let mut mode = other.mode() & 0o777;
    if access == Access::Private {
        mode &= 0o700;
    }
    let is_of_another = (own.uid(), own.gid()) != (other.uid(), other.gid());
    if is_of_another && chown(file, Some(other.uid()), Some(other.gid())).is_err() {
        // The group is this user's own then, to which nothing was ever given.
        mode &= 0o707;
    }
    std::fs::set_permissions(file, Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn give_access(_file: &Path, _as_of: &Path, _access: Access) -> std::io::Result<()> {
    Ok(())
}

/// Returns the file that a path leads to, behind links; it need not be there yet.
pub fn behind_links(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        if let Ok(file) = path.canonicalize() {
            return file;
        }
        let Ok(target) = path.read_link() else { break };
        // A relative target begins in the folder of the link.
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_whole_or_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.svg");
        write_file(&path, b"one", Access::AsNew).unwrap();
        write_file(&path, b"two", Access::AsNew).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        let below = folder.path().join("a.svg/b.svg");
        let error = write_file(&below, b"x", Access::AsNew)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("cannot write") && error.contains("b.svg"),
            "{error}"
        );
        #[cfg(unix)]
        {
            let socket = folder.path().join("socket");
            let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
            let error = write_file(&socket, b"x", Access::AsNew).unwrap_err();
            let error = error.to_string();
            assert!(error.contains("is a device or a pipe"), "{error}");
            std::fs::remove_file(&socket).unwrap();
        }
        // Nothing else is left in the folder.
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn an_error_names_the_file_that_was_asked_for_alone() {
        let path = Path::new("/proc/nope.svg");
        let error = write_file(path, b"x", Access::AsNew)
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("cannot write /proc/nope.svg: "),
            "{error}"
        );
        assert!(!error.contains("tmp"), "{error}");
    }

    #[test]
    fn a_new_file_takes_the_place_of_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.csv");
        write_new_file(&path, b"1").unwrap();
        let error = write_new_file(&path, b"2").unwrap_err().to_string();
        assert!(error.contains("plan.csv is there already"), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), b"1");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_is_read_only_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        std::fs::write(&path, "a").unwrap();
        let before = std::fs::metadata(&path).unwrap().permissions();
        let mut read_only = before.clone();
        read_only.set_readonly(true);
        std::fs::set_permissions(&path, read_only).unwrap();
        for access in [Access::Private, Access::AsBefore, Access::AsNew] {
            let error = write_file(&path, b"b", access).unwrap_err().to_string();
            assert!(
                error.contains("it is read-only; make it writable"),
                "{error}"
            );
            assert!(to_replace(&path).is_err());
        }
        assert_eq!(std::fs::read(&path).unwrap(), b"a");
        std::fs::set_permissions(&path, before).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn who_may_read_a_file_is_chosen_and_links_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        write_file(&path, b"1", Access::Private).unwrap();
        let mode = || std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(), 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let link = folder.path().join("link.toml");
        symlink(&path, &link).unwrap();
        write_file(&link, b"2", Access::AsBefore).unwrap();
        assert_eq!(mode(), 0o644);
        write_file(&link, b"3", Access::Private).unwrap();
        assert!(link.is_symlink());
        assert_eq!(std::fs::read(&path).unwrap(), b"3");
        assert_eq!(mode(), 0o600);
        let left = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 2);
    }
}
