//! A state reads a field of its input that cannot be there, because an earlier state put its result in place of the whole input. Only
//! states whose results are known are looked at: those with `ResultSelector`, Pass states, and some integrations.
//!
//! ## Why
//! Without `ResultPath` the result is the state's whole output. Reading what it replaced ends the execution with `States.Runtime`.
//!
//! ## Example
//! ```yaml
//! Tell:
//!   Type: Task
//!   Resource: arn:aws:states:::sns:publish
//!   Parameters: {TopicArn: t, Message.$: $.text}
//!   Next: Use
//! Use: {Type: Pass, Parameters: {order.$: $.orderId}, End: true}
//! ```
//!
//! ## Instead
//! ```yaml
//! Tell:
//!   Type: Task
//!   Resource: arn:aws:states:::sns:publish
//!   Parameters: {TopicArn: t, Message.$: $.text}
//!   ResultPath: $.told
//!   Next: Use
//! Use: {Type: Pass, Parameters: {order.$: $.orderId}, End: true}
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};
use crate::lint::rules::conditions;
use crate::lint::shapes;

pub(crate) static RULE: Rule = Rule {
    id: "resultpath-overwrite",
    severity: Severity::Warning,
    summary: "input that an earlier result replaced",
    is_optional: false,
    source: include_str!("resultpath_overwrite.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.states() {
        let Some(shape) = &context.shapes[state.id] else { continue };
        let mut tested = Vec::new();
        conditions::each(state.elements("Choices"), &mut |condition| {
            tested.extend(conditions::presence_test(condition).and_then(|(variable, _)| shapes::first_name(variable)));
        });
        for (name, leaf) in shapes::input_reads(state) {
            if shape.has(name) || tested.contains(&name) {
                continue;
            }
            let source = context.machine.states[shape.source].name;
            let message = format!("'$.{name}' is not there: the output of '{source}' has only {}", shape.field_names());
            let finding = findings.report(Some(state.id), leaf.span, message);
            finding.help(format!("let a ResultPath keep the input of '{source}'"));
        }
    }
}
