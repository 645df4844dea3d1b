//! The order of the vertices in each layer: as the text has them, changed only where fewer lines cross.

use super::graph::{Class, Graph, Hop, HopId, VertexId};
use super::steps::Steps;

/// How often the layers are gone through, down and up again.
const SWEEPS: usize = 6;

/// Sets layers and positions.
pub(crate) fn order(graph: &mut Graph, steps: &mut Steps) {
    initial(graph);
    let mut best = crossings(graph, steps);
    let mut best_layers = graph.layers.clone();
    let mut unimproved = 0;
    for sweep in 0..SWEEPS {
        if best == 0 || unimproved == 3 {
            break;
        }
        sweep_once(graph, sweep % 2 == 0, steps);
        swap_neighbours(graph, steps);
        let found = crossings(graph, steps);
        unimproved += 1;
        if found < best {
            (best, unimproved) = (found, 0);
            best_layers.clone_from(&graph.layers);
        }
    }
    set_layers(graph, best_layers);
    if best > 0 {
        swap_neighbours(graph, steps);
    }
}

/// Each vertex where a walk in text order first meets it.
fn initial(graph: &mut Graph) {
    let count = graph.vertices.iter().map(|vertex| vertex.layer + 1).max().unwrap_or(0);
    let mut layers = vec![Vec::new(); count];
    let mut is_seen = vec![false; graph.vertices.len()];
    let heads = (0..graph.vertices.len()).filter(|&vertex| graph.vertices[vertex].up.is_empty());
    let roots: Vec<VertexId> = graph.start().into_iter().chain(heads).collect();
    for root in roots {
        let mut stack = vec![root];
        while let Some(vertex) = stack.pop() {
            if std::mem::replace(&mut is_seen[vertex], true) {
                continue;
            }
            layers[graph.vertices[vertex].layer].push(vertex);
            stack.extend(graph.vertices[vertex].down.iter().rev().map(|&hop| graph.hops[hop].lower));
        }
    }
    set_layers(graph, layers);
}

pub(crate) fn set_layers(graph: &mut Graph, layers: Vec<Vec<VertexId>>) {
    graph.layers = layers;
    for layer in 0..graph.layers.len() {
        set_positions(graph, layer);
    }
}

fn set_positions(graph: &mut Graph, layer: usize) {
    for position in 0..graph.layers[layer].len() {
        let vertex = graph.layers[layer][position];
        graph.vertices[vertex].position = position;
    }
}

fn sweep_once(graph: &mut Graph, is_down: bool, steps: &mut Steps) {
    let count = graph.layers.len();
    for turn in 0..count {
        let layer = if is_down { turn } else { count - 1 - turn };
        let mut keyed: Vec<(u64, VertexId)> = graph.layers[layer]
            .iter()
            .map(|&vertex| {
                let own = &graph.vertices[vertex];
                let neighbours = positions(graph, if is_down { &own.up } else { &own.down }, is_down);
                steps.add(1 + neighbours.len());
                let sum: u64 = neighbours.iter().map(|&(position, _)| position as u64).sum();
                let mean = (sum * 1000).checked_div(neighbours.len() as u64);
                (mean.unwrap_or(own.position as u64 * 1000), vertex)
            })
            .collect();
        keyed.sort_by_key(|&(key, _)| key);
        graph.layers[layer] = keyed.into_iter().map(|(_, vertex)| vertex).collect();
        set_positions(graph, layer);
    }
}

/// Positions of the vertices at the other ends, ascending, each with the weight of the line between.
fn positions(graph: &Graph, hops: &[HopId], is_up: bool) -> Vec<(usize, usize)> {
    let end = |&hop: &HopId| {
        let Hop { upper, lower, class } = graph.hops[hop];
        (graph.vertices[if is_up { upper } else { lower }].position, weight(class))
    };
    let mut positions: Vec<(usize, usize)> = hops.iter().map(end).collect();
    positions.sort_unstable();
    positions
}

/// Where two lines cross it costs the product: rather two catchers than one that is seen all the time.
pub(crate) fn weight(class: Class) -> usize {
    match class {
        Class::Flow => 2,
        Class::Catch => 1,
    }
}

/// Swaps neighbours wherever that makes crossings cost less.
fn swap_neighbours(graph: &mut Graph, steps: &mut Steps) {
    for round in 0..6 {
        let mut is_changed = false;
        let count = graph.layers.len();
        for turn in 0..count {
            let layer = if round % 2 == 0 { turn } else { count - 1 - turn };
            is_changed |= swap_in_layer(graph, layer, steps);
        }
        if !is_changed {
            break;
        }
    }
}

fn swap_in_layer(graph: &mut Graph, layer: usize, steps: &mut Steps) -> bool {
    let mut is_changed = false;
    for position in 1..graph.layers[layer].len() {
        let (a, b) = (graph.layers[layer][position - 1], graph.layers[layer][position]);
        let (mut before, mut after) = (0, 0);
        for is_up in [true, false] {
            let side = |vertex: VertexId| {
                let vertex = &graph.vertices[vertex];
                positions(graph, if is_up { &vertex.up } else { &vertex.down }, is_up)
            };
            let (of_a, of_b) = (side(a), side(b));
            steps.add(1 + of_a.len() + of_b.len());
            before += inversions(&of_a, &of_b);
            after += inversions(&of_b, &of_a);
        }
        if after < before {
            graph.layers[layer].swap(position - 1, position);
            graph.vertices[a].position = position;
            graph.vertices[b].position = position - 1;
            is_changed = true;
        }
    }
    is_changed
}

/// What the pairs cost of which the left one's end is right of the right one's.
fn inversions(left: &[(usize, usize)], right: &[(usize, usize)]) -> usize {
    let (mut cost, mut below, mut weights) = (0, 0, 0);
    for &(position, weight) in left {
        while below < right.len() && right[below].0 < position {
            weights += right[below].1;
            below += 1;
        }
        cost += weight * weights;
    }
    cost
}

/// What the crossings between all neighbouring layers cost.
fn crossings(graph: &Graph, steps: &mut Steps) -> usize {
    let mut total = 0;
    for layer in 1..graph.layers.len() {
        let mut tree = vec![0usize; graph.layers[layer].len() + 1];
        let mut seen = 0;
        for &upper in &graph.layers[layer - 1] {
            let lowers = positions(graph, &graph.vertices[upper].down, false);
            steps.add(1 + lowers.len());
            for &(lower, weight) in &lowers {
                total += weight * (seen - sum(&tree, lower));
            }
            for (lower, weight) in lowers {
                add(&mut tree, lower, weight);
                seen += weight;
            }
        }
    }
    total
}

/// The weight that was added at the positions up to this one.
fn sum(tree: &[usize], position: usize) -> usize {
    let (mut index, mut sum) = (position + 1, 0);
    while index > 0 {
        sum += tree[index];
        index &= index - 1;
    }
    sum
}

fn add(tree: &mut [usize], position: usize, weight: usize) {
    let mut index = position + 1;
    while index < tree.len() {
        tree[index] += weight;
        index += index & index.wrapping_neg();
    }
}
