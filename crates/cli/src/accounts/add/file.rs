//! The configuration file, with its comments and its order.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use crate::exit::{Exit, Failure};

/// An account as it is written.
pub struct Entry<'a> {
    pub name: &'a str,
    pub vendor: &'a str,
    pub key: Option<&'a str>,
    pub key_env: Option<&'a str>,
    pub base_url: Option<&'a str>,
    pub organization: Option<&'a str>,
}

/// Reads a file; one that is not there is empty.
pub fn read(path: &Path) -> Result<DocumentMut, Failure> {
    let wrong = |what: String| Failure::new(Exit::Usage, format!("{}: {what}", path.display()));
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(wrong(error.to_string())),
    };
    let document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        // The parser quotes lines, and they can hold keys.
        let place = error.span().map_or(0, |span| span.start);
        let line = text.get(..place).unwrap_or_default().matches('\n').count() + 1;
        wrong(format!("line {line}: {}", error.message()))
    })?;
    let accounts = document.get("account");
    if accounts.is_some_and(|accounts| !accounts.is_array_of_tables()) {
        return Err(wrong("expected a list of tables: [[account]]".to_owned()));
    }
    Ok(document)
}

/// Returns true where the file has an account of this name.
pub fn has(document: &DocumentMut, name: &str) -> bool {
    place(document, name).is_some()
}

fn place(document: &DocumentMut, name: &str) -> Option<usize> {
    let accounts = document.get("account")?.as_array_of_tables()?;
    accounts
        .iter()
        .position(|account| account.get("name").and_then(Item::as_str) == Some(name))
}

/// Adds an account, or replaces the one of its name; `default` makes it the one
/// that is used where none is named.
pub fn put(document: &mut DocumentMut, entry: &Entry<'_>, default: bool) {
    let place = place(document, entry.name);
    let accounts = document.entry("account");
    let accounts = accounts.or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
    let Some(accounts) = accounts.as_array_of_tables_mut() else {
        return;
    };
    let mut new = Table::new();
    let old = place.and_then(|place| accounts.get_mut(place));
    let is_new = old.is_none();
    let account = old.unwrap_or(&mut new);
    // A key that is there in another form would be a second one.
    for name in ["key", "key_env", "key_file"] {
        account.remove(name);
    }
    let members = [
        ("name", Some(entry.name)),
        ("vendor", Some(entry.vendor)),
        ("base_url", entry.base_url),
        ("organization", entry.organization),
        ("key", entry.key),
        ("key_env", entry.key_env),
    ];
    for (name, text) in members {
        if let Some(text) = text {
            let mut new = value(text);
            let old = account.get(name).and_then(Item::as_value);
            if let (Some(old), Some(new)) = (old, new.as_value_mut()) {
                // The comment beside it stays.
                *new.decor_mut() = old.decor().clone();
            }
            account.insert(name, new);
        }
    }
    if is_new {
        accounts.push(new);
    }
    if default {
        document.insert("default_account", value(entry.name));
    }
}

/// Reads a file, changes what is in it and writes it, before or after others that do so.
///
/// # Errors
///
/// It cannot be read or written, or the change fails; it is then as it was.
pub fn change<T>(
    path: &Path,
    change: impl FnOnce(&mut DocumentMut) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let _lock = lock(path)?;
    let mut document = read(path)?;
    let outcome = change(&mut document)?;
    let text = SecretString::from(document.to_string());
    write(path, text.expose_secret())?;
    Ok(outcome)
}

/// Waits until no other program changes the file, and keeps others from it until the lock is
/// dropped. It is a lock of the folder, because the file is replaced; systems that cannot lock
/// folders have none.
fn lock(path: &Path) -> Result<Option<File>, Failure> {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let lock = File::open(folder_of(&path)?).ok();
    Ok(lock.filter(|lock| lock.lock().is_ok()))
}

/// Returns the folder of a file, which is there then.
fn folder_of(path: &Path) -> Result<&Path, Failure> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(folder).map_err(|e| not_written(path, &e))?;
    Ok(folder)
}

fn not_written(path: &Path, error: &std::io::Error) -> Failure {
    let what = format!("cannot write {}: {error}", path.display());
    Failure::new(Exit::Failure, what)
}

/// Writes a file as a whole, readable to its owner alone.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    // Behind a link, the file itself is replaced.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    folder_of(&path)?;
    let mut partial = path.as_os_str().to_owned();
    partial.push(format!(".{}.partial", std::process::id()));
    let partial = PathBuf::from(partial);
    let written = write_new(&partial, text).and_then(|()| std::fs::rename(&partial, &path));
    if written.is_err() {
        // Nothing more can be done about a leftover than to try.
        let _ = std::fs::remove_file(&partial);
    }
    written.map_err(|e| not_written(&path, &e))
}

fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: Entry<'static> = Entry {
        name: "research",
        vendor: "together",
        key: Some("tgp-1"),
        key_env: None,
        base_url: None,
        organization: None,
    };

    #[test]
    fn comments_and_other_tables_stay() {
        let text = "# mine\n[gateway] # for serve\nmax_requests = 4\n\n[[account]]\nname = \"main\" \
                    # the first\nvendor = \"openai\"\nkey_env = \"K\"\n";
        let mut document: DocumentMut = text.parse().unwrap();
        assert!(has(&document, "main") && !has(&document, "research"));
        put(&mut document, &ENTRY, true);
        let entry = Entry {
            name: "main",
            vendor: "openai",
            ..ENTRY
        };
        put(&mut document, &entry, false);
        let written = document.to_string();
        assert_eq!(
            written,
            "default_account = \"research\"\n# mine\n[gateway] # for serve\nmax_requests = 4\n\n\
             [[account]]\nname = \"main\" # the first\nvendor = \"openai\"\nkey = \"tgp-1\"\n\n\
             [[account]]\nname = \"research\"\nvendor = \"together\"\nkey = \"tgp-1\"\n"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_written_as_a_whole_and_only_its_owner_can_read_it() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/config.toml");
        write(&path, "x = 1\n").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let link = folder.path().join("link.toml");
        symlink(&path, &link).unwrap();
        write(&link, "x = 2\n").unwrap();
        assert!(link.is_symlink());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "x = 2\n");
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let left = std::fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(left, 1);
    }

    #[test]
    fn what_cannot_be_read_is_said_without_what_it_holds() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, "a = 1\nkey = \"tgp-secret\" x\n").unwrap();
        let error = read(&path).unwrap_err().to_string();
        assert!(
            error.contains("line 2") && !error.contains("tgp-secret"),
            "{error}"
        );
    }
}
