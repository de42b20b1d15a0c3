//! The vendor's addresses.

use super::Walk;
use crate::diff::found::Finding;
use crate::pointer;
use serde_json::Value;

struct Server<'a> {
    url: &'a str,
    at: String,
    value: &'a Value,
}

fn servers(root: &Value) -> Vec<Server<'_>> {
    let list = root.get("servers").and_then(Value::as_array);
    let list = list.into_iter().flatten().enumerate();
    list.map(|(n, value)| Server {
        url: value.get("url").and_then(Value::as_str).unwrap_or_default(),
        at: pointer::index("/servers", n),
        value,
    })
    .collect()
}

impl Walk<'_> {
    /// Compares the servers: every operation is reached through them.
    pub(super) fn servers(&mut self) {
        let (old, new) = (servers(self.base()), servers(self.head()));
        let has = |list: &[Server<'_>], url: &str| list.iter().any(|server| server.url == url);
        let gone: Vec<&Server<'_>> = old.iter().filter(|s| !has(&new, s.url)).collect();
        let come: Vec<&Server<'_>> = new.iter().filter(|s| !has(&old, s.url)).collect();
        let mut found = Vec::new();
        if let ([one], [other]) = (gone.as_slice(), come.as_slice()) {
            let finding = Finding::new("server-replaced").at(Some(&one.at), Some(&other.at));
            found.push(finding.change(format!("`{}`", one.url), format!("`{}`", other.url)));
        } else {
            for one in gone {
                let finding = Finding::new("server-removed").at(Some(&one.at), None);
                found.push(finding.named(format!("`{}`", one.url)));
            }
            for other in come {
                let finding = Finding::new("server-added").at(None, Some(&other.at));
                found.push(finding.named(format!("`{}`", other.url)));
            }
        }
        for one in &old {
            for other in new.iter().filter(|other| other.url == one.url) {
                if one.value.get("variables") != other.value.get("variables") {
                    let finding = Finding::new("server-variables-changed");
                    let finding = finding.at(Some(&one.at), Some(&other.at));
                    found.push(finding.named(format!("`{}`", one.url)));
                }
            }
        }
        if let (true, Some(one), Some(other)) = (found.is_empty(), old.first(), new.first())
            && one.url != other.url
        {
            let finding = Finding::new("servers-reordered").at(Some("/servers"), Some("/servers"));
            found.push(finding.change(format!("`{}`", one.url), format!("`{}`", other.url)));
        }
        let both = self.operations.iter().enumerate();
        let touched: Vec<usize> = both
            .filter(|(_, o)| o.base.is_some() && o.head.is_some())
            .map(|(n, _)| n)
            .collect();
        for finding in found {
            self.findings.push((finding, touched.clone()));
        }
    }
}
