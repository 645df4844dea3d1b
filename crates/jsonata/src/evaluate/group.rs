//! Object constructors and group-by: items collected by key, a value computed per group.

use super::Evaluator;
use super::frame::{Environment, Frame, Tuple};
use super::item::{Item, LINEAR_MAX, Record, in_key_order};
use crate::error::Error;
use crate::syntax::ast::{Node, Symbol};
use json::{Key, Object, Value};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Items that share a key, and the pair that made it.
struct Group<T> {
    key: Key,
    pair: usize,
    members: Vec<T>,
}

impl Evaluator<'_> {
    pub(super) fn group(
        &self,
        node: &Node,
        pairs: &[(Node, Node)],
        input: Item,
        environment: &Environment,
    ) -> Result<Item, Error> {
        if let Item::Tuples(tuples) = &input {
            let groups = self.collect(node, pairs, 0..tuples.len(), |position, key| {
                let tuple = &tuples[*position];
                self.evaluate(key, &tuple.item, &Frame::tuple(environment, tuple))
            })?;
            // As in the reference implementation, a group of one tuple takes its item out of it: later groups find what it binds alone.
            let mut tuples = tuples.to_vec();
            return self.build(pairs, groups, |value, members| {
                let tuple = match &members[..] {
                    [single] => {
                        let bindings = tuples[*single].bindings.clone();
                        Tuple { item: std::mem::take(&mut tuples[*single].item), bindings }
                    }
                    several => reduce(several.iter().map(|position| &tuples[*position])),
                };
                self.evaluate(value, &tuple.item, &Frame::tuple(environment, &tuple))
            });
        }
        if !input.is_array() {
            return self.object(node, pairs, &input, environment);
        }
        let items = match input.into_items() {
            items if items.is_empty() => vec![Item::Undefined],
            items => items,
        };
        let groups = self.collect(node, pairs, items.into_iter(), |item, key| self.evaluate(key, item, environment))?;
        self.build(pairs, groups, |value, members| {
            let context = append_all(members);
            self.evaluate(value, &context, environment)
        })
    }

    /// One item: every pair makes at most one member.
    fn object(
        &self,
        node: &Node,
        pairs: &[(Node, Node)],
        input: &Item,
        environment: &Environment,
    ) -> Result<Item, Error> {
        let mut keys: Vec<Option<Key>> = Vec::with_capacity(pairs.len());
        let mut more = HashSet::new();
        for (key, _) in pairs {
            let key = match self.evaluate(key, input, environment)? {
                Item::Undefined => None,
                key => Some(self.key(node, &key)?),
            };
            let known = keys.iter().take(LINEAR_MAX).any(|known| key.is_some() && *known == key);
            if let Some(key) = &key
                && (known || (keys.len() >= LINEAR_MAX && !more.insert(key.clone())))
            {
                return Err(Error::new("D1009").at(node.span.end).with_value(key));
            }
            keys.push(key);
        }
        let mut values: Vec<(Key, &Node)> =
            pairs.iter().zip(keys).filter_map(|((_, value), key)| Some((key?, value))).collect();
        in_key_order(&mut values, |(key, _)| key, self.profile);
        let mut members = Vec::with_capacity(pairs.len());
        for (key, value) in values {
            members.push((key, self.evaluate(value, input, environment)?));
        }
        self.finish(members)
    }

    fn key(&self, node: &Node, key: &Item) -> Result<Key, Error> {
        key.as_str().cloned().ok_or_else(|| {
            let error = Error::new("T1003").at(node.span.end);
            error.with_value(key.to_error_value())
        })
    }

    fn collect<T: Clone>(
        &self,
        node: &Node,
        pairs: &[(Node, Node)],
        items: impl Iterator<Item = T>,
        evaluate_key: impl Fn(&T, &Node) -> Result<Item, Error>,
    ) -> Result<Vec<Group<T>>, Error> {
        let mut groups: Vec<Group<T>> = Vec::new();
        let mut positions: HashMap<Key, usize> = HashMap::new();
        for item in items {
            for (pair, (key, _)) in pairs.iter().enumerate() {
                let key = evaluate_key(&item, key)?;
                if key.is_undefined() {
                    continue;
                }
                let key = self.key(node, &key)?;
                self.grow(1)?;
                match positions.get(&key) {
                    None => {
                        positions.insert(key.clone(), groups.len());
                        groups.push(Group { key, pair, members: vec![item.clone()] });
                    }
                    Some(&known) if groups[known].pair != pair => {
                        return Err(Error::new("D1009").at(node.span.end).with_value(key));
                    }
                    Some(&known) => groups[known].members.push(item.clone()),
                }
            }
        }
        Ok(groups)
    }

    fn build<T>(
        &self,
        pairs: &[(Node, Node)],
        mut groups: Vec<Group<T>>,
        mut evaluate_value: impl FnMut(&Node, Vec<T>) -> Result<Item, Error>,
    ) -> Result<Item, Error> {
        in_key_order(&mut groups, |group| &group.key, self.profile);
        let mut members = Vec::with_capacity(groups.len());
        for group in groups {
            members.push((group.key, evaluate_value(&pairs[group.pair].1, group.members)?));
        }
        self.finish(members)
    }

    /// An object of members with different keys.
    pub(crate) fn finish(&self, members: Vec<(Key, Item)>) -> Result<Item, Error> {
        self.grow(members.len() * 2)?;
        let scalar = |item: &Item| match item {
            Item::Number(number) => number.is_finite(),
            Item::Json(Value::Array(_) | Value::Object(_)) => false,
            Item::Json(_) | Item::Undefined => true,
            _ => false,
        };
        if members.iter().all(|(_, item)| scalar(item)) {
            let entries = members.into_iter().filter_map(|(key, item)| match item {
                Item::Json(value) => Some((key, value)),
                Item::Number(number) => Some((key, crate::number::to_json(number))),
                _ => None,
            });
            return Ok(Item::Json(Value::Object(Object::from_distinct(entries.collect()))));
        }
        let mut entries = members;
        entries.retain(|(_, item)| !item.is_undefined());
        Item::Record(Rc::new(Record::from_distinct(entries))).shallow_enough()
    }
}

/// The context of a group: its only item, or an array of all with arrays among them taken apart.
fn append_all(members: Vec<Item>) -> Item {
    let mut members = members.into_iter().filter(|member| !member.is_undefined());
    let first = members.next().unwrap_or_default();
    let Some(second) = members.next() else { return first };
    let mut items = first.into_items();
    items.extend(second.into_items());
    members.for_each(|member| items.extend(member.into_items()));
    Item::array(items)
}

/// Tuples of a group as one: every binding is what the single tuples bind, appended.
fn reduce<'t>(tuples: impl Iterator<Item = &'t Tuple> + Clone) -> Tuple {
    let mut symbols: Vec<Symbol> = Vec::new();
    for tuple in tuples.clone() {
        for (symbol, _) in tuple.bindings.iter() {
            if !symbols.contains(symbol) {
                symbols.push(*symbol);
            }
        }
    }
    let mut reduced = Tuple::new(append_all(tuples.clone().map(|tuple| tuple.item.clone()).collect()));
    for symbol in symbols {
        let bound = tuples.clone().filter_map(|tuple| tuple.get(symbol).cloned()).collect();
        reduced.bind(symbol, append_all(bound));
    }
    reduced
}
