//! The definition as the layout walks over it: scopes and states with their transitions resolved, and the words they are drawn with. Built
//! from the tree alone, so that a definition with errors has a picture as well. Nothing is placed here.

use crate::condition;
use crate::describe;
use crate::scene::{Badge, Glyph, Kind};
use asl::{Entry, Node};
use std::collections::{HashMap, VecDeque};
use std::ops::Range;

/// Position of a state among all states.
pub(crate) type StateId = usize;

/// Position of a scope; 0 is the top.
pub(crate) type ScopeId = usize;

/// How many states are drawn. A text of a megabyte can hold more; those are counted, not drawn.
pub(crate) const STATES_MAX: usize = 10_000;

/// How deep Parallel and Map states are drawn inside each other. What is deeper is one closed box.
pub(crate) const DEPTH_MAX: usize = 12;

/// Characters of a name that an id repeats: AWS allows no longer ones.
const NAME_CHARACTERS_MAX: usize = 80;

/// Characters of a tooltip's line.
const TITLE_CHARACTERS_MAX: usize = 400;

#[derive(Debug, Default)]
pub(crate) struct Machine {
    pub(crate) comment: Option<String>,
    /// Outer ones first.
    pub(crate) scopes: Vec<Scope>,
    pub(crate) states: Vec<State>,
    /// States that are not drawn.
    pub(crate) omitted: usize,
}

/// One `States` object.
#[derive(Debug)]
pub(crate) struct Scope {
    pub(crate) parent: Option<StateId>,
    /// `/States/A/Branches[1]`; empty at the top.
    pub(crate) place: String,
    pub(crate) span: Range<usize>,
    pub(crate) states: Range<StateId>,
    pub(crate) start: Option<Target>,
}

#[derive(Debug)]
pub(crate) struct State {
    /// `/States/A/Branches[1]/States/B`
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) glyph: Glyph,
    pub(crate) subtitle: String,
    pub(crate) title: String,
    pub(crate) badges: Vec<Badge>,
    pub(crate) span: Range<usize>,
    pub(crate) name_span: Range<usize>,
    /// The scopes inside that are drawn.
    pub(crate) inner: Vec<ScopeId>,
    pub(crate) is_distributed: bool,
    pub(crate) exits: Vec<Exit>,
}

/// A way out of a state.
#[derive(Debug)]
pub(crate) struct Exit {
    pub(crate) kind: ExitKind,
    pub(crate) to: Target,
    /// The condition or the errors, whole; empty for `Next`.
    pub(crate) label: String,
    pub(crate) span: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitKind {
    Next,
    Rule(usize),
    Default,
    Catch(usize),
}

/// Where a transition leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    State(StateId),
    /// `"End": true`
    End,
    /// A name that no state of the scope has.
    Missing(String),
}

struct Pending<'t> {
    node: &'t Node,
    parent: Option<StateId>,
    place: String,
    depth: usize,
}

impl Machine {
    pub(crate) fn new(root: &Node) -> Machine {
        let mut machine = Machine { comment: text(root, "Comment"), ..Machine::default() };
        let mut queue = VecDeque::from([Pending { node: root, parent: None, place: String::new(), depth: 0 }]);
        while let Some(pending) = queue.pop_front() {
            machine.add_scope(pending, &mut queue);
        }
        machine
    }

