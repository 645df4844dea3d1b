//! Which fields a state's input has, where that is certain: after a state whose result is known replaced its input. An input that nothing is
//! known of is the normal case.

use super::leaf::{LeafKind, Read};
use super::machine::{Machine, StateId};
use super::state::{Edge, EdgeKind, State};
use crate::tree::{Entry, Node, NodeKind};
use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;

/// An object of more fields than this counts as unknown.
const FIELDS_MAX: usize = 64;

/// How often one state may be looked at again.
const VISITS_MAX: usize = 8;

/// The fields there may be, none else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shape<'t> {
    /// Shared by the states it passes unchanged.
    fields: Rc<BTreeSet<&'t str>>,
    /// The state that last replaced the input.
    pub(crate) source: StateId,
}

impl Shape<'_> {
    pub(crate) fn has(&self, field: &str) -> bool {
        self.fields.contains(field)
    }

    pub(crate) fn field_names(&self) -> String {
        self.fields.iter().copied().collect::<Vec<_>>().join(", ")
    }
}

/// By state: the shape of its input, if it is known.
pub(crate) fn of_inputs<'t>(machine: &Machine<'t>) -> Vec<Option<Shape<'t>>> {
    // Absent: not reached so far. Then known or not.
    let mut inputs: Vec<Option<Option<Shape<'t>>>> = vec![None; machine.states.len()];
    let mut visits = vec![0_usize; machine.states.len()];
    let mut queue = VecDeque::new();
    for start in machine.scopes.iter().filter_map(|scope| scope.start) {
        inputs[start] = Some(None);
        queue.push_back(start);
    }
    while let Some(id) = queue.pop_front() {
        let state = &machine.states[id];
        let input = inputs[id].clone().flatten();
        visits[id] += 1;
        for edge in &state.edges {
            let output = if visits[id] > VISITS_MAX { None } else { output(state, edge, input.as_ref()) };
            let merged = match inputs[edge.to].clone() {
                None => output,
                Some(before) => merge(before, output),
            };
            if inputs[edge.to].as_ref() != Some(&merged) {
                inputs[edge.to] = Some(merged);
                queue.push_back(edge.to);
            }
        }
    }
    inputs.into_iter().map(Option::flatten).collect()
}

fn merge<'t>(a: Option<Shape<'t>>, b: Option<Shape<'t>>) -> Option<Shape<'t>> {
    let (mut a, b) = (a?, b?);
    if !Rc::ptr_eq(&a.fields, &b.fields) && !b.fields.is_subset(&a.fields) {
        Rc::make_mut(&mut a.fields).extend(b.fields.iter());
    }
    (a.fields.len() <= FIELDS_MAX).then_some(a)
}

fn output<'t>(state: &State<'t>, edge: &Edge, input: Option<&Shape<'t>>) -> Option<Shape<'t>> {
    if state.is_jsonata() {
        return None;
    }
    if let EdgeKind::Catch(position) = edge.kind {
        let catcher = state.elements("Catch").get(position)?;
        return placed(catcher, Some(known(state.id, &["Error", "Cause"])), input);
    }
    if state.get("OutputPath").is_some_and(|node| node.as_str() != Some("$")) {
        return None;
    }
    match state.kind {
        "Wait" | "Choice" => input.filter(|_| !state.has("InputPath")).cloned(),
        "Pass" if !state.has("Result") && !state.has("Parameters") => {
            let effective = input.filter(|_| !state.has("InputPath")).cloned();
            placed(state.node, effective, input)
        }
        "Pass" | "Task" | "Map" | "Parallel" => placed(state.node, result(state), input),
        _ => None,
    }
}

/// What `ResultPath` makes of a result.
fn placed<'t>(holder: &'t Node, result: Option<Shape<'t>>, input: Option<&Shape<'t>>) -> Option<Shape<'t>> {
    let Some(node) = holder.get("ResultPath") else { return result };
    match &node.kind {
        NodeKind::Null => input.cloned(),
        NodeKind::String(path) if &**path == "$" => result,
        NodeKind::String(path) => {
            let mut shape = input.cloned()?;
            let name = first_name(path)?;
            if !shape.has(name) {
                Rc::make_mut(&mut shape.fields).insert(name);
            }
            (shape.fields.len() <= FIELDS_MAX).then_some(shape)
        }
        _ => None,
    }
}

