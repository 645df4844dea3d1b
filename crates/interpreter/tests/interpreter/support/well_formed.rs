//! What every history of a closed execution is, whatever the definition: numbered without gaps, a tree by its `previousEventId`s, each state,
//! iteration and task begun before it ends and ended at most once.

use std::collections::BTreeMap;
use stepwell_interpreter::history::{HistoryEvent, HistoryEventDetails as Details, StateType};

/// The first thing wrong with `events`.
pub fn check(events: &[HistoryEvent]) -> Result<(), String> {
    numbered(events)?;
    let by_id: ById<'_> = events.iter().map(|event| (event.id, event)).collect();
    let mut left: BTreeMap<u64, u64> = BTreeMap::new();
    for event in events {
        if let Some(problem) = misplaced(event, &by_id) {
            return Err(format!("event {} {}: {problem}", event.id, event.details.type_name()));
        }
        if let Details::StateExited { name, .. } = &event.details
            && let Some(entered) = entry(&by_id, event.previous_event_id, name)
            && let Some(before) = left.insert(entered.id, event.id)
        {
            return Err(format!("event {}: the state was left by {before} already", event.id));
        }
    }
    Ok(())
}

type ById<'e> = BTreeMap<u64, &'e HistoryEvent>;

/// Why an event does not belong where it points.
fn misplaced(event: &HistoryEvent, by_id: &ById<'_>) -> Option<&'static str> {
    let from = event.previous_event_id;
    let parent = by_id.get(&from).map(|parent| &parent.details);
    let (is_right, problem) = match &event.details {
        Details::StateExited { name, state_type, .. } => {
            let entered = entry(by_id, from, name).map(|entered| &entered.details);
            let is_right =
                matches!(entered, Some(Details::StateEntered { state_type: entered, .. }) if entered == state_type);
            (is_right, "its chain does not lead to the entry of such a state")
        }
        Details::StateEntered { .. } if from == 0 => (event.id == 2, "only the first state points at nothing"),
        // A Fail state is entered again in a redrive.
        Details::StateEntered { state_type: StateType::Fail, name, .. } if entry(by_id, from, name).is_some() => {
            return None;
        }
        Details::StateEntered { .. } => (
            matches!(
                parent,
                Some(Details::StateExited { .. } | Details::ParallelStateStarted | Details::MapIterationStarted { .. })
            ),
            "it follows neither an exit nor the start of a branch or iteration",
        ),
        Details::MapStateStarted { .. } | Details::ParallelStateStarted => {
            let is_entry = |details: &Details| matches!(details, Details::StateEntered { .. });
            (leads_to(by_id, from, is_entry), "its chain does not lead to an entry")
        }
        Details::MapIterationStarted { name, .. } => {
            let is_map = |details: &Details| matches!(details, Details::StateEntered { state_type: StateType::Map, name: map, .. } if map == name);
            (leads_to(by_id, from, is_map), "its chain does not lead to the Map state's entry")
        }
        Details::MapIterationSucceeded { name, index } | Details::MapIterationFailed { name, index } => {
            let is_start = |details: &Details| matches!(details, Details::MapIterationStarted { name: started, index: number } if (started, number) == (name, index));
            (leads_to(by_id, from, is_start), "its chain does not lead to the iteration's start")
        }
        Details::TaskStarted { .. } | Details::LambdaFunctionStarted | Details::ActivityStarted { .. } => {
            (parent.is_some_and(is_schedule), "it does not follow its schedule")
        }
        Details::TaskSucceeded { .. } | Details::LambdaFunctionSucceeded { .. } | Details::ActivitySucceeded { .. } => {
            (parent.is_some_and(is_start), "it does not follow its start")
        }
        _ => return None,
    };
    (!is_right).then_some(problem)
}

fn is_schedule(details: &Details) -> bool {
    matches!(
        details,
        Details::TaskScheduled { .. } | Details::LambdaFunctionScheduled { .. } | Details::ActivityScheduled { .. }
    )
}

fn is_start(details: &Details) -> bool {
    matches!(
        details,
        Details::TaskStarted { .. }
            | Details::TaskSubmitted { .. }
            | Details::LambdaFunctionStarted
            | Details::ActivityStarted { .. }
    )
}

fn numbered(events: &[HistoryEvent]) -> Result<(), String> {
    for (id, event) in (1..).zip(events) {
        if event.id != id {
            return Err(format!("event {} stands where {id} belongs", event.id));
        }
        if event.previous_event_id >= event.id {
            return Err(format!("event {id} points at {}", event.previous_event_id));
        }
        let is_redrive = matches!(event.details, Details::ExecutionRedriven { .. });
        let ends = event.details.type_name().starts_with("Execution") && id > 1 && !is_redrive;
        let next = events.get(id as usize).map(|event| &event.details);
        if ends != matches!(next, None | Some(Details::ExecutionRedriven { .. })) {
            return Err(format!("event {id} {}: the end is the last event", event.details.type_name()));
        }
    }
    match events.first().map(|event| &event.details) {
        Some(Details::ExecutionStarted { .. }) => Ok(()),
        _ => Err("the first event is not ExecutionStarted".to_owned()),
    }
}

/// The entry of `state` that a chain leads to.
fn entry<'e>(by_id: &ById<'e>, from: u64, state: &str) -> Option<&'e HistoryEvent> {
    let mut next = by_id.get(&from).copied();
    while let Some(event) = next {
        if matches!(&event.details, Details::StateEntered { name, .. } if &**name == state) {
            return Some(event);
        }
        next = by_id.get(&event.previous_event_id).copied();
    }
    // The failure of an evaluation skips the entry (recorded).
    by_id
        .values()
        .rev()
        .find(|event| matches!(&event.details, Details::StateEntered { name, .. } if &**name == state))
        .copied()
}

fn leads_to(by_id: &ById<'_>, from: u64, is_it: impl Fn(&Details) -> bool) -> bool {
    let mut next = by_id.get(&from).copied();
    let mut skips = false;
    while let Some(event) = next {
        if is_it(&event.details) {
            return true;
        }
        skips |= matches!(event.details, Details::EvaluationFailed { .. });
        next = by_id.get(&event.previous_event_id).copied();
    }
    skips
}
