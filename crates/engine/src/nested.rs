//! Executions that tasks start in the engine itself: `states:startExecution` without leaving the process.
//!
//! A task that waits for one is waked when it closes (`partition::driver`); the timer that every job has stands in for that over a restart.

use crate::engine::Inner;
use crate::partition::{Input, Shared};
use crate::{Engine, keys::ExecutionKey};
use api::{Code, DescribeExecutionRequest, DescribeExecutionResponse, ExecutionStatus, IncludedData};
use api::{Exception, StartExecutionRequest, StopExecutionRequest};
use arn::ExecutionArn;
use asl::definition::{IntegrationPattern, Resource};
use integrations::{Job, TaskOutcome, TaskRequest, own_headers, with_metadata};
use interpreter::{Header, StartedBy, TaskId, Timestamp};
use json::{Object, ObjectBuilder, Payload, Value, json};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

/// The engine, for those of its parts that it is made of.
#[derive(Default)]
pub(crate) struct Whole(OnceLock<Weak<Inner>>);

/// How often a start is tried that finds a full queue, and the first pause before another try.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(50);
/// The longest pause, where a partition cannot be written to for a while.
const PAUSE_MAX: Duration = Duration::from_secs(2);

impl Whole {
    /// Says where it is, once.
    pub fn is(&self, engine: &Arc<Inner>) {
        // It is said once.
        let _ = self.0.set(Arc::downgrade(engine));
    }

    /// Tells the execution that waits for another that this one has closed. If that gets lost its timer sees to it.
    pub fn closed(&self, header: &Header) {
        let Some(started_by) = header.started_by.as_ref().filter(|started_by| started_by.waits) else { return };
        let Some(inner) = self.0.get().and_then(Weak::upgrade) else { return };
        let Ok(arn) = ExecutionArn::parse(&started_by.execution_arn) else { return };
        let execution = ExecutionKey::of_arn(&arn, inner.shared.registry.home());
        let inbox = inner.inbox(&execution);
        let _ = inbox.try_send(Input::Look { execution, task: started_by.task });
    }

