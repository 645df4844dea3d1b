//! Choice: the first rule that holds decides.

use crate::context::Extras;
use crate::data::Visible;
use crate::failure::Fault;
use crate::frame::Frame;
use crate::step::{Progress, Step};
use asl::definition::{Assign, ChoiceState, Comparison, Condition, Operand, Operator, Ordering, State, StateIndex};
use expressions::{JsonataTemplate, Path, Scope};
use json::{Payload, Value};
use std::cmp;

pub(crate) fn begin(
    step: &mut Step<'_>,
    frame: &mut Frame,
    state: &State,
    choice: &ChoiceState,
) -> Result<Progress, Fault> {
    let input = step.effective_input(frame, state)?;
    // A rule's Assign and Output stand in for the state's, which belong to the default alone.
    match (first_that_holds(step, frame, &input, choice)?, choice.default) {
        (Some(position), _) => {
            let rule = &choice.rules[position];
            let place = format!("Choices[{position}]/");
            leave(step, frame, state, &input, rule.assign.as_ref(), rule.output.as_ref(), &place, rule.next)
        }
        (None, Some(default)) => {
            leave(step, frame, state, &input, state.assign.as_ref(), state.flow.output(), "", default)
        }
        (None, None) => {
            Err(Fault::runtime("Failed to transition out of the state. The state does not point to a next state."))
        }
    }
}

fn first_that_holds(
    step: &mut Step<'_>,
    frame: &Frame,
    input: &Payload,
    choice: &ChoiceState,
) -> Result<Option<usize>, Fault> {
    for (position, rule) in choice.rules.iter().enumerate() {
        let holds = match &rule.condition {
            Condition::Literal(literal) => *literal,
            Condition::Jsonata(expression) => {
                let location = format!("Choices[{position}]/Condition");
                step.expression(frame, expression, &location, "boolean", Value::as_bool)?
            }
            condition => step.evaluate(frame, input.value(), Extras::default(), |scope, _| holds(condition, scope))?,
        };
        if holds {
            return Ok(Some(position));
        }
    }
    Ok(None)
}

#[allow(clippy::too_many_arguments, reason = "the parts of one way out of the state")]
fn leave(
    step: &mut Step<'_>,
    frame: &mut Frame,
    state: &State,
    input: &Payload,
    assign: Option<&Assign>,
    output: Option<&JsonataTemplate>,
    place: &str,
    next: StateIndex,
) -> Result<Progress, Fault> {
    let assigned = step.assign(frame, Visible::of(input.value()), assign, &format!("{place}Assign"))?;
    let output = step.output_of_input(frame, state, input, output, &format!("{place}Output"))?;
    step.exit(frame, state, output, assigned)?;
    Ok(step.go_to(frame, next))
}

