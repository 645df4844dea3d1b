//! TestState.

use crate::create_state_machine::check_role_arn;
use crate::exception::Exception;
use crate::fields::read_body;
use crate::payload;
use crate::shapes::{
    ARN, DEFINITION, MAP_ITERATION_FAILURE_COUNT, RETRIER_RETRY_COUNT, SENSITIVE_CAUSE, SENSITIVE_ERROR,
    TEST_STATE_STATE_NAME,
};
use crate::start_execution::decode_input;
use json::{Object, ObjectBuilder, Payload, Value};
use std::sync::Arc;

/// What shall be tested, and with what.
#[derive(Clone, Debug, PartialEq)]
pub struct TestStateRequest {
    /// A state, or a state machine if there is a `state_name`.
    pub definition: Arc<str>,
    /// The role it would run with.
    pub role_arn: Option<Arc<str>>,
    /// The state's input.
    pub input: Payload,
    /// How much is told.
    pub inspection_level: InspectionLevel,
    /// Whether secrets of connections are told.
    pub reveal_secrets: bool,
    /// The variables there are.
    pub variables: Object,
    /// Which state of the machine.
    pub state_name: Option<Arc<str>>,
    /// What stands for the state's work.
    pub mock: Option<Mock>,
    /// The context object, all of it.
    pub context: Option<Object>,
    /// Where the state is in its retries and iterations.
    pub configuration: TestStateConfiguration,
}

/// `inspectionLevel`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "AWS's words")]
pub enum InspectionLevel {
    Info,
    Debug,
    Trace,
}

/// `mock`.
#[derive(Clone, Debug, PartialEq)]
pub struct Mock {
    /// The outcome.
    pub outcome: MockOutcome,
    /// How a result is held to the model of its service.
    pub validation: FieldValidationMode,
}

/// The outcome of mocked work.
#[derive(Clone, Debug, PartialEq)]
pub enum MockOutcome {
    /// A result.
    Result(Payload),
    /// A failure.
    Error {
        /// Its name.
        error: Option<Arc<str>>,
        /// Its cause.
        cause: Option<Arc<str>>,
    },
}

/// `fieldValidationMode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "AWS's words")]
pub enum FieldValidationMode {
    Strict,
    Present,
    None,
}

/// `stateConfiguration`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TestStateConfiguration {
    /// Retries so far, of every retrier.
    pub retrier_retry_count: u64,
    /// The state within a Map or Parallel state that a mocked error is of.
    pub error_caused_by_state: Option<Arc<str>>,
    /// How many iterations of a Map state failed.
    pub map_iteration_failure_count: Option<u64>,
    /// What an ItemReader reads.
    pub map_item_reader_data: Option<Value>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct TestStateResponse {
    /// By AWS's word.
    pub status: &'static str,
    /// The output.
    pub output: Option<Arc<str>>,
    /// The failure's name.
    pub error: Option<Arc<str>>,
    /// The failure's cause.
    pub cause: Option<Arc<str>>,
    /// Where it would go on.
    pub next_state: Option<Arc<str>>,
    /// What was seen on the way, if that was asked for.
    pub inspection: Option<InspectionData>,
}

/// What was seen on the way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InspectionData {
    /// JSON texts by AWS's names: `input`, `afterInputPath` and so on.
    pub stages: Vec<(&'static str, Arc<str>)>,
    /// Of a Map state.
    pub max_concurrency: Option<u64>,
    /// Of a Map state that has it.
    pub tolerated_failure_count: Option<u64>,
    /// Of a Map state that has it.
    pub tolerated_failure_percentage: Option<f64>,
    /// Of a failure: the Catcher that names it.
    pub catch_index: Option<u64>,
    /// The retrier that names it.
    pub retry_index: Option<u64>,
    /// After how long it would retry.
    pub retry_backoff_interval_seconds: Option<u64>,
    /// Of an HTTP Task at the level TRACE: AWS's InspectionDataRequest.
    pub request: Option<Value>,
    /// And InspectionDataResponse.
    pub response: Option<Value>,
}

const LEVELS: [(&str, InspectionLevel); 3] =
    [("INFO", InspectionLevel::Info), ("DEBUG", InspectionLevel::Debug), ("TRACE", InspectionLevel::Trace)];

const MODES: [(&str, FieldValidationMode); 3] = [
    ("STRICT", FieldValidationMode::Strict),
    ("PRESENT", FieldValidationMode::Present),
    ("NONE", FieldValidationMode::None),
];

/// `errorOutput`: its error and its cause.
type ErrorOutput = (Option<Arc<str>>, Option<Arc<str>>);

/// A mock as it stands in the request.
#[derive(Default)]
struct RawMock {
    result: Option<Arc<str>>,
    error: Option<ErrorOutput>,
    mode: Option<FieldValidationMode>,
}

