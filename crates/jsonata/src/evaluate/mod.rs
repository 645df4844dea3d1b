//! The evaluator: dispatches on the kind of node; each construct has its file.

mod call;
pub(crate) mod frame;
pub(crate) mod function;
mod group;
pub(crate) mod item;
mod operators;
mod path;
mod sort;
mod transform;

pub(crate) use operators::shown;
pub(crate) use path::{check_finite, lookup};

use crate::budget::Budget;
use crate::error::Error;
use crate::functions::{self, Builtin};
use crate::profile::Profile;
use crate::syntax::ast::{Block, Kind, Node, Variable};
use crate::{Bindings, World};
use frame::{Environment, Frame};
use function::{Function, FunctionKind};
use item::{Flags, Item};
use std::cell::{Cell, RefCell};
use std::sync::Arc;

/// One evaluation.
pub(crate) struct Evaluator<'a> {
    pub(crate) budget: Budget<'a>,
    pub(crate) bindings: &'a dyn Bindings,
    pub(crate) world: &'a World,
    pub(crate) profile: Profile,
    /// `$$`
    pub(crate) root: Item,
    /// The state of `$random`, `$shuffle` and `$uuid`.
    pub(crate) random: Cell<u64>,
    captured: RefCell<Vec<Environment>>,
    /// Frames of calls that are over, for the next ones.
    spare: RefCell<Vec<Environment>>,
    /// What [`Bindings`] answered.
    bound: RefCell<Vec<(Arc<str>, Option<Item>)>>,
}

/// The most frames that are kept for another use.
const SPARE_MAX: usize = 16;
/// The most answers of [`Bindings`] that are kept: they are searched one by one.
const BOUND_MAX: usize = 32;

impl<'a> Evaluator<'a> {
    pub(crate) fn new(
        budget: Budget<'a>,
        bindings: &'a dyn Bindings,
        world: &'a World,
        profile: Profile,
        root: Item,
    ) -> Self {
        Evaluator {
            budget,
            bindings,
            world,
            profile,
            root,
            random: Cell::new(world.seed),
            captured: RefCell::default(),
            spare: RefCell::default(),
            bound: RefCell::default(),
        }
    }

    /// Evaluates a whole expression in a frame of its own.
    pub(crate) fn expression(&self, root: &Node, slots: u32, input: &Item) -> Result<Item, Error> {
        let wrapped = match input {
            Item::Json(json::Value::Array(_)) => with_flags(
                Item::array(vec![input.clone()]),
                Flags { sequence: true, outer_wrapper: true, ..Flags::default() },
            ),
            other => other.clone(),
        };
        let result = self.evaluate(root, &wrapped, &Frame::root(slots))?;
        self.trampoline(result)
    }

    pub(crate) fn evaluate(&self, node: &Node, input: &Item, environment: &Environment) -> Result<Item, Error> {
        self.budget.step(1)?;
        self.budget.enter()?;
        let result = self.kind(node, input, environment)?;
        let result = match &node.extras {
            Some(extras) if !extras.predicate.is_empty() || extras.group.is_some() => {
                let mut result = result;
                for filter in &extras.predicate {
                    result = self.filter(filter, result, environment)?;
                }
                match &extras.group {
                    Some(group) if !matches!(node.kind, Kind::Path(_)) => {
                        self.group(node, group, result, environment)?
                    }
                    _ => result,
                }
            }
            _ => result,
        };
        self.budget.leave();
        Ok(unwrap_sequence(result, node.keep_array))
    }

