//! What can be called.

use super::frame::Environment;
use super::item::Item;
use crate::functions::Builtin;
use crate::regex::Regex;
use crate::syntax::ast::{Call, Lambda, Transform};
use std::rc::Rc;
use std::sync::Arc;

#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) kind: FunctionKind,
    /// How deep functions and values are nested in it.
    pub(crate) depth: u32,
}

#[derive(Debug)]
pub(crate) enum FunctionKind {
    Lambda {
        lambda: Arc<Lambda>,
        environment: Environment,
        input: Item,
    },
    /// A call in tail position that is still to be made.
    Thunk {
        call: Arc<Call>,
        environment: Environment,
        input: Item,
    },
    Builtin(&'static Builtin),
    /// `f(?, x)`: what is missing is `None`.
    Partial {
        function: Item,
        arguments: Vec<Option<Item>>,
    },
    /// `f ~> g`
    Composed(Item, Item),
    Transform {
        transform: Arc<Transform>,
        environment: Environment,
    },
    Regex(Arc<Regex>),
    /// The rest of a regex's matches.
    NextMatch {
        regex: Arc<Regex>,
        text: Arc<str>,
        from: usize,
    },
}

impl Function {
    pub(crate) fn item(kind: FunctionKind) -> Item {
        let depth = match &kind {
            FunctionKind::Lambda { input, .. } | FunctionKind::Thunk { input, .. } => input.depth(),
            FunctionKind::Partial { function, arguments } => {
                arguments.iter().flatten().map(Item::depth).max().unwrap_or(0).max(function.depth())
            }
            FunctionKind::Composed(first, second) => first.depth().max(second.depth()),
            FunctionKind::Builtin(_)
            | FunctionKind::Transform { .. }
            | FunctionKind::Regex(_)
            | FunctionKind::NextMatch { .. } => 0,
        };
        Item::Function(Rc::new(Function { kind, depth: depth + 1 }))
    }

    /// How many arguments it looks at, which decides what `$map` and its like pass it.
    pub(crate) fn arity(&self) -> usize {
        match &self.kind {
            FunctionKind::Lambda { lambda, .. } => lambda.parameters.len(),
            FunctionKind::Builtin(builtin) => builtin.arity,
            FunctionKind::Partial { arguments, .. } => arguments.iter().filter(|argument| argument.is_none()).count(),
            FunctionKind::Composed(..) | FunctionKind::Transform { .. } => 1,
            FunctionKind::Regex(_) => 2,
            FunctionKind::Thunk { .. } | FunctionKind::NextMatch { .. } => 0,
        }
    }
}
