//! `Assign`: which variables a state sets, and whether their names are names.

use super::checker::{Assigned, Checker, Phase};
use super::fields::Fields;
use super::location::Location;
use super::template;
use crate::QueryLanguage;
use crate::definition::{Assign, ScopeIndex};
use crate::diagnostic::code;
use crate::tree::{Entry, NodeKind};

/// Longest variable name in characters.
const VARIABLE_NAME_LENGTH_MAX: usize = 80;

/// Whose `Assign` it is.
#[derive(Clone, Copy)]
pub(crate) struct Owner {
    pub(crate) scope: ScopeIndex,
    pub(crate) is_catcher: bool,
}

/// Takes and compiles the `Assign` of a state, a choice rule or a catcher.
pub(crate) fn compile<'t>(checker: &mut Checker<'t>, fields: &mut Fields<'t, '_>, owner: Owner) -> Option<Assign> {
    let node = fields.take("Assign")?;
    let location = fields.location.key("Assign");
    let NodeKind::Object(entries) = &node.kind else {
        checker.schema(&location, &node.span, "Expected value of type Object");
        return None;
    };
    for entry in entries {
        variable(checker, entry, &location, owner, fields.language);
    }
    template::compile_shared(checker, node, &location, fields)
}

fn variable<'t>(
    checker: &mut Checker<'t>,
    entry: &'t Entry,
    location: &Location<'_>,
    owner: Owner,
    language: QueryLanguage,
) {
    let name = match language {
        QueryLanguage::JsonPath => entry.key.strip_suffix(".$").unwrap_or(&entry.key),
        QueryLanguage::Jsonata => &entry.key,
    };
    if name == "states" {
        let message = "Cannot assign to reserved variable '$states'.";
        checker.error(Phase::Schema, code::RESERVED_VARIABLE_NAME, location, &entry.key_span, message);
        return;
    }
    if let Some(reason) = why_no_variable_name(name) {
        let message = format!("Invalid variable name '{name}': the variable name {reason}.");
        checker.error(Phase::Schema, code::INVALID_VARIABLE_NAME, location, &entry.key_span, message);
        return;
    }
    let (scope, by_catcher) = (owner.scope, owner.is_catcher);
    checker.assigned.push(Assigned { scope, name, span: entry.key_span.clone(), by_catcher });
}

/// Why a variable cannot have a name, if it cannot. Names follow Unicode's identifiers (UAX #31).
pub fn why_no_variable_name(name: &str) -> Option<&'static str> {
    let mut characters = name.chars();
    match characters.next() {
        None => Some("is empty"),
        Some(first) if !unicode_ident::is_xid_start(first) => Some("contains invalid characters"),
        Some(_) if !characters.all(unicode_ident::is_xid_continue) => Some("contains invalid characters"),
        Some(_) if name.chars().count() > VARIABLE_NAME_LENGTH_MAX => Some("is longer than 80 characters"),
        Some(_) => None,
    }
}
