//! What becomes of children's results: the state's output, in the order of the items.

use super::{ChildStatus, Ended};
use json::{ObjectBuilder, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// `WriterConfig.Transformation`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transformation {
    /// Each result with what else there is to tell of its execution.
    None,
    /// The results.
    Compact,
    /// The results, those that are arrays member by member.
    Flatten,
}

impl Transformation {
    /// As the configuration says; `default` where it does not.
    pub fn of(config: &Value, default: Transformation) -> Transformation {
        match config.get("Transformation").and_then(Value::as_str) {
            Some("NONE") => Transformation::None,
            Some("COMPACT") => Transformation::Compact,
            Some("FLATTEN") => Transformation::Flatten,
            _ => default,
        }
    }

    /// The text of a child's result; several members of a list where it is flattened, or none. A child that did not succeed is shown with all
    /// there is to tell of it.
    pub fn apply(self, ended: &Ended, state_machine_arn: &str) -> Arc<str> {
        match (self, &ended.output) {
            (Transformation::Compact, Some(output)) => output.clone(),
            (Transformation::Flatten, Some(output)) => {
                let inner = output.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
                inner.map_or_else(|| output.clone(), |inner| inner.trim().into())
            }
            _ => record(ended, state_machine_arn).to_string().into(),
        }
    }
}

/// A child execution as AWS tells of it in results.
pub(super) fn record(ended: &Ended, state_machine_arn: &str) -> Value {
    let mut record = ObjectBuilder::new();
    record.insert("ExecutionArn", &ended.execution_arn);
    record.insert_some("Cause", ended.cause.as_ref());
    record.insert_some("Error", ended.error.as_ref());
    record.insert("Input", &ended.input);
    record.insert("InputDetails", json!({"Included": true}));
    record.insert("Name", &ended.name);
    if let Some(output) = &ended.output {
        record.insert("Output", output);
        record.insert("OutputDetails", json!({"Included": true}));
    }
    record.insert("RedriveCount", ended.redrive_count);
    let (status, redrivable) = match ended.status {
        ChildStatus::Succeeded => ("SUCCEEDED", false),
        ChildStatus::Failed => ("FAILED", true),
        ChildStatus::TimedOut => ("TIMED_OUT", true),
        ChildStatus::Aborted => ("ABORTED", true),
    };
    if redrivable {
        record.insert("RedriveStatus", "REDRIVABLE_BY_MAP_RUN");
    } else {
        record.insert("RedriveStatus", "NOT_REDRIVABLE");
        record.insert("RedriveStatusReason", "Execution is SUCCEEDED and cannot be redriven");
    }
    record.insert("StartDate", ended.start.to_string());
    record.insert("StateMachineArn", state_machine_arn);
    record.insert("Status", status);
    record.insert("StopDate", ended.stop.to_string());
    record.build().into()
}

/// A child execution that was not started: what it would have begun with. An Express execution has no ARN before it starts.
pub(super) fn pending_record(execution_arn: Option<&str>, name: &str, input: &str, state_machine_arn: &str) -> Value {
    let mut record = ObjectBuilder::new();
    record.insert_some("ExecutionArn", execution_arn);
    record.insert("Input", input);
    record.insert("InputDetails", json!({"Included": true}));
    record.insert("Name", name);
    record.insert("StateMachineArn", state_machine_arn);
    record.insert("Status", "PENDING");
    record.build().into()
}

/// A child execution that has not succeeded, and was not started again by the redrive that was to do it.
pub(super) fn pending_redrive_record(ended: &Ended, state_machine_arn: &str) -> Value {
    let record = record(ended, state_machine_arn);
    record.as_object().map_or_else(Value::default, |record| record.with("Status", "PENDING_REDRIVE".into()).into())
}

/// Results on their way into the state's output. More than fits there is not kept.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    texts: BTreeMap<u64, Arc<str>>,
    bytes: usize,
    /// Those since the last commit.
    fresh: Vec<(u64, Arc<str>)>,
    pub is_too_large: bool,
}

impl Gathered {
    /// Adds the result of a child, in place of one it had.
    pub fn add(&mut self, index: u64, text: Arc<str>, bytes_max: usize) {
        if self.is_too_large {
            return;
        }
        self.restore(index, text.clone());
        self.fresh.push((index, text));
        if self.bytes + 1 > bytes_max {
            self.is_too_large = true;
            self.texts.clear();
            self.fresh.clear();
        }
    }

    /// Adds a result that was committed.
    pub fn restore(&mut self, index: u64, text: Arc<str>) {
        self.bytes += text.len() + 1;
        if let Some(former) = self.texts.insert(index, text) {
            self.bytes -= former.len() + 1;
        }
    }

    /// The results since the last call.
    pub fn take_fresh(&mut self) -> Vec<(u64, Arc<str>)> {
        std::mem::take(&mut self.fresh)
    }

    /// All results as a list.
    pub fn list(&self) -> String {
        let mut list = String::with_capacity(self.bytes + 2);
        list.push('[');
        // Of an empty list nothing is left when it is flattened.
        for text in self.texts.values().filter(|text| !text.is_empty()) {
            if list.len() > 1 {
                list.push(',');
            }
            list.push_str(text);
        }
        list.push(']');
        list
    }
}
