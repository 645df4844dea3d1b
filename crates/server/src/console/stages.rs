//! What the fields of a state made of a visit's data between what the history tells: worked out once more with the interpreter's own code, and shown
//! only if the same comes out as did.

use super::Console;
use super::failure::Failure;
use super::subject::Subject;
use engine::{HistoryEvent, HistoryEventDetails as Details, Revisit, Revisited, StateType, Timestamp, Work};
use json::{Object, Payload, Value};
use std::sync::Arc;
use visits::{Story, VisitId};

/// Iterations or branches whose outputs are put together.
const LANES_MAX: usize = 200;

/// A field between input and output: the member of AWS's InspectionData that has what it gave, what that is called here, and the field's names.
const FIELDS: [(&str, &str, &[&str]); 7] = [
    ("afterInputPath", "afterInputPath", &["InputPath"]),
    ("afterItemsPath", "items", &["ItemsPath", "Items"]),
    ("afterItemSelector", "afterItemSelector", &["ItemSelector"]),
    ("afterParameters", "afterParameters", &["Parameters"]),
    ("afterArguments", "arguments", &["Arguments"]),
    ("afterResultSelector", "afterResultSelector", &["ResultSelector"]),
    ("afterResultPath", "afterResultPath", &["ResultPath"]),
];

/// What a visit is worked on once more with, as its story tells it.
pub(super) struct Known {
    first_event: u64,
    name: Arc<str>,
    state_type: StateType,
    entered_at: Timestamp,
    exit_event: Option<u64>,
    /// The last event of the last attempt.
    work_event: Option<u64>,
    error: Option<Arc<str>>,
    cause: Option<Arc<str>>,
    attempts: usize,
    /// The events that have the outputs of branches or iterations, in their order.
    lanes: Option<Vec<u64>>,
    /// The iteration it is in: its position and the entry of its first visit.
    item: Option<(u64, u64)>,
    variables: Object,
}

