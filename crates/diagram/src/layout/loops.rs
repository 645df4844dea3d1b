//! Where loops run: beside what they go around, left or right of it, whichever crosses less.

use super::graph::{Graph, LineId, Loop, VertexId, Way};
use super::order;
use super::steps::Steps;
use crate::scene::Side;
use std::ops::RangeInclusive;

/// Room between a node and a loop's label, and between the label and the lane, px.
pub(crate) const LABEL_GAP: i32 = 10;
/// From one loop that leaves a side to the next, px.
pub(crate) const LEAVE_STEP: i32 = 24;

/// Between the ways down of loops that leave one side, px.
pub(crate) const WAY_STEP: i32 = 8;

/// Loops that leave an item, top down, at its left and right.
#[derive(Clone, Debug, Default)]
pub(crate) struct Leaving {
    pub(crate) left: Vec<LineId>,
    pub(crate) right: Vec<LineId>,
    /// What they take beside it, px.
    pub(crate) room_left: i32,
    pub(crate) room_right: i32,
}

impl Leaving {
    pub(crate) fn at(&self, side: Side) -> &Vec<LineId> {
        if side == Side::Left { &self.left } else { &self.right }
    }

    pub(crate) fn room(&self, side: Side) -> i32 {
        if side == Side::Left { self.room_left } else { self.room_right }
    }
}

/// By layer from a loop's first on: the positions of what it goes around.
type Body = Vec<RangeInclusive<usize>>;

/// Adds the vertices of all loops to the layers, and what leaves each item.
pub(crate) fn insert(graph: &mut Graph, steps: &mut Steps) -> Vec<Leaving> {
    let mut room = 40 * (graph.vertices.len() + graph.hops.len()) + 20_000;
    let sides: Vec<Side> = split(graph, &mut room, steps);
    let mut order: Vec<usize> = (0..graph.loops.len()).collect();
    order.sort_by_key(|&back| graph.loops[back].layer_last - graph.vertices[graph.loops[back].target].layer);
    let count = graph.layers.len();
    let mut before: Vec<Vec<Vec<VertexId>>> = vec![Vec::new(); count];
    let mut after = before.clone();
    let mut leaving = vec![Leaving::default(); graph.items.len()];
    for back in order {
        let side = sides[back];
        let body = body(graph, back, &mut room, steps).unwrap_or_else(|| whole(graph, back));
        graph.loops[back].side = side;
        let first = graph.vertices[graph.loops[back].target].layer;
        for (offset, positions) in body.iter().enumerate() {
            let layer = first + offset;
            let vertex = graph.add_loop_vertex(layer);
            let (slots, position) =
                if side == Side::Left { (&mut before, *positions.start()) } else { (&mut after, *positions.end()) };
            slots[layer].resize(graph.layers[layer].len(), Vec::new());
            slots[layer][position].push(vertex);
            graph.loops[back].vertices.push(vertex);
        }
        let class = graph.loops[back].class;
        for offset in 1..graph.loops[back].vertices.len() {
            let (upper, lower) = (graph.loops[back].vertices[offset - 1], graph.loops[back].vertices[offset]);
            graph.add_hop(upper, lower, class);
        }
        for &line in &graph.loops[back].lines {
            let leaving = &mut leaving[graph.lines[line].from];
            if side == Side::Left { leaving.left.push(line) } else { leaving.right.push(line) }
        }
    }
    merge(graph, &before, &after);
    make_room(graph, &mut leaving);
    leaving
}

/// Gives every loop its side. One whose lines would better run at both sides becomes two.
fn split(graph: &mut Graph, room: &mut usize, steps: &mut Steps) -> Vec<Side> {
    let mut sides = Vec::with_capacity(graph.loops.len());
    for back in 0..graph.loops.len() {
        let lines = std::mem::take(&mut graph.loops[back].lines);
        let (mut left, mut right) = (Vec::new(), Vec::new());
        for line in lines {
            let layer_last = graph.vertices[graph.lines[line].from].layer;
            graph.loops[back] = Loop { lines: vec![line], layer_last, ..alike(&graph.loops[back]) };
            let body = body(graph, back, room, steps);
            match body.map_or(Side::Left, |body| side(graph, back, &body, room, steps)) {
                Side::Right => right.push(line),
                _ => left.push(line),
            }
        }
        let is_split = !left.is_empty() && !right.is_empty();
        sides.push(if left.is_empty() { Side::Right } else { Side::Left });
        let (first, second) = if left.is_empty() { (right, left) } else { (left, right) };
        let layer_last = |lines: &[LineId]| graph.vertices[graph.lines[lines[0]].from].layer;
        let (of_first, of_second) = (layer_last(&first), if is_split { layer_last(&second) } else { 0 });
        graph.loops[back] = Loop { lines: first, layer_last: of_first, ..alike(&graph.loops[back]) };
        if is_split {
            let other = graph.loops.len();
            second.iter().for_each(|&line| graph.lines[line].way = Way::Back(other));
            let right = Loop { lines: second, layer_last: of_second, ..alike(&graph.loops[back]) };
            graph.loops.push(right);
        }
    }
    sides.resize(graph.loops.len(), Side::Right);
    sides
}

/// A loop to the same target, without lines.
fn alike(back: &Loop) -> Loop {
    let (lines, vertices) = (Vec::new(), Vec::new());
    Loop { target: back.target, class: back.class, lines, layer_last: 0, vertices, side: back.side }
}

