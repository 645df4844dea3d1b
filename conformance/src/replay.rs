//! Plays a recording against a fresh server, step by step.

use crate::case::{Call, Case, Step};
use crate::client::Answer;
use crate::compare::{Comparison, Difference};
use crate::world::{ACCOUNT, Kind, World};
use crate::{derived, messages, reference, worker};
use json::{Object, Value, json};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// How long anything that is waited for may take.
const PATIENCE: Duration = Duration::from_secs(90);
const PAUSE: Duration = Duration::from_millis(20);
const BETWEEN_STARTS: Duration = Duration::from_millis(2);

/// Plays `case` and compares every answer the recording has.
pub async fn play(case: &Case, kind: Kind) -> Result<(), Difference> {
    let world = World::start(kind).await;
    let mut play = Play {
        case,
        world,
        comparison: Comparison::new(&case.validated),
        answers: Vec::new(),
        workers: JoinSet::new(),
        differences: Vec::new(),
    };
    for step in &case.steps {
        match step {
            Step::Call(call) => play.call(call).await,
            Step::Derived(key) => play.derived(key),
        }
        play.world.restart().await;
    }
    let Play { world, differences, workers, .. } = play;
    drop(workers);
    world.stop().await;
    differences.into_iter().next().map_or(Ok(()), Err)
}

struct Play<'c> {
    case: &'c Case,
    world: World,
    comparison: Comparison,
    answers: Vec<Option<Answer>>,
    workers: JoinSet<Option<()>>,
    differences: Vec<Difference>,
}

