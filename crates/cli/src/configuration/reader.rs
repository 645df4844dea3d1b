//! Fields of the file, each read once, with findings at their places. A finding never ends the reading.

use asl::{Diagnostic, Entry, Node, NodeKind};
use json::Number;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

/// The one code of findings here.
const CODE: &str = "INVALID_CONFIGURATION";

/// What was found so far.
#[derive(Default)]
pub(super) struct Findings(pub(super) Vec<Diagnostic>);

impl Findings {
    /// Something is wrong at `span`.
    pub(super) fn add(&mut self, span: &Range<usize>, message: impl Into<String>) {
        self.0.push(Diagnostic::error(CODE, message, span.clone()));
    }

    /// The same with a way to mend it.
    pub(super) fn add_with_help(&mut self, span: &Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        self.0.push(Diagnostic { help: Some(help.into()), ..Diagnostic::error(CODE, message, span.clone()) });
    }

    /// The entries of a mapping; an empty value has none.
    pub(super) fn entries<'n>(&mut self, name: &str, node: &'n Node) -> &'n [Entry] {
        match &node.kind {
            NodeKind::Object(entries) => entries,
            NodeKind::Null => &[],
            _ => {
                self.add(&node.span, format!("'{name}' must be a mapping"));
                &[]
            }
        }
    }

    /// The elements of a list; an empty value has none.
    pub(super) fn elements<'n>(&mut self, name: &str, node: &'n Node) -> &'n [Node] {
        match &node.kind {
            NodeKind::Array(elements) => elements,
            NodeKind::Null => &[],
            _ => {
                self.add(&node.span, format!("'{name}' must be a list"));
                &[]
            }
        }
    }

    /// Text that is not empty.
    pub(super) fn text<'n>(&mut self, name: &str, node: &'n Node) -> Option<&'n Arc<str>> {
        match &node.kind {
            NodeKind::String(text) if !text.trim().is_empty() => Some(text),
            _ => {
                self.add(&node.span, format!("'{name}' must be text"));
                None
            }
        }
    }

    /// A time to keep something; `None` within is forever.
    pub(super) fn kept(&mut self, name: &str, node: &Node) -> Option<Option<Duration>> {
        let text = self.text(name, node)?;
        let kept = crate::retention::kept(text);
        kept.map_err(|problem| self.add(&node.span, problem)).ok()
    }

    /// A number from `least` to `most`.
    pub(super) fn number(&mut self, name: &str, node: &Node, least: f64, most: f64) -> Option<f64> {
        match &node.kind {
            NodeKind::Number(number) if (least..=most).contains(&number.as_f64()) => Some(number.as_f64()),
            _ => {
                self.add(&node.span, format!("'{name}' must be a number from {least} to {most}"));
                None
            }
        }
    }

    /// A whole number from `least` to `most`.
    pub(super) fn integer(&mut self, name: &str, node: &Node, least: i64, most: i64) -> Option<i64> {
        let integer = match &node.kind {
            NodeKind::Number(number) => Number::as_integral(number).filter(|integer| (least..=most).contains(integer)),
            _ => None,
        };
        if integer.is_none() {
            self.add(&node.span, format!("'{name}' must be a whole number from {least} to {most}"));
        }
        integer
    }
}

/// The fields of one mapping.
pub(super) struct Fields<'n> {
    /// Where the mapping is.
    pub(super) span: Range<usize>,
    entries: &'n [Entry],
}

impl<'n> Fields<'n> {
    /// The fields of `node`, the value of `name`. A field that is none of `known` is a finding.
    pub(super) fn of(name: &str, node: &'n Node, known: &[&str], findings: &mut Findings) -> Fields<'n> {
        let entries = findings.entries(name, node);
        for entry in entries.iter().filter(|entry| !known.contains(&&*entry.key)) {
            let help = format!("there are {}", known.join(", "));
            findings.add_with_help(&entry.key_span, format!("Field '{}' is not known in '{name}'", entry.key), help);
        }
        Fields { span: node.span.clone(), entries }
    }

    /// The value of a field that is there and not empty.
    pub(super) fn get(&self, key: &str) -> Option<&'n Node> {
        let entry = self.entries.iter().find(|entry| &*entry.key == key)?;
        (entry.value.kind != NodeKind::Null).then_some(&entry.value)
    }
}
