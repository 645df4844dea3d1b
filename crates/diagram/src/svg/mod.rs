//! A scene as SVG: one file that needs nothing else, with a title for every state, so that it can be read aloud.

pub(crate) mod glyphs;
pub(crate) mod shape;
pub(crate) mod theme;

use crate::layout::{BADGE_STEP, BEFORE_NAME};
use crate::scene::{Edge, EdgeKind, Kind, Node, Rect, Scene};
use crate::text;
use glyphs::GLYPH_SIZE;
use shape::Drawn;
use std::collections::HashSet;
use std::fmt::Write;
pub use theme::Theme;

/// Writes a scene down. `title` is what the picture is called.
pub fn svg(scene: &Scene, title: &str, theme: Theme) -> String {
    let mut out = String::with_capacity(4_096 + 900 * scene.nodes.len() + 400 * scene.edges.len());
    let (width, height) = (scene.width, scene.height);
    let description = description(scene);
    _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         aria-labelledby=\"title description\">\n<title id=\"title\">{}</title>\n<desc id=\"description\">{}</desc>\n<style>\n{}</style>\n\
         <rect class=\"canvas\" width=\"{width}\" height=\"{height}\"/>\n",
        escaped(title),
        escaped(&description),
        theme::style(theme),
    );
    for node in scene.nodes.iter().filter(|node| node.is_container) {
        write_node(node, &mut out);
    }
    let (mut arrows, mut drawn) = (HashSet::new(), Drawn::default());
    for edge in &scene.edges {
        write_edge(scene, edge, &mut arrows, &mut drawn, &mut out);
    }
    for node in scene.nodes.iter().filter(|node| !node.is_container) {
        write_node(node, &mut out);
    }
    for edge in &scene.edges {
        write_label(edge, &mut out);
    }
    out.push_str("</svg>\n");
    out
}

/// What a reader hears first.
fn description(scene: &Scene) -> String {
    let count = scene.nodes.iter().filter(|node| node.kind.is_state()).count();
    let mut out = format!("A state machine of {count} state{}.", if count == 1 { "" } else { "s" });
    if scene.omitted > 0 {
        _ = write!(out, " {} more are not drawn.", scene.omitted);
    }
    if let Some(comment) = &scene.comment {
        _ = write!(out, " {comment}");
    }
    out
}

fn write_node(node: &Node, out: &mut String) {
    let mut class = node.kind.name().to_owned();
    class.push_str(if node.is_container { " container" } else { "" });
    class.push_str(if node.is_reachable { "" } else { " unreachable" });
    _ = write!(out, "<g class=\"{class}\" data-id=\"{}\">", escaped(&node.id));
    let title = node_title(node);
    if !title.is_empty() {
        _ = write!(out, "<title>{}</title>", escaped(&title));
    }
    if node.kind == Kind::Map && node.is_container {
        let behind = node.rect.moved(5, 5);
        write_rect(behind, shape::radius(node), out);
    }
    write_rect(node.rect, shape::radius(node), out);
    match node.kind {
        Kind::Branch | Kind::Dot => {}
        Kind::Start | Kind::End => {
            write_text("meta middle", node.rect.x + node.rect.width / 2, node.rect.y + 18, &node.label, out)
        }
        Kind::Missing | Kind::Link => write_text(
            "meta middle",
            node.rect.x + node.rect.width / 2,
            node.rect.y + node.rect.height / 2 + 4,
            &shape::mark_label(node),
            out,
        ),
        _ => write_state(node, out),
    }
    out.push_str("</g>\n");
}

fn node_title(node: &Node) -> String {
    let mut title = match node.kind {
        Kind::Branch | Kind::Dot | Kind::Start | Kind::End => return String::new(),
        Kind::Missing => format!("{}: there is no such state", node.name),
        Kind::Link => format!("goes on at {}", node.name),
        kind => format!("{} ({})", node.name, kind.name()),
    };
    if !node.subtitle.is_empty() && node.kind.is_state() {
        _ = write!(title, "\n{}", node.subtitle);
    }
    for line in [&node.title].into_iter().chain(node.badges.iter().map(|badge| &badge.title)) {
        if !line.is_empty() {
            _ = write!(title, "\n{line}");
        }
    }
    if !node.is_reachable {
        title.push_str("\nNothing leads here");
    }
    title
}

