//! The configuration file, with its comments and its order.

mod comments;
mod inline_accounts;

use std::fs::File;
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, TableLike, Value, value};

use comments::{put_before_next, remove_key, take_end, take_head};
use inline_accounts::as_tables;

use crate::exit::{Exit, Failure};
use crate::output::{Access, behind_links, cannot_write, check_is_no_device, write_file};

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
    let text = read_text(path)?;
    parsed(path, text.expose_secret())
}

fn wrong(path: &Path, what: &str) -> Failure {
    Failure::new(Exit::Usage, format!("{}: {what}", path.display()))
}

fn read_text(path: &Path) -> Result<SecretString, Failure> {
    // It is going to be written: what a device or a pipe gives never ends, or never comes.
    check_is_no_device(path)?;
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text.into()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new().into()),
        Err(error) => Err(wrong(path, &error.to_string())),
    }
}

fn parsed(path: &Path, text: &str) -> Result<DocumentMut, Failure> {
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        // The parser quotes lines, and they can hold keys.
        let place = error.span().map_or(0, |span| span.start);
        let line = text.get(..place).unwrap_or_default().matches('\n').count() + 1;
        wrong(path, &format!("line {line}: {}", error.message()))
    })?;
    as_tables(&mut document).map_err(|what| wrong(path, what))?;
    let accounts = document.get("account");
    if accounts.is_some_and(|accounts| !accounts.is_array_of_tables()) {
        return Err(wrong(path, "expected a list of tables: [[account]]"));
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
    let before = place.is_none().then(|| take_end(document)).flatten();
    let accounts = document.entry("account");
    let accounts = accounts.or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
    let Some(accounts) = accounts.as_array_of_tables_mut() else {
        return;
    };
    let mut new = Table::new();
    let old = place.and_then(|place| accounts.get_mut(place));
    let is_new = old.is_none();
    let account = old.unwrap_or(&mut new);
    if account.get("vendor").and_then(Item::as_str) != Some(entry.vendor) {
        // Addresses and settings of another vendor: the new key must not be sent there.
        account.retain(|name, _| ["name", "vendor"].contains(&name));
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
        let Some(text) = text else { continue };
        let mut new = value(text);
        match account.get_mut(name) {
            Some(old) => {
                keep_comment(Some(old), &mut new);
                *old = new;
            }
            None => {
                account.insert(name, new);
            }
        }
    }
    // A key that is there in another form would be a second one.
    for name in ["key", "key_env", "key_file", "token_command"] {
        let is_given = |(member, text): &(&str, Option<&str>)| *member == name && text.is_some();
        if !members.iter().any(is_given) {
            account.remove(name);
        }
    }
    if is_new {
        if let Some(before) = before {
            new.decor_mut().set_prefix(format!("{before}\n"));
        }
        accounts.push(new);
    }
    if default {
        set_default(document, entry.name);
    }
}

/// Gives a value the comment beside the one that it takes the place of.
fn keep_comment(old: Option<&Item>, new: &mut Item) {
    let old = old.and_then(Item::as_value);
    if let (Some(old), Some(new)) = (old, new.as_value_mut()) {
        *new.decor_mut() = old.decor().clone();
    }
}

/// Sets the account that is used where none is named. Where nothing of the file stands
/// before its tables, the comments at its head stay the first.
fn set_default(document: &mut DocumentMut, name: &str) {
    let mut new = value(name);
    if let Some(old) = document.get_mut("default_account") {
        keep_comment(Some(old), &mut new);
        *old = new;
        return;
    }
    let is_first = document.iter().all(|(_, item)| !item.is_value());
    let head = is_first.then(|| take_head(document));
    document.insert("default_account", new);
    if let Some(head) = head
        && let Some(mut key) = document.as_table_mut().key_mut("default_account")
    {
        key.leaf_decor_mut().set_prefix(head);
    }
}

/// What went with an account that was removed.
#[derive(Debug, PartialEq, Eq)]
pub struct Removed {
    /// It was used where none is named; now there is no such account.
    pub was_default: bool,
    /// The file that still holds its key.
    pub key_file: Option<String>,
    /// The gateway's tokens that still name it.
    pub tokens: Vec<String>,
}

/// Returns the names of the accounts.
pub fn names(document: &DocumentMut) -> Vec<String> {
    let accounts = document.get("account").and_then(Item::as_array_of_tables);
    let accounts = accounts.into_iter().flatten();
    let names = accounts.filter_map(|account| account.get("name")?.as_str());
    names.map(str::to_owned).collect()
}

