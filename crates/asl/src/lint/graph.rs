//! Which states of a scope can be reached, and which form loops: Tarjan's strongly connected components, without recursion.

use super::machine::StateId;
use super::state::State;

/// Facts about one scope; states are counted from its first.
pub(crate) struct Graph {
    /// By state: whether a way leads there from `StartAt`.
    pub(crate) is_reached: Vec<bool>,
    /// The loops: states that can all reach each other.
    pub(crate) loops: Vec<Vec<StateId>>,
    /// By state: the loop it is in.
    pub(crate) loop_of: Vec<Option<usize>>,
}

pub(crate) fn of(first: StateId, states: &[State<'_>], start: Option<StateId>) -> Graph {
    let loops = loops(first, states);
    let mut loop_of = vec![None; states.len()];
    for (position, members) in loops.iter().enumerate() {
        for &member in members {
            loop_of[member - first] = Some(position);
        }
    }
    Graph { is_reached: reached(first, states, start), loops, loop_of }
}

fn reached(first: StateId, states: &[State<'_>], start: Option<StateId>) -> Vec<bool> {
    let mut is_reached = vec![false; states.len()];
    let mut stack: Vec<StateId> = start.into_iter().collect();
    while let Some(state) = stack.pop() {
        if !std::mem::replace(&mut is_reached[state - first], true) {
            stack.extend(states[state - first].edges.iter().map(|edge| edge.to));
        }
    }
    is_reached
}

const UNSEEN: usize = usize::MAX;

fn loops(first: StateId, states: &[State<'_>]) -> Vec<Vec<StateId>> {
    let count = states.len();
    let (mut order, mut low) = (vec![UNSEEN; count], vec![UNSEEN; count]);
    let (mut is_open, mut open) = (vec![false; count], Vec::new());
    let (mut next, mut found) = (0, Vec::new());
    for root in 0..count {
        let mut calls: Vec<(usize, usize)> = if order[root] == UNSEEN { vec![(root, 0)] } else { Vec::new() };
        while let Some((state, edge)) = calls.pop() {
            if edge == 0 {
                (order[state], low[state]) = (next, next);
                next += 1;
                open.push(state);
                is_open[state] = true;
            }
            if let Some(target) = states[state].edges.get(edge) {
                let target = target.to - first;
                calls.push((state, edge + 1));
                if order[target] == UNSEEN {
                    calls.push((target, 0));
                } else if is_open[target] {
                    low[state] = low[state].min(order[target]);
                }
                continue;
            }
            if let Some(&(caller, _)) = calls.last() {
                low[caller] = low[caller].min(low[state]);
            }
            if low[state] == order[state] {
                let from = open.iter().rposition(|&other| other == state).expect("an open state is on the stack");
                let mut members: Vec<StateId> = open.drain(from..).map(|state| state + first).collect();
                for &member in &members {
                    is_open[member - first] = false;
                }
                let is_ring = states[state].edges.iter().any(|edge| edge.to == state + first);
                if members.len() > 1 || is_ring {
                    members.sort_unstable();
                    found.push(members);
                }
            }
        }
    }
    found
}
