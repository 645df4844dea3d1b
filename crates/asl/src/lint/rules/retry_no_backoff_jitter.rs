//! A retrier for throttling errors has `BackoffRate: 1` and no jitter.
//!
//! ## Why
//! Whoever was throttled together comes back together, and is throttled again. Growing or random delays spread the calls.
//!
//! ## Example
//! ```yaml
//! Call:
//!   Type: Task
//!   Resource: arn:aws:states:::lambda:invoke
//!   Parameters: {FunctionName: "f:live"}
//!   Retry: [{ErrorEquals: [Lambda.TooManyRequestsException], BackoffRate: 1}]
//!   End: true
//! ```
//!
//! ## Instead
//! ```yaml
//! Call:
//!   Type: Task
//!   Resource: arn:aws:states:::lambda:invoke
//!   Parameters: {FunctionName: "f:live"}
//!   Retry: [{ErrorEquals: [Lambda.TooManyRequestsException], BackoffRate: 2, JitterStrategy: FULL}]
//!   End: true
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::retrier;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "retry-no-backoff-jitter",
    severity: Severity::Info,
    summary: "throttling retried at a steady pace",
    is_optional: false,
    source: include_str!("retry_no_backoff_jitter.rs"),
    check,
};

const THROTTLING: [&str; 6] =
    ["TooManyRequests", "Throttl", "StatusCode.429", "ThroughputExceeded", "LimitExceeded", "SlowDown"];

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.states() {
        for node in state.elements("Retry") {
            let throttling = retrier::names(node).find(|(name, _)| THROTTLING.iter().any(|word| name.contains(word)));
            let has_jitter = node.get("JitterStrategy").and_then(|node| node.as_str()) == Some("FULL");
            let Some((name, place)) = throttling.filter(|_| retrier::backoff_rate(node) <= 1.0 && !has_jitter) else {
                continue;
            };
            let message = format!("'{name}' is retried without growing delays or jitter");
            findings
                .report(Some(state.id), &place.span, message)
                .help("set BackoffRate above 1, or JitterStrategy to FULL");
        }
    }
}
