//! The y of every layer and the corners of every line. Between two layers is a channel; lines that move sideways there share a track if they come
//! from one source or go to one target, and have tracks of their own otherwise.

use super::columns::CORNER;
use super::graph::{Class, Graph, HopId, Item, LineId, Loop, VertexId, Way, What};
use super::loops::{self, Leaving};
use super::steps::Steps;
use crate::scene::{Point, Side};
use std::collections::{HashMap, HashSet};

/// Pairs of places of two nets beyond which none is looked at.
const CLASHES_MAX: usize = 4_096;
/// From a box to the first track below it, px.
const ABOVE_TRACKS: i32 = 14;
/// From the last track to the box below it: room for an arrow, px.
const BELOW_TRACKS: i32 = 20;
/// From track to track, px.
const TRACK_STEP: i32 = 12;
/// Height of a channel in which nothing moves sideways, px.
const STRAIGHT: i32 = 22;
/// The same below labels, px.
const STRAIGHT_BELOW_LABELS: i32 = 20;
/// Nets of one channel beyond which they are packed without looking at crossings.
const NETS_MAX: usize = 64;
/// How far from a box's axis another line than the main one leaves it at least, px.
const BESIDE_AXIS: i32 = 20;
/// How far below the place of loops a catcher's line leaves a side, px: the neighbour's loops may be there.
const BELOW_LOOPS: i32 = 6;
/// How far below a loop of the other kind one arrives at a side, px.
const BESIDE_OTHER: i32 = 10;
/// Lines of an item beyond which none leaves at a side.
const SIDE_LINES_MAX: usize = 12;
/// Vertical lines nearer than this would look like one, px.
const NEAR: i32 = 6;

/// Where everything of a scope is.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    /// Top of every item.
    pub(crate) tops: Vec<i32>,
    pub(crate) height: i32,
    pub(crate) lines: Vec<Route>,
}

/// One line.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) points: Vec<Point>,
    pub(crate) from_side: Side,
    pub(crate) joins: Option<LineId>,
    /// The middle of its label.
    pub(crate) label: Option<Point>,
}

/// What moves sideways together.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Key {
    /// From an item.
    From(VertexId, Class),
    /// To a vertex.
    To(VertexId, Class),
    /// A loop's line, from an item to its lane.
    Leave(LineId),
}

#[derive(Default)]
struct Net {
    /// Where it is met from above.
    tops: Vec<i32>,
    /// Where it goes on below.
    bottoms: Vec<i32>,
    /// From its leftmost to its rightmost x.
    range: (i32, i32),
    track: usize,
}

/// How a line leaves its item.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// Straight down or through the channel, from this x of its lower edge.
    Bottom(i32),
    /// From its side, down at its label's x.
    Side(Side),
}

struct Router<'g> {
    graph: &'g Graph,
    leaving: &'g [Leaving],
    x: &'g [i32],
    nets: HashMap<Key, (usize, usize)>,
    /// By channel: its nets. The channel has the number of the layer above it.
    channels: Vec<Vec<Net>>,
    exits: Vec<Exit>,
    layer_tops: Vec<i32>,
    /// Where the channel below each begins.
    layer_bottoms: Vec<i32>,
    /// By box at the left of a gap: the item whose lines run through it from the side.
    gaps: HashMap<VertexId, VertexId>,
    /// By loop's line: its place among those that leave the same side, from the top.
    places: HashMap<LineId, usize>,
    /// By loop: the line that is drawn along all of its lane.
    owners: Vec<LineId>,
    /// Whether something arrives at an item's left or right from a loop.
    arrives: HashSet<(VertexId, Side, Class)>,
}

/// Routes all lines of a scope.
pub(crate) fn routes(graph: &Graph, leaving: &[Leaving], x: &[i32], steps: &mut Steps) -> Routes {
    let channels = (0..graph.layers.len()).map(|_| Vec::new()).collect();
    let mut router = Router {
        graph,
        leaving,
        x,
        nets: HashMap::new(),
        channels,
        exits: vec![Exit::Bottom(0); graph.lines.len()],
        layer_tops: Vec::new(),
        layer_bottoms: Vec::new(),
        gaps: HashMap::new(),
        places: leaving
            .iter()
            .flat_map(|leaving| [&leaving.left, &leaving.right])
            .flat_map(|lines| lines.iter().copied().zip(0..))
            .collect(),
        owners: Vec::new(),
        arrives: HashSet::new(),
    };
    router.find_arrivals();
    router.add_nets();
    router.assign_tracks(steps);
    let height = router.stack_layers();
    router.owners = graph.loops.iter().map(|back| router.owner(back)).collect();
    let tops = (0..graph.items.len()).map(|item| router.layer_tops[graph.vertices[item].layer]).collect();
    let lines = (0..graph.lines.len()).map(|line| router.route(line)).collect();
    Routes { tops, height, lines }
}

