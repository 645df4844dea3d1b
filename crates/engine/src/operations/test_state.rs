//! TestState: one state by itself. No execution comes of it; a task without a mock is really called.

use crate::Engine;
use crate::environment::uuid;
use crate::nested;
use crate::registry::parse_state;
use api::{
    Code, Exception, FieldValidationMode, InspectionData, InspectionLevel, Mock, MockOutcome, TestStateRequest,
    TestStateResponse,
};
use asl::StateMachineDefinition;
use asl::definition::{IntegrationPattern, Resource, ScopeIndex, State, StateIndex, StateKind};
use integrations::http_task::{HttpExchange, HttpInspection};
use integrations::{TaskOutcome, TaskRequest};
use interpreter::{Begun, Header, StateTest, TaskAttempt, TestStatus, Tested, Work};
use json::{Object, ObjectBuilder, Value, json};
use std::time::Duration;

/// How long a test may take (AWS guide, "Testing a state": five minutes).
const TEST_MAX: Duration = Duration::from_secs(5 * 60);

impl Engine {
    /// Runs one state with what the request gives it.
    pub async fn test_state(&self, request: TestStateRequest) -> Result<TestStateResponse, Exception> {
        let definition = parse_state(&request.definition, request.state_name.is_some())?;
        let wanted = request.state_name.as_deref().unwrap_or(crate::registry::TESTED_STATE);
        let (scope, state) =
            find(&definition, wanted).ok_or_else(|| Exception::validation("State not found in definition"))?;
        check(&request, &definition, definition.state(scope, state))?;
        let header = self.test_header(&request);
        let test = StateTest {
            definition: &definition,
            scope,
            state,
            usual_context: usual_context(&request, &header, is_in_map(&definition, scope)),
            header,
            input: request.input.clone(),
            variables: &request.variables,
            context: request.context.clone().map(Value::from),
            retries: request.configuration.retrier_retry_count,
            iteration_failures: request.configuration.map_iteration_failure_count.unwrap_or(0),
            item_reader_data: request.configuration.map_item_reader_data.clone(),
            now: self.now(),
            settings: &self.0.shared.settings,
        };
        let mock = request.mock.as_ref().map(|mock| work(&mock.outcome));
        let inspection = HttpInspection::new(request.reveal_secrets);
        let tested = match test.begin(mock) {
            Begun::Tested(tested) => *tested,
            Begun::Task(attempt) => {
                let work = self.call(definition.state(scope, state), *attempt, &test.header, &inspection).await;
                test.end(Some(work))
            }
            Begun::Wait(due) => {
                let wait = Duration::from_millis(u64::try_from(due.0.saturating_sub(test.now.0)).unwrap_or(0));
                tokio::time::sleep(wait.min(TEST_MAX)).await;
                if wait > TEST_MAX { test.end(Some(timeout())) } else { test.end(None) }
            }
        };
        Ok(response(tested, inspection.exchange(), request.inspection_level))
    }

    /// Calls what the task is of.
    async fn call(&self, state: &State, attempt: TaskAttempt, header: &Header, inspection: &HttpInspection) -> Work {
        let StateKind::Task(task) = &state.kind else { unreachable!("only Task states have task attempts") };
        let timeout_seconds = attempt.timeout_seconds.map_or(TEST_MAX, Duration::from_secs).min(TEST_MAX);
        let request = TaskRequest {
            resource: task.resource.clone(),
            payload: attempt.payload,
            role_arn: attempt.role_arn,
            invocation_id: uuid(self.0.shared.environment.entropy()),
            execution_arn: header.execution_arn.clone(),
            state_machine_arn: header.state_machine_arn.clone(),
            trace_header: None,
            origin: None,
        };
        let shared = &self.0.shared;
        let performed = async {
            match shared.performer.perform_inspected(request.clone(), inspection.clone()).await {
                Some(TaskOutcome::OwnExecution) => nested::start(shared, &request, None).await,
                outcome => outcome,
            }
        };
        match tokio::time::timeout(timeout_seconds, performed).await {
            Err(_) => timeout(),
            Ok(Some(TaskOutcome::Succeeded { output } | TaskOutcome::Submitted { output })) => Work::Succeeded(output),
            Ok(Some(TaskOutcome::Failed { error, cause })) => Work::Failed { error: Some(error), cause: Some(cause) },
            Ok(Some(TaskOutcome::Refused { cause })) => Work::Refused(cause),
            Ok(Some(TaskOutcome::OwnExecution)) => unreachable!("seen to just before"),
            Ok(Some(TaskOutcome::Mocked { .. })) => unreachable!("only tasks of a test case are mocked"),
            Ok(None) => Work::Failed { error: Some("States.TaskFailed".into()), cause: None },
        }
    }

