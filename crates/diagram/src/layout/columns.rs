//! The x of every vertex. What should be straight is tied into columns first, the main line before all; columns then move towards what they are
//! connected with, as far as their neighbours allow.

use super::graph::{Class, Graph, Hop, HopId, Item, LineId, VertexId, Way, What};
use super::steps::Steps;
use std::collections::BTreeMap;

/// Least distance between boxes beside each other, px.
const BOX_GAP: i32 = 40;
/// Between labels, px.
const LABEL_GAP: i32 = 16;
/// Between lines, or a line and a box, px.
const LINE_GAP: i32 = 24;

/// Half the width of a box whose catchers leave it below rather than at a side that is far away, px.
const WIDE_HALF: i32 = 170;
/// How far from the axis they do, px.
const UNDER_WIDE: i32 = 120;

/// How many columns are moved to make room for one.
const PUSHED_MAX: usize = 24;

/// How often columns are moved, from right to left and back.
const ROUNDS: usize = 8;

/// A catcher's line leaves a box's lower edge no nearer to its corner than this, px.
pub(crate) const CORNER: i32 = 12;
/// One that leaves at the side turns down no nearer to the box than this, px.
const TURN: i32 = 16;

/// The axis of every vertex; the leftmost edge is at 0.
pub(crate) fn columns(graph: &Graph, steps: &mut Steps) -> Vec<i32> {
    let main = MainLines::of(graph, steps);
    let column_of = Alignment::of(graph, &main, steps);
    let columns = Columns::new(graph, column_of, &main, steps);
    let mut places = columns.leftmost(steps);
    for _ in 0..ROUNDS {
        columns.pull(&mut places, steps);
    }
    columns.clear_corners(graph, &mut places);
    let left = |vertex: VertexId| places[columns.column_of[vertex]] - graph.vertices[vertex].left;
    let least = (0..graph.vertices.len()).map(left).min().unwrap_or(0);
    (0..graph.vertices.len()).map(|vertex| places[columns.column_of[vertex]] - least).collect()
}

/// Which vertices stand straight below each other.
struct Alignment<'g> {
    graph: &'g Graph,
    below: Vec<Option<VertexId>>,
    above: Vec<Option<VertexId>>,
    /// By layer: positions tied to positions in the next one. Two never cross.
    ties: Vec<BTreeMap<usize, usize>>,
}

impl<'g> Alignment<'g> {
    /// The column of each vertex.
    fn of(graph: &'g Graph, main: &MainLines, steps: &mut Steps) -> Vec<usize> {
        let count = graph.vertices.len();
        let ties = vec![BTreeMap::new(); graph.layers.len()];
        let mut alignment = Alignment { graph, below: vec![None; count], above: vec![None; count], ties };
        main.spine.iter().for_each(|&line| alignment.tie_line(line));
        for chain in &graph.chains {
            alignment.tie_all(&chain.vertices);
        }
        for back in &graph.loops {
            alignment.tie_all(&back.vertices);
        }
        main.others.iter().for_each(|&line| alignment.tie_line(line));
        for line in main.ways.iter().filter_map(|ways| middle(ways)) {
            if let Way::Down { stub, .. } = graph.lines[line].way {
                alignment.tie(graph.lines[line].from, stub);
            }
        }
        for hop in 0..graph.hops.len() {
            steps.add(1);
            if main.is_free(graph, hop) {
                alignment.tie(graph.hops[hop].upper, graph.hops[hop].lower);
            }
        }
        alignment.numbered()
    }

    fn tie_line(&mut self, line: LineId) {
        let path = self.graph.path(line);
        self.tie_all(&path);
    }

    fn tie_all(&mut self, path: &[VertexId]) {
        for pair in path.windows(2) {
            self.tie(pair[0], pair[1]);
        }
    }

