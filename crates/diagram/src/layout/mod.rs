//! From the machine to the scene: inner scopes first, because states that hold them are as large as they are.
//!
//! A scope goes through `graph` (layers), `order` (positions in them), `loops` (what leads back up), `columns` (x) and `routes` (y and corners). The
//! work grows with the size of the definition, whatever its shape: lines that would need too much room become links.

mod block;
mod columns;
mod container;
mod graph;
mod loops;
mod order;
mod routes;
mod steps;

use crate::machine::{ExitKind, Machine, ScopeId, StateId};
use crate::scene::{Edge, EdgeKind, Kind, Label, Node, Point, Rect, Scene};
use crate::text::{self, Type};
use block::Block;
use container::{Container, even};
use graph::{Item, LineId};
use steps::Steps;

/// Least width of a state's box, px.
const STATE_WIDTH: i32 = 220;
/// Most, for long names.
const STATE_WIDTH_MAX: i32 = 300;
/// Widths between these go up in steps, so that most boxes are alike.
const STATE_WIDTH_STEP: i32 = 20;
/// Height of a state's box, px.
const STATE_HEIGHT: i32 = 56;
/// What is left of the name: glyph and the room around it, px.
pub(crate) const BEFORE_NAME: i32 = 50;
/// What is right of it, px.
const AFTER_NAME: i32 = 12;
/// Width of a badge with its distance, px.
pub(crate) const BADGE_STEP: i32 = 20;
/// Height of a label on a line, px.
const LABEL_HEIGHT: i32 = 20;
/// Room around the whole picture, px.
const MARGIN: i32 = 24;
/// Widest name of a mark, px.
const MARK_TEXT_MAX: i32 = 180;

/// Lays a machine out; also how many steps that took.
pub(crate) fn lay_out(machine: &Machine) -> (Scene, u64) {
    let mut steps = Steps::default();
    let mut blocks: Vec<Option<Block>> = (0..machine.scopes.len()).map(|_| None).collect();
    let mut containers: Vec<Option<Container>> = vec![None; machine.states.len()];
    for scope in (0..machine.scopes.len()).rev() {
        let block = Block::new(machine, scope, |item| size(machine, &containers, item), &mut steps);
        blocks[scope] = Some(block);
        let Some(parent) = machine.scopes[scope].parent else { continue };
        let inner = &machine.states[parent].inner;
        if inner.first() == Some(&scope) {
            let inner: Vec<&Block> = inner.iter().filter_map(|&scope| blocks[scope].as_ref()).collect();
            containers[parent] = Some(Container::new(machine.states[parent].kind, &inner, head_width(machine, parent)));
        }
    }
    let blocks = blocks.into_iter().map(|block| block.expect("every scope was laid out")).collect();
    let mut writer = Writer { machine, blocks, containers, scene: Scene::default() };
    writer.scope(0, MARGIN, MARGIN, None);
    let top = &writer.blocks[0];
    let (width, height) = (top.width + 2 * MARGIN, top.height + 2 * MARGIN);
    let Machine { comment, omitted, .. } = machine;
    let scene = Scene { width, height, comment: comment.clone(), omitted: *omitted, ..writer.scene };
    (scene, steps.count())
}

fn name_width(machine: &Machine, id: StateId) -> i32 {
    let state = &machine.states[id];
    let badges = i32::try_from(state.badges.len()).unwrap_or(0) * BADGE_STEP;
    let name = text::width(&text::clean(&state.name), Type::Name) + badges;
    let subtitle = text::width(&text::clean(&state.subtitle), Type::Meta);
    BEFORE_NAME + name.max(subtitle.min(STATE_WIDTH)) + AFTER_NAME
}

fn state_width(machine: &Machine, id: StateId) -> i32 {
    let wanted = (name_width(machine, id) + STATE_WIDTH_STEP - 1) / STATE_WIDTH_STEP * STATE_WIDTH_STEP;
    wanted.clamp(STATE_WIDTH, STATE_WIDTH_MAX)
}