    /// Waits until it is known where the engine is: Map Runs go on while it opens.
    async fn said(&self) {
        while self.0.get().is_none() {
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The engine as the account sees it that the task acts in: its role's, or that of its execution.
    fn seen_by(&self, request: &TaskRequest) -> Option<Engine> {
        let inner = self.0.get()?.upgrade()?;
        let arn = request.role_arn.as_deref().unwrap_or(&request.execution_arn);
        let account = arn.split(':').nth(4)?;
        Some(Engine::of(inner, account))
    }
}

/// Starts an execution. Nothing is known if the server is going down. `task` is the attempt, of an execution that can be waked.
pub(crate) async fn start(shared: &Shared, request: &TaskRequest, task: Option<TaskId>) -> Option<TaskOutcome> {
    shared.whole.said().await;
    let Resource::Service { pattern, .. } = request.resource else { return None };
    let waits = matches!(pattern, IntegrationPattern::RunJob | IntegrationPattern::RunJobVersion2);
    let started_by = task.map(|task| StartedBy { execution_arn: request.execution_arn.clone(), task, waits });
    let decoded = match StartExecutionRequest::decode(&body(request)) {
        Ok(decoded) => decoded,
        Err(exception) => return Some(failed(&exception, request)),
    };
    let (mut pause, mut throttled) = (PAUSE, 0);
    loop {
        let engine = shared.whole.seen_by(request)?;
        let result = started(&engine, decoded.clone(), started_by.clone()).await;
        match &result {
            Err(exception) if exception.code == Code::ThrottlingException && throttled + 1 < TRIES => throttled += 1,
            // The other's partition is being opened again, and then knows whether it was started. When this one is, or the server goes down,
            // nobody waits here any more.
            Err(exception) if exception.code == Code::ServiceUnavailable => {}
            _ => return Some(outcome(result, pattern, request, engine.now())),
        }
        drop(engine);
        tokio::time::sleep(pause).await;
        pause = (2 * pause).min(PAUSE_MAX);
    }
}

fn outcome(
    result: Result<(Arc<str>, i64), Exception>,
    pattern: IntegrationPattern,
    request: &TaskRequest,
    now: Timestamp,
) -> TaskOutcome {
    match result {
        Ok((execution_arn, start_date_ms)) => {
            let result = json!({"ExecutionArn": execution_arn, "StartDate": start_date_ms});
            let output = with_metadata(&result, &own_headers(&result, &request.invocation_id, now.0), 200);
            TaskOutcome::answered(pattern, Payload::from(output))
        }
        Err(exception) => failed(&exception, request),
    }
}

/// Starts it, or finds that this very attempt started it before.
async fn started(
    engine: &Engine,
    request: StartExecutionRequest,
    started_by: Option<StartedBy>,
) -> Result<(Arc<str>, i64), Exception> {
    let (machine, name) = (request.state_machine_arn.clone(), request.name.clone());
    let exception = match engine.start_execution_for(request, started_by.clone()).await {
        Ok(started) => return Ok((started.execution_arn, started.start_date_ms)),
        Err(exception) => exception,
    };
    if let (Code::ExecutionAlreadyExists, Some(name), Some(started_by)) = (exception.code, name, started_by) {
        let arn = ExecutionArn::standard(machine.identity.clone(), &*machine.name, &*name);
        if let Ok(before) = engine.stored(&arn).await
            && before.header.started_by == Some(started_by)
        {
            return Ok((before.header.execution_arn.clone(), before.header.start_time.0));
        }
    }
    Err(exception)
}

/// The request's body. An execution that is given no name has that of the attempt, so that it is started once.
fn body(request: &TaskRequest) -> Value {
    let parameters = request.payload.value();
    let given = |name: &str| parameters.get(name).filter(|value| !value.is_null());
    let mut body = ObjectBuilder::new();
    body.insert_some("stateMachineArn", given("StateMachineArn"));
    body.insert("name", given("Name").cloned().unwrap_or_else(|| request.invocation_id.as_str().into()));
    body.insert_some("traceHeader", given("TraceHeader"));
    body.insert_some(
        "input",
        given("Input").map(|input| match input {
            Value::String(text) => Value::String(text.clone()),
            // An object is sent as its text (recorded).
            other => other.to_string().into(),
        }),
    );
    body.build().into()
}

/// How a started execution stands: how the task ends, or nothing if it goes on.
pub(crate) async fn status(shared: &Shared, job: &Job) -> Option<TaskOutcome> {
    let engine = shared.whole.seen_by(&job.request)?;
    let execution_arn = execution_of(job)?;
    let described = DescribeExecutionRequest { execution_arn, included_data: IncludedData::AllData };
    let described = match engine.describe_execution(described).await {
        Ok(described) => described,
        Err(exception) if exception.code == Code::ExecutionDoesNotExist => {
            return Some(failed(&exception, &job.request));
        }
        Err(_) => return None,
    };
    let Resource::Service { pattern, .. } = job.request.resource else { return None };
    let record = || record(&described, pattern == IntegrationPattern::RunJobVersion2);
    match described.status {
        ExecutionStatus::Succeeded => Some(TaskOutcome::Succeeded { output: Payload::from(record()) }),
        ExecutionStatus::Failed | ExecutionStatus::TimedOut | ExecutionStatus::Aborted => {
            let cause = record().to_string();
            Some(TaskOutcome::Failed { error: "States.TaskFailed".into(), cause: cause.into() })
        }
        _ => None,
    }
}

/// Stops it; false if that is to be tried again after the next start.
pub(crate) async fn stop(shared: &Shared, job: &Job) -> bool {
    let Some(execution_arn) = execution_of(job) else { return true };
    let mut pause = PAUSE;
    loop {
        let Some(engine) = shared.whole.seen_by(&job.request) else { return false };
        let request = StopExecutionRequest { execution_arn: execution_arn.clone(), error: None, cause: None };
        match engine.stop_execution(request).await {
            Err(exception) if matches!(exception.code, Code::ServiceUnavailable | Code::ThrottlingException) => {}
            _ => return true,
        }
        drop(engine);
        tokio::time::sleep(pause).await;
        pause = (2 * pause).min(PAUSE_MAX);
    }
}

fn execution_of(job: &Job) -> Option<ExecutionArn> {
    ExecutionArn::parse(job.submitted.value().get("ExecutionArn")?.as_str()?).ok()
}

/// DescribeExecution as results have it: members in PascalCase and alphabetical order, times in milliseconds; `.sync:2` has input and
/// output as what their texts say (recorded).
fn record(described: &DescribeExecutionResponse, is_parsed: bool) -> Value {
    let data = |text: &Arc<str>| match is_parsed {
        true => json::parse(text).unwrap_or_else(|_| Value::String(text.clone())),
        false => Value::String(text.clone()),
    };
    let text = |text: &Option<Arc<str>>| text.clone().map(Value::String);
    let included = || json!({"Included": true});
    let members = [
        ("Cause", text(&described.cause)),
        ("Error", text(&described.error)),
        ("ExecutionArn", Some(Value::String(described.execution_arn.clone()))),
        ("Input", described.input.as_ref().map(data)),
        ("InputDetails", Some(included())),
        ("Name", Some(Value::String(described.name.clone()))),
        ("Output", described.output.as_ref().map(data)),
        ("OutputDetails", described.output.as_ref().map(|_| included())),
        ("RedriveCount", Some(described.redrive_count.into())),
        ("RedriveDate", described.redrive_date_ms.map(Value::from)),
        ("RedriveStatus", Some(described.redrive_status.as_str().into())),
        ("RedriveStatusReason", text(&described.redrive_status_reason)),
        ("StartDate", Some(described.start_date_ms.into())),
        ("StateMachineAliasArn", text(&described.state_machine_alias_arn)),
        ("StateMachineArn", Some(Value::String(described.state_machine_arn.clone()))),
        ("StateMachineVersionArn", text(&described.state_machine_version_arn)),
        ("Status", Some(described.status.as_str().into())),
        ("StopDate", described.stop_date_ms.map(Value::from)),
        ("TraceHeader", text(&described.trace_header)),
    ];
    let members = members.into_iter().filter_map(|(name, value)| Some((json::Key::from(name), value?)));
    members.collect::<Object>().into()
}

/// The API's exception as the task's failure.
fn failed(exception: &Exception, request: &TaskRequest) -> TaskOutcome {
    let code = exception.code.as_str();
    let class = code.strip_suffix("Exception").unwrap_or(code);
    let cause = format!(
        "{} (Service: AWSStepFunctions; Status Code: {}; Error Code: {code}; Request ID: {}; Proxy: null)",
        exception.message,
        exception.code.http_status(),
        request.invocation_id,
    );
    TaskOutcome::Failed { error: format!("StepFunctions.{class}Exception").into(), cause: cause.into() }
}