    fn tie(&mut self, upper: VertexId, lower: VertexId) {
        if self.below[upper].is_some() || self.above[lower].is_some() {
            return;
        }
        let (a, b) = (&self.graph.vertices[upper], &self.graph.vertices[lower]);
        let ties = &mut self.ties[a.layer];
        let is_left_clear = ties.range(..a.position).next_back().is_none_or(|(_, &below)| below < b.position);
        let is_right_clear = ties.range(a.position..).next().is_none_or(|(_, &below)| below > b.position);
        if is_left_clear && is_right_clear {
            ties.insert(a.position, b.position);
            self.below[upper] = Some(lower);
            self.above[lower] = Some(upper);
        }
    }

    fn numbered(&self) -> Vec<usize> {
        let mut columns = vec![usize::MAX; self.graph.vertices.len()];
        let heads = self.graph.layers.iter().flatten().filter(|&&vertex| self.above[vertex].is_none());
        for (column, &head) in heads.enumerate() {
            let mut next = Some(head);
            while let Some(vertex) = next {
                columns[vertex] = column;
                next = self.below[vertex];
            }
        }
        columns
    }
}

/// Which lines go straight on.
struct MainLines {
    /// From the start along the longest way.
    spine: Vec<LineId>,
    /// Of the other items.
    others: Vec<LineId>,
    /// By item: the lines along the longest way down.
    ways: Vec<Vec<LineId>>,
    /// By line: whether it is one of these.
    is_way: Vec<bool>,
    /// By item: the lines from above that it stands in the middle of.
    arriving: Vec<Vec<LineId>>,
    /// By item: the item above at which the ways part that come together here.
    fork_of: Vec<Option<VertexId>>,
}

impl MainLines {
    fn of(graph: &Graph, steps: &mut Steps) -> MainLines {
        let count = graph.items.len();
        let ways: Vec<Vec<LineId>> = (0..count).map(|item| longest(graph, item, steps)).collect();
        let arriving = arriving(graph, &ways);
        let spine_items = spine_items(graph, &ways);
        let fork_of = forks(graph, &ways, &spine_items, steps);
        let mut is_way = vec![false; graph.lines.len()];
        ways.iter().flatten().for_each(|&line| is_way[line] = true);
        let mut main = MainLines { spine: Vec::new(), others: Vec::new(), ways, is_way, arriving, fork_of };
        for item in 0..count {
            let lines = &main.arriving[item];
            let line = if is_level(graph, lines) { middle(lines) } else { deepest(graph, lines) };
            let Some(line) = line.filter(|_| main.fork_of[item].is_none()) else { continue };
            if lines.len() > 1 || !main.is_fork(graph.lines[line].from) {
                main.others.push(line);
            }
        }
        let straight = (0..count).filter(|&item| spine_items[item]).filter_map(|item| middle(&main.ways[item]));
        main.spine = straight.filter(|&line| main.fork_of[graph.lines[line].to].is_none()).collect();
        main.spine.sort_by_key(|&line| source_layer(graph, line));
        main
    }

    /// Whether an item stands in the middle above an even number of equal ways.
    fn is_fork(&self, item: VertexId) -> bool {
        self.ways[item].len().is_multiple_of(2) && !self.ways[item].is_empty()
    }

    /// Whether a line takes part in where its source is.
    fn moves_source(&self, line: LineId) -> bool {
        self.is_way[line]
    }

    /// Whether a vertex from which an item is reached takes part in where the item is.
    fn moves_target(&self, graph: &Graph, vertex: VertexId, item: VertexId) -> bool {
        let lines = &self.arriving[item];
        lines.is_empty() || lines.len() < 8 && lines.iter().any(|&line| graph.last_of(line) == vertex)
    }

