//! `Retry` and `Catch`.

use super::assign::{self, Owner};
use super::checker::{Checker, Targets};
use super::fields::Fields;
use super::flow;
use super::location::Location;
use super::machine::SECONDS_MAX;
use super::state::{StateReader, target};
use super::template;
use crate::QueryLanguage;
use crate::definition::{Catcher, Retrier, ScopeIndex, StateIndex};
use crate::tree::Node;
use expressions::StatesMembers;

/// AWS's longest `MaxDelaySeconds`: a year and a day.
const DELAY_SECONDS_MAX: u64 = 31_622_400;

/// The error name that stands for all errors.
const ALL: &str = "States.ALL";

/// Takes `Retry`.
pub(crate) fn retry<'t>(checker: &mut Checker<'t>, state: &mut StateReader<'t, '_, '_>) -> Vec<Retrier> {
    let elements = state.fields.array(checker, "Retry").unwrap_or_default();
    let location = state.fields.location.key("Retry");
    let language = state.fields.language;
    let retriers = elements.iter().enumerate().filter_map(|(position, element)| {
        let is_last = position + 1 == elements.len();
        retrier(checker, element, &location.index(position), language, is_last)
    });
    retriers.collect()
}

fn retrier<'t>(
    checker: &mut Checker<'t>,
    node: &'t Node,
    location: &Location<'_>,
    language: QueryLanguage,
    is_last: bool,
) -> Option<Retrier> {
    let mut fields = Fields::open(checker, node, location, language)?;
    fields.require(checker, &["ErrorEquals"]);
    fields.text(checker, "Comment");
    let retrier = Retrier {
        error_equals: error_equals(checker, &mut fields, is_last),
        // AWS accepts zero here although its guide says one.
        interval_seconds: fields.integer(checker, "IntervalSeconds", 0..=SECONDS_MAX).unwrap_or(1),
        max_attempts: fields.integer(checker, "MaxAttempts", 0..=SECONDS_MAX).unwrap_or(3),
        backoff_rate: fields.number(checker, "BackoffRate", 1.0..=f64::MAX).unwrap_or(2.0),
        max_delay_seconds: fields.integer(checker, "MaxDelaySeconds", 1..=DELAY_SECONDS_MAX),
        full_jitter: fields.one_of(checker, "JitterStrategy", &["NONE", "FULL"]) == Some("FULL"),
    };
    fields.finish(checker);
    Some(retrier)
}

/// Takes `Catch`.
pub(crate) fn catch<'t>(checker: &mut Checker<'t>, state: &mut StateReader<'t, '_, '_>) -> Vec<Catcher> {
    let elements = state.fields.array(checker, "Catch").unwrap_or_default();
    let location = state.fields.location.key("Catch");
    let (language, scope, index) = (state.fields.language, state.place.scope, state.index);
    let mut catchers = Vec::with_capacity(elements.len().min(64));
    for (position, element) in elements.iter().enumerate() {
        let is_last = position + 1 == elements.len();
        let location = location.index(position);
        if let Some(mut fields) = Fields::open(checker, element, &location, language) {
            catchers.extend(catcher(checker, &mut fields, state.targets, index, scope, is_last));
            fields.finish(checker);
        }
    }
    catchers
}

fn catcher<'t>(
    checker: &mut Checker<'t>,
    fields: &mut Fields<'t, '_>,
    targets: &mut Targets<'t>,
    index: StateIndex,
    scope: ScopeIndex,
    is_last: bool,
) -> Option<Catcher> {
    fields.require(checker, &["ErrorEquals", "Next"]);
    fields.text(checker, "Comment");
    let error_equals = error_equals(checker, fields, is_last);
    let result_path = flow::result_path(checker, fields);
    fields.states_members = StatesMembers::ErrorOutput;
    let assign = assign::compile(checker, fields, Owner { scope, is_catcher: true });
    let output = template::jsonata_field(checker, fields, "Output");
    let next = target(checker, fields, "Next", targets, index)?;
    Some(Catcher { error_equals, next, result_path, assign, output })
}

fn error_equals<'t>(checker: &mut Checker<'t>, fields: &mut Fields<'t, '_>, is_last: bool) -> Vec<String> {
    let elements = fields.filled_array(checker, "ErrorEquals").unwrap_or_default();
    let location = fields.location.key("ErrorEquals");
    let mut names = Vec::with_capacity(elements.len().min(64));
    for (position, element) in elements.iter().enumerate() {
        match element.as_str() {
            Some(name) => names.push(name.to_owned()),
            None => checker.schema(&location.index(position), &element.span, "Expected value of type String"),
        }
    }
    let all = elements.iter().find(|element| element.as_str() == Some(ALL));
    if let Some(all) = all.filter(|_| elements.len() > 1 || !is_last) {
        checker.schema(&location, &all.span, "States.ALL must appear alone and at end of list");
    }
    names
}
