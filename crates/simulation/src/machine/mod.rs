//! State machines as the simulation knows them: a model that is rendered as ASL for the engine and evaluated directly by the reference, so
//! that neither the parser nor the interpreter's paths and expressions are trusted.
//!
//! Every state takes and gives a *record*: an object with a number `n`, a text `s` and a list of at least two numbers `l`, sometimes with an
//! error output in `e` or the record of a former result in `r`. So every field of every state has something to refer to.

mod generate;
mod render;

pub(crate) use generate::{generate, generate_express, generate_nested};
pub(crate) use render::{child_mark, render, render_nested};

/// A query language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    JsonPath,
    Jsonata,
}

/// A state machine.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    pub language: Language,
    pub timeout_seconds: Option<u64>,
    pub top: Scope,
}

/// A `States` object. It starts with its first state; a state leads to the one after it, and the last one ends.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    pub states: Vec<State>,
}

/// A state.
#[derive(Clone, Debug)]
pub(crate) struct State {
    /// Its name, unique in the machine.
    pub name: String,
    pub language: Language,
    pub kind: Kind,
    pub retry: Vec<Retrier>,
    pub catch: Vec<Catcher>,
    /// A variable and the number it gets, which is taken from the state's result.
    pub assign: Option<(String, Number)>,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Pass {
        record: Record,
    },
    Task(Task),
    /// The rules, each with the state it leads to; otherwise the next state, unless there is no default.
    Choice {
        rules: Vec<(Condition, usize)>,
        has_default: bool,
    },
    Wait {
        seconds: u64,
    },
    Succeed,
    Fail {
        error: String,
        cause: Text,
    },
    Parallel {
        branches: Vec<Scope>,
        keeps_input: bool,
    },
    Map {
        iteration: Scope,
        max_concurrency: u64,
        keeps_input: bool,
        /// Whether its iterations are executions of their own.
        distributed: Option<Distributed>,
    },
}

/// What a Distributed Map has beyond another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Distributed {
    pub is_express: bool,
    /// Whether all items may fail. Then its result says only how many there are.
    pub tolerates: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub resource: Resource,
    pub timeout_seconds: Option<u64>,
    pub heartbeat_seconds: Option<u64>,
    /// Whether the result goes into `r` of the input instead of taking its place.
    pub keeps_input: bool,
    /// Whether its parameters cannot be evaluated.
    pub is_broken: bool,
}

/// Who does a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    Function,
    Invoke,
    Callback,
    /// One that starts a job and waits for its end.
    Job,
    Activity,
    /// An execution of the machine that is there to be started by others; its end is waited for.
    Nested,
}

#[derive(Clone, Debug)]
pub(crate) struct Retrier {
    pub error_equals: Vec<String>,
    pub interval_seconds: u64,
    pub max_attempts: u64,
    pub backoff_rate: u64,
    pub full_jitter: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Catcher {
    pub error_equals: Vec<String>,
    pub next: usize,
}

/// What a Choice rule asks about the record.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    NumberLess(i64),
    NumberEquals(i64),
    TextEquals(String),
    HasError(bool),
    Not(Box<Condition>),
    Both(Box<Condition>, Box<Condition>),
}

/// A record made from another.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub n: Number,
    pub s: Text,
    pub l: List,
}

#[derive(Clone, Debug)]
pub(crate) enum Number {
    Field,
    Literal(i64),
    Plus(Box<Number>, i64),
    Variable(String),
    /// The index of the nearest Map's item.
    Index,
    Length,
}

#[derive(Clone, Debug)]
pub(crate) enum Text {
    Field,
    Literal(String),
    Suffixed(Box<Text>, String),
}

#[derive(Clone, Debug)]
pub(crate) enum List {
    Field,
    Numbers(Vec<Number>),
}

impl Machine {
    /// Makes the states with these names plain: they hand their input on. For shrinking.
    pub fn simplify(&mut self, plain: &dyn Fn(&str) -> bool) {
        self.top.simplify(plain);
    }

    /// The names of all states that do something.
    pub fn states(&self) -> Vec<String> {
        let mut names = Vec::new();
        self.top.collect(&mut names);
        names
    }
}

impl Scope {
    fn simplify(&mut self, plain: &dyn Fn(&str) -> bool) {
        for state in &mut self.states {
            if plain(&state.name) && state.can_be_plain() {
                state.kind = Kind::Wait { seconds: 0 };
                state.retry.clear();
                state.catch.clear();
            }
            match &mut state.kind {
                Kind::Parallel { branches, .. } => branches.iter_mut().for_each(|branch| branch.simplify(plain)),
                Kind::Map { iteration, .. } => iteration.simplify(plain),
                _ => {}
            }
        }
    }

    fn collect(&self, names: &mut Vec<String>) {
        for state in &self.states {
            if state.can_be_plain() && !matches!(state.kind, Kind::Wait { seconds: 0 }) {
                names.push(state.name.clone());
            }
            match &state.kind {
                Kind::Parallel { branches, .. } => branches.iter().for_each(|branch| branch.collect(names)),
                Kind::Map { iteration, .. } => iteration.collect(names),
                _ => {}
            }
        }
    }
}

impl State {
    /// Whether the graph stays sound if the state does nothing: those that decide where to go, or assign, stay.
    fn can_be_plain(&self) -> bool {
        self.assign.is_none()
            && self.catch.is_empty()
            && matches!(
                self.kind,
                Kind::Pass { .. } | Kind::Task(_) | Kind::Parallel { .. } | Kind::Map { .. } | Kind::Wait { .. }
            )
    }
}
