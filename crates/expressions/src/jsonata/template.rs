//! A JSON value whose strings may be expressions.

use super::{JsonataExpression, JsonataFailure, JsonataProblem, JsonataScope, StatesMembers};
use crate::Random;
use json::{Key, ObjectBuilder, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Problems told of one template at most.
const PROBLEMS_MAX: usize = 100;

/// A template, parsed once.
#[derive(Clone, Debug)]
pub struct JsonataTemplate {
    root: Node,
}

/// What is wrong at one place of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonataTemplateProblem {
    /// The place, such as `/a/b[0]`; empty for the template itself.
    pub location: String,
    /// What is wrong there.
    pub problem: JsonataProblem,
}

#[derive(Clone, Debug)]
enum Node {
    Static(Value),
    Expression(JsonataExpression),
    Array(Vec<Node>),
    Object(Vec<(Key, Node)>),
}

impl JsonataTemplate {
    /// Parses every expression in `template`. Those that are right are shown to `parsed`, with their text and its delimiters, even if
    /// others are not.
    pub fn compile(
        template: &Value,
        members: StatesMembers,
        parsed: &mut dyn FnMut(&str, &JsonataExpression),
    ) -> Result<JsonataTemplate, Vec<JsonataTemplateProblem>> {
        let mut compiler = Compiler { members, parsed, problems: Vec::new() };
        let root = compiler.compile(template, "");
        if compiler.problems.is_empty() { Ok(JsonataTemplate { root }) } else { Err(compiler.problems) }
    }

    /// The template's value, for the field `location`.
    pub fn evaluate(
        &self,
        location: &str,
        scope: &JsonataScope<'_>,
        random: &mut Random,
    ) -> Result<Value, JsonataFailure> {
        evaluate(&self.root, location, scope, random)
    }

    /// The expression, if the whole template is one.
    pub fn as_expression(&self) -> Option<&JsonataExpression> {
        match &self.root {
            Node::Expression(expression) => Some(expression),
            _ => None,
        }
    }

    /// The workflow variables its expressions read.
    pub fn variables(&self) -> BTreeSet<Arc<str>> {
        let mut names = BTreeSet::new();
        variables(&self.root, &mut names);
        names
    }
}

struct Compiler<'p> {
    members: StatesMembers,
    parsed: &'p mut dyn FnMut(&str, &JsonataExpression),
    problems: Vec<JsonataTemplateProblem>,
}

impl Compiler<'_> {
    fn compile(&mut self, template: &Value, location: &str) -> Node {
        match template {
            Value::String(text) => match JsonataExpression::parse(text, self.members) {
                None => Node::Static(template.clone()),
                Some(Ok(expression)) => {
                    (self.parsed)(text, &expression);
                    Node::Expression(expression)
                }
                Some(Err(problem)) => {
                    if self.problems.len() < PROBLEMS_MAX {
                        self.problems.push(JsonataTemplateProblem { location: location.to_owned(), problem });
                    }
                    Node::Static(Value::Null)
                }
            },
            Value::Array(elements) => {
                let nodes: Vec<Node> = elements
                    .iter()
                    .enumerate()
                    .map(|(position, element)| self.compile(element, &format!("{location}[{position}]")))
                    .collect();
                if nodes.iter().all(is_static) { Node::Static(template.clone()) } else { Node::Array(nodes) }
            }
            Value::Object(object) => {
                let nodes: Vec<(Key, Node)> = object
                    .iter()
                    .map(|(key, member)| (key.clone(), self.compile(member, &format!("{location}/{key}"))))
                    .collect();
                let all_static = nodes.iter().all(|(_, node)| is_static(node));
                if all_static { Node::Static(template.clone()) } else { Node::Object(nodes) }
            }
            scalar => Node::Static(scalar.clone()),
        }
    }
}

fn is_static(node: &Node) -> bool {
    matches!(node, Node::Static(_))
}

fn evaluate(
    node: &Node,
    location: &str,
    scope: &JsonataScope<'_>,
    random: &mut Random,
) -> Result<Value, JsonataFailure> {
    match node {
        Node::Static(value) => Ok(value.clone()),
        Node::Expression(expression) => expression.evaluate(location, scope, random),
        Node::Array(elements) => {
            let mut values = Vec::with_capacity(elements.len());
            for (position, element) in elements.iter().enumerate() {
                values.push(evaluate(element, &format!("{location}[{position}]"), scope, random)?);
            }
            Ok(Value::from(values))
        }
        Node::Object(members) => {
            let mut builder = ObjectBuilder::new();
            for (key, member) in members {
                builder.insert(key.clone(), evaluate(member, &format!("{location}/{key}"), scope, random)?);
            }
            Ok(builder.build().into())
        }
    }
}

fn variables(node: &Node, names: &mut BTreeSet<Arc<str>>) {
    match node {
        Node::Static(_) => {}
        Node::Expression(expression) => names.extend(expression.variables()),
        Node::Array(elements) => elements.iter().for_each(|element| variables(element, names)),
        Node::Object(members) => members.iter().for_each(|(_, member)| variables(member, names)),
    }
}
