//! What must hold when a run is over.

use crate::machine::Machine;
use crate::machine::child_mark;
use crate::oracle::decide;
use crate::plan::Via;
use crate::reference::{self, Ending, NESTED_CAUSE, OWN_CAUSE, call_key, is_of_nested, without_own_causes};
use crate::run::Report;
use crate::world::clients::{Others, Shown, execution_arn};
use crate::world::{Dated, Key, World, express, identity};
use engine::check::CheckOptions;
use json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Checks everything; what is found goes into the world's violations.
pub(crate) fn check(world: &Arc<World>, shown: &BTreeMap<Key, Shown>, others: Option<&Others>, report: &mut Report) {
    stored(world);
    // How tasks of all of them ended, and whether everything that is told of them can be held against the reference.
    let mut of_others = Attempts::new();
    let mut is_told = others.is_some();
    if let Some(others) = others {
        is_told &= against_each_other(world, shown, others);
        for (arn, other) in &others.executions {
            report.closed += 1;
            report.events += other.events.len();
            is_told &= !is_full(other);
            closes_once(world, arn, other);
            for (call, endings) in attempts(world, arn, other) {
                of_others.entry(call).or_default().extend(endings);
            }
        }
    }
    for (key, shown) in shown {
        report.closed += usize::from(!shown.is_running());
        report.events += shown.events.len();
        closes_once(world, &format!("{key:?}"), shown);
        against_ledger(world, key, shown);
        let mut attempts = attempts(world, &format!("{key:?}"), shown);
        attempts.extend(of_others.clone());
        let needs_others = shown.events.iter().any(starts_others);
        if let Some(machine) = what_it_runs(world, key, shown)
            && (is_told || !needs_others)
            && against_reference(world, machine, key, shown, &attempts)
        {
            report.compared += 1;
        }
    }
    missing(world, shown);
    express::check(world);
}

/// Whether an event begins something that other executions have to do.
fn starts_others(event: &Value) -> bool {
    let kind = event.get("type").and_then(Value::as_str).unwrap_or_default();
    let resource = || details(event).and_then(|it| Some(it.get("resource")?.as_str()?.starts_with("startExecution")));
    kind == "MapRunStarted" || kind == "TaskScheduled" && resource().unwrap_or(false)
}

