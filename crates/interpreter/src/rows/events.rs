//! A chunk of history events. Every text stands in it once; later events refer to it.

use super::{CorruptRow, KnownTexts, Reader, TextsApart, Writer};
use crate::Timestamp;
use crate::history::{HistoryEvent, HistoryEventDetails as Details, StateType};
use json::{Object, Payload};
use std::sync::Arc;

/// Events that follow each other as one row. `known` are the [known texts](crate::Execution::known_texts) of the execution as it is after them.
/// Those that stand apart are added to `texts`.
pub fn write_events(events: &[HistoryEvent], known: &KnownTexts, texts: &mut TextsApart) -> Vec<u8> {
    let mut row = Writer::apart_knowing(known);
    write_list(&mut row, events, Timestamp(0));
    row.finish_apart(texts)
}

/// Reads a chunk. `known` are the known texts of the execution as it was after the last of these events, or at any time later.
pub fn read_events(row: &[u8], known: &KnownTexts) -> Result<Vec<HistoryEvent>, CorruptRow> {
    let mut row = Reader::knowing(row, known)?;
    if row.is_compact() {
        return read_list(&mut row, Timestamp(0));
    }
    let count = row.number()?;
    let mut events = Vec::new();
    for _ in 0..count {
        let id = row.number()?;
        let previous_event_id = row.number()?;
        let timestamp: Timestamp = row.timestamp()?;
        events.push(HistoryEvent { id, previous_event_id, timestamp, details: read_details(&mut row)? });
    }
    Ok(events)
}

/// Marks of an event in a row: most follow the one before them in every way, and say nothing else of it.
const IS_NEXT: u8 = 1;
const POINTS_TO_THE_LAST: u8 = 2;
const AT_THE_SAME_TIME: u8 = 4;

/// Events that follow each other, the first one soon after `since`.
pub(super) fn write_list(row: &mut Writer, events: &[HistoryEvent], since: Timestamp) {
    row.number(events.len() as u64);
    let (mut last, mut time) = (0, since);
    for HistoryEvent { id, previous_event_id, timestamp, details } in events {
        let (is_next, points_to_the_last) = (*id == last + 1, previous_event_id + 1 == *id);
        let mark = |holds: bool, mark: u8| if holds { mark } else { 0 };
        let is_at_the_same_time = mark(*timestamp == time, AT_THE_SAME_TIME);
        row.byte(mark(is_next, IS_NEXT) | mark(points_to_the_last, POINTS_TO_THE_LAST) | is_at_the_same_time);
        if !is_next {
            row.number(*id);
        }
        if !points_to_the_last {
            row.number(*previous_event_id);
        }
        if is_at_the_same_time == 0 {
            row.time_since(time, *timestamp);
        }
        write_details(row, details);
        (last, time) = (*id, *timestamp);
    }
}

/// Reads events that were written with the same `since`.
pub(super) fn read_list(row: &mut Reader<'_>, since: Timestamp) -> Result<Vec<HistoryEvent>, CorruptRow> {
    let count = row.number()?;
    let mut events: Vec<HistoryEvent> = Vec::new();
    let (mut last, mut time) = (0_u64, since);
    for _ in 0..count {
        let marks = row.byte()?;
        let id = if marks & IS_NEXT != 0 { last.checked_add(1) } else { Some(row.number()?) };
        let id = id.filter(|id| *id > 0).ok_or(CorruptRow("an event has an impossible id"))?;
        let previous_event_id = if marks & POINTS_TO_THE_LAST != 0 { id - 1 } else { row.number()? };
        let timestamp = if marks & AT_THE_SAME_TIME != 0 { time } else { row.time_since(time)? };
        events.push(HistoryEvent { id, previous_event_id, timestamp, details: read_details(row)? });
        (last, time) = (id, timestamp);
    }
    Ok(events)
}

fn failure(row: &mut Writer, tag: u8, error: &Option<Arc<str>>, cause: &Option<Arc<str>>) {
    row.byte(tag);
    row.option(error.as_ref(), Writer::shared);
    row.option(cause.as_ref(), Writer::shared);
}

fn task(row: &mut Writer, tag: u8, resource_type: &Arc<str>, resource: &Arc<str>) {
    row.byte(tag);
    row.shared(resource_type);
    row.shared(resource);
}

fn iteration(row: &mut Writer, tag: u8, name: &Arc<str>, index: u64) {
    row.byte(tag);
    row.shared(name);
    row.number(index);
}