impl Known {
    pub(super) fn of(story: &Story, visit: VisitId) -> Known {
        let found = &story.visits()[visit];
        let mut lanes: Vec<(u64, Option<u64>)> = Vec::new();
        for (lane, of) in story.lanes_of(visit).take(LANES_MAX + 1) {
            let last = story.visits()[visit..].iter().rev().find(|inner| inner.lane == lane);
            lanes.push((of.index, last.and_then(|last| last.exit_event())));
        }
        lanes.sort_unstable();
        let is_whole = lanes.len() <= LANES_MAX;
        let outputs: Option<Vec<u64>> = lanes.into_iter().map(|(_, exit)| exit).collect();
        Known {
            first_event: found.first_event,
            name: found.name.clone(),
            state_type: found.state_type,
            entered_at: found.entered_at,
            exit_event: found.exit_event(),
            work_event: found.attempts.last().map(|attempt| attempt.events.1),
            error: found.failure.as_ref().and_then(|failure| failure.error.clone()),
            cause: found.failure.as_ref().and_then(|failure| failure.cause.clone()),
            attempts: found.attempts.len(),
            lanes: outputs.filter(|_| is_whole),
            item: item(story, visit),
            variables: story.variables(found.lane, found.first_event),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// How its work ended; nothing if that is not over, or not known.
    async fn work(&self, subject: &Subject) -> Result<Option<Work>, Failure> {
        let failed = || Some(Work::Failed { error: self.error.clone(), cause: self.cause.clone() });
        let last = match self.work_event {
            Some(event) => subject.event(event).await?.details,
            // It was not even begun.
            None => return Ok(None),
        };
        Ok(match (self.state_type, last) {
            (_, Details::MapRunSucceeded { output }) => Some(Work::Succeeded(output)),
            (StateType::Map | StateType::Parallel, _) if self.error.is_some() => failed(),
            (StateType::Map | StateType::Parallel, _) => match &self.lanes {
                Some(lanes) => {
                    let mut outputs = Vec::new();
                    for event in lanes {
                        let event = subject.event(*event).await?;
                        outputs.extend(event.details.payload().map(|payload| payload.value().clone()));
                    }
                    Some(Work::Succeeded(Payload::from_value(Value::from(outputs))))
                }
                None => None,
            },
            (
                _,
                Details::TaskSucceeded { output, .. }
                | Details::LambdaFunctionSucceeded { output }
                | Details::ActivitySucceeded { output },
            ) => Some(Work::Succeeded(output)),
            _ if self.error.is_some() => failed(),
            _ => None,
        })
    }
}

fn item(story: &Story, visit: VisitId) -> Option<(u64, u64)> {
    let mut lane = story.visits()[visit].lane;
    while let Some(parent) = story.lanes()[lane].parent {
        if story.visits()[parent].state_type == StateType::Map {
            let first = story.visits()[parent..].iter().find(|inner| inner.lane == lane)?;
            return Some((story.lanes()[lane].index, first.first_event));
        }
        lane = story.visits()[parent].lane;
    }
    None
}

/// What a field of the state says, which the definition has under the state's name.
pub(super) fn field(state: Option<&Object>, names: &[&str]) -> Option<Value> {
    names.iter().find_map(|name| state?.get(name)).cloned()
}

/// The state of a name, wherever it is in the definition.
pub(super) fn state_of(definition: &str, name: &str) -> Option<Object> {
    fn find(scope: &Value, name: &str) -> Option<Object> {
        let states = scope.get("States")?.as_object()?;
        if let Some(Value::Object(state)) = states.get(name) {
            return Some(state.clone());
        }
        states.values().find_map(|state| {
            let branches = state.get("Branches").and_then(Value::as_array).map(|branches| branches.to_vec());
            let processors = ["ItemProcessor", "Iterator"].into_iter().filter_map(|part| state.get(part).cloned());
            branches.into_iter().flatten().chain(processors).find_map(|scope| find(&scope, name))
        })
    }
    find(&json::parse(definition).ok()?, name)
}

/// What a field gave.
pub(super) struct Stage {
    pub(super) name: &'static str,
    pub(super) expression: Option<Value>,
    pub(super) payload: Payload,
}

impl Console {
    /// What the fields of a visit gave, in the order of work; nothing if something else comes out than did.
    pub(super) async fn stages(
        &self,
        subject: &Subject,
        known: &Known,
        state: Option<&Object>,
    ) -> Result<Vec<Stage>, Failure> {
        let payload = |event: &HistoryEvent| event.details.payload().cloned().unwrap_or_else(|| Value::Null.into());
        let (start, entry) = (subject.event(1).await?, subject.event(known.first_event).await?);
        let Details::ExecutionStarted { input: execution_input, role_arn } = start.details else {
            return Ok(Vec::new());
        };
        let item = match known.item {
            Some((index, first)) => Some((index, payload(&subject.event(first).await?).value().clone())),
            None => None,
        };
        let revisited = self.engine.revisit(Revisit {
            definition: &subject.about.definition,
            state_name: &known.name,
            execution_arn: subject.row.arn.clone(),
            name: subject.row.name.clone(),
            state_machine_arn: subject.about.machine_arn.clone(),
            state_machine_name: subject.row.machine.clone(),
            role_arn,
            execution_input,
            started_at: Timestamp(subject.row.started_at),
            redrive_count: subject.row.redrive_count,
            entered_at: known.entered_at,
            input: payload(&entry),
            variables: &known.variables,
            retries: known.attempts.saturating_sub(1) as u64,
            item,
            work: known.work(subject).await?,
        });
        let Some(Revisited { stages, output, error }) = revisited else { return Ok(Vec::new()) };
        let is_as_it_was = match known.exit_event {
            Some(event) => {
                let was = payload(&subject.event(event).await?);
                output.is_some_and(|output| output.value() == was.value())
            }
            None => error == known.error,
        };
        if !is_as_it_was {
            return Ok(Vec::new());
        }
        let shown = |(member, payload): (&'static str, Payload)| {
            if member == "result" {
                return Some(Stage { name: "result", expression: field(state, &["Result"]), payload });
            }
            let (_, name, fields) = FIELDS.into_iter().find(|(known, _, _)| *known == member)?;
            // Fields that are not there hand on what they are given.
            let expression = field(state, fields)?;
            Some(Stage { name, expression: Some(expression), payload })
        };
        Ok(stages.into_iter().filter_map(shown).collect())
    }
}
