//! What a file of mocks says.

use super::template::Template;
use json::Value;
use jsonata::Expression;
use std::collections::BTreeMap;
use std::sync::Arc;

/// All mocks.
#[derive(Debug, Default)]
pub struct MockSet {
    pub(super) machines: BTreeMap<Arc<str>, Machine>,
    /// What all chance comes from.
    pub(super) seed: u64,
    pub(super) validation: Validation,
}

/// How mocked results are held to the models of the services.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Validation {
    /// Not at all, as in AWS's tool.
    #[default]
    Off,
    /// What is there must be of the right type.
    Present,
    /// And what every reply has must be there.
    Strict,
}

/// The test cases of a state machine.
#[derive(Debug, Default)]
pub(super) struct Machine {
    /// The one of executions that name none.
    pub default: Option<Arc<str>>,
    pub cases: BTreeMap<Arc<str>, TestCase>,
}

/// Responses by the names of states. What is not there is really done.
pub(super) type TestCase = BTreeMap<Arc<str>, Arc<Response>>;

/// What comes in place of a state's tasks: the first rule that fits.
#[derive(Debug)]
pub(super) struct Response {
    /// What it is called, for causes.
    pub name: Arc<str>,
    pub rules: Vec<Rule>,
}

/// One reply, and when it is given.
#[derive(Debug)]
pub(super) struct Rule {
    pub when: When,
    /// How long it takes, in seconds: at least and at most.
    pub delay: Option<(f64, f64)>,
    /// What may happen instead.
    pub fault: Option<Fault>,
    /// What the service answers to the request of a job or callback task.
    pub submitted: Option<Template>,
    pub reply: Reply,
}

/// When a rule fits: all that is said must hold.
#[derive(Debug, Default)]
pub(super) struct When {
    pub invocation: Option<Span>,
    pub attempt: Option<Span>,
    pub item: Option<Span>,
    pub input: Option<Pattern>,
    pub arguments: Option<Pattern>,
    pub condition: Option<Expression>,
}

/// What a value must be.
#[derive(Debug)]
pub(super) enum Pattern {
    /// It has at least what is here.
    Contains(Value),
    /// It is this.
    Equals(Value),
}

/// Numbers from the first to the last, or without end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub first: u64,
    pub last: Option<u64>,
}

impl Span {
    pub fn contains(self, number: u64) -> bool {
        self.first <= number && self.last.is_none_or(|last| number <= last)
    }

    pub fn overlaps(self, other: Span) -> bool {
        self.contains(other.first) || other.contains(self.first)
    }
}

/// How a task ends.
#[derive(Debug)]
pub(super) enum Reply {
    /// With a result.
    Return(Template),
    /// With an error.
    Throw(Throw),
    /// As it really does.
    Call,
    /// Not by the mock: whoever has the token ends it.
    Wait,
}

/// An error.
#[derive(Debug)]
pub(super) struct Throw {
    pub error: Option<Template>,
    pub cause: Option<Template>,
}

/// An error that comes in some of the cases.
#[derive(Debug)]
pub(super) struct Fault {
    /// In how many, from 0 to 1.
    pub rate: f64,
    pub throw: Throw,
}
