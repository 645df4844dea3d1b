//! A Distributed Map whose children call something has no `MaxConcurrency`.
//!
//! ## Why
//! Up to 10,000 children run at once. What they call seldom bears that, and its throttling is paid for in retries.
//!
//! ## Example
//! ```yaml
//! Each:
//!   Type: Map
//!   ItemProcessor:
//!     ProcessorConfig: {Mode: DISTRIBUTED, ExecutionType: STANDARD}
//!     StartAt: Inner
//!     States: {Inner: {Type: Task, Resource: "arn:aws:states:::sns:publish", Parameters: {TopicArn: t, Message: m}, End: true}}
//!   End: true
//! ```
//!
//! ## Instead
//! ```yaml
//! Each:
//!   Type: Map
//!   MaxConcurrency: 100
//!   ItemProcessor:
//!     ProcessorConfig: {Mode: DISTRIBUTED, ExecutionType: STANDARD}
//!     StartAt: Inner
//!     States: {Inner: {Type: Task, Resource: "arn:aws:states:::sns:publish", Parameters: {TopicArn: t, Message: m}, End: true}}
//!   End: true
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "dmap-concurrency",
    severity: Severity::Info,
    summary: "a Distributed Map without MaxConcurrency",
    is_optional: false,
    source: include_str!("dmap_concurrency.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for scope in context.machine.scopes.iter().filter(|scope| scope.is_isolated) {
        let Some(map) = scope.parent.map(|parent| &context.machine.states[parent]) else { continue };
        let is_bounded = map.number("MaxConcurrency").is_some_and(|number| number > 0.0)
            || map.has("MaxConcurrencyPath")
            || map.get("MaxConcurrency").is_some_and(|node| node.as_str().is_some());
        let calls = context.machine.states_of(scope).iter().any(|state| state.kind == "Task");
        if calls && !is_bounded {
            let message = format!("Distributed Map '{}' may run 10,000 children at once", map.name);
            findings
                .report(Some(map.id), map.key_span, message)
                .help("set MaxConcurrency to what the services behind it bear");
        }
    }
}