    /// What stands for an execution; it looks like one of an Express machine (recorded).
    fn test_header(&self, request: &TestStateRequest) -> Header {
        let shared = &self.0.shared;
        let identity = self.registry().identity();
        let (machine, name) = (uuid(shared.environment.entropy()), uuid(shared.environment.entropy()));
        let (partition, region, account) = (&identity.partition, &identity.region, &identity.account);
        let arn = |kind: &str| format!("arn:{partition}:states:{region}:{account}:{kind}:{machine}");
        let seed = u64::from_be_bytes(shared.environment.entropy()[..8].try_into().expect("eight bytes"));
        Header {
            execution_arn: format!("{}:{name}", arn("express")).into(),
            name: name.into(),
            state_machine_arn: arn("stateMachine").into(),
            state_machine_name: machine.into(),
            role_arn: request.role_arn.clone().unwrap_or_default(),
            region: identity.region.clone(),
            input: request.input.clone(),
            start_time: self.now(),
            revision: 0,
            trace_header: None,
            seed,
            state_machine_version: None,
            state_machine_alias: None,
            map_run: None,
            started_by: None,
            test_case: None,
        }
    }
}

fn timeout() -> Work {
    Work::Failed { error: Some("States.Timeout".into()), cause: None }
}

fn work(outcome: &MockOutcome) -> Work {
    match outcome {
        MockOutcome::Result(result) => Work::Succeeded(result.clone()),
        MockOutcome::Error { error, cause } => Work::Failed { error: error.clone(), cause: cause.clone() },
    }
}

/// The context object of a test that makes up none: without redrives, which there are none of (recorded).
fn usual_context(request: &TestStateRequest, header: &Header, is_in_map: bool) -> Value {
    let mut execution = ObjectBuilder::new();
    execution.insert("Id", &header.execution_arn);
    execution.insert("Input", header.input.value());
    execution.insert("Name", &header.name);
    execution.insert_some("RoleArn", request.role_arn.as_ref());
    execution.insert("StartTime", header.start_time.to_string());
    let machine = json!({"Id": (&header.state_machine_arn), "Name": (&header.state_machine_name)});
    let mut context = ObjectBuilder::new();
    context.insert("Execution", execution.build()).insert("StateMachine", machine);
    // A state within a Map is tested with the first item, which is its input.
    let item = || json!({"Item": {"Index": 0, "Value": (header.input.value())}});
    context.insert_some("Map", is_in_map.then(item));
    context.build().into()
}

fn is_in_map(definition: &StateMachineDefinition, mut scope: ScopeIndex) -> bool {
    while let Some((parent, position)) = definition.scope(scope).parent {
        if let StateKind::Map(_) = definition.state(parent, position).kind {
            return true;
        }
        scope = parent;
    }
    false
}

pub(crate) fn find(definition: &StateMachineDefinition, name: &str) -> Option<(ScopeIndex, StateIndex)> {
    (0..).zip(&definition.scopes).find_map(|(scope, states)| {
        let position = states.states.iter().position(|state| *state.name == *name)?;
        Some((ScopeIndex(scope), StateIndex(position as u32)))
    })
}