/// The first name of a reference path.
pub(crate) fn first_name(path: &str) -> Option<&str> {
    if let Some(rest) = path.strip_prefix("$['") {
        return rest.split('\'').next();
    }
    let rest = path.strip_prefix("$.")?;
    Some(rest.split(['.', '[']).next().unwrap_or(rest))
}

/// The result of a state, if its fields are certain.
fn result<'t>(state: &State<'t>) -> Option<Shape<'t>> {
    let template = match state.kind {
        "Pass" => state.get("Result").or_else(|| state.get("Parameters")),
        _ => state.get("ResultSelector"),
    };
    if let Some(template) = template {
        let entries = template.as_object().filter(|entries| entries.len() <= FIELDS_MAX)?;
        let is_literal = state.has("Result");
        let name = |entry: &'t Entry| match entry.key.strip_suffix(".$") {
            Some(name) if !is_literal => name,
            _ => &*entry.key,
        };
        return Some(Shape { fields: Rc::new(entries.iter().map(name).collect()), source: state.id });
    }
    let called = state.called();
    let fields: &[&str] = if called.is_callback() {
        return None;
    } else if called.is("lambda", "invoke") {
        &[
            "ExecutedVersion",
            "FunctionError",
            "LogResult",
            "Payload",
            "SdkHttpMetadata",
            "SdkResponseMetadata",
            "StatusCode",
        ]
    } else if called.is("sns", "publish") {
        &["MessageId", "SequenceNumber", "SdkHttpMetadata", "SdkResponseMetadata"]
    } else if called.is("events", "putEvents") {
        &["Entries", "FailedEntryCount", "SdkHttpMetadata", "SdkResponseMetadata"]
    } else if called.is("dynamodb", "putItem")
        || called.is("dynamodb", "deleteItem")
        || called.is("dynamodb", "updateItem")
    {
        &["Attributes", "ConsumedCapacity", "ItemCollectionMetrics", "SdkHttpMetadata", "SdkResponseMetadata"]
    } else if called.is("dynamodb", "getItem") {
        &["Item", "ConsumedCapacity", "SdkHttpMetadata", "SdkResponseMetadata"]
    } else {
        return None;
    };
    Some(known(state.id, fields))
}

fn known<'t>(source: StateId, fields: &[&'static str]) -> Shape<'t> {
    Shape { fields: Rc::new(fields.iter().copied().collect()), source }
}

/// The fields a state reads of its own raw input, each with the leaf's place.
pub(crate) fn input_reads<'s, 't>(state: &'s State<'t>) -> impl Iterator<Item = (&'t str, &'s super::leaf::Leaf<'t>)> {
    const FIELDS: [&str; 10] = [
        "InputPath",
        "Parameters",
        "ItemsPath",
        "ItemSelector",
        "Choices",
        "SecondsPath",
        "TimestampPath",
        "TimeoutSecondsPath",
        "HeartbeatSecondsPath",
        "MaxConcurrencyPath",
    ];
    let is_filtered = state.has("InputPath") || state.is_jsonata();
    let leaves = state.leaves.iter().filter(move |leaf| {
        let is_read =
            FIELDS.contains(&leaf.field) && (!is_filtered || leaf.field == "InputPath" && !state.is_jsonata());
        is_read && leaf.kind == LeafKind::Path && !leaf.is_indefinite()
    });
    // With `Parameters` a Map's items come from what the template makes; only a legacy Map reads them from its input.
    leaves.flat_map(|leaf| {
        leaf.reads().into_iter().filter_map(move |read| match read {
            Read::Input(name) => Some((name, leaf)),
            Read::Variable(_) => None,
        })
    })
}
