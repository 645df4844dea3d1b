//! Functions on strings, and the text of any value.

use super::Arguments;
use crate::error::{Error, INTERNAL};
use crate::evaluate::Evaluator;
use crate::evaluate::item::Item;
use crate::profile::Profile;
use crate::text;
use crate::text::number::for_string;
use crate::text::number::write as write_number;
use json::{Value, write_string};
use std::fmt::Write;
use std::sync::Arc;

/// Appends what `$string` makes of `item`.
pub(crate) fn to_text(evaluator: &Evaluator<'_>, item: &Item, pretty: bool, out: &mut String) -> Result<(), Error> {
    match item {
        Item::Undefined | Item::Function(_) | Item::Tuples(_) => Ok(()),
        Item::Json(Value::String(text)) => {
            out.push_str(text);
            Ok(())
        }
        Item::Number(number) if !number.is_finite() => {
            Err(Error::new("D3001").with_value(crate::evaluate::shown(*number)))
        }
        _ => write(evaluator, item, pretty.then_some(0), out),
    }
}

/// JSON text; `indent` is the level in pretty text.
fn write(evaluator: &Evaluator<'_>, item: &Item, indent: Option<usize>, out: &mut String) -> Result<(), Error> {
    evaluator.grow(1)?;
    if evaluator.profile == Profile::StepFunctions
        && let Some(number) = item.as_number()
    {
        // Every other number is one that a double holds.
        match item {
            Item::Json(Value::Number(json::Number::Integer(integer))) => write!(out, "{integer}").expect("a String"),
            _ if number.is_finite() => text::number::write_as_aws(number, out),
            _ if number.is_nan() => out.push_str("null"),
            _ => return Err(Error::new("D1001").with_value(Value::Null)),
        }
        return Ok(());
    }
    if let Some(number) = item.as_number() {
        match for_string(number, evaluator.profile) {
            number if number.is_finite() => write_number(number, out),
            number if number.is_nan() => out.push_str("null"),
            _ => return Err(Error::new("D1001").with_value(Value::Null)),
        }
        return Ok(());
    }
    let inner = indent.map(|level| level + 1);
    if let Some(elements) = item.elements() {
        if elements.len() == 0 {
            out.push_str("[]");
            return Ok(());
        }
        out.push('[');
        for (position, element) in elements.iter().enumerate() {
            if position > 0 {
                out.push(',');
            }
            new_line(inner, out);
            match element {
                Item::Undefined => out.push_str("null"),
                element => write(evaluator, &element, inner, out)?,
            }
        }
        new_line(indent, out);
        out.push(']');
        return Ok(());
    }
    match item {
        Item::Json(Value::String(text)) => {
            quote(evaluator, text, out)?;
        }
        Item::Json(Value::Object(_)) | Item::Record(_) => {
            let entries = item.entries();
            if entries.is_empty() {
                out.push_str("{}");
                return Ok(());
            }
            out.push('{');
            for (position, (key, member)) in entries.iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                new_line(inner, out);
                quote(evaluator, key, out)?;
                out.push_str(if indent.is_some() { ": " } else { ":" });
                write(evaluator, member, inner, out)?;
            }
            new_line(indent, out);
            out.push('}');
        }
        Item::Json(value) => json::write_value(value, out),
        _ => out.push_str("\"\""),
    }
    Ok(())
}

/// A string in quotes, charged for as it is written: what is escaped takes up to six times the room.
fn quote(evaluator: &Evaluator<'_>, text: &str, out: &mut String) -> Result<(), Error> {
    let before = out.len();
    if evaluator.profile == Profile::StepFunctions {
        quote_as_aws(text, out);
    } else {
        write_string(text, out);
    }
    evaluator.budget.allocate(out.len() - before)?;
    evaluator.budget.step(text.len() as u64 / 64)
}

/// AWS escapes fewer characters than JSON asks for.
fn quote_as_aws(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            other => out.push(other),
        }
    }
    out.push('"');
}

fn new_line(level: Option<usize>, out: &mut String) {
    if let Some(level) = level {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", level));
    }
}

pub(super) fn string(evaluator: &Evaluator<'_>, mut arguments: Arguments<'_>) -> Result<Item, Error> {
    let mut argument = arguments.take(0);
    if argument.flags().outer_wrapper {
        argument = argument.elements().and_then(|elements| elements.get(0)).unwrap_or_default();
    }
    if argument.is_undefined() || argument.as_str().is_some() {
        return Ok(argument);
    }
    let mut out = String::new();
    to_text(evaluator, &argument, arguments.get(1).as_bool() == Some(true), &mut out)?;
    evaluator.text(out)
}

