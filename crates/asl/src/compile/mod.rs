//! Tree to typed definition: every rule of the language that can be checked without running it. Findings use AWS's codes, sentences and
//! locations where they are known; several are reported at once.
//!
//! One file per concept: what the whole machine has (`machine`), a `States` object (`scope`), what all states share (`state`), one file per
//! state type in `states`, the parts of states beside them, and in `rules` what needs the whole definition at once.

mod assign;
mod checker;
mod fields;
mod flow;
mod location;
mod machine;
mod path_field;
mod resource;
mod retry;
mod rules;
mod scope;
mod similar;
mod state;
mod states;
mod template;

pub use assign::why_no_variable_name;
pub(crate) use checker::ReadVariables;
pub(crate) use machine::{Compiled, compile};
pub use similar::similar;
