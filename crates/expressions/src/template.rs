//! Payload templates: JSON in which a key that ends in `.$` names an expression whose value takes its place.
//!
//! Compiled once per definition. A part without expressions is kept as a finished value and shared by every evaluation.

use crate::{EvaluationError, Expression, Random, Scope};
use json::{Key, ObjectBuilder, Value};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// A compiled `Parameters`, `ResultSelector`, `ItemSelector`, `Assign`, `Credentials`, …
#[derive(Clone, Debug)]
pub struct PayloadTemplate {
    root: Node,
    variables: BTreeSet<Arc<str>>,
}

/// What AWS refuses in a template.
#[derive(Clone, Debug, PartialEq)]
pub struct TemplateProblem {
    /// Where, from the template's root: `/a/b.$`, `/list[0]/x.$`.
    pub location: String,
    /// The key, with its `.$`.
    pub key: String,
    /// AWS's message, without the ` at /States/…` that the definition's parser adds.
    pub message: String,
}

impl TemplateProblem {
    /// The location of the object that holds the key; empty for the template's root.
    pub fn parent(&self) -> &str {
        self.location.strip_suffix(&*self.key).and_then(|parent| parent.strip_suffix('/')).unwrap_or("")
    }
}

impl fmt::Display for TemplateProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} at {}", self.message, self.location)
    }
}

#[derive(Clone, Debug)]
enum Node {
    Static(Value),
    Array(Vec<Node>),
    Object(Vec<(Key, Node)>),
    /// The key as written, for messages, and what stands after it.
    Expression(Key, Expression),
}

impl PayloadTemplate {
    /// Compiles `template`, collecting every problem in it.
    pub fn compile(template: &Value) -> Result<PayloadTemplate, Vec<TemplateProblem>> {
        let mut compiler = Compiler::default();
        let root = compiler.node(template);
        if compiler.problems.is_empty() {
            Ok(PayloadTemplate { root, variables: compiler.variables })
        } else {
            Err(compiler.problems)
        }
    }

    /// The payload. A template without expressions gives the very value it was compiled from.
    pub fn evaluate(&self, scope: &Scope<'_>, random: &mut Random) -> Result<Value, EvaluationError> {
        evaluate(&self.root, scope, random)
    }

    /// The names of the variables this reads, without the `$`.
    pub fn variables(&self) -> &BTreeSet<Arc<str>> {
        &self.variables
    }

    /// Whether there is no expression in it.
    pub fn is_static(&self) -> bool {
        matches!(self.root, Node::Static(_))
    }
}

fn evaluate(node: &Node, scope: &Scope<'_>, random: &mut Random) -> Result<Value, EvaluationError> {
    match node {
        Node::Static(value) => Ok(value.clone()),
        Node::Expression(field, expression) => expression.evaluate(scope, random, field),
        Node::Array(elements) => {
            let values: Result<Vec<Value>, _> =
                elements.iter().map(|element| evaluate(element, scope, random)).collect();
            values.map(Value::from)
        }
        Node::Object(members) => {
            let mut builder = ObjectBuilder::new();
            for (key, member) in members {
                builder.insert(key.clone(), evaluate(member, scope, random)?);
            }
            Ok(builder.build().into())
        }
    }
}

/// Problems told of one template at most.
const PROBLEMS_MAX: usize = 100;

/// Walks the template once; `location` always names the place it has reached.
#[derive(Default)]
struct Compiler {
    location: String,
    problems: Vec<TemplateProblem>,
    variables: BTreeSet<Arc<str>>,
}

impl Compiler {
    fn node(&mut self, template: &Value) -> Node {
        match template {
            Value::Array(array) => {
                let nodes: Vec<Node> = array
                    .iter()
                    .enumerate()
                    .map(|(position, element)| self.at(&format!("[{position}]"), |compiler| compiler.node(element)))
                    .collect();
                if nodes.iter().all(is_static) { Node::Static(template.clone()) } else { Node::Array(nodes) }
            }
            Value::Object(object) => {
                let members: Vec<(Key, Node)> = object
                    .iter()
                    .map(|(key, member)| self.at(&format!("/{key}"), |compiler| compiler.member(key, member, object)))
                    .collect();
                if members.iter().all(|(_, node)| is_static(node)) {
                    Node::Static(template.clone())
                } else {
                    Node::Object(members)
                }
            }
            scalar => Node::Static(scalar.clone()),
        }
    }

    fn member(&mut self, key: &Key, member: &Value, object: &json::Object) -> (Key, Node) {
        let Some(name) = key.strip_suffix(".$") else {
            return (key.clone(), self.node(member));
        };
        if object.contains_key(name) {
            self.problem(key, format!("The fields '{name}' and '{key}' cannot both be specified"));
        }
        let Some(expression) = member.as_str().and_then(|text| Expression::parse(text).ok()) else {
            self.problem(
                key,
                format!("The value for the field '{key}' must be a valid JSONPath or a valid intrinsic function call"),
            );
            return (name.into(), Node::Static(Value::Null));
        };
        expression.collect_variables(&mut self.variables);
        (name.into(), Node::Expression(key.clone(), expression))
    }

    fn at<T>(&mut self, step: &str, visit: impl FnOnce(&mut Compiler) -> T) -> T {
        let length = self.location.len();
        self.location.push_str(step);
        let result = visit(self);
        self.location.truncate(length);
        result
    }

    fn problem(&mut self, key: &str, message: String) {
        // Each problem copies its place: without a bound a hostile template costs the square of its size.
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(TemplateProblem { location: self.location.clone(), key: key.to_owned(), message });
        }
    }
}

fn is_static(node: &Node) -> bool {
    matches!(node, Node::Static(_))
}
