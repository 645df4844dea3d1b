//! One scope as a layered graph. Items (states and marks) stand in even layers; every line passes the odd layer below its source, where its
//! label is, and where it goes further down it has a vertex in each layer, so that it never runs through anything. Catchers of one target
//! share these. What leads back up is a loop, kept apart until the order of the layers is known.

use super::steps::Steps;
use crate::machine::{Exit, ExitKind, Machine, ScopeId, StateId, Target};
use crate::scene::{Kind, Side};
use crate::text::{self, Type};
use std::collections::HashMap;

pub(crate) type VertexId = usize;
pub(crate) type LineId = usize;
pub(crate) type HopId = usize;

/// Widest label on a line, px.
const LABEL_WIDTH_MAX: i32 = 192;
/// Room around a label's text, px.
pub(crate) const LABEL_PADDING: i32 = 8;

/// The layer of what stands first: two are free for lines that arrive there from below.
const LAYER_FIRST: usize = 2;

/// What is drawn as a box or a mark.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    State(StateId),
    Start,
    Dot,
    End,
    Missing(String),
    Link(VertexId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// The item of the same number.
    Item,
    /// Where a line has its label, or would have.
    Stub(LineId),
    /// Where a line passes a layer.
    Lane,
    /// Where a loop passes a layer.
    Loop,
}

#[derive(Debug)]
pub(crate) struct Vertex {
    pub(crate) what: What,
    pub(crate) layer: usize,
    pub(crate) position: usize,
    /// What it takes at the left and right of its axis.
    pub(crate) left: i32,
    pub(crate) right: i32,
    pub(crate) height: i32,
    pub(crate) up: Vec<HopId>,
    pub(crate) down: Vec<HopId>,
}

/// A part of a line between neighbouring layers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hop {
    pub(crate) upper: VertexId,
    pub(crate) lower: VertexId,
    pub(crate) class: Class,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Class {
    Flow,
    Catch,
}

/// A transition.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) from: VertexId,
    pub(crate) to: VertexId,
    /// Position among the exits of the state it leaves; `None` from a start.
    pub(crate) exit: Option<usize>,
    pub(crate) class: Class,
    pub(crate) label: String,
    pub(crate) label_width: i32,
    pub(crate) way: Way,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Down: through its stub, then through the vertices of a chain from a position on.
    Down { stub: VertexId, chain: Option<(usize, usize)> },
    /// Up, as part of a loop.
    Back(usize),
}

/// Vertices from layer to layer down to a target.
#[derive(Debug)]
pub(crate) struct Chain {
    pub(crate) vertices: Vec<VertexId>,
    /// The line that is drawn along all of it; others join.
    pub(crate) owner: LineId,
}

/// Lines that lead back to one target.
#[derive(Debug)]
pub(crate) struct Loop {
    pub(crate) target: VertexId,
    pub(crate) class: Class,
    /// Deepest source first.
    pub(crate) lines: Vec<LineId>,
    pub(crate) layer_last: usize,
    /// From the target's layer down to the deepest source's.
    pub(crate) vertices: Vec<VertexId>,
    pub(crate) side: Side,
}

#[derive(Debug)]
pub(crate) struct Graph {
    pub(crate) items: Vec<Item>,
    pub(crate) is_reachable: Vec<bool>,
    pub(crate) vertices: Vec<Vertex>,
    pub(crate) layers: Vec<Vec<VertexId>>,
    pub(crate) hops: Vec<Hop>,
    pub(crate) lines: Vec<Line>,
    /// By item: the lines that leave it, in text order.
    pub(crate) lines_of: Vec<Vec<LineId>>,
    pub(crate) chains: Vec<Chain>,
    pub(crate) loops: Vec<Loop>,
    /// By item: how many states the longest way down from it has.
    pub(crate) heights: Vec<usize>,
    /// By item: width and height of its box, px.
    pub(crate) boxes: Vec<(i32, i32)>,
}

