//! `Variable` and its operator.

use crate::QueryLanguage;
use crate::compile::checker::Checker;
use crate::compile::fields::Fields;
use crate::compile::location::Location;
use crate::compile::template::looks_evaluated;
use crate::definition::{Comparison, Operand, Operator, Ordering};
use crate::diagnostic::code;
use crate::timestamp::timestamp;
use crate::tree::{Node, NodeKind};
use expressions::{Path, ReferencePath};

/// What an operator compares.
#[derive(Clone, Copy)]
enum Family {
    String,
    StringMatches,
    Numeric,
    Boolean,
    Timestamp,
    Is(fn(bool) -> Operator),
}

struct Known {
    name: &'static str,
    /// The name of the variant whose operand is looked up.
    path_name: Option<&'static str>,
    family: Family,
    ordering: Ordering,
}

macro_rules! ordered {
    ($family:ident, $($name:literal $path_name:literal $ordering:ident),*) => {
        [$(Known { name: $name, path_name: Some($path_name), family: Family::$family, ordering: Ordering::$ordering }),*]
    };
}

const STRING: [Known; 5] = ordered!(
    String,
    "StringEquals" "StringEqualsPath" Equals,
    "StringLessThan" "StringLessThanPath" LessThan,
    "StringGreaterThan" "StringGreaterThanPath" GreaterThan,
    "StringLessThanEquals" "StringLessThanEqualsPath" LessThanEquals,
    "StringGreaterThanEquals" "StringGreaterThanEqualsPath" GreaterThanEquals
);

const NUMERIC: [Known; 5] = ordered!(
    Numeric,
    "NumericEquals" "NumericEqualsPath" Equals,
    "NumericLessThan" "NumericLessThanPath" LessThan,
    "NumericGreaterThan" "NumericGreaterThanPath" GreaterThan,
    "NumericLessThanEquals" "NumericLessThanEqualsPath" LessThanEquals,
    "NumericGreaterThanEquals" "NumericGreaterThanEqualsPath" GreaterThanEquals
);

const TIMESTAMP: [Known; 5] = ordered!(
    Timestamp,
    "TimestampEquals" "TimestampEqualsPath" Equals,
    "TimestampLessThan" "TimestampLessThanPath" LessThan,
    "TimestampGreaterThan" "TimestampGreaterThanPath" GreaterThan,
    "TimestampLessThanEquals" "TimestampLessThanEqualsPath" LessThanEquals,
    "TimestampGreaterThanEquals" "TimestampGreaterThanEqualsPath" GreaterThanEquals
);

const BOOLEAN: [Known; 1] = ordered!(Boolean, "BooleanEquals" "BooleanEqualsPath" Equals);

const UNORDERED: [Known; 7] = [
    unordered("StringMatches", Family::StringMatches),
    unordered("IsNull", Family::Is(Operator::IsNull)),
    unordered("IsPresent", Family::Is(Operator::IsPresent)),
    unordered("IsNumeric", Family::Is(Operator::IsNumeric)),
    unordered("IsString", Family::Is(Operator::IsString)),
    unordered("IsBoolean", Family::Is(Operator::IsBoolean)),
    unordered("IsTimestamp", Family::Is(Operator::IsTimestamp)),
];

const fn unordered(name: &'static str, family: Family) -> Known {
    Known { name, path_name: None, family, ordering: Ordering::Equals }
}

fn operators() -> impl Iterator<Item = &'static Known> {
    static ALL: [&[Known]; 5] = [&STRING, &NUMERIC, &BOOLEAN, &TIMESTAMP, &UNORDERED];
    ALL.iter().flat_map(|family| family.iter())
}

fn names() -> impl Iterator<Item = &'static str> {
    operators().flat_map(|known| [Some(known.name), known.path_name]).flatten()
}

/// Marks all operators as known, where the rule around them is already refused.
pub(crate) fn take_operators(fields: &mut Fields<'_, '_>) {
    for name in names() {
        fields.take(name);
    }
}