    fn add_scope<'t>(&mut self, pending: Pending<'t>, queue: &mut VecDeque<Pending<'t>>) {
        let Pending { node, parent, place, depth } = pending;
        let entries = node.get("States").and_then(Node::as_object).unwrap_or_default();
        let drawn = entries.len().min(STATES_MAX.saturating_sub(self.states.len()));
        self.omitted += entries.len() - drawn;
        if drawn == 0 && parent.is_some() {
            return;
        }
        let (first, scope) = (self.states.len(), self.scopes.len());
        if let Some(parent) = parent {
            self.states[parent].inner.push(scope);
        }
        let ids: HashMap<&str, StateId> =
            entries[..drawn].iter().enumerate().map(|(position, entry)| (&*entry.key, first + position)).collect();
        for (position, entry) in entries[..drawn].iter().enumerate() {
            let id = format!("{place}/States/{}", id_part(&entry.key, position));
            self.add_state(entry, id, &ids);
            self.enqueue(entry, depth, queue);
        }
        let start = node.get("StartAt").and_then(Node::as_str).map(|name| target(name, &ids));
        let (span, states) = (node.span.clone(), first..self.states.len());
        self.scopes.push(Scope { parent, place, span, states, start });
    }

    fn add_state(&mut self, entry: &Entry, id: String, ids: &HashMap<&str, StateId>) {
        let node = &entry.value;
        let kind = Kind::of_type(node.get("Type").and_then(Node::as_str));
        let words = describe::state(node, kind);
        let mut title = words.title;
        if let Some(comment) = text(node, "Comment") {
            title = if title.is_empty() { comment } else { format!("{title}\n{comment}") };
        }
        self.states.push(State {
            id,
            name: entry.key.to_string(),
            kind,
            glyph: words.glyph,
            subtitle: words.subtitle,
            title,
            badges: words.badges,
            span: entry.key_span.start..node.span.end.max(entry.key_span.end),
            name_span: entry.key_span.clone(),
            inner: Vec::new(),
            is_distributed: describe::is_distributed(node),
            exits: exits(node, kind, ids),
        });
    }

    fn enqueue<'t>(&mut self, entry: &'t Entry, depth: usize, queue: &mut VecDeque<Pending<'t>>) {
        let parent = self.states.len() - 1;
        let state = &mut self.states[parent];
        let branches = match state.kind {
            Kind::Parallel => entry.value.get("Branches").and_then(Node::as_array).unwrap_or_default(),
            _ => &[],
        };
        let branches = branches.iter().enumerate().map(|(position, node)| (node, format!("Branches[{position}]")));
        let processors = ["ItemProcessor", "Iterator"].into_iter().filter(|_| state.kind == Kind::Map);
        let processors = processors.filter_map(|name| Some((entry.value.get(name)?, name.to_owned())));
        for (node, place) in branches.chain(processors) {
            if depth == DEPTH_MAX {
                self.omitted += node.get("States").and_then(Node::as_object).map_or(0, <[Entry]>::len);
                continue;
            }
            let place = format!("{}/{place}", state.id);
            queue.push_back(Pending { node, parent: Some(parent), place, depth: depth + 1 });
        }
    }
}

fn id_part(name: &str, position: usize) -> String {
    match name.char_indices().nth(NAME_CHARACTERS_MAX) {
        None => name.to_owned(),
        Some((end, _)) => format!("{}…{position}", &name[..end]),
    }
}

fn target(name: &str, ids: &HashMap<&str, StateId>) -> Target {
    ids.get(name).map_or_else(|| Target::Missing(shortened(name)), |&id| Target::State(id))
}

fn exits(node: &Node, kind: Kind, ids: &HashMap<&str, StateId>) -> Vec<Exit> {
    let mut exits = Vec::new();
    let mut add = |kind: ExitKind, next: Option<&Node>, label: String, span: &Range<usize>| {
        if let Some(name) = next.and_then(Node::as_str) {
            exits.push(Exit { kind, to: target(name, ids), label, span: span.clone() });
        }
    };
    if kind == Kind::Choice {
        for (position, rule) in node.get("Choices").and_then(Node::as_array).unwrap_or_default().iter().enumerate() {
            add(ExitKind::Rule(position), rule.get("Next"), condition::text(rule), &rule.span);
        }
        if let Some(default) = node.get("Default") {
            add(ExitKind::Default, Some(default), "Default".to_owned(), &default.span);
        }
    } else if !matches!(kind, Kind::Succeed | Kind::Fail) {
        if let Some(next) = node.get("Next") {
            add(ExitKind::Next, Some(next), String::new(), &next.span);
        }
        for (position, catcher) in node.get("Catch").and_then(Node::as_array).unwrap_or_default().iter().enumerate() {
            add(ExitKind::Catch(position), catcher.get("Next"), describe::errors(catcher), &catcher.span);
        }
        if let Some(end) = node.get("End").filter(|end| end.kind == asl::NodeKind::Bool(true)) {
            let exit = Exit { kind: ExitKind::Next, to: Target::End, label: String::new(), span: end.span.clone() };
            exits.insert(0, exit);
        }
    }
    exits
}

fn text(node: &Node, key: &str) -> Option<String> {
    node.get(key)?.as_str().filter(|text| !text.is_empty()).map(shortened)
}

/// A text of at most a tooltip's length.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(TITLE_CHARACTERS_MAX) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}
