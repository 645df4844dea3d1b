//! The functions AWS adds to the language.

use super::Arguments;
use crate::error::{Error, MEMORY_EXCEEDED};
use crate::evaluate::Evaluator;
use crate::evaluate::item::Item;
use crate::random::JavaRandom;
use sha2::Digest;
use std::fmt::Write;

/// The most numbers `$range` makes: AWS takes 360,145 and says of one more that it is too much memory.
const RANGE_MAX: f64 = 360_145.0;

/// `$partition(array, size)`: chunks of `size`, the last one shorter; without a size the array is the only one.
pub(super) fn partition(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let array = arguments.get(0);
    if array.is_undefined() {
        return Ok(Item::Undefined);
    }
    // What the array must contain is "undefined" to AWS.
    let elements = array.elements().ok_or_else(|| Error::new("T0412").with_index(1))?;
    evaluator.grow(elements.len() * 2)?;
    let items: Vec<Item> = elements.iter().collect();
    let Some(size) = arguments.number(1) else { return Item::array(vec![Item::array(items)]).shallow_enough() };
    let size = size.trunc();
    if size < 0.0 {
        return Err(Error::new("D3137").with_text("Second argument must be zero or greater"));
    }
    if size == 0.0 || items.is_empty() {
        return Ok(Item::Undefined);
    }
    let size = size.min(items.len() as f64) as usize;
    Item::array(items.chunks(size).map(|chunk| Item::array(chunk.to_vec())).collect()).shallow_enough()
}

/// `$range(start, end, step)`: from `start` up to and including `end`.
pub(super) fn range(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let (Some(start), Some(end), Some(step)) = (arguments.number(0), arguments.number(1), arguments.number(2)) else {
        return Ok(Item::Undefined);
    };
    let (start, end, step) = (start.trunc(), end.trunc(), step.trunc());
    let count = ((end - start) / step).floor() + 1.0;
    if step == 0.0 || count.is_nan() || count < 1.0 {
        return Ok(Item::Undefined);
    }
    if count > RANGE_MAX {
        return Err(Error::new(MEMORY_EXCEEDED));
    }
    evaluator.grow(count as usize)?;
    Ok(Item::sequence((0..count as u32).map(|index| Item::Number(start + f64::from(index) * step)).collect()))
}

/// `$hash(text, algorithm)`: lower-case hexadecimal.
pub(super) fn hash(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let Some(text) = arguments.text(0) else { return Ok(Item::Undefined) };
    if arguments.count() < 2 {
        return Ok(Item::Undefined);
    }
    evaluator.budget.step(text.len() as u64 / 16)?;
    let digest = match arguments.text(1).map_or("null", |algorithm| algorithm) {
        "MD5" => md5::Md5::digest(text.as_bytes()).to_vec(),
        "SHA-1" => sha1::Sha1::digest(text.as_bytes()).to_vec(),
        "SHA-256" => sha2::Sha256::digest(text.as_bytes()).to_vec(),
        "SHA-384" => sha2::Sha384::digest(text.as_bytes()).to_vec(),
        "SHA-512" => sha2::Sha512::digest(text.as_bytes()).to_vec(),
        other => {
            let message = format!("Hash algorithm '{other}' must be one of SHA-1, SHA-384, SHA-256, SHA-512, MD5");
            return Err(Error::new("D3137").with_text(message));
        }
    };
    let mut hex = String::with_capacity(digest.len() * 2);
    for byte in digest {
        write!(hex, "{byte:02x}").expect("writing to a String cannot fail");
    }
    evaluator.text(hex)
}

/// `$random()`, and `$random(seed)`: the first double of `java.util.Random` with that seed.
pub(super) fn random(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    Ok(Item::Number(match arguments.number(0) {
        Some(seed) => JavaRandom::new(seed.trunc() as i64).double(),
        None => (evaluator.next_random() >> 11) as f64 / (1_u64 << 53) as f64,
    }))
}

/// `$uuid()`: a version 4 UUID.
pub(super) fn uuid(evaluator: &Evaluator<'_>, _: Arguments<'_>) -> Result<Item, Error> {
    let high = (evaluator.next_random() & !0xf000) | 0x4000;
    let low = (evaluator.next_random() & !(0xc000 << 48)) | 0x8000 << 48;
    let groups = (high >> 32, (high >> 16) & 0xffff, high & 0xffff, low >> 48, low & 0xffff_ffff_ffff);
    evaluator.text(format!("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", groups.0, groups.1, groups.2, groups.3, groups.4))
}

/// `$parse(text)`: the value of a JSON text, whose strings may stand in single quotes. A repeated key and a number that no double holds
/// are refused.
pub(super) fn parse(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let Some(text) = arguments.text(0) else { return Ok(Item::Undefined) };
    evaluator.budget.step(text.len() as u64 / 8)?;
    evaluator.budget.allocate(text.len() * 8)?;
    let invalid = || Error::new("D3137").with_text("Invalid JSON");
    let (strict, members) = in_double_quotes(text);
    let parsed = json::parse(&strict).map_err(|_| invalid())?;
    let (found, finite) = survey(&parsed);
    if found == members && finite { Ok(Item::Json(parsed)) } else { Err(invalid()) }
}

/// A text with its single-quoted strings in double quotes, and how many colons stand outside of strings.
fn in_double_quotes(text: &str) -> (String, usize) {
    let (mut out, mut colons) = (String::with_capacity(text.len()), 0);
    let mut quote = None;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (None, '"' | '\'') => {
                quote = Some(character);
                out.push('"');
            }
            (None, ':') => {
                colons += 1;
                out.push(':');
            }
            (Some(open), close) if open == close => {
                quote = None;
                out.push('"');
            }
            (Some('\''), '"') => out.push_str("\\\""),
            (Some(_), '\\') => match characters.next() {
                Some('\'') => out.push('\''),
                Some(escaped) => out.extend(['\\', escaped]),
                None => out.push('\\'),
            },
            (_, other) => out.push(other),
        }
    }
    (out, colons)
}

/// How many members the objects in a value have, and whether doubles hold all its numbers.
fn survey(value: &json::Value) -> (usize, bool) {
    let sum = |(members, finite): (usize, bool), (more, all): (usize, bool)| (members + more, finite && all);
    match value {
        json::Value::Number(number) => (0, number.as_f64().is_finite()),
        json::Value::Array(array) => array.iter().map(survey).fold((0, true), sum),
        json::Value::Object(object) => object.iter().map(|(_, member)| survey(member)).fold((object.len(), true), sum),
        _ => (0, true),
    }
}
