//! Amazon States Language: text to a tree with spans, to a typed definition and diagnostics. Parsing never fails: a bad definition still
//! has a tree, and its findings say where. Nothing is run here, and no expression is evaluated.
//!
//! Reading order: [`parse`], [`tree`], `compile` (the rules), [`definition`] (the result), [`render`] for a terminal, [`lint`], [`lay_out`].

mod compile;
pub mod definition;
pub mod diagnostic;
mod layout;
mod line_index;
pub mod lint;
mod parse;
mod placeholder;
mod render;
mod timestamp;
pub mod tree;
mod variable_references;

pub use compile::{similar, why_no_variable_name};
pub use definition::StateMachineDefinition;
pub use diagnostic::{Diagnostic, Severity};
pub use layout::lay_out;
pub use line_index::LineIndex;
pub use parse::{DEFINITION_LENGTH_MAX, Format, MachineType, Options, Parsed, QueryLanguage, parse};
pub use render::render;
pub use timestamp::timestamp;
pub use tree::{Entry, Node, NodeKind};
pub use variable_references::variable_references;
