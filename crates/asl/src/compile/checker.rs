//! What the compiler collects on its way through a definition: findings, scopes, and the names that must be unique in the whole text.

use super::location::Location;
use super::similar::similar;
use crate::definition::{Scope, ScopeIndex, StateIndex};
use crate::diagnostic::{Diagnostic, Severity, code};
use crate::tree::Node;
use crate::{MachineType, Options, QueryLanguage, placeholder};
use expressions::JsonataExpression;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

/// How many errors, and how many warnings, one text may have.
const FINDINGS_MAX: usize = 1000;

/// How many bytes of messages and locations: names in them are the text's own and may be long.
const FINDING_BYTES_MAX: usize = 1_000_000;

/// How many of them may carry a hint that takes a search.
const HINTED_FINDINGS_MAX: usize = 50;

/// The order in which findings are listed. AWS lists dangling transitions before unreachable states and missing ends; the rest is ours.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    Schema,
    Names,
    Transitions,
    Graph,
    Variables,
    Warning,
}

/// A variable that a state assigns.
pub(crate) struct Assigned<'t> {
    pub(crate) scope: ScopeIndex,
    pub(crate) name: &'t str,
    /// Of the name in the text.
    pub(crate) span: Range<usize>,
    /// By one of its catchers, not by the state itself.
    pub(crate) by_catcher: bool,
}

/// By the text of an expression, delimiters included: the workflow variables it reads. Those that read none are left out.
pub(crate) type ReadVariables = HashMap<String, BTreeSet<Arc<str>>>;

/// A scope under construction.
pub(crate) struct Slot {
    pub(crate) parent: Option<(ScopeIndex, StateIndex)>,
    /// Whether it is the processor of a distributed Map, which sees no variables of the scopes around it.
    pub(crate) isolated: bool,
    pub(crate) scope: Option<Scope>,
}

pub(crate) struct Checker<'t> {
    pub(crate) machine_type: MachineType,
    has_placeholders: bool,
    /// The language of the whole machine, to which every state falls back.
    pub(crate) machine_language: QueryLanguage,
    pub(crate) slots: Vec<Slot>,
    pub(crate) state_names: HashSet<&'t str>,
    pub(crate) labels: HashSet<&'t str>,
    pub(crate) assigned: Vec<Assigned<'t>>,
    /// Absent unless somebody asks for it.
    read: Option<ReadVariables>,
    findings: Vec<(Phase, Diagnostic)>,
    finding_bytes: usize,
    errors: usize,
    schema_errors: usize,
    warnings: usize,
}

