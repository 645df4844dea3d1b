//! Infix operators, negation and `~>`.

use super::Evaluator;
use super::frame::Environment;
use super::function::{Function, FunctionKind};
use super::item::{Item, compare_text, deep_equal};
use super::path::check_finite;
use super::to_boolean;
use crate::error::Error;
use crate::functions::string::to_text;
use crate::profile::Profile;
use crate::syntax::ast::{BinaryOperator, Kind, Node};
use json::Value;
use std::cmp::Ordering;
use std::rc::Rc;

/// The most numbers `..` makes.
const RANGE_MAX: f64 = 1e7;

impl Evaluator<'_> {
    pub(super) fn binary(
        &self,
        node: &Node,
        operator: BinaryOperator,
        left: &Node,
        right: &Node,
        input: &Item,
        environment: &Environment,
    ) -> Result<Item, Error> {
        let lhs = self.evaluate(left, input, environment)?;
        if let BinaryOperator::And | BinaryOperator::Or = operator {
            let lhs = to_boolean(&lhs, self.profile)?;
            if lhs == (operator == BinaryOperator::Or) {
                return Ok(boolean(lhs));
            }
            // Whatever fails in the right operand, the reference implementation blames `and` or `or`, the outermost of several.
            let rhs = self.evaluate(right, input, environment);
            let rhs = rhs.map_err(|error| error.blaming(node.span.end, operator.text()))?;
            return Ok(boolean(to_boolean(&rhs, self.profile)?));
        }
        let rhs = self.evaluate(right, input, environment)?;
        self.operate(operator, lhs, rhs).map_err(|error| error.at(node.span.end).with_token(operator.text()))
    }

    fn operate(&self, operator: BinaryOperator, lhs: Item, rhs: Item) -> Result<Item, Error> {
        match operator {
            BinaryOperator::Add
            | BinaryOperator::Subtract
            | BinaryOperator::Multiply
            | BinaryOperator::Divide
            | BinaryOperator::Remainder => arithmetic(operator, &lhs, &rhs),
            BinaryOperator::Equal | BinaryOperator::NotEqual => {
                if lhs.is_undefined() || rhs.is_undefined() {
                    return Ok(boolean(false));
                }
                if lhs.is_array() == rhs.is_array() && lhs.is_object() == rhs.is_object() {
                    self.charge_comparison(&lhs)?;
                }
                Ok(boolean(deep_equal(&lhs, &rhs) == (operator == BinaryOperator::Equal)))
            }
            BinaryOperator::Less
            | BinaryOperator::LessOrEqual
            | BinaryOperator::Greater
            | BinaryOperator::GreaterOrEqual => compare(operator, &lhs, &rhs),
            BinaryOperator::Concatenate => {
                let mut text = String::new();
                for side in [&lhs, &rhs] {
                    match side.as_str() {
                        Some(side) => text.push_str(side),
                        None => to_text(self, side, false, &mut text)?,
                    }
                }
                self.text(text)
            }
            BinaryOperator::In => {
                if lhs.is_undefined() || rhs.is_undefined() {
                    return Ok(boolean(false));
                }
                let same = |item: &Item| match self.profile {
                    Profile::StepFunctions => !item.is_array() && !item.is_object() && deep_equal(item, &lhs),
                    _ => identical(item, &lhs),
                };
                let Some(elements) = rhs.elements() else { return Ok(boolean(same(&rhs))) };
                self.budget.step(elements.len() as u64)?;
                Ok(boolean(elements.iter().any(|element| same(&element))))
            }
            BinaryOperator::Range => self.range(&lhs, &rhs),
            BinaryOperator::And | BinaryOperator::Or => Ok(Item::Undefined),
        }
    }

    /// A deep comparison costs as much as there is on one side, at most; the left one is counted, and what is nested in it.
    pub(crate) fn charge_comparison(&self, item: &Item) -> Result<(), Error> {
        if let Some(elements) = item.elements() {
            self.budget.step(elements.len() as u64)?;
            return elements.iter().try_for_each(|element| self.charge_comparison(&element));
        }
        if item.is_object() {
            let entries = item.entries();
            self.budget.step(2 + entries.len() as u64 * 2)?;
            return entries.iter().try_for_each(|(_, member)| self.charge_comparison(member));
        }
        Ok(())
    }

    fn range(&self, lhs: &Item, rhs: &Item) -> Result<Item, Error> {
        for (side, code) in [(lhs, "T2003"), (rhs, "T2004")] {
            let integer = side.as_number().is_some_and(|number| number.fract() == 0.0);
            if !side.is_undefined() && !integer {
                return Err(Error::new(code).with_value(side.to_error_value()));
            }
        }
        let (Some(from), Some(to)) = (lhs.as_number(), rhs.as_number()) else { return Ok(Item::Undefined) };
        if from > to {
            return Ok(Item::Undefined);
        }
        let count = to - from + 1.0;
        if count > RANGE_MAX {
            // Version 2.0.6 allows as many and says something else.
            let said = if self.profile.is_documented() { "1e6" } else { "1e7" };
            return Err(Error::new("D2014").with_text(said).with_value(crate::number::to_json(count)));
        }
        self.grow(count as usize)?;
        Ok(Item::sequence((0..count as usize).map(|offset| Item::Number(from + offset as f64)).collect()))
    }

    pub(super) fn negate(
        &self,
        node: &Node,
        operand: &Node,
        input: &Item,
        environment: &Environment,
    ) -> Result<Item, Error> {
        let value = self.evaluate(operand, input, environment)?;
        if value.is_undefined() {
            return Ok(value);
        }
        match value.as_number().filter(|number| !number.is_nan()) {
            Some(number) => {
                check_finite(number).map_err(|error| error.at(node.span.end))?;
                Ok(Item::Number(-number))
            }
            None => {
                let error = Error::new("D1002").at(node.span.end).with_token("-");
                // A regular expression is a function of JavaScript's, which has no text.
                Err(if value.is_regex() { error } else { error.with_value(value.to_error_value()) })
            }
        }
    }

    /// `left ~> right`: calls a call with one more argument, or chains two functions.
    pub(super) fn apply_operator(
        &self,
        node: &Node,
        left: &Node,
        right: &Node,
        input: &Item,
        environment: &Environment,
    ) -> Result<Item, Error> {
        let lhs = self.evaluate(left, input, environment)?;
        if let Kind::Call(call) = &right.kind {
            // Predicates of the call are not looked at, as in the reference implementation.
            return self.call_with(call, Some(lhs), input, environment);
        }
        let function = self.evaluate(right, input, environment)?;
        if !function.is_function() {
            let error = Error::new("T2006").at(node.span.end);
            return Err(error.with_value(function.to_error_value()));
        }
        if lhs.is_function() {
            return Function::item(FunctionKind::Composed(lhs, function)).shallow_enough();
        }
        // The function sees null as its context, not what stands around.
        self.apply(&function, vec![lhs], &Item::NULL).map_err(|error| error.at(node.span.end))
    }
}

