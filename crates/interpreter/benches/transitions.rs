//! What one state transition costs in the interpreter: nanoseconds per state entered and left.

use divan::Bencher;
use divan::counter::ItemsCount;
use json::{Payload, Value};
use std::fmt::Write;
use stepwell_interpreter::{Activities, Command, Execution, Header, Settings, Surroundings, Timestamp, step};

fn main() {
    divan::main();
}

/// States in each chain.
const CHAIN: usize = 500;

struct NoActivities;

impl Activities for NoActivities {
    fn exists(&self, _activity_arn: &str) -> bool {
        false
    }
}

/// Runs a chain of `CHAIN` states, each with the given fields, from start to end.
fn chain(bencher: Bencher<'_, '_>, fields: &str, input: &str) {
    let mut states = String::new();
    for number in 0..CHAIN {
        let next = if number + 1 < CHAIN { format!(r#""Next":"S{}""#, number + 1) } else { r#""End":true"#.to_owned() };
        let comma = if number == 0 { "" } else { "," };
        write!(states, r#"{comma}"S{number}":{{{fields},{next}}}"#).expect("writing to a String cannot fail");
    }
    let text = format!(r#"{{"StartAt":"S0","States":{{{states}}}}}"#);
    let parsed = asl::parse(&text, asl::Format::Json, &asl::Options::default());
    let definition = parsed.definition.expect("the chain is valid");
    let value: Value = json::parse(input).expect("the input is JSON");
    let settings = Settings::default();
    let surroundings = Surroundings { settings: &settings, activities: &NoActivities };
    bencher.counter(ItemsCount::new(CHAIN)).with_inputs(|| Execution::new(header(input, &value))).bench_local_values(
        |mut execution| {
            let outcome = step(&definition, &mut execution, Command::StartExecution, Timestamp(0), &surroundings);
            assert!(!execution.is_running());
            outcome
        },
    );
}

fn header(input: &str, value: &Value) -> Header {
    Header {
        execution_arn: "arn:aws:states:us-east-1:123456789012:execution:m:e".into(),
        name: "e".into(),
        state_machine_arn: "arn:aws:states:us-east-1:123456789012:stateMachine:m".into(),
        state_machine_name: "m".into(),
        role_arn: "arn:aws:iam::123456789012:role/r".into(),
        region: "us-east-1".into(),
        input: Payload::from_parts(input, value.clone()),
        start_time: Timestamp(0),
        revision: 1,
        trace_header: None,
        seed: 1,
        state_machine_version: None,
        state_machine_alias: None,
    }
}

const SMALL: &str = r#"{"order":{"id":17,"total":12.5},"who":"world"}"#;

#[divan::bench]
fn pass(bencher: Bencher<'_, '_>) {
    chain(bencher, r#""Type":"Pass""#, SMALL);
}

#[divan::bench]
fn pass_with_result_path(bencher: Bencher<'_, '_>) {
    chain(bencher, r#""Type":"Pass","Result":{"a":1},"ResultPath":"$.order.extra""#, SMALL);
}

#[divan::bench]
fn pass_with_parameters(bencher: Bencher<'_, '_>) {
    chain(
        bencher,
        r#""Type":"Pass","Parameters":{"order.$":"$.order","who.$":"$.who","name.$":"$$.Execution.Name"}"#,
        SMALL,
    );
}

#[divan::bench]
fn pass_through_100_kib(bencher: Bencher<'_, '_>) {
    chain(bencher, r#""Type":"Pass""#, &format!(r#"{{"text":"{}"}}"#, "x".repeat(100 * 1024)));
}

#[divan::bench]
fn wait_zero(bencher: Bencher<'_, '_>) {
    chain(bencher, r#""Type":"Wait","Seconds":0"#, SMALL);
}
