//! The columns of a list of files.

use anstyle::AnsiColor;
use serde_json::json;
use unitune::unify::File;

use crate::output::{Column, Kind, Row, Step, Table, bytes};

impl Row for File {
    const TABLE: Table<Self> = Table {
        columns: &[
            Column::new("account", "ACCOUNT", Kind::Text, |file| {
                json!(file.provider.account)
            }),
            Column::new("id", "ID", Kind::Text, |file| json!(file.id)),
            Column::new("name", "NAME", Kind::Text, |file| json!(file.filename)),
            Column::new("bytes", "SIZE", Kind::Number, |file: &Self| {
                json!(file.bytes)
            })
            // Some vendors do not say it.
            .text(|file| match u64::try_from(file.bytes) {
                Ok(size @ 1..) => bytes(size),
                _ => String::new(),
            }),
            Column::new("purpose", "PURPOSE", Kind::Text, |file| json!(file.purpose)),
            Column::new("status", "STATUS", Kind::Status, |file| json!(file.status)),
            Column::new("created", "CREATED", Kind::Time, |file| {
                json!(file.created_at)
            }),
            Column::new("expires", "EXPIRES", Kind::Time, |file| {
                json!(file.expires_at)
            }),
            Column::new("vendor", "VENDOR", Kind::Text, |file| {
                json!(file.provider.vendor)
            }),
        ],
        shown: &[
            "account", "id", "name", "bytes", "purpose", "status", "created",
        ],
        steps: &[
            Step::Shorten("name", 16),
            Step::Drop("purpose"),
            Step::Drop("status"),
            Step::Drop("created"),
            Step::Shorten("name", 10),
            Step::Drop("account"),
            Step::Drop("name"),
        ],
        empty: "No files.",
        colour: |file| match file.status.as_str() {
            "error" | "failed" => Some(AnsiColor::Red),
            _ => None,
        },
    };
}