/// Map Runs, their children and executions that were started, against the histories of who started them. False if it is not told how all tasks
/// ended.
fn against_each_other(world: &World, shown: &BTreeMap<Key, Shown>, others: &Others) -> bool {
    let mut is_told = world.plan.jumps.iter().all(|jump| jump.by_ms < 100_000);
    let all: Vec<(String, &Shown)> = shown
        .iter()
        .map(|(key, shown)| (execution_arn(key), shown))
        .chain(others.executions.iter().map(|(arn, shown)| (arn.clone(), shown)))
        .collect();
    let mut problems = Vec::new();
    let mut runs_started: BTreeSet<String> = BTreeSet::new();
    let mut nested: BTreeMap<String, usize> = BTreeMap::new();
    let mut unanswered = 0;
    for (arn, shown) in &all {
        let kinds = |kind: &str| {
            shown.events.iter().filter(|event| event.get("type").and_then(Value::as_str) == Some(kind)).count()
        };
        let text = |event: &Value, name: &str| details(event).and_then(|it| Some(it.get(name)?.as_str()?.to_owned()));
        let started: Vec<String> = shown.events.iter().filter_map(|event| text(event, "mapRunArn")).collect();
        let ends = ["MapRunSucceeded", "MapRunFailed", "MapRunAborted"].map(kinds);
        let closed_before = usize::from(is_full(shown));
        let count: usize = ends.iter().sum();
        if count > started.len() || count + closed_before < started.len() && shown.status == "SUCCEEDED" {
            problems.push(format!("{arn} started {} Map Runs, of which {count} ended", started.len()));
        }
        let statuses = started.iter().filter_map(|run| others.map_runs.get(run)).map(|run| run.status.as_str());
        let succeeded = statuses.filter(|status| *status == "SUCCEEDED").count();
        if succeeded != ends[0] && !is_full(shown) {
            problems.push(format!("{arn} tells of {} Map Runs that succeeded, {succeeded} did", ends[0]));
        }
        for run in started {
            if !others.map_runs.contains_key(&run) {
                problems.push(format!("{arn} tells of {run}, which is not there"));
            }
            if !runs_started.insert(run.clone()) {
                problems.push(format!("{run} was started twice"));
            }
        }
        let scheduled = shown.events.iter().filter(|event| starts_others(event)).count() - kinds("MapRunStarted");
        let submitted: Vec<String> = shown
            .events
            .iter()
            .filter(|event| event.get("type").and_then(Value::as_str) == Some("TaskSubmitted"))
            .filter_map(|event| {
                json::parse(&text(event, "output")?).ok()?.get("ExecutionArn")?.as_str().map(str::to_owned)
            })
            .collect();
        unanswered += scheduled - submitted.len().min(scheduled);
        submitted.into_iter().for_each(|arn| *nested.entry(arn).or_default() += 1);
    }
    for (arn, run) in &others.map_runs {
        let (counts, items) = (&run.execution_counts, &run.item_counts);
        let ended = counts.succeeded + counts.failed + counts.timed_out + counts.aborted;
        let is_over = run.status.as_str() != "RUNNING" && run.stop_date_ms.is_some();
        if !is_over
            || counts.running != 0
            || run.status.as_str() == "SUCCEEDED" && (ended != counts.total || items.total != ended)
        {
            problems.push(format!("{arn} ended wrong: {run:?}"));
        }
        // Express children have five minutes by a clock that is set.
        is_told &= counts.timed_out == 0;
        // At the limit of a history a run's own event does not fit.
        if !runs_started.contains(arn) && !all.iter().any(|(_, shown)| is_full(shown)) {
            problems.push(format!("nobody tells of {arn}"));
        }
    }
    for (arn, count) in &nested {
        if *count > 1 || !others.executions.contains_key(arn) {
            problems.push(format!("{arn} was started {count} times, or is not there"));
        }
    }
    let is_nested = |arn: &&String| arn.contains(":execution:nested:");
    let unknown = others.executions.keys().filter(is_nested).filter(|arn| !nested.contains_key(*arn)).count();
    if unknown > unanswered {
        problems.push(format!("{unknown} executions were started that no history tells of, {unanswered} may be"));
    }
    for problem in problems {
        world.violation(problem);
    }
    is_told
}

/// The machine that an execution runs, which must be one that it may run: what was current, or what its version or alias led to, at a moment
/// when somebody waited for its start.
fn what_it_runs<'w>(world: &'w World, key: &Key, shown: &Shown) -> Option<&'w Machine> {
    let revisions = world.plan.revisions(key.0);
    let mut allowed: BTreeSet<usize> = BTreeSet::new();
    let mut problem = None;
    {
        let state = world.state();
        let ledger = &state.ledger;
        let known = ledger.revisions.get(&key.0).map_or(&[][..], Vec::as_slice);
        let of_version = |version: u64| ledger.versions.get(&(key.0, version)).copied();
        let mut versions: BTreeSet<u64> = BTreeSet::new();
        for ask in &ledger.executions[key].asks {
            let to = ask.answered.unwrap_or(u64::MAX);
            match ask.what {
                Via::Machine => allowed.extend(Dated::between(known, ask.asked, to).iter().map(|dated| dated.what)),
                Via::Version(version) => drop(versions.insert(version)),
                Via::Alias => {
                    let aliases = ledger.aliases.get(&key.0).map_or(&[][..], Vec::as_slice);
                    versions.extend(Dated::between(aliases, ask.asked, to).iter().flat_map(|dated| dated.what.clone()));
                }
            }
        }
        match shown.version {
            Some(version) if !versions.contains(&version) => {
                problem = Some(format!("{key:?} runs version {version}, but it may only run one of {versions:?}"));
            }
            // A version whose publication was never answered may be any revision.
            Some(version) => allowed = of_version(version).map_or((0..revisions.len()).collect(), |it| [it].into()),
            None => {}
        }
        if shown.has_alias && !ledger.executions[key].asks.iter().any(|ask| ask.what == Via::Alias) {
            problem = Some(format!("{key:?} shows an alias, but nobody started it with one"));
        }
    }
    if let Some(problem) = problem {
        world.violation(problem);
        return None;
    }
    let found = allowed.iter().find(|revision| crate::machine::render(revisions[**revision]) == shown.definition);
    if found.is_none() {
        world.violation(format!("{key:?} runs another definition than those of revisions {allowed:?}"));
    }
    found.map(|revision| revisions[*revision])
}