impl<'t> Checker<'t> {
    pub(crate) fn new(options: &Options, read: Option<ReadVariables>) -> Checker<'t> {
        Checker {
            machine_type: options.machine_type,
            has_placeholders: options.has_placeholders,
            machine_language: QueryLanguage::JsonPath,
            slots: Vec::new(),
            state_names: HashSet::new(),
            labels: HashSet::new(),
            assigned: Vec::new(),
            read,
            findings: Vec::new(),
            finding_bytes: 0,
            errors: 0,
            schema_errors: 0,
            warnings: 0,
        }
    }

    /// Whether a value is a placeholder as a whole, of which nothing is known and which is let pass.
    pub(crate) fn is_placeholder(&self, node: &Node) -> bool {
        self.has_placeholders && node.as_str().is_some_and(placeholder::is_whole)
    }

    /// An ARN with what can be said of it: placeholders filled in, if they are allowed.
    pub(crate) fn filled_arn<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.has_placeholders { placeholder::filled_arn(text) } else { Cow::Borrowed(text) }
    }

    /// Notes a finding; the place is set by the caller. A hostile text could have as many findings as bytes, so there is an end to it; the
    /// first error is always kept.
    pub(crate) fn report(&mut self, phase: Phase, diagnostic: Diagnostic) {
        let has_room = self.has_room(diagnostic.severity);
        self.count(phase, diagnostic.severity);
        if has_room {
            self.finding_bytes += diagnostic.message.len() + diagnostic.location.as_ref().map_or(0, String::len);
            self.findings.push((phase, diagnostic));
        }
    }

    fn report_at(&mut self, phase: Phase, mut diagnostic: Diagnostic, location: &Location<'_>) {
        // Writing out a location may cost more than all the rest, so it is left if nobody will see it.
        if self.has_room(diagnostic.severity) {
            diagnostic.location = Some(location.to_string());
        }
        self.report(phase, diagnostic);
    }

    /// Whether another finding of this kind would be kept.
    pub(crate) fn has_room(&self, severity: Severity) -> bool {
        match severity {
            Severity::Error => {
                self.errors == 0 || (self.errors < FINDINGS_MAX && self.finding_bytes < FINDING_BYTES_MAX)
            }
            Severity::Warning => self.warnings < FINDINGS_MAX && self.finding_bytes < FINDING_BYTES_MAX,
        }
    }

    fn count(&mut self, phase: Phase, severity: Severity) {
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
        }
        self.schema_errors += usize::from(phase == Phase::Schema);
    }

    /// Whether it is still worth looking for a helpful hint: few findings are read one by one, hundreds are not.
    pub(crate) fn is_hint_worthwhile(&self) -> bool {
        self.findings.len() < HINTED_FINDINGS_MAX
    }

    /// An error of the schema: the most common finding.
    pub(crate) fn schema(&mut self, location: &Location<'_>, span: &Range<usize>, message: impl Into<String>) {
        self.schema_with_help(location, span, message, None);
    }

    pub(crate) fn schema_with_help(
        &mut self,
        location: &Location<'_>,
        span: &Range<usize>,
        message: impl Into<String>,
        help: Option<String>,
    ) {
        let mut diagnostic = Diagnostic::error(code::SCHEMA_VALIDATION_FAILED, message, span.clone());
        diagnostic.help = help;
        self.report_at(Phase::Schema, diagnostic, location);
    }

    /// An error with a code of its own.
    pub(crate) fn error(
        &mut self,
        phase: Phase,
        code: &'static str,
        location: &Location<'_>,
        span: &Range<usize>,
        message: impl Into<String>,
    ) {
        self.report_at(phase, Diagnostic::error(code, message, span.clone()), location);
    }

    pub(crate) fn warning(
        &mut self,
        code: &'static str,
        location: &Location<'_>,
        span: &Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let mut diagnostic = Diagnostic::warning(code, message, span.clone());
        diagnostic.help = Some(help.into());
        self.report_at(Phase::Warning, diagnostic, location);
    }

    /// Notes what an expression reads. The linter wants to know it, and parsing is what a large expression costs most.
    pub(crate) fn note_expression(&mut self, text: &str, expression: &JsonataExpression) {
        if let Some(read) = &mut self.read {
            let variables = expression.variables();
            if !variables.is_empty() {
                read.insert(text.to_owned(), variables);
            }
        }
    }

    /// How many errors of the schema there are so far: a caller that compares learns whether a part was clean.
    pub(crate) fn schema_error_count(&self) -> usize {
        self.schema_errors
    }

    pub(crate) fn into_parts(mut self) -> (Vec<Slot>, Vec<Diagnostic>, ReadVariables) {
        self.findings.sort_by_key(|(phase, _)| *phase);
        let diagnostics = self.findings.into_iter().map(|(_, diagnostic)| diagnostic).collect();
        (self.slots, diagnostics, self.read.unwrap_or_default())
    }
}

/// The states of one scope, and which of them transitions lead to.
pub(crate) struct Targets<'t> {
    pub(crate) index_of: HashMap<&'t str, StateIndex>,
    /// By state: whether `StartAt` or another state leads to it.
    pub(crate) reached: Vec<bool>,
}

impl Targets<'_> {
    /// The state a `Next`, `Default` or `StartAt` names. AWS says `Next` in all three cases.
    pub(crate) fn resolve(
        &mut self,
        checker: &mut Checker<'_>,
        from: Option<StateIndex>,
        name: &str,
        location: &Location<'_>,
        span: &Range<usize>,
    ) -> Option<StateIndex> {
        let Some(&index) = self.index_of.get(name) else {
            let message = format!("Missing 'Next' target: {name}");
            let mut diagnostic = Diagnostic::error(code::MISSING_TRANSITION_TARGET, message, span.clone());
            if checker.is_hint_worthwhile() {
                diagnostic.help = similar(name, self.index_of.keys().copied())
                    .map(|name| format!("there is a state '{name}' in the same scope"));
            }
            checker.report_at(Phase::Transitions, diagnostic, location);
            return None;
        };
        if from != Some(index) {
            self.reached[index.0 as usize] = true;
        }
        Some(index)
    }
}
