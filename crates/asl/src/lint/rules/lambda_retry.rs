//! A Lambda Task has no retrier for the errors the Lambda service itself raises now and then.
//!
//! ## Why
//! Such errors pass within seconds; without a retrier each of them ends the execution. AWS advises a retrier for `Lambda.ServiceException`,
//! `Lambda.AWSLambdaException`, `Lambda.SdkClientException` and `Lambda.TooManyRequestsException`.
//!
//! ## Example
//! ```yaml
//! Call:
//!   Type: Task
//!   Resource: arn:aws:states:::lambda:invoke
//!   Parameters: {FunctionName: "f:live"}
//!   End: true
//! ```
//!
//! ## Instead
//! ```yaml
//! Call:
//!   Type: Task
//!   Resource: arn:aws:states:::lambda:invoke
//!   Parameters: {FunctionName: "f:live"}
//!   Retry:
//!     - ErrorEquals: [Lambda.ServiceException, Lambda.AWSLambdaException, Lambda.SdkClientException, Lambda.TooManyRequestsException]
//!       IntervalSeconds: 1
//!       MaxAttempts: 3
//!       BackoffRate: 2
//!       JitterStrategy: FULL
//!   End: true
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::retrier;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "lambda-retry",
    severity: Severity::Warning,
    summary: "a Lambda Task that does not retry transient errors",
    is_optional: false,
    source: include_str!("lambda_retry.rs"),
    check,
};

const TRANSIENT: [&str; 4] = [
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
];

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.tasks().filter(|state| state.called().is_lambda()) {
        if !retrier::retries(state, |name| TRANSIENT.contains(&name)) {
            let message = format!("Task '{}' does not retry transient errors of Lambda", state.name);
            let finding = findings.report(Some(state.id), state.key_span, message);
            finding.help(format!("add a retrier for {}", TRANSIENT.join(", ")));
        }
    }
}
