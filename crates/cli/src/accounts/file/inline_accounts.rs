//! Accounts that are written as `account = [{…}]`.

use toml_edit::{Array, DocumentMut, InlineTable, Item, Key, RawString, Value};

use super::comments::comment_before;

/// The error of accounts that cannot be written as tables without a loss.
const WITH_COMMENTS: &str = "the comments beside or in `account = […]` would be lost: write each \
                             account as a table, [[account]], and try again";

/// Writes `account = [{…}]` as `[[account]]`, which means the same.
///
/// # Errors
///
/// There are comments, which have no place among tables.
pub fn as_tables(document: &mut DocumentMut) -> Result<(), &'static str> {
    let is_inline = |array: &&Array| array.iter().all(Value::is_inline_table);
    let array = document.get("account").and_then(Item::as_array);
    let Some(array) = array.filter(is_inline) else {
        return Ok(());
    };
    if has_comments(document, array) {
        return Err(WITH_COMMENTS);
    }
    let before = comment_before(document, "account").trim_start().to_owned();
    let Some(item) = document.remove("account") else {
        return Ok(());
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
    Ok(())
}

/// Returns what stands between the members of a table.
fn around_members(table: &InlineTable) -> Vec<&RawString> {
    let mut texts = vec![table.trailing()];
    for (name, value) in table.iter() {
        let key = table.key(name).map(Key::leaf_decor);
        for decor in key.into_iter().chain([value.decor()]) {
            texts.extend(decor.prefix().into_iter().chain(decor.suffix()));
        }
    }
    texts
}

/// Returns true where comments before, in or after the list have no place among tables.
fn has_comments(document: &DocumentMut, array: &Array) -> bool {
    let decors = array.iter().map(Value::decor).chain([array.decor()]);
    let texts = decors.flat_map(|decor| [decor.prefix(), decor.suffix()]);
    let tables = array.iter().filter_map(Value::as_inline_table);
    let texts = texts.chain([Some(array.trailing())]).flatten();
    let texts = texts.chain(tables.flat_map(around_members));
    let mut texts = texts.filter_map(RawString::as_str);
    // A comment before the list comes before its first table, unless others are there.
    let has_place = !array.is_empty() && document.iter().all(|(_, item)| item.is_value());
    texts.any(|text| text.contains('#'))
        || (comment_before(document, "account").contains('#') && !has_place)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::tests::ENTRY;
    use super::super::{names, parsed, put, remove};

    #[test]
    fn inline_tables_are_accounts_too() {
        let text = "default_account = \"main\"\naccount = [\n  { name = \"main\", vendor = \
                    \"openai\", key_env = \"K\" },\n  {name=\"second\",vendor=\"openai\"}\n]\n\n\
                    [gateway]\nmax_requests = 4\n";
        let mut document = parsed(Path::new("c.toml"), text).unwrap();
        assert_eq!(names(&document), ["main", "second"]);
        put(&mut document, &ENTRY, false);
        assert!(remove(&mut document, "second").is_some());
        let written = document.to_string();
        let again = parsed(Path::new("c.toml"), &written).unwrap();
        assert_eq!(names(&again), ["main", "research"], "{written}");
        assert_eq!(again["account"][0]["key_env"].as_str(), Some("K"));
        assert_eq!(again["gateway"]["max_requests"].as_integer(), Some(4));
        assert_eq!(again["default_account"].as_str(), Some("main"));
    }

    #[test]
    fn comments_among_inline_tables_are_not_lost() {
        let account = r#"{name = "a#", vendor = "openai"}"#;
        for text in [
            format!("# mine\naccount = [{account}]\n[gateway]\n"),
            "# mine\naccount = []\n".to_owned(),
            format!("account = [ # open\n{account}]\n"),
            format!("account = [{account}, # after\n{account}]\n"),
            format!("account = [{account}\n# last\n]\n"),
            format!("account = [{account}] # list\n"),
            "account = [{name = \"a\", # main\n vendor = \"openai\"}]\n".to_owned(),
            "account = [{name = \"a\",\n # where\n vendor = \"openai\"}]\n".to_owned(),
            "account = [{name = \"a\", vendor = \"openai\" # last\n}]\n".to_owned(),
            "account = [] # none\n".to_owned(),
        ] {
            let error = parsed(Path::new("c.toml"), &text).unwrap_err();
            assert!(error.to_string().contains("[[account]]"), "{text}: {error}");
        }
        let text = format!("account = [{account}]\n\n# for serve\n[gateway]\n");
        assert!(parsed(Path::new("c.toml"), &text).is_ok());
    }
}
