//! What the API answers, for people: tables, moments, payloads.

use super::events::{details_of, moment_ms, timestamp_ms};
use super::text;
use crate::output::{Style, printable};
use crate::pretty::pretty;
use crate::progress::shown_duration;
use engine::Timestamp;
use json::{Object, Value};

/// Characters of what an event says.
const NOTE_CHARACTERS_MAX: usize = 100;

/// Columns as wide as they need be, the last one open; the first row is the head.
pub(crate) fn table(rows: &[Vec<String>], style: Style) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or_default()).collect();
    let mut out = String::new();
    for (number, row) in rows.iter().enumerate() {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        let line = line.trim_end();
        let line = if number == 0 { style.faint(line) } else { coloured(line, style) };
        out.push_str(&line);
        out.push('\n');
    }
    out
}

/// The status of an execution or a Map Run, in its colour.
pub(crate) fn status(status: &str, style: Style) -> String {
    match status {
        "SUCCEEDED" => style.success(status),
        "RUNNING" => style.active(status),
        _ => style.failure(status),
    }
}

/// The line with the status in it in its colour.
fn coloured(line: &str, style: Style) -> String {
    let statuses =
        [("SUCCEEDED", true), ("RUNNING", true), ("FAILED", false), ("TIMED_OUT", false), ("ABORTED", false)];
    match statuses.iter().find(|(status, _)| line.split("  ").any(|cell| cell.trim() == *status)) {
        Some((status, true)) => line.replacen(status, &style.success(status), 1),
        Some((status, false)) => line.replacen(status, &style.failure(status), 1),
        None => line.to_owned(),
    }
}

/// The answer with its moments written as the API writes them: seconds with milliseconds, and no exponent.
pub(super) fn with_plain_moments(answer: &Value) -> Value {
    match answer {
        Value::Object(members) => {
            let plain = |(name, value): (&json::Key, &Value)| {
                let is_moment = (name.ends_with("Date") || &**name == "timestamp") && value.as_number().is_some();
                let value = if is_moment { api::timestamp(moment_ms(Some(value))) } else { with_plain_moments(value) };
                (name.to_string(), value)
            };
            members.iter().map(plain).collect::<Object>().into()
        }
        Value::Array(items) => items.iter().map(with_plain_moments).collect::<Vec<_>>().into(),
        other => other.clone(),
    }
}

/// A moment of the API; nothing if it is not there.
pub(crate) fn moment(value: &Value, name: &str) -> String {
    let moment = value.get(name);
    moment.map_or_else(String::new, |_| Timestamp(moment_ms(moment)).to_string())
}

/// From start to end, or till now.
pub(crate) fn duration(value: &Value) -> String {
    let end = value.get("stopDate").map_or_else(crate::admin::now_ms, |stop| moment_ms(Some(stop)));
    shown_duration(end - moment_ms(value.get("startDate")))
}

/// A text of JSON, laid out and indented; anything else as it is.
pub(crate) fn payload(text: &str, indent: &str) -> String {
    let laid_out = json::parse(text).map_or_else(|_| text.to_owned(), |value| pretty(&value));
    laid_out.lines().map(|line| format!("{indent}{}\n", printable(line))).collect()
}

/// Name and value below each other.
pub(crate) fn pairs(pairs: &[(&str, String)], style: Style) -> String {
    let told: Vec<_> = pairs.iter().filter(|(_, value)| !value.is_empty()).collect();
    let width = told.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let line = |(name, value): &&(&str, String)| {
        format!("  {}  {}\n", style.faint(&format!("{name:width$}")), printable(value))
    };
    told.iter().map(line).collect()
}

/// A line for an event; `began` is when the execution did.
pub(crate) fn event(event: &Value, began: i64, style: Style) -> String {
    let id = event.get("id").map(ToString::to_string).unwrap_or_default();
    let since = shown_duration(timestamp_ms(event) - began);
    let kind = text(event, "type");
    let padded = format!("{kind:26}");
    let is_bad = ["Failed", "TimedOut", "Aborted"].iter().any(|end| kind.ends_with(end));
    let padded = if is_bad { style.failure(&padded) } else { padded };
    format!("{id:>5}  {}  {padded}  {}", style.faint(&format!("{since:>9}")), note(event)).trim_end().to_owned()
}

/// When the first of these events happened.
pub(crate) fn began(events: &[Value]) -> Option<i64> {
    events.first().map(timestamp_ms)
}

fn note(event: &Value) -> String {
    let Some(details) = details_of(event) else { return String::new() };
    let mut parts: Vec<String> = Vec::new();
    for name in ["name", "state", "resource", "workerName", "error", "cause", "output", "input"] {
        let value = text(details, name);
        // What went in is told where nothing came out.
        let is_repeated = name == "input" && !text(details, "output").is_empty();
        if !value.is_empty() && !is_repeated {
            parts.push(value.to_owned());
        }
    }
    let index = details.get("index").map(|index| format!("#{index}"));
    let note = index.into_iter().chain(parts).collect::<Vec<_>>().join("  ");
    let mut note: String = note.chars().take(NOTE_CHARACTERS_MAX + 1).collect();
    if note.chars().count() > NOTE_CHARACTERS_MAX {
        note.pop();
        note.push('…');
    }
    printable(&note)
}
