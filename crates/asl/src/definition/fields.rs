//! Fields that several state types share.

use super::StateIndex;
use expressions::{Expression, JsonataExpression, JsonataTemplate, Path, PayloadTemplate, ReferencePath};

/// How a state's input becomes its output, in the state's query language.
#[derive(Debug)]
pub enum Flow {
    /// The JSONPath pipeline.
    JsonPath(JsonPathFlow),
    /// JSONata's two fields.
    Jsonata(JsonataFlow),
}

impl Flow {
    /// `Output` of a state in JSONata that has one.
    pub fn output(&self) -> Option<&JsonataTemplate> {
        match self {
            Flow::JsonPath(_) => None,
            Flow::Jsonata(flow) => flow.output.as_ref(),
        }
    }
}

/// JSONata: `Arguments`, work, `Output`.
#[derive(Debug, Default)]
pub struct JsonataFlow {
    /// `Arguments`; the state input when absent.
    pub arguments: Option<JsonataTemplate>,
    /// `Output`; the result, or where there is none the state input, when absent.
    pub output: Option<JsonataTemplate>,
}

/// A template in either language.
#[derive(Debug)]
pub enum Template {
    /// Keys that end in `.$` are evaluated.
    JsonPath(PayloadTemplate),
    /// Strings between `{%` and `%}` are evaluated.
    Jsonata(JsonataTemplate),
}

/// The JSONPath pipeline: raw input, `InputPath`, `Parameters`, work, `ResultSelector`, `ResultPath`, `OutputPath`.
#[derive(Debug, Default)]
pub struct JsonPathFlow {
    /// `InputPath`
    pub input_path: PathField,
    /// `Parameters` (not of a Map, where the legacy field of that name is its `ItemSelector`).
    pub parameters: Option<PayloadTemplate>,
    /// `ResultSelector`
    pub result_selector: Option<PayloadTemplate>,
    /// `ResultPath`
    pub result_path: ResultPath,
    /// `OutputPath`
    pub output_path: PathField,
}

/// `InputPath` or `OutputPath`.
#[derive(Debug, Default)]
pub enum PathField {
    /// Absent: `$`.
    #[default]
    Whole,
    /// `null`: the empty object.
    Discard,
    /// A path.
    Path(Path),
}

/// `ResultPath`
#[derive(Debug, Default)]
pub enum ResultPath {
    /// Absent or `$`: the result replaces the input.
    #[default]
    Whole,
    /// `null`: the input stays, the result is dropped.
    Discard,
    /// Where in the input the result goes.
    Path(ReferencePath),
}

/// `Assign`: a template whose value is an object of variables.
pub type Assign = Template;

/// A non-negative integer, given or to be looked up when the state is entered.
#[derive(Debug)]
pub enum IntegerField {
    /// The number itself.
    Literal(u64),
    /// The `…Path` variant.
    Path(Path),
    /// A JSONata expression.
    Expression(JsonataExpression),
}

/// A number, given or to be looked up when the state is entered.
#[derive(Debug)]
pub enum NumberField {
    /// The number itself.
    Literal(f64),
    /// The `…Path` variant.
    Path(Path),
    /// A JSONata expression.
    Expression(JsonataExpression),
}

/// `Error` or `Cause` of a Fail state.
#[derive(Debug)]
pub enum TextField {
    /// The text itself.
    Literal(String),
    /// The `…Path` variant: a path or an intrinsic function that returns text.
    Expression(Expression),
    /// A JSONata expression.
    Jsonata(JsonataExpression),
}

/// One element of `Retry`, its defaults filled in.
#[derive(Debug)]
pub struct Retrier {
    /// `ErrorEquals`
    pub error_equals: Vec<String>,
    /// `IntervalSeconds`: delay before the first retry.
    pub interval_seconds: u64,
    /// `MaxAttempts`: how many retries, not counting the first attempt.
    pub max_attempts: u64,
    /// `BackoffRate`
    pub backoff_rate: f64,
    /// `MaxDelaySeconds`
    pub max_delay_seconds: Option<u64>,
    /// Whether `JitterStrategy` is `FULL`: a delay is drawn between zero and the computed one.
    pub full_jitter: bool,
}

/// One element of `Catch`.
#[derive(Debug)]
pub struct Catcher {
    /// `ErrorEquals`
    pub error_equals: Vec<String>,
    /// `Next`
    pub next: StateIndex,
    /// `ResultPath`: where in the raw input the error output goes.
    pub result_path: ResultPath,
    /// `Assign`, which sees the error output as `$`, or in JSONata as `$states.errorOutput`.
    pub assign: Option<Assign>,
    /// `Output` of JSONata; the error output when absent.
    pub output: Option<JsonataTemplate>,
}
