//! A run to its end in virtual time: tasks are answered by a script, timers fire when nothing comes before them.

use super::Run;
use asl::definition::{Resource, StateKind};
use json::{Payload, Value};
use std::collections::{BTreeMap, BTreeSet};
use stepwell_interpreter::{Command, TaskId, Timestamp};

/// Steps after which a run is taken for one that never ends.
const STEPS_MAX: usize = 1_000;

/// What a task's performer does, in milliseconds after the task was scheduled.
pub struct Answer {
    pub after: i64,
    pub command: Reply,
}

/// A command without the task it is for.
pub enum Reply {
    Started,
    Submitted(Payload),
    Heartbeat,
    Succeeded(Payload),
    Failed { error: Option<String>, cause: Option<String> },
    Refused(String),
}

/// Answers the tasks of a run, which are named by their states.
pub trait Performer {
    /// Everything that will be said of this attempt; nothing lets it time out.
    fn perform(&mut self, state: &str, payload: &Payload) -> Result<Vec<Answer>, String>;
}

/// Plays `run` until it has closed.
pub fn play(run: &mut Run, performer: &mut dyn Performer) -> Result<(), String> {
    play_from(run, performer, Command::StartExecution)
}

/// Plays `run`, beginning with `first`, until it has closed.
pub fn play_from(run: &mut Run, performer: &mut dyn Performer, first: Command) -> Result<(), String> {
    let mut planned: BTreeMap<(Timestamp, u64), (TaskId, Reply)> = BTreeMap::new();
    let mut seen: BTreeSet<TaskId> = BTreeSet::new();
    let mut unfinished = run.step(first).map_err(|rejected| format!("{rejected:?}"))?.unfinished;
    for _ in 0..STEPS_MAX {
        if !run.execution.is_running() {
            return Ok(());
        }
        if unfinished {
            unfinished = run.step(Command::Continue).map_err(|rejected| format!("{rejected:?}"))?.unfinished;
            continue;
        }
        for task in run.tasks.clone() {
            if seen.insert(task) {
                for answer in answers(run, task, performer)? {
                    let due = Timestamp(run.now.0 + answer.after);
                    planned.insert((due, planned.len() as u64 + seen.len() as u64 * 1000), (task, answer.command));
                }
            }
        }
        let timer = run.timers.iter().min().copied();
        let next = planned.first_key_value().map(|((due, _), _)| *due);
        let outcome = match (next, timer) {
            (Some(due), timer) if timer.is_none_or(|timer| due <= timer.due) => {
                let (_, (task, reply)) = planned.pop_first().expect("just seen");
                run.now = run.now.max(due);
                run.step(command(task, reply))
            }
            (_, Some(_)) => run.fire(),
            (_, None) => return Err("the execution waits for nothing that will come".to_owned()),
        };
        // A reply to an attempt that is over is rejected, as it should be.
        unfinished = outcome.map_or(run.execution.is_unfinished(), |outcome| outcome.unfinished);
    }
    Err(format!("the execution has not ended after {STEPS_MAX} steps"))
}

fn answers(run: &Run, task: TaskId, performer: &mut dyn Performer) -> Result<Vec<Answer>, String> {
    let frame = run.execution.frame(task.frame).expect("an open task has its frame");
    let state = run.definition.state(frame.scope, frame.state);
    let attempt = frame.task_attempt().expect("the frame waits for the task");
    let mut answers = performer.perform(&state.name, &attempt.payload)?;
    if let StateKind::Task(kind) = &state.kind
        && let Resource::Activity { .. } = kind.resource
        && !answers.is_empty()
        && !answers.iter().any(|answer| matches!(answer.command, Reply::Started))
    {
        answers.insert(0, Answer { after: 0, command: Reply::Started });
    }
    Ok(answers)
}

