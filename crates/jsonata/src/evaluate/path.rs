//! Paths: steps mapped over sequences, streams of tuples where steps bind names, predicates, wildcards.

use super::frame::{Environment, Frame, Tuple};
use super::item::{Element, Elements, Flags, Item, Walk};
use super::{Evaluator, to_boolean, with_flags};
use crate::error::Error;
use crate::syntax::ast::{Extras, Kind, Node, Path, Stage};
use json::Value;
use std::rc::Rc;

const SEQUENCE: Flags = Flags { sequence: true, keep_singleton: false, cons: false, outer_wrapper: false };

impl Evaluator<'_> {
    pub(super) fn path(
        &self,
        node: &Node,
        path: &Path,
        input: &Item,
        environment: &Environment,
    ) -> Result<Item, Error> {
        let group = node.extras.as_ref().and_then(|extras| extras.group.as_ref());
        let mut sequence = if path.streams {
            match self.stream(path, input, environment)? {
                Item::Tuples(tuples) if group.is_none() && !path.tuple => {
                    self.grow(tuples.len())?;
                    Item::sequence(tuples.iter().map(|tuple| tuple.item.clone()).collect())
                }
                other => other,
            }
        } else if path.plain {
            self.names(path, input, environment)?
        } else {
            // An array is a sequence of inputs, unless the path starts at a variable.
            self.steps(path, 0, input.clone(), !input.is_array(), environment)?
        };
        if path.keep_singleton {
            sequence = match sequence {
                Item::List(list, flags) if flags.cons && !flags.sequence => {
                    let single = Item::List(list, flags);
                    with_flags(Item::array(vec![single]), Flags { keep_singleton: true, ..SEQUENCE })
                }
                Item::List(list, flags) => Item::List(list, Flags { keep_singleton: true, ..flags }),
                Item::Undefined | Item::Tuples(_) | Item::Json(Value::Array(_)) => sequence,
                single => with_flags(Item::array(vec![single]), Flags { keep_singleton: true, ..SEQUENCE }),
            };
        }
        match group {
            Some(group) => self.group(node, group, sequence, environment),
            None => Ok(sequence),
        }
    }

    /// The steps of a path of names: values are looked at where they are, up to the first array.
    fn names(&self, path: &Path, input: &Item, environment: &Environment) -> Result<Item, Error> {
        self.budget.touch()?;
        self.budget.step(path.steps.len() as u64)?;
        let names = |from: usize| {
            path.steps[from..].iter().map(|step| match &step.kind {
                Kind::Name(name) => &**name,
                _ => "",
            })
        };
        let (walk, from) = match &path.steps[0].kind {
            Kind::Variable(variable) => (self.look(variable, input, environment, |item| item.walk(names(1))), 1),
            _ => (input.walk(names(0)), 0),
        };
        match walk {
            Walk::End(item) => Ok(item),
            Walk::Array(_, 0) => self.steps(path, 0, input.clone(), !input.is_array(), environment),
            Walk::Array(array, taken) if array.elements().is_some_and(|elements| elements.len() > 0) => {
                self.steps(path, from + taken, with_flags(array, SEQUENCE), false, environment)
            }
            Walk::Array(..) => Ok(Item::Undefined),
        }
    }

    /// The steps of a path that binds nothing, `from` the first one to take. A result that is no array stands for a sequence of one,
    /// and so does `current` if it is `single`.
    fn steps(
        &self,
        path: &Path,
        from: usize,
        mut current: Item,
        mut single: bool,
        environment: &Environment,
    ) -> Result<Item, Error> {
        let last = path.steps.len() - 1;
        for (index, step) in path.steps.iter().enumerate().skip(from) {
            if index == 0 && matches!(step.kind, Kind::Variable(_)) {
                single = true;
            }
            let is_last = index == last;
            if index == 0 && step.cons_array {
                let sequence = if single { Item::sequence(vec![current]) } else { current };
                current = self.evaluate(step, &sequence, environment)?;
                single = false;
            } else if single && let (Kind::Name(name), None) = (&step.kind, &step.extras) {
                self.budget.touch()?;
                let member = current.get(name);
                single = !member.is_array();
                current = if single || is_last { member } else { with_flags(member, SEQUENCE) };
            } else {
                (current, single) = self.step(step, current, single, is_last, environment)?;
            }
            let empty = match current.elements() {
                Some(elements) => elements.len() == 0,
                None => current.is_undefined(),
            };
            if empty {
                return Ok(if is_last || step.cons_array { current } else { Item::Undefined });
            }
        }
        Ok(current)
    }

    fn step(
        &self,
        step: &Node,
        input: Item,
        single: bool,
        last: bool,
        environment: &Environment,
    ) -> Result<(Item, bool), Error> {
        if let Kind::Sort(terms) = &step.kind {
            let items = if single { vec![input] } else { input.into_items() };
            let sorted = self.sort_items(step, terms, items, environment)?;
            let mut result = Item::sequence(sorted);
            for filter in filters(step) {
                result = self.filter(filter, result, environment)?;
            }
            return Ok((result, false));
        }
        if single {
            let result = self.step_item(step, &input, environment)?;
            return Ok(match result {
                Item::List(list, flags) if flags.sequence => (Item::List(list, SEQUENCE), false),
                Item::List(list, flags) if last => (Item::List(list, flags), false),
                Item::List(list, flags) if flags.cons => (Item::sequence(vec![Item::List(list, flags)]), false),
                Item::List(list, _) => (Item::List(list, SEQUENCE), false),
                Item::Json(Value::Array(array)) => (Item::Json(Value::Array(array)), false),
                other => (other, true),
            });
        }
        let Some(elements) = input.elements() else { return Ok((Item::Undefined, true)) };
        let mut results = Vec::with_capacity(elements.len());
        let mut plain_array = None;
        let mut count = 0;
        for element in elements.look() {
            let result = match (&step.kind, &step.extras) {
                (Kind::Name(name), None) if !element.is_array() => {
                    self.budget.touch()?;
                    element.member(name).map_or(Item::Undefined, Element::into_item)
                }
                _ => self.step_item(step, &element.into_item(), environment)?,
            };
            if result.is_undefined() {
                continue;
            }
            count += 1;
            match result {
                Item::List(ref list, flags) if !flags.cons => {
                    if last && count == 1 && !flags.sequence {
                        plain_array = Some(result.clone());
                    }
                    self.grow(list.items.len())?;
                    results.extend(list.items.iter().cloned());
                }
                Item::Json(Value::Array(ref array)) => {
                    if last && count == 1 {
                        plain_array = Some(result.clone());
                    }
                    self.grow(array.len())?;
                    results.extend(array.iter().cloned().map(Item::Json));
                }
                Item::List(_, flags) if flags.cons && last && count == 1 => {
                    plain_array = Some(result.clone());
                    results.push(result);
                }
                other => results.push(other),
            }
        }
        self.grow(results.len())?;
        match plain_array {
            Some(array) if count == 1 => Ok((array, false)),
            _ => Ok((Item::sequence(results), false)),
        }
    }

    fn step_item(&self, step: &Node, input: &Item, environment: &Environment) -> Result<Item, Error> {
        let mut result = self.evaluate(step, input, environment)?;
        for filter in filters(step) {
            result = self.filter(filter, result, environment)?;
        }
        Ok(result)
    }

    /// The steps of a path that binds names: plain steps up to the first that binds, tuples from there on.
    fn stream(&self, path: &Path, input: &Item, environment: &Environment) -> Result<Item, Error> {
        let starts_at_variable = matches!(path.steps[0].kind, Kind::Variable(_));
        let mut items =
            if input.is_array() && !starts_at_variable { input.clone().into_items() } else { vec![input.clone()] };
        let mut tuples: Option<Vec<Tuple>> = None;
        let mut streams = false;
        for (index, step) in path.steps.iter().enumerate() {
            streams |= step.is_tuple_step();
            if index == 0 && step.cons_array {
                // It binds nothing itself: an index it has is no variable, and a focus leaves the input as it is.
                let first = self.evaluate(step, &Item::sequence(items.clone()), environment)?;
                if !streams && first.elements().is_some_and(|elements| elements.len() == 0) {
                    return Ok(first);
                }
                if step.extras.as_ref().is_none_or(|extras| extras.focus.is_none()) {
                    items = first.into_items();
                }
            } else if streams {
                tuples = Some(self.tuple_step(step, items, tuples, environment)?);
                items = Vec::new();
            } else {
                items = self.step(step, Item::sequence(items), false, false, environment)?.0.into_items();
                if items.is_empty() {
                    return Ok(Item::Undefined);
                }
            }
        }
        Ok(Item::Tuples(Rc::new(tuples.unwrap_or_default())))
    }

    fn tuple_step(
        &self,
        step: &Node,
        items: Vec<Item>,
        tuples: Option<Vec<Tuple>>,
        environment: &Environment,
    ) -> Result<Vec<Tuple>, Error> {
        let default = Extras::default();
        let extras = step.extras.as_deref().unwrap_or(&default);
        let mut result = Vec::new();
        if let Kind::Sort(terms) = &step.kind {
            match tuples {
                Some(tuples) => result = self.sort_tuples(step, terms, tuples, environment)?,
                None => {
                    for (position, item) in self.sort_items(step, terms, items, environment)?.into_iter().enumerate() {
                        let mut tuple = Tuple::new(item);
                        if let Some(index) = extras.index {
                            tuple.bind(index, Item::Number(position as f64));
                        }
                        result.push(tuple);
                    }
                }
            }
            return self.stages(extras, result, environment);
        }
        let inputs = match tuples {
            Some(tuples) => tuples,
            None => items.into_iter().map(Tuple::new).collect(),
        };
        for tuple in &inputs {
            let frame = Frame::tuple(environment, tuple);
            let outcome = self.evaluate(step, &tuple.item, &frame)?;
            if let Item::Tuples(inner) = &outcome {
                self.grow(inner.len() * 2)?;
                for inner in inner.iter() {
                    let mut merged = Tuple { item: inner.item.clone(), bindings: tuple.bindings.clone() };
                    inner.bindings.iter().for_each(|(symbol, item)| merged.bind(*symbol, item.clone()));
                    result.push(merged);
                }
                continue;
            }
            let outcomes = outcome.into_items();
            self.grow(outcomes.len() * 2)?;
            for (position, outcome) in outcomes.into_iter().enumerate() {
                let mut next = tuple.clone();
                match extras.focus {
                    Some(focus) => next.bind(focus, outcome),
                    None => next.item = outcome,
                }
                if let Some(index) = extras.index {
                    next.bind(index, Item::Number(position as f64));
                }
                if let Some(ancestor) = extras.ancestor {
                    next.bind(ancestor, tuple.item.clone());
                }
                result.push(next);
            }
        }
        self.stages(extras, result, environment)
    }

    fn stages(&self, extras: &Extras, mut tuples: Vec<Tuple>, environment: &Environment) -> Result<Vec<Tuple>, Error> {
        for stage in &extras.stages {
            match stage {
                Stage::Filter(filter) => tuples = self.filter_tuples(filter, tuples, environment)?,
                Stage::Index(symbol) => {
                    self.budget.step(tuples.len() as u64)?;
                    for (position, tuple) in tuples.iter_mut().enumerate() {
                        tuple.bind(*symbol, Item::Number(position as f64));
                    }
                }
            }
        }
        Ok(tuples)
    }

    /// `input[predicate]`
    pub(super) fn filter(&self, predicate: &Node, input: Item, environment: &Environment) -> Result<Item, Error> {
        if let Item::Tuples(tuples) = input {
            return Ok(Item::Tuples(Rc::new(self.filter_tuples(predicate, tuples.to_vec(), environment)?)));
        }
        let elements = input.elements().unwrap_or(Elements::Items(std::slice::from_ref(&input)));
        let count = elements.len();
        if let Some(number) = literal(predicate) {
            self.budget.touch()?;
            return Ok(match position(number, count).and_then(|index| elements.get(index)) {
                None | Some(Item::Undefined) => Item::sequence(Vec::new()),
                Some(item) if item.is_array() => item,
                Some(item) => Item::sequence(vec![item]),
            });
        }
        let mut results = Vec::new();
        for (index, item) in elements.iter().enumerate() {
            let outcome = self.evaluate(predicate, &item, environment)?;
            match self.selected(&outcome, index, count)? {
                0 => {}
                1 => results.push(item),
                times => results.extend(std::iter::repeat_n(item, times)),
            }
        }
        self.grow(results.len())?;
        Ok(Item::sequence(results))
    }

    fn filter_tuples(
        &self,
        predicate: &Node,
        tuples: Vec<Tuple>,
        environment: &Environment,
    ) -> Result<Vec<Tuple>, Error> {
        let count = tuples.len();
        if let Some(number) = literal(predicate) {
            return Ok(position(number, count).map(|index| tuples[index].clone()).into_iter().collect());
        }
        let mut results = Vec::new();
        for (index, tuple) in tuples.into_iter().enumerate() {
            let frame = Frame::tuple(environment, &tuple);
            let outcome = self.evaluate(predicate, &tuple.item, &frame)?;
            let times = self.selected(&outcome, index, count)?;
            results.extend(std::iter::repeat_n(tuple, times));
        }
        self.grow(results.len() * 2)?;
        Ok(results)
    }

    /// How often a predicate selects the item at `index`: numbers name positions, anything else is true or false.
    fn selected(&self, outcome: &Item, index: usize, count: usize) -> Result<usize, Error> {
        if let Some(number) = outcome.as_number().filter(|number| !number.is_nan()) {
            check_finite(number)?;
            return Ok(usize::from(position(number, count) == Some(index)));
        }
        if let Some(elements) = outcome.elements()
            && elements.len() > 0
        {
            self.budget.step(elements.len() as u64)?;
            let numbers =
                || elements.look().filter_map(|element| element.as_number()).filter(|number| !number.is_nan());
            numbers().try_for_each(check_finite)?;
            if numbers().count() == elements.len() {
                let numbers = numbers();
                return Ok(numbers.filter(|number| position(*number, count) == Some(index)).count());
            }
        }
        Ok(usize::from(to_boolean(outcome, self.profile)?))
    }

    pub(super) fn wildcard(&self, input: &Item) -> Result<Item, Error> {
        let inner;
        let mut subject = input;
        if let Item::List(list, flags) = input
            && flags.outer_wrapper
        {
            inner = list.items.first().cloned().unwrap_or_default();
            subject = &inner;
        }
        let values: Vec<Item> = match subject.elements() {
            Some(elements) => elements.iter().collect(),
            None => subject.entries().into_iter().map(|(_, item)| item).collect(),
        };
        self.grow(values.len())?;
        let mut results = Vec::new();
        let mut appended = false;
        for value in values {
            if value.is_array() {
                appended = true;
                self.flatten(&value, &mut results)?;
            } else {
                results.push(value);
            }
        }
        self.grow(results.len())?;
        // An appended array makes the result a plain one, which a single item does not leave.
        Ok(if appended { Item::array(results) } else { Item::sequence(results) })
    }

    fn flatten(&self, item: &Item, results: &mut Vec<Item>) -> Result<(), Error> {
        match item.elements() {
            Some(elements) => {
                self.budget.step(elements.len() as u64)?;
                elements.iter().try_for_each(|element| self.flatten(&element, results))
            }
            None => {
                results.push(item.clone());
                Ok(())
            }
        }
    }

    pub(super) fn descendants(&self, input: &Item) -> Result<Item, Error> {
        if input.is_undefined() {
            return Ok(Item::Undefined);
        }
        let mut results = Vec::new();
        self.descend(input, &mut results)?;
        Ok(Item::from_sequence(results))
    }

    fn descend(&self, item: &Item, results: &mut Vec<Item>) -> Result<(), Error> {
        self.grow(1)?;
        match item.elements() {
            Some(elements) => elements.iter().try_for_each(|element| self.descend(&element, results)),
            None => {
                results.push(item.clone());
                item.entries().iter().try_for_each(|(_, member)| self.descend(member, results))
            }
        }
    }
}

