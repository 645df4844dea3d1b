//! An event as GetExecutionHistory shows it.

use super::{HistoryEvent, HistoryEventDetails as Details, StateType};
use json::{Number, Object, ObjectBuilder, Payload, Value, json};
use std::sync::Arc;

impl HistoryEvent {
    /// The event in AWS's JSON shape. Without `include_execution_data` inputs, outputs and assigned variables are left out; everything
    /// else stays.
    pub fn to_value(&self, include_execution_data: bool) -> Value {
        let mut event = ObjectBuilder::new();
        let milliseconds = self.timestamp.0;
        let seconds = format!("{}.{:03}", milliseconds.div_euclid(1000), milliseconds.rem_euclid(1000));
        event.insert("timestamp", Number::Decimal(seconds.into()));
        event.insert("type", self.details.type_name());
        event.insert("id", self.id);
        event.insert("previousEventId", self.previous_event_id);
        if let Some((key, details)) = self.details.shape(include_execution_data) {
            event.insert(key, details);
        }
        event.build().into()
    }

    /// The event as a line of an execution's log (recorded): numbers are texts there, and the details are always an object.
    pub fn to_log_value(&self, execution_arn: &Arc<str>, redrive_count: u64, include_execution_data: bool) -> Value {
        let mut event = ObjectBuilder::new();
        event.insert("id", self.id.to_string());
        event.insert("type", self.details.type_name());
        event
            .insert("details", self.details.shape(include_execution_data).map_or_else(Object::new, |(_, shape)| shape));
        event.insert("previous_event_id", self.previous_event_id.to_string());
        event.insert("event_timestamp", self.timestamp.0.to_string());
        event.insert("execution_arn", execution_arn);
        event.insert("redrive_count", redrive_count.to_string());
        event.build().into()
    }
}