/// What is written on a line. Simple conditions differ at their ends, which say what a value is compared with.
fn label(exit: &Exit) -> String {
    let whole = text::fit_around(&exit.label, Type::Meta, LABEL_WIDTH_MAX, 35);
    let others = exit.label.matches(", ").count();
    let first = exit.label.split(", ").next().unwrap_or_default();
    match exit.kind {
        ExitKind::Catch(_) if others > 0 && whole.contains('…') => {
            let more = format!(" +{others}");
            let room = LABEL_WIDTH_MAX - text::width(&more, Type::Meta);
            format!("{}{more}", text::fit_end(first, Type::Meta, room))
        }
        ExitKind::Catch(_) => text::fit_end(&exit.label, Type::Meta, LABEL_WIDTH_MAX),
        _ if exit.label.contains(" and ") || exit.label.contains(" or ") => {
            text::fit_end(&exit.label, Type::Meta, LABEL_WIDTH_MAX)
        }
        _ => whole,
    }
}

/// What a walk over the lines finds.
struct Walk {
    /// Items, each before those its lines lead down to.
    order: Vec<VertexId>,
    is_back: Vec<bool>,
}

impl Graph {
    /// The graph of a scope; `size` gives width and height of an item.
    pub(crate) fn new(
        machine: &Machine,
        scope: ScopeId,
        size: impl Fn(&Item) -> (i32, i32),
        steps: &mut Steps,
    ) -> Graph {
        let mut graph = Graph::of_items(machine, scope);
        let walk = graph.walk(steps);
        graph.set_heights(machine, &walk);
        let mut layers = graph.layering(&walk, steps);
        let links = graph.links(&walk, &layers);
        for line in links {
            let name = graph.lines[line].to;
            graph.items.push(Item::Link(name));
            graph.is_reachable.push(true);
            graph.heights.push(0);
            graph.lines_of.push(Vec::new());
            layers.push(layers[graph.lines[line].from] + 2);
            graph.lines[line].to = graph.items.len() - 1;
        }
        for (item, layer) in layers.iter().enumerate() {
            let (width, height) = size(&graph.items[item]);
            graph.boxes.push((width, height));
            graph.add_vertex(What::Item, *layer, width, height);
        }
        graph.add_lines(&walk, steps);
        graph
    }

    fn of_items(machine: &Machine, scope: ScopeId) -> Graph {
        let scope = &machine.scopes[scope];
        let first = scope.states.start;
        let items: Vec<Item> = scope.states.clone().map(Item::State).collect();
        let mut graph = Graph {
            lines_of: vec![Vec::new(); items.len()],
            items,
            is_reachable: Vec::new(),
            vertices: Vec::new(),
            layers: Vec::new(),
            hops: Vec::new(),
            lines: Vec::new(),
            chains: Vec::new(),
            loops: Vec::new(),
            heights: Vec::new(),
            boxes: Vec::new(),
        };
        let is_top = scope.parent.is_none();
        let mut missing = HashMap::new();
        let mut end = None;
        for id in scope.states.clone() {
            for (position, exit) in machine.states[id].exits.iter().enumerate() {
                let to = match &exit.to {
                    Target::State(to) => to - first,
                    Target::End if is_top => *end.get_or_insert_with(|| graph.add_item(Item::End)),
                    Target::End => continue,
                    Target::Missing(name) => graph.missing(&mut missing, name),
                };
                let class = if matches!(exit.kind, ExitKind::Catch(_)) { Class::Catch } else { Class::Flow };
                let label = label(exit);
                graph.add_line(id - first, to, Some(position), class, label);
            }
        }
        if let Some(start) = &scope.start {
            let to = match start {
                Target::State(to) => to - first,
                Target::Missing(name) => graph.missing(&mut missing, name),
                Target::End => unreachable!("a start names a state"),
            };
            let from = graph.add_item(if is_top { Item::Start } else { Item::Dot });
            graph.add_line(from, to, None, Class::Flow, String::new());
        }
        graph
    }

    fn add_item(&mut self, item: Item) -> VertexId {
        self.items.push(item);
        self.lines_of.push(Vec::new());
        self.items.len() - 1
    }