/// Takes `Variable` and the one operator that belongs to it.
pub(crate) fn compile<'t>(checker: &mut Checker<'t>, fields: &mut Fields<'t, '_>) -> Option<Comparison> {
    let variable = fields.take("Variable").and_then(|node| {
        let location = fields.location.key("Variable");
        reference(checker, node, &location)
    });
    let present: Vec<&str> = names().filter(|name| fields.has(name)).collect();
    if present.len() != 1 {
        let all: Vec<&str> = names().collect();
        fields.exactly_one(checker, &all);
    }
    let mut operator = None;
    for known in operators() {
        operator = operator.or(literal(checker, fields, known));
        operator = operator.or(looked_up(checker, fields, known));
    }
    Some(Comparison { variable: variable?, operator: operator? })
}

/// A reference path in a choice rule: AWS has another sentence here than for the `…Path` fields of states.
fn reference(checker: &mut Checker<'_>, node: &Node, location: &Location<'_>) -> Option<Path> {
    let text = node.as_str().unwrap_or_default();
    if !text.starts_with('$') {
        let message = "Value is not a Reference Path: Reference path didn't start with '$'";
        checker.schema(location, &node.span, message);
        return None;
    }
    match ReferencePath::parse(text) {
        Ok(path) => Some(path.as_path().clone()),
        Err(error) => {
            checker.schema_with_help(location, &node.span, "Value is not a Reference Path", Some(error.message));
            None
        }
    }
}

fn literal<'t>(checker: &mut Checker<'t>, fields: &mut Fields<'t, '_>, known: &Known) -> Option<Operator> {
    let node = fields.take(known.name)?;
    let location = fields.location.key(known.name);
    warn_of_path(checker, node, &location, known);
    let fits = match known.family {
        Family::String | Family::StringMatches => matches!(node.kind, NodeKind::String(_)),
        Family::Numeric => matches!(node.kind, NodeKind::Number(_)),
        Family::Boolean | Family::Is(_) => matches!(node.kind, NodeKind::Bool(_)),
        Family::Timestamp => node.as_str().and_then(timestamp).is_some(),
    };
    if !fits {
        let message = match known.family {
            Family::String | Family::StringMatches => "Expected value of type String",
            Family::Numeric => "Expected value of type Number",
            Family::Boolean | Family::Is(_) => "Expected value of type Boolean",
            Family::Timestamp => "String does not match RFC3339 timestamp",
        };
        checker.schema(&location, &node.span, message);
        return None;
    }
    match known.family {
        Family::StringMatches => Some(Operator::StringMatches(node.as_str()?.to_owned())),
        Family::Is(operator) => Some(operator(node.kind == NodeKind::Bool(true))),
        Family::String | Family::Numeric | Family::Boolean | Family::Timestamp => {
            Some(with_operand(known, Operand::Literal(node.to_value())))
        }
    }
}

fn looked_up<'t>(checker: &mut Checker<'t>, fields: &mut Fields<'t, '_>, known: &Known) -> Option<Operator> {
    let name = known.path_name?;
    let node = fields.take_of(checker, QueryLanguage::JsonPath, name)?;
    let path = reference(checker, node, &fields.location.key(name))?;
    Some(with_operand(known, Operand::Path(path)))
}

fn with_operand(known: &Known, operand: Operand) -> Operator {
    match known.family {
        Family::String => Operator::String(known.ordering, operand),
        Family::Numeric => Operator::Numeric(known.ordering, operand),
        Family::Timestamp => Operator::Timestamp(known.ordering, operand),
        Family::Boolean => Operator::BooleanEquals(operand),
        Family::StringMatches | Family::Is(_) => unreachable!("these operators have no operand to look up"),
    }
}

fn warn_of_path(checker: &mut Checker<'_>, node: &Node, location: &Location<'_>, known: &Known) {
    if let (Some(path_name), Some(text)) = (known.path_name, node.as_str())
        && looks_evaluated(text)
    {
        let message =
            format!("The value of '{}' looks like a path, but the field name does not end with 'Path'", known.name);
        let help = format!("use '{path_name}' to compare with the value the path finds");
        checker.warning(code::NO_PATH, location, &node.span, message, help);
    }
}
