//! A literal looks like a key, a token or a password.
//!
//! ## Why
//! Everybody who may read the definition or the history of an execution reads the secret. Keep it in a secret store, or in the connection
//! of an HTTP Task.
//!
//! ## Example
//! ```yaml
//! Call: {Type: Pass, Parameters: {password: hunter2hunter2}, End: true}
//! ```
//!
//! ## Instead
//! ```yaml
//! Call:
//!   Type: Task
//!   Resource: arn:aws:states:::aws-sdk:secretsmanager:getSecretValue
//!   Parameters: {SecretId: "${Secret}"}
//!   TimeoutSeconds: 10
//!   End: true
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::leaf::{Leaf, LeafKind};
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "secret-in-definition",
    severity: Severity::Warning,
    summary: "a secret in the definition",
    is_optional: false,
    source: include_str!("secret_in_definition.rs"),
    check,
};

/// Names of fields whose literal values are secrets, in lower case without separators.
const NAMES: [&str; 9] = [
    "password",
    "passwd",
    "secretkey",
    "secretaccesskey",
    "apikey",
    "accesstoken",
    "authtoken",
    "clientsecret",
    "privatekey",
];
const BEGINNINGS: [&str; 8] = ["ghp_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "sk_live_", "Bearer ", "Basic "];

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.states() {
        for leaf in state.leaves.iter().filter(|leaf| leaf.kind == LeafKind::Literal) {
            if is_named_secret(leaf) || is_secret(leaf.text) {
                let message = "The literal looks like a secret";
                let finding = findings.report(Some(state.id), leaf.span, message);
                finding.help("read it from a secret store while the execution runs");
            }
        }
    }
}

fn is_named_secret(leaf: &Leaf<'_>) -> bool {
    if leaf.key.len() > 40 || leaf.text.len() < 8 || !is_opaque(leaf.text) {
        return false;
    }
    let name: String = leaf.key.chars().filter(char::is_ascii_alphanumeric).collect();
    NAMES.contains(&&*name.to_ascii_lowercase())
}

/// One word that is neither a placeholder nor a path nor the name of where the secret is.
fn is_opaque(text: &str) -> bool {
    !text.contains(char::is_whitespace) && !["${", "{%", "$", "arn:", "{{"].iter().any(|start| text.starts_with(start))
}

fn is_secret(text: &str) -> bool {
    let has_beginning = BEGINNINGS.iter().any(|beginning| {
        text.strip_prefix(beginning).is_some_and(|rest| rest.len() >= 16 && is_opaque(rest) && !rest.contains('{'))
    });
    has_beginning || text.contains("-----BEGIN") && text.contains("PRIVATE KEY-----") || has_access_key(text)
}

/// The id of an AWS access key.
fn has_access_key(text: &str) -> bool {
    ["AKIA", "ASIA"].iter().any(|start| {
        text.match_indices(start).any(|(at, _)| {
            let is_begin = !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
            let key = text[at..].bytes().take_while(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
            is_begin && key.take(21).count() == 20
        })
    })
}
