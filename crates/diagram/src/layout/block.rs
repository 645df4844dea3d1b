//! One scope laid out: its graph with all places, the upper left corner at the origin.

use super::columns;
use super::container::even;
use super::graph::{Graph, Item};
use super::loops;
use super::order;
use super::routes::{self, Routes};
use super::steps::Steps;
use crate::machine::{Machine, ScopeId};
use crate::scene::Rect;

/// How far off the middle a block's first item may be so that the whole is moved, px.
const OFF_AXIS_MAX: i32 = 28;

#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) graph: Graph,
    pub(crate) x: Vec<i32>,
    pub(crate) routes: Routes,
    pub(crate) width: i32,
    pub(crate) height: i32,
}

impl Block {
    pub(crate) fn new(
        machine: &Machine,
        scope: ScopeId,
        size: impl Fn(&Item) -> (i32, i32),
        steps: &mut Steps,
    ) -> Block {
        let mut graph = Graph::new(machine, scope, size, steps);
        order::order(&mut graph, steps);
        let leaving = loops::insert(&mut graph, steps);
        let x = columns::columns(&graph, steps);
        let routes = routes::routes(&graph, &leaving, &x, steps);
        let width = (0..graph.vertices.len()).map(|vertex| x[vertex] + graph.vertices[vertex].right).max();
        let height = routes.height;
        Block { graph, x, routes, width: width.unwrap_or(0), height }
    }

    /// How far its first item is right of the middle, px, if that is little enough to be moved there.
    pub(crate) fn off_axis(&self) -> i32 {
        let offset = self.graph.start().map_or(0, |start| self.x[start] - even(self.width) / 2);
        if offset.abs() <= OFF_AXIS_MAX { offset } else { 0 }
    }

    pub(crate) fn rect(&self, item: usize) -> Rect {
        let (width, height) = self.graph.boxes[item];
        Rect { x: self.x[item] - width / 2, y: self.routes.tops[item], width, height }
    }
}