    fn kind(&self, node: &Node, input: &Item, environment: &Environment) -> Result<Item, Error> {
        match &node.kind {
            Kind::Path(path) => self.path(node, path, input, environment),
            Kind::Variable(variable) => Ok(self.variable(variable, input, environment)),
            Kind::Literal(value) => Ok(Item::Json(value.clone())),
            Kind::Name(name) => lookup(self, input, name),
            Kind::Wildcard => self.wildcard(input),
            Kind::Descendants => self.descendants(input),
            Kind::Parent(parent) => Ok(environment.lookup(&parent.places).unwrap_or_default()),
            Kind::Regex(regex) => Ok(Function::item(FunctionKind::Regex(regex.clone()))),
            Kind::Binary(operator, left, right) => self.binary(node, *operator, left, right, input, environment),
            Kind::Negate(operand) => self.negate(node, operand, input, environment),
            Kind::Array(items) => self.array(node, items, input, environment),
            Kind::Object(pairs) => self.group(node, pairs, input.clone(), environment),
            Kind::Bind(bind) => {
                let value = self.evaluate(&bind.value, input, environment)?;
                environment.bind(bind.up, bind.slot, value.clone());
                Ok(value)
            }
            Kind::Apply(left, right) => self.apply_operator(node, left, right, input, environment),
            Kind::Call(call) => self.call(call, input, environment),
            Kind::Partial(call) => self.partial(call, input, environment),
            Kind::Lambda(lambda) => {
                self.capture(environment)?;
                let environment = environment.clone();
                Function::item(FunctionKind::Lambda { lambda: lambda.clone(), environment, input: input.clone() })
                    .shallow_enough()
            }
            Kind::Block(block) => {
                if block.slots == 0 {
                    return self.block(block, input, environment);
                }
                let frame = self.frame(environment, block.slots);
                let result = self.block(block, input, &frame)?;
                self.release(frame);
                Ok(result)
            }
            Kind::Condition(test, then, otherwise) => {
                if to_boolean(&self.evaluate(test, input, environment)?, self.profile)? {
                    self.evaluate(then, input, environment)
                } else {
                    otherwise
                        .as_ref()
                        .map_or(Ok(Item::Undefined), |otherwise| self.evaluate(otherwise, input, environment))
                }
            }
            Kind::Fallback { left, right, for_false } => {
                let value = self.evaluate(left, input, environment)?;
                let keep = if *for_false { to_boolean(&value, self.profile)? } else { !value.is_undefined() };
                if keep { Ok(value) } else { self.evaluate(right, input, environment) }
            }
            Kind::Transform(transform) => {
                self.capture(environment)?;
                let (transform, environment) = (transform.clone(), environment.clone());
                Ok(Function::item(FunctionKind::Transform { transform, environment }))
            }
            Kind::Sort(_) | Kind::Placeholder => Ok(Item::Undefined),
        }
    }

    fn block(&self, block: &Block, input: &Item, environment: &Environment) -> Result<Item, Error> {
        let Some((last, before)) = block.expressions.split_last() else { return Ok(Item::Undefined) };
        for expression in before {
            self.evaluate(expression, input, environment)?;
        }
        self.evaluate(last, input, environment)
    }

    fn variable(&self, variable: &Variable, input: &Item, environment: &Environment) -> Item {
        self.look(variable, input, environment, Item::clone)
    }

    /// Looks at what a variable holds.
    fn look<T>(
        &self,
        variable: &Variable,
        input: &Item,
        environment: &Environment,
        mut look: impl FnMut(&Item) -> T,
    ) -> T {
        match &*variable.name {
            "" => match input {
                Item::List(list, flags) if flags.outer_wrapper => look(list.items.first().unwrap_or(&Item::Undefined)),
                _ => look(input),
            },
            "$" if variable.places.is_empty() => look(&self.root),
            _ => environment
                .look(&variable.places, &mut look)
                .or_else(|| self.bound(&variable.name, |bound| bound.map(&mut look)))
                .unwrap_or_else(|| {
                    let builtin = variable.builtin.map(|builtin| Function::item(FunctionKind::Builtin(builtin)));
                    look(&builtin.unwrap_or_default())
                }),
        }
    }

    /// Looks at what a name is bound to outside the expression.
    fn bound<T>(&self, name: &Arc<str>, look: impl FnOnce(Option<&Item>) -> T) -> T {
        let mut known = self.bound.borrow_mut();
        if let Some((_, item)) = known.iter().find(|(candidate, _)| Arc::ptr_eq(candidate, name)) {
            return look(item.as_ref());
        }
        let item = self.bindings.get(name).map(Item::Json);
        if known.len() == BOUND_MAX {
            return look(item.as_ref());
        }
        known.push((name.clone(), item));
        look(known.last().and_then(|(_, item)| item.as_ref()))
    }

