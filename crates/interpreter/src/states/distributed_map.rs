//! Map, distributed: the iterations are executions of their own, which the engine runs. Here the run is asked for and its end taken in.

use super::map;
use crate::command::CommandRejected;
use crate::context::{self, Extras};
use crate::data::Visible;
use crate::effect::Effect;
use crate::failure::{Failure, Fault};
use crate::frame::{Frame, FrameId, Phase};
use crate::history::HistoryEventDetails;
use crate::map_run::{self, MapRunEnd, MapRunId, MapRunStart};
use crate::step::{Progress, Step};
use asl::definition::{
    DistributedMap, IntegerField, ItemBatcher, ItemReader, MapState, NumberField, ResultWriter, State, StateKind,
    Template,
};
use expressions::Random;
use json::{ObjectBuilder, Payload, Value};
use std::sync::Arc;

pub(crate) fn begin(
    step: &mut Step<'_>,
    frame: &mut Frame,
    state: &State,
    map: &MapState,
    distributed: &DistributedMap,
) -> Result<Progress, Fault> {
    let input = step.effective_input(frame, state)?;
    let items = match distributed.item_reader {
        Some(_) => None,
        None => Some(map::items(step, frame, state, &input, map)?),
    };
    let max_concurrency = map::asked_concurrency(step, frame, &input, map)?;
    let length = items.as_ref().and_then(|items| items.value().as_array()).map_or(0, |items| items.len() as u64);
    step.emit_on(frame, HistoryEventDetails::MapStateStarted { length });
    let mut plan = ObjectBuilder::new();
    plan.insert("MaxConcurrency", max_concurrency);
    plan.insert("Express", map_run::is_express(distributed.execution_type));
    plan.insert("EnteredEvent", frame.entered_event);
    if let Some(field) = &map.tolerated_failure_count {
        plan.insert("ToleratedFailureCount", map::integer(step, frame, &input, field, "ToleratedFailureCount")?);
    }
    if let Some(field) = &map.tolerated_failure_percentage {
        plan.insert("ToleratedFailurePercentage", percentage(step, frame, &input, field)?);
    }
    plan.insert_some("Items", items.as_ref().map(Payload::value));
    if let Some(reader) = &distributed.item_reader {
        plan.insert_some("MaxItems", max_items(step, frame, &input, reader)?);
        plan.insert("ItemReader", reader_of(step, frame, &input, reader)?);
    }
    if let Some(batcher) = &distributed.item_batcher {
        plan.insert("ItemBatcher", batcher_of(step, frame, &input, batcher)?);
    }
    if let Some(writer) = &distributed.result_writer {
        plan.insert("ResultWriter", writer_of(step, frame, &input, writer)?);
    }
    if let Some(selector) = &map.item_selector {
        plan.insert("Input", input.value());
        plan.insert("Context", context::build(step.execution, step.settings, frame, state, Extras::default()));
        plan.insert("Variables", step.variables_read_by(frame, selector));
    }
    let mut random = Random::new(step.execution.seed);
    let run = MapRunId::draw(&mut random);
    step.execution.seed = random.seed();
    let map_run_arn = arn(step, state, map, run);
    let started = HistoryEventDetails::MapRunStarted { map_run_arn: map_run_arn.clone() };
    let started_event = step.emit_on(frame, started);
    frame.phase = Phase::MapRun { run, redrives: 0, is_open: true };
    step.effect(Effect::StartMapRun(Arc::new(MapRunStart {
        run,
        frame: frame.id,
        map_run_arn,
        scope: frame.scope,
        state: frame.state,
        started_event,
        plan: Payload::from(Value::from(plan.build())),
    })));
    Ok(Progress::Blocked)
}

/// The run ended by itself.
pub(crate) fn ended(step: &mut Step<'_>, id: FrameId, run: MapRunId, end: MapRunEnd) -> Result<(), CommandRejected> {
    let waits = |frame: &Frame| matches!(frame.phase, Phase::MapRun { run: of, is_open: true, .. } if of == run);
    if !step.execution.frames.get(&id).is_some_and(waits) {
        return Err(CommandRejected::MapRunEnded);
    }
    let mut frame = step.take(id).expect("just seen");
    let state = step.state_of(&frame);
    close(&mut frame);
    let progress = match end {
        MapRunEnd::Succeeded { output } => {
            let succeeded =
                step.emit(frame.last_event, HistoryEventDetails::MapRunSucceeded { output: output.clone() });
            step.emit(succeeded, HistoryEventDetails::MapStateSucceeded);
            // The Exited event points at MapRunStarted (recorded since November 2024).
            match step.finish_work(&mut frame, state, output) {
                Ok(progress) => progress,
                Err(fault) => step.fail_with(&mut frame, state, fault),
            }
        }
        MapRunEnd::Failed { error, cause } => {
            let failure = Failure::of(Some(error), Some(cause));
            let (error, cause) = (failure.error.clone(), failure.cause.clone());
            step.emit_on(&mut frame, HistoryEventDetails::MapRunFailed { error, cause });
            step.fail_state(&mut frame, state, failure)
        }
    };
    step.settle(frame, progress);
    Ok(())
}

/// Stops the run of a frame: what it has started is stopped too.
pub(crate) fn stop(step: &mut Step<'_>, frame: &Frame) {
    if let Phase::MapRun { run, is_open: true, .. } = frame.phase {
        step.effect(Effect::StopMapRun(run));
    }
}

/// Says of every run that is open that it is stopped with the execution.
pub(crate) fn tell_stopped(step: &mut Step<'_>) {
    step.need_all_frames();
    let is_open = |frame: &&Frame| matches!(frame.phase, Phase::MapRun { is_open: true, .. });
    let open: Vec<u64> = step.execution.frames.values().filter(is_open).map(|frame| frame.last_event).collect();
    for last_event in open {
        step.emit(last_event, HistoryEventDetails::MapRunAborted);
    }
}