/// Rows, histories and index agree.
pub(crate) fn stored(world: &Arc<World>) {
    let memory = Arc::new(world.memory().reopen());
    let mut findings = Vec::new();
    let options = CheckOptions { identity: identity(), settings: world.plan.settings, replays: true };
    let checked = crate::world::ready(engine::check::check(memory, &options, &mut |finding| {
        findings.push(format!("{} of {}: {}", finding.kind, finding.place, finding.what));
    }));
    match checked {
        Ok(checked) if checked.express > 0 => {
            findings.push(format!("{} starts of Express executions are left", checked.express));
        }
        Ok(_) => {}
        Err(error) => findings.push(error.to_string()),
    }
    for finding in findings {
        world.violation(format!("stored: {finding}"));
    }
}

/// The last event closes an execution, and no other.
fn closes_once(world: &World, key: &str, shown: &Shown) {
    let closes = |event: &Value| {
        let kind = event.get("type").and_then(Value::as_str).unwrap_or_default();
        kind.starts_with("Execution") && kind != "ExecutionStarted"
    };
    let closing = shown.events.iter().filter(|event| closes(event)).count();
    let is_last = shown.events.last().is_some_and(closes);
    if closing != usize::from(!shown.is_running()) || is_last == shown.is_running() {
        world.violation(format!("{key} is {} and closes {closing} times", shown.status));
    }
}

/// Nothing that was acknowledged is lost.
fn missing(world: &World, shown: &BTreeMap<Key, Shown>) {
    let lost: Vec<Key> = {
        let state = world.state();
        let known = state.ledger.executions.iter().filter(|(_, entry)| !entry.starts.is_empty() || entry.is_taken);
        known.map(|(key, _)| key.clone()).filter(|key| !shown.contains_key(key)).collect()
    };
    for key in lost {
        world.violation(format!("{key:?} was acknowledged and is lost"));
    }
}

fn against_ledger(world: &World, key: &Key, shown: &Shown) {
    let mut problems = Vec::new();
    {
        let state = world.state();
        let entry = &state.ledger.executions[key];
        if !entry.inputs.contains(&shown.input) {
            problems.push(format!("{key:?} has an input nobody sent: {}", shown.input));
        }
        for (input, start_ms) in &entry.starts {
            if *input != shown.input || *start_ms != shown.start_ms {
                problems.push(format!(
                    "the start of {key:?} at {start_ms} with {input} was acknowledged, but it was {} with {}",
                    shown.start_ms, shown.input
                ));
            }
        }
        for stop_ms in &entry.stops {
            if shown.stop_ms != Some(*stop_ms) {
                problems.push(format!("{key:?} was said to have stopped at {stop_ms}, but it was {:?}", shown.stop_ms));
            }
        }
        if shown.status == "ABORTED" && !entry.may_be_aborted {
            problems.push(format!("{key:?} is aborted, but nobody asked for it"));
        }
    }
    for problem in problems {
        world.violation(problem);
    }
}

/// Whether the execution failed because its history was full.
fn is_full(shown: &Shown) -> bool {
    let limit = "The execution reached the maximum number of history events";
    shown.cause.as_deref().is_some_and(|cause| cause.starts_with(limit))
}

/// How attempts of tasks ended, by their calls.
type Attempts = BTreeMap<String, Vec<Ending>>;