impl Router<'_> {
    fn layer(&self, vertex: VertexId) -> usize {
        self.graph.vertices[vertex].layer
    }

    /// Half of the width of an item's box.
    fn half(&self, item: VertexId) -> i32 {
        self.graph.boxes[item].0 / 2
    }

    fn bottom(&self, item: VertexId) -> i32 {
        self.layer_tops[self.layer(item)] + self.graph.boxes[item].1
    }

    /// Whether nothing but loops is between a loop's vertex and an item of the same layer.
    fn is_beside(&self, lane: VertexId, item: VertexId) -> bool {
        let (a, b) = (self.graph.vertices[lane].position, self.graph.vertices[item].position);
        let between = &self.graph.layers[self.layer(item)][a.min(b) + 1..a.max(b)];
        between.iter().all(|&vertex| self.graph.vertices[vertex].what == What::Loop)
    }

    fn find_arrivals(&mut self) {
        for back in &self.graph.loops {
            let is_free = self.leaving[back.target].at(back.side).is_empty();
            if is_free && self.is_beside(back.vertices[0], back.target) {
                self.arrives.insert((back.target, back.side, back.class));
            }
        }
    }

    fn has_arrival(&self, item: VertexId, side: Side) -> bool {
        [Class::Flow, Class::Catch].iter().any(|&class| self.arrives.contains(&(item, side, class)))
    }

    fn net(&mut self, channel: usize, key: Key) -> &mut Net {
        let channels = &mut self.channels;
        let (channel, net) = *self.nets.entry(key).or_insert_with(|| {
            channels[channel].push(Net::default());
            (channel, channels[channel].len() - 1)
        });
        &mut channels[channel][net]
    }

    fn add_nets(&mut self) {
        for line in 0..self.graph.lines.len() {
            if let Way::Down { stub, .. } = self.graph.lines[line].way {
                self.add_exit(line, stub);
            }
        }
        for hop in 0..self.graph.hops.len() {
            self.add_hop(hop);
        }
        for back in 0..self.graph.loops.len() {
            self.add_loop(back);
        }
    }

    fn add_exit(&mut self, line: LineId, stub: VertexId) {
        let (from, class) = (self.graph.lines[line].from, self.graph.lines[line].class);
        let (axis, to) = (self.x[from], self.x[stub]);
        let exit = if class == Class::Flow { Exit::Bottom(axis) } else { self.catch_exit(from, to) };
        self.exits[line] = exit;
        if let Exit::Bottom(x) = exit
            && x != to
        {
            let net = self.net(self.graph.vertices[from].layer, Key::From(from, class));
            net.tops.push(x);
            net.bottoms.push(to);
        }
    }

    /// A catcher leaves straight down if it can, then at the side, then from the corner.
    fn catch_exit(&mut self, from: VertexId, to: i32) -> Exit {
        let (axis, reach) = (self.x[from], self.half(from) - CORNER);
        let is_only = self.graph.vertices[from].down.len() == 1;
        if is_only || ((to - axis).abs() <= reach && (to - axis).abs() >= BESIDE_AXIS) {
            return Exit::Bottom(if (to - axis).abs() <= reach { to } else { axis });
        }
        let side = if to > axis { Side::Right } else { Side::Left };
        let is_taken = !self.leaving[from].at(side).is_empty() || self.has_arrival(from, side);
        let is_many = self.graph.vertices[from].down.len() > SIDE_LINES_MAX;
        if !is_taken && !is_many && (to - axis).abs() > self.half(from) && self.takes_gap(from, side, to) {
            return Exit::Side(side);
        }
        Exit::Bottom(axis + (to - axis).signum() * reach.max(0))
    }

    /// Takes what is between an item's side and an x, if there is no box, no line near that x, and no line of the next box.
    fn takes_gap(&mut self, item: VertexId, side: Side, to: i32) -> bool {
        let layer = &self.graph.layers[self.layer(item)];
        let position = self.graph.vertices[item].position;
        let is_line = |vertex: &&VertexId| self.graph.vertices[**vertex].what != What::Item;
        let (lines, next) = match side {
            Side::Left => {
                let lines = layer[..position].iter().rev().take_while(is_line).count();
                (&layer[position - lines..position], position.checked_sub(lines + 1))
            }
            _ => {
                let lines = layer[position + 1..].iter().take_while(is_line).count();
                (&layer[position + 1..=position + lines], Some(position + lines + 1))
            }
        };
        let next = next.and_then(|next| layer.get(next)).copied();
        let is_clear = next.is_none_or(|next| match side {
            Side::Left => self.x[next] + self.graph.vertices[next].right + 8 < to,
            _ => self.x[next] - self.graph.vertices[next].left - 8 > to,
        });
        if !is_clear || lines.iter().any(|&line| (self.x[line] - to).abs() <= NEAR) {
            return false;
        }
        // The gap belongs to the box at its left.
        let gap = if side == Side::Left { next } else { Some(item) };
        gap.is_none_or(|gap| *self.gaps.entry(gap).or_insert(item) == item)
    }

    fn add_hop(&mut self, hop: HopId) {
        let hop = self.graph.hops[hop];
        if self.graph.vertices[hop.upper].what == What::Item {
            return;
        }
        let (above, below) = (self.x[hop.upper], self.x[hop.lower]);
        if above != below {
            let net = self.net(self.graph.vertices[hop.upper].layer, Key::To(hop.lower, hop.class));
            net.tops.push(above);
            net.bottoms.push(below);
        }
    }

    fn add_loop(&mut self, back: usize) {
        let back = &self.graph.loops[back];
        let first = back.vertices[0];
        if !self.arrives.contains(&(back.target, back.side, back.class)) || !self.is_beside(first, back.target) {
            let (lane, axis) = (self.x[first], self.x[back.target]);
            let net = self.net(self.layer(back.target) - 1, Key::To(back.target, back.class));
            net.bottoms.extend([lane, axis]);
        }
        for &line in &back.lines {
            let (lane, item) = self.lane_of(line);
            if !self.is_beside(lane, item) {
                let (end, lane) = (self.leave_end(line), self.x[lane]);
                let net = self.net(self.layer(item), Key::Leave(line));
                net.tops.extend([end, lane]);
            }
        }
    }

    /// The loop's vertex in the layer of a line's source, and that source.
    fn lane_of(&self, line: LineId) -> (VertexId, VertexId) {
        let from = self.graph.lines[line].from;
        let Way::Back(back) = self.graph.lines[line].way else { unreachable!("only loops have lanes") };
        let back = &self.graph.loops[back];
        (back.vertices[self.layer(from) - self.layer(back.target)], from)
    }

    fn side_of(&self, line: LineId) -> Side {
        match self.graph.lines[line].way {
            Way::Back(back) => self.graph.loops[back].side,
            Way::Down { .. } => Side::Right,
        }
    }

    fn outwards(&self, line: LineId) -> i32 {
        if self.side_of(line) == Side::Left { -1 } else { 1 }
    }

    /// The x beside all labels at which a loop's line turns down, if it does not run on to its lane. Upper lines turn further out.
    fn leave_end(&self, line: LineId) -> i32 {
        let from = self.graph.lines[line].from;
        let inwards = i32::try_from(self.places[&line]).unwrap_or(0) * loops::WAY_STEP;
        let beside = self.leaving[from].room(self.side_of(line)).max(10) - inwards;
        self.x[from] + self.outwards(line) * (self.half(from) + beside)
    }

    fn assign_tracks(&mut self, steps: &mut Steps) {
        for nets in &mut self.channels {
            for net in &mut *nets {
                let all = || net.tops.iter().chain(&net.bottoms).copied();
                net.range = (all().min().unwrap_or(0), all().max().unwrap_or(0));
            }
            if nets.len() > NETS_MAX {
                pack(nets, steps);
            } else {
                arrange(nets, steps);
            }
        }
    }

    /// Sets the tops of the layers and gives the height of all.
    fn stack_layers(&mut self) -> i32 {
        let mut y = 0;
        for layer in 0..self.graph.layers.len() {
            self.layer_tops.push(y);
            let vertices = &self.graph.layers[layer];
            y += vertices.iter().map(|&vertex| self.graph.vertices[vertex].height).max().unwrap_or(0);
            self.layer_bottoms.push(y);
            y += self.channel_height(layer);
        }
        y
    }

    fn channel_height(&self, channel: usize) -> i32 {
        let tracks = self.channels[channel].iter().map(|net| net.track + 1).max().unwrap_or(0);
        let is_above_boxes = channel % 2 == 1;
        if tracks > 0 {
            let extra = i32::try_from(tracks - 1).unwrap_or(i32::MAX / TRACK_STEP) * TRACK_STEP;
            return extra + ABOVE_TRACKS + if is_above_boxes { BELOW_TRACKS } else { ABOVE_TRACKS - 2 };
        }
        let is_met = |vertex: &VertexId| !self.graph.vertices[*vertex].down.is_empty();
        let is_used = self.graph.layers[channel].iter().any(is_met);
        match (is_used, is_above_boxes) {
            (false, _) => 0,
            (true, true) => STRAIGHT_BELOW_LABELS,
            (true, false) => STRAIGHT,
        }
    }

    fn track_y(&self, key: Key) -> Option<i32> {
        let &(channel, net) = self.nets.get(&key)?;
        let track = i32::try_from(self.channels[channel][net].track).unwrap_or(i32::MAX / TRACK_STEP);
        Some(self.layer_bottoms[channel] + ABOVE_TRACKS + track * TRACK_STEP)
    }

    fn route(&self, line: LineId) -> Route {
        let mut route = match self.graph.lines[line].way {
            Way::Down { stub, chain } => self.down(line, stub, chain),
            Way::Back(back) => self.back(line, back),
        };
        route.points = straightened(route.points);
        route
    }

    fn down(&self, line: LineId, stub: VertexId, chain: Option<(usize, usize)>) -> Route {
        let from = self.graph.lines[line].from;
        let (mut points, from_side) = self.leave_down(line, stub);
        let label_y = self.layer_tops[self.layer(stub)] + 10;
        let label = Point { x: self.x[stub], y: label_y };
        points.push(label);
        let mut path = vec![stub];
        let mut joins = None;
        if let Some((chain, position)) = chain {
            let chain = &self.graph.chains[chain];
            if chain.owner == line {
                path.extend(&chain.vertices);
                path.push(self.graph.lines[line].to);
            } else {
                path.push(chain.vertices[position]);
                joins = Some(chain.owner);
            }
        } else {
            path.push(self.graph.lines[line].to);
        }
        for pair in path.windows(2) {
            self.step_down(pair[0], pair[1], self.graph.lines[line].class, &mut points);
        }
        if joins.is_none() {
            let to = self.graph.lines[line].to;
            points.push(Point { x: self.x[to], y: self.layer_tops[self.layer(to)] });
        }
        debug_assert!(self.layer(from) < self.layer(stub), "lines go down");
        Route { points, from_side, joins, label: Some(label) }
    }

    fn leave_down(&self, line: LineId, stub: VertexId) -> (Vec<Point>, Side) {
        let Exit::Side(side) = self.exits[line] else {
            let Exit::Bottom(x) = self.exits[line] else { unreachable!("the other case is above") };
            let (from, class) = (self.graph.lines[line].from, self.graph.lines[line].class);
            let mut points = vec![Point { x, y: self.bottom(from) }];
            if x != self.x[stub] {
                let y = self.track_y(Key::From(from, class)).expect("what moves sideways has a net");
                points.extend([Point { x, y }, Point { x: self.x[stub], y }]);
            }
            return (points, Side::Bottom);
        };
        let from = self.graph.lines[line].from;
        let y = self.layer_tops[self.layer(from)] + self.side_port(from) + BELOW_LOOPS;
        let edge = self.x[from] + if side == Side::Left { -self.half(from) } else { self.half(from) };
        (vec![Point { x: edge, y }, Point { x: self.x[stub], y }], side)
    }

    /// How far below an item's top lines meet its side.
    fn side_port(&self, item: VertexId) -> i32 {
        match self.graph.items[item] {
            Item::State(_) => 28.min(self.graph.boxes[item].1 / 2),
            _ => self.graph.boxes[item].1 / 2,
        }
    }

    /// The corners between the axes of two vertices of neighbouring layers.
    fn step_down(&self, upper: VertexId, lower: VertexId, class: Class, points: &mut Vec<Point>) {
        let (above, below) = (self.x[upper], self.x[lower]);
        if above == below {
            let y = self.layer_tops[self.layer(lower)];
            points.push(Point { x: below, y });
        } else {
            let y = self.track_y(Key::To(lower, class)).expect("what moves sideways has a net");
            points.extend([Point { x: above, y }, Point { x: below, y }]);
        }
    }

    fn back(&self, line: LineId, back: usize) -> Route {
        let owner = self.owners[back];
        let back = &self.graph.loops[back];
        let (lane, from) = self.lane_of(line);
        let y = self.leave_y(line);
        let outwards = self.outwards(line);
        let edge = self.x[from] + outwards * self.half(from);
        let width = self.graph.lines[line].label_width;
        let label = (width > 0).then(|| Point { x: edge + outwards * (loops::LABEL_GAP + width / 2), y });
        let joins = Some(owner).filter(|&owner| owner != line);
        let mut points = vec![Point { x: edge, y }];
        if self.is_beside(lane, from) {
            points.push(Point { x: self.x[lane], y });
        } else {
            let track = self.track_y(Key::Leave(line)).expect("a line that cannot reach its lane has a net");
            let end = self.leave_end(line);
            points.extend([Point { x: end, y }, Point { x: end, y: track }, Point { x: self.x[lane], y: track }]);
            if joins.is_some() && self.layer(from) < back.layer_last {
                // Up to where the lane is for certain: it may move sideways below the layer.
                points.push(Point { x: self.x[lane], y: self.layer_bottoms[self.layer(from)] });
            }
        }
        if joins.is_none() {
            self.climb(back, &mut points);
        }
        Route { points, from_side: back.side, joins, label }
    }

    /// Of the lines that leave the deepest layer the one that meets the lane lowest.
    fn owner(&self, back: &Loop) -> LineId {
        let deepest = |line: &&LineId| self.layer(self.graph.lines[**line].from) == back.layer_last;
        let meets = |line: LineId| self.track_y(Key::Leave(line)).unwrap_or_else(|| self.leave_y(line));
        let lowest = back.lines.iter().filter(deepest).copied().max_by_key(|&line| (meets(line), line));
        lowest.expect("a loop is as deep as one of its lines")
    }

    /// Where a loop's line leaves the side of its item.
    fn leave_y(&self, line: LineId) -> i32 {
        let from = self.graph.lines[line].from;
        let count = self.leaving[from].at(self.side_of(line)).len();
        self.layer_tops[self.layer(from)] + self.leave_port(from, self.places[&line], count)
    }

    /// Up a loop's lane and into its target.
    fn climb(&self, back: &Loop, points: &mut Vec<Point>) {
        for pair in back.vertices.windows(2).rev() {
            let (upper, lower) = (pair[0], pair[1]);
            if self.x[upper] != self.x[lower] {
                let y = self.track_y(Key::To(lower, back.class)).expect("what moves sideways has a net");
                points.extend([Point { x: self.x[lower], y }, Point { x: self.x[upper], y }]);
            }
        }
        let (lane, target) = (back.vertices[0], back.target);
        let top = self.layer_tops[self.layer(target)];
        if self.arrives.contains(&(target, back.side, back.class)) && self.is_beside(lane, target) {
            // Beside a line of the other kind it has a place of its own.
            let is_second = back.class == Class::Catch && self.arrives.contains(&(target, back.side, Class::Flow));
            let y = top + self.side_port(target) + if is_second { BESIDE_OTHER } else { 0 };
            let edge = self.x[target] + if back.side == Side::Left { -self.half(target) } else { self.half(target) };
            points.extend([Point { x: self.x[lane], y }, Point { x: edge, y }]);
        } else {
            let y = self.track_y(Key::To(target, back.class)).expect("it arrives at the top through a net");
            points.extend([
                Point { x: self.x[lane], y },
                Point { x: self.x[target], y },
                Point { x: self.x[target], y: top },
            ]);
        }
    }

    /// How far below an item's top a loop's line leaves it.
    fn leave_port(&self, item: VertexId, position: usize, count: usize) -> i32 {
        let (position, count) = (i32::try_from(position).unwrap_or(0), i32::try_from(count).unwrap_or(1));
        if count <= 2 {
            return self.side_port(item) - (count - 1) * loops::LEAVE_STEP / 2 + position * loops::LEAVE_STEP;
        }
        16 + position * loops::LEAVE_STEP
    }
}

