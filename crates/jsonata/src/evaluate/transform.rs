//! `|pattern|update, delete|`: a copy of the input in which the objects the pattern finds are changed.
//!
//! Values are immutable, so the copy is made of nodes with an identity; what happens to each is kept beside it and built in at the end.

use super::Evaluator;
use super::frame::Environment;
use super::item::{Item, Record, RecordBuilder, VALUE_DEPTH_MAX};
use crate::error::{DEPTH_EXCEEDED, Error};
use crate::profile::Profile;
use crate::syntax::ast::Transform;
use crate::text::number::for_string;
use json::Value;
use std::collections::HashMap;
use std::rc::Rc;

/// What has become of the objects of the copy. An update that puts one of them in elsewhere puts in the object, not a value of that
/// moment: later changes reach it in both places.
#[derive(Default)]
struct Changes {
    /// The changed form of an object, by the address of the original.
    changed: HashMap<*const Record, Rc<Record>>,
    /// The forms that expressions were shown, by their address, each with its original. They are kept, so that an address means one object.
    shown: HashMap<*const Record, (Rc<Record>, Rc<Record>)>,
}

impl Changes {
    fn original<'r>(&'r self, record: &'r Rc<Record>) -> &'r Rc<Record> {
        self.shown.get(&Rc::as_ptr(record)).map_or(record, |(_, original)| original)
    }

    fn latest<'r>(&'r self, original: &'r Rc<Record>) -> &'r Rc<Record> {
        self.changed.get(&Rc::as_ptr(original)).unwrap_or(original)
    }
}

