//! Where variables live: every reference gets the frames it may be bound in, so that evaluation compares no names.
//!
//! A variable assigned in a block is visible in the whole block from its assignment on; before that, the name means what it means
//! outside. Hence a reference may have several places, tried from the inside out.

use super::ast::{Block, Kind, Lambda, Node, Path, Place, Stage, Symbol};
use super::parser::Parsed;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// A resolved tree.
pub(crate) struct Resolved {
    pub(crate) root: Node,
    /// How many variables are bound outside any block.
    pub(crate) slots: u32,
    /// Names that no frame of the expression may bind.
    pub(crate) free: BTreeSet<Arc<str>>,
}

pub(crate) fn resolve(parsed: Parsed) -> Resolved {
    let Parsed { mut root, names, parents } = parsed;
    let mut resolver = Resolver { names, parents, scopes: Vec::new(), free: BTreeSet::new() };
    let mut bound = Vec::new();
    collect_binds(&root, &mut bound);
    let slots = bound.len() as u32;
    resolver.scopes.push(Scope::Slots(bound));
    resolver.node(&mut root);
    Resolved { root, slots, free: resolver.free }
}

enum Scope {
    Slots(Vec<Arc<str>>),
    Tuple,
}

struct Resolver {
    names: HashMap<Arc<str>, Symbol>,
    /// The symbol of each `%`.
    parents: Vec<Symbol>,
    scopes: Vec<Scope>,
    free: BTreeSet<Arc<str>>,
}

impl Resolver {
    fn within(&mut self, scope: Scope, visit: impl FnOnce(&mut Self)) {
        self.scopes.push(scope);
        visit(self);
        self.scopes.pop();
    }

    fn within_if(&mut self, tuple: bool, visit: impl FnOnce(&mut Self)) {
        if tuple { self.within(Scope::Tuple, visit) } else { visit(self) }
    }

    fn places(&self, name: &str) -> Vec<Place> {
        let symbol = self.names.get(name).copied();
        let mut places = Vec::new();
        for (up, scope) in self.scopes.iter().rev().enumerate() {
            let up = up as u32;
            match scope {
                Scope::Slots(names) => {
                    if let Some(slot) = names.iter().position(|candidate| &**candidate == name) {
                        places.push(Place::Slot { up, slot: slot as u32 });
                    }
                }
                Scope::Tuple => places.extend(symbol.map(|symbol| Place::Tuple { up, symbol })),
            }
        }
        places
    }

    /// Notes a free name, whose text all its uses share: evaluation then compares addresses.
    fn free(&mut self, name: &mut Arc<str>) {
        match self.free.get(name) {
            Some(known) => *name = known.clone(),
            None => drop(self.free.insert(name.clone())),
        }
    }

    fn node(&mut self, node: &mut Node) {
        // Asked only where it matters: the answer lies as deep as blocks are nested.
        let yields_tuples = node.extras.is_some() && node.yields_tuples();
        if let Some(extras) = &mut node.extras {
            extras.ancestor = extras.ancestor_slot.map(|slot| self.parents[slot]);
            self.within_if(yields_tuples, |this| extras.predicate.iter_mut().for_each(|filter| this.node(filter)));
        }
        let path_streams = match &node.kind {
            Kind::Path(path) => path.streams,
            _ => yields_tuples,
        };
        if let Some(group) = node.extras.as_mut().and_then(|extras| extras.group.as_mut()) {
            self.within_if(path_streams, |this| {
                for (key, value) in group {
                    this.node(key);
                    this.node(value);
                }
            });
        }
        self.kind(&mut node.kind);
    }

