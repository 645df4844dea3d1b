//! A definition as far as a history needs it: which states there are in which scope, under which place, and where they lead. Read from the
//! tree, so that a definition with errors has one too. Places are those of the pictures of the crate `diagram`.

use asl::{Entry, Node, NodeKind};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// Characters of a name that a place repeats: AWS allows no longer ones.
const NAME_CHARACTERS_MAX: usize = 80;

/// Position of a scope, a `States` object; 0 is the top.
pub type ScopeId = usize;

/// The states of a definition by scope.
#[derive(Debug, Default)]
pub struct Outline {
    scopes: Vec<Scope>,
}

#[derive(Debug)]
struct Scope {
    place: String,
    states: HashMap<String, State>,
}

/// One state.
#[derive(Debug)]
pub(crate) struct State {
    /// `/States/A/Branches[1]/States/B`
    pub place: Arc<str>,
    /// Branches or processor.
    pub inner: Vec<ScopeId>,
    /// Places of its ways out and the states they lead to; nowhere if the scope ends.
    exits: Vec<Exit>,
    /// Whether a task token ends its work.
    pub waits_for_token: bool,
}

#[derive(Debug)]
struct Exit {
    place: Arc<str>,
    to: Option<String>,
    /// The errors a Catcher names; nothing of other ways.
    errors: Option<Vec<String>>,
}

impl Outline {
    /// Reads a definition in JSON. A text that is none has no states.
    pub fn of(text: &str) -> Outline {
        let mut outline = Outline::default();
        let (Some(tree), _) = asl::tree::parse_json(text) else { return outline };
        let mut queue = VecDeque::from([(&tree, String::new())]);
        let mut scopes = 1;
        while let Some((node, place)) = queue.pop_front() {
            let mut states = HashMap::new();
            let entries = node.get("States").and_then(Node::as_object).unwrap_or_default();
            for (position, entry) in entries.iter().enumerate() {
                let state_place = format!("{place}/States/{}", name_part(&entry.key, position));
                let mut inner = Vec::new();
                for (scope, part) in scopes_of(entry) {
                    inner.push(scopes);
                    scopes += 1;
                    queue.push_back((scope, format!("{state_place}/{part}")));
                }
                states.insert(entry.key.to_string(), State::of(&entry.value, state_place, inner));
            }
            outline.scopes.push(Scope { place, states });
        }
        outline
    }

    pub(crate) fn state(&self, scope: Option<ScopeId>, name: &str) -> Option<&State> {
        self.scopes.get(scope?)?.states.get(name)
    }

    /// Where a scope's first way begins.
    pub(crate) fn start(&self, scope: Option<ScopeId>) -> Option<Arc<str>> {
        Some(format!("{}/StartAt", self.scopes.get(scope?)?.place).into())
    }

    /// The branch of a Parallel state, or the processor of a Map state, that a state of this name is in.
    pub(crate) fn inner_with(&self, of: &State, name: &str) -> Option<(usize, ScopeId)> {
        let inner = of.inner.iter().copied().enumerate();
        inner
            .into_iter()
            .find(|(_, scope)| self.scopes.get(*scope).is_some_and(|scope| scope.states.contains_key(name)))
    }
}

impl State {
    fn of(node: &Node, place: String, inner: Vec<ScopeId>) -> State {
        let mut exits = Vec::new();
        let mut add = |part: String, to: Option<&Node>, errors: Option<Vec<String>>| {
            if let Some(to) = to.and_then(Node::as_str) {
                exits.push(Exit { place: format!("{place}/{part}").into(), to: Some(to.to_owned()), errors });
            }
        };
        add("Next".to_owned(), node.get("Next"), None);
        for (position, rule) in node.get("Choices").and_then(Node::as_array).unwrap_or_default().iter().enumerate() {
            add(format!("Choices[{position}]"), rule.get("Next"), None);
        }
        add("Default".to_owned(), node.get("Default"), None);
        for (position, catcher) in node.get("Catch").and_then(Node::as_array).unwrap_or_default().iter().enumerate() {
            let errors = catcher.get("ErrorEquals").and_then(Node::as_array).unwrap_or_default();
            let errors = errors.iter().filter_map(Node::as_str).map(str::to_owned).collect();
            add(format!("Catch[{position}]"), catcher.get("Next"), Some(errors));
        }
        if node.get("End").is_some_and(|end| end.kind == NodeKind::Bool(true)) {
            exits.push(Exit { place: format!("{place}/End").into(), to: None, errors: None });
        }
        let resource = node.get("Resource").and_then(Node::as_str).unwrap_or_default();
        let waits_for_token = resource.ends_with(".waitForTaskToken");
        State { place: place.into(), inner, exits, waits_for_token }
    }

    /// Whether only a Catcher leads to this state.
    pub(crate) fn is_caught_by(&self, next: &str) -> bool {
        let leads = |exit: &&Exit| exit.to.as_deref() == Some(next);
        self.exits.iter().any(|exit| leads(&exit) && exit.errors.is_some())
            && !self.exits.iter().any(|exit| leads(&exit) && exit.errors.is_none())
    }

    /// The way out that was taken; of several rules to the same state, the first.
    pub(crate) fn exit(&self, next: Option<&str>, caught: Option<&str>) -> Option<Arc<str>> {
        let mut ways = self.exits.iter().filter(|exit| exit.to.as_deref() == next);
        let way = match caught {
            None => ways.find(|exit| exit.errors.is_none()),
            Some(error) => {
                let names = |exit: &&Exit| {
                    let errors = exit.errors.as_deref().unwrap_or_default();
                    errors.iter().any(|known| known == error || known == "States.ALL")
                };
                let first = ways.clone().find(|exit| exit.errors.is_some());
                ways.find(names).or(first)
            }
        };
        way.map(|exit| exit.place.clone())
    }
}

fn scopes_of(entry: &Entry) -> Vec<(&Node, String)> {
    let node = &entry.value;
    match node.get("Type").and_then(Node::as_str) {
        Some("Parallel") => {
            let branches = node.get("Branches").and_then(Node::as_array).unwrap_or_default();
            branches.iter().enumerate().map(|(position, branch)| (branch, format!("Branches[{position}]"))).collect()
        }
        Some("Map") => ["ItemProcessor", "Iterator"]
            .into_iter()
            .filter_map(|name| Some((node.get(name)?, name.to_owned())))
            .collect(),
        _ => Vec::new(),
    }
}

fn name_part(name: &str, position: usize) -> String {
    match name.char_indices().nth(NAME_CHARACTERS_MAX) {
        None => name.to_owned(),
        Some((end, _)) => format!("{}…{position}", &name[..end]),
    }
}
