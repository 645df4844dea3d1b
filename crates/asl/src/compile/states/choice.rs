//! `Choice`: rules with their nesting; single comparisons are in `comparison`.

use super::comparison;
use crate::QueryLanguage;
use crate::compile::assign::{self, Owner};
use crate::compile::checker::{Checker, Phase};
use crate::compile::fields::Fields;
use crate::compile::location::Location;
use crate::compile::state::{Compiled, StateReader, target};
use crate::compile::{flow, path_field, template};
use crate::definition::{ChoiceRule, ChoiceState, Condition, StateKind};
use crate::diagnostic::code;
use crate::tree::{Node, NodeKind};

/// How deep `And`, `Or` and `Not` may nest. Ours: it keeps the stack of whoever evaluates them small.
const CONDITION_DEPTH_MAX: usize = 100;

pub(crate) fn compile<'t>(checker: &mut Checker<'t>, state: &mut StateReader<'t, '_, '_>) -> Compiled {
    let flow = flow::compile(checker, &mut state.fields, flow::Has::default());
    state.fields.require(checker, &["Choices"]);
    let elements = state.fields.filled_array(checker, "Choices").unwrap_or_default();
    let location = state.fields.location.key("Choices");
    let mut rules = Vec::with_capacity(elements.len().min(1024));
    for (position, element) in elements.iter().enumerate() {
        rules.extend(rule(checker, state, element, &location.index(position)));
    }
    let default = state.target(checker, "Default");
    Compiled { flow, kind: Some(StateKind::Choice(ChoiceState { rules, default })) }
}

fn rule<'t>(
    checker: &mut Checker<'t>,
    state: &mut StateReader<'t, '_, '_>,
    node: &'t Node,
    location: &Location<'_>,
) -> Option<ChoiceRule> {
    let mut fields = Fields::open(checker, node, location, state.fields.language)?;
    fields.require(checker, &["Next"]);
    let next = target(checker, &mut fields, "Next", state.targets, state.index);
    let assign = assign::compile(checker, &mut fields, Owner { scope: state.place.scope, is_catcher: false });
    let output = template::jsonata_field(checker, &mut fields, "Output");
    let condition = if state.is_jsonata() {
        fields.require(checker, &["Condition"]);
        for name in ["Variable", "And", "Or", "Not"] {
            fields.take_of(checker, QueryLanguage::JsonPath, name);
        }
        jsonata_condition(checker, &mut fields)
    } else {
        fields.take_of(checker, QueryLanguage::Jsonata, "Condition");
        condition(checker, &mut fields, 0)
    };
    fields.text(checker, "Comment");
    fields.finish(checker);
    Some(ChoiceRule { condition: condition?, next: next?, assign, output })
}

/// `Condition`: a boolean, or an expression that gives one.
fn jsonata_condition<'t>(checker: &mut Checker<'t>, fields: &mut Fields<'t, '_>) -> Option<Condition> {
    let node = fields.take("Condition")?;
    if fields.is_expression(node) {
        return path_field::expression(checker, fields, "Condition").map(Condition::Jsonata);
    }
    fields.boolean(checker, "Condition").map(Condition::Literal)
}

fn condition<'t>(checker: &mut Checker<'t>, fields: &mut Fields<'t, '_>, depth: usize) -> Option<Condition> {
    if depth > CONDITION_DEPTH_MAX {
        let message = "The choice rules are too deeply nested.";
        checker.error(Phase::Schema, code::TOO_DEEPLY_NESTED, fields.location, &fields.span(), message);
        return None;
    }
    let kinds = ["And", "Or", "Not", "Variable"];
    if kinds.iter().filter(|name| fields.has(name)).count() != 1 {
        if !fields.has("Condition") {
            let message = "The object must have only one of the following fields, [And, Or, Not, Variable, Condition]";
            checker.schema(fields.location, &fields.span(), message);
        }
        for name in kinds {
            fields.take(name);
        }
        comparison::take_operators(fields);
        return None;
    }
    if fields.has("Variable") {
        return comparison::compile(checker, fields).map(Condition::Compare);
    }
    if let Some(node) = fields.take("Not") {
        let inner = nested(checker, node, &fields.location.key("Not"), depth)?;
        return Some(Condition::Not(Box::new(inner)));
    }
    if fields.has("And") {
        all(checker, fields, "And", depth).map(Condition::And)
    } else {
        all(checker, fields, "Or", depth).map(Condition::Or)
    }
}

fn all<'t>(
    checker: &mut Checker<'t>,
    fields: &mut Fields<'t, '_>,
    name: &'static str,
    depth: usize,
) -> Option<Vec<Condition>> {
    let elements = fields.filled_array(checker, name)?;
    let location = fields.location.key(name);
    let mut conditions = Vec::with_capacity(elements.len().min(1024));
    for (position, element) in elements.iter().enumerate() {
        conditions.extend(nested(checker, element, &location.index(position), depth));
    }
    Some(conditions)
}

/// A rule inside a rule: without `Next` and `Assign`, which `finish` reports.
fn nested<'t>(checker: &mut Checker<'t>, node: &'t Node, location: &Location<'_>, depth: usize) -> Option<Condition> {
    if !matches!(node.kind, NodeKind::Object(_)) {
        checker.schema(location, &node.span, "Expected value of type Object");
        return None;
    }
    let mut fields = Fields::open(checker, node, location, QueryLanguage::JsonPath)?;
    fields.text(checker, "Comment");
    fields.take_of(checker, QueryLanguage::Jsonata, "Condition");
    let condition = condition(checker, &mut fields, depth + 1);
    fields.finish(checker);
    condition
}
