//! What is read of a history's events as the API shows them.

use json::Value;

/// When it happened, in ms since the Unix epoch.
pub(crate) fn timestamp_ms(event: &Value) -> i64 {
    moment_ms(event.get("timestamp"))
}

/// A moment of the API, seconds since the Unix epoch, in ms.
pub(crate) fn moment_ms(value: Option<&Value>) -> i64 {
    value.and_then(Value::as_number).map_or(0, |seconds| (seconds.as_f64() * 1000.0).round() as i64)
}

/// The object with an event's details, whichever it is.
pub(crate) fn details_of(event: &Value) -> Option<&Value> {
    let members = event.as_object()?;
    members.iter().find(|(name, _)| name.ends_with("EventDetails")).map(|(_, details)| details)
}
