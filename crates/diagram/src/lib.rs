//! A definition as a picture. [`scene`] lays its states and transitions out, [`svg`], [`png()`] and [`mermaid`] write it down. It works on the tree
//! alone, so that a definition with errors has a picture as far as it can be understood. Nothing is run, and no rule of the language is checked.
//!
//! Reading order: [`Scene`], `machine` (what is drawn), `layout` (where), `svg` (how).

mod condition;
mod describe;
mod layout;
mod machine;
mod mermaid;
mod png;
mod scene;
mod svg;
mod text;

pub use png::{TooLarge, png};
pub use scene::{Badge, BadgeKind, Edge, EdgeKind, Glyph, Kind, Label, Node, Point, Rect, Scene, Side};
pub use svg::{Theme, svg};

use machine::Machine;

/// Lays a definition out. `None` if the text holds no object at all.
pub fn scene(text: &str, format: asl::Format) -> Option<Scene> {
    scene_with_steps(text, format).map(|(scene, _)| scene)
}

/// The same, with how many elementary steps the layout took: a measure of its work that is the same on every machine.
pub fn scene_with_steps(text: &str, format: asl::Format) -> Option<(Scene, u64)> {
    machine(text, format).map(|machine| layout::lay_out(&machine))
}

/// Writes a definition as a Mermaid `stateDiagram-v2`. `None` if the text holds no object at all.
pub fn mermaid(text: &str, format: asl::Format) -> Option<String> {
    machine(text, format).map(|machine| mermaid::write(&machine))
}

fn machine(text: &str, format: asl::Format) -> Option<Machine> {
    let (tree, _) = match format {
        asl::Format::Json => asl::tree::parse_json(text),
        asl::Format::Yaml => asl::tree::parse_yaml(text),
    };
    tree.filter(|tree| tree.as_object().is_some()).map(|tree| Machine::new(&tree))
}
