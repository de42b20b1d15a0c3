//! Every fault of the sandbox at every operation of every vendor, once and
//! always; `docs/faults.md` is written from what is expected, and every cell is
//! tried.
#![cfg(all(
    feature = "azure",
    feature = "fireworks",
    feature = "openai",
    feature = "together"
))]

mod azure;
mod expected;
mod operations;
use crate::stage;

use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use expected::{FAULTS, Outcome, Sort};
use operations::{Class, Clients, Ids};
use stage::Stage;
use tokio::sync::Semaphore;
use unitune::providers::{Account, ListQuery, Providers};
use unitune::transport::CallOptions;
use unitune::{Error, ErrorKind};
use unitune_sandbox::{Sandbox, Vendor, effects};

/// How long the vendor may be silent where that is what is tried.
const SILENCE: Duration = Duration::from_millis(500);
/// The largest answer that is read.
const LIMIT: usize = 4 << 20;

async fn clients(stage: &Stage) -> Clients {
    let openai = stage.openai().max_body_bytes(LIMIT).build().unwrap();
    let together = stage.together().max_body_bytes(LIMIT).build().unwrap();
    let truefoundry = stage.truefoundry().max_body_bytes(LIMIT).build().unwrap();
    let fireworks = stage.fireworks().max_body_bytes(LIMIT).build().unwrap();
    let azure = stage.azure().max_body_bytes(LIMIT).build().unwrap();
    let ids = Ids::find(&stage.sandbox, &openai, &together, &truefoundry, &fireworks).await;
    let azure_ids = azure::Ids::find(&stage.sandbox, &azure).await;
    Clients {
        openai,
        together,
        truefoundry,
        fireworks,
        azure,
        ids,
        azure_ids,
    }
}

impl Clients {
    fn with_options(&self, options: &CallOptions) -> Self {
        Self {
            openai: self.openai.with_options(options),
            together: self.together.with_options(options),
            truefoundry: self.truefoundry.with_options(options),
            fireworks: self.fireworks.with_options(options),
            azure: self.azure.with_options(options),
            ids: self.ids.clone(),
            azure_ids: self.azure_ids.clone(),
        }
    }

    async fn count_jobs(&self, vendor: Vendor) -> usize {
        match vendor.name() {
            "openai" => {
                let options = unitune::openai::ListJobsOptions::new().limit(100);
                self.openai.list_jobs(options).await.unwrap().data.len()
            }
            "together" => self.together.list_jobs().await.unwrap().data.len(),
            "truefoundry" => {
                let options = unitune::truefoundry::ListJobsOptions::new().limit(100);
                self.truefoundry
                    .list_jobs(options)
                    .await
                    .unwrap()
                    .data
                    .len()
            }
            "fireworks" => {
                let account = Account::with_backend("fireworks", self.fireworks.clone());
                let mut providers = Providers::new();
                providers.add(account).unwrap();
                providers.list(&ListQuery::new()).await.unwrap().jobs.len()
            }
            "azure" => {
                let options = unitune::azure::ListJobsOptions::new().limit(100);
                self.azure.list_jobs(options).await.unwrap().data.len()
            }
            other => panic!("{other} has no client here"),
        }
    }
}

fn fits(outcome: Outcome, result: &Result<(), Error>, sent: usize) -> bool {
    match (outcome, result) {
        (Outcome::Success, Ok(())) => sent == 1,
        (Outcome::Recovered | Outcome::DoneBefore, Ok(())) => sent == 2,
        (Outcome::DoneBefore, Err(error)) => {
            sent == 2 && matches!(error.status(), Some(400 | 404 | 409))
        }
        (Outcome::Error(kind, tries), Err(error)) => {
            error.kind() == kind
                && sent == tries as usize
                // A download is too large by its reader's own limit.
                && (error.account().is_some() || kind == ErrorKind::TooLarge)
                // Of what breaks in the middle of a download, the call was answered.
                && (error.operation().is_some() || error.tries() == 0)
        }
        (Outcome::Nowhere(tries), Err(error)) => {
            matches!(error.kind(), ErrorKind::Connect | ErrorKind::Timeout)
                && sent == tries as usize
        }
        _ => false,
    }
}

/// An answer `{}` says nothing of what was done before: a second arrival has the
/// same one, cut or slow like the first.
fn fits_without_content(
    operation: &str,
    sort: Sort,
    result: &Result<(), Error>,
    sent: usize,
) -> bool {
    let says_nothing = (operation.starts_with("cancel") && operation != "cancelJob")
        || operation == "validateDatasetUpload";
    says_nothing
        && match sort {
            Sort::Truncated => fits(Outcome::Error(ErrorKind::Interrupted, 3), result, sent),
            Sort::Stalled => fits(Outcome::Error(ErrorKind::Timeout, 3), result, sent),
            _ => false,
        }
}

