//! Executions as somebody at a terminal sees them.
//!
//! Reading order: [`Tree`] (history events to rows), [`lines`] (one line per happening), `live` (the tree, redrawn in place), [`View`] (either).

mod duration;
pub(crate) mod lines;
mod live;
mod tree;
mod view;

pub(crate) use duration::shown as shown_duration;
use live::Live;
pub(crate) use tree::Tree;
pub(crate) use view::{View, log_line};