    /// Whether a hop may be straight although it is on no main line: if there is nothing else it could be straight with.
    fn is_free(&self, graph: &Graph, hop: HopId) -> bool {
        let hop = graph.hops[hop];
        let is_item = |vertex: VertexId| graph.vertices[vertex].what == What::Item;
        let leaves_many = is_item(hop.upper) && (self.is_fork(hop.upper) || graph.vertices[hop.upper].down.len() > 1);
        let meets_many = is_item(hop.lower) && graph.vertices[hop.lower].up.len() > 1;
        !leaves_many && !meets_many
    }
}

/// By item: whether the longest way from the start leads there.
fn spine_items(graph: &Graph, ways: &[Vec<LineId>]) -> Vec<bool> {
    let mut is_spine = vec![false; graph.items.len()];
    let mut next = graph.start();
    while let Some(item) = next {
        is_spine[item] = true;
        let way = middle(&ways[item]).or_else(|| ways[item].first().copied());
        next = way.map(|line| graph.lines[line].to);
    }
    is_spine
}

/// How far down the place is looked for where ways come together again.
const JOIN_DISTANCE_MAX: usize = 64;

/// By item: the fork whose ways come together there; the outermost.
fn forks(graph: &Graph, ways: &[Vec<LineId>], is_spine: &[bool], steps: &mut Steps) -> Vec<Option<VertexId>> {
    let mut fork_of: Vec<Option<VertexId>> = vec![None; graph.items.len()];
    let walk = |line: LineId| {
        let next = |&item: &VertexId| ways[item].first().map(|&line| graph.lines[line].to);
        std::iter::successors(Some(graph.lines[line].to), next).take(JOIN_DISTANCE_MAX)
    };
    for fork in 0..graph.items.len() {
        let [first, .., last] = ways[fork][..] else { continue };
        steps.add(JOIN_DISTANCE_MAX);
        let of_first: std::collections::HashSet<VertexId> = walk(first).collect();
        let Some(join) = walk(last).find(|item| of_first.contains(item)) else { continue };
        let is_outer = fork_of[join].is_none_or(|other| graph.vertices[fork].layer < graph.vertices[other].layer);
        if is_outer && (is_spine[fork] || !is_spine[join]) {
            fork_of[join] = Some(fork);
        }
    }
    // Below an odd number of ways the one in the middle shows where the axis is.
    for fork in &mut fork_of {
        *fork = fork.filter(|&fork| ways[fork].len().is_multiple_of(2));
    }
    fork_of
}

/// By item: the main lines that lead there, from left to right; from handlers of errors only where there are no others.
fn arriving(graph: &Graph, ways: &[Vec<LineId>]) -> Vec<Vec<LineId>> {
    let mut is_flow = vec![false; graph.items.len()];
    let mut stack: Vec<VertexId> = graph.start().into_iter().collect();
    while let Some(item) = stack.pop() {
        if !std::mem::replace(&mut is_flow[item], true) {
            let flow = graph.lines_of[item].iter().filter(|&&line| graph.lines[line].class == Class::Flow);
            stack.extend(flow.map(|&line| graph.lines[line].to));
        }
    }
    let mut arriving: Vec<Vec<LineId>> = vec![Vec::new(); graph.items.len()];
    for &line in ways.iter().flatten() {
        arriving[graph.lines[line].to].push(line);
    }
    for lines in &mut arriving {
        if lines.iter().any(|&line| is_flow[graph.lines[line].from]) {
            lines.retain(|&line| is_flow[graph.lines[line].from]);
        }
        lines.sort_by_key(|&line| graph.vertices[graph.last_of(line)].position);
    }
    arriving
}

fn source_layer(graph: &Graph, line: LineId) -> usize {
    graph.vertices[graph.lines[line].from].layer
}

/// Whether all come from one layer.
fn is_level(graph: &Graph, lines: &[LineId]) -> bool {
    lines.windows(2).all(|pair| source_layer(graph, pair[0]) == source_layer(graph, pair[1]))
}

fn deepest(graph: &Graph, lines: &[LineId]) -> Option<LineId> {
    lines.iter().copied().rev().max_by_key(|&line| source_layer(graph, line))
}

