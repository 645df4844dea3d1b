//! An event of AWS's JSON, as GetExecutionHistory and the AWS CLI write it, read back.
//!
//! Types that are never written here are read as the nearest that are: a task that could not be scheduled, started or submitted has failed.
//! Inputs and outputs that were left out are null, and a text that is no JSON is that text.

use super::{HistoryEvent, HistoryEventDetails as Details, StateType};
use crate::Timestamp;
use json::{Object, Payload, Value};
use std::sync::Arc;

/// What is wrong with an event, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAnEvent {
    /// The way to the member: `stateEnteredEventDetails.name`; empty if the whole is meant.
    pub member: String,
    /// In a sentence.
    pub message: String,
}

impl HistoryEvent {
    /// The event that a value is.
    pub fn from_value(event: &Value) -> Result<HistoryEvent, NotAnEvent> {
        let members = event.as_object().ok_or_else(|| wrong("", format!("is {}, not an event", event.type_name())))?;
        let event = Members { path: String::new(), of: Some(members) };
        let type_name = event.text("type")?;
        Ok(HistoryEvent {
            id: event.number("id")?,
            previous_event_id: event.optional_number("previousEventId")?.unwrap_or(0),
            timestamp: timestamp(members.get("timestamp"))?,
            details: details(&event, &type_name)?,
        })
    }
}

fn wrong(member: impl Into<String>, message: impl Into<String>) -> NotAnEvent {
    NotAnEvent { member: member.into(), message: message.into() }
}

/// Seconds since 1970, or ISO 8601.
fn timestamp(given: Option<&Value>) -> Result<Timestamp, NotAnEvent> {
    let milliseconds = match given {
        Some(Value::Number(seconds)) => Some((seconds.as_f64() * 1000.0).round()).filter(|time| time.abs() < 9e15),
        Some(Value::String(text)) => text.parse().ok().map(|time: jiff::Timestamp| time.as_millisecond() as f64),
        _ => None,
    };
    let milliseconds = milliseconds.ok_or_else(|| {
        wrong("timestamp", "must be a time: a text such as 2026-11-27T03:31:51.123Z, or a number of seconds since 1970")
    })?;
    Ok(Timestamp(milliseconds as i64))
}

fn details(event: &Members<'_>, type_name: &str) -> Result<Details, NotAnEvent> {
    let state = |suffix: &str| {
        let name = type_name.strip_suffix(suffix)?;
        StateType::ALL.into_iter().find(|state_type| state_type.name() == name)
    };
    if let Some(state_type) = state("StateEntered") {
        let of = event.inner("stateEnteredEventDetails")?;
        return Ok(Details::StateEntered { state_type, name: of.text("name")?, input: of.payload("input")? });
    }
    if let Some(state_type) = state("StateExited").filter(|state_type| *state_type != StateType::Fail) {
        let of = event.inner("stateExitedEventDetails")?;
        let assigned_variables = of.variables("assignedVariables")?;
        return Ok(Details::StateExited {
            state_type,
            name: of.text("name")?,
            output: of.payload("output")?,
            assigned_variables,
        });
    }
    if let Some(state_type @ (StateType::Task | StateType::Wait | StateType::Parallel | StateType::Map)) =
        state("StateAborted")
    {
        return Ok(Details::StateAborted { state_type });
    }
    // `TaskScheduled` has `taskScheduledEventDetails`, and so have the others.
    let of = event.inner(&details_of(type_name))?;
    let (error, cause) = (of.optional("error")?, of.optional("cause")?);
    let index = of.optional_number("index")?.unwrap_or(0);
    Ok(match type_name {
        "ExecutionStarted" => Details::ExecutionStarted {
            input: of.payload("input")?,
            role_arn: of.optional("roleArn")?.unwrap_or_default(),
        },
        "ExecutionSucceeded" => Details::ExecutionSucceeded { output: of.payload("output")? },
        "ExecutionFailed" => Details::ExecutionFailed { error, cause },
        "ExecutionTimedOut" => Details::ExecutionTimedOut { error, cause },
        "ExecutionAborted" => Details::ExecutionAborted { error, cause },
        "ExecutionRedriven" => {
            Details::ExecutionRedriven { redrive_count: of.optional_number("redriveCount")?.unwrap_or(1) }
        }
        "TaskScheduled" => Details::TaskScheduled {
            resource_type: of.text("resourceType")?,
            resource: of.text("resource")?,
            region: of.optional("region")?.unwrap_or_default(),
            parameters: of.payload("parameters")?,
            timeout_in_seconds: of.optional_number("timeoutInSeconds")?,
            heartbeat_in_seconds: of.optional_number("heartbeatInSeconds")?,
            credentials_role_arn: of.credentials()?,
        },
        "TaskStarted" => {
            Details::TaskStarted { resource_type: of.text("resourceType")?, resource: of.text("resource")? }
        }
        "TaskSubmitted" => Details::TaskSubmitted {
            resource_type: of.text("resourceType")?,
            resource: of.text("resource")?,
            output: of.payload("output")?,
        },
        "TaskSucceeded" => Details::TaskSucceeded {
            resource_type: of.text("resourceType")?,
            resource: of.text("resource")?,
            output: of.payload("output")?,
        },
        "TaskFailed" | "TaskStartFailed" | "TaskSubmitFailed" => Details::TaskFailed {
            resource_type: of.text("resourceType")?,
            resource: of.text("resource")?,
            error,
            cause,
        },
        "TaskTimedOut" => Details::TaskTimedOut {
            resource_type: of.text("resourceType")?,
            resource: of.text("resource")?,
            error,
            cause,
        },
        "LambdaFunctionScheduled" => Details::LambdaFunctionScheduled {
            resource: of.text("resource")?,
            input: of.payload("input")?,
            timeout_in_seconds: of.optional_number("timeoutInSeconds")?,
            credentials_role_arn: of.credentials()?,
        },
        "LambdaFunctionStarted" => Details::LambdaFunctionStarted,
        "LambdaFunctionSucceeded" => Details::LambdaFunctionSucceeded { output: of.payload("output")? },
        "LambdaFunctionFailed" | "LambdaFunctionScheduleFailed" | "LambdaFunctionStartFailed" => {
            Details::LambdaFunctionFailed { error, cause }
        }
        "LambdaFunctionTimedOut" => Details::LambdaFunctionTimedOut { error, cause },
        "ActivityScheduled" => Details::ActivityScheduled {
            resource: of.text("resource")?,
            input: of.payload("input")?,
            timeout_in_seconds: of.optional_number("timeoutInSeconds")?,
            heartbeat_in_seconds: of.optional_number("heartbeatInSeconds")?,
        },
        "ActivityStarted" => Details::ActivityStarted { worker_name: of.optional("workerName")? },
        "ActivitySucceeded" => Details::ActivitySucceeded { output: of.payload("output")? },
        "ActivityFailed" | "ActivityScheduleFailed" => Details::ActivityFailed { error, cause },
        "ActivityTimedOut" => Details::ActivityTimedOut { error, cause },
        "ParallelStateStarted" => Details::ParallelStateStarted,
        "ParallelStateSucceeded" => Details::ParallelStateSucceeded,
        "ParallelStateFailed" => Details::ParallelStateFailed,
        "MapStateStarted" => Details::MapStateStarted { length: of.optional_number("length")?.unwrap_or(0) },
        "MapStateSucceeded" => Details::MapStateSucceeded,
        "MapStateFailed" => Details::MapStateFailed,
        "MapIterationStarted" => Details::MapIterationStarted { name: of.text("name")?, index },
        "MapIterationSucceeded" => Details::MapIterationSucceeded { name: of.text("name")?, index },
        "MapIterationFailed" => Details::MapIterationFailed { name: of.text("name")?, index },
        "MapIterationAborted" => Details::MapIterationAborted { name: of.text("name")?, index },
        "MapRunStarted" => Details::MapRunStarted { map_run_arn: of.text("mapRunArn")? },
        "MapRunSucceeded" => Details::MapRunSucceeded { output: Payload::from_value(Value::Null) },
        "MapRunFailed" => Details::MapRunFailed { error, cause },
        "MapRunAborted" => Details::MapRunAborted,
        "MapRunRedriven" => Details::MapRunRedriven {
            map_run_arn: of.text("mapRunArn")?,
            redrive_count: of.optional_number("redriveCount")?.unwrap_or(1),
        },
        "EvaluationFailed" => Details::EvaluationFailed {
            state: of.text("state")?,
            location: of.optional("location")?,
            error: error.unwrap_or_default(),
            cause: cause.unwrap_or_default(),
        },
        unknown => return Err(wrong("type", format!("is '{unknown}', which is no type of event"))),
    })
}