impl Details {
    /// The event's type by AWS's name.
    pub fn type_name(&self) -> &'static str {
        match self {
            Details::ExecutionStarted { .. } => "ExecutionStarted",
            Details::ExecutionSucceeded { .. } => "ExecutionSucceeded",
            Details::ExecutionFailed { .. } => "ExecutionFailed",
            Details::ExecutionTimedOut { .. } => "ExecutionTimedOut",
            Details::ExecutionAborted { .. } => "ExecutionAborted",
            Details::ExecutionRedriven { .. } => "ExecutionRedriven",
            Details::StateEntered { state_type, .. } => entered(*state_type),
            Details::StateExited { state_type, .. } => exited(*state_type),
            Details::StateAborted { state_type } => aborted(*state_type),
            Details::TaskScheduled { .. } => "TaskScheduled",
            Details::TaskStarted { .. } => "TaskStarted",
            Details::TaskSubmitted { .. } => "TaskSubmitted",
            Details::TaskSucceeded { .. } => "TaskSucceeded",
            Details::TaskFailed { .. } => "TaskFailed",
            Details::TaskTimedOut { .. } => "TaskTimedOut",
            Details::LambdaFunctionScheduled { .. } => "LambdaFunctionScheduled",
            Details::LambdaFunctionStarted => "LambdaFunctionStarted",
            Details::LambdaFunctionSucceeded { .. } => "LambdaFunctionSucceeded",
            Details::LambdaFunctionFailed { .. } => "LambdaFunctionFailed",
            Details::LambdaFunctionTimedOut { .. } => "LambdaFunctionTimedOut",
            Details::ActivityScheduled { .. } => "ActivityScheduled",
            Details::ActivityStarted { .. } => "ActivityStarted",
            Details::ActivitySucceeded { .. } => "ActivitySucceeded",
            Details::ActivityFailed { .. } => "ActivityFailed",
            Details::ActivityTimedOut { .. } => "ActivityTimedOut",
            Details::ParallelStateStarted => "ParallelStateStarted",
            Details::ParallelStateSucceeded => "ParallelStateSucceeded",
            Details::ParallelStateFailed => "ParallelStateFailed",
            Details::MapStateStarted { .. } => "MapStateStarted",
            Details::MapStateSucceeded => "MapStateSucceeded",
            Details::MapStateFailed => "MapStateFailed",
            Details::MapIterationStarted { .. } => "MapIterationStarted",
            Details::MapIterationSucceeded { .. } => "MapIterationSucceeded",
            Details::MapIterationFailed { .. } => "MapIterationFailed",
            Details::MapIterationAborted { .. } => "MapIterationAborted",
            Details::MapRunStarted { .. } => "MapRunStarted",
            Details::MapRunSucceeded { .. } => "MapRunSucceeded",
            Details::MapRunFailed { .. } => "MapRunFailed",
            Details::MapRunAborted => "MapRunAborted",
            Details::MapRunRedriven { .. } => "MapRunRedriven",
            Details::EvaluationFailed { .. } => "EvaluationFailed",
        }
    }

    /// The details' key and value; `None` for types that carry none.
    fn shape(&self, data: bool) -> Option<(&'static str, Object)> {
        let (key, shape) = match self {
            Details::ExecutionStarted { input, role_arn } => {
                ("executionStartedEventDetails", Shape::new().payload(data, "input", input).text("roleArn", role_arn))
            }
            Details::ExecutionSucceeded { output } => {
                ("executionSucceededEventDetails", Shape::new().payload(data, "output", output))
            }
            Details::ExecutionFailed { error, cause } => {
                ("executionFailedEventDetails", Shape::new().failure(error, cause))
            }
            Details::ExecutionTimedOut { error, cause } => {
                ("executionTimedOutEventDetails", Shape::new().failure(error, cause))
            }
            Details::ExecutionAborted { error, cause } => {
                ("executionAbortedEventDetails", Shape::new().failure(error, cause))
            }
            Details::ExecutionRedriven { redrive_count } => {
                ("executionRedrivenEventDetails", Shape::new().number("redriveCount", *redrive_count))
            }
            Details::StateEntered { name, input, .. } => {
                ("stateEnteredEventDetails", Shape::new().text("name", name).payload(data, "input", input))
            }
            Details::StateExited { name, output, assigned_variables, .. } => (
                "stateExitedEventDetails",
                Shape::new().text("name", name).payload(data, "output", output).variables(data, assigned_variables),
            ),
            Details::TaskScheduled {
                resource_type,
                resource,
                region,
                parameters,
                timeout_in_seconds,
                heartbeat_in_seconds,
                credentials_role_arn,
            } => (
                "taskScheduledEventDetails",
                Shape::resource(resource_type, resource)
                    .text("region", region)
                    .text("parameters", parameters.text())
                    .seconds("timeoutInSeconds", timeout_in_seconds)
                    .seconds("heartbeatInSeconds", heartbeat_in_seconds)
                    .credentials(credentials_role_arn),
            ),
            Details::TaskStarted { resource_type, resource } => {
                ("taskStartedEventDetails", Shape::resource(resource_type, resource))
            }
            Details::TaskSubmitted { resource_type, resource, output } => {
                ("taskSubmittedEventDetails", Shape::resource(resource_type, resource).payload(data, "output", output))
            }
            Details::TaskSucceeded { resource_type, resource, output } => {
                ("taskSucceededEventDetails", Shape::resource(resource_type, resource).payload(data, "output", output))
            }
            Details::TaskFailed { resource_type, resource, error, cause } => {
                ("taskFailedEventDetails", Shape::resource(resource_type, resource).failure(error, cause))
            }
            Details::TaskTimedOut { resource_type, resource, error, cause } => {
                ("taskTimedOutEventDetails", Shape::resource(resource_type, resource).failure(error, cause))
            }
            Details::LambdaFunctionScheduled { resource, input, timeout_in_seconds, credentials_role_arn } => (
                "lambdaFunctionScheduledEventDetails",
                Shape::new()
                    .text("resource", resource)
                    .payload(data, "input", input)
                    .seconds("timeoutInSeconds", timeout_in_seconds)
                    .credentials(credentials_role_arn),
            ),
            Details::LambdaFunctionSucceeded { output } => {
                ("lambdaFunctionSucceededEventDetails", Shape::new().payload(data, "output", output))
            }
            Details::LambdaFunctionFailed { error, cause } => {
                ("lambdaFunctionFailedEventDetails", Shape::new().failure(error, cause))
            }
            Details::LambdaFunctionTimedOut { error, cause } => {
                ("lambdaFunctionTimedOutEventDetails", Shape::new().failure(error, cause))
            }
            Details::ActivityScheduled { resource, input, timeout_in_seconds, heartbeat_in_seconds } => (
                "activityScheduledEventDetails",
                Shape::new()
                    .text("resource", resource)
                    .payload(data, "input", input)
                    .seconds("timeoutInSeconds", timeout_in_seconds)
                    .seconds("heartbeatInSeconds", heartbeat_in_seconds),
            ),
            Details::ActivityStarted { worker_name } => {
                ("activityStartedEventDetails", Shape::new().optional("workerName", worker_name))
            }
            Details::ActivitySucceeded { output } => {
                ("activitySucceededEventDetails", Shape::new().payload(data, "output", output))
            }
            Details::ActivityFailed { error, cause } => {
                ("activityFailedEventDetails", Shape::new().failure(error, cause))
            }
            Details::ActivityTimedOut { error, cause } => {
                ("activityTimedOutEventDetails", Shape::new().failure(error, cause))
            }
            Details::MapStateStarted { length } => {
                ("mapStateStartedEventDetails", Shape::new().number("length", *length))
            }
            Details::MapIterationStarted { name, index } => {
                ("mapIterationStartedEventDetails", Shape::new().text("name", name).number("index", *index))
            }
            Details::MapIterationSucceeded { name, index } => {
                ("mapIterationSucceededEventDetails", Shape::new().text("name", name).number("index", *index))
            }
            Details::MapIterationFailed { name, index } => {
                ("mapIterationFailedEventDetails", Shape::new().text("name", name).number("index", *index))
            }
            Details::MapIterationAborted { name, index } => {
                ("mapIterationAbortedEventDetails", Shape::new().text("name", name).number("index", *index))
            }
            Details::MapRunStarted { map_run_arn } => {
                ("mapRunStartedEventDetails", Shape::new().text("mapRunArn", map_run_arn))
            }
            Details::MapRunFailed { error, cause } => ("mapRunFailedEventDetails", Shape::new().failure(error, cause)),
            Details::MapRunRedriven { map_run_arn, redrive_count } => (
                "mapRunRedrivenEventDetails",
                Shape::new().text("mapRunArn", map_run_arn).number("redriveCount", *redrive_count),
            ),
            Details::EvaluationFailed { state, location, error, cause } => (
                "evaluationFailedEventDetails",
                Shape::new()
                    .text("state", state)
                    .optional("location", location)
                    .text("error", error)
                    .text("cause", cause),
            ),
            Details::StateAborted { .. }
            | Details::LambdaFunctionStarted
            | Details::ParallelStateStarted
            | Details::ParallelStateSucceeded
            | Details::ParallelStateFailed
            | Details::MapStateSucceeded
            | Details::MapRunSucceeded { .. }
            | Details::MapRunAborted
            | Details::MapStateFailed => return None,
        };
        Some((key, shape.0.build()))
    }
}