/// What cannot be tested with this request, in AWS's words where they are recorded.
fn check(request: &TestStateRequest, definition: &StateMachineDefinition, state: &State) -> Result<(), Exception> {
    let refuse = |message: &str| Err(Exception::validation(message));
    let Some(mock) = &request.mock else {
        if request.configuration.map_iteration_failure_count.is_some() {
            return refuse("TestState does not support MapIterationFailureCount when a mock is not specified.");
        }
        if request.context.is_some() {
            return refuse("TestState does not support Context when a mock is not specified.");
        }
        return check_without_mock(request, state);
    };
    let kind = state.type_name();
    match &state.kind {
        StateKind::Task(_) | StateKind::Map(_) | StateKind::Parallel(_) => {}
        _ => return refuse(&format!("State type '{kind}' is not supported when a mock is specified")),
    }
    if request.reveal_secrets {
        return refuse("TestState does not support RevealSecrets when a mock is specified.");
    }
    check_result(request, mock, state)?;
    if let Some(context) = &request.context {
        check_context(context, state)?;
    }
    match &request.configuration.error_caused_by_state {
        Some(name) if !is_within(definition, state, name) => refuse("State not found in definition"),
        _ => Ok(()),
    }
}

fn check_without_mock(request: &TestStateRequest, state: &State) -> Result<(), Exception> {
    match &state.kind {
        StateKind::Map(_) | StateKind::Parallel(_) => Err(Exception::new(
            Code::InvalidDefinition,
            "TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]",
        )),
        StateKind::Task(_) if request.role_arn.is_none() => {
            Err(Exception::validation("RoleArn must be specified when testing a Task state"))
        }
        StateKind::Task(task) if !answers_at_once(&task.resource) => Err(Exception::validation(
            "TestState supports activities and the service integration patterns '.sync' and '.waitForTaskToken' only when a mock is specified.",
        )),
        _ => Ok(()),
    }
}

fn answers_at_once(resource: &Resource) -> bool {
    match resource {
        Resource::LambdaFunction { .. } => true,
        Resource::Activity { .. } => false,
        Resource::Service { pattern, .. } => *pattern == IntegrationPattern::RequestResponse,
    }
}