fn map_text(
    evaluator: &Evaluator<'_>,
    arguments: &Arguments<'_>,
    convert: impl Fn(&str) -> String,
) -> Result<Item, Error> {
    match arguments.text(0) {
        Some(text) => evaluator.text(convert(text)),
        None => Ok(Item::Undefined),
    }
}

pub(super) fn lowercase(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    map_text(evaluator, &arguments, str::to_lowercase)
}

pub(super) fn uppercase(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    map_text(evaluator, &arguments, str::to_uppercase)
}

/// Runs of white space become one space; none at the ends.
pub(super) fn trim(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    map_text(evaluator, &arguments, |text| {
        let words = text.split([' ', '\t', '\n', '\r']).filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join(" ")
    })
}

pub(super) fn length(_: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    Ok(arguments.text(0).map_or(Item::Undefined, |text| Item::Number(text::characters::length(text) as f64)))
}

pub(super) fn substring(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let Some(text) = arguments.text(0) else { return Ok(Item::Undefined) };
    let start = match (arguments.number(1), arguments.number(2)) {
        (Some(start), _) => start,
        // There is no end that lies so far behind no start.
        (None, Some(_)) => return Ok(Item::string("")),
        (None, None) => 0.0,
    };
    evaluator.text(text::characters::substring(text, start, arguments.number(2)))
}

pub(super) fn substring_before(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let Some(text) = arguments.text(0) else { return Ok(Item::Undefined) };
    match arguments.text(1).and_then(|separator| text.find(&**separator)) {
        Some(position) => evaluator.text(&text[..position]),
        None => Ok(Item::string(text.clone())),
    }
}

pub(super) fn substring_after(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let Some(text) = arguments.text(0) else { return Ok(Item::Undefined) };
    match arguments.text(1).and_then(|separator| text.find(&**separator).map(|position| position + separator.len())) {
        Some(position) => evaluator.text(&text[position..]),
        None => Ok(Item::string(text.clone())),
    }
}

pub(super) fn pad(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let Some(text) = arguments.text(0) else { return Ok(Item::Undefined) };
    let width = arguments.number(1).unwrap_or(0.0);
    let fill = arguments.text(2).cloned().unwrap_or_else(|| Arc::from(" "));
    match text::characters::pad(text, width, &fill) {
        Ok(text) => evaluator.text(text),
        Err(text::TooLong) => Err(Error::new(crate::error::MEMORY_EXCEEDED)),
    }
}

pub(super) fn join(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let Some(elements) = arguments.get(0).elements() else { return Ok(Item::Undefined) };
    let separator = arguments.text(1).cloned().unwrap_or_default();
    evaluator.budget.step(elements.len() as u64)?;
    let mut out = String::new();
    for (position, element) in elements.look().enumerate() {
        let length = out.len();
        if position > 0 {
            out.push_str(&separator);
        }
        if let Some(text) = element.as_str() {
            out.push_str(text);
        }
        evaluator.budget.allocate(out.len() - length)?;
    }
    evaluator.text(out)
}

pub(super) fn base64encode(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let Some(text) = arguments.text(0) else { return Ok(Item::Undefined) };
    if evaluator.profile == Profile::StepFunctions {
        return evaluator.text(text::base64::encode_utf8(text));
    }
    match text::base64::encode(text) {
        Ok(encoded) => evaluator.text(encoded),
        Err(_) => Err(Error::new("D3137").with_text("Invalid character")),
    }
}

pub(super) fn base64decode(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    if evaluator.profile == Profile::StepFunctions {
        let Some(text) = arguments.text(0) else { return Ok(Item::Undefined) };
        return evaluator.text(text::base64::decode_utf8(text).ok_or_else(|| Error::new(INTERNAL))?);
    }
    map_text(evaluator, &arguments, text::base64::decode)
}

pub(super) fn encode_url(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    map_text(evaluator, &arguments, text::url::encode)
}

pub(super) fn encode_url_component(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    map_text(evaluator, &arguments, text::url::encode_component)
}

fn decode(
    evaluator: &Evaluator<'_>,
    arguments: &Arguments<'_>,
    name: &str,
    decode: impl Fn(&str) -> Result<String, text::url::Malformed>,
) -> Result<Item, Error> {
    let Some(text) = arguments.text(0) else { return Ok(Item::Undefined) };
    match decode(text) {
        Ok(decoded) => evaluator.text(decoded),
        Err(text::url::Malformed) => Err(Error::new("D3140").with_text(name).with_value(text)),
    }
}

pub(super) fn decode_url(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    decode(evaluator, &arguments, "decodeUrl", text::url::decode)
}

pub(super) fn decode_url_component(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let form = if evaluator.profile == Profile::StepFunctions {
        text::url::decode_form_component
    } else {
        text::url::decode_component
    };
    decode(evaluator, &arguments, "decodeUrlComponent", form)
}
