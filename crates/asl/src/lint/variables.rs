//! Where variables are assigned and read, and which of them are there when a state begins: on every way to it, or on some.

use super::bits::Bits;
use super::leaf::{LeafKind, Read};
use super::machine::{Machine, StateId};
use super::state::{Edge, EdgeKind, State};
use crate::tree::{Entry, Node};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// Bits the analysis may take in one direction; a text with more states times variables is not analysed.
const BITS_MAX: usize = 1 << 24;

/// How often a scope is gone through until nothing changes any more. Real machines need two or three rounds.
const ROUNDS_MAX: usize = 40;

pub(crate) struct Variables<'t> {
    pub(crate) assignments: Vec<Assignment<'t>>,
    /// Names read anywhere.
    pub(crate) read: HashSet<&'t str>,
    names: HashMap<&'t str, usize>,
    /// By state; absent if the text is too large or the analysis did not settle.
    at_entry: Option<Vec<Known>>,
}

/// A name that a state assigns.
pub(crate) struct Assignment<'t> {
    pub(crate) state: StateId,
    pub(crate) name: &'t str,
    pub(crate) span: &'t Range<usize>,
}

/// Whether a variable is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    Never,
    Sometimes,
    Always,
}

#[derive(Clone)]
struct Known {
    /// Assigned on some way.
    may: Bits,
    /// Assigned on every way.
    must: Bits,
}

impl<'t> Variables<'t> {
    pub(crate) fn new(machine: &Machine<'t>) -> Variables<'t> {
        let (mut assignments, mut read, mut names) = (Vec::new(), HashSet::new(), HashMap::new());
        for state in &machine.states {
            for holder in holders(state) {
                for entry in assigned(holder) {
                    let name = name(entry);
                    let next = names.len();
                    names.entry(name).or_insert(next);
                    assignments.push(Assignment { state: state.id, name, span: &entry.key_span });
                }
            }
            for leaf in state.leaves.iter().filter(|leaf| leaf.kind != LeafKind::Literal) {
                read.extend(leaf.reads().into_iter().filter_map(|read| match read {
                    Read::Variable(name) => Some(name),
                    Read::Input(_) => None,
                }));
            }
        }
        let at_entry = at_entry(machine, &names);
        Variables { assignments, read, names, at_entry }
    }

    /// Whether a variable is there when a state begins; `None` if that is not known.
    pub(crate) fn presence(&self, state: StateId, name: &str) -> Option<Presence> {
        let known = &self.at_entry.as_ref()?[state];
        let Some(&name) = self.names.get(name) else { return Some(Presence::Never) };
        Some(match (known.must.contains(name), known.may.contains(name)) {
            (true, _) => Presence::Always,
            (false, true) => Presence::Sometimes,
            (false, false) => Presence::Never,
        })
    }
}

/// The objects of a state that may have an `Assign`: itself, its rules, its catchers.
fn holders<'t>(state: &State<'t>) -> impl Iterator<Item = &'t Node> {
    std::iter::once(state.node).chain(state.elements("Choices")).chain(state.elements("Catch"))
}

fn assigned(holder: &Node) -> &[Entry] {
    holder.get("Assign").and_then(Node::as_object).unwrap_or_default()
}

/// The name of a variable as `Assign` has it.
pub(crate) fn name(entry: &Entry) -> &str {
    entry.key.strip_suffix(".$").unwrap_or(&entry.key)
}

/// The object whose `Assign` runs when a transition is taken.
fn holder<'t>(state: &State<'t>, edge: &Edge) -> Option<&'t Node> {
    match edge.kind {
        EdgeKind::Next | EdgeKind::Default => Some(state.node),
        EdgeKind::Rule(position) => state.elements("Choices").get(position),
        EdgeKind::Catch(position) => state.elements("Catch").get(position),
    }
}

fn at_entry(machine: &Machine<'_>, names: &HashMap<&str, usize>) -> Option<Vec<Known>> {
    let size = names.len();
    if size.saturating_mul(machine.states.len()) > BITS_MAX {
        return None;
    }
    let unknown = Known { may: Bits::none(size), must: Bits::all(size) };
    let mut known = vec![unknown; machine.states.len()];
    for scope in &machine.scopes {
        let Some(start) = scope.start else { continue };
        let outer = match scope.parent.filter(|_| !scope.is_isolated) {
            Some(parent) => known[parent].clone(),
            None => Known { may: Bits::none(size), must: Bits::none(size) },
        };
        known[start].may.unite(&outer.may);
        known[start].must.intersect(&outer.must);
        settle(machine.states_of(scope), &scope.graph.is_reached, names, &mut known)?;
    }
    Some(known)
}

/// Lets what is known flow along the transitions until nothing changes.
fn settle(states: &[State<'_>], is_reached: &[bool], names: &HashMap<&str, usize>, known: &mut [Known]) -> Option<()> {
    for _ in 0..ROUNDS_MAX {
        let mut changed = false;
        for state in states.iter().zip(is_reached).filter(|&(_, &is_reached)| is_reached).map(|(state, _)| state) {
            for edge in &state.edges {
                let mut after = known[state.id].clone();
                for entry in holder(state, edge).map(assigned).unwrap_or_default() {
                    let name = names[name(entry)];
                    after.may.insert(name);
                    after.must.insert(name);
                }
                changed |= known[edge.to].may.unite(&after.may);
                changed |= known[edge.to].must.intersect(&after.must);
            }
        }
        if !changed {
            return Some(());
        }
    }
    None
}
