//! `lint`: which of the linter's rules are switched off or on in a project, and which count as errors.

use super::reader::{Fields, Findings};
use crate::output::Style;
use anyhow::{anyhow, bail};
use asl::Node;
use std::path::Path;

const FIELDS: [&str; 3] = ["off", "on", "error"];

/// Ids of rules.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Lint {
    pub(crate) off: Vec<String>,
    pub(crate) on: Vec<String>,
    pub(crate) error: Vec<String>,
}

/// Reads this field alone from a project's file; nothing is switched if there is no such file.
pub(crate) fn load_lint(path: &Path) -> anyhow::Result<Lint> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Lint::default()),
        Err(error) => return Err(anyhow!("cannot read {}: {error}", path.display())),
    };
    let (tree, syntax) = asl::tree::parse_yaml(&text);
    let mut findings = Findings(syntax);
    let node = tree.as_ref().and_then(|tree| tree.get("lint"));
    let lint = node.map(|node| read(node, &mut findings)).unwrap_or_default();
    if findings.0.is_empty() {
        return Ok(lint);
    }
    let name = path.display().to_string();
    let rendered = asl::render(&findings.0, &text, &name, Style::of_stderr().coloured);
    bail!("{name} cannot be used\n{}", rendered.trim_end())
}

/// Reads the field.
pub(super) fn read(node: &Node, findings: &mut Findings) -> Lint {
    let fields = Fields::of("lint", node, &FIELDS, findings);
    let mut rules = |name: &str| {
        let elements = fields.get(name).map(|node| findings.elements(name, node)).unwrap_or_default();
        let mut ids = Vec::new();
        for element in elements {
            let Some(id) = findings.text(name, element) else { continue };
            if asl::lint::rule(id).is_none() {
                findings.add_with_help(
                    &element.span,
                    format!("There is no rule '{id}'"),
                    "stepwell explain lists the rules",
                );
            }
            ids.push(id.to_string());
        }
        ids
    };
    Lint { off: rules("off"), on: rules("on"), error: rules("error") }
}
