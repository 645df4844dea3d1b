//! Map, inline: a frame for each running iteration, at most so many at a time.

use crate::context::Extras;
use crate::data::Visible;
use crate::failure::Fault;
use crate::frame::{Frame, FrameId, Phase};
use crate::history::HistoryEventDetails;
use crate::step::{Progress, Step};
use asl::definition::{Flow, IntegerField, MapState, State, StateKind};
use json::{Payload, Value};

pub(crate) fn begin(step: &mut Step<'_>, frame: &mut Frame, state: &State, map: &MapState) -> Result<Progress, Fault> {
    let input = step.effective_input(frame, state)?;
    let items = items(step, frame, state, &input, map)?;
    let concurrency = concurrency(step, frame, &input, map)?;
    let length = items.value().as_array().expect("just made sure").len() as u64;
    step.emit_on(frame, HistoryEventDetails::MapStateStarted { length });
    let first_child = step.reserve_frames(length);
    frame.work = Some(items);
    frame.changed.base = true;
    frame.phase = Phase::Map { first_child, length, started: 0, succeeded: 0, concurrency };
    if length == 0 {
        let last_event = frame.last_event;
        step.emit(last_event, HistoryEventDetails::MapStateSucceeded);
        return Ok(step.children_ended(frame, state));
    }
    Ok(fill(step, frame, state))
}

/// Starts iterations up to the number that may run at a time: at the beginning, and when a redrive finds fewer.
pub(crate) fn fill(step: &mut Step<'_>, frame: &mut Frame, state: &State) -> Progress {
    let previous = frame.last_event;
    while let Phase::Map { length, started, succeeded, concurrency, .. } = frame.phase
        && started < length
        && started - succeeded < concurrency
    {
        if let Err(fault) = start_iteration(step, frame, state, previous) {
            return fail(step, frame, state, fault);
        }
    }
    Progress::Blocked
}

/// An iteration ended: its slot goes to the next item, and after the last one the state is done.
pub(crate) fn iteration_ended(
    step: &mut Step<'_>,
    frame: &mut Frame,
    state: &State,
    position: u64,
    last_event: u64,
) -> Progress {
    let ended = HistoryEventDetails::MapIterationSucceeded { name: state.name.clone(), index: position };
    frame.last_event = step.emit(last_event, ended);
    let Phase::Map { length, started, succeeded, .. } = &mut frame.phase else {
        unreachable!("called for a Map state")
    };
    *succeeded += 1;
    let (length, started, succeeded) = (*length, *started, *succeeded);
    if started < length {
        // The next iteration's chain goes on from the one that made room, not from this event (recorded).
        return match start_iteration(step, frame, state, last_event) {
            Ok(()) => Progress::Blocked,
            Err(fault) => fail(step, frame, state, fault),
        };
    }
    if succeeded < length {
        return Progress::Blocked;
    }
    let last_event = frame.last_event;
    step.emit(last_event, HistoryEventDetails::MapStateSucceeded);
    step.children_ended(frame, state)
}

/// A fault between iterations ends those that still run.
fn fail(step: &mut Step<'_>, frame: &mut Frame, state: &State, fault: Fault) -> Progress {
    let cause = frame.last_event;
    step.abort_children(frame, None, cause);
    step.fail_with(frame, state, fault)
}

fn start_iteration(step: &mut Step<'_>, frame: &mut Frame, state: &State, previous_event_id: u64) -> Result<(), Fault> {
    let StateKind::Map(map) = &state.kind else { unreachable!("called for a Map state") };
    let Phase::Map { first_child, started: position, .. } = frame.phase else { unreachable!("called for a Map state") };
    let id = FrameId(first_child.0 + position);
    let work = frame.work.clone().expect("a Map state that runs has its items");
    let item = &work.value().as_array().expect("items are an array")[position as usize];
    let input = match &map.item_selector {
        Some(template) => {
            let whole = step.effective_input(frame, state)?;
            let extras = Extras { item: Some((position, item)), ..Extras::default() };
            let visible = Visible { extras, ..Visible::of(whole.value()) };
            Payload::from(step.template(frame, visible, template, "ItemSelector")?)
        }
        None => Payload::from(item.clone()),
    };
    step.check_size(&input, &state.name)?;
    let event = HistoryEventDetails::MapIterationStarted { name: state.name.clone(), index: position };
    let iteration_started = step.emit(previous_event_id, event);
    let start_at = step.definition.scope(map.processor).start_at;
    let mut iteration = Frame::new(id, Some(frame.id), position, map.processor, start_at);
    iteration.input = input;
    iteration.last_event = iteration_started;
    step.runnable.push_back(id);
    step.put(iteration);
    if let Phase::Map { started, .. } = &mut frame.phase {
        *started += 1;
    }
    Ok(())
}

