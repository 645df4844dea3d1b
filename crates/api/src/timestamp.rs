//! Points in time on the wire.

use json::{Number, Value};

/// Milliseconds since the Unix epoch as AWS JSON writes them: a number of seconds with three decimals, such as `1714989572.123`.
///
/// The number is given as its decimal text: a double would be printed with an exponent, and milliseconds need no rounding.
pub fn timestamp(epoch_ms: i64) -> Value {
    let sign = if epoch_ms < 0 { "-" } else { "" };
    let magnitude = epoch_ms.unsigned_abs();
    Value::Number(Number::Decimal(format!("{sign}{}.{:03}", magnitude / 1000, magnitude % 1000).into()))
}
