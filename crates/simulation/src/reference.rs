//! The reference: what a machine does with an input, straight from the model and the specification. No history, no storage, no time; it
//! shares no code with the interpreter.
//!
//! Branches that fail race with each other, and so do the clocks of tasks with their results. So the answer is the set of endings an execution
//! may have, given how the attempts of its tasks ended.

use crate::machine::child_mark;
use crate::machine::{
    Condition, Kind, Language, List, Machine, Number, Record, Resource, Retrier, Scope, State, Task, Text,
};
use json::{ObjectBuilder, Value, json};
use std::collections::BTreeMap;

/// How an execution, a scope, a state or a task's attempt ended.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ending {
    Output(Value),
    Failure { error: String, cause: Option<String> },
}

/// There are more possible endings than can be followed.
#[derive(Debug)]
pub(crate) struct TooMany;

const ENDINGS_MAX: usize = 48;
const STATES_MAX: usize = 200_000;

/// Causes the interpreter words itself are not compared: they name events, and the order of events is not the reference's business.
pub(crate) const OWN_CAUSE: &str = "An error occurred while executing the state";

/// The endings `machine` may have with `input`. `attempts` says how the attempts of a task with a call ended; see [`call_key`].
pub(crate) fn endings(
    machine: &Machine,
    nested: &Machine,
    execution_name: &str,
    input: &Value,
    attempts: &dyn Fn(&str) -> Vec<Ending>,
) -> Result<Vec<Ending>, TooMany> {
    let mut reference = Reference { nested, attempts, states: 0 };
    reference.scope(&machine.top, input.clone(), &Place::of(execution_name.to_owned()))
}

/// What identifies a call: everything a task is told but its token.
pub(crate) fn call_key(call: &Value) -> String {
    let Some(call) = call.as_object() else { return call.to_string() };
    let call = call.without("t");
    without_own_causes(&Value::from(call)).to_string()
}

/// The value with every cause of the interpreter's own cut down to its beginning.
pub(crate) fn without_own_causes(value: &Value) -> Value {
    match value {
        Value::String(text) if text.starts_with(OWN_CAUSE) => Value::from(OWN_CAUSE),
        Value::String(text) if is_of_nested(text) => Value::from(NESTED_CAUSE),
        Value::Array(items) => Value::from(items.iter().map(without_own_causes).collect::<Vec<_>>()),
        Value::Object(fields) => Value::from(
            fields.iter().map(|(key, value)| (key.clone(), without_own_causes(value))).collect::<json::Object>(),
        ),
        other => other.clone(),
    }
}

/// What the cause of a task whose execution did not succeed is compared as: it tells of ARNs and times.
pub(crate) const NESTED_CAUSE: &str = "an execution that was started did not succeed";

/// Whether a cause tells of a started execution.
pub(crate) fn is_of_nested(cause: &str) -> bool {
    cause.starts_with('{') && cause.contains("\"ExecutionArn\":\"arn:")
}

#[derive(Clone)]
struct Place {
    /// What tasks call the execution.
    name: String,
    variables: BTreeMap<String, Value>,
    /// The index of the Map iteration around.
    index: Option<usize>,
}

impl Place {
    /// Where an execution begins.
    fn of(name: String) -> Place {
        Place { name, variables: BTreeMap::new(), index: None }
    }
}

struct Reference<'r> {
    nested: &'r Machine,
    attempts: &'r dyn Fn(&str) -> Vec<Ending>,
    states: usize,
}

/// Where a scope may go on.
struct Here {
    state: usize,
    input: Value,
    place: Place,
}

/// What a state's work may lead to: its result with what Assign sees, or a failure.
enum Worked {
    Done { output: Value, assigns_from: Value },
    Failed { error: String, cause: Option<String> },
}

