//! Plays a recording with its tasks mocked: what services answered on that day comes from a file of mocks that is made of the recorded
//! history, as `stepwell mock record` makes one. Nothing but Step Functions is there.

use crate::case::{Call, Case, Step};
use crate::client::Answer;
use crate::compare::{Comparison, Difference};
use crate::reference;
use crate::world::{ACCOUNT, World};
use integrations::mocks::{Mocks, recorded};
use json::{Object, Value, json};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::Duration;
use tokio::time::Instant;

/// What the test case made of the recording is called.
const TEST_CASE: &str = "Recorded";
/// How long an execution may take.
const PATIENCE: Duration = Duration::from_secs(90);
const PAUSE: Duration = Duration::from_millis(20);

/// A recording whose tasks can be mocked: of one execution, with its whole history.
pub struct Script<'c> {
    case: &'c Case,
    /// Which step starts the execution, and which asks for its history.
    start: usize,
    history: usize,
    /// The file of mocks.
    mocks: String,
}

impl<'c> Script<'c> {
    /// What can be played of `case`, if it can be.
    pub fn of(case: &'c Case) -> Option<Script<'c>> {
        let place = |operation: &str| {
            let mut places = case.steps.iter().enumerate().filter_map(|(index, step)| match step {
                Step::Call(call) if call.stepfunctions() == Some(operation) => Some((index, call)),
                _ => None,
            });
            places.next().filter(|_| places.next().is_none())
        };
        let (start, started) = place("StartExecution")?;
        let (history, asked) = place("GetExecutionHistory")?;
        let events = case.aws.get(asked.matches.first()?)?.get("events")?.as_array()?;
        let is_event = |kind: &str| events.iter().any(|event| event.get("type").and_then(Value::as_str) == Some(kind));
        let has_tasks =
            ["TaskScheduled", "LambdaFunctionScheduled", "ActivityScheduled"].iter().any(|kind| is_event(kind));
        let has_children = is_event("MapRunStarted") && !case.calls().any(|call| call.service == "s3");
        if !has_tasks && !has_children {
            return None;
        }
        let machine = created(case, started)?;
        let mut mocks = recorded(machine.param("name")?, TEST_CASE, events).ok()?;
        let definition = json::parse(machine.param("definition")?).ok()?;
        // Children of a Map Run have histories of their own, which nobody recorded: the functions in them return their events.
        let untold = untold(&definition, events);
        if !untold.is_empty() {
            mocks = mocks.replace(&format!("{TEST_CASE}: {{}}"), &format!("{TEST_CASE}:"));
        }
        for state in untold {
            writeln!(mocks, "        {state}: {{Return: '{{% $states.arguments %}}'}}").expect("a String takes all");
        }
        Some(Script { case, start, history, mocks })
    }

    /// Plays it and compares the history.
    pub async fn play(&self) -> Result<(), Difference> {
        let directory = tempfile::tempdir().expect("a directory for a case");
        let file = directory.path().join("mocks.yaml");
        std::fs::write(&file, &self.mocks).expect("the directory is writable");
        let mocks = Mocks::load(&file).unwrap_or_else(|problem| panic!("{}: {problem}", self.case.name));
        let world = World::with_mocks(mocks).await;
        let mut answers = Vec::new();
        for step in &self.case.steps[..self.history] {
            let answer = match step {
                Step::Call(call) => self.answer(&world, call, answers.len(), &answers).await,
                Step::Derived(_) => None,
            };
            answers.push(answer);
        }
        let compared = self.compare(&world, &answers).await;
        world.stop().await;
        compared
    }

    async fn answer(&self, world: &World, call: &Call, index: usize, answers: &[Option<Answer>]) -> Option<Answer> {
        let mut params = reference::resolved(&call.params, answers);
        match call.stepfunctions() {
            None => return Some(Answer { failed: false, value: made_up(&params) }),
            Some("StartExecution") if index == self.start => {
                let arn = params.get("stateMachineArn").and_then(Value::as_str).unwrap_or_default();
                let with_case = Value::from(format!("{arn}#{TEST_CASE}"));
                params =
                    params.as_object().cloned().unwrap_or_else(Object::new).with("stateMachineArn", with_case).into();
            }
            Some(operation) if operation.starts_with("Create") => {}
            // Whatever else was done while it ran is in the mocks.
            Some(_) => return None,
        }
        Some(world.call(&call.service, &call.operation, &params).await)
    }

    async fn compare(&self, world: &World, answers: &[Option<Answer>]) -> Result<(), Difference> {
        let Step::Call(call) = &self.case.steps[self.history] else { unreachable!("it is a call") };
        let params = reference::resolved(&call.params, answers);
        let execution = json!({"executionArn": (params.get("executionArn").cloned().unwrap_or(Value::Null))});
        let deadline = Instant::now() + PATIENCE;
        loop {
            let described = world.call("stepfunctions", "DescribeExecution", &execution).await;
            let is_running = described.value.get("status").and_then(Value::as_str) == Some("RUNNING");
            if !is_running || Instant::now() > deadline {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        let got = world.call("stepfunctions", "GetExecutionHistory", &params).await;
        let key = &call.matches[0];
        let expected = self.case.aws.get(key).expect("it was found before");
        Comparison::new(&self.case.validated).answer(key, expected, &got.value)
    }
}

/// The call that created the machine of a started execution.
fn created<'c>(case: &'c Case, started: &Call) -> Option<&'c Call> {
    let reference = started.param("stateMachineArn")?.strip_prefix("{{")?;
    let (step, _) = reference.split_once('#')?;
    match case.steps.get(step.parse::<usize>().ok()?)? {
        Step::Call(call) if call.stepfunctions() == Some("CreateStateMachine") => Some(call),
        _ => None,
    }
}

/// The Task states of Maps whose history is not the execution's own.
fn untold(definition: &Value, events: &[Value]) -> BTreeSet<String> {
    let entered = |name: &str| {
        let details =
            |event: &Value| event.get("stateEnteredEventDetails").and_then(|details| details.get("name")).cloned();
        events.iter().filter_map(details).any(|entered| entered.as_str() == Some(name))
    };
    let mut states = BTreeSet::new();
    task_states(definition, &mut states);
    let has_runs = events.iter().any(|event| event.get("type").and_then(Value::as_str) == Some("MapRunStarted"));
    states.retain(|state| has_runs && !entered(state));
    states
}

fn task_states(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter() {
                if member.get("Type").and_then(Value::as_str) == Some("Task") {
                    found.insert(name.to_string());
                }
                task_states(member, found);
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| task_states(element, found)),
        _ => {}
    }
}

/// What a service that is not there answers: what later steps refer to.
fn made_up(params: &Value) -> Value {
    let name = |member: &str| params.get(member).and_then(Value::as_str).unwrap_or_default();
    let function = format!("arn:aws:lambda:us-east-1:{ACCOUNT}:function:{}", name("FunctionName"));
    json!({
        "FunctionArn": (function.as_str()),
        "Configuration": {"FunctionArn": (function.as_str()), "FunctionName": (name("FunctionName"))},
        "QueueUrl": (format!("https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/{}", name("QueueName"))),
        "TopicArn": (format!("arn:aws:sns:us-east-1:{ACCOUNT}:{}", name("Name"))),
    })
}
