//! stepwell.yaml: which functions, state machines and activities a project has, and what is run when it starts.
//!
//! A file is read as a whole: all findings come at once, each with its line and a mark under the place.
//!
//! Reading order: [`Project`], `reader` (fields and findings), `function`, `state_machine`, `run`, `aws`, `buckets`, `connections`, `traces`, `lint`, `words`.

mod aws;
mod buckets;
mod connections;
mod function;
mod lint;
mod project;
mod reader;
mod run;
mod state_machine;
mod traces;
mod words;

pub(crate) use aws::Aws;
pub(crate) use function::Function;
pub(crate) use lint::{Lint, load_lint};
pub(crate) use project::{FILE_NAME, Project, load};
pub(crate) use run::Run;
pub(crate) use state_machine::StateMachine;
pub(crate) use traces::TracesConfiguration;