/// One cell; what is wrong, if anything is.
async fn cell(
    stage: &Stage,
    clients: &Clients,
    vendor: Vendor,
    operation: &'static str,
    (fault, sort): (&str, Sort),
    once: bool,
    silence: Duration,
) -> Option<String> {
    let class = Class::of(operation);
    stage.sandbox.reset();
    let prepared = clients.prepare(vendor, operation).await;
    if vendor == Vendor::Fireworks && operation.starts_with("resume") {
        // A job that is being cancelled cannot be resumed yet.
        stage.sandbox.advance(Duration::from_secs(600));
    }
    let creates = operation.starts_with("create") && operation.ends_with("Job");
    let before = if creates {
        clients.count_jobs(vendor).await
    } else {
        0
    };
    stage.sandbox.clear_requests();
    let when = if once { "@once" } else { "" };
    let spec = format!("{}.{operation}:{fault}{when}", vendor.name());
    stage.sandbox.inject(spec.parse().unwrap());
    let mut options = CallOptions::new();
    if sort.takes_time(class) {
        options = options.read_timeout(silence);
    }
    let started = Instant::now();
    let result = clients
        .with_options(&options)
        .call(vendor, operation, prepared)
        .await;
    let took = started.elapsed();
    let sent = stage.count(vendor, operation);
    stage.sandbox.clear_faults();
    let expected = if once {
        sort.once(class)
    } else {
        sort.always(class)
    };
    if !fits(expected, &result, sent) && !fits_without_content(operation, sort, &result, sent) {
        return Some(format!(
            "{spec}: expected {expected:?}, sent {sent}: {result:?}"
        ));
    }
    if took > Duration::from_secs(20) {
        return Some(format!("{spec}: took {took:?}"));
    }
    if creates {
        let made = clients.count_jobs(vendor).await - before;
        if made > 1 || (result.is_ok() && made != 1) {
            return Some(format!("{spec}: made {made} jobs"));
        }
    }
    None
}

/// How long the vendor may be silent each time that a cell is tried again: a busy machine is
/// silent for a while, too.
fn longer_silences(sort: Sort) -> impl Iterator<Item = Duration> {
    let (silence, times) = match sort {
        // A byte comes each second: a longer silence than that never comes.
        Sort::Stalled => (Duration::from_millis(900), 3),
        _ => (Duration::from_secs(3), 1),
    };
    std::iter::repeat_n(silence, times)
}

