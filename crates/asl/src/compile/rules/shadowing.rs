//! An inner scope may not assign a variable that a scope around it assigns (asl.md 4). A distributed Map's children see no variables of
//! the scopes around them, so nothing can be shadowed there. What catchers of the outer scope assign does not count: recorded is a Parallel
//! whose catcher assigns a variable that its branch assigns as well.

use crate::compile::checker::{Checker, Phase};
use crate::definition::ScopeIndex;
use crate::diagnostic::{Diagnostic, Severity, code};
use crate::tree::Node;
use std::collections::HashSet;

pub(crate) fn check(checker: &mut Checker<'_>, tree: &Node) {
    let assigned = std::mem::take(&mut checker.assigned);
    let by_states = assigned.iter().filter(|assigned| !assigned.by_catcher);
    let names: HashSet<(ScopeIndex, &str)> = by_states.map(|assigned| (assigned.scope, assigned.name)).collect();
    for inner in &assigned {
        if !checker.has_room(Severity::Error) {
            return;
        }
        if !outer_scopes(checker, inner.scope).any(|outer| names.contains(&(outer, inner.name))) {
            continue;
        }
        let message = format!("The variable name '{}' was already defined in a parent scope.", inner.name);
        let mut diagnostic = Diagnostic::error(code::DUPLICATE_VARIABLE_NAME, message, inner.span.clone());
        diagnostic.location = Some(tree.location_of(inner.span.start));
        checker.report(Phase::Variables, diagnostic);
    }
}

fn outer_scopes<'c>(checker: &'c Checker<'_>, scope: ScopeIndex) -> impl Iterator<Item = ScopeIndex> + use<'c> {
    let slots = &checker.slots;
    let outer = move |&scope: &ScopeIndex| {
        let slot = &slots[scope.0 as usize];
        slot.parent.filter(|_| !slot.isolated).map(|(outer, _)| outer)
    };
    std::iter::successors(Some(scope), outer).skip(1)
}
