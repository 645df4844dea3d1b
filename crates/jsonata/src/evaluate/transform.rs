//! `|pattern|update, delete|`: a copy of the input in which the objects the pattern finds are changed.
//!
//! Values are immutable, so the copy is made of nodes with an identity; what happens to each is kept beside it and built in at the end.

use super::Evaluator;
use super::frame::Environment;
use super::item::{Item, Record, RecordBuilder, VALUE_DEPTH_MAX};
use crate::error::{DEPTH_EXCEEDED, Error};
use crate::syntax::ast::Transform;
use std::collections::HashMap;
use std::rc::Rc;

/// The changed form of an object, by the address of the original.
type Changes = HashMap<*const Record, Rc<Record>>;

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
        let mut changes = Changes::new();
        for found in matches.into_items() {
            let Item::Record(original) = &found else { continue };
            let current = self.rebuild(&found, &changes, 0)?;
            let mut members = RecordBuilder::default();
            let latest = changes.get(&Rc::as_ptr(original)).unwrap_or(original);
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
                let interim = Item::Record(Rc::new(std::mem::take(&mut members).build()));
                let seen = self.rebuild(&interim, &changes, 0)?;
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
            changes.insert(Rc::as_ptr(original), Rc::new(members.build()));
        }
        self.rebuild(&copy, &changes, 0)?.shallow_enough()
    }

    /// The same value as nodes that are each there once.
    fn copy(&self, item: &Item) -> Result<Item, Error> {
        if let Some(elements) = item.elements() {
            self.grow(elements.len())?;
            return Ok(Item::array(elements.iter().map(|element| self.copy(&element)).collect::<Result<_, _>>()?));
        }
        if item.is_object() {
            let entries = item.entries();
            self.grow(entries.len() * 2)?;
            let mut record = RecordBuilder::default();
            for (key, member) in entries {
                record.insert(key, self.copy(&member)?);
            }
            return Ok(Item::Record(Rc::new(record.build())));
        }
        Ok(item.clone())
    }

    /// `item` with the changes built in; what has none is shared. An object that was put into itself has no end and is too deep.
    fn rebuild(&self, item: &Item, changes: &Changes, level: u32) -> Result<Item, Error> {
        if changes.is_empty() {
            return Ok(item.clone());
        }
        if level > VALUE_DEPTH_MAX {
            return Err(Error::new(DEPTH_EXCEEDED));
        }
        match item {
            Item::List(list, flags) => {
                self.grow(list.items.len())?;
                let items =
                    list.items.iter().map(|item| self.rebuild(item, changes, level + 1)).collect::<Result<_, _>>()?;
                Ok(super::with_flags(Item::array(items), *flags))
            }
            Item::Record(record) => {
                let current = changes.get(&Rc::as_ptr(record)).unwrap_or(record);
                self.grow(current.entries().len() * 2)?;
                let mut rebuilt = RecordBuilder::default();
                for (key, member) in current.entries() {
                    rebuilt.insert(key.clone(), self.rebuild(member, changes, level + 1)?);
                }
                Ok(Item::Record(Rc::new(rebuilt.build())))
            }
            other => Ok(other.clone()),
        }
    }
}