/// The lines down to where the way is longest, in text order.
fn longest(graph: &Graph, item: VertexId, steps: &mut Steps) -> Vec<LineId> {
    let down = |line: &&LineId| matches!(graph.lines[**line].way, Way::Down { .. });
    let flow: Vec<LineId> = graph.lines_of[item].iter().filter(down).copied().collect();
    steps.add(flow.len());
    let height = |line: &LineId| graph.heights[graph.lines[*line].to];
    let class = |line: &LineId| graph.lines[*line].class;
    let Some(best) = flow.iter().map(|line| (std::cmp::Reverse(class(line)), height(line))).max() else {
        return Vec::new();
    };
    let mut longest: Vec<LineId> =
        flow.into_iter().filter(|line| (std::cmp::Reverse(class(line)), height(line)) == best).collect();
    longest.sort_by_key(|&line| match graph.lines[line].way {
        Way::Down { stub, .. } => graph.vertices[stub].position,
        Way::Back(_) => usize::MAX,
    });
    longest
}

/// The one in the middle, if there is one.
fn middle(lines: &[LineId]) -> Option<LineId> {
    (lines.len() % 2 == 1).then(|| lines[lines.len() / 2])
}

impl Graph {
    /// The vertices of a line on its way down.
    pub(crate) fn path(&self, line: LineId) -> Vec<VertexId> {
        let Way::Down { stub, chain } = self.lines[line].way else { return Vec::new() };
        let mut path = vec![self.lines[line].from, stub];
        if let Some((chain, position)) = chain {
            path.extend(&self.chains[chain].vertices[position..]);
        }
        path.push(self.lines[line].to);
        path
    }

    /// The vertex before a line's target.
    fn last_of(&self, line: LineId) -> VertexId {
        match self.lines[line].way {
            Way::Down { chain: Some((chain, _)), .. } => {
                self.chains[chain].vertices[self.chains[chain].vertices.len() - 1]
            }
            Way::Down { stub, .. } => stub,
            Way::Back(_) => self.lines[line].from,
        }
    }
}

/// Columns with what keeps them apart and what draws them together.
struct Columns {
    column_of: Vec<usize>,
    /// Left to right, so that each comes after all those left of it.
    order: Vec<usize>,
    /// By column: columns at its left and right with the least distance of the axes.
    left: Vec<Vec<(usize, i32)>>,
    right: Vec<Vec<(usize, i32)>>,
    /// By column: columns it is connected with, and how far beside these it would be.
    pulls: Vec<Vec<(usize, i32)>>,
    /// By column: the ways that part there, in place of all pulls.
    ways: Vec<Vec<(usize, i32)>>,
    /// By column: the one above with which it has its axis, in place of all pulls.
    axis: Vec<Option<usize>>,
}