/// The items: `ItemsPath` or the input, `Items` or the input.
pub(crate) fn items(
    step: &mut Step<'_>,
    frame: &Frame,
    state: &State,
    input: &Payload,
    map: &MapState,
) -> Result<Payload, Fault> {
    match (&state.flow, &map.items_path, &map.items) {
        (Flow::JsonPath(_), path, _) => {
            let items = match path {
                Some(path) => Payload::from(step.path(frame, input.value(), path)?),
                None => input.clone(),
            };
            let shown = path.as_ref().map_or("$", |path| path.text());
            // A path into the context object is shown like one into the input (recorded).
            let shown = if shown.starts_with("$$") { &shown[1..] } else { shown };
            array_or(items, |_| Fault::runtime(format!("Reference path \"{shown}\" must point to array.")))
        }
        (Flow::Jsonata(_), _, Some(template)) => {
            let items = step.jsonata(frame, Visible::of(input.value()), template, "Items")?;
            array_or(items.into(), |items| match template.as_expression() {
                Some(expression) => expression.unexpected_type("Items", "array", items).into(),
                None => not_an_array(items),
            })
        }
        (Flow::Jsonata(_), _, None) => array_or(input.clone(), not_an_array),
    }
}

fn array_or(items: Payload, fault: impl FnOnce(&Value) -> Fault) -> Result<Payload, Fault> {
    if items.value().as_array().is_some() { Ok(items) } else { Err(fault(items.value())) }
}

/// An input that is no array is not an expression's fault, so no field is named (recorded).
fn not_an_array(items: &Value) -> Fault {
    let cause = format!("Map state input must be an array but was: {items}");
    Fault::Evaluation { location: None, cause, after_entry: false }
}

/// `MaxConcurrency` as asked for, within what inline Maps get.
fn concurrency(step: &mut Step<'_>, frame: &Frame, input: &Payload, map: &MapState) -> Result<u64, Fault> {
    let asked = asked_concurrency(step, frame, input, map)?;
    let most = step.settings.inline_map_concurrency_max;
    Ok(if asked == 0 { most } else { asked.min(most) })
}

/// `MaxConcurrency` as asked for; zero asks for nothing.
pub(crate) fn asked_concurrency(
    step: &mut Step<'_>,
    frame: &Frame,
    input: &Payload,
    map: &MapState,
) -> Result<u64, Fault> {
    match &map.max_concurrency {
        None => Ok(0),
        Some(field) => integer(step, frame, input, field, "MaxConcurrency"),
    }
}

/// A field that is a whole number, or leads to one.
pub(crate) fn integer(
    step: &mut Step<'_>,
    frame: &Frame,
    input: &Payload,
    field: &IntegerField,
    name: &str,
) -> Result<u64, Fault> {
    match field {
        IntegerField::Literal(number) => Ok(*number),
        IntegerField::Expression(expression) => step.whole_number(frame, expression, name, |integer| {
            (integer < 0).then(|| format!("{name} cannot be negative."))
        }),
        IntegerField::Path(path) => {
            let value = step.path(frame, input.value(), path)?;
            let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            // Text will do if it reads as an integer (recorded: "1").
            let number = value.as_i64().or_else(|| value.as_str()?.parse().ok()).ok_or_else(|| {
                Fault::runtime(format!(
                    "The {name}Path field refers to value \"{shown}\" which is not a valid integer: {}",
                    path.text()
                ))
            })?;
            u64::try_from(number).map_err(|_| Fault::runtime(format!("{name} cannot be negative.")))
        }
    }
}
