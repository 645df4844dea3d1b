//! Task: schedules one unit of work outside and takes its outcome in.

use crate::command::{CommandRejected, MockedEnd, TaskId};
use crate::context::Extras;
use crate::data::Visible;
use crate::effect::{AbandonedJob, AwaitedTask, Effect, TimerKind};
use crate::failure::{Failure, Fault, too_large};
use crate::frame::{Frame, FrameId, Phase, StartedJob, TaskAttempt};
use crate::step::{Progress, Step};
use crate::task_events;
use crate::timestamp::Timestamp;
use crate::token::TaskToken;
use asl::definition::{IntegerField, IntegrationPattern, Resource, State, StateKind, TaskState};
use expressions::Random;
use json::{Number, Payload, Value};
use std::sync::Arc;

/// Resolves the task's fields, records that it is scheduled and asks for it to be done.
pub(crate) fn schedule(
    step: &mut Step<'_>,
    frame: &mut Frame,
    state: &State,
    task: &TaskState,
) -> Result<Progress, Fault> {
    if let Resource::Activity { arn } = &task.resource
        && !step.activities.exists(arn)
    {
        return Err(Fault::runtime(format!("The activity {arn} does not exist.")));
    }
    let nonce = if has_token(&task.resource) { draw_nonce(step) } else { 0 };
    let token = (nonce != 0).then(|| token_text(step, frame.id, nonce));
    let extras = Extras { token: token.as_deref(), ..Extras::default() };
    let payload = step.parameters(frame, state, extras)?;
    let payload = task_events::known_parameters(&task.resource, payload);
    let attempt = TaskAttempt {
        scheduled_event: step.execution.next_event_id,
        nonce,
        timeout_seconds: seconds(step, frame, state, task.timeout_seconds.as_ref(), "TimeoutSecondsPath")?,
        heartbeat_seconds: seconds(step, frame, state, task.heartbeat_seconds.as_ref(), "HeartbeatSecondsPath")?,
        role_arn: role_arn(step, frame, state, task)?,
        invocation: None,
        payload,
        started: false,
        submitted: false,
        job: None,
        handed_over: false,
        waits_since: None,
        timeout_due: None,
        heartbeat_due: None,
    };
    step.check_size(&attempt.payload, task_events::result_owner(&task.resource))?;
    let attempt = TaskAttempt { invocation: step.execution.count_invocation(frame.scope, frame.state), ..attempt };
    let scheduled = task_events::scheduled(&task.resource, &attempt, step.execution.header.region.clone());
    step.emit_on(frame, scheduled);
    let id = TaskId { frame: frame.id, scheduled_event: attempt.scheduled_event };
    frame.changed.base = true;
    frame.phase = Phase::Task(attempt);
    step.effect(Effect::ScheduleTask(id));
    // An activity's task starts when a worker takes it; everything else is called as soon as the schedule is on disk.
    match &task.resource {
        Resource::Activity { .. } => await_answer(step, frame, step.now),
        resource => start(step, frame, resource, None),
    }
    Ok(Progress::Blocked)
}

fn start(step: &mut Step<'_>, frame: &mut Frame, resource: &Resource, worker_name: Option<Arc<str>>) {
    step.emit_on(frame, task_events::started(resource, worker_name));
    let id = frame.id;
    let now = step.now;
    let Phase::Task(attempt) = &mut frame.phase else { unreachable!("called for a task") };
    attempt.started = true;
    attempt.timeout_due = attempt.timeout_seconds.map(|seconds| now.plus_seconds(seconds));
    attempt.heartbeat_due = attempt.heartbeat_seconds.map(|seconds| now.plus_seconds(seconds));
    let task = TaskId { frame: id, scheduled_event: attempt.scheduled_event };
    let (timeout, heartbeat) = (attempt.timeout_due, attempt.heartbeat_due);
    if let Some(due) = timeout {
        step.set_timer(due, TimerKind::TaskTimeout(task));
    }
    if let Some(due) = heartbeat {
        step.set_timer(due, TimerKind::Heartbeat(task));
    }
}

