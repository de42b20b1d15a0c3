//! `docs/sandbox-faults.md`, written from the tables of faults.

use super::effect::effects;
use crate::vendor::Vendor;

/// Returns the text of `docs/sandbox-faults.md`.
pub fn faults_markdown() -> String {
    let mut text = String::from(INTRODUCTION);
    for (effect, meaning) in effects() {
        text.push_str(&format!("| `{effect}` | {meaning} |\n"));
    }
    text.push_str(WHEN);
    for (when, meaning) in TIMES {
        text.push_str(&format!("| `{when}` | {meaning} |\n"));
    }
    text.push_str("\n## Operations\n\n| vendor | operations |\n| --- | --- |\n");
    for vendor in Vendor::all() {
        let mut names: Vec<String> = vendor
            .operations()
            .map(|name| format!("`{name}`"))
            .collect();
        names.sort();
        text.push_str(&format!("| `{vendor}` | {} |\n", names.join(", ")));
    }
    text
}

const INTRODUCTION: &str = "# Faults of the sandbox

Written from the tables in `crates/sandbox/src/faults/` by `unitune_sandbox::faults_markdown`; a test keeps it fresh.
Do not edit it here.

A fault is `TARGET:EFFECT[@WHEN]`. The target is `*`, a vendor, or a vendor (or `*`) and an operation, as in
`*.createJob`. Of several faults for one request, all delays add up, and of the other effects the first counts.

## Effects

| effect | what happens |
| --- | --- |
";

const WHEN: &str = "
## When

Counted over the requests that the target names.

| when | which requests |
| --- | --- |
";

const TIMES: &[(&str, &str)] = &[
    ("@always", "every one; the default"),
    ("@once", "the first one"),
    ("@times=N", "the first N"),
    ("@every=N", "every N-th"),
    (
        "@chance=P",
        "each with the probability P, from 0 to 1, out of the sandbox's seed",
    ),
];
