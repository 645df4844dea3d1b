//! The texts of a state, each with what it is: a literal, a path or intrinsic call, or JSONata.

use crate::parse::QueryLanguage;
use crate::tree::{Entry, Node, NodeKind};
use std::ops::Range;

/// Fields whose values are templates: only keys ending in `.$` are evaluated there.
const TEMPLATES: [&str; 8] =
    ["Parameters", "ResultSelector", "ItemSelector", "BatchInput", "Assign", "Credentials", "Result", "Output"];

pub(crate) struct Leaf<'t> {
    /// The state's own field it is in.
    pub(crate) field: &'t str,
    /// The key below that field; empty if there is none.
    pub(crate) part: &'t str,
    /// The nearest key.
    pub(crate) key: &'t str,
    pub(crate) text: &'t str,
    pub(crate) span: &'t Range<usize>,
    pub(crate) kind: LeafKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LeafKind {
    Literal,
    /// A path or an intrinsic call.
    Path,
    Jsonata,
}

/// What a path or an argument of an intrinsic call begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Read<'t> {
    Variable(&'t str),
    /// The first name after `$.`
    Input(&'t str),
}

/// Where the walk is.
#[derive(Clone, Copy)]
struct Place<'t> {
    field: &'t str,
    part: &'t str,
    key: &'t str,
    depth: usize,
    is_template: bool,
}

/// The texts of a state without those of its inner states.
pub(crate) fn of_state(node: &Node, language: QueryLanguage) -> Vec<Leaf<'_>> {
    let mut leaves = Vec::new();
    let inner = ["Branches", "ItemProcessor", "Iterator", "Type", "Next", "Default", "QueryLanguage"];
    for entry in node.as_object().unwrap_or_default().iter().filter(|entry| !inner.contains(&&*entry.key)) {
        let is_template = TEMPLATES.contains(&&*entry.key);
        let place = Place { field: &entry.key, part: "", key: &entry.key, depth: 0, is_template };
        walk(&entry.value, place, language, &mut leaves);
    }
    leaves
}

fn walk<'t>(node: &'t Node, place: Place<'t>, language: QueryLanguage, leaves: &mut Vec<Leaf<'t>>) {
    match &node.kind {
        NodeKind::String(text) => {
            let kind = kind(text, &place, language);
            let Place { field, part, key, .. } = place;
            leaves.push(Leaf { field, part, key, text, span: &node.span, kind });
        }
        NodeKind::Array(elements) => {
            for element in elements {
                walk(element, place, language, leaves);
            }
        }
        NodeKind::Object(entries) => {
            for Entry { key, value, .. } in entries {
                let part = if place.depth == 0 { key } else { place.part };
                let is_template = place.is_template || TEMPLATES.contains(&&**key);
                walk(value, Place { part, key, depth: place.depth + 1, is_template, ..place }, language, leaves);
            }
        }
        NodeKind::Null | NodeKind::Bool(_) | NodeKind::Number(_) => {}
    }
}

fn kind(text: &str, place: &Place<'_>, language: QueryLanguage) -> LeafKind {
    let is_path = match language {
        QueryLanguage::Jsonata if text.starts_with("{%") && text.ends_with("%}") => return LeafKind::Jsonata,
        QueryLanguage::Jsonata => false,
        QueryLanguage::JsonPath if place.is_template => place.key.ends_with(".$"),
        QueryLanguage::JsonPath => place.key == "Variable" || place.key.ends_with("Path") && place.key != "ResultPath",
    };
    if is_path { LeafKind::Path } else { LeafKind::Literal }
}

impl<'t> Leaf<'t> {
    /// What it reads. In JSONata every `$name` counts, local ones and functions as well.
    pub(crate) fn reads(&self) -> Vec<Read<'t>> {
        match self.kind {
            LeafKind::Literal => Vec::new(),
            LeafKind::Path => reads(self.text, &['$', '\'']),
            // An apostrophe may stand in a text with double quotes: rather too many reads than one too few.
            LeafKind::Jsonata => reads(self.text, &['$']),
        }
    }

    /// Whether its path may name several places, so that it never fails.
    pub(crate) fn is_indefinite(&self) -> bool {
        ["..", "[*]", ".*", "?(", ":"].iter().any(|mark| self.text.contains(mark))
    }
}

fn reads<'t>(text: &'t str, marks: &[char]) -> Vec<Read<'t>> {
    let mut reads = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(marks) {
        let after = &rest[at + 1..];
        if rest.as_bytes()[at] == b'\'' {
            // A quoted text; as an index it stands after a bracket and holds no path either.
            rest = after_quote(after);
        } else if let Some(context) = after.strip_prefix('$') {
            rest = context;
        } else if let Some(name) = after.strip_prefix("['") {
            let end = name.find('\'').unwrap_or(name.len());
            reads.push(Read::Input(&name[..end]));
            rest = name.get(end + 1..).unwrap_or_default();
        } else if let Some(after) = after.strip_prefix('.') {
            let name = identifier(after);
            if !name.is_empty() {
                reads.push(Read::Input(name));
            }
            rest = &after[name.len()..];
        } else {
            let name = identifier(after);
            if !name.is_empty() {
                reads.push(Read::Variable(name));
            }
            rest = &after[name.len()..];
        }
    }
    reads
}

fn after_quote(text: &str) -> &str {
    let mut is_escaped = false;
    for (at, character) in text.char_indices() {
        match character {
            '\'' if !is_escaped => return &text[at + 1..],
            '\\' => is_escaped = !is_escaped,
            _ => is_escaped = false,
        }
    }
    ""
}

fn identifier(text: &str) -> &str {
    let end = text.find(|c: char| !(c == '_' || unicode_ident::is_xid_continue(c))).unwrap_or(text.len());
    &text[..end]
}
