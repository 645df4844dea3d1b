//! The stories of executions that are being looked at, kept so that only what is new is read again.

use super::Console;
use super::failure::Failure;
use super::subject::{CHUNK, Subject};
use engine::{HistoryEvent, HistoryEventDetails as Details};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio::sync::Mutex as AsyncMutex;
use visits::{Outline, Story};

/// Stories kept.
const KEPT_MAX: usize = 8;
/// Child executions that are named.
const CHILDREN_MAX: usize = 100;

/// What has been told of an execution.
pub(super) struct Told {
    pub(super) outline: Arc<Outline>,
    pub(super) story: Story,
    /// Executions it started and waits for, or did: the event and the ARN.
    pub(super) children: Vec<(u64, Arc<str>)>,
}

/// Which execution, and which of that name.
#[derive(Clone, PartialEq)]
struct Key {
    arn: Arc<str>,
    started_at: i64,
}

/// The stories kept, the one looked at last in front.
#[derive(Default)]
pub(super) struct Stories(Mutex<VecDeque<(Key, Arc<AsyncMutex<Told>>)>>);

impl Told {
    fn new(subject: &Subject) -> Told {
        let outline = Arc::new(Outline::of(&subject.about.definition));
        Told { outline, story: subject.story(), children: Vec::new() }
    }

    fn add(&mut self, event: &HistoryEvent) {
        self.story.add(&self.outline, event);
        let (resource_type, output) = match &event.details {
            Details::TaskSubmitted { resource_type, output, .. } => (resource_type, output),
            Details::TaskSucceeded { resource_type, output, .. } => (resource_type, output),
            _ => return,
        };
        if &**resource_type != "states" || self.children.len() >= CHILDREN_MAX {
            return;
        }
        let arn = output.value().get("ExecutionArn").or_else(|| output.value().get("executionArn"));
        if let Some(arn) = arn.and_then(json::Value::as_str)
            && !self.children.iter().any(|(_, known)| **known == *arn)
        {
            self.children.push((event.id, arn.into()));
        }
    }
}

impl Stories {
    fn of(&self, subject: &Subject) -> Arc<AsyncMutex<Told>> {
        let key = Key { arn: subject.row.arn.clone(), started_at: subject.row.started_at };
        let mut kept = self.0.lock().expect("nothing panics while holding the lock");
        let known = kept.iter().position(|(known, _)| *known == key).and_then(|position| kept.remove(position));
        let entry = known.unwrap_or_else(|| (key, Arc::new(AsyncMutex::new(Told::new(subject)))));
        let told = entry.1.clone();
        kept.push_front(entry);
        kept.truncate(KEPT_MAX);
        told
    }
}

impl Console {
    /// What `read` makes of the story of an execution, up to date.
    pub(super) async fn told<T>(&self, subject: &Subject, read: impl FnOnce(&Told) -> T) -> Result<T, Failure> {
        let told = self.stories.of(subject);
        let mut told = told.lock().await;
        while told.story.last_event() < subject.last_event {
            let before = told.story.last_event();
            for event in subject.forward(before + 1, CHUNK).await? {
                told.add(&event);
            }
            if told.story.last_event() == before {
                tracing::error!(execution = %subject.row.arn, event = before + 1, "a history has a gap");
                return Err(Failure::internal());
            }
        }
        Ok(read(&told))
    }
}