impl Play<'_> {
    async fn call(&mut self, call: &Call) {
        let mut params = reference::resolved(&call.params, &self.answers);
        if call.operation == "ReceiveMessage" {
            // One answer is to have all of them, however often they are asked for.
            let members = params.as_object().cloned().unwrap_or_else(Object::new);
            params = members.with("VisibilityTimeout", json!(0)).with("MaxNumberOfMessages", json!(10)).into();
        }
        if call.operation == "UpdateStateMachine" && params.get("roleArn").is_some() {
            // The recordings name one role only; where a client sent one along with an update, it was another than before.
            let members = params.as_object().cloned().unwrap_or_else(Object::new);
            params = members.with("roleArn", Value::from(format!("arn:aws:iam::{ACCOUNT}:role/updated"))).into();
        }
        let params = messages::with_received(call, params, &self.answers);
        let answer = match self.worker(call, &params) {
            Some(answer) => answer,
            None => self.answer(call, &params).await,
        };
        if answer.failed != call.fails && !self.is_refused_by_client() {
            let pointer = format!("step {} {}", self.answers.len(), call.operation);
            let expected = if call.fails { "an error" } else { "no error" }.to_owned();
            self.differences.push(Difference { pointer, expected, got: answer.value.to_string() });
        }
        for key in &call.matches {
            let expected = self.case.aws.get(key).cloned().unwrap_or(Value::Null);
            self.compare(key, &expected, &answer.value);
        }
        self.answers.push(Some(answer));
    }

    fn derived(&mut self, key: &str) {
        let expected = self.case.aws.get(key).cloned().unwrap_or(Value::Null);
        if let Some(got) = derived::value(&expected, &self.case.steps, &self.answers) {
            self.compare(key, &expected, &got);
        }
        self.answers.push(None);
    }

    fn compare(&mut self, key: &str, expected: &Value, got: &Value) {
        if let Err(difference) = self.comparison.answer(key, expected, got) {
            self.differences.push(difference);
        }
    }

    /// Whether the step at hand is one that the original client refused to send.
    fn is_refused_by_client(&self) -> bool {
        match self.case.steps.get(self.answers.len() + 1) {
            Some(Step::Derived(key)) => self.case.aws.get(key).is_some_and(derived::is_refused_by_client),
            _ => false,
        }
    }

    async fn answer(&mut self, call: &Call, params: &Value) -> Answer {
        let deadline = Instant::now() + PATIENCE;
        if call.operation == "StartExecution" {
            // Lists are ordered by the millisecond of the start. On AWS no two starts of a test fell into one.
            tokio::time::sleep(BETWEEN_STARTS).await;
        }
        if !call.fails && self.wants_closed(call) {
            self.wait_until_closed(params, deadline).await;
        }
        loop {
            let answer = self.world.call(&call.service, &call.operation, params).await;
            let is_it = |key: &String| {
                let expected = self.case.aws.get(key).cloned().unwrap_or(Value::Null);
                self.comparison.clone().answer(key, &expected, &answer.value).is_ok()
            };
            let is_early = self.lacks_messages(call, &answer) || self.lacks_submission(call, &answer);
            if is_early && Instant::now() < deadline {
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            let again = call.awaits && call.operation.starts_with("List") && !call.matches.iter().all(is_it);
            if !again || Instant::now() > deadline {
                return answer;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Whether a message is yet to come that the recording's client received.
    fn lacks_messages(&self, call: &Call, answer: &Answer) -> bool {
        let wanted = messages::wanted(call, &self.case.aws, &self.case.steps, self.answers.len());
        !answer.failed && messages::messages(&answer.value).map_or(0, |messages| messages.len()) < wanted
    }

    /// Whether the task that a later step answers is not yet submitted, as it was when the recording's client went on. Answered before, it is never.
    fn lacks_submission(&self, call: &Call, answer: &Answer) -> bool {
        let waits = call.awaits && call.operation == "GetExecutionHistory" && call.matches.is_empty();
        let recorded = self.case.aws.as_object().into_iter().flat_map(Object::iter);
        waits
            && self.is_ended_later()
            && recorded.map(|(_, answer)| answer).any(has_submission)
            && !has_submission(&answer.value)
    }

    /// Whether the recorded answer is one about an execution that has ended.
    fn wants_closed(&self, call: &Call) -> bool {
        let recorded = call.matches.first().and_then(|key| self.case.aws.get(key));
        match (call.operation.as_str(), recorded) {
            ("GetExecutionHistory", None) => !self.is_ended_later(),
            ("GetExecutionHistory", Some(recorded)) => {
                let last = recorded.get("events").and_then(Value::as_array).and_then(|events| events.last());
                let kind = last.and_then(|event| event.get("type")).and_then(Value::as_str).unwrap_or_default();
                call.awaits || kind.starts_with("Execution") && kind != "ExecutionStarted"
            }
            ("DescribeExecution", Some(recorded)) => {
                recorded.get("status").and_then(Value::as_str).is_some_and(|status| status != "RUNNING")
            }
            _ => false,
        }
    }

    /// Whether a later step ends what the execution waits for, or the execution: it is open until then.
    fn is_ended_later(&self) -> bool {
        let later = self.case.steps.get(self.answers.len()..).unwrap_or_default();
        later.iter().any(|step| match step {
            Step::Call(call) => call.operation.starts_with("SendTask") || call.operation == "StopExecution",
            Step::Derived(_) => false,
        })
    }

    async fn wait_until_closed(&mut self, params: &Value, deadline: Instant) {
        let Some(arn) = params.get("executionArn").cloned() else { return };
        let params = json!({"executionArn": arn});
        let mut restarted = false;
        while Instant::now() < deadline {
            let answer = self.world.call("stepfunctions", "DescribeExecution", &params).await;
            if answer.value.get("status").and_then(Value::as_str) != Some("RUNNING") {
                return;
            }
            tokio::time::sleep(PAUSE).await;
            if !std::mem::replace(&mut restarted, true) {
                self.world.restart().await;
            }
        }
    }

    /// Starts a worker instead of an execution, where the state machine is one.
    fn worker(&mut self, call: &Call, params: &Value) -> Option<Answer> {
        let started = params.get("stateMachineArn").filter(|_| call.operation == "StartExecution")?;
        let (machine, _) = self.case.steps.iter().zip(&self.answers).find(|(_, answer)| {
            answer.as_ref().is_some_and(|answer| answer.value.get("stateMachineArn") == Some(started))
        })?;
        let Step::Call(Call { params: created, .. }) = machine else { return None };
        let definition = created.get("definition")?.as_str().filter(|text| worker::is_worker(text))?;
        let definition = json::parse(definition).ok()?;
        let input = json::parse(params.get("input")?.as_str()?).ok()?;
        self.workers.spawn(worker::run(self.world.client.clone(), definition, input));
        let arn = format!("arn:aws:states:us-east-1:{ACCOUNT}:execution:worker:{}", self.answers.len());
        Some(Answer { failed: false, value: json!({"executionArn": arn, "startDate": 0}) })
    }
}

/// Whether a history has a task that was submitted.
fn has_submission(history: &Value) -> bool {
    let is_submission = |event: &Value| event.get("type").and_then(Value::as_str) == Some("TaskSubmitted");
    history.get("events").and_then(Value::as_array).is_some_and(|events| events.iter().any(is_submission))
}
