//! StartExecution.

use crate::create_state_machine::check_name;
use crate::exception::Exception;
use crate::fields::{Fields, read_body};
use crate::shapes::{ARN, NAME, TRACE_HEADER};
use crate::timestamp::timestamp;
use crate::{limits, payload};
use arn::StateMachineArn;
use json::{Payload, Value, json};
use std::sync::Arc;

/// What shall run.
#[derive(Clone, Debug, PartialEq)]
pub struct StartExecutionRequest {
    /// The machine, a version or an alias of it.
    pub state_machine_arn: StateMachineArn,
    /// The test case behind a `#`, as Step Functions Local has it: it says which tasks are mocked, and how. An empty one is none.
    pub test_case: Option<Arc<str>>,
    /// A valid name; the engine invents one without.
    pub name: Option<Arc<str>>,
    /// The input as sent, `{}` if none was, with its value.
    pub input: Payload,
    /// X-Ray's header.
    pub trace_header: Option<Arc<str>>,
}

/// What runs now.
#[derive(Clone, Debug, PartialEq)]
pub struct StartExecutionResponse {
    /// The execution.
    pub execution_arn: Arc<str>,
    /// In ms since the epoch.
    pub start_date_ms: i64,
}

impl StartExecutionRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<StartExecutionRequest, Exception> {
        StartExecutionRequest::decode_with(body, |_| Ok(())).map(|(request, ())| request)
    }

    /// Reads a body that has more than this request's members.
    pub(crate) fn decode_with<T>(
        body: &Value,
        read_more: impl FnOnce(&Fields<'_>) -> Result<T, Exception>,
    ) -> Result<(StartExecutionRequest, T), Exception> {
        let (arn, name, input, trace_header, more) = read_body(body, |fields| {
            Ok((
                fields.text("stateMachineArn", ARN)?,
                fields.optional_text("name", NAME)?,
                fields.optional_text("input", payload::DATA)?,
                fields.optional_text("traceHeader", TRACE_HEADER)?,
                read_more(fields)?,
            ))
        })?;
        let (arn, test_case) = split_test_case(&arn);
        let state_machine_arn = StateMachineArn::parse(arn)?;
        if state_machine_arn.label.is_some() {
            return Err(Exception::labelled_arn_not_supported(&state_machine_arn));
        }
        name.as_deref().map_or(Ok(()), check_name)?;
        let input = decode_input(input)?;
        Ok((StartExecutionRequest { state_machine_arn, test_case, name, input, trace_header }, more))
    }

    /// The same with what HTTP's headers say about the trace: `X-Amzn-Trace-Id` wins over the body's member, and that over `otherwise`.
    /// What no member could be is ignored.
    #[must_use]
    pub fn with_trace_headers(mut self, header: Option<&str>, otherwise: Option<&str>) -> StartExecutionRequest {
        let usable = |header: &&str| header.is_ascii() && header.len() <= limits::TRACE_HEADER_CHARACTERS_MAX;
        let header = header.filter(usable).map(Arc::from).or(self.trace_header);
        self.trace_header = header.or_else(|| otherwise.filter(usable).map(Arc::from));
        self
    }
}

/// Names have no `#` in them.
fn split_test_case(arn: &str) -> (&str, Option<Arc<str>>) {
    match arn.split_once('#') {
        Some((arn, test_case)) => (arn, Some(test_case.into())),
        None => (arn, None),
    }
}

/// An empty text is refused in other words than a broken one (recorded).
pub(crate) fn decode_input(input: Option<Arc<str>>) -> Result<Payload, Exception> {
    match input {
        None => Ok(Payload::from_parts("{}", Value::empty_object())),
        Some(text) if text.is_empty() => Err(Exception::invalid_execution_input("Invalid execution input.")),
        Some(text) => payload::parse(text).map_err(|error| Exception::invalid_execution_input(&error.to_string())),
    }
}

impl StartExecutionResponse {
    /// The reply's body.
    pub fn encode(&self) -> Value {
        json!({"executionArn": (&self.execution_arn), "startDate": (timestamp(self.start_date_ms))})
    }
}
