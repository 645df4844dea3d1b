//! Wait: a delay or a point in time.

use crate::Timestamp;
use crate::data::Visible;
use crate::effect::TimerKind;
use crate::failure::Fault;
use crate::frame::{Frame, Phase};
use crate::step::{Progress, Step};
use asl::definition::{State, StateKind, WaitState};
use expressions::Path;
use json::{Number, Payload, Value};

/// The longest delay AWS accepts: 2^31 - 1 seconds (recorded: 24,855 days wait, 24,856 fail).
const DELAY_SECONDS_MAX: i64 = i32::MAX as i64;

pub(crate) fn begin(
    step: &mut Step<'_>,
    frame: &mut Frame,
    state: &State,
    wait: &WaitState,
) -> Result<Progress, Fault> {
    let input = step.effective_input(frame, state)?;
    let asked = due(step, frame, &input, wait)?;
    if asked.0.saturating_sub(step.now.0) > DELAY_SECONDS_MAX * 1000 {
        return Err(Fault::runtime("Wait state delay is too long."));
    }
    let due = scaled(step, asked);
    if due <= step.now {
        return leave(step, frame, state);
    }
    frame.phase = Phase::Waiting { due };
    step.set_timer(due, TimerKind::Delay(frame.id));
    Ok(Progress::Blocked)
}

/// The time has come.
pub(crate) fn wake(step: &mut Step<'_>, frame: &mut Frame, state: &State) -> Progress {
    debug_assert!(matches!(state.kind, StateKind::Wait(_)), "only Wait states wait");
    leave(step, frame, state).unwrap_or_else(|fault| step.fail_with(frame, state, fault))
}

fn leave(step: &mut Step<'_>, frame: &mut Frame, state: &State) -> Result<Progress, Fault> {
    let input = step.effective_input(frame, state)?;
    let assigned = step.assign(frame, Visible::of(input.value()), state.assign.as_ref(), "Assign")?;
    let output = step.output_of_input(frame, state, &input, state.flow.output(), "Output")?;
    step.leave(frame, state, output, assigned)
}

/// The delay until `due`, scaled as the server was told to.
fn scaled(step: &Step<'_>, due: Timestamp) -> Timestamp {
    let scale = step.settings.wait_time_scale;
    let delay = due.0.saturating_sub(step.now.0);
    if scale == 1.0 || delay <= 0 { due } else { step.now.plus_milliseconds((delay as f64 * scale) as i64) }
}

fn due(step: &mut Step<'_>, frame: &Frame, input: &Payload, wait: &WaitState) -> Result<Timestamp, Fault> {
    match wait {
        WaitState::Seconds(seconds) => Ok(step.now.plus_seconds(*seconds)),
        WaitState::SecondsPath(path) => {
            let value = look_up(step, frame, input, path).ok_or_else(|| {
                Fault::runtime(format!("The SecondsPath parameter does not reference an input value: {}", path.text()))
            })?;
            Ok(step.now.plus_seconds(seconds(&value, path)?))
        }
        WaitState::Timestamp(milliseconds) => Ok(Timestamp(*milliseconds)),
        WaitState::TimestampPath(path) => {
            let value = look_up(step, frame, input, path).ok_or_else(|| {
                Fault::runtime(format!(
                    "The TimestampPath parameter does not reference an input value: {}",
                    path.text()
                ))
            })?;
            value.as_str().and_then(asl::timestamp).map(Timestamp).ok_or_else(|| {
                let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                Fault::runtime(format!(
                    "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: {} == {shown}",
                    path.text()
                ))
            })
        }
        WaitState::SecondsExpression(expression) => {
            // More than a literal may say is fine (measured).
            let seconds = step.whole_number(frame, expression, "Seconds", |seconds| {
                (seconds < 0).then(|| format!("Seconds must be between 0 and 99999999 but was: {seconds}"))
            })?;
            Ok(step.now.plus_seconds(seconds))
        }
        WaitState::TimestampExpression(expression) => {
            let text = step.expression(frame, expression, "Timestamp", "string", |value| match value {
                Value::String(text) => Some(text.clone()),
                _ => None,
            })?;
            asl::timestamp(&text).map(Timestamp).ok_or_else(|| Fault::Evaluation {
                location: Some("Timestamp".to_owned()),
                cause: format!(
                    "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: {text}"
                ),
                after_entry: true,
            })
        }
    }
}

fn look_up(step: &mut Step<'_>, frame: &Frame, input: &Payload, path: &Path) -> Option<Value> {
    step.path(frame, input.value(), path).ok()
}

fn seconds(value: &Value, path: &Path) -> Result<u64, Fault> {
    let path = path.text();
    match value {
        Value::Number(Number::Integer(integer)) if *integer < 0 => {
            Err(Fault::runtime(format!("The SecondsPath parameter references a negative value: {path} == {integer}")))
        }
        Value::Number(Number::Integer(integer)) => Ok(integer.unsigned_abs()),
        other => {
            let shown = other.as_str().map_or_else(|| other.to_string(), str::to_owned);
            Err(Fault::runtime(format!(
                "The SecondsPath parameter cannot be parsed as a long value: {path} == {shown}"
            )))
        }
    }
}