/// The member that has the details of a type of event, if it has any.
fn details_of(type_name: &str) -> String {
    let mut letters = type_name.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    first.into_iter().chain(letters).chain("EventDetails".chars()).collect()
}

/// The members of an object in an event; of one that is absent there are none.
struct Members<'v> {
    path: String,
    of: Option<&'v Object>,
}

impl<'v> Members<'v> {
    fn get(&self, name: &str) -> Option<&'v Value> {
        self.of?.get(name).filter(|value| !value.is_null())
    }

    fn at(&self, name: &str) -> String {
        match self.path.is_empty() {
            true => name.to_owned(),
            false => format!("{}.{name}", self.path),
        }
    }

    fn inner(&self, name: &str) -> Result<Members<'v>, NotAnEvent> {
        let found = self.get(name).map(|value| {
            value
                .as_object()
                .ok_or_else(|| wrong(self.at(name), format!("must be an object, not {}", value.type_name())))
        });
        Ok(Members { path: self.at(name), of: found.transpose()? })
    }

    fn optional(&self, name: &str) -> Result<Option<Arc<str>>, NotAnEvent> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(other) => Err(wrong(self.at(name), format!("must be a text, not {}", other.type_name()))),
        }
    }

    fn text(&self, name: &str) -> Result<Arc<str>, NotAnEvent> {
        self.optional(name)?.ok_or_else(|| wrong(self.at(name), "is missing"))
    }

    fn optional_number(&self, name: &str) -> Result<Option<u64>, NotAnEvent> {
        let Some(given) = self.get(name) else { return Ok(None) };
        let number = given.as_i64().and_then(|number| u64::try_from(number).ok());
        number.map(Some).ok_or_else(|| wrong(self.at(name), "must be a whole number, 0 or more"))
    }

    fn number(&self, name: &str) -> Result<u64, NotAnEvent> {
        self.optional_number(name)?.ok_or_else(|| wrong(self.at(name), "is missing"))
    }

    fn payload(&self, name: &str) -> Result<Payload, NotAnEvent> {
        Ok(match self.optional(name)? {
            None => Payload::from_value(Value::Null),
            Some(text) if json::parse(&text).is_ok() => Payload::from_valid_text(text),
            Some(text) => Payload::from_value(Value::from(text)),
        })
    }

    fn variables(&self, name: &str) -> Result<Option<Object>, NotAnEvent> {
        let of = self.inner(name)?;
        for (variable, _) in of.of.into_iter().flat_map(Object::iter) {
            of.optional(variable)?;
        }
        Ok(of.of.cloned())
    }

    fn credentials(&self) -> Result<Option<Arc<str>>, NotAnEvent> {
        self.inner("taskCredentials")?.optional("roleArn")
    }
}
