//! An activity or an HTTP Task has `Credentials`.
//!
//! ## Why
//! Only calls of AWS services assume a role; AWS refuses the definition.
//!
//! ## Example
//! ```yaml
//! Work:
//!   Type: Task
//!   Resource: arn:aws:states:us-east-1:123456789012:activity:work
//!   Credentials: {RoleArn: "arn:aws:iam::123456789012:role/r"}
//!   TimeoutSeconds: 60
//!   HeartbeatSeconds: 5
//!   End: true
//! ```
//!
//! ## Instead
//! ```yaml
//! Work:
//!   Type: Task
//!   Resource: arn:aws:states:us-east-1:123456789012:activity:work
//!   TimeoutSeconds: 60
//!   HeartbeatSeconds: 5
//!   End: true
//! ```

use crate::lint::called::Called;
use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "credentials-unsupported",
    severity: Severity::Error,
    summary: "Credentials where no role is assumed",
    is_optional: false,
    source: include_str!("credentials_unsupported.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.tasks() {
        let is_without_role = state.called() == Called::Activity || state.called().is("http", "invoke");
        if let Some(entry) = state.entry("Credentials").filter(|_| is_without_role) {
            let message = "Credentials are not supported for activities and HTTP Tasks";
            findings.report(Some(state.id), &entry.key_span, message).help("remove the field");
        }
    }
}
