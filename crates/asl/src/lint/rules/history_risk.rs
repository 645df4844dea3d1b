//! A loop waits a fixed time in each round, and would have its 25,000 events before the machine times out; without a timeout, within a
//! week.
//!
//! ## Why
//! An execution may have 25,000 events. One that reaches them fails, and what it did cannot be redriven. Loops whose rounds cannot be timed
//! are not looked at.
//!
//! ## Example
//! ```yaml
//! Ask:
//!   Type: Task
//!   Resource: arn:aws:states:::dynamodb:getItem
//!   Parameters: {TableName: t, Key: {id: {S: a}}}
//!   Next: Ready?
//! Ready?:
//!   Type: Choice
//!   Choices: [{Variable: $.Item, IsPresent: true, Next: Done}]
//!   Default: Wait
//! Wait: {Type: Wait, Seconds: 5, Next: Ask}
//! Done: {Type: Succeed}
//! ```
//!
//! ## Instead
//! ```yaml
//! StartAt: Ask
//! TimeoutSeconds: 3600
//! States:
//!   Ask:
//!     Type: Task
//!     Resource: arn:aws:states:::dynamodb:getItem
//!     Parameters: {TableName: t, Key: {id: {S: a}}}
//!     Next: Ready?
//!   Ready?:
//!     Type: Choice
//!     Choices: [{Variable: $.Item, IsPresent: true, Next: Done}]
//!     Default: Wait
//!   Wait: {Type: Wait, Seconds: 5, Next: Ask}
//!   Done: {Type: Succeed}
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "history-risk",
    severity: Severity::Warning,
    summary: "a waiting loop that may fill the history",
    is_optional: false,
    source: include_str!("history_risk.rs"),
    check,
};

const EVENTS_MAX: f64 = 25_000.0;
const LONGEST_SECONDS: f64 = 7.0 * 86_400.0;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let bound = context.machine.timeout_seconds().unwrap_or(LONGEST_SECONDS);
    for scope in context.machine.scopes.iter().filter(|scope| !context.is_express(scope)) {
        for members in &scope.graph.loops {
            let states = || members.iter().map(|&member| &context.machine.states[member]);
            let mut waits = states().filter(|state| state.kind == "Wait");
            let (Some(wait), None) = (waits.next(), waits.next()) else { continue };
            let Some(seconds) = wait.number("Seconds") else { continue };
            // Entered and exited; a Task is scheduled, started and done as well.
            let events: f64 = states().map(|state| if state.kind == "Task" { 5.0 } else { 2.0 }).sum();
            let until_full = EVENTS_MAX / events * seconds.max(1.0);
            if until_full < bound {
                let hours = (until_full / 3600.0).max(0.1);
                let message =
                    format!("The loop with Wait '{}' may have 25,000 events after about {hours:.1} hours", wait.name);
                let finding = findings.report(Some(wait.id), wait.key_span, message);
                finding.help("bound the machine by TimeoutSeconds, wait longer, or go on in a new execution");
            }
        }
    }
}
