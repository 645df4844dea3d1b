//! Rules that look at more than one state.

pub(crate) mod graph;
pub(crate) mod shadowing;
