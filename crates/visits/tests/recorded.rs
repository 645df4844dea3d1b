//! Histories that AWS wrote, told: what holds for every story, and the root cause of each failure.

use expect_test::expect_file;
use interpreter::history::{HistoryEvent, HistoryEventDetails as Details};
use json::{Object, Value};
use std::path::{Path, PathBuf};
use stepwell_visits::{Outline, Run, Story};

/// A recorded history with the definition it is of.
struct Recorded {
    name: String,
    outline: Outline,
    events: Vec<HistoryEvent>,
}

fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
}

fn recorded() -> Vec<Recorded> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/recorded");
    let mut paths = Vec::new();
    files(&directory, &mut paths);
    paths.sort();
    let mut all = Vec::new();
    for path in paths {
        let case = json::parse(&std::fs::read_to_string(&path).expect("a text")).expect("JSON");
        let steps = case.get("steps").and_then(Value::as_array).map(|steps| steps.to_vec()).unwrap_or_default();
        let definitions: Vec<&str> =
            steps.iter().filter_map(|step| step.get("params")?.get("definition")?.as_str()).collect();
        // Which machine a history is of is told by one alone.
        let [definition] = definitions[..] else { continue };
        let name = case.get("case").and_then(Value::as_str).unwrap_or_default();
        let answers = case.get("aws").and_then(Value::as_object).cloned().unwrap_or_default();
        for (answer, value) in answers.iter() {
            let Some(events) = value.get("events").and_then(Value::as_array) else { continue };
            // Where what runs side by side has no order of its own, the recording has no numbers.
            if !events.iter().all(|event| event.get("type").is_some() && event.get("id").is_some_and(is_number)) {
                continue;
            }
            let answer: &str = answer.as_ref();
            all.push(Recorded {
                name: format!("{name} {answer}"),
                outline: Outline::of(definition),
                events: events.iter().map(as_it_was).collect(),
            });
        }
    }
    assert!(all.len() > 150, "only {} histories are found", all.len());
    all
}

fn is_number(id: &Value) -> bool {
    id.as_i64().is_some()
}

/// An event before the recording made data of its texts and words of its times.
fn as_it_was(event: &Value) -> HistoryEvent {
    let mut members = event.as_object().expect("an event").clone();
    let id = members.get("id").cloned().expect("an id");
    members.set("timestamp", id);
    for (name, details) in event.as_object().expect("an event").iter() {
        let Value::Object(details) = details else { continue };
        let mut texts = details.clone();
        for member in ["input", "output", "parameters", "cause"] {
            if let Some(data) = details.get(member).filter(|data| data.as_str().is_none()) {
                texts.set(member, data.to_string().into());
            }
        }
        if let Some(Value::Object(variables)) = details.get("assignedVariables") {
            let text = |value: &Value| Value::from(value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            let assigned: Object = variables.iter().map(|(name, value)| (name.clone(), text(value))).collect();
            texts.set("assignedVariables", assigned.into());
        }
        members.set(name.clone(), texts.into());
    }
    HistoryEvent::from_value(&members.into()).unwrap_or_else(|wrong| panic!("{wrong:?} in {event}"))
}

#[test]
fn what_holds_for_every_story() {
    for Recorded { name, outline, events } in recorded() {
        let story = Story::of(&outline, &events);
        let mut piecewise = Story::new();
        for event in &events {
            // An event that was told, and one that is not next, change nothing.
            piecewise.add(&outline, event);
            piecewise.add(&outline, event);
            piecewise.add(&outline, &HistoryEvent { id: event.id + 2, ..event.clone() });
        }
        assert_eq!(format!("{piecewise:?}"), format!("{story:?}"), "{name}");
        let entered = events.iter().filter(|event| matches!(event.details, Details::StateEntered { .. }));
        let entries: Vec<u64> = entered.map(|event| event.id).collect();
        let visits: Vec<u64> = story.visits().iter().map(|visit| visit.first_event).collect();
        assert_eq!(visits, entries, "{name}");
        for visit in story.visits() {
            assert!(visit.place.starts_with("/States/"), "{name}: {} has no place", visit.name);
            assert!(visit.exited_at.is_some() || story.run() == Run::Running, "{name}: {} is open", visit.name);
        }
        for event in &events {
            let of = story.visit_of_event(event.id).map(|visit| &story.visits()[visit]);
            match &event.details {
                Details::ExecutionStarted { .. }
                | Details::ExecutionSucceeded { .. }
                | Details::ExecutionFailed { .. }
                | Details::ExecutionAborted { .. }
                | Details::ExecutionTimedOut { .. } => assert!(of.is_none(), "{name}: event {}", event.id),
                Details::StateExited { name: state, .. } => {
                    let of = of.unwrap_or_else(|| panic!("{name}: event {} is of no visit", event.id));
                    assert_eq!((&of.name, of.exit_event()), (state, Some(event.id)), "{name}");
                }
                _ => assert!(of.is_some(), "{name}: event {} is of no visit", event.id),
            }
        }
    }
}

#[test]
fn root_causes() {
    let mut found = String::new();
    for Recorded { name, outline, events } in recorded() {
        let story = Story::of(&outline, &events);
        let failed = matches!(story.run(), Run::Failed | Run::TimedOut);
        assert_eq!(story.root_cause().is_some(), failed, "{name}");
        let Some(cause) = story.root_cause() else { continue };
        let place = cause.visit.map_or("none", |visit| &story.visits()[visit].place);
        let error = cause.failure.error.as_deref().unwrap_or("no error");
        let items: String = cause.iterations.iter().map(|index| format!(", item {index}")).collect();
        let field = cause.failure.location.as_deref().map(|field| format!(", {field}")).unwrap_or_default();
        found.push_str(&format!("{name}\n    {place}{items}, attempt {}: {error}{field}\n", cause.attempt));
    }
    expect_file!["causes.txt"].assert_eq(&found);
}