/// All cells of some faults at some operations.
async fn cells(
    vendor: Vendor,
    operations: Vec<&'static str>,
    faults: Vec<(&'static str, Sort)>,
) -> (usize, Vec<String>) {
    let stage = Stage::with(Sandbox::builder().all_deviations(false)).await;
    let clients = clients(&stage).await;
    let (mut count, mut wrong) = (0, Vec::new());
    for operation in operations {
        for fault in &faults {
            for once in [true, false] {
                count += 1;
                let at = |silence| cell(&stage, &clients, vendor, operation, *fault, once, silence);
                let mut outcome = at(SILENCE).await;
                if fault.1.takes_time(Class::of(operation)) {
                    for longer in longer_silences(fault.1) {
                        if outcome.is_none() {
                            break;
                        }
                        outcome = at(longer).await;
                    }
                }
                wrong.extend(outcome);
            }
        }
    }
    (count, wrong)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_fault_at_every_operation_of_every_vendor() {
    let mut tasks = Vec::new();
    // Those that wait do so side by side; of those that compute, a few at a time are enough.
    let (computing, waiting) = (Arc::new(Semaphore::new(4)), Arc::new(Semaphore::new(64)));
    for vendor in stage::vendors() {
        for operation in vendor.operations() {
            let class = Class::of(operation);
            let (slow, quick): (Vec<_>, Vec<_>) = FAULTS
                .iter()
                .copied()
                .partition(|(_, sort)| sort.takes_time(class));
            for (faults, places) in [(quick, &computing), (slow, &waiting)] {
                let places = Arc::clone(places);
                tasks.push(tokio::spawn(async move {
                    let _place = places.acquire().await.unwrap();
                    cells(vendor, vec![operation], faults).await
                }));
            }
        }
    }
    let (mut count, mut wrong) = (0, Vec::new());
    for task in tasks {
        let (cells, failures) = task.await.unwrap();
        count += cells;
        wrong.extend(failures);
    }
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    let operations: usize = stage::vendors().map(|v| v.operations().count()).sum();
    assert_eq!(count, operations * FAULTS.len() * 2);
}

#[tokio::test]
async fn whatever_happens_to_one_account_the_others_jobs_are_listed() {
    let stage = Stage::with(Sandbox::builder().all_deviations(false)).await;
    let options = CallOptions::new()
        .max_body_bytes(LIMIT)
        .read_timeout(SILENCE * 2);
    let providers = stage.providers.with_options(&options);
    let all = providers.list(&ListQuery::new()).await.unwrap().jobs;
    for vendor in stage::vendors() {
        for (fault, _) in FAULTS {
            // A job that is being deleted goes with the time that retries take.
            stage.sandbox.reset();
            let mut lists = vendor
                .operations()
                .filter(|o| o.starts_with("list") && o.ends_with("Jobs"));
            let spec = format!("{}.{}:{fault}", vendor.name(), lists.next().unwrap());
            stage.sandbox.inject(spec.parse().unwrap());
            let list = providers.list(&ListQuery::new()).await.unwrap();
            let of_others = |jobs: &[unitune::unify::Job]| {
                let others = jobs
                    .iter()
                    .filter(|j| j.provider.vendor.as_str() != vendor.name());
                others.map(|j| j.id.clone()).collect::<Vec<_>>()
            };
            assert_eq!(of_others(&list.jobs), of_others(&all), "{spec}");
            let warned = list
                .warnings
                .iter()
                .any(|w| w.account == vendor.name() && w.account_failed);
            assert_eq!(warned, list.jobs.len() < all.len(), "{spec}");
        }
    }
}

#[test]
fn no_fault_of_the_sandbox_is_left_out() {
    for (grammar, _) in effects() {
        let name = grammar.split(['=', ';']).next().unwrap();
        let known = FAULTS
            .iter()
            .any(|(f, _)| f.split(['=', ';']).next() == Some(name));
        assert!(known, "{grammar}");
    }
}

#[test]
fn the_document_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/faults.md");
    let fresh = document();
    if std::fs::read_to_string(path).is_ok_and(|text| text == fresh) {
        return;
    }
    std::fs::write(path, fresh).unwrap();
    panic!("docs/faults.md was stale and is written anew: commit it");
}

fn document() -> String {
    let operations: usize = stage::vendors().map(|v| v.operations().count()).sum();
    let mut text = format!(
        "# How clients handle faults\n\n\
         <!-- Written by tests/faults_matrix: do not edit. -->\n\n\
         Every fault of the sandbox ([sandbox-faults.md](sandbox-faults.md)) at every operation of\n\
         every vendor, injected once and injected always: {} cells, each of which is tried. Two\n\
         retries are allowed, as by default. A word such as `Status` is the error's kind.\n\n\
         In every cell the call ends within its deadline, the error names the account, and no job\n\
         is created twice. If one account fails, the jobs of the others are listed, and a\n\
         warning names the account.\n\n## Operations\n\n|",
        operations * FAULTS.len() * 2,
    );
    for vendor in stage::vendors() {
        let _ = write!(text, " | {}", vendor.name());
    }
    let _ = writeln!(
        text,
        " |\n| ---{} |",
        " | ---".repeat(stage::vendors().count())
    );
    let title = |class: Class| match class {
        Class::Read => "reads",
        Class::Change => "changes: a second arrival has no effect",
        Class::Create => "creates: a second arrival creates another",
        Class::Download => "downloads",
    };
    for class in Class::ALL {
        let _ = write!(text, "| {}", title(class));
        for vendor in stage::vendors() {
            let of_class = vendor.operations().filter(|o| Class::of(o) == class);
            let _ = write!(text, " | {}", of_class.collect::<Vec<_>>().join(", "));
        }
        text.push_str(" |\n");
    }
    for (once, title) in [
        (true, "The fault occurs once"),
        (false, "The fault occurs always"),
    ] {
        let _ = write!(
            text,
            "\n## {title}\n\n| fault | reads | changes | creates | downloads |\n\
             | --- | --- | --- | --- | --- |\n"
        );
        for (fault, sort) in FAULTS {
            let _ = write!(text, "| `{fault}`");
            for class in Class::ALL {
                let outcome = if once {
                    sort.once(class)
                } else {
                    sort.always(class)
                };
                let _ = write!(text, " | {}", outcome.text());
            }
            text.push_str(" |\n");
        }
    }
    text
}