/// Collects the attempts of a history, and holds each against what the world does with such a task.
fn attempts(world: &World, key: &str, shown: &Shown) -> Attempts {
    let mut attempts = Attempts::new();
    for event in &shown.events {
        let Some((call, is_invoke)) = scheduled_call(event) else { continue };
        let (started_ms, ended) = follow(&shown.events, event);
        let token = call.get("t").and_then(Value::as_str);
        let acknowledged = token.and_then(|token| world.state().ledger.acknowledged.get(token).cloned());
        let gave_up = shown.status != "RUNNING" && ended.is_none_or(|ended| ending_of(ended).1);
        if let Some(job) = started_job(&shown.events, event).filter(|_| gave_up)
            && !world.state().ledger.cancelled.contains(&job)
            // How it ended may not fit into the history any more.
            && !(is_full(shown) && world.state().ledger.ended.contains(&job))
        {
            world.violation(format!("{key}: nobody waits for the job {job}, and it was not cancelled"));
        }
        let Some(ended) = ended else {
            // At the limit of the history the outcome's own event does not fit any more.
            if let Some(acknowledged) = acknowledged.filter(|_| !is_full(shown)) {
                world.violation(format!("{key} knows nothing of an acknowledged outcome: {acknowledged:?}"));
            }
            continue;
        };
        let (ending, timed_out) = ending_of(ended);
        let decision = decide(world.plan.seed, &call);
        if timed_out {
            let limits = ["timeoutInSeconds", "heartbeatInSeconds"]
                .map(|field| details(event).and_then(|it| it.get(field)?.as_i64()));
            let shortest = limits.into_iter().flatten().min().unwrap_or(i64::MAX / 1000);
            let took = time_ms(ended) - started_ms.unwrap_or_else(|| time_ms(event));
            // A heartbeat after the clock was set back moves the due time back, too.
            let is_told_apart = details(event).and_then(|it| it.get("heartbeatInSeconds")).is_none()
                || world.plan.jumps.iter().all(|jump| jump.by_ms >= 0);
            if is_told_apart && took < shortest * 1000 {
                world.violation(format!("{key}: a task timed out after {took} ms: {ended}"));
            }
        } else {
            let decided = match (&decision.ending, is_invoke) {
                (Ending::Output(output), true) => Ending::Output(json::json!({"Payload": output, "StatusCode": 200})),
                (decided, _) => decided.clone(),
            };
            if ending != decided {
                world.violation(format!("{key}: a task ended with {ending:?}, but the world made {decided:?}"));
            }
        }
        if acknowledged.as_ref().is_some_and(|acknowledged| *acknowledged != ending) {
            world.violation(format!("{key}: {acknowledged:?} was acknowledged, but the task ended with {ending:?}"));
        }
        let known = attempts.entry(call_key(&call)).or_default();
        if !known.contains(&ending) {
            known.push(ending);
        }
    }
    attempts
}

/// The call of a `*Scheduled` event, and whether its result comes in an envelope.
fn scheduled_call(event: &Value) -> Option<(Value, bool)> {
    let details = details(event)?;
    let kind = event.get("type")?.as_str()?;
    match kind {
        "LambdaFunctionScheduled" | "ActivityScheduled" => {
            Some((json::parse(details.get("input")?.as_str()?).ok()?, false))
        }
        "TaskScheduled" => {
            let parameters = json::parse(details.get("parameters")?.as_str()?).ok()?;
            let is_invoke = details.get("resource")?.as_str()? == "invoke";
            Some((parameters.get("Payload").or_else(|| parameters.get("Parameters"))?.clone(), is_invoke))
        }
        _ => None,
    }
}

fn details(event: &Value) -> Option<&Value> {
    let (_, details) = event.as_object()?.iter().find(|(key, _)| key.ends_with("EventDetails"))?;
    Some(details)
}

fn time_ms(event: &Value) -> i64 {
    let seconds =
        event.get("timestamp").and_then(|time| time.as_number().map(json::Number::as_f64)).unwrap_or_default();
    (seconds * 1000.0).round() as i64
}

