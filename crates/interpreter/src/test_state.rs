//! TestState: one state alone, with what its fields became on the way. Nothing of it is an execution, and nothing is stored.
//!
//! The state is worked on by the same code as in an execution; what differs is that Parallel and Map states take a mocked result in place of
//! their branches and iterations, and that causes do not name the place in a history, which there is not (recorded).

use crate::context::Extras;
use crate::data::Visible;
use crate::execution::{Execution, Header};
use crate::failure::{Failure, Fault};
use crate::frame::{Frame, FrameId, Phase, TaskAttempt};
use crate::states;
use crate::step::{Progress, Step};
use crate::surroundings::{Activities, Settings, Surroundings};
use crate::timestamp::Timestamp;
use asl::StateMachineDefinition;
use asl::definition::{Flow, MapState, ScopeIndex, State, StateIndex, StateKind};
use json::{Object, Payload, Value};
use std::sync::Arc;

/// What a state is tested with.
pub struct StateTest<'t> {
    /// Where the state is.
    pub definition: &'t StateMachineDefinition,
    /// Its scope.
    pub scope: ScopeIndex,
    /// The state.
    pub state: StateIndex,
    /// Stands for the execution.
    pub header: Header,
    /// The state's input.
    pub input: Payload,
    /// The variables there are.
    pub variables: &'t Object,
    /// The context object as the caller made it up, all of it.
    pub context: Option<Value>,
    /// The context object's `Execution` and `StateMachine` where the caller made up none.
    pub usual_context: Value,
    /// Retries before this attempt, of every retrier.
    pub retries: u64,
    /// Iterations of a Map state that failed.
    pub iteration_failures: u64,
    /// What an ItemReader reads.
    pub item_reader_data: Option<Value>,
    /// When.
    pub now: Timestamp,
    /// Limits.
    pub settings: &'t Settings,
}

/// How the work of a state ends.
#[derive(Clone, Debug)]
pub enum Work {
    /// With a result.
    Succeeded(Payload),
    /// With a failure.
    Failed {
        /// The error's name.
        error: Option<Arc<str>>,
        /// Its cause.
        cause: Option<Arc<str>>,
    },
    /// It could not even be begun.
    Refused(Arc<str>),
}

/// What came of it.
#[derive(Debug)]
pub struct Tested {
    /// By AWS's word.
    pub status: TestStatus,
    /// The output, unless it failed.
    pub output: Option<Payload>,
    /// The failure's name.
    pub error: Option<Arc<str>>,
    /// The failure's cause.
    pub cause: Option<Arc<str>>,
    /// Where it would go on.
    pub next_state: Option<Arc<str>>,
    /// What the fields became, by the members of AWS's InspectionData.
    pub stages: Vec<(&'static str, Payload)>,
    /// `MaxConcurrency`, of Map states.
    pub max_concurrency: Option<u64>,
    /// `ToleratedFailureCount`, if there is one.
    pub tolerated_failure_count: Option<u64>,
    /// `ToleratedFailurePercentage`, if there is one.
    pub tolerated_failure_percentage: Option<f64>,
    /// The retrier that names the error.
    pub retry_index: Option<u64>,
    /// After how long it would retry.
    pub retry_backoff_seconds: Option<u64>,
    /// The Catcher that names the error.
    pub catch_index: Option<u64>,
    /// The variables after the state.
    pub variables: Object,
}

/// TestExecutionStatus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "AWS's words")]
pub enum TestStatus {
    Succeeded,
    Failed,
    Retriable,
    CaughtError,
}

/// What a state came to.
pub enum Begun {
    /// Its end.
    Tested(Box<Tested>),
    /// It waits for a task.
    Task(Box<TaskAttempt>),
    /// It waits for a time.
    Wait(Timestamp),
}

/// What is seen while a state is worked on.
#[derive(Debug, Default)]
pub(crate) struct Inspection {
    stages: Vec<(&'static str, Payload)>,
    pub failure: Option<Failure>,
    pub retry_index: Option<u64>,
    pub retry_backoff_seconds: Option<u64>,
    pub catch_index: Option<u64>,
    max_concurrency: Option<u64>,
    tolerated_failure_count: Option<u64>,
    tolerated_failure_percentage: Option<f64>,
}

impl Step<'_> {
    /// Notes what a field became, when somebody looks.
    pub fn inspect(&mut self, stage: &'static str, value: &Payload) {
        if let Some(inspection) = &mut self.inspection {
            inspection.stages.retain(|(known, _)| *known != stage);
            inspection.stages.push((stage, value.clone()));
        }
    }
}

/// The activities of a test: it calls none.
struct NoActivities;

impl Activities for NoActivities {
    fn exists(&self, _activity_arn: &str) -> bool {
        true
    }
}

impl StateTest<'_> {
    /// Enters the state and does what can be done. `mock` stands for the work of a Task, Parallel or Map state.
    pub fn begin(&self, mock: Option<Work>) -> Begun {
        let mut execution = self.execution();
        let mut frame = self.frame();
        self.step(&mut execution, |step| {
            step.inspect("input", &frame.input);
            let state = step.state_of(&frame);
            let before = frame.clone();
            let progress = match (&state.kind, mock) {
                (StateKind::Task(task), mock) => match states::task::schedule(step, &mut frame, state, task) {
                    Err(fault) => step.fail_with(&mut frame, state, fault),
                    Ok(_) => match (mock, &frame.phase) {
                        (Some(work), _) => self.finish(step, &mut frame, state, work),
                        (None, Phase::Task(attempt)) => return Begun::Task(Box::new(attempt.clone())),
                        (None, _) => unreachable!("a task was scheduled"),
                    },
                },
                (StateKind::Map(map), Some(work)) => self.map(step, &mut frame, state, map, work),
                (StateKind::Parallel(_), Some(work)) => self.parallel(step, &mut frame, state, work),
                _ => states::attempt(step, &mut frame, state),
            };
            if let (Progress::Blocked, Phase::Waiting { due }) = (&progress, &frame.phase) {
                return Begun::Wait(*due);
            }
            Begun::Tested(Box::new(tested(step, before, frame, progress)))
        })
    }

