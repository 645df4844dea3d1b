//! Source text to tree: tokens, Pratt parser, the shaping of paths, parents, and the resolution of variables.

pub mod ast;
mod lexer;
mod parents;
mod parser;
mod resolve;

pub(crate) use parser::parse;
pub(crate) use resolve::resolve;