/// A worker took an activity's task.
pub(crate) fn started(step: &mut Step<'_>, task: TaskId, worker_name: Option<Arc<str>>) -> Result<(), CommandRejected> {
    let (mut frame, _, resource) = take_if(step, task, |attempt| !attempt.started)?;
    start(step, &mut frame, resource, worker_name);
    hand_over(step, &mut frame, task, resource);
    step.put(frame);
    Ok(())
}

/// A job or callback task's request was accepted.
pub(crate) fn submitted(step: &mut Step<'_>, task: TaskId, output: Payload) -> Result<(), CommandRejected> {
    let (mut frame, state, resource) = take_if(step, task, |attempt| !attempt.submitted)?;
    if let Err(fault) = step.check_size(&output, task_events::result_owner(resource)) {
        let failure = fault.at(&state.name, frame.entered_event);
        fail(step, frame, state, resource, failure);
        return Ok(());
    }
    step.emit_on(&mut frame, task_events::submitted(resource, output.clone()));
    if let Phase::Task(attempt) = &mut frame.phase {
        attempt.submitted = true;
    }
    if let Resource::Service { pattern: IntegrationPattern::RunJob | IntegrationPattern::RunJobVersion2, .. } = resource
    {
        wait_for_job(step, &mut frame, task, output);
    }
    hand_over(step, &mut frame, task, resource);
    step.put(frame);
    Ok(())
}

/// From the first look at a job to the next ones: as long as the job may well be short they come fast.
const FIRST_LOOK_MS: i64 = 250;
const SECOND_LOOK_MS: i64 = 1_000;
const LOOK_MS_MAX: i64 = 60_000;

/// How long after the last look, or the start, the look comes that has so many before it.
fn look_after_ms(looks: u64) -> i64 {
    match looks {
        0 => FIRST_LOOK_MS,
        // Twice as long every time.
        1..=6 => (SECOND_LOOK_MS << (looks - 1)).min(LOOK_MS_MAX),
        _ => LOOK_MS_MAX,
    }
}

/// What the task started is to be looked at until it has ended. Nothing but a timer's row is there for that.
fn wait_for_job(step: &mut Step<'_>, frame: &mut Frame, task: TaskId, submitted: Payload) {
    let look_due = Timestamp(step.now.0.saturating_add(look_after_ms(0)));
    if let Phase::Task(attempt) = &mut frame.phase {
        attempt.job = Some(StartedJob { submitted, looks: 0, look_due });
        frame.changed.base = true;
    }
    step.set_timer(look_due, TimerKind::Job(task));
}

/// It is time to look at the job that a task waits for. The next look is set at once, so that this one may be lost.
pub(crate) fn look_due(step: &mut Step<'_>, task: TaskId) -> Result<(), CommandRejected> {
    let now = step.now;
    let is_due = |attempt: &TaskAttempt| attempt.job.as_ref().is_some_and(|job| job.look_due <= now);
    let (mut frame, ..) = take_if(step, task, is_due).map_err(|_| CommandRejected::TimerStale)?;
    if let Phase::Task(TaskAttempt { job: Some(job), .. }) = &mut frame.phase {
        let before = job.look_due;
        job.looks += 1;
        job.look_due = Timestamp(now.0.saturating_add(look_after_ms(job.looks)));
        let due = job.look_due;
        step.clear_timer(before, TimerKind::Job(task));
        step.set_timer(due, TimerKind::Job(task));
        step.effect(Effect::LookAtJob(task));
    }
    step.put(frame);
    Ok(())
}

/// From here on only the holder of the token, or a timer, ends the task.
fn hand_over(step: &mut Step<'_>, frame: &mut Frame, task: TaskId, resource: &Resource) {
    if let Phase::Task(attempt) = &mut frame.phase {
        attempt.handed_over = true;
        step.effect(Effect::EndTask(task));
    }
    if is_answered_outside(resource) {
        await_answer(step, frame, step.now);
    }
}

/// Whether nothing but a token ends such a task.
fn is_answered_outside(resource: &Resource) -> bool {
    let callback = IntegrationPattern::WaitForTaskToken;
    matches!(resource, Resource::Activity { .. })
        || matches!(resource, Resource::Service { pattern, .. } if *pattern == callback)
}