pub(super) fn boolean(boolean: bool) -> Item {
    Item::Json(Value::Bool(boolean))
}

fn arithmetic(operator: BinaryOperator, lhs: &Item, rhs: &Item) -> Result<Item, Error> {
    let number = |side: &Item, code| match side.as_number().filter(|number| !number.is_nan()) {
        Some(number) => check_finite(number).map(|()| Some(number)),
        None if side.is_undefined() => Ok(None),
        None => Err(Error::new(code).with_value(side.to_error_value())),
    };
    let (Some(lhs), Some(rhs)) = (number(lhs, "T2001")?, number(rhs, "T2002")?) else { return Ok(Item::Undefined) };
    Ok(Item::Number(match operator {
        BinaryOperator::Add => lhs + rhs,
        BinaryOperator::Subtract => lhs - rhs,
        BinaryOperator::Multiply => lhs * rhs,
        BinaryOperator::Divide => lhs / rhs,
        _ => lhs % rhs,
    }))
}

fn compare(operator: BinaryOperator, lhs: &Item, rhs: &Item) -> Result<Item, Error> {
    let comparable = |item: &Item| item.is_undefined() || item.as_number().is_some() || item.as_str().is_some();
    if !comparable(lhs) || !comparable(rhs) {
        let culprit = if comparable(lhs) { rhs } else { lhs };
        return Err(Error::new("T2010").with_value(culprit.to_error_value()));
    }
    if lhs.is_undefined() || rhs.is_undefined() {
        return Ok(Item::Undefined);
    }
    let ordering = match (lhs.as_number(), rhs.as_number(), lhs.as_str(), rhs.as_str()) {
        (Some(lhs), Some(rhs), ..) => lhs.partial_cmp(&rhs),
        (_, _, Some(lhs), Some(rhs)) => Some(compare_text(lhs, rhs)),
        _ => {
            let error = Error::new("T2009").with_value(lhs.to_error_value());
            return Err(error.with_value2(rhs.to_error_value()));
        }
    };
    Ok(boolean(ordering.is_some_and(|ordering| match operator {
        BinaryOperator::Less => ordering == Ordering::Less,
        BinaryOperator::LessOrEqual => ordering != Ordering::Greater,
        BinaryOperator::Greater => ordering == Ordering::Greater,
        _ => ordering != Ordering::Less,
    })))
}

/// `===`: an array or an object is the same as itself, not as one that is equal to it.
fn identical(left: &Item, right: &Item) -> bool {
    match (left, right) {
        (Item::List(left, _), Item::List(right, _)) => Rc::ptr_eq(left, right),
        (Item::Record(left), Item::Record(right)) => Rc::ptr_eq(left, right),
        (Item::Json(Value::Array(left)), Item::Json(Value::Array(right))) => {
            !left.is_empty() && std::ptr::eq(left.as_ptr(), right.as_ptr())
        }
        (Item::Json(Value::Object(left)), Item::Json(Value::Object(right))) => left.ptr_eq(right),
        _ => !left.is_array() && !left.is_object() && deep_equal(left, right),
    }
}

/// A number for a message that cannot hold infinity.
pub(crate) fn shown(number: f64) -> Value {
    if number.is_finite() { crate::number::to_json(number) } else { Value::from(crate::text::number::format(number)) }
}
