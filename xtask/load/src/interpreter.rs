//! What one state transition costs in the interpreter: time and allocations per state entered. A chain of states is run from start to end;
//! tasks succeed and timers fire at once.

use crate::figures::{Better, Figure, figure};
use interpreter::history::HistoryEventDetails;
use interpreter::{Activities, Command, Effect, Execution, Header, OfMachine, Settings, Surroundings, Timestamp, step};
use json::{Payload, Value};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::collections::VecDeque;
use std::fmt::Write;
use std::time::{Duration, Instant};

/// Counts what is allocated; a few instructions more for each allocation.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// States in each chain.
const CHAIN: usize = 500;
/// Runs of each chain: the least time counts.
const ROUNDS: usize = 60;

const INPUT: &str = r#"{"order":{"id":17,"total":12.5},"who":"world","items":[1,2,3,4]}"#;

/// What is measured, and the fields of each state of the chain; `@` becomes the state's number, for the names within it.
const STATES: [(&str, &str); 10] = [
    ("Pass", r#""Type":"Pass""#),
    ("Pass, Result and ResultPath", r#""Type":"Pass","Result":{"a":1},"ResultPath":"$.order.extra""#),
    (
        "Pass, three paths in Parameters",
        r#""Type":"Pass","Parameters":{"order.$":"$.order","who.$":"$.who","name.$":"$$.Execution.Name","items":[1]}"#,
    ),
    ("Pass, JSONata Output", r#""Type":"Pass","QueryLanguage":"JSONata","Output":"{% $states.input %}""#),
    ("Pass, Assign", r#""Type":"Pass","Assign":{"count":1}"#),
    ("Choice", r#""Type":"Choice","Choices":[{"Variable":"$.order.id","NumericGreaterThan":1,"Next":"NEXT"}]"#),
    ("Wait", r#""Type":"Wait","Seconds":1"#),
    (
        "Task",
        r#""Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f","ResultPath":"$.order.result""#,
    ),
    (
        "Parallel of 2 Pass",
        r#""Type":"Parallel","ResultPath":null,"Branches":[{"StartAt":"A@","States":{"A@":{"Type":"Pass","End":true}}},{"StartAt":"B@","States":{"B@":{"Type":"Pass","End":true}}}]"#,
    ),
    (
        "Map of 4 Pass",
        r#""Type":"Map","ItemsPath":"$.items","ResultPath":null,"ItemProcessor":{"StartAt":"A@","States":{"A@":{"Type":"Pass","End":true}}}"#,
    ),
];

struct NoActivities;

impl Activities for NoActivities {
    fn exists(&self, _activity_arn: &str) -> bool {
        false
    }
}

pub(crate) fn all() -> Vec<Figure> {
    STATES.iter().flat_map(|(name, fields)| measure(name, fields)).collect()
}

fn measure(name: &str, fields: &str) -> Vec<Figure> {
    let definition = definition(fields);
    let value: Value = json::parse(INPUT).expect("the input is JSON");
    let mut least = Duration::MAX;
    let mut last = None;
    for _ in 0..ROUNDS {
        let mut execution = Execution::new(header(&value));
        let region = Region::new(ALLOCATOR);
        let begun = Instant::now();
        let transitions = run(&definition, &mut execution);
        least = least.min(begun.elapsed());
        last = Some((region.change(), transitions as f64));
        assert!(!execution.is_running(), "{name} ends");
    }
    let (change, transitions) = last.expect("there are rounds");
    let nanoseconds = least.as_secs_f64() * 1e9 / transitions;
    let allocations = (change.allocations + change.reallocations) as f64 / transitions;
    let bytes = change.bytes_allocated as f64 / transitions;
    vec![
        figure(format!("{name}: time per transition"), nanoseconds, "ns", Better::Less),
        figure(format!("{name}: allocations per transition"), allocations, "", Better::Less),
        figure(format!("{name}: bytes allocated per transition"), bytes, "B", Better::Less),
    ]
}

/// Runs the execution to its end; how many states were entered.
fn run(definition: &asl::StateMachineDefinition, execution: &mut Execution) -> usize {
    let settings = Settings { transitions_per_step: u32::MAX, ..Settings::default() };
    let surroundings = Surroundings { settings: &settings, activities: &NoActivities };
    let mut now = Timestamp(0);
    let mut transitions = 0;
    let mut commands = VecDeque::from([Command::StartExecution]);
    while let Some(command) = commands.pop_front() {
        let outcome = step(definition, execution, command, now, &surroundings).expect("every command is expected");
        transitions += outcome
            .events
            .iter()
            .filter(|event| matches!(event.details, HistoryEventDetails::StateEntered { .. }))
            .count();
        for effect in outcome.effects {
            match effect {
                Effect::ScheduleTask(task) => {
                    commands.push_back(Command::TaskSucceeded { task, output: Payload::from_value(Value::from(true)) });
                }
                Effect::SetTimer(timer) => {
                    now = now.max(timer.due);
                    commands.push_back(Command::TimerFired(timer.kind));
                }
                Effect::EndTask(_)
                | Effect::ClearTimer(_)
                | Effect::StartMapRun(_)
                | Effect::StopMapRun(_)
                | Effect::RedriveMapRun(_)
                | Effect::LookAtJob(_)
                | Effect::CancelJob(_)
                | Effect::Await(_)
                | Effect::AwaitedNoMore(_)
                | Effect::NotifyClosed => {}
            }
        }
    }
    transitions
}

/// A chain of `CHAIN` states with the given fields.
fn definition(fields: &str) -> asl::StateMachineDefinition {
    let mut states = String::new();
    for number in 0..CHAIN {
        let next = format!("S{}", number + 1);
        // A Choice names the next state itself.
        let transition = if fields.contains("\"NEXT\"") { String::new() } else { format!(r#","Next":"{next}""#) };
        let fields = fields.replace("NEXT", &next).replace('@', &number.to_string());
        // Writing to a text cannot fail.
        let _ = write!(states, r#""S{number}":{{{fields}{transition}}},"#);
    }
    let text = format!(r#"{{"StartAt":"S0","States":{{{states}"S{CHAIN}":{{"Type":"Succeed"}}}}}}"#);
    let parsed = asl::parse(&text, asl::Format::Json, &asl::Options::default());
    parsed.definition.unwrap_or_else(|| panic!("the chain is valid: {text:.300}"))
}

fn header(value: &Value) -> Header {
    let machine = OfMachine {
        arn: "arn:aws:states:us-east-1:123456789012:stateMachine:m".into(),
        name: "m".into(),
        role_arn: "arn:aws:iam::123456789012:role/r".into(),
        region: "us-east-1".into(),
        revision: 1,
    };
    let arn = "arn:aws:states:us-east-1:123456789012:execution:m:e".into();
    let input = Payload::from_parts(INPUT, value.clone());
    Header::new(machine, arn, "e".into(), input, Timestamp(0), 1)
}