impl Columns {
    fn new(graph: &Graph, column_of: Vec<usize>, main: &MainLines, steps: &mut Steps) -> Columns {
        let count = column_of.iter().map(|&column| column + 1).max().unwrap_or(0);
        let mut columns = Columns {
            order: Vec::with_capacity(count),
            left: vec![Vec::new(); count],
            right: vec![Vec::new(); count],
            pulls: vec![Vec::new(); count],
            ways: vec![Vec::new(); count],
            axis: vec![None; count],
            column_of,
        };
        for layer in &graph.layers {
            for pair in layer.windows(2) {
                steps.add(1);
                let (a, b) = (columns.column_of[pair[0]], columns.column_of[pair[1]]);
                let distance = distance(graph, pair[0], pair[1]);
                columns.right[a].push((b, distance));
                columns.left[b].push((a, distance));
            }
        }
        for hop in &graph.hops {
            let (upper, lower) = (graph.vertices[hop.upper].what, graph.vertices[hop.lower].what);
            let (moves_upper, moves_lower) = match (upper, lower) {
                (What::Item, What::Stub(line)) => (main.moves_source(line), true),
                // A catcher's line goes down beside the box it leaves, wherever it leads.
                (What::Stub(_), What::Item) if hop.class == Class::Catch => {
                    (false, main.moves_target(graph, hop.upper, hop.lower))
                }
                (What::Stub(_), What::Lane) if hop.class == Class::Catch => (false, false),
                (_, What::Item) => (true, main.moves_target(graph, hop.upper, hop.lower)),
                _ => (true, true),
            };
            let offset = match lower {
                What::Stub(line) if hop.class == Class::Catch && !main.moves_source(line) => beside(graph, hop, main),
                _ => 0,
            };
            columns.connect(hop.upper, hop.lower, moves_upper, moves_lower, offset);
            if upper == What::Item && moves_upper && main.is_fork(hop.upper) {
                let (fork, way) = (columns.column_of[hop.upper], columns.column_of[hop.lower]);
                columns.ways[fork].push((way, 0));
            }
        }
        for (join, fork) in main.fork_of.iter().enumerate() {
            let Some(fork) = *fork else { continue };
            let (join, fork) = (columns.column_of[join], columns.column_of[fork]);
            columns.axis[join] = Some(fork).filter(|_| fork != join);
        }
        for back in &graph.loops {
            columns.connect(back.vertices[0], back.target, true, false, 0);
            for &line in &back.lines {
                let offset = graph.vertices[graph.lines[line].from].layer - graph.vertices[back.target].layer;
                columns.connect(back.vertices[offset], graph.lines[line].from, true, false, 0);
            }
        }
        columns.sort();
        columns
    }

    /// Lets one vertex draw another, the lower one to a place beside the upper one.
    fn connect(&mut self, a: VertexId, b: VertexId, moves_a: bool, moves_b: bool, offset: i32) {
        let (a, b) = (self.column_of[a], self.column_of[b]);
        if a == b {
            return;
        }
        if moves_a {
            self.pulls[a].push((b, 0));
        }
        if moves_b {
            self.pulls[b].push((a, offset));
        }
    }

    fn sort(&mut self) {
        let mut waiting: Vec<usize> = self.left.iter().map(Vec::len).collect();
        let mut ready: Vec<usize> = (0..waiting.len()).rev().filter(|&column| waiting[column] == 0).collect();
        while let Some(column) = ready.pop() {
            self.order.push(column);
            for &(right, _) in &self.right[column] {
                waiting[right] -= 1;
                if waiting[right] == 0 {
                    ready.push(right);
                }
            }
        }
        debug_assert_eq!(self.order.len(), waiting.len(), "ties never cross, so that columns have an order");
    }

    fn leftmost(&self, steps: &mut Steps) -> Vec<i32> {
        let mut places = vec![0; self.left.len()];
        for &column in &self.order {
            steps.add(1 + self.left[column].len());
            let least = self.left[column].iter().map(|&(left, distance)| places[left] + distance).max();
            places[column] = least.unwrap_or(0);
        }
        places
    }

    /// Moves every column to the middle of what it is connected with, or as far as it can go.
    fn pull(&self, places: &mut [i32], steps: &mut Steps) {
        for &column in self.order.iter().rev().chain(&self.order) {
            steps.add(1 + self.left[column].len() + self.right[column].len() + self.pulls[column].len());
            let wanted = match self.axis[column] {
                Some(axis) => Some(places[axis]),
                None if !self.ways[column].is_empty() => median(&self.ways[column], places),
                None => median(&self.pulls[column], places),
            };
            if let Some(wanted) = wanted {
                places[column] = self.nearest(column, wanted, places);
            }
        }
    }

    /// The place nearest to the one wanted that the neighbours leave.
    fn nearest(&self, column: usize, wanted: i32, places: &[i32]) -> i32 {
        let least = self.left[column].iter().map(|&(left, distance)| places[left] + distance).max();
        let most = self.right[column].iter().map(|&(right, distance)| places[right] - distance).min();
        wanted.min(most.unwrap_or(i32::MAX)).max(least.unwrap_or(i32::MIN))
    }

