//! The columns that lists have, and those that can be asked for.

use crate::support::{stderr, stdout, unitune};

/// Jobs of the sandbox: one that has succeeded, one that has not begun.
const DONE: &str = "ftjob-pRAnmioZd4z4wA0B13dj7KWl";
const QUEUED: &str = "ftjob-yWS2EFjaRoepf2ar4fWCdpA3";

fn shown(arguments: &[&str]) -> String {
    let output = unitune(&[arguments, &["--sandbox"]].concat())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        stderr(&output)
    );
    stdout(&output)
}

fn head(arguments: &[&str]) -> String {
    let csv = shown(&[arguments, &["--output", "csv"]].concat());
    csv.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn each_metric_is_a_column() {
    let metrics = |more: &[&str]| shown(&[&["jobs", "metrics", DONE], more].concat());
    let columns = ["--columns", "step, train_loss,train_mean_token_accuracy"];
    let csv = metrics(&[&columns[..], &["--output", "csv"]].concat());
    let mut lines = csv.lines();
    assert_eq!(
        lines.next(),
        Some("step,train_loss,train_mean_token_accuracy")
    );
    assert_eq!(lines.next(), Some("1,2.5202,0.29434"));
    let sorted = metrics(&[
        "--sort",
        "train_loss",
        "--columns",
        "train_loss",
        "--output",
        "csv",
    ]);
    let losses: Vec<f64> = sorted
        .lines()
        .skip(1)
        .map(|loss| loss.parse().unwrap())
        .collect();
    assert!(losses.len() > 1 && losses.is_sorted(), "{losses:?}");
    let json = metrics(&["--sort", "-valid_loss", "--columns", "valid_loss", "--json"]);
    assert!(json.contains("\"valid_loss\": 2.4894"), "{json}");
    // Of several jobs, and of one without metrics, too.
    let both = [
        "jobs",
        "metrics",
        DONE,
        QUEUED,
        "--columns",
        "job,valid_loss",
    ];
    assert!(shown(&both).contains("valid_loss"));
    let none = ["jobs", "metrics", QUEUED, "--columns", "step,train_loss"];
    assert_eq!(head(&none), "step,train_loss");
    // What the job will have later is a column, too.
    let later = ["jobs", "metrics", QUEUED, "--sort", "train/grad_norm"];
    let columns = ["--columns", "step,train_mean_token_accuracy"];
    assert_eq!(
        head(&[&later[..], &columns].concat()),
        "step,train_mean_token_accuracy"
    );
    let both = ["jobs", "metrics", QUEUED, QUEUED, "--columns", "job,later"];
    assert_eq!(head(&both), "job,later");
    let unknown = ["jobs", "metrics", DONE, "--columns", "loss", "--sandbox"];
    let output = unitune(&unknown).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = stderr(&output);
    assert!(
        said.contains("step, logged_at, values, train_loss, valid_loss"),
        "{said}"
    );
}

#[test]
fn the_names_of_the_json_are_columns() {
    let together = "ft-39b54ca8-99b6-4371-a747-ac7fabbdf857";
    let csv = |columns: &str| {
        let metrics = ["jobs", "metrics", together, "--columns", columns];
        shown(&[&metrics[..], &["-o", "csv", "--sort", "train/loss"]].concat())
    };
    let named = csv("step,train/loss");
    assert!(named.starts_with("step,train/loss\n"), "{named}");
    let numbers = |text: &str| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert!(numbers(&named).len() > 1);
    assert_eq!(numbers(&named), numbers(&csv("step,train_loss")));
    assert_eq!(numbers(&named), numbers(&csv("step,values.train/loss")));
    // Of numbers that are named, a column may have either name, too.
    let named_by = |metric: &str, columns: &str| {
        let metrics = ["jobs", "metrics", together, "--metric", metric];
        shown(&[&metrics[..], &["--columns", columns, "-o", "csv"]].concat())
    };
    let named = numbers(&named_by("train/loss", "step,train_loss"));
    assert!(named.iter().all(|row| !row.ends_with(',')), "{named:?}");
    assert_eq!(named, numbers(&named_by("train_loss", "step,train/loss")));
    let unknown = [
        "jobs",
        "metrics",
        together,
        "--columns",
        "loss",
        "--sandbox",
    ];
    let said = stderr(&unitune(&unknown).output().unwrap());
    assert_eq!(said.matches("logged_at").count(), 1, "{said}");
    assert_eq!(said.matches(" step,").count(), 1, "{said}");
}

#[test]
fn csv_without_rows_begins_as_csv_with_rows() {
    assert_eq!(
        head(&["jobs", "metrics", QUEUED]),
        "step,logged_at,train_loss,valid_loss"
    );
    assert!(head(&["jobs", "metrics", DONE]).starts_with("step,logged_at,train_loss,valid_loss,"));
    for by in ["month,account,model,status", "model"] {
        let costs = |model: &str| head(&["jobs", "costs", "--by", by, "--model", model]);
        assert_eq!(costs("nothing"), costs("*"));
        assert!(costs("nothing").starts_with(by), "{}", costs("nothing"));
    }
}
