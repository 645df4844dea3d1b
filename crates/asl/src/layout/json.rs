//! JSON. Keys and plain values are copied as they are written.

use super::{INDENTED_LEVELS_MAX, WIDTH_MAX};
use crate::tree::{Node, NodeKind};

pub(super) fn lay_out(text: &str, tree: &Node) -> String {
    let mut writer = Writer { text, out: String::with_capacity(text.len() * 2) };
    writer.value(tree, 0, 0);
    writer.out.push('\n');
    writer.out
}

struct Writer<'t> {
    text: &'t str,
    out: String,
}

impl Writer<'_> {
    /// `column`: how much of the line is already filled.
    fn value(&mut self, node: &Node, level: usize, column: usize) {
        match &node.kind {
            NodeKind::Array(elements) if elements.is_empty() => self.out.push_str("[]"),
            NodeKind::Object(entries) if entries.is_empty() => self.out.push_str("{}"),
            NodeKind::Array(elements) => match self.in_one_line(elements, column) {
                Some(line) => self.out.push_str(&line),
                None => {
                    self.out.push('[');
                    for (position, element) in elements.iter().enumerate() {
                        let column = self.begin(position, level + 1);
                        self.value(element, level + 1, column);
                    }
                    self.end(level, ']');
                }
            },
            NodeKind::Object(entries) => {
                self.out.push('{');
                for (position, entry) in entries.iter().enumerate() {
                    let column = self.begin(position, level + 1);
                    let key = &self.text[entry.key_span.clone()];
                    self.out.push_str(key);
                    self.out.push_str(": ");
                    self.value(&entry.value, level + 1, column + key.chars().count() + 2);
                }
                self.end(level, '}');
            }
            _ => self.out.push_str(&self.text[node.span.clone()]),
        }
    }

    /// The comma, the line break and the indentation before an element, and the column after them.
    fn begin(&mut self, position: usize, level: usize) -> usize {
        if position > 0 {
            self.out.push(',');
        }
        self.new_line(level)
    }

    fn end(&mut self, level: usize, bracket: char) {
        self.new_line(level);
        self.out.push(bracket);
    }

    fn new_line(&mut self, level: usize) -> usize {
        let column = level.min(INDENTED_LEVELS_MAX) * 2;
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n(' ', column));
        column
    }

    /// An array of plain values, if it fits; the comma that may follow counts.
    fn in_one_line(&self, elements: &[Node], column: usize) -> Option<String> {
        let mut line = String::from("[");
        for (position, element) in elements.iter().enumerate() {
            if matches!(element.kind, NodeKind::Array(_) | NodeKind::Object(_)) || line.len() > WIDTH_MAX * 4 {
                return None;
            }
            if position > 0 {
                line.push_str(", ");
            }
            line.push_str(&self.text[element.span.clone()]);
        }
        line.push(']');
        (elements.len() == 1 || column + line.chars().count() < WIDTH_MAX).then_some(line)
    }
}
