//! The comments of the configuration file, where what they stand beside comes or goes.

use toml_edit::{DocumentMut, Item, Table};

/// Returns what stands before a member of the file: its comments.
pub fn comment_before(document: &DocumentMut, name: &str) -> String {
    let key = document.key(name);
    let before = key.and_then(|key| key.leaf_decor().prefix()?.as_str());
    before.unwrap_or_default().to_owned()
}

/// Removes a member of the file that is no table. Its comments stay, before what comes next:
/// the first are often about the whole file.
pub fn remove_key(document: &mut DocumentMut, name: &str) {
    let before = comment_before(document, name);
    let next = {
        let mut behind = document.iter().skip_while(|(key, _)| *key != name).skip(1);
        let next = behind.find(|(_, item)| item.is_value());
        next.map(|(key, _)| key.to_owned())
    };
    document.remove(name);
    if let Some(next) = next
        && let Some(mut next) = document.key_mut(&next)
    {
        let own = next.leaf_decor().prefix().and_then(|text| text.as_str());
        let text = format!("{before}{}", own.unwrap_or_default());
        next.leaf_decor_mut().set_prefix(text);
    } else {
        put_before_next(document, None, &before);
    }
}

/// Takes the comments at the head of a file that begins with a table: up to the last empty
/// line, behind which they are about the table. Without such a line they are all of them.
pub fn take_head(document: &mut DocumentMut) -> String {
    let mut first: Option<isize> = None;
    for_each_table(document.as_table_mut(), &mut |table| {
        first = [first, table.position()].into_iter().flatten().min();
    });
    let mut head = None;
    for_each_table(document.as_table_mut(), &mut |table| {
        if head.is_none() && table.position() == first {
            let before = table.decor().prefix().and_then(|text| text.as_str());
            let before = before.unwrap_or_default().trim_start().to_owned();
            let end = before.rfind("\n\n").map_or(before.len(), |end| end + 2);
            let (own, rest) = before.split_at(end);
            table.decor_mut().set_prefix(format!("\n{rest}"));
            head = Some(own.to_owned());
        }
    });
    head.unwrap_or_default()
}

/// Takes the comments at the end of a file, where a new account comes behind them: they are
/// about what stands before them.
pub fn take_end(document: &mut DocumentMut) -> Option<String> {
    let mut last: Option<isize> = None;
    for_each_table(document.as_table_mut(), &mut |table| {
        last = last.max(table.position())
    });
    let accounts = document.get("account").and_then(Item::as_array_of_tables);
    let last_account = accounts.and_then(|accounts| accounts.iter().last()?.position());
    if accounts.is_some() && last_account != last {
        return None;
    }
    let comments = document.trailing().as_str();
    let comments = comments.filter(|text| text.contains('#'))?.to_owned();
    document.set_trailing("");
    Some(comments)
}

/// Puts comments before the table that comes after a place, or at the end.
pub fn put_before_next(document: &mut DocumentMut, at: Option<isize>, comments: &str) {
    if !comments.contains('#') {
        return;
    }
    let mut next: Option<isize> = None;
    for_each_table(document.as_table_mut(), &mut |table| {
        let place = table.position().filter(|place| Some(*place) > at);
        next = [next, place].into_iter().flatten().min();
    });
    let mut left = Some(comments);
    for_each_table(document.as_table_mut(), &mut |table| {
        if next.is_some()
            && table.position() == next
            && let Some(comments) = left.take()
        {
            let own = table.decor().prefix().and_then(|text| text.as_str());
            let text = format!("{comments}{}", own.unwrap_or_default());
            table.decor_mut().set_prefix(text);
        }
    });
    if let Some(comments) = left {
        let after = document.trailing().as_str().unwrap_or_default();
        document.set_trailing(format!("{comments}{after}"));
    }
}

/// Calls a function with each table that has a head of its own.
fn for_each_table(parent: &mut Table, call: &mut impl FnMut(&mut Table)) {
    for (_, item) in parent.iter_mut() {
        match item {
            Item::Table(table) => {
                call(table);
                for_each_table(table, call);
            }
            Item::ArrayOfTables(tables) => {
                for table in tables.iter_mut() {
                    call(table);
                    for_each_table(table, call);
                }
            }
            Item::None | Item::Value(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::ENTRY;
    use super::super::{Entry, put};
    use super::*;

    #[test]
    fn the_head_of_the_file_stays_its_head() {
        let account = "[[account]]\nname = \"research\"\nvendor = \"together\"\nkey = \"tgp-1\"\n";
        let default = "default_account = \"research\"\n";
        let other = "[gateway]\nmax_requests = 4\n";
        for (before, after) in [
            (String::new(), format!("{default}\n{account}")),
            (
                "# ours\n".to_owned(),
                format!("# ours\n\n{default}\n{account}"),
            ),
            (
                format!("# ours\n\n# for serve\n{other}"),
                format!("# ours\n\n{default}\n# for serve\n{other}\n{account}"),
            ),
            (
                format!("# ours\ndefault_account = \"main\" # mine\n\n{other}"),
                format!("# ours\ndefault_account = \"research\" # mine\n\n{other}\n{account}"),
            ),
        ] {
            let mut document: DocumentMut = before.parse().unwrap();
            put(&mut document, &ENTRY, true);
            assert_eq!(document.to_string(), after);
        }
    }

    #[test]
    fn the_comments_of_a_member_that_goes_stay_where_they_are() {
        for (before, after) in [
            (
                "# ours\na = 1 # one\n# two\nb = 2\n[t]\n",
                "# ours\n# two\nb = 2\n[t]\n",
            ),
            ("b = 2\n# ours\na = 1\n\n[t]\n", "b = 2\n# ours\n\n[t]\n"),
            ("# ours\na = 1\n", "# ours\n"),
        ] {
            let mut document: DocumentMut = before.parse().unwrap();
            remove_key(&mut document, "a");
            assert_eq!(document.to_string(), after);
        }
    }

    #[test]
    fn comments_stay_with_what_they_are_about() {
        let put_main = |name: &str, before: &str| {
            let mut document: DocumentMut = before.parse().unwrap();
            let entry = Entry {
                name,
                vendor: "openai",
                key: None,
                key_env: Some("NEW"),
                base_url: None,
                organization: None,
            };
            put(&mut document, &entry, false);
            document.to_string()
        };
        let main = "[[account]]\nname = \"main\"\nvendor = \"openai\"\nkey_env = \"OLD\"\n";
        let new = "[[account]]\nname = \"new\"\nvendor = \"openai\"\nkey_env = \"NEW\"\n";
        let gateway = "\n[gateway]\nmax_requests = 4\n# end\n";
        assert_eq!(
            put_main("new", &format!("{main}# organization = \"Acme\"\n")),
            format!("{main}# organization = \"Acme\"\n\n{new}")
        );
        assert_eq!(
            put_main("new", &format!("{main}{gateway}")),
            format!("{main}\n{new}{gateway}")
        );
        let commented = "[[account]]\n# the name\nname = \"main\" # n\nvendor = \"openai\"\n\
                         # rotated\nkey_env = \"OLD\" # ask\n";
        assert_eq!(put_main("main", commented), commented.replace("OLD", "NEW"));
        let command =
            "[[account]]\nname = \"main\"\nvendor = \"openai\"\ntoken_command = [\"a\"]\n";
        let replaced = put_main("main", command);
        assert!(!replaced.contains("token_command"), "{replaced}");
    }
}
