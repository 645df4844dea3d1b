//! The `Label` of a Distributed Map is too long, has characters it may not have, or is that of another Map.
//!
//! ## Why
//! It is part of the ARNs of the Map's executions; AWS refuses the definition.
//!
//! ## Example
//! ```yaml
//! Each:
//!   Type: Map
//!   MaxConcurrency: 10
//!   ItemReader: {Resource: "arn:aws:states:::s3:getObject", ReaderConfig: {InputType: JSON}, Parameters: {Bucket: b, Key: k}}
//!   ItemProcessor:
//!     ProcessorConfig: {Mode: DISTRIBUTED, ExecutionType: STANDARD}
//!     StartAt: Inner
//!     States: {Inner: {Type: Pass, End: true}}
//!   ResultWriter: {Resource: "arn:aws:states:::s3:putObject", Parameters: {Bucket: b, Prefix: p}}
//!   Label: a b
//!   End: true
//! ```
//!
//! ## Instead
//! ```yaml
//! Each:
//!   Type: Map
//!   MaxConcurrency: 10
//!   ItemReader: {Resource: "arn:aws:states:::s3:getObject", ReaderConfig: {InputType: JSON}, Parameters: {Bucket: b, Key: k}}
//!   ItemProcessor:
//!     ProcessorConfig: {Mode: DISTRIBUTED, ExecutionType: STANDARD}
//!     StartAt: Inner
//!     States: {Inner: {Type: Pass, End: true}}
//!   ResultWriter: {Resource: "arn:aws:states:::s3:putObject", Parameters: {Bucket: b, Prefix: p}}
//!   Label: ab
//!   End: true
//! ```

use crate::diagnostic::code;
use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};
use crate::lint::rules;

pub(crate) static RULE: Rule = Rule {
    id: "label",
    severity: Severity::Error,
    summary: "a label that is taken or not allowed",
    is_optional: false,
    source: include_str!("label.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    rules::of_validator(context, findings, |diagnostic| {
        [code::INVALID_LABEL_NAME, code::DUPLICATE_LABEL_NAME].contains(&diagnostic.code)
    });
}