    /// The same for a state that came to wait for a task or a time, which has come.
    pub fn end(&self, work: Option<Work>) -> Tested {
        let mut execution = self.execution();
        let mut frame = self.frame();
        self.step(&mut execution, |step| {
            step.inspect("input", &frame.input);
            let state = step.state_of(&frame);
            let before = frame.clone();
            // What it waits for is asked for again, without effect, so that the fields are seen.
            let begun = match &state.kind {
                StateKind::Task(task) => states::task::schedule(step, &mut frame, state, task).map(drop),
                _ => {
                    states::attempt(step, &mut frame, state);
                    Ok(())
                }
            };
            let progress = match (begun, work) {
                (Err(fault), _) => step.fail_with(&mut frame, state, fault),
                (Ok(()), Some(work)) => self.finish(step, &mut frame, state, work),
                (Ok(()), None) => states::wait::wake(step, &mut frame, state),
            };
            tested(step, before, frame, progress)
        })
    }

    fn execution(&self) -> Execution {
        let execution = Execution::new(self.header.clone());
        let context = self.context.clone().map_or_else(|| Ok(()), |context| execution.test_context.set(context));
        context.and_then(|()| execution.context.set(self.usual_context.clone())).expect("nobody has built it yet");
        execution
    }

    fn frame(&self) -> Frame {
        let mut frame = Frame::new(FrameId::ROOT, None, 0, self.scope, self.state);
        frame.input = self.input.clone();
        frame.entered_at = self.now;
        for (name, value) in self.variables.iter() {
            frame.set_variable(name, value, value.to_string().len());
        }
        let state = self.definition.state(self.scope, self.state);
        frame.retries = vec![self.retries; state.retry().len()];
        frame
    }