fn write_state(node: &Node, out: &mut String) {
    let Rect { x, y, .. } = node.rect;
    _ = write!(out, "<rect class=\"tile\" x=\"{}\" y=\"{}\" width=\"28\" height=\"28\" rx=\"6\"/>", x + 12, y + 14);
    if let Some(glyph) = node.glyph {
        let place = (28 - GLYPH_SIZE) / 2;
        let (left, top) = (x + 12 + place, y + 14 + place);
        _ = write!(out, "<path class=\"glyph\" transform=\"translate({left} {top})\" d=\"{}\"/>", glyphs::glyph(glyph));
    }
    write_text("name", x + BEFORE_NAME, y + 25, &node.label, out);
    write_text("meta", x + BEFORE_NAME, y + 43, &node.subtitle, out);
    for (badge, place) in node.badges.iter().rev().zip(1..) {
        let (left, top) = (node.rect.right() - 8 - place * BADGE_STEP, y + 13);
        let path = glyphs::badge(badge.kind);
        _ = write!(
            out,
            "<g class=\"badge\"><title>{}</title><path class=\"glyph\" transform=\"translate({left} {top})\" d=\"{path}\"/></g>",
            escaped(&badge.title)
        );
    }
}

fn write_rect(rect: Rect, radius: i32, out: &mut String) {
    let Rect { x, y, width, height } = rect;
    // Borders of one px are sharp on half pixels.
    _ = write!(
        out,
        "<rect class=\"box\" x=\"{x}.5\" y=\"{y}.5\" width=\"{}\" height=\"{}\" rx=\"{radius}\"/>",
        width - 1,
        height - 1
    );
}

fn write_text(class: &str, x: i32, y: i32, text: &str, out: &mut String) {
    if !text.is_empty() {
        _ = write!(out, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>", escaped(text));
    }
}

fn write_edge(scene: &Scene, edge: &Edge, arrows: &mut HashSet<(i32, i32)>, drawn: &mut Drawn, out: &mut String) {
    let mut title = format!("{} to {}", called(&scene.nodes[edge.from]), called(&scene.nodes[edge.to]));
    let words = edge_words(edge);
    if !words.is_empty() {
        title = format!("{title}\n{words}");
    }
    _ = write!(
        out,
        "<g class=\"{}\" data-id=\"{}\"><title>{}</title><path class=\"line\" d=\"{}\"/>",
        edge.kind.name(),
        escaped(&edge.id),
        escaped(&title),
        shape::path(edge, drawn)
    );
    if let Some(end) = edge.points.last().filter(|_| edge.joins.is_none())
        && arrows.insert((end.x, end.y))
        && let Some(arrow) = shape::arrow(edge)
    {
        let [a, b, c] = arrow;
        _ = write!(out, "<path class=\"arrow\" d=\"M{} {}L{} {}L{} {}Z\"/>", a.x, a.y, b.x, b.y, c.x, c.y);
    }
    out.push_str("</g>\n");
}

fn called(node: &Node) -> &str {
    if node.name.is_empty() { node.kind.name() } else { &node.name }
}

/// What a line means in words.
fn edge_words(edge: &Edge) -> String {
    match edge.kind {
        EdgeKind::Start | EdgeKind::Next => String::new(),
        EdgeKind::Rule(rule) => format!("Rule {}: {}", rule + 1, edge.title),
        EdgeKind::Default => "Default".to_owned(),
        EdgeKind::Catch(catcher) => format!("Catcher {}: {}", catcher + 1, edge.title),
    }
}

fn write_label(edge: &Edge, out: &mut String) {
    let Some(label) = &edge.label else { return };
    let Rect { x, y, width, height } = label.rect;
    _ = write!(
        out,
        "<g class=\"label {}\"><title>{}</title><rect x=\"{x}.5\" y=\"{y}.5\" width=\"{}\" height=\"{}\" rx=\"{}\"/>",
        edge.kind.name(),
        escaped(&edge_words(edge)),
        width - 1,
        height - 1,
        height / 2
    );
    write_text("middle", x + width / 2, y + 14, &label.text, out);
    out.push_str("</g>\n");
}

/// A text as XML has it. What XML has no form for, or what would turn the text around, is replaced.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push('\n'),
            character if text::is_hostile(character) => out.push('\u{fffd}'),
            character => out.push(character),
        }
    }
    out
}
