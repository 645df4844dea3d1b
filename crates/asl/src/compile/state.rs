//! What all state types share, and which file compiles which type.

use super::assign::{self, Owner};
use super::checker::{Checker, Targets};
use super::fields::Fields;
use super::location::Location;
use super::states::{choice, fail, map, parallel, pass, succeed, task, wait};
use crate::QueryLanguage;
use crate::definition::{Flow, ScopeIndex, State, StateIndex, StateKind, Transition};
use crate::tree::{Entry, NodeKind};
use expressions::StatesMembers;

/// Where a state stands.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) scope: ScopeIndex,
    /// Scopes around its scope.
    pub(crate) depth: usize,
}

/// A state being compiled.
pub(crate) struct StateReader<'t, 'l, 's> {
    pub(crate) fields: Fields<'t, 'l>,
    pub(crate) targets: &'s mut Targets<'t>,
    pub(crate) index: StateIndex,
    pub(crate) place: Place,
}

/// What a state type makes of its fields. The kind is missing after an error.
pub(crate) struct Compiled {
    pub(crate) flow: Flow,
    pub(crate) kind: Option<StateKind>,
}

/// AWS lists the types in this order.
const TYPES: [&str; 8] = ["Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map"];

pub(crate) fn compile<'t>(
    checker: &mut Checker<'t>,
    entry: &'t Entry,
    location: &Location<'_>,
    targets: &mut Targets<'t>,
    index: StateIndex,
    place: Place,
) -> Option<State> {
    let mut fields = Fields::open(checker, &entry.value, location, checker.machine_language)?;
    fields.require(checker, &["Type"]);
    let type_name = type_name(checker, &mut fields)?;
    fields.text(checker, "Comment");
    query_language(checker, &mut fields);
    let mut state = StateReader { fields, targets, index, place };
    let assign = match type_name {
        "Succeed" | "Fail" => None,
        _ => {
            state.fields.states_members = members_after(type_name);
            let assign = assign::compile(checker, &mut state.fields, Owner { scope: place.scope, is_catcher: false });
            state.fields.states_members = StatesMembers::Input;
            assign
        }
    };
    let compiled = match type_name {
        "Task" => task::compile(checker, &mut state),
        "Wait" => wait::compile(checker, &mut state),
        "Pass" => pass::compile(checker, &mut state),
        "Succeed" => succeed::compile(checker, &mut state),
        "Fail" => fail::compile(checker, &mut state),
        "Choice" => choice::compile(checker, &mut state),
        "Parallel" => parallel::compile(checker, &mut state),
        _ => map::compile(checker, &mut state),
    };
    let transition = match type_name {
        "Succeed" | "Fail" | "Choice" => Some(Transition::End),
        _ => state.transition(checker),
    };
    state.fields.query_language_value(checker);
    state.fields.finish(checker);
    Some(State { name: entry.key.clone(), flow: compiled.flow, assign, transition: transition?, kind: compiled.kind? })
}

/// What `$states` has when the state has done its work.
fn members_after(type_name: &str) -> StatesMembers {
    match type_name {
        "Task" | "Parallel" | "Map" => StatesMembers::Result,
        _ => StatesMembers::Input,
    }
}

fn type_name<'t>(checker: &mut Checker<'t>, fields: &mut Fields<'t, '_>) -> Option<&'t str> {
    let node = fields.take("Type")?;
    let name = node.as_str().filter(|name| TYPES.contains(name));
    if name.is_none() {
        let message = format!("The field 'Type' should have one of these values: [{}]", TYPES.join(", "));
        checker.schema(&fields.location.key("Type"), &node.span, message);
    }
    name
}

/// The state's own language. A machine in JSONata has no JSONPath states.
fn query_language<'t>(checker: &mut Checker<'t>, fields: &mut Fields<'t, '_>) {
    let Some((language, entry)) = fields.query_language() else {
        return;
    };
    if language == QueryLanguage::JsonPath && checker.machine_language == QueryLanguage::Jsonata {
        let message = "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine";
        checker.schema(fields.location, &entry.value.span, message);
        fields.is_downgraded = true;
    }
    fields.language = language;
}

impl<'t> StateReader<'t, '_, '_> {
    /// Whether the state is written in JSONata.
    pub(crate) fn is_jsonata(&self) -> bool {
        self.fields.language == QueryLanguage::Jsonata
    }

    /// The state that a text field of this state names.
    pub(crate) fn target(&mut self, checker: &mut Checker<'t>, name: &'static str) -> Option<StateIndex> {
        target(checker, &mut self.fields, name, self.targets, self.index)
    }

    fn transition(&mut self, checker: &mut Checker<'t>) -> Option<Transition> {
        let end = self.fields.entry("End");
        let ends = self.fields.boolean(checker, "End");
        let next = self.target(checker, "Next");
        match (end, ends) {
            // `End: false` says nothing, so `Next` decides.
            (Some(entry), Some(false)) if !self.fields.has("Next") => {
                let message = "This object should have only one of the following fields: [Next, End]";
                checker.schema(self.fields.location, &entry.key_span, message);
                None
            }
            (Some(_), Some(false)) => next.map(Transition::Next),
            _ => {
                self.fields.exactly_one(checker, &["Next", "End"]);
                if ends == Some(true) { Some(Transition::End) } else { next.map(Transition::Next) }
            }
        }
    }
}

/// The state of the same scope that field `name` of `fields` names.
pub(crate) fn target<'t>(
    checker: &mut Checker<'t>,
    fields: &mut Fields<'t, '_>,
    name: &'static str,
    targets: &mut Targets<'t>,
    from: StateIndex,
) -> Option<StateIndex> {
    let node = fields.take(name)?;
    let location = fields.location.key(name);
    let NodeKind::String(target) = &node.kind else {
        checker.schema(&location, &node.span, "Expected value of type String");
        return None;
    };
    targets.resolve(checker, Some(from), target, &location, &node.span)
}