/// The attempt waits for somebody outside from now on, unless it does already.
fn await_answer(step: &mut Step<'_>, frame: &mut Frame, since: Timestamp) {
    let id = frame.id;
    let Phase::Task(attempt) = &mut frame.phase else { unreachable!("called for a task") };
    if attempt.waits_since.is_none() {
        attempt.waits_since = Some(since);
        let task = TaskId { frame: id, scheduled_event: attempt.scheduled_event };
        step.effect(Effect::Await(AwaitedTask { task, since }));
    }
}

/// Has every task listed that waits for somebody outside: releases whose rows are of format 5 or before did not say so. They wait, as
/// far as is known, since their state was entered.
pub(crate) fn list_awaited(step: &mut Step<'_>) -> Result<(), CommandRejected> {
    step.need_all_frames();
    let mut has_listed = step.execution.lacks_frames;
    let frames: Vec<FrameId> = step.execution.frames().map(|frame| frame.id).collect();
    for id in frames {
        let is_missing = |frame: &Frame, step: &Step<'_>| match (&frame.phase, &step.state_of(frame).kind) {
            (Phase::Task(attempt), StateKind::Task(state)) => {
                attempt.waits_since.is_none() && attempt.waits_outside(&state.resource)
            }
            _ => false,
        };
        if step.execution.frames.get(&id).is_some_and(|frame| is_missing(frame, step)) {
            let mut frame = step.take(id).expect("just seen");
            let since = frame.entered_at;
            await_answer(step, &mut frame, since);
            step.put(frame);
            has_listed = true;
        }
    }
    if has_listed { Ok(()) } else { Err(CommandRejected::AllListed) }
}

/// The task's result.
pub(crate) fn succeeded(step: &mut Step<'_>, task: TaskId, output: Payload) -> Result<(), CommandRejected> {
    let (mut frame, state, resource) = take(step, task)?;
    let owner = task_events::result_owner(resource);
    if step.check_size(&output, owner).is_err() {
        fail(step, frame, state, resource, too_large(owner));
        return Ok(());
    }
    end(step, &frame);
    step.emit_on(&mut frame, task_events::succeeded(resource, output.clone()));
    frame.phase = Phase::Ready;
    let progress = match step.finish_work(&mut frame, state, output) {
        Ok(progress) => progress,
        Err(fault) => step.fail_with(&mut frame, state, fault),
    };
    step.settle(frame, progress);
    Ok(())
}

/// The task's failure.
pub(crate) fn failed(
    step: &mut Step<'_>,
    task: TaskId,
    error: Option<Arc<str>>,
    cause: Option<Arc<str>>,
) -> Result<(), CommandRejected> {
    let (frame, state, resource) = take(step, task)?;
    fail(step, frame, state, resource, Failure::of(error, cause));
    Ok(())
}

/// A mock stands for the task: it was taken, or its request accepted, if that is what its kind does, and has ended.
pub(crate) fn mocked(
    step: &mut Step<'_>,
    task: TaskId,
    submitted: Option<Payload>,
    end: MockedEnd,
) -> Result<(), CommandRejected> {
    let (mut frame, state, resource) = take_if(step, task, |attempt| !attempt.submitted && !attempt.handed_over)?;
    if matches!(resource, Resource::Activity { .. }) {
        start(step, &mut frame, resource, None);
    }
    if let Some(output) = submitted {
        if let Err(fault) = step.check_size(&output, task_events::result_owner(resource)) {
            let failure = fault.at(&state.name, frame.entered_event);
            fail(step, frame, state, resource, failure);
            return Ok(());
        }
        step.emit_on(&mut frame, task_events::submitted(resource, output));
    }
    step.put(frame);
    match end {
        MockedEnd::Succeeded(output) => succeeded(step, task, output),
        MockedEnd::Failed { error, cause } => failed(step, task, error, cause),
    }
}

/// The task cannot even be started: the execution's own failure, which leaves no task event.
pub(crate) fn refused(step: &mut Step<'_>, task: TaskId, cause: &str) -> Result<(), CommandRejected> {
    let (mut frame, state, _) = take(step, task)?;
    end(step, &frame);
    let progress = step.fail_with(&mut frame, state, Fault::runtime(cause));
    step.settle(frame, progress);
    Ok(())
}

