//! The forms that every picture of a scene shares: corners, arrows, the words on marks.

use crate::scene::{Edge, EdgeKind, Kind, Node, Point};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

/// Radius of a line's corners, px.
const CORNER: i32 = 8;
/// Length of an arrow, px.
const ARROW: i32 = 8;
/// Half of its width, px.
const ARROW_HALF: i32 = 4;

/// Radius of a node's corners, px.
pub(crate) fn radius(node: &Node) -> i32 {
    match node.kind {
        Kind::Start | Kind::End | Kind::Dot | Kind::Link => node.rect.height / 2,
        _ => 8,
    }
}

/// What is written on a mark.
pub(crate) fn mark_label(node: &Node) -> String {
    match node.kind {
        Kind::Missing => format!("? {}", node.label),
        _ => format!("→ {}", node.label),
    }
}

/// A step of a line: straight, or around a corner.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Move(Point),
    Line(Point),
    /// The corner and where it ends.
    Corner(Point, Point),
}

/// Where dashed lines have been drawn: dashes over dashes would look like a whole line, so that nothing is drawn twice.
#[derive(Default)]
pub(crate) struct Drawn {
    /// By direction and place: the parts drawn, by beginning.
    parts: HashMap<(bool, i32), BTreeMap<i32, i32>>,
}

impl Drawn {
    /// The parts of a straight line that are not yet drawn, in its direction.
    fn missing(&mut self, from: Point, to: Point) -> Vec<(Point, Point)> {
        let is_upright = from.x == to.x;
        let (place, a, b) = if is_upright { (from.x, from.y, to.y) } else { (from.y, from.x, to.x) };
        let (low, high) = (a.min(b), a.max(b));
        let drawn = self.parts.entry((is_upright, place)).or_default();
        let (mut at, mut whole) = (low, (low, high));
        let mut missing = Vec::new();
        let begin = drawn.range(..low).next_back().filter(|(_, end)| **end >= low).map_or(low, |(&begin, _)| begin);
        let touched: Vec<(i32, i32)> = drawn.range(begin..=high).map(|(&begin, &end)| (begin, end)).collect();
        for (begin, end) in touched {
            if begin > at {
                missing.push((at, begin));
            }
            at = at.max(end);
            whole = (whole.0.min(begin), whole.1.max(end));
            drawn.remove(&begin);
        }
        if at < high {
            missing.push((at, high));
        }
        drawn.insert(whole.0, whole.1);
        let point = |at: i32| if is_upright { Point { x: place, y: at } } else { Point { x: at, y: place } };
        if a <= b {
            missing.into_iter().map(|(begin, end)| (point(begin), point(end))).collect()
        } else {
            missing.into_iter().rev().map(|(begin, end)| (point(end), point(begin))).collect()
        }
    }
}

/// A line with round corners, its end short of the arrow's tip. Of a dashed line what is not `drawn` yet.
pub(crate) fn steps(edge: &Edge, drawn: &mut Drawn) -> Vec<Step> {
    let mut points = edge.points.clone();
    if edge.joins.is_none()
        && let [.., before, last] = &mut points[..]
    {
        *last = towards(*last, *before, ARROW - 2);
    }
    let is_dashed = matches!(edge.kind, EdgeKind::Catch(_));
    let part = |pair: &[Point]| match *pair {
        [from, to] if is_dashed => drawn.missing(from, to),
        [from, to] => vec![(from, to)],
        _ => Vec::new(),
    };
    let parts: Vec<Vec<(Point, Point)>> = points.windows(2).map(part).collect();
    let mut steps = Vec::with_capacity(2 * points.len());
    for (position, own) in parts.iter().enumerate() {
        let (begin, end) = (points[position], points[position + 1]);
        for &(from, to) in own {
            let before = position.checked_sub(1).filter(|_| from == begin);
            let is_bent = before.is_some_and(|before| parts[before].last().is_some_and(|part| part.1 == begin));
            if is_bent {
                let radius = corner(points[position - 1], begin, end);
                steps.push(Step::Corner(begin, towards(begin, end, radius)));
            } else {
                steps.push(Step::Move(from));
            }
            let goes_on =
                to == end && parts.get(position + 1).is_some_and(|next| next.first().is_some_and(|part| part.0 == end));
            let radius = if goes_on { corner(begin, end, points[position + 2]) } else { 0 };
            steps.push(Step::Line(towards(to, begin, radius)));
        }
    }
    steps
}

/// The radius between two straight lines.
fn corner(before: Point, corner: Point, after: Point) -> i32 {
    CORNER.min(length(before, corner) / 2).min(length(corner, after) / 2)
}

/// The same as the `d` of a path.
pub(crate) fn path(edge: &Edge, drawn: &mut Drawn) -> String {
    steps(edge, drawn).into_iter().fold(String::new(), |mut out, step| {
        _ = match step {
            Step::Move(to) => write!(out, "M{} {}", to.x, to.y),
            Step::Line(to) => write!(out, "L{} {}", to.x, to.y),
            Step::Corner(corner, to) => write!(out, "Q{} {} {} {}", corner.x, corner.y, to.x, to.y),
        };
        out
    })
}

/// The corners of the arrow at a line's end, the tip first.
pub(crate) fn arrow(edge: &Edge) -> Option<[Point; 3]> {
    let [.., before, tip] = edge.points[..] else { return None };
    let (x, y) = ((tip.x - before.x).signum(), (tip.y - before.y).signum());
    let base = Point { x: tip.x - x * ARROW, y: tip.y - y * ARROW };
    let side = |sign: i32| Point { x: base.x + sign * y * ARROW_HALF, y: base.y + sign * x * ARROW_HALF };
    Some([tip, side(1), side(-1)])
}

fn length(a: Point, b: Point) -> i32 {
    (a.x - b.x).abs() + (a.y - b.y).abs()
}

/// The point at a distance from `from` on the way to `to`; lines are horizontal or vertical.
fn towards(from: Point, to: Point, distance: i32) -> Point {
    Point { x: from.x + (to.x - from.x).signum() * distance, y: from.y + (to.y - from.y).signum() * distance }
}
