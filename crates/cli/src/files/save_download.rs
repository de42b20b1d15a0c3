//! Saves a download to disk: under a name of the user's, or of the vendor's.

use std::path::{Path, PathBuf};

use unitune::transport::Download;

use crate::exit::{Exit, Failure};
use crate::output::{self, bytes, progress_bar};

/// Where a download goes.
pub struct Target {
    pub path: Option<PathBuf>,
    pub force: bool,
}

impl Target {
    /// Returns the path for a file of this name.
    ///
    /// # Errors
    ///
    /// There is such a file already.
    pub fn path_for(&self, name: &str) -> Result<PathBuf, Failure> {
        let Some(path) = &self.path else {
            return self.free(PathBuf::from(safe_name(name)));
        };
        let is_folder = path.is_dir() || path.as_os_str().to_string_lossy().ends_with(['/', '\\']);
        match is_folder {
            true => self.in_folder(name),
            false => self.free(path.clone()),
        }
    }

    /// Returns the path in the folder, which is made where it is missing.
    ///
    /// # Errors
    ///
    /// As [`Self::path_for`]; or the folder cannot be made.
    pub fn in_folder(&self, name: &str) -> Result<PathBuf, Failure> {
        let folder = self.path.clone().unwrap_or_default();
        if !folder.as_os_str().is_empty() {
            std::fs::create_dir_all(&folder).map_err(|e| {
                let what = format!("cannot make the folder {}: {e}", folder.display());
                Failure::new(Exit::Failure, what)
            })?;
        }
        self.free(folder.join(safe_name(name)))
    }

    fn free(&self, path: PathBuf) -> Result<PathBuf, Failure> {
        let found = path.symlink_metadata().ok();
        if found.is_some() && !self.force {
            let what = format!(
                "{} is there already: name another file with --to, or replace it with --force",
                path.display()
            );
            return Err(Failure::new(Exit::Usage, what));
        }
        output::to_replace(&path)
    }
}

/// Returns a vendor's name for a file without what could lead out of a folder,
/// or would be a name of something else.
pub fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let is_usable =
        |c: char| !c.is_control() && !matches!(c, ':' | '*' | '?' | '"' | '<' | '>' | '|');
    let name: String = last
        .chars()
        .map(|c| if is_usable(c) { c } else { '_' })
        .collect();
    match name.trim_start_matches('.') {
        "" => "download".to_owned(),
        name => name.to_owned(),
    }
}

/// Writes a download to a file, and says so on stderr.
///
/// # Errors
///
/// It breaks off, or cannot be written; nothing is left of it then.
pub async fn save(download: Download, path: &Path) -> Result<(), Failure> {
    let title = format!("downloading {}", path.display());
    let (bar, report) = progress_bar(&title, download.total_bytes());
    let download = download.on_progress(move |done, total| report(done, total));
    let mode = output::Mode::of(path);
    let written = download.save_to(path).await?;
    mode.give_to(path)?;
    drop(bar);
    output::note(&format!("{} ({})", path.display(), bytes(written)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vendor_s_name_stays_in_the_folder() {
        for (name, safe) in [
            ("train.jsonl", "train.jsonl"),
            ("../../etc/passwd", "passwd"),
            ("..", "download"),
            (".bashrc", "bashrc"),
            ("a\\b:c\u{7}.txt", "b_c_.txt"),
            ("", "download"),
        ] {
            assert_eq!(safe_name(name), safe, "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn neither_links_nor_pipes_are_replaced_unasked() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let target = |name: &str, force| Target {
            path: Some(folder.path().join(name)),
            force,
        };
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        symlink(&file, &link).unwrap();
        let dangling = target("link", false).path_for("x").unwrap_err().to_string();
        assert!(dangling.contains("is there already"), "{dangling}");
        std::fs::write(&file, "one").unwrap();
        let behind = target("link", true).path_for("x").unwrap();
        assert_eq!(behind, file.canonicalize().unwrap());
        let _listener = std::os::unix::net::UnixListener::bind(folder.path().join("socket"));
        let socket = target("socket", true)
            .path_for("x")
            .unwrap_err()
            .to_string();
        assert!(socket.contains("is a device or a pipe"), "{socket}");
    }
}
