//! Boxes, lines, pictures and texts on pixels, with places in px.

use super::letters::{Anchor, Letters};
use crate::scene::{Point, Rect};
use crate::svg::shape::Step;
use crate::text::Type;
use tiny_skia::{Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Stroke, StrokeDash, Transform};

/// How far a curve's handles are from its ends to make a quarter of a circle.
const CIRCLE: f32 = 0.5523;

/// How a line is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dashes {
    None,
    Short,
    Even,
    Long,
}

pub(crate) struct Pen {
    pixmap: Pixmap,
    scale: Transform,
    letters: Letters,
}

impl Pen {
    /// `None` if there can be no picture of such a size.
    pub(crate) fn new((width, height): (u32, u32), scale: u8, canvas: &str) -> Option<Pen> {
        let mut pixmap = Pixmap::new(width, height)?;
        pixmap.fill(colour(canvas));
        let scale = Transform::from_scale(f32::from(scale), f32::from(scale));
        Some(Pen { pixmap, scale, letters: Letters::new() })
    }

    pub(crate) fn pixels(&self) -> &[u8] {
        self.pixmap.data()
    }

    /// A box with a border of one px.
    pub(crate) fn rect(&mut self, rect: Rect, radius: i32, fill: &str, border: &str, dashes: Dashes) {
        let Some(path) = rounded(rect, 0.5, radius) else { return };
        self.fill(&path, fill);
        self.stroke(&path, 1.0, dashes, border);
    }

    /// A box without a border.
    pub(crate) fn tile(&mut self, rect: Rect, radius: i32, fill: &str) {
        if let Some(path) = rounded(rect, 0.0, radius) {
            self.fill(&path, fill);
        }
    }

    /// A line with round corners.
    pub(crate) fn line(&mut self, steps: &[Step], dashes: Dashes, colour: &str) {
        let mut builder = PathBuilder::new();
        for step in steps {
            let at = |point: Point| (point.x as f32, point.y as f32);
            match *step {
                Step::Move(to) => builder.move_to(at(to).0, at(to).1),
                Step::Line(to) => builder.line_to(at(to).0, at(to).1),
                Step::Corner(corner, to) => builder.quad_to(at(corner).0, at(corner).1, at(to).0, at(to).1),
            }
        }
        if let Some(path) = builder.finish() {
            self.stroke(&path, 1.5, dashes, colour);
        }
    }

    pub(crate) fn arrow(&mut self, corners: [Point; 3], colour: &str) {
        let mut builder = PathBuilder::new();
        let [a, b, c] = corners.map(|point| (point.x as f32, point.y as f32));
        builder.move_to(a.0, a.1);
        builder.line_to(b.0, b.1);
        builder.line_to(c.0, c.1);
        builder.close();
        if let Some(path) = builder.finish() {
            self.fill(&path, colour);
        }
    }

    /// A picture whose corner is at a place.
    pub(crate) fn glyph(&mut self, x: i32, y: i32, drawing: &str, width: f32, colour: &str) {
        if let Some(path) = drawn(drawing, x as f32, y as f32) {
            self.stroke(&path, width, Dashes::None, colour);
        }
    }

    pub(crate) fn text(&mut self, x: i32, y: i32, text: &str, style: Type, anchor: Anchor, colour: &str) {
        if let Some(path) = self.letters.outline((x as f32, y as f32), text, style, anchor) {
            self.fill(&path, colour);
        }
    }

    fn fill(&mut self, path: &Path, colour: &str) {
        self.pixmap.fill_path(path, &paint(colour), FillRule::Winding, self.scale, None);
    }

    fn stroke(&mut self, path: &Path, width: f32, dashes: Dashes, colour: &str) {
        let dash = match dashes {
            Dashes::None => None,
            Dashes::Short => StrokeDash::new(vec![3.0, 3.0], 0.0),
            Dashes::Even => StrokeDash::new(vec![4.0, 4.0], 0.0),
            Dashes::Long => StrokeDash::new(vec![5.0, 4.0], 0.0),
        };
        let line_cap = if dash.is_some() { LineCap::Butt } else { LineCap::Round };
        let stroke = Stroke { width, dash, line_cap, line_join: LineJoin::Round, ..Stroke::default() };
        self.pixmap.stroke_path(path, &paint(colour), &stroke, self.scale, None);
    }
}

fn paint(name: &str) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color(colour(name));
    paint
}

/// `#rrggbb`
fn colour(name: &str) -> Color {
    let part = |at: usize| u8::from_str_radix(&name[at..at + 2], 16).expect("a palette has colours");
    Color::from_rgba8(part(1), part(3), part(5), 255)
}

fn rounded(rect: Rect, inset: f32, radius: i32) -> Option<Path> {
    let (left, top) = (rect.x as f32 + inset, rect.y as f32 + inset);
    let (right, bottom) = (rect.right() as f32 - inset, rect.bottom() as f32 - inset);
    let radius = (radius as f32).min((right - left) / 2.0).min((bottom - top) / 2.0);
    let handle = radius * (1.0 - CIRCLE);
    let mut builder = PathBuilder::new();
    builder.move_to(left + radius, top);
    builder.line_to(right - radius, top);
    builder.cubic_to(right - handle, top, right, top + handle, right, top + radius);
    builder.line_to(right, bottom - radius);
    builder.cubic_to(right, bottom - handle, right - handle, bottom, right - radius, bottom);
    builder.line_to(left + radius, bottom);
    builder.cubic_to(left + handle, bottom, left, bottom - handle, left, bottom - radius);
    builder.line_to(left, top + radius);
    builder.cubic_to(left, top + handle, left + handle, top, left + radius, top);
    builder.close();
    builder.finish()
}

/// A drawing in the letters that pictures of nodes use.
fn drawn(drawing: &str, x: f32, y: f32) -> Option<Path> {
    let mut builder = PathBuilder::new();
    let mut at = (0.0, 0.0);
    let is_letter = |character: char| character.is_ascii_alphabetic();
    let starts = drawing.char_indices().filter(|(_, character)| is_letter(*character));
    for (start, letter) in starts {
        let rest = &drawing[start + 1..];
        let numbers = &rest[..rest.find(is_letter).unwrap_or(rest.len())];
        let numbers: Vec<f32> =
            numbers.split_whitespace().map(|number| number.parse().expect("drawings are sound")).collect();
        match (letter, &numbers[..]) {
            ('M', &[to_x, to_y]) => {
                builder.move_to(x + to_x, y + to_y);
                at = (to_x, to_y);
            }
            ('Z', _) => builder.close(),
            ('C', curves) => {
                for curve in curves.chunks_exact(6) {
                    builder.cubic_to(
                        x + curve[0],
                        y + curve[1],
                        x + curve[2],
                        y + curve[3],
                        x + curve[4],
                        y + curve[5],
                    );
                    at = (curve[4], curve[5]);
                }
            }
            (line, numbers) => {
                at = match (line, numbers) {
                    ('H', &[to_x]) => (to_x, at.1),
                    ('V', &[to_y]) => (at.0, to_y),
                    ('L', &[to_x, to_y]) => (to_x, to_y),
                    _ => unreachable!("drawings have no {line} of {} numbers", numbers.len()),
                };
                builder.line_to(x + at.0, y + at.1);
            }
        }
    }
    builder.finish()
}
