//! The tree of an expression: paths flattened into steps, parents and variables resolved, every node with its place in the source.

use crate::functions::Builtin;
use crate::regex::Regex;
use crate::signature::Signature;
use json::Value;
use std::sync::Arc;

/// Bytes of the source, `start` included and `end` not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
}

/// A name bound by `@$x`, `#$x` or `%` in a path, unique within the expression.
pub type Symbol = u32;

/// A node of the tree.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// The token it is named after: the operator, the name, the opening parenthesis.
    pub span: Span,
    /// `[]` was written after it: a single result stays an array.
    pub keep_array: bool,
    /// An array constructor at the start or end of a path, whose arrays are not flattened.
    pub cons_array: bool,
    /// The rarer parts.
    pub extras: Option<Box<Extras>>,
    pub(crate) height: u32,
}

/// What only some nodes have.
#[derive(Clone, Debug, Default)]
pub struct Extras {
    /// `[…]` after a node that is not a step.
    pub predicate: Vec<Node>,
    /// `[…]` and `#$i` after a step, in order.
    pub stages: Vec<Stage>,
    /// `{key: value, …}` after a node.
    pub group: Option<Vec<(Node, Node)>>,
    /// `@$x`: binds the step's item and keeps the context.
    pub focus: Option<Symbol>,
    /// `#$i`: binds the position.
    pub index: Option<Symbol>,
    /// A later `%` refers to this step's context.
    pub ancestor: Option<Symbol>,
    /// The step makes a stream of tuples.
    pub tuple: bool,
    pub(crate) seeking: Vec<usize>,
    pub(crate) ancestor_slot: Option<usize>,
}

/// What follows a step.
#[derive(Clone, Debug)]
pub enum Stage {
    /// `[…]`
    Filter(Node),
    /// `#$i`
    Index(Symbol),
}

/// The kinds of node.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A string, number, boolean or null.
    Literal(Value),
    /// A member of the context.
    Name(Arc<str>),
    /// `*`
    Wildcard,
    /// `**`
    Descendants,
    /// `%`
    Parent(Parent),
    /// `$name`; `$` and `$$` are the names `` and `$`.
    Variable(Variable),
    /// `/pattern/flags`
    Regex(Arc<Regex>),
    /// Steps joined by dots.
    Path(Path),
    /// `^(…)` as a step.
    Sort(Vec<SortTerm>),
    /// An infix operator.
    Binary(BinaryOperator, Box<Node>, Box<Node>),
    /// `-x`
    Negate(Box<Node>),
    /// `[…]`
    Array(Vec<Node>),
    /// `{…}`
    Object(Vec<(Node, Node)>),
    /// `$x := …`
    Bind(Box<Bind>),
    /// `left ~> right`
    Apply(Box<Node>, Box<Node>),
    /// `f(…)`
    Call(Arc<Call>),
    /// `f(?, …)`
    Partial(Arc<Call>),
    /// `?` as an argument.
    Placeholder,
    /// `function(…){…}`
    Lambda(Arc<Lambda>),
    /// `(…; …)`
    Block(Block),
    /// `test ? then : otherwise`
    Condition(Box<Node>, Box<Node>, Option<Box<Node>>),
    /// `left ?? right`, and `left ?: right`, which falls back for all that is false.
    #[allow(missing_docs)]
    Fallback { left: Box<Node>, right: Box<Node>, for_false: bool },
    /// `|pattern|update, delete|`
    Transform(Arc<Transform>),
}

/// `%` and the binding it refers to.
#[derive(Clone, Debug)]
pub struct Parent {
    pub(crate) slot: usize,
    pub(crate) places: Places,
}

/// A reference to a variable.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Without the `$`.
    pub name: Arc<str>,
    /// Where it may be bound, innermost first; bindings from outside and built-ins come last.
    pub(crate) places: Places,
    /// The built-in function of that name.
    pub(crate) builtin: Option<&'static Builtin>,
}

