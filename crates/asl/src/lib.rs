//! Amazon States Language: text to a tree with spans, to a typed definition and diagnostics. Parsing never fails: a bad definition still
//! has a tree, and its findings say where.

pub mod definition;
mod diagnostic;
mod timestamp;

pub use definition::StateMachineDefinition;
pub use diagnostic::{Diagnostic, Severity};
pub use timestamp::timestamp;
