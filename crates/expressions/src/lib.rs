//! JSONPath, reference paths, intrinsic functions and payload templates: what the JSONPath query language can say.
//!
//! Everything is parsed once, when a definition is compiled, and evaluated often. Nothing here reads a clock or entropy: random numbers
//! come from a [`Random`] whose seed is part of the execution. JSONata is not here.
//!
//! Reading order: [`Scope`], [`Path`], [`ReferencePath`], [`IntrinsicCall`], [`Expression`], [`PayloadTemplate`], [`EvaluationError`].

mod error;
mod expression;
mod intrinsic;
mod java;
mod path;
mod random;
mod reference_path;
mod scope;
mod template;

pub use error::{ErrorKind, EvaluationError};
pub use expression::Expression;
pub use intrinsic::{Intrinsic, IntrinsicCall, SyntaxError};
pub use path::{Path, PathFailure, PathSyntaxError, Root};
pub use random::Random;
pub use reference_path::{ReferencePath, ResultPathMismatch};
pub use scope::{Scope, Variables};
pub use template::{PayloadTemplate, TemplateProblem};
