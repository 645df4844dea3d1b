//! A parsed expression: what it refers to, and what it evaluates to.

use crate::budget::{Budget, Limits};
use crate::error::Error;
use crate::evaluate::Evaluator;
use crate::evaluate::item::{Item, Output};
use crate::functions;
use crate::profile::Profile;
use crate::syntax::ast::{Kind, Node, Span};
use crate::syntax::{parse, resolve};
use json::Value;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// A parsed expression. Cloning shares it.
#[derive(Clone)]
pub struct Expression(Arc<Parsed>);

struct Parsed {
    source: Arc<str>,
    profile: Profile,
    root: Node,
    slots: u32,
    free: BTreeSet<Arc<str>>,
}

/// The variables that are bound outside of an expression.
pub trait Bindings {
    /// The value of `$name`; the name comes without the `$`. A binding hides a built-in function of that name.
    fn get(&self, name: &str) -> Option<Value>;
}

/// No variables.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoBindings;

impl Bindings for NoBindings {
    fn get(&self, _: &str) -> Option<Value> {
        None
    }
}

impl Bindings for json::Object {
    fn get(&self, name: &str) -> Option<Value> {
        json::Object::get(self, name).cloned()
    }
}

/// What an expression may know of the world.
#[derive(Clone, Copy, Debug, Default)]
pub struct World {
    /// The time `$now()` and `$millis()` tell: milliseconds since the Unix epoch.
    pub now_ms: i64,
    /// Where `$random()`, `$shuffle` and `$uuid()` start. The same seed gives the same values.
    pub seed: u64,
}

/// What an expression evaluates to.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Nothing, which is not null.
    Undefined,
    /// A value.
    Value(Value),
    /// A function, or a value with a function in it, which JSON cannot hold.
    Function,
}

/// A use of the context where AWS has none.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// `$`, `$$`, `*`, `**`, or the name.
    pub name: Arc<str>,
    /// Where it stands.
    pub span: Span,
}

impl Expression {
    /// Parses `source` as Step Functions reads it.
    ///
    /// # Errors
    /// Codes `S…`, and `U1001` for a text nested too deeply.
    pub fn parse(source: &str) -> Result<Expression, Error> {
        Expression::parse_as(source, Profile::StepFunctions)
    }

    /// Parses `source` as a profile has it.
    ///
    /// # Errors
    /// As [`Expression::parse`].
    pub fn parse_as(source: &str, profile: Profile) -> Result<Expression, Error> {
        let parsed = parse(source, profile).map_err(|error| error.located(source))?;
        let resolved = resolve(parsed, source.len()).map_err(|error| error.located(source))?;
        let (root, slots, free) = (resolved.root, resolved.slots, resolved.free);
        Ok(Expression(Arc::new(Parsed { source: source.into(), profile, root, slots, free })))
    }

    /// The text it was parsed from.
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// The tree.
    pub fn ast(&self) -> &Node {
        &self.0.root
    }

    pub(crate) fn slots(&self) -> u32 {
        self.0.slots
    }

    /// The variables it expects from outside, without the `$`: all it does not bind itself, built-in functions left out.
    pub fn free_variables(&self) -> BTreeSet<Arc<str>> {
        let built_in = |name: &str| functions::find(name, self.0.profile).is_some();
        self.0.free.iter().filter(|name| !built_in(name)).cloned().collect()
    }

    /// Every use of the context item at the top level, where AWS has none, and of `$$` anywhere: AWS refuses them at creation.
    pub fn top_level_references(&self) -> Vec<Reference> {
        let mut references = Vec::new();
        collect_references(&self.0.root, true, &mut references);
        references
    }

    /// The members that are read of a variable from outside by name, as `input` in `$states.input.a`, in the order of the text.
    pub fn members_of(&self, variable: &str) -> Vec<Arc<str>> {
        let mut members = Vec::new();
        if self.0.free.iter().any(|name| &**name == variable) {
            collect_members(&self.0.root, variable, &mut members);
        }
        members
    }

    /// Evaluates on `input` as the context item; `None` is an undefined one.
    ///
    /// # Errors
    /// Codes `T…` and `D…` as the reference implementation has them, and `U1001` to `U1003` when a limit is reached.
    pub fn evaluate(
        &self,
        input: Option<&Value>,
        bindings: &dyn Bindings,
        limits: &Limits<'_>,
        world: &World,
    ) -> Result<Outcome, Error> {
        let root = input.map_or(Item::Undefined, |input| Item::Json(input.clone()));
        let evaluator = Evaluator::new(Budget::new(limits), bindings, world, self.0.profile, root.clone());
        let result = evaluator.expression(&self.0.root, self.0.slots, &root);
        let result = result.map_err(|error| error.located(&self.0.source))?;
        let mode = match self.0.profile {
            Profile::StepFunctions | Profile::Documented => Output::StepFunctions,
            Profile::Reference => Output::Javascript,
        };
        Ok(match result.to_value(mode) {
            Some(value) => Outcome::Value(value),
            None if result.is_undefined() => Outcome::Undefined,
            None => Outcome::Function,
        })
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Expression").field(&self.0.source).finish()
    }
}

fn collect_members(node: &Node, variable: &str, members: &mut Vec<Arc<str>>) {
    if let Kind::Path(path) = &node.kind
        && let [first, second, ..] = &path.steps[..]
        && let (Kind::Variable(read), Kind::Name(member)) = (&first.kind, &second.kind)
        && &*read.name == variable
        && !members.contains(member)
    {
        members.push(member.clone());
    }
    let mut visit = |child| collect_members(child, variable, members);
    node.visit_own(&mut visit);
    node.visit_attached(&mut visit);
}

/// `top`: `node` is evaluated with the expression's own context.
fn collect_references(node: &Node, top: bool, references: &mut Vec<Reference>) {
    let mut refer = |name: &str| references.push(Reference { name: name.into(), span: node.span });
    match &node.kind {
        Kind::Name(name) if top => refer(name),
        Kind::Wildcard if top => refer("*"),
        Kind::Descendants if top => refer("**"),
        Kind::Variable(variable) => match &*variable.name {
            "" if top => refer("$"),
            "$" => refer("$$"),
            _ => {}
        },
        Kind::Path(path) => {
            for (index, step) in path.steps.iter().enumerate() {
                collect_references(step, top && index == 0, references);
            }
        }
        Kind::Sort(terms) => terms.iter().for_each(|term| collect_references(&term.expression, false, references)),
        Kind::Transform(_) => {
            node.visit_own(&mut |child| collect_references(child, false, references));
        }
        _ => node.visit_own(&mut |child| collect_references(child, top, references)),
    }
    node.visit_attached(&mut |child| collect_references(child, false, references));
}