fn entered(state_type: StateType) -> &'static str {
    match state_type {
        StateType::Pass => "PassStateEntered",
        StateType::Task => "TaskStateEntered",
        StateType::Choice => "ChoiceStateEntered",
        StateType::Wait => "WaitStateEntered",
        StateType::Succeed => "SucceedStateEntered",
        StateType::Fail => "FailStateEntered",
        StateType::Parallel => "ParallelStateEntered",
        StateType::Map => "MapStateEntered",
    }
}

fn exited(state_type: StateType) -> &'static str {
    match state_type {
        StateType::Pass => "PassStateExited",
        StateType::Task => "TaskStateExited",
        StateType::Choice => "ChoiceStateExited",
        StateType::Wait => "WaitStateExited",
        StateType::Succeed => "SucceedStateExited",
        StateType::Fail => unreachable!("a Fail state is never exited"),
        StateType::Parallel => "ParallelStateExited",
        StateType::Map => "MapStateExited",
    }
}

fn aborted(state_type: StateType) -> &'static str {
    match state_type {
        StateType::Task => "TaskStateAborted",
        StateType::Wait => "WaitStateAborted",
        StateType::Parallel => "ParallelStateAborted",
        StateType::Map => "MapStateAborted",
        StateType::Pass | StateType::Choice | StateType::Succeed | StateType::Fail => {
            unreachable!("a state that waits for nothing cannot be aborted")
        }
    }
}

/// Collects the members of a details object, in AWS's groups.
struct Shape(ObjectBuilder);

impl Shape {
    fn new() -> Shape {
        Shape(ObjectBuilder::new())
    }

    fn resource(resource_type: &Arc<str>, resource: &Arc<str>) -> Shape {
        Shape::new().text("resourceType", resource_type).text("resource", resource)
    }

    fn text(mut self, key: &'static str, text: &Arc<str>) -> Shape {
        self.0.insert(key, text);
        self
    }

    fn optional(mut self, key: &'static str, text: &Option<Arc<str>>) -> Shape {
        self.0.insert_some(key, text.as_ref());
        self
    }

    fn number(mut self, key: &'static str, number: u64) -> Shape {
        self.0.insert(key, number);
        self
    }

    fn seconds(mut self, key: &'static str, seconds: &Option<u64>) -> Shape {
        self.0.insert_some(key, *seconds);
        self
    }

    fn failure(self, error: &Option<Arc<str>>, cause: &Option<Arc<str>>) -> Shape {
        self.optional("error", error).optional("cause", cause)
    }

    fn payload(mut self, data: bool, key: &'static str, payload: &Payload) -> Shape {
        if data {
            self.0.insert(key, payload.text());
            self.0.insert(format!("{key}Details"), json!({"truncated": false}));
        }
        self
    }

    fn variables(mut self, data: bool, variables: &Option<Object>) -> Shape {
        if let (true, Some(variables)) = (data, variables) {
            self.0.insert("assignedVariables", variables);
            self.0.insert("assignedVariablesDetails", json!({"truncated": false}));
        }
        self
    }

    fn credentials(mut self, role_arn: &Option<Arc<str>>) -> Shape {
        if let Some(role_arn) = role_arn {
            self.0.insert("taskCredentials", json!({"roleArn": role_arn}));
        }
        self
    }
}
