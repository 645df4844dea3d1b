//! The linter: what AWS accepts but will disappoint, beside what AWS refuses. One file per rule in `rules`; the file's opening comment is the
//! rule's page, its examples are the rule's test.
//!
//! Rules work on the tree, so a definition with errors is linted as well. Nothing here evaluates an expression, and of the services no more
//! is known than the parameters of the most used actions. A rule of the catalogue that is not here: `express-no-logging` (logging is no part
//! of a definition). Of `payload-size` only literals are looked at, of `history-risk` only loops that wait, of `non-idempotent-retry` only
//! nested executions.
//!
//! Reading order: [`lint`], [`Rule`], [`Finding`], `context` and `machine` (what rules see), `rules`, `off` (switching off), [`fix`].

mod bits;
mod called;
mod context;
mod edit;
mod finding;
mod graph;
mod leaf;
mod machine;
mod off;
mod parameters;
mod render;
mod retrier;
mod rule;
mod rules;
mod shapes;
mod state;
mod variables;

pub use finding::{Finding, Fix};
pub use render::render;
pub use rule::{Rule, Severity};

use crate::parse::{Format, MachineType, Options, parse, parse_with_variables};
use context::Context;
use finding::Findings;

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The type of the state machine the definition is for.
    pub machine_type: MachineType,
    /// Whether `${Name}` stands for what a deployment fills in.
    pub has_placeholders: bool,
    /// Ids of rules that are switched off.
    pub off: Vec<String>,
    /// Ids of optional rules that are switched on.
    pub on: Vec<String>,
    /// Ids of rules whose findings count as errors.
    pub error: Vec<String>,
}

impl Config {
    fn options(&self) -> Options {
        Options { machine_type: self.machine_type, has_placeholders: self.has_placeholders }
    }
}

/// All rules, by id.
pub fn rules() -> &'static [&'static Rule] {
    rules::ALL
}

/// The rule with this id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    rules().iter().find(|rule| rule.id == id).copied()
}

/// What AWS would refuse and what the rules find, in the order of the text. Never fails, whatever the text.
pub fn lint(text: &str, format: Format, config: &Config) -> Vec<Finding> {
    let (mut parsed, read) = parse_with_variables(text, format, &config.options());
    // Rules work on the tree: the definition would only take room.
    parsed.definition = None;
    let Some(tree) = &parsed.tree else {
        return parsed.diagnostics.iter().map(rules::invalid_definition::finding).collect();
    };
    let context = Context::new(text, format, tree, &parsed.diagnostics, read, config);
    let mut findings = Findings::default();
    for rule in rules().iter().filter(|rule| is_wanted(rule, config)) {
        findings.rule = rule;
        (rule.check)(&context, &mut findings);
    }
    let mut list = findings.into_list();
    off::apply(&context, &mut list);
    for finding in &mut list {
        finding.location = finding.state.map(|state| context.machine.location(state));
        if config.error.iter().any(|id| id == finding.rule) {
            finding.severity = Severity::Error;
        }
    }
    list.sort_by(|a, b| (a.span.start, a.rule, a.span.end).cmp(&(b.span.start, b.rule, b.span.end)));
    list.dedup_by(|a, b| a.rule == b.rule && a.span == b.span && a.message == b.message);
    list
}

fn is_wanted(rule: &Rule, config: &Config) -> bool {
    let is_on = !rule.is_optional || [&config.on, &config.error].iter().any(|ids| ids.iter().any(|id| id == rule.id));
    is_on && !config.off.iter().any(|id| id == rule.id)
}

/// The text with all fixes applied, and how many. Fixes that would touch the same place wait for the next round.
pub fn fix(text: &str, format: Format, config: &Config) -> (String, usize) {
    const ROUNDS_MAX: usize = 10;
    let (mut text, mut count) = (text.to_owned(), 0);
    for _ in 0..ROUNDS_MAX {
        let (fixed, applied) = edit::apply(&text, &lint(&text, format, config));
        // A mend that breaks something else would be no mend.
        if applied == 0 || errors(&fixed, format, config) > errors(&text, format, config) {
            break;
        }
        (text, count) = (fixed, count + applied);
    }
    (text, count)
}

/// How many errors the validator finds; an unreadable text has more than any other.
fn errors(text: &str, format: Format, config: &Config) -> usize {
    let parsed = parse(text, format, &config.options());
    let is_error = |diagnostic: &&crate::Diagnostic| diagnostic.severity == crate::Severity::Error;
    parsed.tree.map_or(usize::MAX, |_| parsed.diagnostics.iter().filter(is_error).count())
}