/// A frame, counted outwards, and what to look for in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Place {
    Slot { up: u32, slot: u32 },
    Tuple { up: u32, symbol: Symbol },
}

/// Places, innermost first. References that see the same frames share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places(pub(crate) Option<Arc<[Place]>>);

impl std::ops::Deref for Places {
    type Target = [Place];

    fn deref(&self) -> &[Place] {
        self.0.as_deref().unwrap_or_default()
    }
}

/// Steps joined by dots.
#[derive(Clone, Debug)]
pub struct Path {
    /// At least one.
    pub steps: Vec<Node>,
    /// A step had `[]`.
    pub keep_singleton: bool,
    /// The tuples themselves are wanted by a surrounding path.
    pub(crate) tuple: bool,
    /// A step makes tuples.
    pub(crate) streams: bool,
    /// Nothing but names, after a variable or not.
    pub(crate) plain: bool,
}

/// One term of an order-by.
#[derive(Clone, Debug)]
pub struct SortTerm {
    /// `>` was written.
    pub descending: bool,
    /// What is compared.
    pub expression: Node,
}

/// `$x := …`
#[derive(Clone, Debug)]
pub struct Bind {
    /// Without the `$`.
    pub name: Arc<str>,
    /// The value.
    pub value: Node,
    pub(crate) up: u32,
    pub(crate) slot: u32,
}

/// A call.
#[derive(Clone, Debug)]
pub struct Call {
    /// What is called.
    pub procedure: Node,
    /// With what.
    pub arguments: Vec<Node>,
    /// End of the opening parenthesis: the place errors name.
    pub(crate) position: usize,
    /// In tail position of a lambda.
    pub(crate) tail: bool,
}

/// A lambda.
#[derive(Clone, Debug)]
pub struct Lambda {
    /// The parameters' names, without the `$`.
    pub parameters: Vec<Arc<str>>,
    /// `<…>`
    pub signature: Option<Arc<Signature>>,
    /// What it computes.
    pub body: Node,
    pub(crate) slots: u32,
    pub(crate) parameter_slots: Vec<u32>,
}

/// A sequence of expressions.
#[derive(Clone, Debug)]
pub struct Block {
    /// The last is the value.
    pub expressions: Vec<Node>,
    /// Variables bound directly in it; with none the block has no frame.
    pub(crate) slots: u32,
}

/// A transform.
#[derive(Clone, Debug)]
pub struct Transform {
    /// Which objects.
    pub pattern: Node,
    /// What to merge into them.
    pub update: Node,
    /// Which members to delete.
    pub delete: Option<Node>,
}

/// Infix operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum BinaryOperator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Concatenate,
    And,
    Or,
    In,
    Range,
}

impl BinaryOperator {
    /// As it is written.
    pub fn text(self) -> &'static str {
        match self {
            BinaryOperator::Add => "+",
            BinaryOperator::Subtract => "-",
            BinaryOperator::Multiply => "*",
            BinaryOperator::Divide => "/",
            BinaryOperator::Remainder => "%",
            BinaryOperator::Equal => "=",
            BinaryOperator::NotEqual => "!=",
            BinaryOperator::Less => "<",
            BinaryOperator::LessOrEqual => "<=",
            BinaryOperator::Greater => ">",
            BinaryOperator::GreaterOrEqual => ">=",
            BinaryOperator::Concatenate => "&",
            BinaryOperator::And => "and",
            BinaryOperator::Or => "or",
            BinaryOperator::In => "in",
            BinaryOperator::Range => "..",
        }
    }
}

impl Node {
    pub(crate) fn new(kind: Kind, span: Span) -> Node {
        Node { kind, span, keep_array: false, cons_array: false, extras: None, height: 1 }
    }

    pub(crate) fn extras_mut(&mut self) -> &mut Extras {
        self.extras.get_or_insert_default()
    }

    pub(crate) fn is_tuple_step(&self) -> bool {
        self.extras.as_ref().is_some_and(|extras| extras.tuple)
    }

