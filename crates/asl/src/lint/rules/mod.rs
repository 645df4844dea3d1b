//! The table of rules, by id. A file that is not listed here does not compile into anything.

mod assign_read_same_state;
mod catch_missing;
mod catch_next_target;
mod choice_duplicate_rule;
mod choice_no_default;
mod choice_type_mismatch;
mod choice_unguarded_variable;
mod choice_unreachable_rule;
mod comment_missing;
mod conditions;
mod convert_to_jsonata;
mod credentials_unsupported;
mod default_target;
mod dmap_concurrency;
mod dmap_executiontype_missing;
mod dmap_no_resultwriter;
mod dmap_only_field;
mod dmap_tolerance_without_writer;
mod dup_template_key;
mod error_reserved;
mod error_uncatchable;
mod error_unreachable;
mod express_long_wait;
mod express_non_idempotent;
mod express_unsupported;
mod hard_coded_arn;
mod heartbeat_ge_timeout;
mod heartbeat_missing;
mod heartbeat_useless;
mod history_risk;
mod http_retry;
mod infinite_loop;
pub(crate) mod invalid_definition;
mod jsonata_delimiters;
mod jsonata_parse;
mod label;
mod lambda_retry;
mod lambda_unqualified;
mod legacy_lambda_arn;
mod legacy_map;
mod machine_timeout_missing;
mod missing_required_parameter;
mod mixed_language;
mod nested_association;
mod next_target;
mod no_dollar;
mod no_path;
mod no_terminal_state;
mod non_idempotent_retry;
mod pass_result_static;
mod payload_size;
mod polling_loop;
mod resultpath_overwrite;
mod retry_exceeds_timeout;
mod retry_no_backoff_jitter;
mod secret_in_definition;
mod start_at_target;
mod state_name;
mod states_all_alone;
mod states_all_last;
mod sync1;
mod timeout_missing;
mod undefined_variable;
mod unknown_parameter;
mod unknown_resource;
mod unknown_rule;
mod unreachable_state;
mod unused_variable;
mod variable_shadow;
mod wait_for_token_not_passed;
mod wait_timestamp_format;
mod wait_too_long;

use super::context::Context;
use super::finding::Findings;
use super::machine::StateId;
use super::rule::Rule;
use super::state::EdgeKind;
use crate::diagnostic::Diagnostic;

/// All rules. The last one tells what no other has told.
pub(crate) static ALL: &[&Rule] = &[
    &assign_read_same_state::RULE,
    &catch_missing::RULE,
    &catch_next_target::RULE,
    &choice_duplicate_rule::RULE,
    &choice_no_default::RULE,
    &choice_type_mismatch::RULE,
    &choice_unguarded_variable::RULE,
    &choice_unreachable_rule::RULE,
    &comment_missing::RULE,
    &convert_to_jsonata::RULE,
    &credentials_unsupported::RULE,
    &default_target::RULE,
    &dmap_concurrency::RULE,
    &dmap_executiontype_missing::RULE,
    &dmap_no_resultwriter::RULE,
    &dmap_only_field::RULE,
    &dmap_tolerance_without_writer::RULE,
    &dup_template_key::RULE,
    &error_reserved::RULE,
    &error_uncatchable::RULE,
    &error_unreachable::RULE,
    &express_long_wait::RULE,
    &express_non_idempotent::RULE,
    &express_unsupported::RULE,
    &hard_coded_arn::RULE,
    &heartbeat_ge_timeout::RULE,
    &heartbeat_missing::RULE,
    &heartbeat_useless::RULE,
    &history_risk::RULE,
    &http_retry::RULE,
    &infinite_loop::RULE,
    &jsonata_delimiters::RULE,
    &jsonata_parse::RULE,
    &label::RULE,
    &lambda_retry::RULE,
    &lambda_unqualified::RULE,
    &legacy_lambda_arn::RULE,
    &legacy_map::RULE,
    &machine_timeout_missing::RULE,
    &missing_required_parameter::RULE,
    &mixed_language::RULE,
    &nested_association::RULE,
    &next_target::RULE,
    &no_dollar::RULE,
    &no_path::RULE,
    &no_terminal_state::RULE,
    &non_idempotent_retry::RULE,
    &pass_result_static::RULE,
    &payload_size::RULE,
    &polling_loop::RULE,
    &resultpath_overwrite::RULE,
    &retry_exceeds_timeout::RULE,
    &retry_no_backoff_jitter::RULE,
    &secret_in_definition::RULE,
    &start_at_target::RULE,
    &state_name::RULE,
    &states_all_alone::RULE,
    &states_all_last::RULE,
    &sync1::RULE,
    &timeout_missing::RULE,
    &undefined_variable::RULE,
    &unknown_parameter::RULE,
    &unknown_resource::RULE,
    &unknown_rule::RULE,
    &unreachable_state::RULE,
    &unused_variable::RULE,
    &variable_shadow::RULE,
    &wait_for_token_not_passed::RULE,
    &wait_timestamp_format::RULE,
    &wait_too_long::RULE,
    &invalid_definition::RULE,
];

/// Reports what the validator found.
fn of_validator(context: &Context<'_>, findings: &mut Findings, is_meant: fn(&Diagnostic) -> bool) {
    for diagnostic in context.diagnostics.iter().filter(|diagnostic| is_meant(diagnostic)) {
        let state = state_at(context, diagnostic.span.start);
        let finding = findings.report(state, &diagnostic.span, diagnostic.message.clone());
        finding.help = diagnostic.help.clone();
    }
}

/// The innermost state around a byte offset. States stand one after the other in each scope, and scopes inside their parent state.
pub(crate) fn state_at(context: &Context<'_>, offset: usize) -> Option<StateId> {
    let mut found = None;
    let mut scopes: Vec<usize> = vec![0];
    while let Some(scope) = scopes.pop() {
        let Some(scope) = context.machine.scopes.get(scope) else { continue };
        let states = context.machine.states_of(scope);
        let after = states.partition_point(|state| state.key_span.start <= offset);
        let around = after.checked_sub(1).map(|position| &states[position]);
        if let Some(state) = around.filter(|state| offset <= state.node.span.end) {
            found = Some(state.id);
            scopes.clone_from(&state.inner);
        }
    }
    found
}

/// Reports transitions of one kind to states that are not there.
fn dangling(context: &Context<'_>, findings: &mut Findings, field: &str, is_meant: fn(EdgeKind) -> bool) {
    for state in context.states() {
        for (target, similar) in state.dangling.iter().filter(|(target, _)| is_meant(target.kind)) {
            let name = target.node.as_str().unwrap_or_default();
            let message = format!("{field} of '{}' names no state: '{name}'", state.name);
            let finding = findings.report(Some(state.id), &target.node.span, message);
            let Some(similar) = similar else { continue };
            finding.help(format!("did you mean '{similar}'?"));
            if let Some(text) = super::edit::requoted(context, &target.node.span, similar) {
                finding.fix(format!("go to '{similar}'"), vec![(target.node.span.clone(), text)]);
            }
        }
    }
}
