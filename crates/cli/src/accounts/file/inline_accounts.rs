//! Accounts that are written as `account = [{…}]`.

use toml_edit::{DocumentMut, Item};

use super::comments::comment_before;

/// Writes `account = [{…}]` as `[[account]]`, which means the same. The comment before it
/// comes before the first account.
pub fn as_tables(document: &mut DocumentMut) {
    let is_inline = |item: &Item| {
        let array = item.as_array();
        array.is_some_and(|array| array.iter().all(toml_edit::Value::is_inline_table))
    };
    if !document.get("account").is_some_and(is_inline) {
        return;
    }
    let before = comment_before(document, "account").trim_start().to_owned();
    let Some(item) = document.remove("account") else {
        return;
    };
    let is_first = document.iter().all(|(_, item)| !item.is_value());
    if let Ok(mut accounts) = item.into_array_of_tables() {
        for (n, account) in accounts.iter_mut().enumerate() {
            let prefix = if n == 0 { before.as_str() } else { "" };
            let gap = if n == 0 && is_first { "" } else { "\n" };
            account.decor_mut().set_prefix(format!("{gap}{prefix}"));
            // What stood between braces and commas.
            for (mut key, value) in account.iter_mut() {
                key.leaf_decor_mut().clear();
                if let Some(value) = value.as_value_mut() {
                    value.decor_mut().clear();
                }
            }
        }
        if !accounts.is_empty() {
            document.insert("account", Item::ArrayOfTables(accounts));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{Entry, names, parsed, put, remove};

    #[test]
    fn inline_tables_are_accounts_too() {
        let entry = Entry {
            name: "research",
            vendor: "together",
            key: Some("tgp-1"),
            key_env: None,
            base_url: None,
            organization: None,
        };
        let text = "default_account = \"main\"\n# both\naccount = [\n  { name = \"main\", vendor = \
                    \"openai\", key_env = \"K\" },\n  {name=\"second\",vendor=\"openai\"}\n]\n\n\
                    [gateway]\nmax_requests = 4\n";
        let mut document = parsed(Path::new("c.toml"), text).unwrap();
        assert_eq!(names(&document), ["main", "second"]);
        put(&mut document, &entry, false);
        assert!(remove(&mut document, "second").is_some());
        let written = document.to_string();
        let again = parsed(Path::new("c.toml"), &written).unwrap();
        assert_eq!(names(&again), ["main", "research"], "{written}");
        assert!(written.contains("# both\n"), "{written}");
        assert_eq!(again["account"][0]["key_env"].as_str(), Some("K"));
        assert_eq!(again["gateway"]["max_requests"].as_integer(), Some(4));
        assert_eq!(again["default_account"].as_str(), Some("main"));
    }
}