    fn step<T>(&self, execution: &mut Execution, work: impl FnOnce(&mut Step<'_>) -> T) -> T {
        let surroundings = Surroundings { settings: self.settings, activities: &NoActivities };
        let mut step = Step::new(self.definition, execution, self.now, &surroundings);
        step.inspection = Some(Box::default());
        work(&mut step)
    }

    fn finish(&self, step: &mut Step<'_>, frame: &mut Frame, state: &State, work: Work) -> Progress {
        frame.phase = Phase::Ready;
        match work {
            Work::Succeeded(result) => {
                if let StateKind::Task(_) = state.kind {
                    step.inspect("result", &result);
                }
                let finished =
                    step.check_size(&result, &state.name).and_then(|()| step.finish_work(frame, state, result));
                finished.unwrap_or_else(|fault| step.fail_with(frame, state, fault))
            }
            Work::Failed { error, cause } => step.fail_state(frame, state, Failure::of(error, cause)),
            Work::Refused(cause) => step.fail_with(frame, state, Fault::runtime(&*cause)),
        }
    }

    fn parallel(&self, step: &mut Step<'_>, frame: &mut Frame, state: &State, work: Work) -> Progress {
        match step.parameters(frame, state, Extras::default()) {
            Ok(_) => {}
            Err(fault) => return step.fail_with(frame, state, fault),
        }
        // Of a Parallel state in JSONPath what its branches get is not shown (recorded).
        if let (Flow::JsonPath(_), Some(inspection)) = (&state.flow, &mut step.inspection) {
            inspection.stages.retain(|(stage, _)| *stage == "input");
        }
        self.finish(step, frame, state, work)
    }

    fn map(&self, step: &mut Step<'_>, frame: &mut Frame, state: &State, map: &MapState, work: Work) -> Progress {
        let begun = self.begin_map(step, frame, state, map);
        let items = match begun {
            Ok(items) => items,
            Err(fault) => return step.fail_with(frame, state, fault),
        };
        let inspection = step.inspection.as_ref().expect("a test inspects");
        let failures = self.iteration_failures;
        let too_many = inspection.tolerated_failure_count.is_some_and(|tolerated| failures > tolerated)
            || inspection
                .tolerated_failure_percentage
                .is_some_and(|tolerated| items > 0 && failures as f64 * 100.0 / items as f64 > tolerated);
        if too_many {
            let cause = "The specified tolerated failure threshold was exceeded";
            let failure = Failure::new("States.ExceedToleratedFailureThreshold", cause);
            return step.fail_state(frame, state, failure);
        }
        self.finish(step, frame, state, work)
    }

    /// Evaluates what a Map state is configured with; the number of its items.
    fn begin_map(&self, step: &mut Step<'_>, frame: &mut Frame, state: &State, map: &MapState) -> Result<u64, Fault> {
        let input = step.effective_input(frame, state)?;
        let reads = map.distributed.as_ref().is_some_and(|distributed| distributed.item_reader.is_some());
        let items = match &self.item_reader_data {
            Some(data) if reads => Payload::from(data.clone()),
            // Without data there is nothing to read.
            None if reads => Payload::from(Value::from(Vec::new())),
            _ => states::map::items(step, frame, state, &input, map)?,
        };
        if map.items_path.is_some() {
            step.inspect("afterItemsPath", &items);
        }
        let first = items.value().as_array().and_then(|items| items.first()).cloned();
        if let (Some(selector), Some(item)) = (&map.item_selector, &first) {
            let extras = Extras { item: Some((0, item)), ..Extras::default() };
            let visible = Visible { extras, ..Visible::of(input.value()) };
            let selected = step.template(frame, visible, selector, "ItemSelector")?;
            step.inspect("afterItemSelector", &Payload::from(selected));
        }
        let concurrency = states::map::asked_concurrency(step, frame, &input, map)?;
        let count = match &map.tolerated_failure_count {
            None => None,
            Some(field) => Some(states::map::integer(step, frame, &input, field, "ToleratedFailureCount")?),
        };
        let percentage = match &map.tolerated_failure_percentage {
            None => None,
            Some(field) => Some(states::distributed_map::percentage(step, frame, &input, field)?),
        };
        let inspection = step.inspection.as_mut().expect("a test inspects");
        inspection.max_concurrency = Some(concurrency);
        inspection.tolerated_failure_count = count;
        inspection.tolerated_failure_percentage = percentage;
        Ok(items.value().as_array().map_or(0, |items| items.len() as u64))
    }
}

fn tested(step: &mut Step<'_>, before: Frame, frame: Frame, progress: Progress) -> Tested {
    let inspection = step.inspection.take().expect("a test inspects");
    let Inspection { mut stages, failure, retry_index, retry_backoff_seconds, catch_index, .. } = *inspection;
    let next_of = |next: StateIndex| step.definition.state(frame.scope, next).name.clone();
    let (status, output, failure, next_state) = match progress {
        Progress::Next(next) if catch_index.is_some() => {
            (TestStatus::CaughtError, Some(frame.input.clone()), failure, Some(next_of(next)))
        }
        Progress::Next(next) => (TestStatus::Succeeded, Some(frame.input.clone()), None, Some(next_of(next))),
        Progress::End(output) => (TestStatus::Succeeded, Some(output), None, None),
        Progress::Blocked => (TestStatus::Retriable, None, failure, None),
        Progress::Failed(failure) => (TestStatus::Failed, None, Some(failure), None),
    };
    let (error, cause) = failure.map_or((None, None), |failure| (failure.error, failure.cause));
    // A Fail state in JSONPath says what it could have filtered (recorded).
    let state = step.definition.state(before.scope, before.state);
    if matches!((&state.kind, &state.flow), (StateKind::Fail(_), Flow::JsonPath(_))) {
        stages.push(("afterInputPath", before.input));
    }
    Tested {
        status,
        output,
        error,
        cause,
        next_state,
        stages,
        max_concurrency: inspection.max_concurrency,
        tolerated_failure_count: inspection.tolerated_failure_count,
        tolerated_failure_percentage: inspection.tolerated_failure_percentage,
        retry_index,
        retry_backoff_seconds,
        catch_index,
        variables: frame.variables,
    }
}