/// The vertices between target and sources; `None` if looking for them took too long.
fn body(graph: &Graph, back: usize, room: &mut usize, steps: &mut Steps) -> Option<Body> {
    let target = graph.loops[back].target;
    let (first, last) = (graph.vertices[target].layer, graph.loops[back].layer_last);
    let down = reached(graph, vec![target], true, first..=last, room, steps)?;
    let sources = graph.loops[back].lines.iter().map(|&line| graph.lines[line].from).collect();
    let up = reached(graph, sources, false, first..=last, room, steps)?;
    let up: std::collections::HashSet<VertexId> = up.into_iter().collect();
    let mut body: Vec<Option<RangeInclusive<usize>>> = vec![None; last - first + 1];
    for vertex in down.into_iter().filter(|vertex| up.contains(vertex)) {
        let (layer, position) = (graph.vertices[vertex].layer, graph.vertices[vertex].position);
        let positions = &mut body[layer - first];
        *positions = Some(match positions {
            None => position..=position,
            Some(known) => position.min(*known.start())..=position.max(*known.end()),
        });
    }
    body.into_iter().collect()
}

fn reached(
    graph: &Graph,
    mut stack: Vec<VertexId>,
    is_down: bool,
    layers: RangeInclusive<usize>,
    room: &mut usize,
    steps: &mut Steps,
) -> Option<Vec<VertexId>> {
    let mut seen = std::collections::HashSet::new();
    let mut found = Vec::new();
    while let Some(vertex) = stack.pop() {
        if !layers.contains(&graph.vertices[vertex].layer) || !seen.insert(vertex) {
            continue;
        }
        found.push(vertex);
        let own = &graph.vertices[vertex];
        let hops = if is_down { &own.down } else { &own.up };
        *room = room.checked_sub(1 + hops.len())?;
        steps.add(1 + hops.len());
        stack.extend(hops.iter().map(|&hop| if is_down { graph.hops[hop].lower } else { graph.hops[hop].upper }));
    }
    Some(found)
}

fn whole(graph: &Graph, back: usize) -> Body {
    let first = graph.vertices[graph.loops[back].target].layer;
    (first..=graph.loops[back].layer_last).map(|layer| 0..=graph.layers[layer].len().saturating_sub(1)).collect()
}

/// The side on which fewer lines are crossed.
fn side(graph: &Graph, back: usize, body: &Body, room: &mut usize, steps: &mut Steps) -> Side {
    let target = graph.loops[back].target;
    let first = graph.vertices[target].layer;
    let source = graph.lines[graph.loops[back].lines[0]].from;
    let (at_target, at_source) = (&body[0], &body[body.len() - 1]);
    let (top, bottom) = (graph.vertices[target].position, graph.vertices[source].position);
    let mut left = 2 * ((top - at_target.start()) + (bottom - at_source.start()));
    let mut right = 2 * ((at_target.end() - top) + (at_source.end() - bottom));
    for offset in 0..body.len() - 1 {
        for &upper in &graph.layers[first + offset] {
            let hops = &graph.vertices[upper].down;
            steps.add(1 + hops.len());
            let Some(rest) = room.checked_sub(1 + hops.len()) else { return Side::Left };
            *room = rest;
            let above = graph.vertices[upper].position;
            for &hop in hops {
                let below = graph.vertices[graph.hops[hop].lower].position;
                let weight = order::weight(graph.hops[hop].class);
                left += weight * usize::from((above < *body[offset].start()) != (below < *body[offset + 1].start()));
                right += weight * usize::from((above > *body[offset].end()) != (below > *body[offset + 1].end()));
            }
        }
    }
    if right < left { Side::Right } else { Side::Left }
}

/// Puts the loops into the layers: those around others outside of them.
fn merge(graph: &mut Graph, before: &[Vec<Vec<VertexId>>], after: &[Vec<Vec<VertexId>>]) {
    let merged = graph.layers.iter().enumerate().map(|(layer, vertices)| {
        let mut merged = Vec::with_capacity(vertices.len());
        for (position, &vertex) in vertices.iter().enumerate() {
            merged.extend(before[layer].get(position).into_iter().flatten().rev());
            merged.push(vertex);
            merged.extend(after[layer].get(position).into_iter().flatten());
        }
        merged
    });
    let layers = merged.collect();
    order::set_layers(graph, layers);
}

/// Labels of loops stand beside the item they leave.
fn make_room(graph: &mut Graph, leaving: &mut [Leaving]) {
    for (item, leaving) in leaving.iter_mut().enumerate() {
        for lines in [&mut leaving.left, &mut leaving.right] {
            // The innermost lane is met first.
            lines.sort_by_key(|&line| std::cmp::Reverse(graph.vertices[graph.lines[line].to].layer));
        }
        let (left, right) = (room_beside(graph, &leaving.left), room_beside(graph, &leaving.right));
        (leaving.room_left, leaving.room_right) = (left, right);
        let count = leaving.left.len().max(leaving.right.len());
        let vertex = &mut graph.vertices[item];
        vertex.left += left;
        vertex.right += right;
        if count > 2 {
            // The box grows, so that every line begins at its side.
            let least = LEAVE_STEP * i32::try_from(count).unwrap_or(i32::MAX / LEAVE_STEP - 1) + 8;
            vertex.height = vertex.height.max(least);
            graph.boxes[item].1 = graph.boxes[item].1.max(least);
        }
    }
}

/// What loops that leave one side of an item take beside it, px: their labels, and a way down for each.
fn room_beside(graph: &Graph, lines: &[LineId]) -> i32 {
    let labels = lines.iter().map(|&line| graph.lines[line].label_width).max().unwrap_or(0);
    let ways = i32::try_from(lines.len().saturating_sub(1)).unwrap_or(i32::MAX / WAY_STEP) * WAY_STEP;
    match (labels, ways) {
        (0, 0) => 0,
        (0, ways) => ways + LABEL_GAP,
        (labels, ways) => ways + labels + 2 * LABEL_GAP,
    }
}
