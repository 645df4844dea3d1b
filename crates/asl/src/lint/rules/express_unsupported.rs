//! An Express machine, or an Express child of a Distributed Map, has a job (`.sync`), a callback, an activity or a Distributed Map.
//!
//! ## Why
//! Express executions run for five minutes at most and keep no state; AWS refuses the definition.
//!
//! ## Example
//! ```yaml express
//! Run:
//!   Type: Task
//!   Resource: arn:aws:states:::glue:startJobRun.sync
//!   Parameters: {JobName: j}
//!   TimeoutSeconds: 60
//!   End: true
//! ```
//!
//! ## Instead
//! ```yaml express
//! Run:
//!   Type: Task
//!   Resource: arn:aws:states:::glue:startJobRun
//!   Parameters: {JobName: j}
//!   TimeoutSeconds: 60
//!   End: true
//! ```

use crate::lint::called::Called;
use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "express-unsupported",
    severity: Severity::Error,
    summary: "what Express executions cannot do",
    is_optional: false,
    source: include_str!("express_unsupported.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.states().iter().filter(|state| context.is_express(context.machine.scope_of(state))) {
        let called = state.called();
        let (what, place) = if called.is_job() {
            ("jobs (.sync)", state.get("Resource"))
        } else if called.is_callback() {
            ("callbacks (.waitForTaskToken)", state.get("Resource"))
        } else if called == Called::Activity {
            ("activities", state.get("Resource"))
        } else if state.is_distributed() {
            ("Distributed Maps", state.processor().and_then(|node| node.get("ProcessorConfig")?.get("Mode")))
        } else {
            continue;
        };
        if let Some(place) = place {
            let message = format!("Express executions do not support {what}");
            findings.report(Some(state.id), &place.span, message).help("use a STANDARD machine for it");
        }
    }
}
