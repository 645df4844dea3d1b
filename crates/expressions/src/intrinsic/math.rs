//! `States.MathRandom` and `States.MathAdd`: integers, to which fractions are rounded.

use super::Outcome;
use crate::Random;
use json::{Number, Value};

/// The sum of two rounded numbers.
pub(super) fn add(left: &Value, right: &Value) -> Outcome {
    let sum = integer(left)? + integer(right)?;
    match i32::try_from(sum) {
        Ok(_) => Ok(sum.into()),
        Err(_) => Err(format!("The result {sum} is out of the range -2147483648 to 2147483647")),
    }
}

/// `start <= n < end`.
pub(super) fn random(start: &Value, end: &Value, random: &mut Random) -> Outcome {
    let (start, end) = (integer(start)?, integer(end)?);
    if start >= end {
        return Err(format!("The start {start} must be less than the end {end}"));
    }
    Ok(random.integer(start, end).into())
}

/// The same number for the same seed.
pub(super) fn random_from_seed(start: &Value, end: &Value, seed: &Value) -> Outcome {
    random(start, end, &mut Random::new(integer(seed)? as u64))
}

/// A number rounded to the nearest integer, halves towards positive infinity (recorded: 1.5 is 2, -1.5 is -1), within 32 bits.
pub(super) fn integer(value: &Value) -> Result<i64, String> {
    let rounded = match value {
        Value::Number(Number::Integer(integer)) => Some(*integer),
        Value::Number(Number::Double(double)) => round(*double),
        Value::Number(Number::Decimal(_)) => None,
        other => return Err(format!("The argument must be a number but was: {other}")),
    };
    rounded
        .filter(|integer| i32::try_from(*integer).is_ok())
        .ok_or_else(|| format!("The number {value} is out of the range -2147483648 to 2147483647"))
}

fn round(double: f64) -> Option<i64> {
    let floor = double.floor();
    // Not floor(double + 0.5): the sum would round 0.49999999999999994 up.
    let rounded = if double - floor >= 0.5 { floor + 1.0 } else { floor };
    (rounded.abs() < 1e15).then_some(rounded as i64)
}
