//! Every operation with inputs and answers that cover the document, and with
//! those that chance chooses, against a server that records.

use std::collections::BTreeSet;
use std::sync::Mutex;

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use serde_json::Value;
use tokio::runtime::Runtime;

use super::cover::{Case, Cover, Deviation};
use super::findings::{Call, Findings};
use super::input::{Input, Operation, document, fitted_operations, members};
use super::known::OF_THE_RECORDER;
use super::operations::{Azure, Fireworks, OpenAi, Pair, Together, TrueFoundry};
use super::random::{self, Choices};
use super::recorder::Recorder;

/// Inputs and answers for each operation that chance chooses.
const RANDOM_CASES: u32 = 16;

#[test]
fn requests_and_answers_are_the_same() {
    let findings = Mutex::new(Findings::new(OF_THE_RECORDER));
    // Each vendor has recorders and a thread of its own.
    let vendors: [fn(&Mutex<Findings>) -> usize; 5] = [
        compare::<OpenAi>,
        compare::<Together>,
        compare::<TrueFoundry>,
        compare::<Fireworks>,
        compare::<Azure>,
    ];
    let compared: usize = std::thread::scope(|scope| {
        let started = vendors.map(|compare| {
            scope.spawn({
                let findings = &findings;
                move || compare(findings)
            })
        });
        started.into_iter().map(|it| it.join().unwrap()).sum()
    });
    findings.lock().unwrap().check();
    assert_eq!(compared, 92, "operations");
}

/// Compares all operations of a vendor, and says how many.
fn compare<P: Pair>(findings: &Mutex<Findings>) -> usize {
    let runtime = super::runtime();
    let document = document(P::VENDOR);
    let operations = fitted_operations(&document);
    let mut expected: Vec<_> = operations.iter().map(|o| o.function.as_str()).collect();
    let mut listed = P::FUNCTIONS.to_vec();
    expected.sort_unstable();
    listed.sort_unstable();
    assert_eq!(
        listed,
        expected,
        "{}: the rows are all operations",
        P::VENDOR
    );

    let recorders = runtime.block_on(async { [Recorder::start().await, Recorder::start().await] });
    // An address that ends so is completed nowhere.
    let [ours, theirs] = recorders.each_ref().map(|it| format!("{}/v1", it.url));
    let pair = P::new(&ours, &theirs, "the-key");
    let comparison = Comparison {
        document: &document,
        members: members(&document),
        recorders,
        pair,
    };
    let mut answered = Vec::new();
    for operation in &operations {
        // What a schema becomes does not depend on the operation.
        let again = answered.contains(&operation.answer);
        answered.push(operation.answer.clone());
        runtime.block_on(comparison.covered(operation, again, findings));
        comparison.random(&runtime, operation, findings);
    }
    operations.len()
}

/// The clients of a vendor before servers that record.
struct Comparison<'a, P> {
    document: &'a Value,
    members: BTreeSet<String>,
    recorders: [Recorder; 2],
    pair: P,
}

impl<P: Pair> Comparison<'_, P> {
    fn cover(&self, deviating: bool) -> Cover<'_> {
        Cover {
            document: self.document,
            deviating,
        }
    }

    /// Every input with some answer, and, unless they were read before, every
    /// answer with some input.
    async fn covered(&self, operation: &Operation, again: bool, findings: &Mutex<Findings>) {
        let inputs = self.cover(false).inputs(operation);
        let answers = match &operation.answer {
            Some(schema) => self.cover(true).values(schema),
            None => vec![Case {
                value: Value::String("bytes".to_owned()),
                deviation: Deviation::None,
            }],
        };
        let usual_answer = &answers[0].value;
        let usual = inputs.last().expect("there is an input");
        for input in &inputs {
            self.call(
                operation,
                &input.value,
                input.deviation,
                usual_answer,
                findings,
            )
            .await;
        }
        let answers = answers.iter().take(if again { 1 } else { answers.len() });
        for answer in answers {
            self.call(
                operation,
                &usual.value,
                answer.deviation,
                &answer.value,
                findings,
            )
            .await;
        }
    }

    fn random(&self, runtime: &Runtime, operation: &Operation, findings: &Mutex<Findings>) {
        let cover = self.cover(false);
        let config = Config {
            cases: RANDOM_CASES,
            failure_persistence: None,
            max_shrink_iters: 200,
            ..Config::default()
        };
        let mut runner =
            TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
        let choices = (vec(any::<u32>(), 0..200), vec(any::<u32>(), 0..200));
        // What differs stands in the findings.
        let _ = runner.run(&choices, |(asked, answered)| {
            let input = random::input(&cover, operation, &mut Choices(&asked));
            let answer = match &operation.answer {
                Some(schema) => random::value(&cover, schema, &mut Choices(&answered)),
                None => Value::String("bytes".to_owned()),
            };
            let call = self.call(operation, &input, Deviation::None, &answer, findings);
            match runtime.block_on(call) {
                true => Ok(()),
                false => Err(TestCaseError::fail(format!("{input:?} {answer}"))),
            }
        });
    }

    async fn call(
        &self,
        operation: &Operation,
        input: &Input,
        deviation: Deviation,
        answer: &Value,
        findings: &Mutex<Findings>,
    ) -> bool {
        let body = match (&operation.answer, answer) {
            (None, Value::String(bytes)) => bytes.clone(),
            _ => answer.to_string(),
        };
        for recorder in &self.recorders {
            recorder.answer(body.clone());
        }
        let function = operation.function.as_str();
        let outcome = [
            Box::pin(self.pair.ours(function, input)).await,
            Box::pin(self.pair.theirs(function, input)).await,
        ];
        findings.lock().unwrap().add(&Call {
            vendor: P::VENDOR,
            function,
            members: &self.members,
            deviation,
            input,
            answer: Some(answer),
            sent: self.recorders.each_ref().map(Recorder::take),
            outcome,
        })
    }
}
