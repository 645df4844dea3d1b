//! The definition as rules walk over it: scopes and states with their transitions resolved. Built from the tree alone, in one pass.

use super::graph::{self, Graph};
use super::state::{Edge, EdgeKind, State, Target};
use crate::parse::QueryLanguage;
use crate::tree::{Entry, Node};
use std::collections::{HashMap, VecDeque};
use std::ops::Range;

/// Position of a state among all states.
pub(crate) type StateId = usize;

/// Position of a scope; 0 is the top.
pub(crate) type ScopeId = usize;

pub(crate) struct Machine<'t> {
    pub(crate) root: &'t Node,
    /// Outer ones first.
    pub(crate) scopes: Vec<Scope<'t>>,
    /// The states of one scope are neighbours.
    pub(crate) states: Vec<State<'t>>,
}

/// One `States` object.
pub(crate) struct Scope<'t> {
    pub(crate) states: Range<StateId>,
    pub(crate) parent: Option<StateId>,
    /// The field `StartAt` and the state it names.
    pub(crate) start_at: Option<&'t Entry>,
    pub(crate) start: Option<StateId>,
    /// Where it hangs in its parent: `/Branches[1]`, `/ItemProcessor`; empty at the top.
    place: String,
    /// The processor of a distributed Map, which sees no variables of the scopes around it.
    pub(crate) is_isolated: bool,
    /// Its child executions, or those of a Map around it, are Express.
    pub(crate) is_express: bool,
    pub(crate) graph: Graph,
}

struct Pending<'t> {
    node: &'t Node,
    parent: Option<StateId>,
    place: String,
    is_isolated: bool,
    is_express: bool,
}

impl<'t> Machine<'t> {
    pub(crate) fn new(root: &'t Node) -> Machine<'t> {
        let language = language(root).unwrap_or_default();
        let mut machine = Machine { root, scopes: Vec::new(), states: Vec::new() };
        let top = Pending { node: root, parent: None, place: String::new(), is_isolated: false, is_express: false };
        let mut queue = VecDeque::from([top]);
        while let Some(pending) = queue.pop_front() {
            machine.add_scope(pending, language, &mut queue);
        }
        machine
    }

    fn add_scope(&mut self, pending: Pending<'t>, language: QueryLanguage, queue: &mut VecDeque<Pending<'t>>) {
        let Some(entries) = pending.node.get("States").and_then(Node::as_object) else { return };
        let (first, scope) = (self.states.len(), self.scopes.len());
        if let Some(parent) = pending.parent {
            self.states[parent].inner.push(scope);
        }
        let ids: HashMap<&str, StateId> =
            entries.iter().enumerate().map(|(position, entry)| (&*entry.key, first + position)).collect();
        let mut alike = None;
        for entry in entries {
            let language = self::language(&entry.value).unwrap_or(language);
            let mut state = State::new(self.states.len(), scope, entry, language);
            state.resolve(&ids, &mut alike);
            enqueue(&state, pending.is_express, queue);
            self.states.push(state);
        }
        let start_at = pending.node.as_object().and_then(|fields| fields.iter().find(|field| &*field.key == "StartAt"));
        let start = start_at.and_then(|entry| entry.value.as_str()).and_then(|name| ids.get(name).copied());
        let graph = graph::of(first, &self.states[first..], start);
        let Pending { parent, place, is_isolated, is_express, .. } = pending;
        let states = first..self.states.len();
        self.scopes.push(Scope { states, parent, start_at, start, place, is_isolated, is_express, graph });
    }

    /// The states of a scope.
    pub(crate) fn states_of(&self, scope: &Scope<'t>) -> &[State<'t>] {
        &self.states[scope.states.clone()]
    }

    pub(crate) fn scope_of(&self, state: &State<'_>) -> &Scope<'t> {
        &self.scopes[state.scope]
    }

    /// The state around this one, and those around it.
    pub(crate) fn parents(&self, state: StateId) -> impl Iterator<Item = StateId> + '_ {
        std::iter::successors(Some(state), |&state| self.scopes[self.states[state].scope].parent)
    }

    /// The location as AWS writes it.
    pub(crate) fn location(&self, state: StateId) -> String {
        let chain: Vec<StateId> = self.parents(state).collect();
        let mut location = String::new();
        for &id in chain.iter().rev() {
            let state = &self.states[id];
            location.push_str(&self.scopes[state.scope].place);
            location.push_str("/States/");
            location.push_str(state.name);
        }
        location
    }

    /// A number at the top of the definition.
    pub(crate) fn timeout_seconds(&self) -> Option<f64> {
        super::state::number(self.root.get("TimeoutSeconds")?).filter(|&seconds| seconds > 0.0)
    }
}

fn language(node: &Node) -> Option<QueryLanguage> {
    node.get("QueryLanguage").map(QueryLanguage::of_node)
}

fn enqueue<'t>(state: &State<'t>, is_express: bool, queue: &mut VecDeque<Pending<'t>>) {
    let parent = Some(state.id);
    for (position, node) in state.get("Branches").and_then(Node::as_array).unwrap_or_default().iter().enumerate() {
        let place = format!("/Branches[{position}]");
        queue.push_back(Pending { node, parent, place, is_isolated: false, is_express });
    }
    for name in ["ItemProcessor", "Iterator"] {
        let Some(node) = state.get(name) else { continue };
        let place = format!("/{name}");
        let is_express =
            is_express || state.is_distributed() && state.processor_config("ExecutionType") == Some("EXPRESS");
        queue.push_back(Pending { node, parent, place, is_isolated: state.is_distributed(), is_express });
    }
}

impl<'t> State<'t> {
    /// Resolves what its transitions name.
    fn resolve(&mut self, ids: &HashMap<&'t str, StateId>, alike: &mut Option<Alike<'t>>) {
        for target in self.targets() {
            let Target { kind, node } = target;
            match node.as_str().map(|name| ids.get(name)) {
                Some(Some(&to)) => self.edges.push(Edge { to, kind }),
                Some(None) => {
                    let alike = alike.get_or_insert_with(|| self::alike(ids));
                    let similar = node.as_str().and_then(|name| *alike.get(&plain(name))?);
                    self.dangling.push((target, similar));
                }
                None => {}
            }
        }
    }

    fn targets(&self) -> Vec<Target<'t>> {
        let mut targets = Vec::new();
        let mut add = |kind: EdgeKind, node: Option<&'t Node>| targets.extend(node.map(|node| Target { kind, node }));
        for (position, rule) in self.elements("Choices").iter().enumerate() {
            add(EdgeKind::Rule(position), rule.get("Next"));
        }
        add(EdgeKind::Default, self.get("Default"));
        if !matches!(self.kind, "Choice" | "Succeed" | "Fail") {
            add(EdgeKind::Next, self.get("Next"));
        }
        for (position, catcher) in self.elements("Catch").iter().enumerate() {
            add(EdgeKind::Catch(position), catcher.get("Next"));
        }
        targets
    }
}

/// By a name without case and surrounding space: the one state that is called so, or `None` if there are several.
type Alike<'t> = HashMap<String, Option<&'t str>>;

fn alike<'t>(ids: &HashMap<&'t str, StateId>) -> Alike<'t> {
    let mut alike = Alike::new();
    for &name in ids.keys() {
        alike.entry(plain(name)).and_modify(|known| *known = None).or_insert(Some(name));
    }
    alike
}

fn plain(name: &str) -> String {
    name.trim().to_ascii_lowercase()
}