    fn missing<'m>(&mut self, known: &mut HashMap<&'m str, VertexId>, name: &'m str) -> VertexId {
        *known.entry(name).or_insert_with(|| self.add_item(Item::Missing(name.to_owned())))
    }

    fn add_line(&mut self, from: VertexId, to: VertexId, exit: Option<usize>, class: Class, label: String) {
        let label_width = if label.is_empty() { 0 } else { text::width(&label, Type::Meta) + 2 * LABEL_PADDING };
        self.lines_of[from].push(self.lines.len());
        let way = Way::Back(usize::MAX);
        self.lines.push(Line { from, to, exit, class, label, label_width, way });
    }

    /// The item where everything begins.
    pub(crate) fn start(&self) -> Option<VertexId> {
        self.items.iter().rposition(|item| matches!(item, Item::Start | Item::Dot))
    }

    /// Walks the lines depth first, from the start and then from what is left, in text order. A line to an item that is still open leads back.
    fn walk(&mut self, steps: &mut Steps) -> Walk {
        #[derive(Clone, Copy, PartialEq)]
        enum Mark {
            Unseen,
            Open,
            Done,
        }
        let mut marks = vec![Mark::Unseen; self.items.len()];
        let mut is_back = vec![false; self.lines.len()];
        let mut done = Vec::with_capacity(self.items.len());
        self.is_reachable = vec![false; self.items.len()];
        let mut has_source = vec![false; self.items.len()];
        self.lines.iter().filter(|line| line.from != line.to).for_each(|line| has_source[line.to] = true);
        let heads = (0..self.items.len()).filter(|&item| !has_source[item]);
        let start = self.start();
        for (turn, root) in start.into_iter().chain(heads).chain(0..self.items.len()).enumerate() {
            if marks[root] != Mark::Unseen {
                continue;
            }
            let mut stack = vec![(root, 0)];
            while let Some((item, next)) = stack.pop() {
                steps.add(1);
                marks[item] = Mark::Open;
                self.is_reachable[item] |= turn == 0 && start.is_some();
                let Some(&line) = self.lines_of[item].get(next) else {
                    marks[item] = Mark::Done;
                    done.push(item);
                    continue;
                };
                stack.push((item, next + 1));
                let to = self.lines[line].to;
                match marks[to] {
                    Mark::Unseen => stack.push((to, 0)),
                    Mark::Open => is_back[line] = true,
                    Mark::Done => {}
                }
            }
        }
        done.reverse();
        Walk { order: done, is_back }
    }

    fn set_heights(&mut self, machine: &Machine, walk: &Walk) {
        self.heights = vec![0; self.items.len()];
        for &item in walk.order.iter().rev() {
            let own = match &self.items[item] {
                Item::State(id) if machine.states[*id].kind == Kind::Fail => 0,
                Item::Missing(_) => 0,
                _ => 1,
            };
            let below = self.lines_of[item].iter().filter(|&&line| !walk.is_back[line]);
            let below = below.filter(|&&line| self.lines[line].class == Class::Flow);
            let below = below.map(|&line| self.heights[self.lines[line].to]).max().unwrap_or(0);
            self.heights[item] = own + below;
        }
    }

    /// The layer of every item: two below the lowest of its sources; what has none right above its highest target.
    fn layering(&self, walk: &Walk, steps: &mut Steps) -> Vec<usize> {
        let mut layers = vec![LAYER_FIRST; self.items.len()];
        let mut has_source = vec![false; self.items.len()];
        for &item in &walk.order {
            for &line in self.lines_of[item].iter().filter(|&&line| !walk.is_back[line]) {
                steps.add(1);
                let to = self.lines[line].to;
                layers[to] = layers[to].max(layers[item] + 2);
                has_source[to] = true;
            }
        }
        for &item in walk.order.iter().filter(|&&item| !has_source[item]) {
            let targets = self.lines_of[item].iter().filter(|&&line| !walk.is_back[line]);
            let highest = targets.map(|&line| layers[self.lines[line].to]).min();
            layers[item] = highest.map_or(layers[item], |layer| layer - 2);
        }
        layers
    }

    /// The lines for which there is no room: all lines together may take a multiple of the graph's size, short ones first.
    fn links(&self, walk: &Walk, layers: &[usize]) -> Vec<LineId> {
        let mut room = 8 * (self.items.len() + self.lines.len()) + 400;
        let mut by_span: Vec<(usize, LineId)> = (0..self.lines.len())
            .map(|line| (layers[self.lines[line].from].abs_diff(layers[self.lines[line].to]), line))
            .collect();
        by_span.sort_unstable();
        let mut lowest: HashMap<(VertexId, Class, bool), usize> = HashMap::new();
        let mut links = Vec::new();
        for (span, line) in by_span {
            let Line { to, class, .. } = self.lines[line];
            let is_shared = class == Class::Catch || walk.is_back[line];
            let known = is_shared.then(|| lowest.entry((to, class, walk.is_back[line])).or_default());
            let cost = span.saturating_sub(known.as_ref().map_or(0, |known| **known));
            if cost > room {
                links.push(line);
                continue;
            }
            room -= cost;
            if let Some(known) = known {
                *known = (*known).max(span);
            }
        }
        links.sort_unstable();
        links
    }

    fn add_vertex(&mut self, what: What, layer: usize, width: i32, height: i32) -> VertexId {
        let (left, right) = (width / 2, width - width / 2);
        self.vertices.push(Vertex { what, layer, position: 0, left, right, height, up: Vec::new(), down: Vec::new() });
        self.vertices.len() - 1
    }

    pub(crate) fn add_hop(&mut self, upper: VertexId, lower: VertexId, class: Class) {
        let hop = self.hops.len();
        self.hops.push(Hop { upper, lower, class });
        self.vertices[upper].down.push(hop);
        self.vertices[lower].up.push(hop);
    }

    fn add_lines(&mut self, walk: &Walk, steps: &mut Steps) {
        let mut order: Vec<LineId> = (0..self.lines.len()).collect();
        order.sort_by_key(|&line| self.vertices[self.lines[line].from].layer);
        let mut chains: HashMap<(VertexId, Class, Option<VertexId>), usize> = HashMap::new();
        let mut loops: HashMap<(VertexId, Class), usize> = HashMap::new();
        for line in order {
            let Line { from, to, class, .. } = self.lines[line];
            let is_link = matches!(self.items[to], Item::Link(_));
            self.lines[line].way = if walk.is_back[line] && !is_link {
                let back = *loops.entry((to, class)).or_insert_with(|| self.add_loop(to, class));
                self.loops[back].layer_last = self.vertices[from].layer;
                self.loops[back].lines.insert(0, line);
                Way::Back(back)
            } else {
                self.add_down(line, &mut chains, steps)
            };
        }
    }

    fn add_loop(&mut self, target: VertexId, class: Class) -> usize {
        let (lines, vertices, side) = (Vec::new(), Vec::new(), Side::Left);
        self.loops.push(Loop { target, class, lines, layer_last: 0, vertices, side });
        self.loops.len() - 1
    }

    fn add_down(
        &mut self,
        line: LineId,
        chains: &mut HashMap<(VertexId, Class, Option<VertexId>), usize>,
        steps: &mut Steps,
    ) -> Way {
        let Line { from, to, class, label_width, .. } = self.lines[line];
        let (top, bottom) = (self.vertices[from].layer, self.vertices[to].layer);
        let height = if label_width > 0 { 20 } else { 0 };
        let stub = self.add_vertex(What::Stub(line), top + 1, label_width, height);
        self.add_hop(from, stub, class);
        if bottom == top + 2 {
            self.add_hop(stub, to, class);
            return Way::Down { stub, chain: None };
        }
        let key = (to, class, Some(from).filter(|_| class == Class::Flow));
        let chain = *chains.entry(key).or_insert_with(|| {
            steps.add(bottom - top);
            let vertices: Vec<VertexId> =
                (top + 2..bottom).map(|layer| self.add_vertex(What::Lane, layer, 0, 0)).collect();
            for pair in vertices.windows(2) {
                self.add_hop(pair[0], pair[1], class);
            }
            self.add_hop(vertices[vertices.len() - 1], to, class);
            self.chains.push(Chain { vertices, owner: line });
            self.chains.len() - 1
        });
        let first = self.vertices[self.chains[chain].vertices[0]].layer;
        let position = top + 2 - first;
        self.add_hop(stub, self.chains[chain].vertices[position], class);
        Way::Down { stub, chain: Some((chain, position)) }
    }

    /// The vertex of a loop in a layer.
    pub(crate) fn add_loop_vertex(&mut self, layer: usize) -> VertexId {
        self.add_vertex(What::Loop, layer, 0, 0)
    }
}
