//! `States.MathRandom` and `States.MathAdd`: integers. `MathAdd` rounds fractions, `MathRandom` cuts them.

use super::{Outcome, Refusal};
use crate::Random;
use json::{Number, Value};
use jsonata::random::JavaRandom;

/// The sum of two rounded numbers.
pub(super) fn add(left: &Value, right: &Value) -> Outcome {
    let sum = integer(left)? + integer(right)?;
    if i32::try_from(sum).is_ok() { Ok(sum.into()) } else { Err(Refusal::Arguments) }
}

/// `start <= n < end`.
pub(super) fn random(start: &Value, end: &Value, random: &mut Random) -> Outcome {
    let (start, end) = bounds(start, end)?;
    Ok(random.integer(start, end).into())
}

/// The same number for the same seed: the first that `java.util.Random` gives (recorded).
pub(super) fn random_from_seed(start: &Value, end: &Value, seed: &Value) -> Outcome {
    let (start, end) = bounds(start, end)?;
    let Value::Number(seed) = seed else { return Err(Refusal::Arguments) };
    let mut random = JavaRandom::new(seed.as_f64() as i64);
    Ok((start + i64::from(random.below((end - start) as u32))).into())
}

/// Fractions are cut: recorded, 1.6 counts as 1.
fn bounds(start: &Value, end: &Value) -> Result<(i64, i64), Refusal> {
    let (start, end) = (truncated(start)?, truncated(end)?);
    if start < end { Ok((start, end)) } else { Err(Refusal::Arguments) }
}

/// A number within 32 bits without its fraction.
pub(super) fn truncated(value: &Value) -> Result<i64, Refusal> {
    let Value::Number(number) = value else { return Err(Refusal::Arguments) };
    let truncated = number.as_f64().trunc();
    if truncated.abs() < 1e15 { within_32_bits(truncated as i64) } else { Err(Refusal::Arguments) }
}

fn within_32_bits(integer: i64) -> Result<i64, Refusal> {
    i32::try_from(integer).map(i64::from).map_err(|_| Refusal::Arguments)
}

/// A number rounded to the nearest integer, halves towards positive infinity (recorded: 1.5 is 2, -1.5 is -1), within 32 bits.
fn integer(value: &Value) -> Result<i64, Refusal> {
    let rounded = match value {
        Value::Number(Number::Integer(integer)) => Some(*integer),
        Value::Number(Number::Double(double)) => round(*double),
        _ => None,
    };
    within_32_bits(rounded.ok_or(Refusal::Arguments)?)
}

fn round(double: f64) -> Option<i64> {
    let floor = double.floor();
    // Not floor(double + 0.5): the sum would round 0.49999999999999994 up.
    let rounded = if double - floor >= 0.5 { floor + 1.0 } else { floor };
    (rounded.abs() < 1e15).then_some(rounded as i64)
}