impl Evaluator<'_> {
    pub(super) fn transform(
        &self,
        transform: &Transform,
        subject: Item,
        environment: &Environment,
    ) -> Result<Item, Error> {
        if subject.is_undefined() {
            return Ok(subject);
        }
        if !subject.is_array() && !subject.is_object() {
            let error = Error::new("T0410").with_index(1).with_value(subject.to_error_value());
            return Err(error);
        }
        let copy = self.copy(&subject)?;
        let matches = self.evaluate(&transform.pattern, &copy, environment)?;
        let mut changes = Changes::default();
        for found in matches.into_items() {
            let current = self.show(&found, &mut changes)?;
            let Item::Record(original) = &found else {
                self.transform_nothing(transform, &current, environment)?;
                continue;
            };
            let mut members = RecordBuilder::default();
            let latest = changes.latest(original);
            latest.entries().iter().for_each(|(key, item)| members.insert(key.clone(), item.clone()));
            self.grow(latest.entries().len())?;
            let update = self.evaluate(&transform.update, &current, environment)?;
            if !update.is_undefined() {
                if !update.is_object() {
                    let error = Error::new("T2011").at(transform.update.span.end);
                    return Err(error.with_value(update.to_error_value()));
                }
                update.entries().into_iter().for_each(|(key, item)| members.insert(key, item));
            }
            if let Some(delete) = &transform.delete {
                // The language looks at the object as the update left it.
                let interim = Item::Record(Rc::new(std::mem::take(&mut members).build_as(self.profile)));
                let seen = self.show(&interim, &mut changes)?;
                interim.entries().into_iter().for_each(|(key, item)| members.insert(key, item));
                let names = self.evaluate(delete, &seen, environment)?;
                for name in names.clone().into_items() {
                    let Some(name) = name.as_str() else {
                        let error = Error::new("T2012").at(delete.span.end);
                        return Err(error.with_value(names.to_error_value()));
                    };
                    members.remove(name);
                }
            }
            changes.changed.insert(Rc::as_ptr(original), Rc::new(members.build_as(self.profile)));
        }
        self.rebuild(&copy, &changes, None, 0)?.shallow_enough()
    }

    /// What is no object takes no changes; what they would be is evaluated all the same, and may fail.
    fn transform_nothing(&self, transform: &Transform, found: &Item, environment: &Environment) -> Result<(), Error> {
        let update = self.evaluate(&transform.update, found, environment)?;
        if !update.is_undefined() && !update.is_object() {
            let error = Error::new("T2011").at(transform.update.span.end);
            return Err(error.with_value(update.to_error_value()));
        }
        if let Some(delete) = &transform.delete {
            let names = self.evaluate(delete, found, environment)?;
            if names.clone().into_items().iter().any(|name| name.as_str().is_none()) {
                let error = Error::new("T2012").at(delete.span.end);
                return Err(error.with_value(names.to_error_value()));
            }
        }
        Ok(())
    }

    /// The same value as nodes that are each there once. What JSON lacks and digits that `$string` drops do not come along: the reference
    /// implementation copies by way of the text.
    pub(crate) fn copy(&self, item: &Item) -> Result<Item, Error> {
        if let Some(elements) = item.elements() {
            self.grow(elements.len())?;
            return Ok(Item::array(
                elements.iter().map(|element| self.copy_element(&element)).collect::<Result<_, _>>()?,
            ));
        }
        if item.is_object() {
            let entries = item.entries();
            self.grow(entries.len() * 2)?;
            let mut record = RecordBuilder::default();
            for (key, member) in entries {
                if !member.is_undefined() {
                    record.insert(key, self.copy(&member)?);
                }
            }
            return Ok(Item::Record(Rc::new(record.build_as(self.profile))));
        }
        if item.is_function() {
            return Ok(Item::string(""));
        }
        let Some(number) = item.as_number() else { return Ok(item.clone()) };
        if number.is_nan() {
            return Ok(Item::NULL);
        }
        if number.is_infinite() {
            return Err(Error::new("D1001").with_value(Value::Null));
        }
        if self.profile == Profile::StepFunctions {
            return Ok(item.clone());
        }
        let kept = for_string(number, self.profile);
        Ok(if kept == number { item.clone() } else { Item::Number(kept) })
    }

    fn copy_element(&self, element: &Item) -> Result<Item, Error> {
        if element.is_undefined() { Ok(Item::NULL) } else { self.copy(element) }
    }

    /// `item` as it is now, for an expression to look at.
    fn show(&self, item: &Item, changes: &mut Changes) -> Result<Item, Error> {
        if changes.changed.is_empty() {
            return Ok(item.clone());
        }
        let mut shown = Vec::new();
        let current = self.rebuild(item, changes, Some(&mut shown), 0)?;
        changes.shown.extend(shown.into_iter().map(|pair| (Rc::as_ptr(&pair.0), pair)));
        Ok(current)
    }

    /// `item` with the changes built in; `shown` takes each object with its original. An object that was put into itself has no end and is
    /// too deep.
    fn rebuild(
        &self,
        item: &Item,
        changes: &Changes,
        mut shown: Option<&mut Vec<(Rc<Record>, Rc<Record>)>>,
        level: u32,
    ) -> Result<Item, Error> {
        if changes.changed.is_empty() {
            return Ok(item.clone());
        }
        if level > VALUE_DEPTH_MAX {
            return Err(Error::new(DEPTH_EXCEEDED));
        }
        match item {
            Item::List(list, flags) => {
                self.grow(list.items.len())?;
                let mut items = Vec::with_capacity(list.items.len());
                for item in &list.items {
                    items.push(self.rebuild(item, changes, shown.as_deref_mut(), level + 1)?);
                }
                Ok(super::with_flags(Item::array(items), *flags))
            }
            Item::Record(record) => {
                let original = changes.original(record);
                let current = changes.latest(original);
                self.grow(current.entries().len() * 2)?;
                let mut rebuilt = RecordBuilder::default();
                for (key, member) in current.entries() {
                    rebuilt.insert(key.clone(), self.rebuild(member, changes, shown.as_deref_mut(), level + 1)?);
                }
                let rebuilt = Rc::new(rebuilt.build_as(self.profile));
                if let Some(shown) = shown {
                    shown.push((rebuilt.clone(), original.clone()));
                }
                Ok(Item::Record(rebuilt))
            }
            other => Ok(other.clone()),
        }
    }
}
