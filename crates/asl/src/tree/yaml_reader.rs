//! YAML text to the same tree as JSON. Scalars follow YAML 1.2's core schema, so that `yes` and dates stay text. Anchors are expanded under
//! a budget, and mappings are merged by the key `<<` as YAML 1.1 has it, because deployment tools do so. What JSON has no form for (tags,
//! several documents, `.nan`) is refused.

use super::{DEPTH_MAX, Entry, Node, NodeKind, SeenKeys};
use crate::diagnostic::{Diagnostic, code};
use ::json::{Number, Value};
use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

/// How many nodes the aliases of one text may stand for altogether.
const ALIASED_NODES_MAX: usize = 200_000;

/// Reads a YAML text of one document. Reading ends with the first error; the tree then holds what came before it.
pub fn parse_yaml(text: &str) -> (Option<Node>, Vec<Diagnostic>) {
    let mut builder = Builder::new(text);
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        match event {
            Ok((event, span)) => {
                let span = builder.offsets.range(span);
                if builder.handle(event, span).is_none() {
                    break;
                }
            }
            Err(error) => {
                let at = builder.offsets.byte(error.marker().index());
                builder.fail(at..at, error.info());
                break;
            }
        }
    }
    builder.finish()
}

/// The parser counts characters; spans count bytes.
struct Offsets {
    /// Byte offset of every character; empty when all characters are one byte.
    of_characters: Vec<usize>,
    length: usize,
}

impl Offsets {
    fn new(text: &str) -> Offsets {
        let of_characters =
            if text.is_ascii() { Vec::new() } else { text.char_indices().map(|(offset, _)| offset).collect() };
        Offsets { of_characters, length: text.len() }
    }

    fn byte(&self, character: usize) -> usize {
        if self.of_characters.is_empty() {
            return character.min(self.length);
        }
        self.of_characters.get(character).copied().unwrap_or(self.length)
    }

    fn range(&self, span: Span) -> Range<usize> {
        let start = self.byte(span.start.index());
        start..self.byte(span.end.index()).max(start)
    }
}

/// A collection that is still open.
struct Open {
    start: usize,
    anchor: usize,
    nodes: usize,
    depth: usize,
    collection: Collection,
}

enum Collection {
    Sequence(Vec<Node>),
    Mapping {
        entries: Vec<Entry>,
        seen: SeenKeys,
        key: Option<(Arc<str>, Range<usize>)>,
        merged: Vec<(Range<usize>, Node)>,
    },
}

/// A finished node with what it would cost to repeat it.
#[derive(Clone)]
struct Measured {
    node: Node,
    nodes: usize,
    depth: usize,
}

struct Builder<'t> {
    text: &'t str,
    offsets: Offsets,
    open: Vec<Open>,
    anchors: HashMap<usize, Measured>,
    aliased_nodes: usize,
    root: Option<Node>,
    diagnostics: Vec<Diagnostic>,
}

