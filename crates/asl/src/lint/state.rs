//! One state as rules see it.

use super::called::Called;
use super::leaf::{self, Leaf};
use super::machine::{ScopeId, StateId};
use crate::parse::QueryLanguage;
use crate::tree::{Entry, Node, NodeKind};
use std::ops::Range;

pub(crate) struct State<'t> {
    pub(crate) id: StateId,
    pub(crate) scope: ScopeId,
    pub(crate) name: &'t str,
    pub(crate) key_span: &'t Range<usize>,
    pub(crate) node: &'t Node,
    /// `Type`; empty when there is none.
    pub(crate) kind: &'t str,
    pub(crate) language: QueryLanguage,
    pub(crate) edges: Vec<Edge>,
    /// Transitions to names that are not there, each with the name that was probably meant.
    pub(crate) dangling: Vec<(Target<'t>, Option<&'t str>)>,
    /// Its texts, without those of inner states.
    pub(crate) leaves: Vec<Leaf<'t>>,
    /// The scopes of its branches or its processor.
    pub(crate) inner: Vec<ScopeId>,
}

/// A transition.
pub(crate) struct Edge {
    pub(crate) to: StateId,
    pub(crate) kind: EdgeKind,
}

/// A transition as written.
pub(crate) struct Target<'t> {
    pub(crate) kind: EdgeKind,
    pub(crate) node: &'t Node,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EdgeKind {
    Next,
    /// `Choices[i]`
    Rule(usize),
    Default,
    /// `Catch[i]`
    Catch(usize),
}

impl<'t> State<'t> {
    pub(crate) fn new(id: StateId, scope: ScopeId, entry: &'t Entry, language: QueryLanguage) -> State<'t> {
        let node = &entry.value;
        State {
            id,
            scope,
            name: &entry.key,
            key_span: &entry.key_span,
            node,
            kind: node.get("Type").and_then(Node::as_str).unwrap_or_default(),
            language,
            edges: Vec::new(),
            dangling: Vec::new(),
            leaves: leaf::of_state(node, language),
            inner: Vec::new(),
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&'t Node> {
        self.node.get(key)
    }

    pub(crate) fn entry(&self, key: &str) -> Option<&'t Entry> {
        self.node.as_object()?.iter().find(|entry| &*entry.key == key)
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    pub(crate) fn number(&self, key: &str) -> Option<f64> {
        number(self.get(key)?)
    }

    /// The elements of a list field; none if it is absent.
    pub(crate) fn elements(&self, key: &str) -> &'t [Node] {
        self.get(key).and_then(Node::as_array).unwrap_or_default()
    }

    pub(crate) fn is_jsonata(&self) -> bool {
        self.language == QueryLanguage::Jsonata
    }

    /// Whether it ends its scope.
    pub(crate) fn is_terminal(&self) -> bool {
        matches!(self.kind, "Succeed" | "Fail") || self.get("End").is_some_and(|node| node.kind == NodeKind::Bool(true))
    }

    /// What a Task calls.
    pub(crate) fn called(&self) -> Called<'t> {
        self.get("Resource").and_then(Node::as_str).map_or(Called::Unknown, Called::of)
    }

    /// `Parameters` or `Arguments`.
    pub(crate) fn arguments(&self) -> Option<&'t Node> {
        self.get(if self.is_jsonata() { "Arguments" } else { "Parameters" })
    }

    /// An argument of a call, whether literal, path or expression.
    pub(crate) fn argument(&self, name: &str) -> Option<&'t Entry> {
        let is_meant = |entry: &&Entry| entry.key.strip_suffix(".$").unwrap_or(&entry.key) == name;
        self.arguments()?.as_object()?.iter().find(is_meant)
    }

    /// Whether all arguments come from an expression, so that nothing is known of them.
    pub(crate) fn has_computed_arguments(&self) -> bool {
        self.arguments().is_some_and(|node| node.as_object().is_none())
    }

    /// A word of a Map's `ProcessorConfig`.
    pub(crate) fn processor_config(&self, key: &str) -> Option<&'t str> {
        self.processor()?.get("ProcessorConfig")?.get(key)?.as_str()
    }

    pub(crate) fn processor(&self) -> Option<&'t Node> {
        self.get("ItemProcessor").or_else(|| self.get("Iterator"))
    }

    pub(crate) fn is_distributed(&self) -> bool {
        self.kind == "Map" && self.processor_config("Mode") == Some("DISTRIBUTED")
    }
}

/// The value of a number.
pub(crate) fn number(node: &Node) -> Option<f64> {
    match &node.kind {
        NodeKind::Number(number) => Some(number.as_f64()),
        _ => None,
    }
}
