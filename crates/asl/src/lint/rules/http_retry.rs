//! An HTTP Task has no retrier for `States.Http.Socket` or the status codes 429, 502, 503 and 504.
//!
//! ## Why
//! Busy servers and broken connections are normal on the network, and a second try mostly succeeds.
//!
//! ## Example
//! ```yaml
//! Call:
//!   Type: Task
//!   Resource: arn:aws:states:::http:invoke
//!   Parameters: {ApiEndpoint: "https://example.com", Method: GET, Authentication: {ConnectionArn: "${Connection}"}}
//!   End: true
//! ```
//!
//! ## Instead
//! ```yaml
//! Call:
//!   Type: Task
//!   Resource: arn:aws:states:::http:invoke
//!   Parameters: {ApiEndpoint: "https://example.com", Method: GET, Authentication: {ConnectionArn: "${Connection}"}}
//!   Retry:
//!     - ErrorEquals: [States.Http.StatusCode.429, States.Http.StatusCode.502, States.Http.StatusCode.503, States.Http.StatusCode.504, States.Http.Socket]
//!       BackoffRate: 2
//!       JitterStrategy: FULL
//!   End: true
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::retrier;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "http-retry",
    severity: Severity::Info,
    summary: "an HTTP Task that does not retry passing failures",
    is_optional: false,
    source: include_str!("http_retry.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.tasks().filter(|state| state.called().is("http", "invoke")) {
        if !retrier::retries(state, |name| name.starts_with("States.Http.")) {
            let message = format!("HTTP Task '{}' does not retry passing failures", state.name);
            let finding = findings.report(Some(state.id), state.key_span, message);
            finding.help("add a retrier for States.Http.StatusCode.429, .502, .503, .504 and States.Http.Socket");
        }
    }
}