/// The task's time, or the time for its next heartbeat, ran out.
pub(crate) fn timed_out(step: &mut Step<'_>, task: TaskId, is_heartbeat: bool) -> Result<(), CommandRejected> {
    let now = step.now;
    let is_due = |attempt: &TaskAttempt| {
        let due = if is_heartbeat { attempt.heartbeat_due } else { attempt.timeout_due };
        due.is_some_and(|due| due <= now)
    };
    let (frame, state, resource) = take_if(step, task, is_due).map_err(|_| CommandRejected::TimerStale)?;
    if let Phase::Task(attempt) = &frame.phase {
        abandon_job(step, task, resource, attempt);
    }
    fail(step, frame, state, resource, Failure::timeout(is_heartbeat));
    Ok(())
}

/// A heartbeat leaves no event; it moves the clock.
pub(crate) fn heartbeat(step: &mut Step<'_>, task: TaskId) -> Result<(), CommandRejected> {
    let (mut frame, _, _) = take(step, task)?;
    let now = step.now;
    let Phase::Task(attempt) = &mut frame.phase else { unreachable!("only frames with a task are taken") };
    if let (Some(seconds), Some(before)) = (attempt.heartbeat_seconds, attempt.heartbeat_due) {
        let due = now.plus_seconds(seconds);
        attempt.heartbeat_due = Some(due);
        step.clear_timer(before, TimerKind::Heartbeat(task));
        step.set_timer(due, TimerKind::Heartbeat(task));
    }
    step.put(frame);
    Ok(())
}

/// The frame is going away or starts another attempt: nobody waits for this one any more.
pub(crate) fn cancel(step: &mut Step<'_>, frame: &Frame, attempt: &TaskAttempt) {
    let task = TaskId { frame: frame.id, scheduled_event: attempt.scheduled_event };
    let StateKind::Task(state) = &step.state_of(frame).kind else {
        unreachable!("only Task states have task attempts")
    };
    abandon_job(step, task, &state.resource, attempt);
    end_attempt(step, task, attempt);
}

/// If the attempt has started a job, nobody waits for that any more.
fn abandon_job(step: &mut Step<'_>, task: TaskId, resource: &Resource, attempt: &TaskAttempt) {
    if let Some(job) = &attempt.job {
        step.effect(Effect::CancelJob(Box::new(AbandonedJob {
            task,
            resource: resource.clone(),
            payload: attempt.payload.clone(),
            submitted: job.submitted.clone(),
            role_arn: attempt.role_arn.clone(),
        })));
    }
}

fn fail(step: &mut Step<'_>, mut frame: Frame, state: &State, resource: &Resource, failure: Failure) {
    end(step, &frame);
    step.emit_on(&mut frame, task_events::failed(resource, &failure));
    frame.phase = Phase::Ready;
    let progress = step.fail_state(&mut frame, state, failure);
    step.settle(frame, progress);
}

fn end(step: &mut Step<'_>, frame: &Frame) {
    if let Phase::Task(attempt) = &frame.phase {
        end_attempt(step, TaskId { frame: frame.id, scheduled_event: attempt.scheduled_event }, attempt);
    }
}

/// Nobody waits for this attempt any more.
fn end_attempt(step: &mut Step<'_>, task: TaskId, attempt: &TaskAttempt) {
    if !attempt.handed_over {
        step.effect(Effect::EndTask(task));
    }
    if let Some(since) = attempt.waits_since {
        step.effect(Effect::AwaitedNoMore(AwaitedTask { task, since }));
    }
    if let Some(due) = attempt.timeout_due {
        step.clear_timer(due, TimerKind::TaskTimeout(task));
    }
    if let Some(due) = attempt.heartbeat_due {
        step.clear_timer(due, TimerKind::Heartbeat(task));
    }
    if let Some(job) = &attempt.job {
        step.clear_timer(job.look_due, TimerKind::Job(task));
    }
}

/// Takes the frame of a task that is still the current attempt.
fn take<'s>(step: &mut Step<'s>, task: TaskId) -> Result<(Frame, &'s State, &'s Resource), CommandRejected> {
    take_if(step, task, |_| true)
}