impl TestStateRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<TestStateRequest, Exception> {
        read_body(body, |fields| {
            let mock = fields.structure("mock", |mock| {
                let error = mock.structure("errorOutput", |output| {
                    Ok((
                        output.optional_text("error", SENSITIVE_ERROR)?,
                        output.optional_text("cause", SENSITIVE_CAUSE)?,
                    ))
                })?;
                let result = mock.optional_text("result", payload::DATA)?;
                Ok(RawMock { result, error, mode: mock.word("fieldValidationMode", &MODES)? })
            })?;
            let configuration = fields.structure("stateConfiguration", |configuration| {
                Ok((
                    configuration.integer("retrierRetryCount", RETRIER_RETRY_COUNT)?,
                    configuration.optional_text("errorCausedByState", TEST_STATE_STATE_NAME)?,
                    configuration.integer("mapIterationFailureCount", MAP_ITERATION_FAILURE_COUNT)?,
                    configuration.optional_text("mapItemReaderData", payload::DATA)?,
                ))
            })?;
            let texts = (fields.text("definition", DEFINITION)?, fields.optional_text("input", payload::DATA)?);
            Ok((
                texts,
                fields.optional_text("roleArn", ARN)?,
                (fields.word("inspectionLevel", &LEVELS)?, fields.boolean("revealSecrets")?),
                (fields.optional_text("variables", payload::DATA)?, fields.optional_text("context", payload::DATA)?),
                fields.optional_text("stateName", TEST_STATE_STATE_NAME)?,
                (mock, configuration),
            ))
        })
        .and_then(
            |(
                (definition, input),
                role_arn,
                (level, reveal),
                (variables, context),
                state_name,
                (mock, configuration),
            )| {
                let (retries, caused_by, failures, reader) = configuration.unwrap_or_default();
                let number = |number: Option<i64>| number.map(i64::unsigned_abs);
                role_arn.as_deref().map(check_role_arn).transpose()?;
                Ok(TestStateRequest {
                    definition,
                    role_arn,
                    input: decode_input(input)?,
                    inspection_level: level.unwrap_or(InspectionLevel::Info),
                    reveal_secrets: reveal.unwrap_or(false),
                    variables: variables.map_or_else(|| Ok(Object::new()), |text| object(&text, "Variables"))?,
                    state_name,
                    mock: mock.map(decode_mock).transpose()?,
                    context: context.map(|text| object(&text, "Context object")).transpose()?,
                    configuration: TestStateConfiguration {
                        retrier_retry_count: number(retries).unwrap_or(0),
                        error_caused_by_state: caused_by,
                        map_iteration_failure_count: number(failures),
                        map_item_reader_data: reader.map(|text| array(&text)).transpose()?,
                    },
                })
            },
        )
    }
}

fn decode_mock(mock: RawMock) -> Result<Mock, Exception> {
    let one = "A test mock should have only one of the following fields: [result, errorOutput].";
    let outcome = match (mock.result, mock.error) {
        (Some(result), None) => {
            let parsed = payload::parse(result);
            MockOutcome::Result(parsed.map_err(|_| Exception::validation("Mocked result must be valid JSON"))?)
        }
        (None, Some((error, cause))) => MockOutcome::Error { error, cause },
        (Some(_), Some(_)) => return Err(Exception::validation(one)),
        (None, None) => {
            let none = "A test mock must have one of the following fields: [result, errorOutput].";
            return Err(Exception::validation(none));
        }
    };
    Ok(Mock { outcome, validation: mock.mode.unwrap_or(FieldValidationMode::Strict) })
}

fn object(text: &str, what: &str) -> Result<Object, Exception> {
    let value = json::parse(text).ok();
    let object = value.as_ref().and_then(Value::as_object).cloned();
    object.ok_or_else(|| Exception::validation(format!("{what} must be a valid JSON object")))
}

fn array(text: &str) -> Result<Value, Exception> {
    json::parse(text)
        .ok()
        .filter(|value| value.as_array().is_some())
        .ok_or_else(|| Exception::validation("MapItemReaderData must be a valid JSON array"))
}

impl TestStateResponse {
    /// The reply's body.
    pub fn encode(&self) -> Value {
        let mut body = ObjectBuilder::new();
        body.insert_some("output", self.output.as_ref());
        body.insert_some("error", self.error.as_ref());
        body.insert_some("cause", self.cause.as_ref());
        body.insert_some("inspectionData", self.inspection.as_ref().map(InspectionData::encode));
        body.insert_some("nextState", self.next_state.as_ref());
        body.insert("status", self.status);
        body.build().into()
    }
}

impl InspectionData {
    fn encode(&self) -> Value {
        let mut data = ObjectBuilder::new();
        for (name, text) in &self.stages {
            data.insert(*name, text);
        }
        data.insert_some("request", self.request.as_ref());
        data.insert_some("response", self.response.as_ref());
        data.insert_some("maxConcurrency", self.max_concurrency);
        data.insert_some("toleratedFailureCount", self.tolerated_failure_count);
        data.insert_some("toleratedFailurePercentage", self.tolerated_failure_percentage);
        let mut details = ObjectBuilder::new();
        details.insert_some("catchIndex", self.catch_index);
        details.insert_some("retryIndex", self.retry_index);
        details.insert_some("retryBackoffIntervalSeconds", self.retry_backoff_interval_seconds);
        let details = details.build();
        data.insert_some("errorDetails", (!details.is_empty()).then_some(details));
        data.build().into()
    }
}