/// The numbers of the variants never change: they are in stored rows.
fn write_details(row: &mut Writer, details: &Details) {
    match details {
        Details::ExecutionStarted { input, role_arn } => {
            row.byte(1);
            row.shared(input.text());
            row.shared(role_arn);
        }
        Details::ExecutionSucceeded { output } => {
            row.byte(2);
            row.shared(output.text());
        }
        Details::ExecutionFailed { error, cause } => failure(row, 3, error, cause),
        Details::ExecutionTimedOut { error, cause } => failure(row, 4, error, cause),
        Details::ExecutionAborted { error, cause } => failure(row, 5, error, cause),
        Details::ExecutionRedriven { redrive_count } => {
            row.byte(36);
            row.number(*redrive_count);
        }
        Details::StateEntered { state_type, name, input } => {
            row.byte(6);
            row.byte(*state_type as u8);
            row.shared(name);
            row.shared(input.text());
        }
        Details::StateExited { state_type, name, output, assigned_variables } => {
            row.byte(7);
            row.byte(*state_type as u8);
            row.shared(name);
            row.shared(output.text());
            row.option(assigned_variables.as_ref(), |row, variables| {
                row.shared(Payload::from_value(variables.into()).text());
            });
        }
        Details::StateAborted { state_type } => {
            row.byte(8);
            row.byte(*state_type as u8);
        }
        Details::TaskScheduled {
            resource_type,
            resource,
            region,
            parameters,
            timeout_in_seconds,
            heartbeat_in_seconds,
            credentials_role_arn,
        } => {
            task(row, 9, resource_type, resource);
            row.shared(region);
            row.shared(parameters.text());
            row.option(*timeout_in_seconds, Writer::number);
            row.option(*heartbeat_in_seconds, Writer::number);
            row.option(credentials_role_arn.as_ref(), Writer::shared);
        }
        Details::TaskStarted { resource_type, resource } => task(row, 10, resource_type, resource),
        Details::TaskSubmitted { resource_type, resource, output } => {
            task(row, 11, resource_type, resource);
            row.shared(output.text());
        }
        Details::TaskSucceeded { resource_type, resource, output } => {
            task(row, 12, resource_type, resource);
            row.shared(output.text());
        }
        Details::TaskFailed { resource_type, resource, error, cause } => {
            task(row, 13, resource_type, resource);
            row.option(error.as_ref(), Writer::shared);
            row.option(cause.as_ref(), Writer::shared);
        }
        Details::TaskTimedOut { resource_type, resource, error, cause } => {
            task(row, 14, resource_type, resource);
            row.option(error.as_ref(), Writer::shared);
            row.option(cause.as_ref(), Writer::shared);
        }
        Details::LambdaFunctionScheduled { resource, input, timeout_in_seconds, credentials_role_arn } => {
            row.byte(15);
            row.shared(resource);
            row.shared(input.text());
            row.option(*timeout_in_seconds, Writer::number);
            row.option(credentials_role_arn.as_ref(), Writer::shared);
        }
        Details::LambdaFunctionStarted => row.byte(16),
        Details::LambdaFunctionSucceeded { output } => {
            row.byte(17);
            row.shared(output.text());
        }
        Details::LambdaFunctionFailed { error, cause } => failure(row, 18, error, cause),
        Details::LambdaFunctionTimedOut { error, cause } => failure(row, 19, error, cause),
        Details::ActivityScheduled { resource, input, timeout_in_seconds, heartbeat_in_seconds } => {
            row.byte(20);
            row.shared(resource);
            row.shared(input.text());
            row.option(*timeout_in_seconds, Writer::number);
            row.option(*heartbeat_in_seconds, Writer::number);
        }
        Details::ActivityStarted { worker_name } => {
            row.byte(21);
            row.option(worker_name.as_ref(), Writer::shared);
        }
        Details::ActivitySucceeded { output } => {
            row.byte(22);
            row.shared(output.text());
        }
        Details::ActivityFailed { error, cause } => failure(row, 23, error, cause),
        Details::ActivityTimedOut { error, cause } => failure(row, 24, error, cause),
        Details::ParallelStateStarted => row.byte(25),
        Details::ParallelStateSucceeded => row.byte(26),
        Details::ParallelStateFailed => row.byte(27),
        Details::MapStateStarted { length } => {
            row.byte(28);
            row.number(*length);
        }
        Details::MapStateSucceeded => row.byte(29),
        Details::MapStateFailed => row.byte(30),
        Details::MapIterationStarted { name, index } => iteration(row, 31, name, *index),
        Details::MapIterationSucceeded { name, index } => iteration(row, 32, name, *index),
        Details::MapIterationFailed { name, index } => iteration(row, 33, name, *index),
        Details::MapIterationAborted { name, index } => iteration(row, 34, name, *index),
        Details::MapRunStarted { map_run_arn } => {
            row.byte(37);
            row.shared(map_run_arn);
        }
        Details::MapRunSucceeded { output } => {
            row.byte(38);
            row.shared(output.text());
        }
        Details::MapRunFailed { error, cause } => failure(row, 39, error, cause),
        Details::MapRunAborted => row.byte(40),
        Details::MapRunRedriven { map_run_arn, redrive_count } => {
            row.byte(41);
            row.shared(map_run_arn);
            row.number(*redrive_count);
        }
        Details::EvaluationFailed { state, location, error, cause } => {
            row.byte(35);
            row.shared(state);
            row.option(location.as_ref(), Writer::shared);
            row.shared(error);
            row.shared(cause);
        }
    }
}