fn head_width(machine: &Machine, id: StateId) -> i32 {
    even(name_width(machine, id)).clamp(STATE_WIDTH, STATE_WIDTH_MAX)
}

/// Width and height of an item; both such that its axis is on a whole px.
fn size(machine: &Machine, containers: &[Option<Container>], item: &Item) -> (i32, i32) {
    match item {
        Item::State(id) => match &containers[*id] {
            Some(container) => (container.width, container.height),
            None => (state_width(machine, *id), STATE_HEIGHT),
        },
        Item::Start | Item::End => (64, 28),
        Item::Dot => (10, 10),
        Item::Missing(name) => (even(text::width(&mark_text(name), Type::Meta) + 44), 32),
        // The name is looked up when the link is written; room for the longest keeps this simple.
        Item::Link(_) => (MARK_TEXT_MAX + 20, 24),
    }
}

fn mark_text(name: &str) -> String {
    text::fit_middle(name, Type::Meta, MARK_TEXT_MAX)
}

struct Writer<'m> {
    machine: &'m Machine,
    blocks: Vec<Block>,
    containers: Vec<Option<Container>>,
    scene: Scene,
}

impl Writer<'_> {
    /// Writes a scope whose corner is at a place.
    fn scope(&mut self, scope: ScopeId, x: i32, y: i32, parent: Option<usize>) {
        let items = self.blocks[scope].graph.items.len();
        let mut nodes = Vec::with_capacity(items);
        for item in 0..items {
            let rect = self.blocks[scope].rect(item).moved(x, y);
            nodes.push(self.scene.nodes.len());
            let node = self.node(scope, item, rect, parent);
            self.scene.nodes.push(node);
            if let Item::State(id) = self.blocks[scope].graph.items[item] {
                self.inside(id, rect);
            }
        }
        let first = self.scene.edges.len();
        for line in 0..self.blocks[scope].graph.lines.len() {
            let edge = self.edge(scope, line, (x, y), &nodes, first);
            self.scene.edges.push(edge);
        }
    }

    fn inside(&mut self, id: StateId, rect: Rect) {
        let Some(container) = self.containers[id].take() else { return };
        let machine = self.machine;
        let (state, outer) = (&machine.states[id], self.scene.nodes.len() - 1);
        for ((&scope, frame), shift) in state.inner.iter().zip(&container.frames).zip(&container.shifts) {
            let frame = frame.moved(rect.x, rect.y);
            let mut parent = outer;
            if state.kind == Kind::Parallel {
                let inner = &machine.scopes[scope];
                parent = self.scene.nodes.len();
                let span = Some(inner.span.clone());
                let is_reachable = self.scene.nodes[outer].is_reachable;
                let id = inner.place.clone();
                self.scene.nodes.push(Node {
                    id,
                    span,
                    is_reachable,
                    is_container: true,
                    ..mark(Kind::Branch, frame, Some(outer))
                });
            }
            let margin = (frame.width - self.blocks[scope].width) / 2 + shift;
            self.scope(scope, frame.x + margin, frame.y + container.padding, Some(parent));
        }
    }

    fn node(&self, scope: ScopeId, item: usize, rect: Rect, parent: Option<usize>) -> Node {
        let graph = &self.blocks[scope].graph;
        let place = &self.machine.scopes[scope].place;
        let named = |kind: Kind, id: String, name: &str| {
            let (name, label) = (text::clean(name), mark_text(name));
            Node { id, name, label, is_reachable: graph.is_reachable[item], ..mark(kind, rect, parent) }
        };
        match &graph.items[item] {
            Item::State(id) => self.state(*id, graph.is_reachable[item], rect, parent),
            Item::Start => Node { label: "Start".to_owned(), ..named(Kind::Start, format!("{place}#start"), "") },
            Item::Dot => named(Kind::Dot, format!("{place}#start"), ""),
            Item::End => Node { label: "End".to_owned(), ..named(Kind::End, format!("{place}#end"), "") },
            Item::Missing(name) => {
                let id = format!("{place}#missing:{}", text::clean(name));
                Node { title: "There is no such state here".to_owned(), ..named(Kind::Missing, id, name) }
            }
            Item::Link(to) => {
                let name = match &graph.items[*to] {
                    Item::State(to) => &self.machine.states[*to].name,
                    Item::Missing(name) => name,
                    Item::Start | Item::Dot | Item::End | Item::Link(_) => "End",
                };
                named(Kind::Link, format!("{place}#link{item}"), name)
            }
        }
    }

    fn state(&self, id: StateId, is_reachable: bool, rect: Rect, parent: Option<usize>) -> Node {
        let state = &self.machine.states[id];
        let room = rect.width - BEFORE_NAME - AFTER_NAME;
        let badges = i32::try_from(state.badges.len()).unwrap_or(0) * BADGE_STEP;
        Node {
            id: state.id.clone(),
            name: state.name.clone(),
            label: text::fit_middle(&state.name, Type::Name, room - badges),
            subtitle: text::fit_end(&state.subtitle, Type::Meta, room),
            title: state.title.clone(),
            glyph: Some(state.glyph),
            badges: state.badges.clone(),
            is_container: !state.inner.is_empty(),
            is_distributed: state.is_distributed,
            is_reachable,
            span: Some(state.span.clone()),
            name_span: Some(state.name_span.clone()),
            ..mark(state.kind, rect, parent)
        }
    }

    fn edge(&self, scope: ScopeId, line: LineId, (x, y): (i32, i32), nodes: &[usize], first: usize) -> Edge {
        let block = &self.blocks[scope];
        let (graph, route) = (&block.graph, &block.routes.lines[line]);
        let drawn = &graph.lines[line];
        let exit = match (&graph.items[drawn.from], drawn.exit) {
            (Item::State(id), Some(exit)) => Some((&self.machine.states[*id], &self.machine.states[*id].exits[exit])),
            _ => None,
        };
        let (id, kind) = match exit {
            None => (format!("{}/StartAt", self.machine.scopes[scope].place), EdgeKind::Start),
            Some((state, exit)) => match exit.kind {
                ExitKind::Next if exit.to == crate::machine::Target::End => {
                    (format!("{}/End", state.id), EdgeKind::Next)
                }
                ExitKind::Next => (format!("{}/Next", state.id), EdgeKind::Next),
                ExitKind::Rule(rule) => (format!("{}/Choices[{rule}]", state.id), EdgeKind::Rule(rule)),
                ExitKind::Default => (format!("{}/Default", state.id), EdgeKind::Default),
                ExitKind::Catch(catcher) => (format!("{}/Catch[{catcher}]", state.id), EdgeKind::Catch(catcher)),
            },
        };
        let label = route.label.filter(|_| drawn.label_width > 0).map(|middle| Label {
            rect: Rect {
                x: x + middle.x - drawn.label_width / 2,
                y: y + middle.y - LABEL_HEIGHT / 2,
                width: drawn.label_width,
                height: LABEL_HEIGHT,
            },
            text: drawn.label.clone(),
        });
        Edge {
            id,
            kind,
            from: nodes[drawn.from],
            from_side: route.from_side,
            to: nodes[drawn.to],
            points: route.points.iter().map(|point| Point { x: x + point.x, y: y + point.y }).collect(),
            joins: route.joins.map(|line| first + line),
            is_loop: matches!(drawn.way, graph::Way::Back(_)),
            label,
            title: exit.map(|(_, exit)| text::clean_lines(&exit.label)).unwrap_or_default(),
            span: exit.map(|(_, exit)| exit.span.clone()),
        }
    }
}

fn mark(kind: Kind, rect: Rect, parent: Option<usize>) -> Node {
    Node {
        id: String::new(),
        kind,
        parent,
        rect,
        name: String::new(),
        label: String::new(),
        subtitle: String::new(),
        title: String::new(),
        glyph: None,
        badges: Vec::new(),
        is_container: false,
        is_distributed: false,
        is_reachable: true,
        span: None,
        name_span: None,
    }
}