/// Removes an account, and nothing where there is none of this name. The comments
/// before it stay: the first are often about the whole file.
pub fn remove(document: &mut DocumentMut, name: &str) -> Option<Removed> {
    let place = place(document, name)?;
    let accounts = document.get_mut("account")?.as_array_of_tables_mut()?;
    let account = accounts.get(place)?;
    let key_file = account.get("key_file").and_then(Item::as_str);
    let key_file = key_file.map(str::to_owned);
    let before = account.decor().prefix().and_then(|text| text.as_str());
    let before = before.unwrap_or_default().to_owned();
    let at = account.position();
    accounts.remove(place);
    if accounts.is_empty() {
        document.remove("account");
    }
    put_before_next(document, at, &before);
    let default = document.get("default_account").and_then(Item::as_str);
    let was_default = default == Some(name);
    if was_default {
        remove_key(document, "default_account");
    }
    Some(Removed {
        was_default,
        key_file,
        tokens: tokens_of(document, name),
    })
}

/// Returns the gateway's tokens that name an account.
fn tokens_of(document: &DocumentMut, name: &str) -> Vec<String> {
    let tokens = document
        .get("gateway")
        .and_then(|gateway| gateway.get("tokens"));
    let tables = tokens.and_then(Item::as_array_of_tables);
    let tables = tables.into_iter().flatten();
    let tables = tables.map(|token| token as &dyn TableLike);
    let inline = tokens.and_then(Item::as_array).into_iter().flatten();
    let inline = inline.filter_map(Value::as_inline_table);
    let inline = inline.map(|token| token as &dyn TableLike);
    let is_named = |token: &&dyn TableLike| {
        let accounts = token.get("accounts").and_then(Item::as_array);
        let mut accounts = accounts.into_iter().flatten();
        token.get("default_account").and_then(Item::as_str) == Some(name)
            || accounts.any(|account| account.as_str() == Some(name))
    };
    let tokens = tables.chain(inline).filter(is_named);
    let names = tokens.filter_map(|token| token.get("name")?.as_str());
    names.map(str::to_owned).collect()
}

/// Reads a file, changes what is in it and writes it, before or after others that do so.
///
/// # Errors
///
/// It cannot be read or written, or the change fails; it is then as it was.
pub fn change<T>(
    path: &Path,
    access: Access,
    change: impl FnOnce(&mut DocumentMut) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let _lock = lock(path)?;
    let before = read_text(path)?;
    let mut document = parsed(path, before.expose_secret())?;
    let outcome = change(&mut document)?;
    let text = SecretString::from(document.to_string());
    let text = as_lines_of(before.expose_secret(), text);
    write_file(path, text.expose_secret().as_bytes(), access)?;
    Ok(outcome)
}

/// Returns a text with the line ends of another one, where these are all of Windows': what
/// writes TOML knows its own alone.
fn as_lines_of(other: &str, text: SecretString) -> SecretString {
    let ends = other.matches('\n').count();
    if ends == 0 || other.matches("\r\n").count() < ends {
        return text;
    }
    let text = text.expose_secret().replace("\r\n", "\n");
    text.replace('\n', "\r\n").into()
}

/// Waits until no other program changes the file, and keeps others from it until the lock is
/// dropped. It is a lock of the folder, because the file is replaced; systems that cannot lock
/// folders have none.
fn lock(path: &Path) -> Result<Option<File>, Failure> {
    let path = behind_links(path);
    let lock = File::open(folder_of(&path)?).ok();
    Ok(lock.filter(|lock| lock.lock().is_ok()))
}