fn read_details(row: &mut Reader<'_>) -> Result<Details, CorruptRow> {
    Ok(match row.byte()? {
        1 => Details::ExecutionStarted { input: row.payload()?, role_arn: row.shared()? },
        2 => Details::ExecutionSucceeded { output: row.payload()? },
        3 => Details::ExecutionFailed { error: optional(row)?, cause: optional(row)? },
        4 => Details::ExecutionTimedOut { error: optional(row)?, cause: optional(row)? },
        5 => Details::ExecutionAborted { error: optional(row)?, cause: optional(row)? },
        6 => Details::StateEntered { state_type: state_type(row)?, name: row.shared()?, input: row.payload()? },
        7 => Details::StateExited {
            state_type: state_type(row)?,
            name: row.shared()?,
            output: row.payload()?,
            assigned_variables: row.option(variables)?,
        },
        8 => Details::StateAborted { state_type: state_type(row)? },
        9 => Details::TaskScheduled {
            resource_type: row.shared()?,
            resource: row.shared()?,
            region: row.shared()?,
            parameters: row.payload()?,
            timeout_in_seconds: row.option(Reader::number)?,
            heartbeat_in_seconds: row.option(Reader::number)?,
            credentials_role_arn: optional(row)?,
        },
        10 => Details::TaskStarted { resource_type: row.shared()?, resource: row.shared()? },
        11 => Details::TaskSubmitted { resource_type: row.shared()?, resource: row.shared()?, output: row.payload()? },
        12 => Details::TaskSucceeded { resource_type: row.shared()?, resource: row.shared()?, output: row.payload()? },
        13 => Details::TaskFailed {
            resource_type: row.shared()?,
            resource: row.shared()?,
            error: optional(row)?,
            cause: optional(row)?,
        },
        14 => Details::TaskTimedOut {
            resource_type: row.shared()?,
            resource: row.shared()?,
            error: optional(row)?,
            cause: optional(row)?,
        },
        15 => Details::LambdaFunctionScheduled {
            resource: row.shared()?,
            input: row.payload()?,
            timeout_in_seconds: row.option(Reader::number)?,
            credentials_role_arn: optional(row)?,
        },
        16 => Details::LambdaFunctionStarted,
        17 => Details::LambdaFunctionSucceeded { output: row.payload()? },
        18 => Details::LambdaFunctionFailed { error: optional(row)?, cause: optional(row)? },
        19 => Details::LambdaFunctionTimedOut { error: optional(row)?, cause: optional(row)? },
        20 => Details::ActivityScheduled {
            resource: row.shared()?,
            input: row.payload()?,
            timeout_in_seconds: row.option(Reader::number)?,
            heartbeat_in_seconds: row.option(Reader::number)?,
        },
        21 => Details::ActivityStarted { worker_name: optional(row)? },
        22 => Details::ActivitySucceeded { output: row.payload()? },
        23 => Details::ActivityFailed { error: optional(row)?, cause: optional(row)? },
        24 => Details::ActivityTimedOut { error: optional(row)?, cause: optional(row)? },
        25 => Details::ParallelStateStarted,
        26 => Details::ParallelStateSucceeded,
        27 => Details::ParallelStateFailed,
        28 => Details::MapStateStarted { length: row.number()? },
        29 => Details::MapStateSucceeded,
        30 => Details::MapStateFailed,
        31 => Details::MapIterationStarted { name: row.shared()?, index: row.number()? },
        32 => Details::MapIterationSucceeded { name: row.shared()?, index: row.number()? },
        33 => Details::MapIterationFailed { name: row.shared()?, index: row.number()? },
        34 => Details::MapIterationAborted { name: row.shared()?, index: row.number()? },
        37 => Details::MapRunStarted { map_run_arn: row.shared()? },
        38 => Details::MapRunSucceeded { output: row.payload()? },
        39 => Details::MapRunFailed { error: optional(row)?, cause: optional(row)? },
        40 => Details::MapRunAborted,
        41 => Details::MapRunRedriven { map_run_arn: row.shared()?, redrive_count: row.number()? },
        36 => Details::ExecutionRedriven { redrive_count: row.number()? },
        35 => Details::EvaluationFailed {
            state: row.shared()?,
            location: optional(row)?,
            error: row.shared()?,
            cause: row.shared()?,
        },
        _ => return Err(CorruptRow("an event has an unknown type")),
    })
}

fn optional(row: &mut Reader<'_>) -> Result<Option<Arc<str>>, CorruptRow> {
    row.option(Reader::shared)
}

fn state_type(row: &mut Reader<'_>) -> Result<StateType, CorruptRow> {
    StateType::ALL.get(row.byte()? as usize).copied().ok_or(CorruptRow("a state has an unknown type"))
}

fn variables(row: &mut Reader<'_>) -> Result<Object, CorruptRow> {
    let variables = row.json()?;
    variables.as_object().cloned().ok_or(CorruptRow("assigned variables are not an object"))
}
