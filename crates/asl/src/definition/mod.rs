//! The typed definition: what a text means once it is known to be valid. The interpreter reads nothing else.
//!
//! Every `States` object of the text, nested ones included, is a [`Scope`] in one flat list, so that a place in a definition is two small
//! numbers that can be stored with an execution. Numbering follows the order of the text.

mod choice;
mod distributed_map;
mod fields;
mod resource;
mod states;

pub use choice::{ChoiceRule, Comparison, Condition, Operand, Operator, Ordering};
pub use distributed_map::{DistributedMap, ItemBatcher, ItemReader, ResultWriter};
pub use fields::{
    Assign, Catcher, Flow, IntegerField, JsonPathFlow, JsonataFlow, NumberField, PathField, ResultPath, Retrier,
    Template, TextField,
};
pub use resource::{IntegrationPattern, Resource};
pub use states::{
    ChoiceState, FailState, MapState, ParallelState, PassState, ProcessorMode, State, StateKind, TaskState, Transition,
    WaitState,
};

use std::collections::HashMap;
use std::sync::Arc;

/// A valid state machine definition.
#[derive(Debug)]
pub struct StateMachineDefinition {
    /// The `Comment` at the top.
    pub comment: Option<String>,
    /// `TimeoutSeconds` of the whole execution.
    pub timeout_seconds: Option<u64>,
    /// All `States` objects; the first is the top level.
    pub scopes: Vec<Scope>,
}

/// One `States` object with its `StartAt`.
#[derive(Debug)]
pub struct Scope {
    /// The state the scope begins with.
    pub start_at: StateIndex,
    /// The states in the order of the text.
    pub states: Vec<State>,
    /// The Parallel or Map state this scope is a branch or processor of; `None` at the top.
    pub parent: Option<(ScopeIndex, StateIndex)>,
}

/// Position of a [`Scope`] in its definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScopeIndex(pub u32);

/// Position of a [`State`] in its scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StateIndex(pub u32);

/// The scope every execution begins in.
pub const TOP: ScopeIndex = ScopeIndex(0);

impl StateMachineDefinition {
    /// The scope at `index`.
    pub fn scope(&self, index: ScopeIndex) -> &Scope {
        &self.scopes[index.0 as usize]
    }

    /// The state at `index` of `scope`.
    pub fn state(&self, scope: ScopeIndex, index: StateIndex) -> &State {
        &self.scope(scope).states[index.0 as usize]
    }

    /// The state names of a scope with their indexes.
    pub fn names(&self, scope: ScopeIndex) -> HashMap<Arc<str>, StateIndex> {
        let states = &self.scope(scope).states;
        states.iter().enumerate().map(|(position, state)| (state.name.clone(), StateIndex(position as u32))).collect()
    }
}
