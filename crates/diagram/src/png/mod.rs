//! A scene as PNG, for where no SVG is taken. Its letters come from a font of its own, which has Latin, Greek and Cyrillic; for others there are boxes.

mod encode;
mod letters;
mod pen;

use crate::layout::{BADGE_STEP, BEFORE_NAME};
use crate::scene::{Edge, EdgeKind, Kind, Node, Rect, Scene};
use crate::svg::glyphs::{self, GLYPH_SIZE};
use crate::svg::shape::{self, Drawn};
use crate::svg::theme::{DARK, LIGHT, Palette, Theme};
use crate::text::Type;
use letters::Anchor;
use pen::{Dashes, Pen};

/// Pixels that a picture may have at most.
const PIXELS_MAX: u64 = 80_000_000;

/// The picture would be too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge {
    /// The width it would have in pixels.
    pub width: u64,
    /// The height it would have in pixels.
    pub height: u64,
}

/// Draws a scene, `scale` pixels to the px; [`Theme::Auto`] is light.
pub fn png(scene: &Scene, theme: Theme, scale: u8) -> Result<Vec<u8>, TooLarge> {
    let palette = if theme == Theme::Dark { &DARK } else { &LIGHT };
    let pixels = |length: i32| u64::try_from(length.max(1)).unwrap_or(1) * u64::from(scale.max(1));
    let (width, height) = (pixels(scene.width), pixels(scene.height));
    let too_large = TooLarge { width, height };
    if width.saturating_mul(height) > PIXELS_MAX {
        return Err(too_large);
    }
    let size = (u32::try_from(width).map_err(|_| too_large)?, u32::try_from(height).map_err(|_| too_large)?);
    let mut pen = Pen::new(size, scale.max(1), palette.canvas).ok_or(too_large)?;
    draw(scene, palette, &mut pen);
    Ok(encode::encode(size, pen.pixels()))
}

fn draw(scene: &Scene, palette: &Palette, pen: &mut Pen) {
    for node in scene.nodes.iter().filter(|node| node.is_container) {
        draw_node(node, palette, pen);
    }
    let mut drawn = Drawn::default();
    for edge in &scene.edges {
        draw_edge(edge, palette, &mut drawn, pen);
    }
    for node in scene.nodes.iter().filter(|node| !node.is_container) {
        draw_node(node, palette, pen);
    }
    for edge in &scene.edges {
        draw_label(edge, palette, pen);
    }
}

fn draw_node(node: &Node, palette: &Palette, pen: &mut Pen) {
    let radius = shape::radius(node);
    let (fill, border, dashes) = match node.kind {
        Kind::Branch => (palette.frame, palette.frame_border, Dashes::Short),
        Kind::Start | Kind::Dot => (palette.line, palette.line, Dashes::None),
        Kind::End => (palette.canvas, palette.line, Dashes::None),
        Kind::Missing => (palette.node, palette.error, Dashes::Even),
        Kind::Link => (palette.node, palette.frame_border, Dashes::None),
        _ => {
            let dashes = if node.is_reachable { Dashes::None } else { Dashes::Even };
            (if node.is_container { palette.container } else { palette.node }, palette.border, dashes)
        }
    };
    if node.kind == Kind::Map && node.is_container {
        pen.rect(node.rect.moved(5, 5), radius, fill, border, dashes);
    }
    pen.rect(node.rect, radius, fill, border, dashes);
    let middle = node.rect.x + node.rect.width / 2;
    match node.kind {
        Kind::Branch | Kind::Dot => {}
        Kind::Start => pen.text(middle, node.rect.y + 18, &node.label, Type::Label, Anchor::Middle, palette.canvas),
        Kind::End => pen.text(middle, node.rect.y + 18, &node.label, Type::Label, Anchor::Middle, palette.text),
        Kind::Missing | Kind::Link => {
            let y = node.rect.y + node.rect.height / 2 + 4;
            pen.text(middle, y, &shape::mark_label(node), Type::Meta, Anchor::Middle, palette.muted);
        }
        _ => draw_state(node, palette, pen),
    }
}

fn draw_state(node: &Node, palette: &Palette, pen: &mut Pen) {
    let Rect { x, y, .. } = node.rect;
    pen.tile(Rect { x: x + 12, y: y + 14, width: 28, height: 28 }, 6, palette.tile);
    if let Some(glyph) = node.glyph {
        let inset = (28 - GLYPH_SIZE) / 2;
        pen.glyph(x + 12 + inset, y + 14 + inset, glyphs::glyph(glyph), 1.5, palette.text);
    }
    pen.text(x + BEFORE_NAME, y + 25, &node.label, Type::Name, Anchor::Start, palette.text);
    pen.text(x + BEFORE_NAME, y + 43, &node.subtitle, Type::Meta, Anchor::Start, palette.muted);
    for (badge, place) in node.badges.iter().rev().zip(1..) {
        pen.glyph(node.rect.right() - 8 - place * BADGE_STEP, y + 13, glyphs::badge(badge.kind), 1.3, palette.muted);
    }
}

fn draw_edge(edge: &Edge, palette: &Palette, drawn: &mut Drawn, pen: &mut Pen) {
    let dashes = if matches!(edge.kind, EdgeKind::Catch(_)) { Dashes::Long } else { Dashes::None };
    pen.line(&shape::steps(edge, drawn), dashes, palette.line);
    if edge.joins.is_none()
        && let Some(arrow) = shape::arrow(edge)
    {
        pen.arrow(arrow, palette.line);
    }
}

fn draw_label(edge: &Edge, palette: &Palette, pen: &mut Pen) {
    let Some(label) = &edge.label else { return };
    let colour = if matches!(edge.kind, EdgeKind::Catch(_)) { palette.muted } else { palette.text };
    pen.rect(label.rect, label.rect.height / 2, palette.label, palette.label_border, Dashes::None);
    let middle = label.rect.x + label.rect.width / 2;
    pen.text(middle, label.rect.y + 14, &label.text, Type::Meta, Anchor::Middle, colour);
}