impl Reference<'_> {
    fn scope(&mut self, scope: &Scope, input: Value, place: &Place) -> Result<Vec<Ending>, TooMany> {
        let mut endings = Vec::new();
        let mut open = vec![Here { state: 0, input, place: place.clone() }];
        while let Some(here) = open.pop() {
            self.states += 1;
            if self.states > STATES_MAX || open.len() > ENDINGS_MAX || endings.len() > ENDINGS_MAX {
                return Err(TooMany);
            }
            let state = &scope.states[here.state];
            let is_last = here.state + 1 == scope.states.len();
            match &state.kind {
                Kind::Succeed => add(&mut endings, Ending::Output(here.input)),
                Kind::Fail { error, cause } => {
                    let cause = text(cause, &here.input);
                    add(&mut endings, Ending::Failure { error: error.clone(), cause: Some(cause) });
                }
                Kind::Choice { rules, has_default } => {
                    let chosen = rules.iter().find(|(condition, _)| holds(condition, &here.input));
                    match chosen.map(|(_, next)| *next).or_else(|| has_default.then_some(here.state + 1)) {
                        Some(state) => open.push(Here { state, ..here }),
                        None => add(&mut endings, runtime_failure("States.Runtime")),
                    }
                }
                _ => {
                    let retries = vec![0; state.retry.len()];
                    for worked in self.work(state, &here.input, &here.place, retries)? {
                        match worked {
                            Worked::Done { output, assigns_from } => {
                                let mut place = here.place.clone();
                                if let Some((name, number)) = &state.assign {
                                    let value = self::number(number, &assigns_from, &here.place);
                                    place.variables.insert(name.clone(), Value::from(value));
                                }
                                if is_last {
                                    add(&mut endings, Ending::Output(output));
                                } else {
                                    open.push(Here { state: here.state + 1, input: output, place });
                                }
                            }
                            Worked::Failed { error, cause } => {
                                let catcher = state.catch.iter().find(|catcher| names(&catcher.error_equals, &error));
                                match catcher {
                                    Some(catcher) => {
                                        let input = with_error(state, &here.input, &error, cause.as_deref());
                                        open.push(Here { state: catcher.next, input, place: here.place.clone() });
                                    }
                                    None => add(&mut endings, Ending::Failure { error, cause }),
                                }
                            }
                        }
                    }
                }
            }
        }
        Ok(endings)
    }

    /// All that the state's attempts may lead to, beginning with one after these retries.
    fn work(&mut self, state: &State, input: &Value, place: &Place, retries: Vec<u64>) -> Result<Vec<Worked>, TooMany> {
        let mut all = Vec::new();
        for worked in self.attempt(state, input, place, retries.iter().sum())? {
            if let Worked::Failed { error, .. } = &worked {
                let position = state.retry.iter().position(|retrier| names(&retrier.error_equals, error));
                if let Some(position) = position.filter(|position| retries[*position] < limit(&state.retry[*position]))
                {
                    let mut retries = retries.clone();
                    retries[position] += 1;
                    all.extend(self.work(state, input, place, retries)?);
                    continue;
                }
            }
            all.push(worked);
            if all.len() > ENDINGS_MAX {
                return Err(TooMany);
            }
        }
        Ok(all)
    }

    fn attempt(
        &mut self,
        state: &State,
        input: &Value,
        place: &Place,
        retry_count: u64,
    ) -> Result<Vec<Worked>, TooMany> {
        Ok(match &state.kind {
            Kind::Pass { record } => {
                let output = self::record(record, input, place);
                let assigns_from = if state.language == Language::Jsonata { input.clone() } else { output.clone() };
                vec![Worked::Done { output, assigns_from }]
            }
            Kind::Wait { .. } => vec![Worked::Done { output: input.clone(), assigns_from: input.clone() }],
            Kind::Task(task) => self.task(state, task, input, place, retry_count)?,
            Kind::Parallel { branches, keeps_input } => {
                let mut of_branches = Vec::new();
                for branch in branches {
                    of_branches.push(self.scope(branch, input.clone(), place)?);
                }
                together(state, input, *keeps_input, &of_branches)?
            }
            Kind::Map { iteration, keeps_input, distributed: Some(distributed), .. } => {
                let items = field(input, "l").as_array().expect("a record has a list").clone();
                if distributed.tolerates {
                    let result = json!({"n": (items.len()), "s": "several", "l": [1, 2]});
                    let output = merged(state, input, *keeps_input, result);
                    return Ok(vec![Worked::Done { output, assigns_from: input.clone() }]);
                }
                let mut of_items = Vec::new();
                for (index, item) in items.iter().enumerate() {
                    let name = format!("{}{}{index}", place.name, child_mark(distributed.is_express));
                    let input =
                        json!({"n": item, "s": (field(input, "s")), "l": (field(input, "l")), "x": (name.as_str())});
                    let mut endings = Vec::new();
                    for ending in self.scope(iteration, input, &Place::of(name))? {
                        // Whatever fails, it is more than may.
                        add(
                            &mut endings,
                            match ending {
                                Ending::Failure { .. } => Ending::Failure {
                                    error: "States.ExceedToleratedFailureThreshold".to_owned(),
                                    cause: Some("The specified tolerated failure threshold was exceeded".to_owned()),
                                },
                                output => output,
                            },
                        );
                    }
                    of_items.push(endings);
                }
                together(state, input, *keeps_input, &of_items)?
            }
            Kind::Map { iteration, keeps_input, distributed: None, .. } => {
                let items = field(input, "l").as_array().expect("a record has a list").clone();
                let mut of_items = Vec::new();
                for (index, item) in items.iter().enumerate() {
                    let input = json!({"n": item, "s": (field(input, "s")), "l": (field(input, "l"))});
                    of_items.push(self.scope(iteration, input, &Place { index: Some(index), ..place.clone() })?);
                }
                together(state, input, *keeps_input, &of_items)?
            }
            Kind::Choice { .. } | Kind::Succeed | Kind::Fail { .. } => unreachable!("they do no work"),
        })
    }

    fn task(
        &mut self,
        state: &State,
        task: &Task,
        input: &Value,
        place: &Place,
        retry_count: u64,
    ) -> Result<Vec<Worked>, TooMany> {
        if task.is_broken {
            let error = match state.language {
                Language::JsonPath => "States.Runtime",
                Language::Jsonata => "States.QueryEvaluationError",
            };
            return Ok(vec![Worked::Failed { error: error.to_owned(), cause: Some(OWN_CAUSE.to_owned()) }]);
        }
        if task.resource == Resource::Nested {
            return self.nested(state, task, input, place, retry_count);
        }
        let call = json!({"x": (place.name.as_str()), "k": retry_count, "i": input,
            "st": (state.name.as_str()), "h": (task.timeout_seconds.is_some())});
        let worked = |ending: Ending| match ending {
            Ending::Output(result) => {
                let result = if task.resource == Resource::Invoke { field(&result, "Payload").clone() } else { result };
                Worked::Done { output: merged(state, input, task.keeps_input, result.clone()), assigns_from: result }
            }
            Ending::Failure { error, cause } => Worked::Failed { error, cause },
        };
        Ok((self.attempts)(&call_key(&call)).into_iter().map(worked).collect())
    }

    /// A task that starts an execution and waits for it.
    fn nested(
        &mut self,
        state: &State,
        task: &Task,
        input: &Value,
        place: &Place,
        retry_count: u64,
    ) -> Result<Vec<Worked>, TooMany> {
        let name = format!("{}/n{}k{retry_count}", place.name, state.name);
        let record =
            json!({"n": (field(input, "n")), "s": (field(input, "s")), "l": (field(input, "l")), "x": (name.as_str())});
        let mut worked = Vec::new();
        for ending in self.scope(&self.nested.top.clone(), record, &Place::of(name))? {
            worked.push(match ending {
                Ending::Output(output) => {
                    let parts = ["n", "s", "l"].map(|part| (part, field(&output, part).clone()));
                    let result: json::Object =
                        parts.into_iter().map(|(part, value)| (json::Key::from(part), value)).collect();
                    let output_of = merged(state, input, task.keeps_input, result.into());
                    Worked::Done { output: output_of, assigns_from: output }
                }
                Ending::Failure { .. } => {
                    Worked::Failed { error: "States.TaskFailed".to_owned(), cause: Some(NESTED_CAUSE.to_owned()) }
                }
            });
        }
        Ok(worked)
    }
}

