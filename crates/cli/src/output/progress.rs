//! How far an upload or a download is: a bar on a terminal, nothing elsewhere.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

/// How wide a title is at the most: the bar needs the rest.
const TITLE: usize = 40;

/// A report of bytes: how many there are so far, and of how many.
pub type Report = Arc<dyn Fn(u64, Option<u64>) + Send + Sync>;

/// A bar on stderr, which is gone when it is dropped.
pub struct Bar(ProgressBar);

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// Starts a bar under a title, and returns what it learns its progress by.
pub fn progress_bar(title: &str, total: Option<u64>) -> (Bar, Report) {
    let bar = match total {
        Some(total) => ProgressBar::new(total),
        None => ProgressBar::no_length(),
    };
    let form = match total {
        Some(_) => "{msg} {wide_bar} {done}/{all} {speed}/s {eta}",
        None => "{msg} {spinner} {done} {speed}/s",
    };
    // The forms are constants: where one could not be read, the plain bar is as good.
    if let Ok(style) = ProgressStyle::with_template(form) {
        let style = style
            .with_key("done", |state: &ProgressState, to: &mut dyn Write| {
                let _ = to.write_str(&bytes(state.pos()));
            })
            .with_key("all", |state: &ProgressState, to: &mut dyn Write| {
                let _ = to.write_str(&bytes(state.len().unwrap_or_default()));
            })
            .with_key("speed", |state: &ProgressState, to: &mut dyn Write| {
                let _ = to.write_str(&bytes(state.per_sec() as u64));
            });
        bar.set_style(style.progress_chars("━╸ "));
    }
    bar.set_message(super::cut(&super::plain(title), TITLE));
    bar.enable_steady_tick(Duration::from_millis(200));
    let reported = bar.clone();
    let report = move |done: u64, total: Option<u64>| {
        if let Some(total) = total {
            reported.set_length(total);
        }
        reported.set_position(done);
    };
    (Bar(bar), Arc::new(report))
}

/// Returns a number of bytes for people.
pub fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1000.0;
    let mut unit = 0;
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn sizes_have_one_decimal() {
        let shown = [0, 999, 1000, 1234, 999_949, 999_950, 5_000_000_000].map(bytes);
        assert_eq!(
            shown,
            [
                "0 B", "999 B", "1.0 KB", "1.2 KB", "999.9 KB", "1.0 MB", "5.0 GB"
            ]
        );
    }
}
