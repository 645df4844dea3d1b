//! The functions AWS adds to the language.

use super::Arguments;
use crate::error::Error;
use crate::evaluate::Evaluator;
use crate::evaluate::item::Item;
use sha2::Digest;
use std::fmt::Write;

/// The most numbers `$range` makes, as far as AWS was seen to go.
const RANGE_MAX: f64 = 360_145.0;

/// `$partition(array, size)`: chunks of `size`, the last one shorter.
pub(super) fn partition(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let (Some(elements), Some(size)) = (arguments.get(0).elements(), arguments.number(1)) else {
        return Ok(Item::Undefined);
    };
    let size = size.trunc();
    if size < 1.0 || elements.len() == 0 {
        return Ok(Item::Undefined);
    }
    evaluator.grow(elements.len() * 2)?;
    let items: Vec<Item> = elements.iter().collect();
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
        return Err(Error::new("D3152").with_value(crate::number::to_json(RANGE_MAX)));
    }
    evaluator.grow(count as usize)?;
    Ok(Item::sequence((0..count as u32).map(|index| Item::Number(start + f64::from(index) * step)).collect()))
}

/// `$hash(text, algorithm)`: lower-case hexadecimal.
pub(super) fn hash(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let (Some(text), Some(algorithm)) = (arguments.text(0), arguments.text(1)) else { return Ok(Item::Undefined) };
    evaluator.budget.step(text.len() as u64 / 16)?;
    let digest = match &**algorithm {
        "MD5" => md5::Md5::digest(text.as_bytes()).to_vec(),
        "SHA-1" => sha1::Sha1::digest(text.as_bytes()).to_vec(),
        "SHA-256" => sha2::Sha256::digest(text.as_bytes()).to_vec(),
        "SHA-384" => sha2::Sha384::digest(text.as_bytes()).to_vec(),
        "SHA-512" => sha2::Sha512::digest(text.as_bytes()).to_vec(),
        _ => return Err(Error::new("D3150").with_value(algorithm)),
    };
    let mut hex = String::with_capacity(digest.len() * 2);
    for byte in digest {
        write!(hex, "{byte:02x}").expect("writing to a String cannot fail");
    }
    evaluator.text(hex)
}

/// `$uuid()`: a version 4 UUID.
pub(super) fn uuid(evaluator: &Evaluator<'_>, _: Arguments<'_>) -> Result<Item, Error> {
    let high = (evaluator.next_random() & !0xf000) | 0x4000;
    let low = (evaluator.next_random() & !(0xc000 << 48)) | 0x8000 << 48;
    let groups = (high >> 32, (high >> 16) & 0xffff, high & 0xffff, low >> 48, low & 0xffff_ffff_ffff);
    evaluator.text(format!("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", groups.0, groups.1, groups.2, groups.3, groups.4))
}

/// `$parse(text)`: the value of a JSON text.
pub(super) fn parse(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let Some(text) = arguments.text(0) else { return Ok(Item::Undefined) };
    evaluator.budget.step(text.len() as u64 / 8)?;
    evaluator.budget.allocate(text.len() * 8)?;
    let parsed = json::parse(text).map_err(|error| Error::new("D3151").with_text(error.to_string()))?;
    Ok(Item::Json(parsed))
}