fn check_result(request: &TestStateRequest, mock: &Mock, state: &State) -> Result<(), Exception> {
    let refuse = |message: &str| Err(Exception::validation(message));
    let MockOutcome::Result(result) = &mock.outcome else { return Ok(()) };
    let items = result.value().as_array().map(|items| items.len() as u64);
    match &state.kind {
        StateKind::Map(map) => {
            let writes = map.distributed.as_ref().is_some_and(|distributed| distributed.result_writer.is_some());
            match (writes, items) {
                (true, _) if result.value().as_object().is_none() => refuse("Mocked result must be a JSON object."),
                (false, None) => refuse("Mocked result must be an array."),
                (false, Some(items))
                    if request.configuration.map_iteration_failure_count.is_some_and(|failed| failed > items) =>
                {
                    refuse("Map iteration failure count must be less than or equal to the number of Map iterations")
                }
                _ => Ok(()),
            }
        }
        StateKind::Parallel(parallel) => match items {
            None => refuse("Mocked result must be an array."),
            Some(items) if items != parallel.branches.len() as u64 => {
                refuse("Mocked result must contain the same number of items as number of Parallel branches.")
            }
            Some(_) => Ok(()),
        },
        StateKind::Task(task) => {
            let required = match mock.validation {
                FieldValidationMode::Strict => true,
                FieldValidationMode::Present => false,
                FieldValidationMode::None => return Ok(()),
            };
            match integrations::mocked_result_problem(&task.resource, result.value(), required) {
                Some(problem) => refuse(&format!("Mock result schema validation error: {problem}")),
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// A field of a context object and the type its value must have, if any.
type ContextField = (&'static str, Option<&'static str>);

/// The fields of a context object that may be made up, by the object they are in.
const CONTEXT: [(&str, &[ContextField]); 4] = [
    (
        "Execution",
        &[
            ("Id", Some("string")),
            ("Input", None),
            ("Name", Some("string")),
            ("RoleArn", Some("string")),
            ("StartTime", Some("string")),
            ("RedriveCount", Some("number")),
            ("RedriveTime", Some("string")),
        ],
    ),
    ("State", &[("EnteredTime", Some("string")), ("Name", Some("string")), ("RetryCount", Some("number"))]),
    ("StateMachine", &[("Id", Some("string")), ("Name", Some("string"))]),
    ("Task", &[("Token", Some("string"))]),
];

fn check_context(context: &Object, state: &State) -> Result<(), Exception> {
    let refuse = |message: String| Err(Exception::validation(format!("Invalid Context object provided: {message}")));
    for (part, value) in context.iter() {
        if &**part == "Map" {
            return refuse("'Map' field is not supported when mocking a Context object".to_owned());
        }
        let Some((_, known)) = CONTEXT.iter().find(|(name, _)| *name == &**part) else {
            return refuse(format!("Field '{part}' is not allowed"));
        };
        let Some(fields) = value.as_object() else { return refuse(format!("{part} must be an object")) };
        for (field, value) in fields.iter() {
            let Some((_, wanted)) = known.iter().find(|(name, _)| *name == &**field) else {
                return refuse(format!("Field '{field}' is not allowed"));
            };
            let fits = match wanted {
                None => true,
                Some("number") => value.as_number().is_some(),
                Some(_) => value.as_str().is_some(),
            };
            if !fits {
                return refuse(format!("{part}.{field} must be a {}", wanted.unwrap_or_default()));
            }
        }
    }
    let has_token = |resource: &Resource| match resource {
        Resource::Service { pattern, .. } => *pattern != IntegrationPattern::RequestResponse,
        _ => false,
    };
    let may_have_token = matches!(&state.kind, StateKind::Task(task) if has_token(&task.resource));
    if context.get("Task").is_some() && !may_have_token {
        return refuse(
            "Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' service integration pattern"
                .to_owned(),
        );
    }
    Ok(())
}

/// Whether a state of this name is in a branch or the processor of `state`.
fn is_within(definition: &StateMachineDefinition, state: &State, name: &str) -> bool {
    let Some((mut scope, _)) = find(definition, name) else { return false };
    while let Some((parent, position)) = definition.scope(scope).parent {
        if std::ptr::eq(definition.state(parent, position), state) {
            return true;
        }
        scope = parent;
    }
    false
}

fn response(tested: Tested, exchange: HttpExchange, level: InspectionLevel) -> TestStateResponse {
    let exchange = if level == InspectionLevel::Trace { exchange } else { HttpExchange::default() };
    let inspection = (level > InspectionLevel::Info).then(|| {
        let mut stages: Vec<_> = tested.stages.iter().map(|(name, value)| (*name, value.text().clone())).collect();
        if !tested.variables.is_empty() {
            stages.push(("variables", Value::from(&tested.variables).to_string().into()));
        }
        InspectionData {
            stages,
            max_concurrency: tested.max_concurrency,
            tolerated_failure_count: tested.tolerated_failure_count,
            tolerated_failure_percentage: tested.tolerated_failure_percentage,
            catch_index: tested.catch_index,
            retry_index: tested.retry_index,
            retry_backoff_interval_seconds: tested.retry_backoff_seconds,
            request: exchange.request,
            response: exchange.response,
        }
    });
    TestStateResponse {
        status: match tested.status {
            TestStatus::Succeeded => "SUCCEEDED",
            TestStatus::Failed => "FAILED",
            TestStatus::Retriable => "RETRIABLE",
            TestStatus::CaughtError => "CAUGHT_ERROR",
        },
        output: tested.output.map(|output| output.text().clone()),
        error: tested.error,
        cause: tested.cause,
        next_state: tested.next_state,
        inspection,
    }
}
