//! Synchronous Express executions of three Pass states a second, on one thread and on as many as there are processors, beside the
//! interpreter alone, which does the steps and nothing else. The best of several rounds counts.
#![expect(clippy::print_stdout, reason = "the figures are what this program is for")]

use api::{CreateStateMachineRequest, ExecutionStatus, StartExecutionRequest, StartSyncExecutionRequest};
use functions::Functions;
use integrations::Integrations;
use interpreter::{Command, Execution, Header, OfMachine, Settings, Surroundings, Timestamp, step};
use json::{Payload, Value, json};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};
use stepwell_engine::{Engine, ExpressOptions, Options, Recent, registry::Identity};

const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_millis(500);
const MACHINE: &str = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","Result":{"a":1},"ResultPath":"$.b","Next":"C"},"C":{"Type":"Pass","End":true}}}"#;
const INPUT: &str = r#"{"order":{"id":17,"total":12.5},"who":"world"}"#;

fn main() {
    // `cargo test --benches` only wants to see that it starts.
    let round = if std::env::args().any(|argument| argument == "--bench") { ROUND } else { Duration::ZERO };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads start");
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let kept = ExpressOptions::default();
    let nothing = ExpressOptions { recent: Recent { executions_max: 0, ..kept.recent }, ..kept };
    let (engine, machine) = runtime.block_on(engine(kept));
    let (forgetful, same_machine) = runtime.block_on(self::engine(nothing));
    let alone = interpreter();
    for threads in [1, processors] {
        let steps = best(threads, round, &alone);
        let of = |executions: f64| format!("{executions:.0}/s, {:.2} of the interpreter alone", executions / steps);
        println!("{threads} threads, the interpreter alone: {steps:.0}/s");
        println!(
            "{threads} threads, nothing kept:          {}",
            of(best(threads, round, &|| run(&forgetful, &same_machine)))
        );
        println!("{threads} threads, 10,000 kept:           {}", of(best(threads, round, &|| run(&engine, &machine))));
    }
}

/// Calls a second of the best round.
fn best(threads: usize, round: Duration, call: &(impl Fn() + Sync)) -> f64 {
    (0..ROUNDS).map(|_| rate(threads, round, call)).fold(0.0, f64::max)
}

fn rate(threads: usize, round: Duration, call: &(impl Fn() + Sync)) -> f64 {
    let (calls, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut own = 0;
                loop {
                    (0..100).for_each(|_| call());
                    own += 100;
                    if is_over.load(Ordering::Relaxed) {
                        break;
                    }
                }
                calls.fetch_add(own, Ordering::Relaxed);
            });
        }
        std::thread::sleep(round);
        is_over.store(true, Ordering::Relaxed);
    });
    calls.into_inner() as f64 / begun.elapsed().as_secs_f64()
}

async fn engine(express: ExpressOptions) -> (Engine, arn::StateMachineArn) {
    let mut options = Options::new(Identity::new("aws", "us-east-1", "123456789012"));
    options.express = express;
    let performer = Integrations::new(Functions::new(functions::Options::default()));
    let engine = Engine::open(Arc::new(store::Memory::new()), performer, options).await.expect("it opens");
    let role = "arn:aws:iam::123456789012:role/r";
    let body = json!({"name": "m", "definition": MACHINE, "roleArn": role, "type": "EXPRESS"});
    let request = CreateStateMachineRequest::decode(&body).expect("a request");
    let created = engine.create_state_machine(request).await.expect("it is created");
    (engine, arn::StateMachineArn::parse(&created.state_machine_arn).expect("an ARN"))
}

/// One execution, its input parsed for it as from a request.
fn run(engine: &Engine, machine: &arn::StateMachineArn) {
    let start = StartExecutionRequest {
        state_machine_arn: machine.clone(),
        test_case: None,
        name: None,
        input: input(),
        trace_header: None,
    };
    let request = StartSyncExecutionRequest { start, included_data: api::IncludedData::AllData };
    let running = pin!(engine.start_sync_execution(request));
    let Poll::Ready(response) = running.poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("it waits for nothing")
    };
    assert_eq!(response.expect("it runs").status, ExecutionStatus::Succeeded);
}

fn input() -> Payload {
    Payload::from_parts(INPUT, json::parse(INPUT).expect("JSON"))
}

struct NoActivities;

impl interpreter::Activities for NoActivities {
    fn exists(&self, _activity_arn: &str) -> bool {
        false
    }
}

/// The same machine stepped without an engine.
fn interpreter() -> impl Fn() + Sync {
    let parsed = asl::parse(MACHINE, asl::Format::Json, &asl::Options::default());
    let definition = parsed.definition.expect("the machine is valid");
    let machine = OfMachine {
        arn: "arn:aws:states:us-east-1:123456789012:stateMachine:m".into(),
        name: "m".into(),
        role_arn: "arn:aws:iam::123456789012:role/r".into(),
        region: "us-east-1".into(),
        revision: 1,
    };
    let arn = "arn:aws:states:us-east-1:123456789012:express:m:e:id".into();
    let header = Header::new(machine, arn, "e".into(), Payload::from_value(Value::Null), Timestamp(0), 1);
    move || {
        let settings = Settings::default();
        let surroundings = Surroundings { settings: &settings, activities: &NoActivities };
        let mut execution = Execution::new(Header { input: input(), ..header.clone() });
        let stepped = step(&definition, &mut execution, Command::StartExecution, Timestamp(0), &surroundings);
        assert!(stepped.is_ok() && !execution.is_running());
    }
}