/// Returns the folder of a file, which is there then.
fn folder_of(path: &Path) -> Result<&Path, Failure> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(folder).map_err(|e| cannot_write(path, &e))?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    pub const ENTRY: Entry<'static> = Entry {
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
            "# mine\ndefault_account = \"research\"\n\n[gateway] # for serve\nmax_requests = 4\n\n\
             [[account]]\nname = \"main\" # the first\nvendor = \"openai\"\nkey = \"tgp-1\"\n\n\
             [[account]]\nname = \"research\"\nvendor = \"together\"\nkey = \"tgp-1\"\n"
        );
    }

    #[test]
    fn a_key_of_another_vendor_is_not_sent_where_the_one_before_it_went() {
        let text = "[[account]]\nname = \"a\" # ours\nvendor = \"together\"\nbase_url = \
                    \"http://127.0.0.1:1\"\norganization = \"o\"\nmax_retries = 1\nkey_env = \"K\"\n";
        let entry = |vendor| Entry {
            name: "a",
            vendor,
            key: Some("sk-1"),
            key_env: None,
            base_url: None,
            organization: None,
        };
        for (vendor, keeps) in [("together", true), ("openai", false)] {
            let mut document: DocumentMut = text.parse().unwrap();
            put(&mut document, &entry(vendor), false);
            let text = document.to_string();
            assert!(text.contains("name = \"a\" # ours\n"), "{text}");
            for member in ["base_url", "organization", "max_retries"] {
                assert_eq!(text.contains(member), keeps, "{text}");
            }
        }
    }

    #[test]
    fn tokens_that_name_an_account_are_found_in_either_form() {
        for text in [
            "[[gateway.tokens]]\nname = \"ci\"\naccounts = [\"a\"]\n[[gateway.tokens]]\nname = \"b\"\n",
            "[gateway]\ntokens = [{name = \"ci\", default_account = \"a\"}, {name = \"b\"}]\n",
        ] {
            let document: DocumentMut = text.parse().unwrap();
            assert_eq!(tokens_of(&document, "a"), ["ci"], "{text}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_never_ends_is_not_read() {
        for device in ["/dev/zero", "/dev/full"] {
            let error = read(Path::new(device)).unwrap_err().to_string();
            assert!(error.contains("it is a device or a pipe"), "{error}");
        }
    }

    #[test]
    fn what_is_around_an_account_stays_when_it_is_removed() {
        let text = "# ours\ndefault_account = \"main\" # by default\n\n# the first\n[[account]]\n\
                    name = \"main\" # gone\nkey = \"sk-1\"\n\n# for serve\n[gateway]\n\
                    max_requests = 4\n\n[[gateway.tokens]]\nname = \"ci\"\naccounts = [\"main\"]\n\n# the second\n\
                    [[account]]\nname = \"research\"\nkey_file = \"k\" # a comment\n# the end\n";
        let mut document: DocumentMut = text.parse().unwrap();
        assert_eq!(remove(&mut document, "nobody"), None);
        assert_eq!(document.to_string(), text);
        let removed = remove(&mut document, "main").unwrap();
        assert!(removed.was_default && removed.key_file.is_none());
        assert_eq!(removed.tokens, ["ci"]);
        assert_eq!(names(&document), ["research"]);
        assert_eq!(
            document.to_string(),
            "# ours\n\n# the first\n\n# for serve\n[gateway]\nmax_requests = 4\n\n[[gateway.tokens]]\n\
             name = \"ci\"\naccounts = [\"main\"]\n\n# the second\n[[account]]\nname = \"research\"\nkey_file = \"k\" # a \
             comment\n# the end\n"
        );
        let removed = remove(&mut document, "research").unwrap();
        assert_eq!(removed.key_file.as_deref(), Some("k"));
        assert!(!removed.was_default);
        assert_eq!(
            document.to_string(),
            "# ours\n\n# the first\n\n# for serve\n[gateway]\nmax_requests = 4\n\n[[gateway.tokens]]\n\
             name = \"ci\"\naccounts = [\"main\"]\n\n# the second\n# the end\n"
        );
        assert!(names(&document).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_a_file_that_is_not_there_yet_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::os::unix::fs::symlink("second.toml", at("first.toml")).unwrap();
        std::os::unix::fs::symlink(at("new/config.toml"), at("second.toml")).unwrap();
        change(&at("first.toml"), Access::Private, |document| {
            put(document, &ENTRY, false);
            Ok(())
        })
        .unwrap();
        assert!(at("first.toml").is_symlink() && at("second.toml").is_symlink());
        let written = std::fs::read_to_string(at("new/config.toml")).unwrap();
        assert!(written.contains("name = \"research\""), "{written}");
    }

    #[test]
    fn lines_end_as_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let text = "# mine\r\n[gateway]\r\nmax_requests = 4 # few\r\n\r\n# the first\r\n\
                    [[account]]\r\nname = \"main\"\r\nvendor = \"openai\"\r\n";
        for (before, end) in [(text.to_owned(), "\r\n"), (text.replace('\r', ""), "\n")] {
            std::fs::write(&path, &before).unwrap();
            let added = |document: &mut DocumentMut| {
                put(document, &ENTRY, false);
                Ok(())
            };
            change(&path, Access::AsBefore, added).unwrap();
            let new = [
                "",
                "[[account]]",
                "name = \"research\"",
                "vendor = \"together\"",
                "",
            ];
            let after = format!("{before}{}", new.join(end)) + "key = \"tgp-1\"" + end;
            assert_eq!(std::fs::read_to_string(&path).unwrap(), after);
            change(&path, Access::AsBefore, |document| {
                Ok(remove(document, "research"))
            })
            .unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
        }
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