/// The run goes on with what has not succeeded.
pub(crate) fn redrive(step: &mut Step<'_>, frame: &mut Frame, state: &State) -> Progress {
    let StateKind::Map(map) = &state.kind else { unreachable!("called for a Map state") };
    let Phase::MapRun { run, redrives, is_open } = &mut frame.phase else { unreachable!("called for a Map Run") };
    *redrives += 1;
    *is_open = true;
    let (run, redrive_count) = (*run, *redrives);
    let map_run_arn = arn(step, state, map, run);
    step.emit_on(frame, HistoryEventDetails::MapRunRedriven { map_run_arn, redrive_count });
    step.effect(Effect::RedriveMapRun(run));
    Progress::Blocked
}

fn close(frame: &mut Frame) {
    if let Phase::MapRun { is_open, .. } = &mut frame.phase {
        *is_open = false;
    }
}

/// The ARN of a run: the machine's with the state's label and the run's id.
fn arn(step: &Step<'_>, state: &State, map: &MapState, run: MapRunId) -> Arc<str> {
    let machine = &step.execution.header.state_machine_arn;
    let label = map_run::label(machine, &state.name, map);
    // A child's own Map has the machine and its own label.
    let (prefix, name) = machine.split_once(":stateMachine:").unwrap_or((machine, ""));
    let name = name.split('/').next().unwrap_or(name);
    format!("{prefix}:mapRun:{name}/{label}:{run}").into()
}

/// `ToleratedFailurePercentage`, between 0 and 100.
pub(crate) fn percentage(
    step: &mut Step<'_>,
    frame: &Frame,
    input: &Payload,
    field: &NumberField,
) -> Result<f64, Fault> {
    let is_percentage = |number: &f64| (0.0..=100.0).contains(number);
    let number = |value: &Value| value.as_number().map(json::Number::as_f64);
    match field {
        NumberField::Literal(number) => Ok(*number),
        NumberField::Expression(expression) => {
            step.expression(frame, expression, "ToleratedFailurePercentage", "number", |value| {
                number(value).filter(is_percentage)
            })
        }
        NumberField::Path(path) => {
            let value = step.path(frame, input.value(), path)?;
            let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let found = number(&value).or_else(|| value.as_str()?.parse().ok()).ok_or_else(|| {
                Fault::runtime(format!(
                    "The ToleratedFailurePercentagePath field refers to value \"{shown}\" which is not a valid float: {}",
                    path.text()
                ))
            })?;
            let refused = || Fault::runtime("ToleratedFailurePercentage must be between 0 and 100.");
            Some(found).filter(is_percentage).ok_or_else(refused)
        }
    }
}

/// `MaxItems`: what is no whole number fails the state, what is negative fails the run (recorded).
fn max_items(step: &mut Step<'_>, frame: &Frame, input: &Payload, reader: &ItemReader) -> Result<Option<i64>, Fault> {
    match &reader.max_items {
        None => Ok(None),
        Some(IntegerField::Path(path)) => {
            let value = step.path(frame, input.value(), path)?;
            let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let number = value.as_i64().or_else(|| value.as_str()?.parse().ok());
            number.map(Some).ok_or_else(|| {
                Fault::runtime(format!(
                    "The MaxItemsPath field refers to value \"{shown}\" which is not a valid integer: {}",
                    path.text()
                ))
            })
        }
        Some(field) => {
            let number = map::integer(step, frame, input, field, "MaxItems")?;
            Ok(Some(i64::try_from(number).unwrap_or(i64::MAX)))
        }
    }
}

fn reader_of(step: &mut Step<'_>, frame: &Frame, input: &Payload, reader: &ItemReader) -> Result<Value, Fault> {
    let mut place = ObjectBuilder::new();
    place.insert("Resource", &*reader.resource);
    place.insert_some("Arguments", arguments(step, frame, input, reader.parameters.as_ref(), "ItemReader")?);
    place.insert_some("Config", reader.config.as_ref());
    Ok(place.build().into())
}

fn writer_of(step: &mut Step<'_>, frame: &Frame, input: &Payload, writer: &ResultWriter) -> Result<Value, Fault> {
    let mut place = ObjectBuilder::new();
    place.insert_some("Resource", writer.resource.as_deref());
    place.insert_some("Arguments", arguments(step, frame, input, writer.parameters.as_ref(), "ResultWriter")?);
    place.insert_some("Config", writer.config.as_ref());
    Ok(place.build().into())
}

fn arguments(
    step: &mut Step<'_>,
    frame: &Frame,
    input: &Payload,
    template: Option<&Template>,
    of: &str,
) -> Result<Option<Value>, Fault> {
    let Some(template) = template else { return Ok(None) };
    step.template(frame, Visible::of(input.value()), template, &format!("{of}/Arguments")).map(Some)
}

fn batcher_of(step: &mut Step<'_>, frame: &Frame, input: &Payload, batcher: &ItemBatcher) -> Result<Value, Fault> {
    let mut fields = ObjectBuilder::new();
    let limits = [
        ("MaxItemsPerBatch", &batcher.max_items_per_batch),
        ("MaxInputBytesPerBatch", &batcher.max_input_bytes_per_batch),
    ];
    for (name, field) in limits {
        if let Some(field) = field {
            fields.insert(name, map::integer(step, frame, input, field, name)?);
        }
    }
    if let Some(template) = &batcher.batch_input {
        let value = step.template(frame, Visible::of(input.value()), template, "ItemBatcher/BatchInput")?;
        fields.insert("BatchInput", value);
    }
    Ok(fields.build().into())
}