    /// Moves a column and those that are in its way, unless they are many.
    fn push(&self, column: usize, place: i32, places: &mut [i32]) {
        let is_right = place > places[column];
        let mut moved: BTreeMap<usize, i32> = BTreeMap::from([(column, place)]);
        let mut waiting = vec![column];
        while let Some(column) = waiting.pop() {
            if moved.len() > PUSHED_MAX {
                return;
            }
            let at = moved[&column];
            for &(other, distance) in if is_right { &self.right[column] } else { &self.left[column] } {
                let least = if is_right { at + distance } else { at - distance };
                let now = *moved.get(&other).unwrap_or(&places[other]);
                if (is_right && now < least) || (!is_right && now > least) {
                    moved.insert(other, least);
                    waiting.push(other);
                }
            }
        }
        moved.into_iter().for_each(|(column, place)| places[column] = place);
    }

    /// Moves catchers' lines that would run along the side of the box they leave.
    fn clear_corners(&self, graph: &Graph, places: &mut [i32]) {
        for line in graph.lines.iter().filter(|line| line.class == Class::Catch) {
            let Way::Down { stub, .. } = line.way else { continue };
            let (axis, column) = (places[self.column_of[line.from]], self.column_of[stub]);
            let (offset, half) = (places[column] - axis, graph.boxes[line.from].0 / 2);
            if (half - CORNER + 1..half + TURN).contains(&offset.abs()) {
                let place = |reach: i32| axis + offset.signum() * reach;
                let (out, under) = (place(half + TURN), place(half - CORNER));
                if self.nearest(column, out, places) == out {
                    places[column] = out;
                } else if self.nearest(column, under, places) == under {
                    places[column] = under;
                } else {
                    self.push(column, out, places);
                }
            }
        }
    }
}

/// Where half of the pulls are at either side; between two such places the middle.
fn median(pulls: &[(usize, i32)], places: &[i32]) -> Option<i32> {
    let mut found: Vec<i32> = pulls.iter().map(|&(column, offset)| places[column] + offset).collect();
    found.sort_unstable();
    let (low, high) = (*found.get(found.len().saturating_sub(1) / 2)?, *found.get(found.len() / 2)?);
    Some(low + (high - low) / 2)
}

/// How far from its item's axis a catcher's line would go down: at the side on which it is of the main one.
fn beside(graph: &Graph, hop: &Hop, main: &MainLines) -> i32 {
    let position = |vertex: VertexId| graph.vertices[vertex].position;
    let straight = main.ways[hop.upper].first().map(|&line| match graph.lines[line].way {
        Way::Down { stub, .. } => position(stub),
        Way::Back(_) => 0,
    });
    let half = graph.boxes[hop.upper].0 / 2;
    let reach = if half > WIDE_HALF { UNDER_WIDE } else { half + TURN };
    if straight.is_some_and(|straight| position(hop.lower) < straight) { -reach } else { reach }
}

fn distance(graph: &Graph, left: VertexId, right: VertexId) -> i32 {
    let (a, b) = (&graph.vertices[left], &graph.vertices[right]);
    let kind = |vertex: VertexId| match graph.vertices[vertex].what {
        What::Item if matches!(graph.items[vertex], Item::Dot | Item::Start | Item::End) => 1,
        What::Item => 2,
        What::Stub(_) if graph.vertices[vertex].left > 0 => 1,
        _ => 0,
    };
    let gap = match (kind(left), kind(right)) {
        (2, 2) => BOX_GAP,
        (1, 1) => LABEL_GAP,
        (0, 0) | (2, 0) | (0, 2) => LINE_GAP,
        _ => LABEL_GAP + 4,
    };
    a.right + gap + b.left
}