/// When the task that `scheduled` is about started, and the event that ended it.
fn follow<'e>(events: &'e [Value], scheduled: &Value) -> (Option<i64>, Option<&'e Value>) {
    let mut last = scheduled.get("id").and_then(Value::as_i64);
    let mut started_ms = None;
    for event in events {
        if event.get("previousEventId").and_then(Value::as_i64) != last || last.is_none() {
            continue;
        }
        match event.get("type").and_then(Value::as_str).unwrap_or_default() {
            "TaskStarted" | "LambdaFunctionStarted" | "ActivityStarted" => {
                started_ms = Some(time_ms(event));
                last = event.get("id").and_then(Value::as_i64);
            }
            "TaskSubmitted" => last = event.get("id").and_then(Value::as_i64),
            kind if ["Succeeded", "Failed", "TimedOut"].iter().any(|end| kind.ends_with(end))
                && ["Task", "LambdaFunction", "Activity"].iter().any(|begin| kind.starts_with(begin)) =>
            {
                return (started_ms, Some(event));
            }
            _ => {}
        }
    }
    (started_ms, None)
}

/// The job that a task started, if it did.
fn started_job(events: &[Value], scheduled: &Value) -> Option<String> {
    let id = scheduled.get("id").and_then(Value::as_i64)?;
    let started = events.iter().find(|event| event.get("previousEventId").and_then(Value::as_i64) == Some(id))?;
    let started = started.get("id").and_then(Value::as_i64)?;
    let is_submitted = |event: &&Value| {
        event.get("previousEventId").and_then(Value::as_i64) == Some(started)
            && event.get("type").and_then(Value::as_str) == Some("TaskSubmitted")
    };
    let output = details(events.iter().find(is_submitted)?)?.get("output")?.as_str()?;
    json::parse(output).ok()?.get("JobId").and_then(Value::as_str).map(str::to_owned)
}

/// How a task's last event says it ended, and whether its time ran out.
fn ending_of(event: &Value) -> (Ending, bool) {
    let field = |name: &str| details(event).and_then(|details| Some(details.get(name)?.as_str()?.to_owned()));
    let timed_out = event.get("type").and_then(Value::as_str).is_some_and(|kind| kind.ends_with("TimedOut"));
    match field("output") {
        Some(output) => (Ending::Output(json::parse(&output).unwrap_or(Value::Null)), false),
        None => (Ending::Failure { error: field("error").unwrap_or_default(), cause: field("cause") }, timed_out),
    }
}

/// Whether the execution ended as it may; false if that cannot be told.
fn against_reference(world: &World, machine: &Machine, key: &Key, shown: &Shown, attempts: &Attempts) -> bool {
    if is_full(shown) {
        return false;
    }
    let ending = match shown.status.as_str() {
        "SUCCEEDED" => {
            let output = shown.output.as_deref().map(json::parse);
            Ending::Output(output.and_then(Result::ok).map_or(Value::Null, |output| without_own_causes(&output)))
        }
        "FAILED" => {
            let own = |cause: &String| match cause {
                cause if cause.starts_with(OWN_CAUSE) => OWN_CAUSE.to_owned(),
                cause if is_of_nested(cause) => NESTED_CAUSE.to_owned(),
                cause => cause.clone(),
            };
            Ending::Failure { error: shown.error.clone().unwrap_or_default(), cause: shown.cause.as_ref().map(own) }
        }
        "TIMED_OUT" => {
            let limit =
                machine.timeout_seconds.map_or(i64::MAX, |seconds| i64::try_from(seconds).unwrap_or(i64::MAX) * 1000);
            let took = shown.stop_ms.unwrap_or_default() - shown.start_ms;
            if took < limit {
                world.violation(format!("{key:?} timed out after {took} ms"));
            }
            return false;
        }
        _ => return false,
    };
    let Ok(input) = json::parse(&shown.input) else { return false };
    let state = world.state();
    // No history tells of the tasks of Express children.
    let of_express = |call: &str| {
        let outcomes = state.ledger.outcomes.get(call).filter(|_| call.contains(child_mark(true)));
        outcomes.cloned().unwrap_or_default()
    };
    let ended = |call: &str| attempts.get(call).cloned().unwrap_or_else(|| of_express(call));
    let possible = reference::endings(machine, &world.plan.nested, &key.1, &input, &ended);
    drop(state);
    let Ok(mut possible) = possible else { return false };
    for ending in &mut possible {
        if let Ending::Output(output) = ending {
            *output = without_own_causes(output);
        }
    }
    if !possible.contains(&ending) {
        world.violation(format!("{key:?} ended with {ending:?}, but the reference says {possible:?}"));
    }
    true
}