impl Builder<'_> {
    fn new(text: &str) -> Builder<'_> {
        Builder {
            text,
            offsets: Offsets::new(text),
            open: Vec::new(),
            anchors: HashMap::new(),
            aliased_nodes: 0,
            root: None,
            diagnostics: Vec::new(),
        }
    }

    fn fail(&mut self, span: Range<usize>, message: impl Into<String>) -> Option<()> {
        self.diagnostics.push(Diagnostic::error(code::INVALID_YAML_DESCRIPTION, message, span));
        None
    }

    /// `None` ends the reading; a finding then says why.
    fn handle(&mut self, event: Event<'_>, span: Range<usize>) -> Option<()> {
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Some(()),
            Event::DocumentStart(_) if self.root.is_some() => {
                self.fail(span, "There may be only one document in the file")
            }
            Event::DocumentStart(_) => Some(()),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::Scalar(text, style, anchor, tag) => {
                let kind = self.scalar(&text, style, tag, &span)?;
                self.add(Measured { node: Node { span, kind }, nodes: 1, depth: 0 }, anchor)
            }
            Event::SequenceStart(anchor, tag) => self.open(anchor, tag, span, Collection::Sequence(Vec::new())),
            Event::MappingStart(anchor, tag) => {
                let (entries, merged) = (Vec::new(), Vec::new());
                let mapping = Collection::Mapping { entries, seen: SeenKeys::default(), key: None, merged };
                self.open(anchor, tag, span, mapping)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
        }
    }

    fn open(
        &mut self,
        anchor: usize,
        tag: Option<Cow<'_, Tag>>,
        span: Range<usize>,
        collection: Collection,
    ) -> Option<()> {
        if let Some(tag) = tag.filter(|tag| !tag.is_yaml_core_schema()) {
            return self.fail(span, format!("The tag '{tag}' has no meaning here"));
        }
        if self.open.len() == DEPTH_MAX {
            return self.fail(span, format!("Document nesting depth exceeds the maximum allowed ({DEPTH_MAX})"));
        }
        self.open.push(Open { start: span.start, anchor, nodes: 1, depth: 0, collection });
        Some(())
    }

    fn close(&mut self, span: Range<usize>) -> Option<()> {
        let open = self.open.pop().expect("the parser closes only what it opened");
        let kind = match open.collection {
            Collection::Sequence(elements) => NodeKind::Array(elements),
            Collection::Mapping { entries, merged, .. } => NodeKind::Object(entries_with(entries, merged)),
        };
        // A block collection ends where the next token begins; its own text ends with its last child.
        let end = last_child_end(&kind).filter(|_| span.is_empty()).unwrap_or(span.end).max(open.start);
        let node = Node { span: open.start..end, kind };
        self.add(Measured { node, nodes: open.nodes, depth: open.depth + 1 }, open.anchor)
    }

    fn alias(&mut self, anchor: usize, span: Range<usize>) -> Option<()> {
        let Some(measured) = self.anchors.get(&anchor) else {
            return self.fail(span, "An alias must come after its anchor, and not inside it");
        };
        self.aliased_nodes += measured.nodes;
        if self.aliased_nodes > ALIASED_NODES_MAX {
            return self.fail(span, format!("Aliases expand to more than {ALIASED_NODES_MAX} values"));
        }
        if self.open.len() + measured.depth > DEPTH_MAX {
            return self.fail(span, format!("Document nesting depth exceeds the maximum allowed ({DEPTH_MAX})"));
        }
        let mut copy = measured.clone();
        copy.node.span = span;
        self.add(copy, 0)
    }

    fn add(&mut self, measured: Measured, anchor: usize) -> Option<()> {
        if anchor != 0 {
            self.anchors.insert(anchor, measured.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(measured.node);
            return Some(());
        };
        open.nodes += measured.nodes;
        open.depth = open.depth.max(measured.depth);
        let node = measured.node;
        match &mut open.collection {
            Collection::Sequence(elements) => elements.push(node),
            Collection::Mapping { entries, seen, key, merged } => match key.take() {
                Some((key, key_span)) if &*key == MERGE && self.text.get(key_span.clone()) == Some(MERGE) => {
                    if !is_mergeable(&node) {
                        return self.fail(node.span, "Only mappings can be merged");
                    }
                    merged.push((key_span, node));
                }
                Some((key, key_span)) => {
                    if seen.is_duplicate(entries, &key) {
                        let message = format!("Duplicate field '{key}'");
                        self.diagnostics.push(Diagnostic::error(code::INVALID_YAML_DESCRIPTION, message, key_span));
                    } else {
                        entries.push(Entry { key, key_span, value: node });
                    }
                }
                None => match key_text(self.text, &node) {
                    Some(text) => *key = Some((text, node.span)),
                    None => return self.fail(node.span, "A key must be a single text"),
                },
            },
        }
        Some(())
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        tag: Option<Cow<'_, Tag>>,
        span: &Range<usize>,
    ) -> Option<NodeKind> {
        let plain = match tag {
            Some(tag) if tag.is_yaml_core_schema() && tag.suffix == "str" => false,
            Some(tag) if !tag.is_yaml_core_schema() => {
                self.fail(span.clone(), format!("The tag '{tag}' has no meaning here"));
                return None;
            }
            _ => style == ScalarStyle::Plain,
        };
        if !plain {
            return Some(NodeKind::String(text.into()));
        }
        match resolve(text) {
            Ok(kind) => Some(kind),
            Err(message) => {
                self.fail(span.clone(), message);
                None
            }
        }
    }

    fn finish(mut self) -> (Option<Node>, Vec<Diagnostic>) {
        while let Some(open) = self.open.last() {
            let end = open.start;
            self.open.last_mut().expect("just seen").anchor = 0;
            if self.close(end..end).is_none() {
                break;
            }
        }
        if self.root.is_none() && self.diagnostics.is_empty() {
            self.fail(0..0, "The document is empty");
        }
        (self.root, self.diagnostics)
    }
}