    /// Whether evaluating this node gives a stream of tuples.
    pub(crate) fn yields_tuples(&self) -> bool {
        match &self.kind {
            Kind::Path(path) => {
                path.tuple && path.streams && self.extras.as_ref().is_none_or(|extras| extras.group.is_none())
            }
            Kind::Block(block) => block.expressions.last().is_some_and(Node::yields_tuples),
            _ => false,
        }
    }

    /// The kind's name in messages.
    pub(crate) fn type_name(&self) -> &'static str {
        match &self.kind {
            Kind::Literal(Value::String(_)) => "string",
            Kind::Literal(Value::Number(_)) => "number",
            Kind::Literal(_) => "value",
            Kind::Name(_) => "name",
            Kind::Wildcard => "wildcard",
            Kind::Descendants => "descendant",
            Kind::Parent(_) => "parent",
            Kind::Variable(_) => "variable",
            Kind::Regex(_) => "regex",
            Kind::Path(_) => "path",
            Kind::Sort(_) => "sort",
            Kind::Binary(..) => "binary",
            Kind::Negate(_) | Kind::Array(_) | Kind::Object(_) => "unary",
            Kind::Bind(_) => "bind",
            Kind::Apply(..) => "apply",
            Kind::Call(_) => "function",
            Kind::Partial(_) => "partial",
            Kind::Placeholder => "operator",
            Kind::Lambda(_) => "lambda",
            Kind::Block(_) => "block",
            Kind::Condition(..) | Kind::Fallback { .. } => "condition",
            Kind::Transform(_) => "transform",
        }
    }

    /// The nodes directly below this one: its own, then those attached to it.
    pub fn children(&self) -> Vec<&Node> {
        let mut children = Vec::new();
        self.visit_own(&mut |child| children.push(child));
        self.visit_attached(&mut |child| children.push(child));
        children
    }

    /// Visits the nodes it consists of, in source order.
    pub(crate) fn visit_own<'n>(&'n self, visit: &mut dyn FnMut(&'n Node)) {
        match &self.kind {
            Kind::Path(path) => path.steps.iter().for_each(visit),
            Kind::Sort(terms) => terms.iter().map(|term| &term.expression).for_each(visit),
            Kind::Binary(_, left, right) | Kind::Apply(left, right) | Kind::Fallback { left, right, .. } => {
                visit(left);
                visit(right);
            }
            Kind::Negate(operand) => visit(operand),
            Kind::Array(items) => items.iter().for_each(visit),
            Kind::Object(pairs) => pairs.iter().flat_map(|(key, value)| [key, value]).for_each(visit),
            Kind::Bind(bind) => visit(&bind.value),
            Kind::Call(call) | Kind::Partial(call) => {
                visit(&call.procedure);
                call.arguments.iter().for_each(visit);
            }
            Kind::Lambda(lambda) => visit(&lambda.body),
            Kind::Block(block) => block.expressions.iter().for_each(visit),
            Kind::Condition(test, then, otherwise) => {
                visit(test);
                visit(then);
                otherwise.iter().for_each(|otherwise| visit(otherwise));
            }
            Kind::Transform(transform) => {
                visit(&transform.pattern);
                visit(&transform.update);
                transform.delete.iter().for_each(visit);
            }
            Kind::Literal(_)
            | Kind::Name(_)
            | Kind::Wildcard
            | Kind::Descendants
            | Kind::Parent(_)
            | Kind::Variable(_)
            | Kind::Regex(_)
            | Kind::Placeholder => {}
        }
    }

    /// Visits the predicates and the group that hang on it.
    pub(crate) fn visit_attached<'n>(&'n self, visit: &mut dyn FnMut(&'n Node)) {
        let Some(extras) = &self.extras else { return };
        extras.predicate.iter().for_each(&mut *visit);
        for stage in &extras.stages {
            if let Stage::Filter(filter) = stage {
                visit(filter);
            }
        }
        extras.group.iter().flatten().flat_map(|(key, value)| [key, value]).for_each(visit);
    }
}
