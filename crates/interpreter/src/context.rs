//! The context object, `$$`: built when an expression is evaluated, never stored.

use crate::Settings;
use crate::execution::Execution;
use crate::frame::Frame;
use asl::definition::{State, StateKind};
use json::{Object, ObjectBuilder, Value, json};
use std::collections::BTreeMap;

/// What the context object shows beyond the execution and the state.
#[derive(Clone, Copy, Default)]
pub(crate) struct Extras<'a> {
    /// `Task.Token`, for tasks that have one.
    pub token: Option<&'a str>,
    /// `Map.Item` while an item is selected: its index and value. The guide has a `Source` too; an inline Map was recorded to have none.
    pub item: Option<(u64, &'a Value)>,
}

/// The context object as an expression in `frame` sees it.
pub(crate) fn build(
    execution: &Execution,
    settings: &Settings,
    frame: &Frame,
    state: &State,
    extras: Extras<'_>,
) -> Value {
    let made_up = execution.test_context.get();
    let whole = made_up.unwrap_or_else(|| execution.context.get_or_init(|| fixed_part(execution, settings)));
    let mut context = ObjectBuilder::new();
    for (key, value) in whole.as_object().expect("the fixed part is an object").iter() {
        context.insert(key.clone(), value);
    }
    if made_up.is_none() {
        context.insert("State", state_part(frame, state));
    }
    if let Some(token) = extras.token.filter(|_| made_up.is_none()) {
        context.insert("Task", json!({"Token": token}));
    }
    let item = extras.item.map(|(index, value)| (index, value.clone()));
    if let Some((index, value)) = item.or_else(|| enclosing_item(&execution.frames, frame)) {
        context.insert("Map", json!({"Item": {"Index": index, "Value": value}}));
    }
    context.build().into()
}

fn fixed_part(execution: &Execution, settings: &Settings) -> Value {
    let header = &execution.header;
    let mut of_execution = ObjectBuilder::new();
    of_execution.insert("Id", &header.execution_arn);
    of_execution.insert("Input", header.input.value());
    of_execution.insert("StartTime", header.start_time.to_string());
    of_execution.insert("Name", &header.name);
    of_execution.insert("RoleArn", &header.role_arn);
    of_execution.insert_some("RedriveCount", settings.shows_redrive_count.then_some(execution.redrives.count));
    of_execution.insert_some("RedriveTime", execution.redrives.last.map(|time| time.to_string()));
    json!({
        "Execution": (of_execution.build()),
        "StateMachine": {"Id": (&header.state_machine_arn), "Name": (&header.state_machine_name)}
    })
}

/// `RetryCount` is shown only in states that can be retried (recorded).
fn state_part(frame: &Frame, state: &State) -> Object {
    let mut part = ObjectBuilder::new();
    part.insert("Name", &state.name);
    part.insert("EnteredTime", frame.entered_at.to_string());
    if matches!(state.kind, StateKind::Task(_) | StateKind::Parallel(_) | StateKind::Map(_)) {
        part.insert("RetryCount", frame.retry_count());
    }
    part.build()
}

/// The item of the nearest Map iteration the frame runs in.
fn enclosing_item(frames: &BTreeMap<crate::FrameId, Frame>, frame: &Frame) -> Option<(u64, Value)> {
    let (mut position, mut parent) = (frame.position, frame.parent);
    while let Some(id) = parent {
        let enclosing = frames.get(&id)?;
        if let crate::frame::Phase::Map { .. } = enclosing.phase {
            let items = enclosing.work.as_ref()?.value().as_array()?.clone();
            return items.get(position as usize).map(|item| (position, item.clone()));
        }
        (position, parent) = (enclosing.position, enclosing.parent);
    }
    None
}