    /// The built-in function that a variable is, unless it is bound to something else.
    fn builtin(&self, variable: &Variable) -> Option<&'static Builtin> {
        let builtin = variable.builtin.filter(|_| variable.places.is_empty())?;
        self.bound(&variable.name, |bound| bound.is_none()).then_some(builtin)
    }

    /// Whether a name means something outside the expression.
    fn is_known(&self, name: &str) -> bool {
        name == "$" || self.bindings.get(name).is_some() || functions::find(name, self.profile).is_some()
    }

    /// A frame for a call or a block; give it back with [`Evaluator::release`].
    fn frame(&self, parent: &Environment, slots: u32) -> Environment {
        match self.spare.borrow_mut().pop() {
            Some(spare) => Frame::reuse(spare, parent, slots),
            None => Frame::slots(parent, slots),
        }
    }

    /// Keeps a frame for another use, unless a closure still holds it.
    fn release(&self, frame: Environment) {
        let recycled = Frame::recycle(frame);
        let mut spare = self.spare.borrow_mut();
        if spare.len() < SPARE_MAX {
            spare.extend(recycled);
        }
    }

    fn capture(&self, environment: &Environment) -> Result<(), Error> {
        let mut captured = self.captured.borrow_mut();
        let known = captured.len();
        Frame::capture(environment, &mut captured);
        self.budget.allocate((captured.len() - known) * 128 + 96)
    }

    fn array(&self, node: &Node, items: &[Node], input: &Item, environment: &Environment) -> Result<Item, Error> {
        let mut result = Vec::with_capacity(items.len());
        for item in items {
            let value = self.evaluate(item, input, environment)?;
            match value {
                Item::Undefined => {}
                value if matches!(item.kind, Kind::Array(_)) => result.push(value),
                Item::List(..) | Item::Json(json::Value::Array(_)) => {
                    let count = value.elements().map_or(0, |elements| elements.len());
                    self.grow(count)?;
                    if let ([_], Item::List(list, _)) = (items, &value) {
                        // The only item, as in `[path]`: its list serves as it is.
                        let flags = Flags { cons: node.cons_array, ..Flags::default() };
                        return Ok(Item::List(list.clone(), flags));
                    }
                    result.extend(value.into_items());
                }
                value => result.push(value),
            }
        }
        self.grow(result.len())?;
        let flags = Flags { cons: node.cons_array, ..Flags::default() };
        with_flags(Item::array(result), flags).shallow_enough()
    }

    /// Charges for `count` items of an array that is being made.
    pub(crate) fn grow(&self, count: usize) -> Result<(), Error> {
        self.budget.hold(count.saturating_mul(8))?;
        self.budget.step(count as u64)?;
        self.budget.allocate(32 + count * size_of::<Item>())
    }

    /// A string, charged for.
    pub(crate) fn text(&self, text: impl Into<Arc<str>>) -> Result<Item, Error> {
        let text = text.into();
        self.budget.hold(text.len())?;
        self.budget.allocate(32 + text.len())?;
        self.budget.step(text.len() as u64 / 64)?;
        Ok(Item::string(text))
    }

    /// The next random 64 bits: splitmix64 over the seed.
    pub(crate) fn next_random(&self) -> u64 {
        let state = self.random.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.random.set(state);
        mix(state)
    }
}

/// The finisher of splitmix64.
pub(crate) fn mix(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

/// Frames and closures hold each other; emptied, they go, one after the other and not one inside the other.
impl Drop for Evaluator<'_> {
    fn drop(&mut self) {
        let captured = std::mem::take(self.captured.get_mut());
        let mut garbage = Vec::new();
        captured.iter().for_each(|frame| frame.clear(&mut garbage));
    }
}

pub(crate) fn with_flags(item: Item, flags: Flags) -> Item {
    match item {
        Item::List(list, _) => Item::List(list, flags),
        other => other,
    }
}

/// A sequence of one stands for its item, an empty one for nothing.
#[inline]
fn unwrap_sequence(item: Item, keep_array: bool) -> Item {
    let Item::List(list, mut flags) = item else { return item };
    if !flags.sequence {
        return Item::List(list, flags);
    }
    flags.keep_singleton |= keep_array;
    match list.items.len() {
        0 => Item::Undefined,
        1 if !flags.keep_singleton => list.items[0].clone(),
        _ => Item::List(list, flags),
    }
}

/// The language's notion of truth. To version 2.0.6 functions are true, unless they are regular expressions. An infinite number is neither true
/// nor false, nor is an array with one in it.
pub(crate) fn to_boolean(item: &Item, profile: Profile) -> Result<bool, Error> {
    Ok(match item {
        Item::Undefined | Item::Tuples(_) => false,
        Item::Function(function) => {
            let is_regex = matches!(function.kind, FunctionKind::Regex(_) | FunctionKind::NextMatch { .. });
            profile.is_documented() && !is_regex
        }
        Item::Number(number) => {
            check_finite(*number)?;
            *number != 0.0 && !number.is_nan()
        }
        Item::Record(record) => !record.entries().is_empty(),
        Item::List(list, _) => {
            let mut any = false;
            for item in &list.items {
                any |= to_boolean(item, profile)?;
            }
            any
        }
        Item::Json(value) => value_to_boolean(value),
    })
}

fn value_to_boolean(value: &json::Value) -> bool {
    match value {
        json::Value::Null => false,
        json::Value::Bool(boolean) => *boolean,
        json::Value::Number(number) => number.as_f64() != 0.0,
        json::Value::String(text) => !text.is_empty(),
        json::Value::Array(array) => array.iter().any(value_to_boolean),
        json::Value::Object(object) => !object.is_empty(),
    }
}