    fn kind(&mut self, kind: &mut Kind) {
        match kind {
            Kind::Literal(_)
            | Kind::Name(_)
            | Kind::Wildcard
            | Kind::Descendants
            | Kind::Regex(_)
            | Kind::Placeholder => {}
            Kind::Parent(parent) => {
                let symbol = self.parents[parent.slot];
                let scopes = self.scopes.iter().rev().enumerate();
                parent.places = scopes
                    .filter(|(_, scope)| matches!(scope, Scope::Tuple))
                    .map(|(up, _)| Place::Tuple { up: up as u32, symbol })
                    .collect();
            }
            Kind::Variable(variable) => {
                variable.places = self.places(&variable.name);
                if variable.places.is_empty() && !matches!(&*variable.name, "" | "$") {
                    self.free(&mut variable.name);
                }
            }
            Kind::Path(path) => self.path(path),
            Kind::Sort(terms) => terms.iter_mut().for_each(|term| self.node(&mut term.expression)),
            Kind::Binary(_, left, right) | Kind::Apply(left, right) | Kind::Fallback { left, right, .. } => {
                self.node(left);
                self.node(right);
            }
            Kind::Negate(operand) => self.node(operand),
            Kind::Array(items) => items.iter_mut().for_each(|item| self.node(item)),
            Kind::Object(pairs) => {
                for (key, value) in pairs {
                    self.node(key);
                    self.node(value);
                }
            }
            Kind::Bind(bind) => {
                self.node(&mut bind.value);
                let frame = self.scopes.iter().rev().position(|scope| match scope {
                    Scope::Slots(names) => names.contains(&bind.name),
                    Scope::Tuple => false,
                });
                if let Some(up) = frame
                    && let Some(Scope::Slots(names)) = self.scopes.iter().rev().nth(up)
                {
                    bind.up = up as u32;
                    bind.slot = names.iter().position(|name| *name == bind.name).unwrap_or(0) as u32;
                }
            }
            Kind::Call(call) | Kind::Partial(call) => {
                let call = Arc::get_mut(call).expect("the tree is not shared before it is resolved");
                self.node(&mut call.procedure);
                call.arguments.iter_mut().for_each(|argument| self.node(argument));
            }
            Kind::Lambda(lambda) => {
                self.lambda(Arc::get_mut(lambda).expect("the tree is not shared before it is resolved"));
            }
            Kind::Block(block) => self.block(block),
            Kind::Condition(test, then, otherwise) => {
                self.node(test);
                self.node(then);
                otherwise.iter_mut().for_each(|otherwise| self.node(otherwise));
            }
            Kind::Transform(transform) => {
                let transform = Arc::get_mut(transform).expect("the tree is not shared before it is resolved");
                self.node(&mut transform.pattern);
                self.node(&mut transform.update);
                transform.delete.iter_mut().for_each(|delete| self.node(delete));
            }
        }
    }

    /// From the first step that makes tuples on, steps and what hangs on them see the tuple.
    fn path(&mut self, path: &mut Path) {
        let mut streams = false;
        for (index, step) in path.steps.iter_mut().enumerate() {
            let before = streams;
            streams |= step.is_tuple_step();
            let tuple_outside = match &step.kind {
                Kind::Sort(_) => before,
                _ => streams && !(index == 0 && step.cons_array),
            };
            let mut stages = step.extras.as_mut().map(|extras| std::mem::take(&mut extras.stages)).unwrap_or_default();
            self.within_if(streams, |this| {
                for stage in &mut stages {
                    if let Stage::Filter(filter) = stage {
                        this.node(filter);
                    }
                }
            });
            self.within_if(tuple_outside, |this| this.node(step));
            if let Some(extras) = &mut step.extras {
                extras.stages = stages;
            }
        }
        path.streams = streams;
        let plain = |(index, step): (usize, &Node)| {
            step.extras.is_none()
                && !step.keep_array
                && (matches!(step.kind, Kind::Name(_)) || (index == 0 && matches!(step.kind, Kind::Variable(_))))
        };
        path.plain = !streams && !path.keep_singleton && path.steps.iter().enumerate().all(plain);
    }

    fn block(&mut self, block: &mut Block) {
        let mut bound = Vec::new();
        block.expressions.iter().for_each(|expression| collect_binds(expression, &mut bound));
        block.slots = bound.len() as u32;
        if bound.is_empty() {
            return block.expressions.iter_mut().for_each(|expression| self.node(expression));
        }
        self.within(Scope::Slots(bound), |this| {
            block.expressions.iter_mut().for_each(|expression| this.node(expression));
        });
    }

    fn lambda(&mut self, lambda: &mut Lambda) {
        let mut bound: Vec<Arc<str>> = Vec::new();
        for parameter in &lambda.parameters {
            if !bound.contains(parameter) {
                bound.push(parameter.clone());
            }
        }
        collect_binds(&lambda.body, &mut bound);
        lambda.slots = bound.len() as u32;
        lambda.parameter_slots = lambda
            .parameters
            .iter()
            .map(|parameter| bound.iter().position(|name| name == parameter).unwrap_or(0) as u32)
            .collect();
        self.within(Scope::Slots(bound), |this| this.node(&mut lambda.body));
    }
}

/// The variables bound below `node` outside nested blocks and lambdas, which have frames of their own.
fn collect_binds(node: &Node, bound: &mut Vec<Arc<str>>) {
    if let Kind::Bind(bind) = &node.kind
        && !bound.contains(&bind.name)
    {
        bound.push(bind.name.clone());
    }
    if !matches!(node.kind, Kind::Block(_) | Kind::Lambda(_)) {
        node.visit_own(&mut |child| collect_binds(child, bound));
    }
    node.visit_attached(&mut |child| collect_binds(child, bound));
}
