//! Status changes of Standard executions, as the events "Step Functions Execution Status Change" that AWS sends to EventBridge.
//!
//! As there, they are told once they are durable, as well as can be: a crash between the two loses them.

use crate::environment::{Environment, uuid};
use crate::operations::qualified;
use crate::outbox::{Entry, Outbox, Sink};
use arn::Identity;
use interpreter::history::{HistoryEvent, HistoryEventDetails as Details};
use interpreter::{Execution, Header, Timestamp};
use json::{ObjectBuilder, Value, json};
use std::sync::Arc;

/// What input and output may take of an event together, and the output alone (AWS guide, "Execution status change event examples").
const DATA_BYTES_MAX: usize = 248 << 10;

/// Where they go.
pub(crate) type StatusChanges = Outbox<StatusChange>;

/// Status changes on the way to `sink`.
pub(crate) fn to(sink: Option<Box<dyn Sink>>) -> StatusChanges {
    Outbox::to(
        sink,
        Box::new(|change: StatusChange, lines| lines.add(None, |text| json::write_value(&change.event(), text))),
    )
}

/// An execution's new status.
pub(crate) struct StatusChange {
    id: [u8; 16],
    header: Header,
    redrive_count: u64,
    redrive_date: Option<Timestamp>,
    change: HistoryEvent,
}

impl StatusChanges {
    /// Tells what of an execution's new events changes its status.
    pub fn tell(&self, environment: &dyn Environment, execution: &Execution, events: &[HistoryEvent]) {
        if !self.is_wanted() {
            return;
        }
        for change in events.iter().filter(|event| status(&event.details).is_some()) {
            self.put(StatusChange {
                id: environment.entropy(),
                header: execution.header.clone(),
                redrive_count: execution.redrives.count,
                redrive_date: execution.redrives.last,
                change: change.clone(),
            });
        }
    }
}

impl Entry for StatusChange {
    const NAME: &'static str = "the log of status changes";

    fn lines(&self) -> u64 {
        1
    }

    fn bytes(&self) -> usize {
        let output = self.change.details.payload().map_or(0, json::Payload::len_bytes);
        1024 + self.header.input.len_bytes() + output
    }
}

impl StatusChange {
    fn event(&self) -> Value {
        let Header { execution_arn, state_machine_arn, .. } = &self.header;
        let identity: Option<Identity> = arn::ExecutionArn::parse(execution_arn).ok().map(|arn| arn.identity);
        let identity = identity.expect("an execution's ARN is one");
        let time = self.change.timestamp.to_string();
        json!({
            "version": "0", "id": (uuid(self.id)), "detail-type": "Step Functions Execution Status Change",
            "source": "aws.states", "account": (&*identity.account), "region": (&*identity.region),
            // To the second, as AWS has it.
            "time": (format!("{}Z", &time[..19])),
            "resources": [(execution_arn)],
            "detail": (self.detail(state_machine_arn)),
        })
    }

    /// Absent values are null (recorded).
    fn detail(&self, machine_arn: &Arc<str>) -> Value {
        let Header { execution_arn, name, input, start_time, state_machine_version, state_machine_alias, .. } =
            &self.header;
        let status = status(&self.change.details).expect("only such changes are taken");
        let (output, error, cause) = match &self.change.details {
            Details::ExecutionSucceeded { output } => (Some(output.text()), None, None),
            Details::ExecutionFailed { error, cause }
            | Details::ExecutionTimedOut { error, cause }
            | Details::ExecutionAborted { error, cause } => (None, error.clone(), cause.clone()),
            _ => (None, None, None),
        };
        let escaped = |text: &Arc<str>| Value::from(&**text).to_string().len();
        let output_bytes = output.map_or(0, escaped);
        let has_input = escaped(input.text()) + output_bytes <= DATA_BYTES_MAX;
        let has_output = output_bytes <= DATA_BYTES_MAX;
        let or_null = |text: Option<Arc<str>>| text.map_or(Value::Null, |text| Value::from(&text));
        let is_closed = status != "RUNNING";
        let (redrive_status, reason) = match status {
            "FAILED" | "TIMED_OUT" | "ABORTED" => ("REDRIVABLE", format!("Execution is {status} and is redrivable")),
            _ => ("NOT_REDRIVABLE", format!("Execution is {status} and cannot be redriven")),
        };
        let mut detail = ObjectBuilder::new();
        detail.insert("executionArn", execution_arn).insert("stateMachineArn", machine_arn).insert("name", name);
        detail.insert("status", status).insert("startDate", start_time.0);
        detail.insert("stopDate", if is_closed { Value::from(self.change.timestamp.0) } else { Value::Null });
        detail.insert("input", or_null(has_input.then(|| input.text().clone())));
        detail.insert("output", or_null(output.filter(|_| has_output).cloned()));
        let version = state_machine_version.map(|version| qualified(machine_arn, &version));
        let alias = state_machine_alias.as_ref().map(|alias| qualified(machine_arn, alias));
        detail.insert("stateMachineVersionArn", or_null(version)).insert("stateMachineAliasArn", or_null(alias));
        detail.insert("redriveCount", i64::try_from(self.redrive_count).unwrap_or(i64::MAX));
        detail.insert("redriveDate", self.redrive_date.map_or(Value::Null, |date| Value::from(date.0)));
        detail.insert("redriveStatus", redrive_status).insert("redriveStatusReason", reason);
        detail.insert("inputDetails", json!({"included": has_input}));
        detail.insert("outputDetails", output.map_or(Value::Null, |_| json!({"included": has_output})));
        detail.insert("error", or_null(error)).insert("cause", or_null(cause));
        detail.build().into()
    }
}

/// The status that begins with an event.
fn status(details: &Details) -> Option<&'static str> {
    match details {
        Details::ExecutionStarted { .. } | Details::ExecutionRedriven { .. } => Some("RUNNING"),
        Details::ExecutionSucceeded { .. } => Some("SUCCEEDED"),
        Details::ExecutionFailed { .. } => Some("FAILED"),
        Details::ExecutionTimedOut { .. } => Some("TIMED_OUT"),
        Details::ExecutionAborted { .. } => Some("ABORTED"),
        _ => None,
    }
}