/// Gives every net a track such that those which share a part of their way do not touch and few cross.
fn arrange(nets: &mut [Net], steps: &mut Steps) {
    let mut order: Vec<usize> = (0..nets.len()).collect();
    order.sort_by_key(|&net| nets[net].range);
    // Which of two must be above the other, for each pair that shares a part of its way.
    let mut above: Vec<Vec<usize>> = vec![Vec::new(); nets.len()];
    for (turn, &a) in order.iter().enumerate() {
        for &b in &order[turn + 1..] {
            steps.add(1 + nets[a].tops.len().min(64) + nets[b].tops.len().min(64));
            if nets[b].range.0 > nets[a].range.1 + NEAR {
                break;
            }
            let (a_over_b, b_over_a) = (cost(&nets[a], &nets[b]), cost(&nets[b], &nets[a]));
            if b_over_a < a_over_b { above[a].push(b) } else { above[b].push(a) }
        }
    }
    let mut waits: Vec<usize> = above.iter().map(Vec::len).collect();
    let mut tracks: Vec<Option<usize>> = vec![None; nets.len()];
    // In a circle one gives way.
    while let Some(&next) = order.iter().filter(|&&net| tracks[net].is_none()).min_by_key(|&&net| waits[net]) {
        steps.add(nets.len());
        let track = above[next].iter().filter_map(|&other| tracks[other]).map(|track| track + 1).max().unwrap_or(0);
        let taken: HashSet<usize> = (0..nets.len())
            .filter(|&other| touches(&nets[other].range, &nets[next].range))
            .filter_map(|other| tracks[other])
            .collect();
        tracks[next] = (track..).find(|track| !taken.contains(track));
        for (net, above) in above.iter().enumerate() {
            waits[net] -= usize::from(above.contains(&next));
        }
    }
    for (net, track) in nets.iter_mut().zip(tracks) {
        net.track = track.expect("every net was given one");
    }
}

