//! A visit as a span in OTLP's JSON (OpenTelemetry protocol specification, "JSON Protobuf Encoding").
//!
//! Names are AWS's; attributes that have none in OpenTelemetry's semantic conventions begin with `aws.step_functions`, as those do that have
//! one. Inputs and outputs are never in a span.

use super::Subject;
use super::context::{SpanId, TraceContext};
use super::step::{Closed, Failure, Task};
use super::visits::{Of, Outcome, Visit, VisitId};
use interpreter::Timestamp;
use json::{ObjectBuilder, Value, json};
use std::sync::Arc;

/// `SpanKind` and `StatusCode` (opentelemetry/proto/trace/v1/trace.proto).
const INTERNAL: i64 = 1;
const SERVER: i64 = 2;
const CLIENT: i64 = 3;
const ERROR: i64 = 2;

/// Causes may be long; this much of one is told.
const MESSAGE_CHARACTERS_MAX: usize = 1024;

impl Visit {
    /// The span, without a line break.
    pub fn write(&self, subject: &Subject, context: &TraceContext, text: &mut String) {
        let arn = &subject.execution_arn;
        let mut span = ObjectBuilder::new();
        span.insert("traceId", context.trace.to_string()).insert("spanId", SpanId::of(arn, self.id).to_string());
        let parent = self.within.map(|visit| SpanId::of(arn, visit)).or(context.parent);
        span.insert_some("parentSpanId", parent.map(|parent| parent.to_string()));
        span.insert("name", self.name(subject)).insert("kind", self.kind());
        span.insert("startTimeUnixNano", nanoseconds(self.began)).insert("endTimeUnixNano", nanoseconds(self.ended));
        span.insert("attributes", self.attributes(subject));
        let events = self.events();
        span.insert_some("events", (!events.is_empty()).then_some(events));
        span.insert_some("links", self.link(arn, context));
        span.insert_some("status", self.status());
        json::write_value(&span.build().into(), text);
    }

    /// Few distinct names, as OpenTelemetry asks for.
    fn name(&self, subject: &Subject) -> String {
        match &self.of {
            Of::Execution { .. } => subject.machine_name.to_string(),
            Of::State { name, .. } => name.to_string(),
            Of::Iteration { map, .. } => format!("{map} iteration"),
            Of::Attempt { task: Task::Function(arn) | Task::Activity(arn), .. } => last_part(arn).to_owned(),
            Of::Attempt { task: Task::Service { service, action }, .. } => format!("{service}:{action}"),
        }
    }

    fn kind(&self) -> i64 {
        match &self.of {
            Of::Execution { .. } => SERVER,
            Of::State { .. } | Of::Iteration { .. } => INTERNAL,
            Of::Attempt { .. } => CLIENT,
        }
    }

    fn attributes(&self, subject: &Subject) -> Vec<Value> {
        let mut attributes = Vec::new();
        let mut add = |key: &str, value: Value| attributes.push(json!({"key": key, "value": (value)}));
        match &self.of {
            Of::Execution { status } => {
                add("aws.step_functions.execution.arn", text(&subject.execution_arn));
                add("aws.step_functions.state_machine.arn", text(&subject.machine_arn));
                if let Some(version) = subject.version {
                    add("aws.step_functions.state_machine.version", integer(version));
                }
                if let Some(alias) = &subject.alias {
                    add("aws.step_functions.state_machine.alias", text(alias));
                }
                add("aws.step_functions.execution.status", text(closed(*status)));
                if self.id.redrive > 0 {
                    add("aws.step_functions.execution.redrive_count", integer(self.id.redrive));
                }
            }
            Of::State { state_type, name, retries } => {
                add("aws.step_functions.state.name", text(name));
                add("aws.step_functions.state.type", text(state_type.name()));
                if *retries > 0 {
                    add("aws.step_functions.state.retry_count", integer(*retries));
                }
            }
            Of::Iteration { map, index } => {
                add("aws.step_functions.state.name", text(map));
                add("aws.step_functions.map.index", integer(*index));
            }
            Of::Attempt { task, worker, .. } => {
                match task {
                    Task::Function(arn) => add("aws.lambda.invoked_arn", text(arn)),
                    Task::Activity(arn) => add("aws.step_functions.activity.arn", text(arn)),
                    Task::Service { service, action } => {
                        add("rpc.service", text(service));
                        add("rpc.method", text(action));
                    }
                }
                if let Some(worker) = worker {
                    add("aws.step_functions.activity.worker", text(worker));
                }
            }
        }
        let outcome = match &self.outcome {
            Outcome::Succeeded => "SUCCEEDED",
            Outcome::Caught(_) => "CAUGHT_ERROR",
            Outcome::Failed(_) => "FAILED",
            Outcome::Aborted => "ABORTED",
        };
        if !matches!(self.of, Of::Execution { .. }) {
            add("aws.step_functions.status", text(outcome));
            // Where it begins in the history.
            add("aws.step_functions.event.id", integer(self.id.event));
        }
        if let Outcome::Failed(Failure { error: Some(error), .. })
        | Outcome::Caught(Failure { error: Some(error), .. }) = &self.outcome
        {
            add("error.type", text(error));
        }
        attributes
    }

    /// When a worker or service took a task.
    fn events(&self) -> Vec<Value> {
        let Of::Attempt { started, submitted, .. } = &self.of else { return Vec::new() };
        let moments = [("started", started), ("submitted", submitted)];
        let told = moments.into_iter().filter_map(|(name, at)| Some((name, (*at)?)));
        told.map(|(name, at)| json!({"timeUnixNano": (nanoseconds(at)), "name": name})).collect()
    }

    /// A redrive leads to the run before it.
    fn link(&self, arn: &Arc<str>, context: &TraceContext) -> Option<Value> {
        let redrive = self.id.redrive.checked_sub(1)?;
        let Of::Execution { .. } = self.of else { return None };
        let before = SpanId::of(arn, VisitId { redrive, ..self.id });
        Some(json!([{"traceId": (context.trace.to_string()), "spanId": (before.to_string())}]))
    }

    /// Only what failed and was not caught is an error.
    fn status(&self) -> Option<Value> {
        let Outcome::Failed(Failure { error, cause }) = &self.outcome else { return None };
        let message = cause.as_ref().or(error.as_ref());
        let message: String = message.iter().flat_map(|text| text.chars()).take(MESSAGE_CHARACTERS_MAX).collect();
        Some(json!({"code": ERROR, "message": message}))
    }
}

fn closed(status: Closed) -> &'static str {
    match status {
        Closed::Succeeded => "SUCCEEDED",
        Closed::Failed => "FAILED",
        Closed::TimedOut => "TIMED_OUT",
        Closed::Aborted => "ABORTED",
    }
}

/// 64-bit integers are texts in Protobuf's JSON.
fn nanoseconds(time: Timestamp) -> String {
    (i128::from(time.0.max(0)) * 1_000_000).to_string()
}

fn text(text: &str) -> Value {
    json!({"stringValue": text})
}

fn integer(number: u64) -> Value {
    json!({"intValue": (number.to_string())})
}

fn last_part(arn: &str) -> &str {
    match arn.split(':').collect::<Vec<_>>()[..] {
        [_, _, _, _, _, "function", name, ..] => name,
        _ => arn.rsplit(':').next().unwrap_or(arn),
    }
}
