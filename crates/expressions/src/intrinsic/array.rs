//! The functions on arrays.

use super::math::truncated;
use super::{Outcome, Refusal};
use json::{Array, Number, Value};
use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

/// The longest array `States.ArrayRange` makes.
const RANGE_MAX: i64 = 1000;

/// The largest array `States.ArrayPartition` takes, in bytes of JSON text.
const PARTITION_BYTES_MAX: usize = 262_144;

pub(super) fn partition(value: &Value, size: &Value) -> Outcome {
    let array = array(value)?;
    let size = truncated(size)?;
    if size < 1 || value.to_string().len() > PARTITION_BYTES_MAX {
        return Err(Refusal::Arguments);
    }
    Ok(array.chunks(size as usize).map(|chunk| Value::from(chunk.to_vec())).collect::<Vec<_>>().into())
}

pub(super) fn contains(value: &Value, element: &Value) -> Outcome {
    Ok(array(value)?.contains(element).into())
}

/// From `start` to `end`, both included, by `step`.
pub(super) fn range(start: &Value, end: &Value, step: &Value) -> Outcome {
    let (start, end, step) = (truncated(start)?, truncated(end)?, truncated(step)?);
    if step == 0 {
        return Err(Refusal::Arguments);
    }
    let count = (end - start) / step + 1;
    if (end - start).signum() == -step.signum() {
        return Ok(Vec::new().into());
    }
    if count > RANGE_MAX {
        return Err(Refusal::Arguments);
    }
    Ok((0..count).map(|position| Value::from(start + position * step)).collect::<Vec<_>>().into())
}

/// The element at an index. An empty array has a null everywhere (recorded).
pub(super) fn get_item(value: &Value, index: &Value) -> Outcome {
    let array = array(value)?;
    let index = usize::try_from(truncated(index)?).map_err(|_| Refusal::Arguments)?;
    if array.is_empty() {
        return Ok(Value::Null);
    }
    array.get(index).cloned().ok_or(Refusal::Arguments)
}

pub(super) fn length(value: &Value) -> Outcome {
    Ok(array(value)?.len().into())
}

/// The first of each set of equal elements, in order.
pub(super) fn unique(value: &Value) -> Outcome {
    // The interior mutability clippy sees is an object's lazy index, which neither equality nor the hash looks at.
    #[allow(clippy::mutable_key_type)]
    let mut seen = HashSet::new();
    let unique: Vec<Value> = array(value)?.iter().filter(|element| seen.insert(ByValue(element))).cloned().collect();
    Ok(unique.into())
}

fn array(value: &Value) -> Result<&Array, Refusal> {
    value.as_array().ok_or(Refusal::Arguments)
}

/// A value that hashes as it compares, so that equal elements are found without comparing all with all.
struct ByValue<'v>(&'v Value);

impl PartialEq for ByValue<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

/// JSON has no NaN, the one value that would not equal itself.
impl Eq for ByValue<'_> {}

impl Hash for ByValue<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_value(self.0, state);
    }
}

fn hash_value<H: Hasher>(value: &Value, state: &mut H) {
    std::mem::discriminant(value).hash(state);
    match value {
        Value::Null => {}
        Value::Bool(boolean) => boolean.hash(state),
        Value::Number(number) => hash_number(number, state),
        Value::String(text) => text.hash(state),
        Value::Array(array) => {
            array.len().hash(state);
            array.iter().for_each(|element| hash_value(element, state));
        }
        // Key order does not count, so neither may it in the hash: members are hashed apart and summed.
        Value::Object(object) => {
            let members = object.iter().map(|(key, member)| {
                let mut hasher = DefaultHasher::new();
                key.hash(&mut hasher);
                hash_value(member, &mut hasher);
                hasher.finish()
            });
            members.fold(0_u64, u64::wrapping_add).hash(state);
        }
    }
}

fn hash_number<H: Hasher>(number: &Number, state: &mut H) {
    match number {
        Number::Integer(integer) => integer.hash(state),
        // 0.0 and -0.0 are equal and so must hash the same.
        Number::Double(double) => (if *double == 0.0 { 0.0 } else { *double }).to_bits().hash(state),
        Number::Decimal(text) => text.hash(state),
    }
}
