//! `Wait` in its four forms.

use crate::compile::checker::Checker;
use crate::compile::fields::Fields;
use crate::compile::machine::SECONDS_MAX;
use crate::compile::state::{Compiled, StateReader};
use crate::compile::{flow, path_field};
use crate::definition::{StateKind, WaitState};
use crate::timestamp::timestamp;

pub(crate) fn compile<'t>(checker: &mut Checker<'t>, state: &mut StateReader<'t, '_, '_>) -> Compiled {
    let flow = flow::compile(checker, &mut state.fields, flow::Has::default());
    let fields = &mut state.fields;
    fields.exactly_one(checker, &["SecondsPath", "Seconds", "TimestampPath", "Timestamp"]);
    let seconds = fields.integer_or_expression(checker, "Seconds", 0..=SECONDS_MAX).map(WaitState::Seconds);
    let seconds_path = path_field::reference_field(checker, fields, "SecondsPath").map(WaitState::SecondsPath);
    let instant = literal_timestamp(checker, fields).map(WaitState::Timestamp);
    let instant_path = path_field::reference_field(checker, fields, "TimestampPath").map(WaitState::TimestampPath);
    let seconds_expression = path_field::expression(checker, fields, "Seconds").map(WaitState::SecondsExpression);
    let instant_expression = path_field::expression(checker, fields, "Timestamp").map(WaitState::TimestampExpression);
    let wait = seconds.or(seconds_path).or(instant).or(instant_path).or(seconds_expression).or(instant_expression);
    Compiled { flow, kind: wait.map(StateKind::Wait) }
}

fn literal_timestamp<'t>(checker: &mut Checker<'t>, fields: &mut Fields<'t, '_>) -> Option<i64> {
    let node = fields.take("Timestamp")?;
    if fields.is_expression(node) || checker.is_placeholder(node) {
        return None;
    }
    let milliseconds = node.as_str().and_then(timestamp);
    if milliseconds.is_none() {
        let location = fields.location.key("Timestamp");
        checker.schema(&location, &node.span, "String does not match RFC3339 timestamp");
    }
    milliseconds
}
