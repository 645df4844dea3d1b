//! Where variables live: every reference gets the frames it may be bound in, so that evaluation compares no names.
//!
//! A variable assigned in a block is visible in the whole block from its assignment on; before that, the name means what it means
//! outside. Hence a reference may have several places, tried from the inside out.

use super::ast::{Block, Kind, Lambda, Node, Path, Place, Places, Stage, Symbol};
use super::parser::Parsed;
use crate::error::{DEPTH_EXCEEDED, Error};
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

/// How many places a reference has for free. Only blocks in blocks that all assign the same name give more.
const PLACES_FEW: usize = 8;

/// Resolves the variables of an expression whose text is `length` bytes long.
///
/// # Errors
/// `U1001` for a text whose many references have each very many places: they would take the square of its length.
pub(crate) fn resolve(parsed: Parsed, length: usize) -> Result<Resolved, Error> {
    let Parsed { mut root, names, parents } = parsed;
    let mut resolver = Resolver {
        names,
        parents,
        scopes: Vec::new(),
        bound: HashMap::new(),
        tuples: Vec::new(),
        scopes_seen: 0,
        shared: HashMap::new(),
        places_left: 1_000 + 3 * length,
        is_exhausted: false,
        free: BTreeSet::new(),
    };
    let mut bound = Bound::default();
    collect_binds(&root, &mut bound);
    let slots = bound.len();
    resolver.within(Scope::Slots(bound.names), |this| this.node(&mut root));
    if resolver.is_exhausted {
        return Err(Error::new(DEPTH_EXCEEDED).at(length));
    }
    Ok(Resolved { root, slots, free: resolver.free })
}

enum Scope {
    /// The names by slot.
    Slots(Vec<Arc<str>>),
    Tuple,
}

/// The names a frame binds, each once, in the order of their slots.
#[derive(Default)]
struct Bound {
    names: Vec<Arc<str>>,
    /// The same once they are many.
    slots: HashMap<Arc<str>, u32>,
}

impl Bound {
    const FEW: usize = 8;

    fn len(&self) -> u32 {
        self.names.len() as u32
    }

    fn slot(&self, name: &Arc<str>) -> Option<u32> {
        if self.slots.is_empty() {
            return self.names.iter().position(|bound| bound == name).map(|slot| slot as u32);
        }
        self.slots.get(name).copied()
    }

    /// Adds a name unless it is there; gives its slot.
    fn add(&mut self, name: &Arc<str>) -> u32 {
        if let Some(slot) = self.slot(name) {
            return slot;
        }
        let slot = self.len();
        self.names.push(name.clone());
        if self.names.len() == Self::FEW {
            self.slots.extend(self.names.iter().cloned().zip(0..));
        } else if self.names.len() > Self::FEW {
            self.slots.insert(name.clone(), slot);
        }
        slot
    }
}

struct Resolver {
    names: HashMap<Arc<str>, Symbol>,
    /// The symbol of each `%`.
    parents: Vec<Symbol>,
    scopes: Vec<Scope>,
    /// By name: the depth of each scope around that binds it, and its slot there.
    bound: HashMap<Arc<str>, Vec<(usize, u32)>>,
    /// The depths of the scopes around that are tuples.
    tuples: Vec<usize>,
    /// Changes with the scopes around.
    scopes_seen: u64,
    /// By name: many places, and for which scopes they hold.
    shared: HashMap<Arc<str>, (u64, Places)>,
    places_left: usize,
    is_exhausted: bool,
    free: BTreeSet<Arc<str>>,
}

impl Resolver {
    fn within(&mut self, scope: Scope, visit: impl FnOnce(&mut Self)) {
        let depth = self.scopes.len();
        match &scope {
            Scope::Slots(names) => {
                for (name, slot) in names.iter().zip(0..) {
                    self.bound.entry(name.clone()).or_default().push((depth, slot));
                }
            }
            Scope::Tuple => self.tuples.push(depth),
        }
        self.scopes.push(scope);
        self.scopes_seen += 1;
        visit(self);
        self.scopes_seen += 1;
        match self.scopes.pop() {
            Some(Scope::Slots(names)) => {
                for name in &names {
                    self.bound.get_mut(name).and_then(Vec::pop);
                }
            }
            _ => drop(self.tuples.pop()),
        }
    }

