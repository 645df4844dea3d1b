//! Clients: they start executions, again and again when they are not answered, look at them, and stop them.

use super::machines::{alias_arn, version_arn, version_of};
use super::workers::is_uncertain;
use super::{Dated, Key, World, decoded, outcome};
use crate::plan::{ActKind, Client, Via};
use api::{Code, Exception};
use engine::Engine;
use json::{ObjectBuilder, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How often a client tries again what is not answered for certain.
const TRIES_MAX: u32 = 30;

pub(crate) fn machine_arn(machine: usize) -> String {
    format!("arn:aws:states:us-east-1:123456789012:stateMachine:m{machine}")
}

/// The executions that others started and waited for, and the children of Map Runs, with what is said of the runs.
pub(crate) struct Others {
    /// By ARN.
    pub executions: BTreeMap<String, Shown>,
    pub map_runs: BTreeMap<String, api::DescribeMapRunResponse>,
}

/// Looks at all of them.
pub(crate) async fn look_at_others(
    world: &World,
    engine: &Engine,
    known: &BTreeMap<Key, Shown>,
) -> Result<Others, Exception> {
    let mut others = Others { executions: BTreeMap::new(), map_runs: BTreeMap::new() };
    let nested = listed(engine, &json!({"stateMachineArn": (super::NESTED_ARN), "maxResults": 1000})).await?;
    let mut waiting: Vec<String> = known.keys().map(execution_arn).collect();
    for arn in nested {
        let shown = show(world, engine, &arn).await?;
        others.executions.insert(arn.clone(), shown);
        waiting.push(arn);
    }
    while let Some(arn) = waiting.pop() {
        let runs =
            engine.list_map_runs(decoded(api::ListMapRunsRequest::decode(&json!({"executionArn": (arn.as_str())}))));
        for run in runs.await?.map_runs {
            let run = run.map_run_arn.to_string();
            let described = decoded(api::DescribeMapRunRequest::decode(&json!({"mapRunArn": (run.as_str())})));
            let described = engine.describe_map_run(described).await?;
            for child in listed(engine, &json!({"mapRunArn": (run.as_str()), "maxResults": 1000})).await? {
                // Express children are told of by nobody.
                if child.contains(":execution:") {
                    let shown = show(world, engine, &child).await?;
                    others.executions.insert(child.clone(), shown);
                    waiting.push(child);
                }
            }
            others.map_runs.insert(run, described);
        }
    }
    Ok(others)
}

async fn listed(engine: &Engine, body: &Value) -> Result<Vec<String>, Exception> {
    let listed = engine.list_executions(decoded(api::ListExecutionsRequest::decode(body))).await?;
    Ok(listed.executions.into_iter().map(|item| item.execution_arn.to_string()).collect())
}

pub(crate) fn execution_arn((machine, name): &Key) -> String {
    format!("arn:aws:states:us-east-1:123456789012:execution:m{machine}:{name}")
}

/// Does what the client has not done yet.
pub(crate) async fn act(world: Arc<World>, engine: Engine, number: usize) {
    let client = world.plan.clients[number].clone();
    loop {
        let done = world.state().acts_done[number];
        let Some(act) = client.acts.get(done) else { return };
        world.sleep_until(act.at_ms).await;
        for _ in 0..TRIES_MAX {
            world.pass("ask").await;
            let answer = ask(&world, &engine, &client, &act.kind).await;
            world.trace(&format!("client {} {:?} {}", client.name, act.kind, outcome(&answer)));
            match answer {
                Err(exception) if is_uncertain(&exception) => tokio::time::sleep(Duration::from_millis(450)).await,
                _ => break,
            }
        }
        world.state().acts_done[number] += 1;
    }
}

async fn ask(world: &World, engine: &Engine, client: &Client, act: &ActKind) -> Result<(), Exception> {
    let key = (client.machine, client.execution.clone());
    match act {
        ActKind::Start { input, via } => start(world, engine, &key, input, *via).await,
        ActKind::Stop => stop(world, engine, &key).await,
        ActKind::Look => look(world, engine, &key).await.map(drop),
        ActKind::List => list(world, engine, client.machine).await,
        ActKind::DeleteMachine => delete_machine(world, engine, client.machine).await,
    }
}

async fn start(world: &World, engine: &Engine, key: &Key, input: &Value, via: Via) -> Result<(), Exception> {
    let input = input.to_string();
    let arn = match via {
        Via::Machine => machine_arn(key.0),
        Via::Version(version) => version_arn(key.0, version),
        Via::Alias => alias_arn(key.0),
    };
    let body = json!({"stateMachineArn": arn, "name": (key.1.as_str()), "input": (input.as_str())});
    let request = decoded(api::StartExecutionRequest::decode(&body));
    let ask = {
        let mut state = world.state();
        let asked = state.operations;
        let entry = state.ledger.executions.entry(key.clone()).or_default();
        entry.inputs.insert(input.clone());
        entry.asks.push(Dated { what: via, asked, answered: None });
        entry.asks.len() - 1
    };
    let started = engine.start_execution(request).await;
    world.pass("answered").await;
    {
        let mut state = world.state();
        let now = state.operations;
        let entry = state.ledger.executions.entry(key.clone()).or_default();
        entry.asks[ask].answered = started.is_ok().then_some(now);
        match &started {
            Ok(response) => drop(entry.starts.insert((input, response.start_date_ms))),
            Err(exception) => entry.is_taken |= exception.code == Code::ExecutionAlreadyExists,
        }
    }
    if started.is_ok() {
        // What is acknowledged is durable, hence seen by whoever looks.
        match look(world, engine, key).await {
            Err(exception) if exception.code == Code::ExecutionDoesNotExist => {
                world.violation(format!("the start of {key:?} is acknowledged, but it is not durable"));
            }
            _ => {}
        }
    }
    started.map(drop)
}

async fn stop(world: &World, engine: &Engine, key: &Key) -> Result<(), Exception> {
    let body = json!({"executionArn": (execution_arn(key)), "error": "Stopped", "cause": "by a client"});
    let request = decoded(api::StopExecutionRequest::decode(&body));
    world.state().ledger.executions.entry(key.clone()).or_default().may_be_aborted = true;
    let stopped = engine.stop_execution(request).await;
    world.pass("answered").await;
    let mut state = world.state();
    let entry = state.ledger.executions.entry(key.clone()).or_default();
    match &stopped {
        Ok(response) => drop(entry.stops.insert(response.stop_date_ms)),
        Err(exception) if exception.code == Code::ExecutionDoesNotExist && !entry.starts.is_empty() => {
            drop(state);
            world.violation(format!("{key:?} does not exist any more for a stop"));
        }
        Err(_) => {}
    }
    stopped.map(drop)
}

async fn delete_machine(world: &World, engine: &Engine, machine: usize) -> Result<(), Exception> {
    let body = json!({"stateMachineArn": (machine_arn(machine))});
    let request = decoded(api::DeleteStateMachineRequest::decode(&body));
    for client in world.plan.clients.iter().filter(|client| client.machine == machine) {
        let key = (machine, client.execution.clone());
        let mut state = world.state();
        let entry = state.ledger.executions.entry(key).or_default();
        (entry.may_be_aborted, entry.is_deleting) = (true, true);
    }
    let deleted = engine.delete_state_machine(request).await;
    world.pass("answered").await;
    deleted.map(drop)
}

/// An execution as the API shows it: its description and its whole history.
pub(crate) struct Shown {
    pub status: String,
    pub start_ms: i64,
    pub stop_ms: Option<i64>,
    pub input: String,
    pub output: Option<String>,
    pub error: Option<String>,
    pub cause: Option<String>,
    pub events: Vec<Value>,
    /// The definition it runs.
    pub definition: String,
    /// The version it was started with.
    pub version: Option<u64>,
    pub has_alias: bool,
}

impl Shown {
    pub fn is_running(&self) -> bool {
        self.status == "RUNNING"
    }

    fn ending(&self) -> String {
        format!("{} at {:?} with {:?} {:?} {:?}", self.status, self.stop_ms, self.output, self.error, self.cause)
    }
}

/// Looks at an execution; what was seen before must still be there.
pub(crate) async fn look(world: &World, engine: &Engine, key: &Key) -> Result<Shown, Exception> {
    let shown = match show(world, engine, &execution_arn(key)).await {
        Ok(shown) => shown,
        Err(exception) => {
            let entry_exists = world.state().ledger.executions.get(key).is_some_and(|entry| !entry.starts.is_empty());
            if exception.code == Code::ExecutionDoesNotExist && entry_exists {
                world.violation(format!("{key:?} was started and does not exist any more"));
            }
            return Err(exception);
        }
    };
    remember(world, key, &shown);
    Ok(shown)
}

async fn show(world: &World, engine: &Engine, arn: &str) -> Result<Shown, Exception> {
    let body = json!({"executionArn": arn});
    world.pass("look").await;
    let described = engine.describe_execution(decoded(api::DescribeExecutionRequest::decode(&body))).await;
    world.pass("looked").await;
    let described = described?;
    let mut events = Vec::new();
    let mut next_token: Option<String> = None;
    loop {
        let mut body = ObjectBuilder::new();
        body.insert("executionArn", arn).insert("maxResults", 1000);
        body.insert_some("nextToken", next_token);
        let request = decoded(api::GetExecutionHistoryRequest::decode(&body.build().into()));
        let page = engine.get_execution_history(request).await;
        world.pass("looked").await;
        let page = page?;
        events.extend(page.events);
        match page.next_token {
            Some(token) => next_token = Some(token),
            None => break,
        }
    }
    let request = decoded(api::DescribeStateMachineForExecutionRequest::decode(&body));
    let of_execution = engine.describe_state_machine_for_execution(request).await;
    world.pass("looked").await;
    let definition = of_execution?.definition.to_string();
    let text = |text: &Option<Arc<str>>| text.as_ref().map(ToString::to_string);
    Ok(Shown {
        status: described.status.as_str().to_owned(),
        start_ms: described.start_date_ms,
        stop_ms: described.stop_date_ms,
        input: text(&described.input).unwrap_or_default(),
        output: text(&described.output),
        error: text(&described.error),
        cause: text(&described.cause),
        events,
        definition,
        version: described.state_machine_version_arn.as_deref().and_then(version_of),
        has_alias: described.state_machine_alias_arn.is_some(),
    })
}

fn remember(world: &World, key: &Key, shown: &Shown) {
    let events: Vec<String> = shown.events.iter().map(Value::to_string).collect();
    let mut problems = Vec::new();
    {
        let mut state = world.state();
        let entry = state.ledger.executions.entry(key.clone()).or_default();
        if !events.starts_with(&entry.seen) {
            problems.push(format!("the history of {key:?} is not the one somebody saw before"));
        }
        entry.seen = events;
        if !shown.is_running() {
            let ending = shown.ending();
            if entry.closed.as_ref().is_some_and(|closed| *closed != ending) {
                problems.push(format!("{key:?} is {ending}, and was {:?}", entry.closed));
            }
            entry.closed = Some(ending);
            entry.closed_ms = shown.stop_ms;
        } else if let Some(closed) = &entry.closed {
            problems.push(format!("{key:?} runs again, and was {closed}"));
        }
    }
    for problem in problems {
        world.violation(problem);
    }
}

/// Lists a machine's executions: every one that was acknowledged is there, once.
async fn list(world: &World, engine: &Engine, machine: usize) -> Result<(), Exception> {
    let acknowledged: Vec<String> = {
        let state = world.state();
        let of_machine =
            state.ledger.executions.iter().filter(|((of, _), entry)| *of == machine && !entry.starts.is_empty());
        of_machine.map(|((_, name), _)| name.clone()).collect()
    };
    let body = json!({"stateMachineArn": (machine_arn(machine)), "maxResults": 1000});
    let listed = engine.list_executions(decoded(api::ListExecutionsRequest::decode(&body))).await;
    world.pass("answered").await;
    let listed = listed?;
    for name in acknowledged {
        let count = listed.executions.iter().filter(|item| *item.name == *name).count();
        if count != 1 {
            world.violation(format!("({machine}, {name}) is listed {count} times"));
        }
    }
    Ok(())
}