fn holds(condition: &Condition, scope: &Scope<'_>) -> Result<bool, Fault> {
    match condition {
        Condition::And(conditions) => {
            for condition in conditions {
                if !holds(condition, scope)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        Condition::Or(conditions) => {
            for condition in conditions {
                if holds(condition, scope)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Condition::Not(condition) => Ok(!holds(condition, scope)?),
        Condition::Compare(comparison) => compare(comparison, scope),
        Condition::Literal(_) | Condition::Jsonata(_) => unreachable!("conditions of JSONata stand alone"),
    }
}

/// A comparison of the wrong types is false, not an error (recorded).
fn compare(comparison: &Comparison, scope: &Scope<'_>) -> Result<bool, Fault> {
    if let Operator::IsPresent(expected) = comparison.operator {
        return Ok(comparison.variable.evaluate(scope).is_ok() == expected);
    }
    let value = look_up(&comparison.variable, scope)?;
    Ok(match &comparison.operator {
        Operator::String(ordering, operand) => {
            let operand = resolve(operand, scope)?;
            texts(&value, &operand)
                .is_some_and(|(left, right)| fits(*ordering, left.encode_utf16().cmp(right.encode_utf16())))
        }
        Operator::StringMatches(pattern) => value.as_str().is_some_and(|text| matches_pattern(text, pattern)),
        Operator::Numeric(ordering, operand) => {
            let operand = resolve(operand, scope)?;
            match (value.as_number(), operand.as_number()) {
                (Some(left), Some(right)) => {
                    left.as_f64().partial_cmp(&right.as_f64()).is_some_and(|order| fits(*ordering, order))
                }
                _ => false,
            }
        }
        Operator::BooleanEquals(operand) => {
            let operand = resolve(operand, scope)?;
            value.as_bool().is_some() && value.as_bool() == operand.as_bool()
        }
        Operator::Timestamp(ordering, operand) => {
            let operand = resolve(operand, scope)?;
            let instants = texts(&value, &operand).and_then(|(left, right)| Some((instant(left)?, instant(right)?)));
            instants.is_some_and(|(left, right)| fits(*ordering, left.cmp(&right)))
        }
        Operator::IsNull(expected) => value.is_null() == *expected,
        Operator::IsPresent(_) => unreachable!("answered above"),
        Operator::IsNumeric(expected) => value.as_number().is_some() == *expected,
        Operator::IsString(expected) => value.as_str().is_some() == *expected,
        Operator::IsBoolean(expected) => value.as_bool().is_some() == *expected,
        Operator::IsTimestamp(expected) => value.as_str().is_some_and(|text| instant(text).is_some()) == *expected,
    })
}

fn look_up(path: &Path, scope: &Scope<'_>) -> Result<Value, Fault> {
    path.evaluate(scope).map_err(|_| {
        Fault::runtime(format!(
            "Invalid path '{}': The choice state's condition path references an invalid value.",
            path.text()
        ))
    })
}

fn resolve(operand: &Operand, scope: &Scope<'_>) -> Result<Value, Fault> {
    match operand {
        Operand::Literal(value) => Ok(value.clone()),
        Operand::Path(path) => look_up(path, scope),
    }
}

fn texts<'v>(left: &'v Value, right: &'v Value) -> Option<(&'v str, &'v str)> {
    Some((left.as_str()?, right.as_str()?))
}

fn instant(text: &str) -> Option<i64> {
    asl::timestamp(text)
}

fn fits(ordering: Ordering, order: cmp::Ordering) -> bool {
    match ordering {
        Ordering::Equals => order.is_eq(),
        Ordering::LessThan => order.is_lt(),
        Ordering::LessThanEquals => order.is_le(),
        Ordering::GreaterThan => order.is_gt(),
        Ordering::GreaterThanEquals => order.is_ge(),
    }
}

/// `StringMatches`: `*` is any run of characters, a backslash makes the next character plain.
///
/// Each plain piece is searched for once, from where the one before it ended: no pattern costs more than the sum of the lengths.
fn matches_pattern(text: &str, pattern: &str) -> bool {
    let mut pieces = plain_pieces(pattern);
    let last = pieces.pop().expect("there is one piece more than there are stars");
    let Some((first, middle)) = pieces.split_first() else {
        return text == last;
    };
    let Some(mut rest) = text.strip_prefix(first.as_str()).and_then(|rest| rest.strip_suffix(last.as_str())) else {
        return false;
    };
    for piece in middle {
        match rest.find(piece.as_str()) {
            Some(position) => rest = &rest[position + piece.len()..],
            None => return false,
        }
    }
    true
}

/// What stands between the stars, without the backslashes.
fn plain_pieces(pattern: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        let piece = pieces.last_mut().expect("never empty");
        match character {
            '*' => pieces.push(String::new()),
            '\\' => piece.push(characters.next().unwrap_or('\\')),
            other => piece.push(other),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::matches_pattern;

    #[test]
    fn patterns() {
        for (text, pattern, expected) in [
            ("log-2024.txt", "log-*.txt", true),
            ("log-2024.txt", "log-*.gz", false),
            ("", "*", true),
            ("", "", true),
            ("a*c", "a\\*c", true),
            ("abc", "a\\*c", false),
            ("a\\c", "a\\\\c", true),
            ("aXbXc", "*X*X*", true),
            ("mississippi", "m*iss*ip*", true),
            ("mississippi", "m*issx*", false),
            ("aba", "ab*ba", false),
            ("abba", "ab*ba", true),
            ("größe", "gr*e", true),
            ("anything", "**", true),
            ("back\\", "back\\", true),
        ] {
            assert_eq!(matches_pattern(text, pattern), expected, "{text} like {pattern}");
        }
        let long = "a".repeat(262_144);
        assert!(!matches_pattern(&long, &format!("{}b*", "*a".repeat(100_000))));
        assert!(!matches_pattern(&long, &format!("*{}b*", "a".repeat(131_072))));
    }
}