fn command(task: TaskId, reply: Reply) -> Command {
    match reply {
        Reply::Started => Command::TaskStarted { task, worker_name: Some("worker".into()) },
        Reply::Submitted(output) => Command::TaskSubmitted { task, output },
        Reply::Heartbeat => Command::HeartbeatRecorded { task },
        Reply::Succeeded(output) => Command::TaskSucceeded { task, output },
        Reply::Failed { error, cause } => {
            Command::TaskFailed { task, error: error.map(Into::into), cause: cause.map(Into::into) }
        }
        Reply::Refused(cause) => Command::TaskRefused { task, cause: cause.into() },
    }
}

/// The `tasks` of a case: for each state one answer for every attempt, or a list of them in order.
///
/// An answer is an object with `result`, or `error` and `cause`, or `refused`; besides, in seconds, `after`; `started` (an activity's
/// worker takes the task), `submitted` (the response of a job's request) and `heartbeats`. An empty object never answers.
pub struct Script {
    answers: BTreeMap<String, Vec<Value>>,
    repeated: BTreeMap<String, Value>,
}

impl Script {
    pub fn read(tasks: &Value) -> Result<Script, String> {
        let mut script = Script { answers: BTreeMap::new(), repeated: BTreeMap::new() };
        for (state, answers) in tasks.as_object().ok_or("`tasks` is an object of states")?.iter() {
            match answers {
                Value::Array(list) => {
                    script.answers.insert(state.to_string(), list.iter().rev().cloned().collect());
                }
                Value::Object(_) => {
                    script.repeated.insert(state.to_string(), answers.clone());
                }
                other => return Err(format!("{state}: {other} is no answer")),
            }
        }
        Ok(script)
    }

    /// States whose answers were not all asked for.
    pub fn left_over(&self) -> Vec<&str> {
        self.answers.iter().filter(|(_, answers)| !answers.is_empty()).map(|(state, _)| state.as_str()).collect()
    }
}

impl Performer for Script {
    fn perform(&mut self, state: &str, _payload: &Payload) -> Result<Vec<Answer>, String> {
        let answer = match (self.answers.get_mut(state), self.repeated.get(state)) {
            (Some(answers), _) => answers.pop().ok_or_else(|| format!("there are too few answers for '{state}'"))?,
            (None, Some(answer)) => answer.clone(),
            (None, None) => return Err(format!("there is no answer for '{state}'")),
        };
        read_answer(&answer).map_err(|problem| format!("{state}: {problem}"))
    }
}

fn read_answer(answer: &Value) -> Result<Vec<Answer>, String> {
    let object = answer.as_object().ok_or("an answer is an object")?;
    let known = ["result", "error", "cause", "refused", "after", "started", "submitted", "heartbeats"];
    if let Some(key) = object.keys().find(|key| !known.contains(&&***key)) {
        return Err(format!("an answer has no '{key}'"));
    }
    let after = object.get("after").map_or(Ok(0), milliseconds)?;
    let text = |key: &str| object.get(key).and_then(Value::as_str).map(str::to_owned);
    let mut answers = Vec::new();
    if let Some(started) = object.get("started") {
        answers.push(Answer { after: milliseconds(started)?, command: Reply::Started });
    }
    if let Some(output) = object.get("submitted") {
        answers.push(Answer { after: 0, command: Reply::Submitted(output.clone().into()) });
    }
    for heartbeat in object.get("heartbeats").and_then(Value::as_array).into_iter().flat_map(|list| list.iter()) {
        answers.push(Answer { after: milliseconds(heartbeat)?, command: Reply::Heartbeat });
    }
    if let Some(result) = object.get("result") {
        answers.push(Answer { after, command: Reply::Succeeded(result.clone().into()) });
    } else if let Some(cause) = text("refused") {
        answers.push(Answer { after, command: Reply::Refused(cause) });
    } else if object.contains_key("error") || object.contains_key("cause") {
        answers.push(Answer { after, command: Reply::Failed { error: text("error"), cause: text("cause") } });
    }
    Ok(answers)
}

fn milliseconds(seconds: &Value) -> Result<i64, String> {
    let seconds = seconds.as_number().ok_or("times are numbers of seconds")?;
    Ok((seconds.as_f64() * 1000.0) as i64)
}
