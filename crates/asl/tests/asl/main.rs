//! Texts in, definitions and findings out. One program, so that it is linked once.

mod both_forms;
mod definition;
mod diagnostics;
mod layout;
mod lint;
mod real_definitions;
mod tree;
