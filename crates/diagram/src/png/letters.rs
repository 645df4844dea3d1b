//! Texts as outlines.

use crate::text::{self, Type};
use tiny_skia::{Path, PathBuilder};
use ttf_parser::{Face, OutlineBuilder};

const REGULAR: &[u8] = include_bytes!("../../fonts/Inter-Regular.otf");
const MEDIUM: &[u8] = include_bytes!("../../fonts/Inter-Medium.otf");

/// Where a text is with regard to its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
}

/// The fonts.
pub(crate) struct Letters {
    regular: Face<'static>,
    medium: Face<'static>,
}

impl Letters {
    pub(crate) fn new() -> Letters {
        let face = |bytes| Face::parse(bytes, 0).expect("the fonts in the program are sound");
        Letters { regular: face(REGULAR), medium: face(MEDIUM) }
    }

    /// The outline of a text whose baseline begins at a place; `None` if there is nothing to see.
    pub(crate) fn outline(&self, place: (f32, f32), text: &str, style: Type, anchor: Anchor) -> Option<Path> {
        let face = if style == Type::Meta { &self.regular } else { &self.medium };
        let size = style.pixels() as f32;
        let scale = size / f32::from(face.units_per_em());
        let advance = |character: char| match face.glyph_index(character) {
            Some(glyph) => f32::from(face.glyph_hor_advance(glyph).unwrap_or(0)) * scale,
            None => text::width(character.encode_utf8(&mut [0; 4]), style) as f32,
        };
        let (mut x, y) = place;
        if anchor == Anchor::Middle {
            x -= text.chars().map(advance).sum::<f32>() / 2.0;
        }
        let mut builder = PathBuilder::new();
        for character in text.chars() {
            let width = advance(character);
            match face.glyph_index(character) {
                Some(glyph) => _ = face.outline_glyph(glyph, &mut Outline { builder: &mut builder, x, y, scale }),
                None if width > 0.0 => unknown(&mut builder, x, y, width, size),
                None => {}
            }
            x += width;
        }
        builder.finish()
    }
}

/// A frame in the place of a letter that the font has not.
fn unknown(builder: &mut PathBuilder, x: f32, y: f32, width: f32, size: f32) {
    let (left, right, top, bottom) = (x + 1.0, x + width - 1.0, y - size * 0.72, y);
    let inner = 1.0;
    for (left, right, top, bottom, is_hole) in
        [(left, right, top, bottom, false), (left + inner, right - inner, top + inner, bottom - inner, true)]
    {
        builder.move_to(left, top);
        if is_hole {
            builder.line_to(left, bottom);
            builder.line_to(right, bottom);
            builder.line_to(right, top);
        } else {
            builder.line_to(right, top);
            builder.line_to(right, bottom);
            builder.line_to(left, bottom);
        }
        builder.close();
    }
}

/// A glyph's outline, moved and turned upside up.
struct Outline<'b> {
    builder: &'b mut PathBuilder,
    x: f32,
    y: f32,
    scale: f32,
}

impl Outline<'_> {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.x + x * self.scale, self.y - y * self.scale)
    }
}

impl OutlineBuilder for Outline<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.builder.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.builder.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.builder.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.builder.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.builder.close();
    }
}
