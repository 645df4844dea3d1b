//! A literal holds an ARN with an account id.
//!
//! ## Why
//! The definition works in one account and Region only. A placeholder that the deployment fills in, or a value from the input, works in
//! all.
//!
//! ## Example
//! ```yaml
//! Tell:
//!   Type: Task
//!   Resource: arn:aws:states:::sns:publish
//!   Parameters: {TopicArn: "arn:aws:sns:us-east-1:123456789012:alerts", Message: m}
//!   End: true
//! ```
//!
//! ## Instead
//! ```yaml
//! Tell:
//!   Type: Task
//!   Resource: arn:aws:states:::sns:publish
//!   Parameters: {TopicArn: "${AlertsTopic}", Message: m}
//!   End: true
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "hard-coded-arn",
    severity: Severity::Info,
    summary: "an account written into the definition",
    is_optional: false,
    source: include_str!("hard_coded_arn.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.states() {
        for leaf in state.leaves.iter().filter(|leaf| leaf.key != "Comment" && has_account(leaf.text)) {
            let message = "The ARN is of one account and Region";
            findings
                .report(Some(state.id), leaf.span, message)
                .help("fill it in when deploying, or take it from the input");
        }
    }
}

/// Whether there is an ARN whose fifth part is an account id.
fn has_account(text: &str) -> bool {
    text.match_indices("arn:").any(|(at, _)| {
        let account = text[at..].split(':').nth(4).unwrap_or_default();
        account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())
    })
}