    fn within_if(&mut self, tuple: bool, visit: impl FnOnce(&mut Self)) {
        if tuple { self.within(Scope::Tuple, visit) } else { visit(self) }
    }

    fn up(&self, depth: usize) -> u32 {
        (self.scopes.len() - 1 - depth) as u32
    }

    fn places(&mut self, name: &Arc<str>) -> Places {
        let symbol = self.names.get(name).copied();
        let slots = self.bound.get(name).map(Vec::as_slice).unwrap_or_default();
        let tuples = if symbol.is_some() { self.tuples.as_slice() } else { &[] };
        let count = slots.len() + tuples.len();
        if count == 0 {
            return Places::default();
        }
        if count > PLACES_FEW
            && let Some((seen, places)) = self.shared.get(name)
            && *seen == self.scopes_seen
        {
            return places.clone();
        }
        let mut by_depth = Vec::with_capacity(count);
        by_depth.extend(slots.iter().map(|&(depth, slot)| (depth, Place::Slot { up: self.up(depth), slot })));
        if let Some(symbol) = symbol {
            by_depth.extend(tuples.iter().map(|&depth| (depth, Place::Tuple { up: self.up(depth), symbol })));
        }
        by_depth.sort_unstable_by_key(|&(depth, _)| std::cmp::Reverse(depth));
        let places = self.counted(by_depth.into_iter().map(|(_, place)| place).collect());
        if count > PLACES_FEW {
            self.shared.insert(name.clone(), (self.scopes_seen, places.clone()));
        }
        places
    }

    /// Counts many places against what the length of the text allows.
    fn counted(&mut self, places: Vec<Place>) -> Places {
        if places.len() > PLACES_FEW {
            match self.places_left.checked_sub(places.len()) {
                Some(left) => self.places_left = left,
                None => {
                    self.is_exhausted = true;
                    return Places::default();
                }
            }
        }
        Places((!places.is_empty()).then(|| places.into()))
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
                let tuples = self.tuples.iter().rev();
                let places = tuples.map(|&depth| Place::Tuple { up: self.up(depth), symbol }).collect();
                parent.places = self.counted(places);
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
                if let Some(&(depth, slot)) = self.bound.get(&bind.name).and_then(|slots| slots.last()) {
                    (bind.up, bind.slot) = (self.up(depth), slot);
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
        let mut bound = Bound::default();
        block.expressions.iter().for_each(|expression| collect_binds(expression, &mut bound));
        block.slots = bound.len();
        if bound.names.is_empty() {
            return block.expressions.iter_mut().for_each(|expression| self.node(expression));
        }
        self.within(Scope::Slots(bound.names), |this| {
            block.expressions.iter_mut().for_each(|expression| this.node(expression));
        });
    }

    fn lambda(&mut self, lambda: &mut Lambda) {
        let mut bound = Bound::default();
        lambda.parameter_slots = lambda.parameters.iter().map(|parameter| bound.add(parameter)).collect();
        collect_binds(&lambda.body, &mut bound);
        lambda.slots = bound.len();
        self.within(Scope::Slots(bound.names), |this| this.node(&mut lambda.body));
    }
}

/// The variables bound below `node` outside nested blocks and lambdas, which have frames of their own.
fn collect_binds(node: &Node, bound: &mut Bound) {
    if let Kind::Bind(bind) = &node.kind {
        bound.add(&bind.name);
    }
    if !matches!(node.kind, Kind::Block(_) | Kind::Lambda(_)) {
        node.visit_own(&mut |child| collect_binds(child, bound));
    }
    node.visit_attached(&mut |child| collect_binds(child, bound));
}