fn last_child_end(kind: &NodeKind) -> Option<usize> {
    match kind {
        NodeKind::Array(elements) => elements.last().map(|node| node.span.end),
        NodeKind::Object(entries) => entries.last().map(|entry| entry.value.span.end),
        _ => None,
    }
}

/// The text of a key: any scalar, as it is written.
fn key_text(text: &str, node: &Node) -> Option<Arc<str>> {
    match &node.kind {
        NodeKind::String(key) => Some(key.clone()),
        NodeKind::Array(_) | NodeKind::Object(_) => None,
        _ => text.get(node.span.clone()).map(Arc::from),
    }
}

/// The key whose value is merged into its mapping. In quotes it is a key like any other.
const MERGE: &str = "<<";

fn is_mergeable(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Object(_) => true,
        NodeKind::Array(elements) => elements.iter().all(|element| element.as_object().is_some()),
        _ => false,
    }
}

/// The entries of a mapping and of those that are merged into it: its own win, then those merged first. What was merged stands where `<<` is.
fn entries_with(mut entries: Vec<Entry>, merged: Vec<(Range<usize>, Node)>) -> Vec<Entry> {
    if merged.is_empty() {
        return entries;
    }
    let mut seen: HashSet<Arc<str>> = entries.iter().map(|entry| entry.key.clone()).collect();
    for (key_span, node) in merged {
        let span = node.span.clone();
        let mappings = match node.kind {
            NodeKind::Array(elements) => elements,
            kind => vec![Node { span: span.clone(), kind }],
        };
        for mapping in mappings {
            let NodeKind::Object(inner) = mapping.kind else { continue };
            for mut entry in inner.into_iter().filter(|entry| seen.insert(entry.key.clone())) {
                entry.key_span = key_span.clone();
                entry.value.span = span.clone();
                entries.push(entry);
            }
        }
    }
    entries
}

/// A plain scalar by YAML 1.2's core schema.
fn resolve(text: &str) -> Result<NodeKind, String> {
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => NodeKind::Null,
        "true" | "True" | "TRUE" => NodeKind::Bool(true),
        "false" | "False" | "FALSE" => NodeKind::Bool(false),
        _ => match number(text)? {
            Some(number) => NodeKind::Number(number),
            None => NodeKind::String(text.into()),
        },
    })
}

fn number(text: &str) -> Result<Option<Number>, String> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN") {
        return Err(format!("'{text}' is not a number in JSON"));
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix)
            && !digits.is_empty()
            && digits.chars().all(|digit| digit.is_digit(radix))
        {
            return match i64::from_str_radix(digits, radix) {
                Ok(integer) => Ok(Some(Number::Integer(integer))),
                Err(_) => Err(format!("'{text}' is too large")),
            };
        }
    }
    if !unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return Ok(None);
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let has_digits = !whole.is_empty() || fraction.is_some_and(|fraction| !fraction.is_empty());
    let exponent_fits = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    if !(has_digits && digits(whole) && fraction.is_none_or(digits) && exponent_fits) {
        return Ok(None);
    }
    // Rewritten as JSON writes numbers, so that one floor alone decides what a number is.
    let mut rewritten = String::with_capacity(text.len() + 2);
    if text.starts_with('-') {
        rewritten.push('-');
    }
    let whole = whole.trim_start_matches('0');
    rewritten.push_str(if whole.is_empty() { "0" } else { whole });
    if let Some(fraction) = fraction {
        rewritten.push('.');
        rewritten.push_str(if fraction.is_empty() { "0" } else { fraction });
    }
    if let Some(exponent) = exponent {
        rewritten.push('e');
        rewritten.push_str(exponent);
    }
    match ::json::parse(&rewritten) {
        Ok(Value::Number(number)) => Ok(Some(number)),
        Ok(_) => Ok(None),
        Err(error) => Err(format!("'{text}': {error}")),
    }
}
