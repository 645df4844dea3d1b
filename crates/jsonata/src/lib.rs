//! JSONata as Step Functions runs it.
//!
//! An [`Expression`] is parsed once and evaluated any number of times on shared [`json::Value`]s, which are not converted: what an
//! expression passes on comes out as it went in. Every evaluation has a budget of steps, depth and bytes ([`Limits`]) and reads neither a
//! clock nor entropy ([`World`]). Undefined, a function and null are told apart ([`Outcome`]).
//!
//! Reading order: `expression`, `syntax`, `evaluate`, `functions`; `text`, `pictures` and `regex` are the leaves.

mod budget;
mod error;
mod evaluate;
mod expression;
mod functions;
mod number;
pub mod pictures;
mod profile;
pub mod random;
mod regex;
mod signature;
mod syntax;
pub mod text;

pub use budget::{DEPTH_MAX, Limits};
pub use error::{DEPTH_EXCEEDED, Error, INTERNAL, MEMORY_EXCEEDED, TIME_EXCEEDED};
pub use expression::{Bindings, Expression, NoBindings, Outcome, Reference, World};
pub use profile::Profile;
pub use regex::Regex;
pub use signature::Signature;
pub use syntax::ast;
