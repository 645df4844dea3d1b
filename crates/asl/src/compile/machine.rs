//! The top of a definition, and the order of the whole compilation.

use super::checker::{Checker, ReadVariables, Slot};
use super::fields::Fields;
use super::location::Location;
use super::rules;
use super::scope::{self, Container};
use crate::definition::{Scope, StateMachineDefinition};
use crate::diagnostic::{Diagnostic, Severity, code};
use crate::tree::{Node, NodeKind};
use crate::{MachineType, Options, QueryLanguage};

/// `TimeoutSeconds` and the like: AWS's largest number of seconds.
pub(crate) const SECONDS_MAX: u64 = 99_999_999;

/// What a tree means, what is wrong with it and, if it was asked for, what its expressions read.
pub(crate) struct Compiled {
    pub(crate) definition: Option<StateMachineDefinition>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) read: ReadVariables,
}

/// Compiles the tree of a text without syntax errors.
pub(crate) fn compile(tree: &Node, options: &Options, read: Option<ReadVariables>) -> Compiled {
    if !matches!(tree.kind, NodeKind::Object(_)) {
        let message = "Definition must be a valid JSON object";
        let diagnostics = vec![Diagnostic::error(code::SCHEMA_VALIDATION_FAILED, message, tree.span.clone())];
        return Compiled { definition: None, diagnostics, read: ReadVariables::new() };
    }
    let mut checker = Checker::new(options, read);
    let head = machine(&mut checker, tree);
    rules::shadowing::check(&mut checker, tree);
    let (slots, diagnostics, read) = checker.into_parts();
    let failed = diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    let definition = head.filter(|_| !failed).and_then(|head| head.with_scopes(slots));
    Compiled { definition, diagnostics, read }
}

struct Head {
    comment: Option<String>,
    timeout_seconds: Option<u64>,
}

impl Head {
    fn with_scopes(self, slots: Vec<Slot>) -> Option<StateMachineDefinition> {
        let scopes: Option<Vec<Scope>> = slots.into_iter().map(|slot| slot.scope).collect();
        Some(StateMachineDefinition { comment: self.comment, timeout_seconds: self.timeout_seconds, scopes: scopes? })
    }
}

fn machine<'t>(checker: &mut Checker<'t>, tree: &'t Node) -> Option<Head> {
    let location = Location::ROOT;
    let mut fields = Fields::open(checker, tree, &location, QueryLanguage::JsonPath)?;
    let comment = fields.text(checker, "Comment").map(str::to_owned);
    fields.one_of(checker, "Version", &["1.0"]);
    let timeout_seconds = fields.integer(checker, "TimeoutSeconds", 0..=SECONDS_MAX);
    if let Some((language, _)) = fields.query_language() {
        checker.machine_language = language;
        fields.query_language_value(checker);
    }
    let container = Container { parent: None, isolated: false, depth: 0 };
    let top = scope::compile(checker, &mut fields, container);
    fields.finish(checker);
    // Zero seconds is accepted by AWS and means no limit.
    top.map(|_| Head { comment, timeout_seconds: timeout_seconds.filter(|&seconds| seconds > 0) })
}

/// Whether the restrictions of Express machines hold.
pub(crate) fn is_express(checker: &Checker<'_>) -> bool {
    checker.machine_type == MachineType::Express
}
