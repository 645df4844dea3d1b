//! Laying a definition out: `stepwell fmt`. What it means, the order of its keys, the spelling of its numbers and texts and all comments stay;
//! spaces and line breaks follow one rule, so that laying out twice changes nothing.
//!
//! * JSON: two spaces a level, every field on its own line, an array of plain values on one line if it fits.
//! * YAML: two spaces a level, lists one level deeper than their key, one space after `:` and `-` and before a comment behind a value, blank
//!   lines single. What stands in braces or quotes is left as it is.

mod json;
mod yaml;

use crate::diagnostic::{Diagnostic, code};
use crate::parse::Format;
use crate::tree::{parse_json, parse_yaml};

/// Columns an array of plain values may fill.
const WIDTH_MAX: usize = 100;

/// Deeper levels are not indented any further, so that the result stays in proportion to the text.
const INDENTED_LEVELS_MAX: usize = 100;

/// The text laid out, with a line break at its end; or why it cannot be read.
///
/// # Errors
/// The findings of a text that is no JSON or YAML. A text in YAML that would not mean the same afterwards is refused as well.
pub fn lay_out(text: &str, format: Format) -> Result<String, Vec<Diagnostic>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match format {
        Format::Json => {
            let (tree, findings) = parse_json(text);
            let tree = tree.filter(|_| findings.is_empty()).ok_or(findings)?;
            Ok(json::lay_out(text, &tree))
        }
        Format::Yaml => {
            let (tree, findings) = parse_yaml(text);
            let tree = tree.filter(|_| findings.is_empty()).ok_or(findings)?;
            let laid_out = yaml::lay_out(text);
            let is_kept = |text: &str| {
                let (again, findings) = parse_yaml(text);
                findings.is_empty() && again.is_some_and(|again| again.to_value() == tree.to_value())
            };
            if !is_kept(&laid_out) || yaml::lay_out(&laid_out) != laid_out {
                let message = "The text is written in a way that cannot be laid out without changing what it means";
                return Err(vec![Diagnostic::error(code::INVALID_YAML_DESCRIPTION, message, 0..0)]);
            }
            Ok(laid_out)
        }
    }
}