fn limit(retrier: &Retrier) -> u64 {
    retrier.max_attempts
}

fn add(endings: &mut Vec<Ending>, ending: Ending) {
    if !endings.contains(&ending) {
        endings.push(ending);
    }
}

fn runtime_failure(error: &str) -> Ending {
    Ending::Failure { error: error.to_owned(), cause: Some(OWN_CAUSE.to_owned()) }
}

/// ASL: `States.ALL` names every error, `States.TaskFailed` every one but a timeout; a runtime error has no handler.
fn names(error_equals: &[String], error: &str) -> bool {
    error != "States.Runtime"
        && error_equals.iter().any(|name| match name.as_str() {
            "States.ALL" => true,
            "States.TaskFailed" => error != "States.Timeout",
            name => name == error,
        })
}

/// Any failure of any child may be the state's; if none need fail, any combination of outputs.
fn together(state: &State, input: &Value, keeps_input: bool, children: &[Vec<Ending>]) -> Result<Vec<Worked>, TooMany> {
    let mut worked = Vec::new();
    let mut combinations: Vec<Vec<Value>> = vec![Vec::new()];
    for child in children {
        let mut longer = Vec::new();
        for ending in child {
            match ending {
                Ending::Output(output) => {
                    longer
                        .extend(combinations.iter().map(|before| [&before[..], std::slice::from_ref(output)].concat()));
                }
                Ending::Failure { error, cause } => {
                    worked.push(Worked::Failed { error: error.clone(), cause: cause.clone() });
                }
            }
        }
        if longer.len() > ENDINGS_MAX || worked.len() > ENDINGS_MAX {
            return Err(TooMany);
        }
        combinations = longer;
    }
    worked.extend(combinations.into_iter().map(|outputs| {
        let numbers: Vec<Value> = outputs.iter().map(|output| field(output, "n").clone()).collect();
        let result = json!({"n": (field(&outputs[0], "n")), "s": (field(&outputs[1], "s")), "l": numbers});
        Worked::Done { output: merged(state, input, keeps_input, result), assigns_from: outputs[0].clone() }
    }));
    Ok(worked)
}

