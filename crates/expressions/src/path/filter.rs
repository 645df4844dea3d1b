//! Filter expressions: `[?(@.price < 10 && @.kind in ['a','b'])]`.

use super::failure::PathFailure;
use super::select::Work;
use super::steps::Steps;
use json::{Array, Number, Value};
use std::cmp::Ordering;

/// A condition on one element.
#[derive(Clone, Debug)]
pub(crate) enum Filter {
    /// `||`
    Or(Vec<Filter>),
    /// `&&`
    And(Vec<Filter>),
    /// `!`
    Not(Box<Filter>),
    /// An operand that stands alone: a path that finds something, or a literal that is not `false`.
    Exists(Operand),
    /// `left operator right`
    Compare(Operand, Operator, Operand),
}

#[derive(Clone, Debug)]
pub(crate) enum Operand {
    /// `@…`
    Element(Steps),
    /// `$…`: from the root of the document the whole path is applied to.
    Document(Steps),
    Literal(Value),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    /// `===`: of the same type and equal.
    Same,
    /// `!==`
    NotSame,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
    /// `subsetof`: all elements of the left list are in the right one.
    SubsetOf,
    /// `anyof`: some element is.
    AnyOf,
    /// `noneof`: no element is.
    NoneOf,
    /// `all`: the left list holds everything in the right one.
    All,
    Contains,
    Size,
    Empty,
}

impl Filter {
    pub(crate) fn accepts(&self, element: &Value, work: &Work<'_>) -> Result<bool, PathFailure> {
        work.visit(1)?;
        match self {
            Filter::Or(filters) => {
                for filter in filters {
                    if filter.accepts(element, work)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Filter::And(filters) => {
                for filter in filters {
                    if !filter.accepts(element, work)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Filter::Not(filter) => Ok(!filter.accepts(element, work)?),
            Filter::Exists(operand) => operand.exists(element, work),
            Filter::Compare(left, operator, right) => {
                let left = left.value(element, work)?;
                let right = right.value(element, work)?;
                operator.holds(left.as_ref(), right.as_ref(), work)
            }
        }
    }
}

impl Operand {
    /// The operand's value; `None` for a path that finds nothing, which is different from `null`.
    fn value(&self, element: &Value, work: &Work<'_>) -> Result<Option<Value>, PathFailure> {
        let found = match self {
            Operand::Element(steps) => steps.find_from(element, work),
            Operand::Document(steps) => steps.find_from(work.document, work),
            Operand::Literal(value) => Ok(value.clone()),
        };
        match found {
            Ok(value) => Ok(Some(value)),
            Err(PathFailure::TooMuchWork) => Err(PathFailure::TooMuchWork),
            Err(_) => Ok(None),
        }
    }

    fn exists(&self, element: &Value, work: &Work<'_>) -> Result<bool, PathFailure> {
        let value = self.value(element, work)?;
        Ok(match (self, value) {
            (_, None) => false,
            (Operand::Literal(literal), _) => *literal != Value::Bool(false),
            (Operand::Element(steps) | Operand::Document(steps), Some(value)) => {
                steps.is_definite() || value.as_array().is_none_or(|array| !array.is_empty())
            }
        })
    }
}

impl Operator {
    fn holds(self, left: Option<&Value>, right: Option<&Value>, work: &Work<'_>) -> Result<bool, PathFailure> {
        Ok(match self {
            Operator::Equal => equal(left, right),
            Operator::NotEqual => !equal(left, right),
            Operator::Same => same(left, right),
            Operator::NotSame => !same(left, right),
            Operator::Less => order(left, right).is_some_and(Ordering::is_lt),
            Operator::LessOrEqual => order(left, right).is_some_and(Ordering::is_le),
            Operator::Greater => order(left, right).is_some_and(Ordering::is_gt),
            Operator::GreaterOrEqual => order(left, right).is_some_and(Ordering::is_ge),
            Operator::In => is_in(left, right, work)?,
            Operator::NotIn => !is_in(left, right, work)?,
            Operator::SubsetOf => lists(left, right).is_some() && all_in(left, right, work)?,
            Operator::All => lists(left, right).is_some() && all_in(right, left, work)?,
            Operator::AnyOf => lists(left, right).is_some() && any_in(left, right, work)?,
            Operator::NoneOf => lists(left, right).is_some() && !any_in(left, right, work)?,
            Operator::Contains => match (left, right) {
                (Some(Value::String(text)), Some(Value::String(part))) => text.contains(&**part),
                _ => is_in(right, left, work)?,
            },
            Operator::Size => length(left).is_some_and(|length| right.and_then(Value::as_i64) == Some(length)),
            Operator::Empty => length(left).is_some_and(|length| right.and_then(Value::as_bool) == Some(length == 0)),
        })
    }
}

/// Nothing equals a path that finds nothing, not even another one.
fn equal(left: Option<&Value>, right: Option<&Value>) -> bool {
    match (left, right) {
        (Some(Value::Number(left)), Some(Value::Number(right))) => compare(left, right) == Some(Ordering::Equal),
        // Jayway's rule: the right side is read as what the left side is.
        (Some(Value::Number(left)), Some(Value::String(right))) => {
            matches!(json::parse(right), Ok(Value::Number(right)) if compare(left, &right) == Some(Ordering::Equal))
        }
        (Some(Value::String(left)), Some(Value::Number(right))) => **left == *right.to_string(),
        (Some(left), Some(right)) => left == right,
        _ => false,
    }
}

fn order(left: Option<&Value>, right: Option<&Value>) -> Option<Ordering> {
    match (left?, right?) {
        (Value::Number(left), Value::Number(right)) => compare(left, right),
        (Value::String(left), Value::String(right)) => Some(left.encode_utf16().cmp(right.encode_utf16())),
        _ => None,
    }
}

fn compare(left: &Number, right: &Number) -> Option<Ordering> {
    match (left, right) {
        (Number::Integer(left), Number::Integer(right)) => Some(left.cmp(right)),
        _ => left.as_f64().partial_cmp(&right.as_f64()),
    }
}

fn is_in(value: Option<&Value>, list: Option<&Value>, work: &Work<'_>) -> Result<bool, PathFailure> {
    let Some(list) = list.and_then(Value::as_array) else { return Ok(false) };
    for element in list.iter() {
        work.visit(1)?;
        if equal(value, Some(element)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Jayway's `===`: no side is read as what the other is.
fn same(left: Option<&Value>, right: Option<&Value>) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => left.type_name() == right.type_name() && equal(Some(left), Some(right)),
        _ => false,
    }
}

fn lists<'v>(left: Option<&'v Value>, right: Option<&'v Value>) -> Option<(&'v Array, &'v Array)> {
    Some((left?.as_array()?, right?.as_array()?))
}

fn all_in(part: Option<&Value>, list: Option<&Value>, work: &Work<'_>) -> Result<bool, PathFailure> {
    for element in part.and_then(Value::as_array).into_iter().flat_map(|part| part.iter()) {
        if !is_in(Some(element), list, work)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn any_in(part: Option<&Value>, list: Option<&Value>, work: &Work<'_>) -> Result<bool, PathFailure> {
    for element in part.and_then(Value::as_array).into_iter().flat_map(|part| part.iter()) {
        if is_in(Some(element), list, work)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn length(value: Option<&Value>) -> Option<i64> {
    match value? {
        Value::Array(array) => Some(array.len() as i64),
        Value::String(text) => Some(text.chars().count() as i64),
        Value::Object(object) => Some(object.len() as i64),
        _ => None,
    }
}
