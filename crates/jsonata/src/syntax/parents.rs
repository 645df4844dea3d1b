//! `%`: finds the step of a path whose context a parent operator refers to, while the tree is built from the leaves up.
//!
//! A node that contains a `%` whose step is not known yet carries the slot in `seeking`; joining it to a path resolves what can be.

use super::ast::{Kind, Node, Path, Symbol};
use crate::error::{DEPTH_EXCEEDED, Error};

/// One `%`: how many steps it still has to go back, and the binding it ended at.
pub(super) struct Slot {
    pub(super) symbol: Symbol,
    /// Below zero once a predicate around the step it ended at has counted it again; such a slot seeks nothing any more.
    level: i32,
}

/// All `%` of an expression. Their symbols are the even numbers; names bound by `@` and `#` have the odd ones.
#[derive(Default)]
pub(super) struct Parents {
    pub(super) slots: Vec<Slot>,
    /// Steps that were looked at for all of them.
    looked_at: usize,
}

/// What many `%` may cost together: each is sought from its step back to the first.
const LOOKED_AT_MAX: usize = 1_000_000;

impl Parents {
    pub(super) fn create(&mut self) -> usize {
        let symbol = self.slots.len() as Symbol * 2;
        self.slots.push(Slot { symbol, level: 1 });
        self.slots.len() - 1
    }

    /// Hands what `child` seeks on to `result`; a copy at every level would cost as much as the depth times what is sought.
    pub(super) fn pass_on(result: &mut Node, child: &mut Node) {
        let mut slots = child.extras.as_mut().map(|extras| std::mem::take(&mut extras.seeking)).unwrap_or_default();
        if let Kind::Parent(parent) = &child.kind {
            slots.push(parent.slot);
        }
        if slots.is_empty() {
            return;
        }
        let seeking = &mut result.extras_mut().seeking;
        if seeking.is_empty() {
            *seeking = slots;
        } else {
            seeking.append(&mut slots);
        }
    }

    /// A predicate's parents start at the step it filters.
    pub(super) fn filter(&mut self, step: &mut Node, predicate: &mut Node) -> Result<(), Error> {
        let seeking = predicate.extras.as_ref().map_or(&[][..], |extras| &extras.seeking);
        // A predicate that is nothing but `%` goes unnoticed by the reference implementation, and finds nothing.
        if seeking.is_empty() {
            return Ok(());
        }
        for &slot in seeking {
            if self.slots[slot].level == 1 {
                self.seek(step, slot)?;
            } else {
                self.slots[slot].level -= 1;
            }
        }
        Self::pass_on(step, predicate);
        Ok(())
    }

    /// Whether a step seeks a parent among the steps before it.
    pub(super) fn seeks(step: &Node) -> bool {
        matches!(step.kind, Kind::Parent(_)) || step.extras.as_ref().is_some_and(|extras| !extras.seeking.is_empty())
    }

    /// Resolves what the last step of a path seeks among the steps before it; what is left, the path itself seeks.
    pub(super) fn resolve(&mut self, steps: &mut [Node]) -> Result<Vec<usize>, Error> {
        let Some(last) = steps.last_mut() else { return Ok(Vec::new()) };
        let mut slots = last.extras.as_mut().map(|extras| std::mem::take(&mut extras.seeking)).unwrap_or_default();
        if let Kind::Parent(parent) = &last.kind {
            slots.push(parent.slot);
        }
        let mut unresolved = Vec::new();
        for slot in slots {
            let mut index = steps.len() - 1;
            while self.slots[slot].level > 0 {
                if index == 0 {
                    unresolved.push(slot);
                    break;
                }
                index -= 1;
                // Steps that bind their item with `@` keep the context, so they do not count.
                while index > 0 && binds_focus(&steps[index]) && binds_focus(&steps[index - 1]) {
                    index -= 1;
                }
                self.seek(&mut steps[index], slot)?;
            }
        }
        Ok(unresolved)
    }

    fn seek(&mut self, node: &mut Node, slot: usize) -> Result<(), Error> {
        let position = node.span.end;
        self.looked_at += 1;
        if self.looked_at > LOOKED_AT_MAX {
            return Err(Error::new(DEPTH_EXCEEDED).at(position));
        }
        let name = node.type_name();
        match &mut node.kind {
            Kind::Name(_) | Kind::Wildcard => {
                self.slots[slot].level -= 1;
                if self.slots[slot].level == 0 {
                    let extras = node.extras_mut();
                    if let Some(known) = extras.ancestor_slot {
                        self.slots[slot].symbol = self.slots[known].symbol;
                    }
                    extras.ancestor_slot = Some(slot);
                    extras.tuple = true;
                }
                Ok(())
            }
            Kind::Parent(_) => {
                self.slots[slot].level += 1;
                Ok(())
            }
            Kind::Block(block) => {
                if let Some(last) = block.expressions.last_mut() {
                    self.seek(last, slot)?;
                    node.extras_mut().tuple = true;
                }
                Ok(())
            }
            Kind::Path(Path { steps, tuple, streams, .. }) => {
                *tuple = true;
                let mut index = steps.len();
                while index > 0 && (index == steps.len() || self.slots[slot].level > 0) {
                    index -= 1;
                    self.seek(&mut steps[index], slot)?;
                }
                *streams = steps.iter().any(Node::is_tuple_step);
                Ok(())
            }
            _ => Err(Error::new("S0217").at(position).with_token(name)),
        }
    }
}

fn binds_focus(node: &Node) -> bool {
    node.extras.as_ref().is_some_and(|extras| extras.focus.is_some())
}