/// The state's output: its result, or its input with the result in `r`.
fn merged(state: &State, input: &Value, keeps_input: bool, result: Value) -> Value {
    if keeps_input { with(state, input, "r", result) } else { result }
}

fn with_error(state: &State, input: &Value, error: &str, cause: Option<&str>) -> Value {
    with(state, input, "e", json!({"Error": error, "Cause": (cause.unwrap_or_default())}))
}

/// `ResultPath` keeps the whole input; the `Output` the simulation writes keeps the record.
fn with(state: &State, input: &Value, key: &str, value: Value) -> Value {
    match state.language {
        Language::JsonPath => input.as_object().expect("a record").with(key, value).into(),
        Language::Jsonata => {
            let mut record = ObjectBuilder::new();
            for field in ["n", "s", "l"] {
                record.insert(field, self::field(input, field));
            }
            record.insert(key, value);
            record.build().into()
        }
    }
}

fn field<'v>(record: &'v Value, name: &str) -> &'v Value {
    record.get(name).unwrap_or_else(|| panic!("a record has no '{name}': {record}"))
}

fn holds(condition: &Condition, input: &Value) -> bool {
    let n = || field(input, "n").as_i64().expect("n is an integer");
    match condition {
        Condition::NumberLess(limit) => n() < *limit,
        Condition::NumberEquals(number) => n() == *number,
        Condition::TextEquals(text) => field(input, "s").as_str() == Some(text),
        Condition::HasError(expected) => input.get("e").is_some() == *expected,
        Condition::Not(condition) => !holds(condition, input),
        Condition::Both(left, right) => holds(left, input) && holds(right, input),
    }
}

fn record(record: &Record, input: &Value, place: &Place) -> Value {
    let list = match &record.l {
        List::Field => field(input, "l").clone(),
        List::Numbers(numbers) => Value::from(
            numbers.iter().map(|number| Value::from(self::number(number, input, place))).collect::<Vec<_>>(),
        ),
    };
    json!({"n": (number(&record.n, input, place)), "s": (text(&record.s, input)), "l": list})
}

fn number(number: &Number, base: &Value, place: &Place) -> i64 {
    match number {
        Number::Field => field(base, "n").as_i64().expect("n is an integer"),
        Number::Literal(literal) => *literal,
        Number::Plus(number, plus) => self::number(number, base, place) + plus,
        Number::Variable(name) => place.variables[name].as_i64().expect("variables are integers"),
        Number::Index => i64::try_from(place.index.expect("inside a Map")).expect("a small index"),
        Number::Length => i64::try_from(field(base, "l").as_array().expect("l is a list").len()).expect("a small list"),
    }
}

fn text(text: &Text, base: &Value) -> String {
    match text {
        Text::Field => field(base, "s").as_str().expect("s is a text").to_owned(),
        Text::Literal(literal) => literal.clone(),
        Text::Suffixed(text, suffix) => format!("{}{suffix}", self::text(text, base)),
    }
}
