//! How the states of a machine did in its newest executions.

use super::failure::Failure;
use super::query::Query;
use super::shape::shapes;
use super::subject::CHUNK;
use super::{Console, executions};
use engine::{ExecutionsQuery, ExpressQuery};
use std::collections::BTreeMap;
use std::sync::Arc;
use visits::{Outline, VisitStatus};

/// Executions looked at.
const SAMPLE: usize = 50;
const SAMPLE_MAX: usize = 200;
/// Events read of all of them.
const EVENTS_MAX: u64 = 100_000;

shapes! {
    /// How the states of a machine did in its newest executions.
    struct Overlay {
        /// Executions looked at.
        sampled: usize,
        /// States that were entered, by place.
        states: BTreeMap<String, StateOverlay>,
        /// How often each way was taken, by its id in pictures.
        edges: BTreeMap<String, usize>,
    }

    /// How one state did.
    struct StateOverlay {
        /// Visits.
        entered: usize,
        /// Those that were left.
        succeeded: usize,
        /// Those that failed or ran out of time.
        failed: usize,
        /// Those that were left through a Catcher.
        caught: usize,
        /// Attempts after a visit's first.
        retried: usize,
        /// How long half of the visits took at most, in ms.
        p50_ms: Option<i64>,
        /// How long 95 of 100 took at most, in ms.
        p95_ms: Option<i64>,
    }
}

impl Console {
    /// `GET machines/{name}/overlay?sample=`
    pub(super) async fn overlay(&self, name: &str, query: &Query) -> Result<Overlay, Failure> {
        let sample = query.parsed("sample")?.unwrap_or(SAMPLE);
        if !(1..=SAMPLE_MAX).contains(&sample) {
            return Err(Failure::field("sample", format!("'sample' is from 1 to {SAMPLE_MAX}, not {sample}")));
        }
        let all = self.engine.machines();
        let missing = || Failure::not_found(format!("There is no state machine '{name}'"));
        let machine = all.into_iter().find(|machine| machine.arn.name == *name).ok_or_else(missing)?;
        let rows: Vec<executions::ExecutionRow> = match machine.machine_type {
            api::StateMachineType::Express => {
                let query = ExpressQuery {
                    state_machine_name: Some(name.to_owned()),
                    max_results: sample,
                    ..ExpressQuery::default()
                };
                self.engine.express_executions(&query).into_iter().map(executions::express_row).collect()
            }
            _ => {
                let query = ExecutionsQuery { state_machine_name: Some(name.to_owned()), ..ExecutionsQuery::default() };
                let page = self.engine.executions_page(&query, None, sample).await?;
                page.executions.into_iter().map(executions::standard_row).collect()
            }
        };
        let mut overlay = Overlay { sampled: 0, states: BTreeMap::new(), edges: BTreeMap::new() };
        let mut took: BTreeMap<Arc<str>, Vec<i64>> = BTreeMap::new();
        let mut read = 0;
        for row in rows {
            // One that is gone by now is not counted.
            let Ok(subject) = self.subject(&row.arn).await else { continue };
            read += subject.last_event;
            if read > EVENTS_MAX && overlay.sampled > 0 {
                break;
            }
            let outline = Outline::of(&subject.about.definition);
            let mut story = subject.story();
            while story.last_event() < subject.last_event {
                let events = subject.forward(story.last_event() + 1, CHUNK).await?;
                if events.is_empty() {
                    break;
                }
                events.iter().for_each(|event| story.add(&outline, event));
            }
            overlay.sampled += 1;
            let moment = story.moment(&outline);
            for (way, count) in moment.ways {
                *overlay.edges.entry(way.to_string()).or_default() += count;
            }
            for (place, state) in moment.states {
                let count = |status: VisitStatus| state.by_status.get(&status).copied().unwrap_or(0);
                let of = overlay.states.entry(place.to_string()).or_insert(StateOverlay {
                    entered: 0,
                    succeeded: 0,
                    failed: 0,
                    caught: 0,
                    retried: 0,
                    p50_ms: None,
                    p95_ms: None,
                });
                of.entered += state.visits;
                of.succeeded += count(VisitStatus::Succeeded);
                of.failed += count(VisitStatus::Failed) + count(VisitStatus::TimedOut);
                of.caught += count(VisitStatus::Caught);
                of.retried += state.retries;
                took.entry(place).or_default().extend(state.took_ms);
            }
        }
        for (place, mut took) in took {
            took.sort_unstable();
            let part = |percent: usize| Some(took[(took.len() * percent).div_ceil(100).max(1) - 1]);
            if let Some(state) = overlay.states.get_mut(&*place).filter(|_| !took.is_empty()) {
                (state.p50_ms, state.p95_ms) = (part(50), part(95));
            }
        }
        Ok(overlay)
    }
}