/// The same, if the attempt is as expected; otherwise the frame stays untouched.
fn take_if<'s>(
    step: &mut Step<'s>,
    task: TaskId,
    expected: impl Fn(&TaskAttempt) -> bool,
) -> Result<(Frame, &'s State, &'s Resource), CommandRejected> {
    let is_current = |frame: &Frame| match &frame.phase {
        Phase::Task(attempt) => attempt.scheduled_event == task.scheduled_event && expected(attempt),
        _ => false,
    };
    if !step.execution.frames.get(&task.frame).is_some_and(is_current) {
        return Err(CommandRejected::TaskTimedOut);
    }
    let frame = step.take(task.frame).expect("just seen");
    let state = step.state_of(&frame);
    let StateKind::Task(task_state) = &state.kind else { unreachable!("only Task states wait for tasks") };
    Ok((frame, state, &task_state.resource))
}

fn has_token(resource: &Resource) -> bool {
    match resource {
        Resource::LambdaFunction { .. } => false,
        Resource::Activity { .. } => true,
        Resource::Service { pattern, .. } => *pattern != IntegrationPattern::RequestResponse,
    }
}

/// Zero stands for "no token", so it is never drawn.
fn draw_nonce(step: &mut Step<'_>) -> u64 {
    let mut random = Random::new(step.execution.seed);
    let nonce = random.next_u64().max(1);
    step.execution.seed = random.seed();
    nonce
}

fn token_text(step: &Step<'_>, frame: FrameId, nonce: u64) -> String {
    let task = TaskId { frame, scheduled_event: step.execution.next_event_id };
    TaskToken { execution_arn: step.execution.header.execution_arn.to_string(), task, nonce }.encode()
}

/// The longest timeout that an expression may give.
const SECONDS_MAX: i64 = 99_999_999;

/// `TimeoutSeconds` or `HeartbeatSeconds`, or what their paths refer to.
fn seconds(
    step: &mut Step<'_>,
    frame: &Frame,
    state: &State,
    field: Option<&IntegerField>,
    path_field: &str,
) -> Result<Option<u64>, Fault> {
    let path = match field {
        None => return Ok(None),
        Some(IntegerField::Literal(seconds)) => return Ok(Some(*seconds)),
        Some(IntegerField::Path(path)) => path,
        Some(IntegerField::Expression(expression)) => {
            let location = path_field.trim_end_matches("Path");
            return step
                .whole_number(frame, expression, location, |seconds| {
                    (!(0..=SECONDS_MAX).contains(&seconds))
                        .then(|| format!("{location} must be between 0 and {SECONDS_MAX} but was: {seconds}"))
                })
                .map(Some);
        }
    };
    let input = step.effective_input(frame, state)?;
    let value = step.path(frame, input.value(), path)?;
    match &value {
        Value::Number(Number::Integer(seconds)) if *seconds > 0 => Ok(Some(seconds.unsigned_abs())),
        other => {
            let shown = other.as_str().map_or_else(|| other.to_string(), str::to_owned);
            Err(Fault::runtime(format!(
                "The {path_field} field refers to value \"{shown}\" which is not a valid positive integer: {}",
                path.text()
            )))
        }
    }
}

fn role_arn(step: &mut Step<'_>, frame: &Frame, state: &State, task: &TaskState) -> Result<Option<Arc<str>>, Fault> {
    let Some(template) = &task.credentials else { return Ok(None) };
    let input = step.effective_input(frame, state)?;
    let credentials = step.template(frame, Visible::of(input.value()), template, "Credentials")?;
    match credentials.get("RoleArn") {
        Some(Value::String(role_arn)) => Ok(Some(role_arn.clone())),
        _ => Err(Fault::runtime("The field 'RoleArn' of Credentials must be a string.")),
    }
}

impl TaskAttempt {
    /// Whether an attempt at a task with this resource waits for somebody outside as it is now.
    pub fn waits_outside(&self, resource: &Resource) -> bool {
        is_answered_outside(resource) && (self.handed_over || matches!(resource, Resource::Activity { .. }))
    }
}

/// What a performer needs to know of an attempt that is to be performed.
impl Frame {
    /// The current attempt, while the frame waits for a task.
    pub fn task_attempt(&self) -> Option<&TaskAttempt> {
        match &self.phase {
            Phase::Task(attempt) => Some(attempt),
            _ => None,
        }
    }
}
