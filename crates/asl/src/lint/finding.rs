//! What rules find, and how it could be mended.

use super::machine::StateId;
use super::rule::{Rule, Severity};
use super::rules;
use std::ops::Range;

/// How many findings one rule may have in one text.
const FINDINGS_OF_RULE_MAX: usize = 500;

/// One finding of one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id.
    pub rule: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// Short, names the thing.
    pub message: String,
    /// The state it is about: `/States/Name`; absent when the machine as a whole is meant.
    pub location: Option<String>,
    /// Byte range in the text.
    pub span: Range<usize>,
    /// How to mend it.
    pub help: Option<String>,
    /// The mend, if it is certain.
    pub fix: Option<Fix>,
    pub(crate) state: Option<StateId>,
}

/// A mend that can be applied as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does.
    pub title: String,
    /// Byte ranges of the text and what is to stand there.
    pub edits: Vec<(Range<usize>, String)>,
}

/// Where rules put what they find.
pub(crate) struct Findings {
    pub(crate) rule: &'static Rule,
    list: Vec<Finding>,
    /// Of the current rule, and the one it was counted for.
    count: usize,
    counted: &'static str,
    overflow: Option<Finding>,
}

impl Default for Findings {
    fn default() -> Findings {
        Findings { rule: rules::ALL[0], list: Vec::new(), count: 0, counted: "", overflow: None }
    }
}

impl Findings {
    /// Notes a finding at `span`; the caller may add help, a fix, or another severity.
    pub(crate) fn report(
        &mut self,
        state: Option<StateId>,
        span: &Range<usize>,
        message: impl Into<String>,
    ) -> &mut Finding {
        if self.counted != self.rule.id {
            (self.counted, self.count) = (self.rule.id, 0);
        }
        self.count += 1;
        let finding = Finding {
            rule: self.rule.id,
            severity: self.rule.severity,
            message: message.into(),
            location: None,
            span: span.clone(),
            help: None,
            fix: None,
            state,
        };
        if self.count > FINDINGS_OF_RULE_MAX {
            return self.overflow.insert(finding);
        }
        self.list.push(finding);
        self.list.last_mut().expect("it was just pushed")
    }

    /// What was found so far.
    pub(crate) fn list(&self) -> &[Finding] {
        &self.list
    }

    pub(crate) fn into_list(self) -> Vec<Finding> {
        self.list
    }
}

impl Finding {
    pub(crate) fn help(&mut self, help: impl Into<String>) -> &mut Finding {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn severity(&mut self, severity: Severity) -> &mut Finding {
        self.severity = severity;
        self
    }

    pub(crate) fn fix(&mut self, title: impl Into<String>, edits: Vec<(Range<usize>, String)>) -> &mut Finding {
        self.fix = Some(Fix { title: title.into(), edits });
        self
    }
}
