//! Choice rules.

use super::{Assign, StateIndex};
use expressions::{JsonataExpression, JsonataTemplate, Path};
use json::Value;

/// One element of `Choices`.
#[derive(Debug)]
pub struct ChoiceRule {
    /// What must hold.
    pub condition: Condition,
    /// `Next`
    pub next: StateIndex,
    /// `Assign` of this rule.
    pub assign: Option<Assign>,
    /// `Output` of this rule, in JSONata.
    pub output: Option<JsonataTemplate>,
}

/// A test on the state's input.
#[derive(Debug)]
pub enum Condition {
    /// All hold, tried in order up to the first that does not.
    And(Vec<Condition>),
    /// One holds, tried in order up to the first that does.
    Or(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// One operator on one variable.
    Compare(Comparison),
    /// `Condition`, given in JSONata as `true` or `false`.
    Literal(bool),
    /// `Condition`, a JSONata expression.
    Jsonata(JsonataExpression),
}

/// `Variable` and its operator.
#[derive(Debug)]
pub struct Comparison {
    /// `Variable`
    pub variable: Path,
    /// The operator with its operand.
    pub operator: Operator,
}

/// The comparison operators; the operand of a `…Path` operator is looked up.
#[derive(Debug)]
pub enum Operator {
    /// `StringEquals`, `StringLessThan` …: by UTF-16 code units.
    String(Ordering, Operand),
    /// `StringMatches`: a pattern in which `*` stands for any run and `\\` escapes.
    StringMatches(String),
    /// `NumericEquals` …: as doubles.
    Numeric(Ordering, Operand),
    /// `BooleanEquals`, `BooleanEqualsPath`
    BooleanEquals(Operand),
    /// `TimestampEquals` …: as instants.
    Timestamp(Ordering, Operand),
    /// `IsNull`
    IsNull(bool),
    /// `IsPresent`
    IsPresent(bool),
    /// `IsNumeric`
    IsNumeric(bool),
    /// `IsString`
    IsString(bool),
    /// `IsBoolean`
    IsBoolean(bool),
    /// `IsTimestamp`
    IsTimestamp(bool),
}

/// Which way an ordered operator compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ordering {
    /// `…Equals`
    Equals,
    /// `…LessThan`
    LessThan,
    /// `…LessThanEquals`
    LessThanEquals,
    /// `…GreaterThan`
    GreaterThan,
    /// `…GreaterThanEquals`
    GreaterThanEquals,
}

/// What a variable is compared with.
#[derive(Debug)]
pub enum Operand {
    /// A literal of the operator's type.
    Literal(Value),
    /// The `…Path` variant.
    Path(Path),
}