fn touches(a: &(i32, i32), b: &(i32, i32)) -> bool {
    a.0 <= b.1 + NEAR && b.0 <= a.1 + NEAR
}

/// How bad it is to have `a` above `b`: verticals that run over each other, then crossings.
fn cost(a: &Net, b: &Net) -> usize {
    let crosses = |xs: &[i32], net: &Net| {
        let (low, high) = net.range;
        xs.iter().filter(|&&x| x > low && x < high).count()
    };
    let is_small = a.bottoms.len() * b.tops.len() <= CLASHES_MAX;
    let is_near = |x: i32| b.tops.iter().any(|&top| (top - x).abs() < NEAR);
    let clashes = a.bottoms.iter().filter(|&&x| is_small && is_near(x)).count();
    100 * clashes + crosses(&a.bottoms, b) + crosses(&b.tops, a)
}

/// Gives every net the first track that is free, from left to right.
fn pack(nets: &mut [Net], steps: &mut Steps) {
    let mut order: Vec<usize> = (0..nets.len()).collect();
    order.sort_by_key(|&net| nets[net].range);
    let mut ends: std::collections::BinaryHeap<std::cmp::Reverse<(i32, usize)>> = std::collections::BinaryHeap::new();
    let mut count = 0;
    for net in order {
        steps.add(1);
        let (low, high) = nets[net].range;
        let free = ends
            .peek()
            .filter(|std::cmp::Reverse((end, _))| end + NEAR < low)
            .map(|std::cmp::Reverse((_, track))| *track);
        nets[net].track = match free {
            Some(track) => {
                ends.pop();
                track
            }
            None => {
                count += 1;
                count - 1
            }
        };
        ends.push(std::cmp::Reverse((high, nets[net].track)));
    }
}

/// Without corners that are none.
fn straightened(points: Vec<Point>) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::with_capacity(points.len());
    for point in points {
        if kept.last() == Some(&point) {
            continue;
        }
        if let [.., a, b] = kept[..]
            && ((a.x == b.x && b.x == point.x) || (a.y == b.y && b.y == point.y))
        {
            kept.pop();
        }
        kept.push(point);
    }
    kept
}