fn filters(step: &Node) -> impl Iterator<Item = &Node> {
    step.extras.iter().flat_map(|extras| &extras.stages).filter_map(|stage| match stage {
        Stage::Filter(filter) => Some(filter),
        Stage::Index(_) => None,
    })
}

/// The number that a predicate is, whatever predicates and groups it has of its own: the reference implementation does not look at those.
fn literal(predicate: &Node) -> Option<f64> {
    match &predicate.kind {
        Kind::Literal(Value::Number(number)) => Some(number.as_f64()),
        Kind::Negate(operand) => literal(operand).map(|number| -number),
        _ => None,
    }
}

/// The position a number in a predicate names; negative ones count from the end.
fn position(number: f64, count: usize) -> Option<usize> {
    let floor = number.floor();
    let index = if floor < 0.0 { count as f64 + floor } else { floor };
    (index >= 0.0 && index < count as f64).then_some(index as usize)
}

pub(crate) fn check_finite(number: f64) -> Result<(), Error> {
    if number.is_infinite() { Err(Error::new("D1001").with_value(Value::Null)) } else { Ok(()) }
}

/// The member `name` of an object, or of every object in an array.
pub(crate) fn lookup(evaluator: &Evaluator<'_>, input: &Item, name: &str) -> Result<Item, Error> {
    let Some(elements) = input.elements() else { return Ok(input.get(name)) };
    let mut results = Vec::new();
    collect(evaluator, elements, name, &mut results)?;
    Ok(Item::sequence(results))
}

fn collect(
    evaluator: &Evaluator<'_>,
    elements: Elements<'_>,
    name: &str,
    results: &mut Vec<Item>,
) -> Result<(), Error> {
    evaluator.grow(elements.len())?;
    for element in elements.look() {
        if let Some(inner) = element.elements() {
            collect(evaluator, inner, name, results)?;
            continue;
        }
        let Some(member) = element.member(name) else { continue };
        match member.elements() {
            Some(members) => {
                evaluator.grow(members.len())?;
                results.extend(members.iter());
            }
            None => results.extend(Some(member.into_item()).filter(|member| !member.is_undefined())),
        }
    }
    Ok(())
}
