//! JSONPath, reference paths, intrinsic functions and payload templates: what the JSONPath query language can say; and JSONata as
//! definitions embed it.
//!
//! Everything is parsed once, when a definition is compiled, and evaluated often. Nothing here reads a clock or entropy: random numbers
//! come from a [`Random`] whose seed is part of the execution.
//!
//! Reading order: [`Scope`], [`Path`], [`ReferencePath`], [`IntrinsicCall`], [`Expression`], [`PayloadTemplate`], [`EvaluationError`]; then
//! [`JsonataExpression`], [`JsonataTemplate`].

mod error;
mod expression;
mod intrinsic;
mod java;
mod jsonata;
mod path;
mod random;
mod reference_path;
mod scope;
mod template;

pub use error::{ErrorKind, EvaluationError};
pub use expression::Expression;
pub use intrinsic::{Intrinsic, IntrinsicCall, SyntaxError};
pub use jsonata::{
    JsonataExpression, JsonataFailure, JsonataProblem, JsonataScope, JsonataSentence, JsonataTemplate,
    JsonataTemplateProblem, StatesMembers,
};
pub use path::{Path, PathFailure, PathSyntaxError, Root};
pub use random::Random;
pub use reference_path::{ReferencePath, ResultPathMismatch};
pub use scope::{Scope, Variables};
pub use template::{PayloadTemplate, TemplateProblem};
