//! The eight state types.

use super::{
    Assign, Catcher, ChoiceRule, DistributedMap, Flow, IntegerField, NumberField, Resource, Retrier, ScopeIndex,
    StateIndex, Template, TextField,
};
use expressions::{JsonataExpression, JsonataTemplate, Path};
use json::Value;
use std::sync::Arc;

/// A state: what all types share, and what its type adds.
#[derive(Debug)]
pub struct State {
    /// Unique in the whole definition.
    pub name: Arc<str>,
    /// How input becomes output. Fields a type does not have are at their defaults.
    pub flow: Flow,
    /// State-level `Assign`.
    pub assign: Option<Assign>,
    /// Where to go from here. Always [`Transition::End`] for Succeed and Fail, and unused for Choice.
    pub transition: Transition,
    /// What its type adds.
    pub kind: StateKind,
}

/// `Next` or `End`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transition {
    /// Go on with this state of the same scope.
    Next(StateIndex),
    /// The scope ends here.
    End,
}

/// The state types.
#[derive(Debug)]
pub enum StateKind {
    /// `Pass`
    Pass(PassState),
    /// `Task`
    Task(Box<TaskState>),
    /// `Choice`
    Choice(ChoiceState),
    /// `Wait`
    Wait(WaitState),
    /// `Succeed`
    Succeed,
    /// `Fail`
    Fail(FailState),
    /// `Parallel`
    Parallel(ParallelState),
    /// `Map`
    Map(Box<MapState>),
}

/// `Pass`: hands on its input, a literal, or a template's value.
#[derive(Debug)]
pub struct PassState {
    /// `Result`: a literal; nothing inside is evaluated.
    pub result: Option<Value>,
}

/// `Task`: one unit of work done outside.
#[derive(Debug)]
pub struct TaskState {
    /// What does the work.
    pub resource: Resource,
    /// `TimeoutSeconds` or `TimeoutSecondsPath`.
    pub timeout_seconds: Option<IntegerField>,
    /// `HeartbeatSeconds` or `HeartbeatSecondsPath`.
    pub heartbeat_seconds: Option<IntegerField>,
    /// `Credentials`, whose value holds `RoleArn`.
    pub credentials: Option<Template>,
    /// `Retry`, in order.
    pub retry: Vec<Retrier>,
    /// `Catch`, in order.
    pub catch: Vec<Catcher>,
}

/// `Choice`: the first rule that holds decides.
#[derive(Debug)]
pub struct ChoiceState {
    /// `Choices`, in order, never empty.
    pub rules: Vec<ChoiceRule>,
    /// `Default`
    pub default: Option<StateIndex>,
}

/// `Wait`: its four forms.
#[derive(Debug)]
pub enum WaitState {
    /// `Seconds`
    Seconds(u64),
    /// `SecondsPath`
    SecondsPath(Path),
    /// `Timestamp`, in milliseconds since the Unix epoch.
    Timestamp(i64),
    /// `TimestampPath`
    TimestampPath(Path),
    /// `Seconds`, a JSONata expression.
    SecondsExpression(JsonataExpression),
    /// `Timestamp`, a JSONata expression.
    TimestampExpression(JsonataExpression),
}

/// `Fail`
#[derive(Debug)]
pub struct FailState {
    /// `Error` or `ErrorPath`
    pub error: Option<TextField>,
    /// `Cause` or `CausePath`
    pub cause: Option<TextField>,
}

/// `Parallel`
#[derive(Debug)]
pub struct ParallelState {
    /// `Branches`, in order, never empty.
    pub branches: Vec<ScopeIndex>,
    /// `Retry`, in order.
    pub retry: Vec<Retrier>,
    /// `Catch`, in order.
    pub catch: Vec<Catcher>,
}

/// `Map`
#[derive(Debug)]
pub struct MapState {
    /// `ItemsPath`; the effective input itself when absent.
    pub items_path: Option<Path>,
    /// `Items` of JSONata; the state input when absent.
    pub items: Option<JsonataTemplate>,
    /// `ItemSelector`, or `Parameters` in its legacy meaning.
    pub item_selector: Option<Template>,
    /// `ItemProcessor` or the legacy `Iterator`.
    pub processor: ScopeIndex,
    /// `ProcessorConfig.Mode`
    pub mode: ProcessorMode,
    /// What only a distributed Map has; `Some` exactly if `mode` is [`ProcessorMode::Distributed`].
    pub distributed: Option<Box<DistributedMap>>,
    /// `MaxConcurrency` or its path; zero means no limit asked for.
    pub max_concurrency: Option<IntegerField>,
    /// `ToleratedFailureCount` or its path.
    pub tolerated_failure_count: Option<IntegerField>,
    /// `ToleratedFailurePercentage` or its path.
    pub tolerated_failure_percentage: Option<NumberField>,
    /// `Retry`, in order.
    pub retry: Vec<Retrier>,
    /// `Catch`, in order.
    pub catch: Vec<Catcher>,
}

/// `ProcessorConfig.Mode`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessorMode {
    /// Iterations are frames of the same execution.
    Inline,
    /// Iterations are executions of their own.
    Distributed,
}

impl State {
    /// The `Retry` of a state type that has one; empty for the others.
    pub fn retry(&self) -> &[Retrier] {
        match &self.kind {
            StateKind::Task(task) => &task.retry,
            StateKind::Parallel(parallel) => &parallel.retry,
            StateKind::Map(map) => &map.retry,
            StateKind::Pass(_)
            | StateKind::Choice(_)
            | StateKind::Wait(_)
            | StateKind::Succeed
            | StateKind::Fail(_) => &[],
        }
    }

    /// The `Catch` of a state type that has one; empty for the others.
    pub fn catch(&self) -> &[Catcher] {
        match &self.kind {
            StateKind::Task(task) => &task.catch,
            StateKind::Parallel(parallel) => &parallel.catch,
            StateKind::Map(map) => &map.catch,
            StateKind::Pass(_)
            | StateKind::Choice(_)
            | StateKind::Wait(_)
            | StateKind::Succeed
            | StateKind::Fail(_) => &[],
        }
    }

    /// The type's name as ASL writes it, which is also how its history events begin.
    pub fn type_name(&self) -> &'static str {
        match &self.kind {
            StateKind::Pass(_) => "Pass",
            StateKind::Task(_) => "Task",
            StateKind::Choice(_) => "Choice",
            StateKind::Wait(_) => "Wait",
            StateKind::Succeed => "Succeed",
            StateKind::Fail(_) => "Fail",
            StateKind::Parallel(_) => "Parallel",
            StateKind::Map(_) => "Map",
        }
    }
}
