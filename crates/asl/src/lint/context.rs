//! What a rule sees.

use super::Config;
use super::leaf::Leaf;
use super::machine::{Machine, Scope};
use super::shapes::{self, Shape};
use super::state::State;
use super::variables::Variables;
use crate::compile::ReadVariables;
use crate::diagnostic::Diagnostic;
use crate::parse::{Format, MachineType};
use crate::tree::Node;

pub(crate) struct Context<'t> {
    pub(crate) text: &'t str,
    pub(crate) format: Format,
    pub(crate) machine: Machine<'t>,
    /// What the validator found.
    pub(crate) diagnostics: &'t [Diagnostic],
    pub(crate) config: &'t Config,
    pub(crate) variables: Variables<'t>,
    read: ReadVariables,
    /// By state: what is known of its input.
    pub(crate) shapes: Vec<Option<Shape<'t>>>,
}

impl<'t> Context<'t> {
    pub(crate) fn new(
        text: &'t str,
        format: Format,
        tree: &'t Node,
        diagnostics: &'t [Diagnostic],
        read: ReadVariables,
        config: &'t Config,
    ) -> Context<'t> {
        let machine = Machine::new(tree);
        let variables = Variables::new(&machine);
        let shapes = shapes::of_inputs(&machine);
        Context { text, format, machine, diagnostics, config, variables, read, shapes }
    }

    /// The workflow variables an expression in JSONata reads; none of one that is refused.
    pub(crate) fn variables_of(&self, leaf: &Leaf<'_>) -> impl Iterator<Item = &str> {
        self.read.get(leaf.text).into_iter().flatten().map(|name| &**name)
    }

    /// All states of all scopes.
    pub(crate) fn states(&self) -> &[State<'t>] {
        &self.machine.states
    }

    /// The Task states.
    pub(crate) fn tasks(&self) -> impl Iterator<Item = &State<'t>> {
        self.of_type("Task")
    }

    pub(crate) fn of_type<'c>(&'c self, name: &'static str) -> impl Iterator<Item = &'c State<'t>> {
        self.states().iter().filter(move |state| state.kind == name)
    }

    /// Whether the states of a scope run in an Express execution.
    pub(crate) fn is_express(&self, scope: &Scope<'_>) -> bool {
        scope.is_express || self.config.machine_type == MachineType::Express
    }
}
