//! What every history of a closed execution is, whatever the definition: numbered without gaps, a tree by its `previousEventId`s, each state,
//! iteration and task begun before it ends and ended at most once.

use std::collections::BTreeMap;
use stepwell_interpreter::history::{HistoryEvent, HistoryEventDetails as Details, StateType};

/// The first thing wrong with `events`.
pub fn check(events: &[HistoryEvent]) -> Result<(), String> {
    numbered(events)?;
    let by_id: BTreeMap<u64, &HistoryEvent> = events.iter().map(|event| (event.id, event)).collect();
    let mut left: BTreeMap<u64, u64> = BTreeMap::new();
    for event in events {
        let wrong = |what: &str| Err(format!("event {} {}: {what}", event.id, event.details.type_name()));
        let parent = by_id.get(&event.previous_event_id).copied();
        match &event.details {
            Details::StateExited { name, state_type, .. } => {
                let Some(entered) = entry(&by_id, event.previous_event_id, name) else {
                    return wrong("its chain does not lead to the state's entry");
                };
                if !matches!(&entered.details, Details::StateEntered { state_type: entered, .. } if entered == state_type)
                {
                    return wrong("the entry is of another type of state");
                }
                if let Some(before) = left.insert(entered.id, event.id) {
                    return wrong(&format!("the state was left by {before} already"));
                }
            }
            Details::StateEntered { .. } if event.previous_event_id == 0 => {
                if event.id != 2 {
                    return wrong("only the first state points at nothing");
                }
            }
            Details::StateEntered { .. } => {
                let begins = matches!(
                    parent.map(|parent| &parent.details),
                    Some(
                        Details::StateExited { .. }
                            | Details::ParallelStateStarted
                            | Details::MapIterationStarted { .. }
                    )
                );
                if !begins {
                    return wrong("it follows neither an exit nor the start of a branch or iteration");
                }
            }
            Details::MapStateStarted { .. } | Details::ParallelStateStarted => {
                if !leads_to(&by_id, event.previous_event_id, |details| matches!(details, Details::StateEntered { .. }))
                {
                    return wrong("its chain does not lead to an entry");
                }
            }
            Details::MapIterationStarted { name, .. } => {
                let is_map = |details: &Details| matches!(details, Details::StateEntered { state_type: StateType::Map, name: map, .. } if map == name);
                if !leads_to(&by_id, event.previous_event_id, is_map) {
                    return wrong("its chain does not lead to the Map state's entry");
                }
            }
            Details::MapIterationSucceeded { name, index } | Details::MapIterationFailed { name, index } => {
                let is_start = |details: &Details| matches!(details, Details::MapIterationStarted { name: started, index: number } if (started, number) == (name, index));
                if !leads_to(&by_id, event.previous_event_id, is_start) {
                    return wrong("its chain does not lead to the iteration's start");
                }
            }
            Details::TaskStarted { .. } | Details::LambdaFunctionStarted | Details::ActivityStarted { .. } => {
                let scheduled = matches!(
                    parent.map(|parent| &parent.details),
                    Some(
                        Details::TaskScheduled { .. }
                            | Details::LambdaFunctionScheduled { .. }
                            | Details::ActivityScheduled { .. }
                    )
                );
                if !scheduled {
                    return wrong("it does not follow its schedule");
                }
            }
            Details::TaskSucceeded { .. }
            | Details::LambdaFunctionSucceeded { .. }
            | Details::ActivitySucceeded { .. } => {
                let started = matches!(
                    parent.map(|parent| &parent.details),
                    Some(
                        Details::TaskStarted { .. }
                            | Details::TaskSubmitted { .. }
                            | Details::LambdaFunctionStarted
                            | Details::ActivityStarted { .. }
                    )
                );
                if !started {
                    return wrong("it does not follow its start");
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn numbered(events: &[HistoryEvent]) -> Result<(), String> {
    for (id, event) in (1..).zip(events) {
        if event.id != id {
            return Err(format!("event {} stands where {id} belongs", event.id));
        }
        if event.previous_event_id >= event.id {
            return Err(format!("event {id} points at {}", event.previous_event_id));
        }
        let ends = event.details.type_name().starts_with("Execution") && id > 1;
        if ends != (id as usize == events.len()) {
            return Err(format!("event {id} {}: the end is the last event", event.details.type_name()));
        }
    }
    match events.first().map(|event| &event.details) {
        Some(Details::ExecutionStarted { .. }) => Ok(()),
        _ => Err("the first event is not ExecutionStarted".to_owned()),
    }
}

/// The entry of `state` that a chain leads to.
fn entry<'e>(by_id: &BTreeMap<u64, &'e HistoryEvent>, from: u64, state: &str) -> Option<&'e HistoryEvent> {
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

fn leads_to(by_id: &BTreeMap<u64, &HistoryEvent>, from: u64, is_it: impl Fn(&Details) -> bool) -> bool {
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
