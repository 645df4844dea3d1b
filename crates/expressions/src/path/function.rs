//! Jayway's path functions: `$.items.length()`, `$.prices.sum()`.

use super::failure::PathFailure;
use super::select::Work;
use super::steps::Steps;
use json::Value;

/// A function at the end of a path.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    kind: Kind,
    parameters: Vec<Parameter>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Length,
    Min,
    Max,
    Avg,
    Sum,
    Stddev,
    Keys,
    Concat,
    Append,
}

/// What stands between the parentheses.
#[derive(Clone, Debug)]
pub(crate) enum Parameter {
    /// A JSON literal.
    Value(Value),
    /// A path from the document's root.
    Path(Steps),
}

const KINDS: [(&str, Kind); 9] = [
    ("length", Kind::Length),
    ("min", Kind::Min),
    ("max", Kind::Max),
    ("avg", Kind::Avg),
    ("sum", Kind::Sum),
    ("stddev", Kind::Stddev),
    ("keys", Kind::Keys),
    ("concat", Kind::Concat),
    ("append", Kind::Append),
];

impl Function {
    /// The function called `name`, if there is one.
    pub(crate) fn new(name: &str, parameters: Vec<Parameter>) -> Option<Function> {
        let (_, kind) = KINDS.iter().find(|(known, _)| *known == name)?;
        Some(Function { kind: *kind, parameters })
    }

    pub(crate) fn name(&self) -> String {
        let (name, _) = KINDS.iter().find(|(_, kind)| *kind == self.kind).expect("every kind is in the table");
        format!("{name}()")
    }

    pub(crate) fn apply(&self, value: &Value, work: &Work<'_>) -> Result<Value, PathFailure> {
        let parameters: Vec<Value> = self
            .parameters
            .iter()
            .map(|parameter| match parameter {
                Parameter::Value(value) => Ok(value.clone()),
                Parameter::Path(steps) => steps.find_from(work.document, work),
            })
            .collect::<Result<_, _>>()?;
        let visited = [value].into_iter().chain(&parameters);
        work.visit(visited.map(|value| value.as_array().map_or(1, |array| array.len())).sum())?;
        match self.kind {
            Kind::Length => Ok(length(parameters.first().unwrap_or(value))),
            Kind::Keys => Ok(keys(value)),
            Kind::Concat => Ok(concat(value, &parameters)),
            Kind::Append => Ok(append(value, parameters)),
            Kind::Min | Kind::Max | Kind::Avg | Kind::Sum | Kind::Stddev => {
                self.aggregate(&numbers(value, &parameters))
            }
        }
    }

    fn aggregate(&self, numbers: &[f64]) -> Result<Value, PathFailure> {
        if numbers.is_empty() {
            return Err(PathFailure::Function("Aggregation function attempted to calculate value using empty array"));
        }
        let count = numbers.len() as f64;
        let sum: f64 = numbers.iter().sum();
        let squares: f64 = numbers.iter().map(|number| number * number).sum();
        let result = match self.kind {
            Kind::Min => numbers.iter().copied().fold(f64::INFINITY, f64::min),
            Kind::Max => numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            Kind::Avg => sum / count,
            Kind::Stddev => (squares / count - (sum / count).powi(2)).max(0.0).sqrt(),
            _ => sum,
        };
        Ok(result.into())
    }
}

fn length(value: &Value) -> Value {
    match value {
        Value::Array(array) => array.len().into(),
        Value::Object(object) => object.len().into(),
        _ => Value::Null,
    }
}

fn keys(value: &Value) -> Value {
    match value {
        Value::Object(object) => object.keys().map(Value::from).collect::<Vec<_>>().into(),
        _ => Value::Null,
    }
}

/// The strings of an array and those among the parameters, joined.
fn concat(value: &Value, parameters: &[Value]) -> Value {
    let elements = value.as_array().into_iter().flat_map(|array| array.iter());
    elements.chain(parameters).filter_map(Value::as_str).collect::<String>().into()
}

fn append(value: &Value, parameters: Vec<Value>) -> Value {
    match value {
        Value::Array(array) => array.iter().cloned().chain(parameters).collect::<Vec<_>>().into(),
        other => other.clone(),
    }
}

/// The numbers of an array and those among the parameters, arrays among them opened.
fn numbers(value: &Value, parameters: &[Value]) -> Vec<f64> {
    let elements = |value: &Value| match value {
        Value::Array(array) => array.to_vec(),
        other => vec![other.clone()],
    };
    let own = value.as_array().into_iter().flat_map(|array| array.iter().cloned());
    own.chain(parameters.iter().flat_map(elements))
        .filter_map(|element| element.as_number().map(json::Number::as_f64))
        .collect()
}
