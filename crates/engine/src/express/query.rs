//! Looking at recent Express executions. AWS's API shows none; consoles and command lines want to.

use super::Express;
use super::journal::Journal;
use super::recent::Kept;
use super::run::Live;
use crate::registry::RevisionNumber;
use api::{Exception, ExecutionStatus as ApiStatus};
use interpreter::history::HistoryEvent;
use interpreter::{ForkedFrom, Header, MapRunChild, OfMachine, Timestamp};
use json::Payload;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How an Express execution was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpressKind {
    /// With StartSyncExecution.
    Synchronous,
    /// With StartExecution.
    Asynchronous,
}

/// Which Express executions are wanted; by default the newest hundred of all.
#[derive(Clone, Debug)]
pub struct ExpressQuery {
    /// Those of the state machine of this name.
    pub state_machine_name: Option<String>,
    /// Those with this status.
    pub status: Option<ApiStatus>,
    /// Those started then or later, in ms since the epoch.
    pub started_from_ms: Option<i64>,
    /// Those started before then, in ms since the epoch.
    pub started_before_ms: Option<i64>,
    /// Those that come after this one, which was the last of a page: its start, in ms since the epoch, and its ARN.
    pub after: Option<(i64, Arc<str>)>,
    /// As many at most.
    pub max_results: usize,
}

impl Default for ExpressQuery {
    fn default() -> ExpressQuery {
        ExpressQuery {
            state_machine_name: None,
            status: None,
            started_from_ms: None,
            started_before_ms: None,
            after: None,
            max_results: 100,
        }
    }
}

/// An Express execution that runs or ended lately.
#[derive(Clone, Debug, PartialEq)]
pub struct ExpressExecution {
    /// The execution.
    pub execution_arn: Arc<str>,
    /// Its machine, unqualified.
    pub state_machine_arn: Arc<str>,
    /// Its name, which others may have as well.
    pub name: Arc<str>,
    /// How it was started.
    pub kind: ExpressKind,
    /// Its status.
    pub status: ApiStatus,
    /// In ms since the epoch.
    pub start_date_ms: i64,
    /// In ms since the epoch; `None` while it runs.
    pub stop_date_ms: Option<i64>,
    /// As sent.
    pub input: Arc<str>,
    /// Of a succeeded execution.
    pub output: Option<Arc<str>>,
    /// Why it failed.
    pub error: Option<Arc<str>>,
    /// Why, in a sentence.
    pub cause: Option<Arc<str>>,
    /// X-Ray's header.
    pub trace_header: Option<Arc<str>>,
    /// The version it was started with.
    pub state_machine_version: Option<u64>,
    /// The alias it was started with.
    pub state_machine_alias: Option<Arc<str>>,
    /// Where it was forked, if it is a fork.
    pub forked_from: Option<Arc<ForkedFrom>>,
    /// What it is in a Map Run, if it is the child of one.
    pub(crate) child: Option<MapRunChild>,
}

/// The history of an Express execution, from its first event on.
#[derive(Clone, Debug, PartialEq)]
pub struct ExpressHistory {
    /// What happened so far.
    pub events: Vec<HistoryEvent>,
    /// Whether nothing is missing at the end: neither because more events were not wanted, nor because the execution got so much data that
    /// not all of it was kept.
    pub is_whole: bool,
    /// What it runs, byte for byte.
    pub definition: Arc<str>,
}

/// The first executions of a query, in order: newest first.
struct Page<'q> {
    query: &'q ExpressQuery,
    found: BTreeMap<(Reverse<i64>, Arc<str>), ExpressExecution>,
}

impl Page<'_> {
    fn offer(&mut self, execution: ExpressExecution) {
        let (query, start) = (self.query, execution.start_date_ms);
        let machine = execution.state_machine_arn.rsplit(':').next();
        let is_wanted = query.state_machine_name.as_ref().is_none_or(|name| machine == Some(name))
            && query.status.is_none_or(|status| status == execution.status)
            && query.started_from_ms.is_none_or(|from| start >= from)
            && query.started_before_ms.is_none_or(|before| start < before);
        let position = || (Reverse(start), &*execution.execution_arn);
        let is_behind = |(reached, arn): &(i64, Arc<str>)| position() > (Reverse(*reached), &**arn);
        if !is_wanted || !query.after.as_ref().is_none_or(is_behind) {
            return;
        }
        let is_full = self.found.len() >= query.max_results;
        if is_full && self.found.last_key_value().is_none_or(|((last, arn), _)| position() > (*last, arn)) {
            return;
        }
        let key = (Reverse(start), execution.execution_arn.clone());
        // One that ended while the shards were read, one after the other, was met twice: the end holds.
        if execution.status != ApiStatus::Running || !self.found.contains_key(&key) {
            self.found.insert(key, execution);
        }
        if self.found.len() > query.max_results {
            self.found.pop_last();
        }
    }
}

impl Express {
    /// The newest executions that fit a query.
    pub fn list(&self, query: &ExpressQuery) -> Vec<ExpressExecution> {
        let mut page = Page { query, found: BTreeMap::new() };
        for number in 0..self.shards.count() {
            let ended = {
                let shard = self.shards.at(number);
                shard.live.values().for_each(|live| page.offer(shown(live)));
                shard.recents.rows()
            };
            ended.iter().for_each(|kept| page.offer(kept.shown));
        }
        page.found.into_values().collect()
    }

    /// One execution.
    pub fn find(&self, execution_arn: &str) -> Option<ExpressExecution> {
        self.look_up(execution_arn, shown, |kept, _| kept.shown)
    }

    /// One execution with what another one like it needs.
    pub fn origin(&self, execution_arn: &str) -> Option<Kept> {
        self.look_up(execution_arn, kept, |kept, _| kept)
    }

    /// Its history.
    pub async fn history(&self, execution_arn: &str, events_max: usize) -> Result<Option<ExpressHistory>, Exception> {
        let live = |live: &Live| (kept(live), live.journal());
        let Some((Kept { shown, revision, seed, .. }, journal)) =
            self.look_up(execution_arn, live, |kept, journal| (kept, journal))
        else {
            return Ok(None);
        };
        let registry = &self.shared.registry;
        let revision = registry.revision(RevisionNumber(revision)).await.map_err(|error| crate::read_failed(&error))?;
        let settings = self.settings(shown.kind);
        // That of a child ends in its label.
        let machine_name = shown.state_machine_arn.rsplit(':').next().unwrap_or_default().into();
        let machine = OfMachine { name: machine_name, ..revision.of_machine(shown.state_machine_arn) };
        let input = Payload::from_valid_text(shown.input);
        let start_time = Timestamp(shown.start_date_ms);
        let header = Header {
            trace_header: shown.trace_header,
            state_machine_version: shown.state_machine_version,
            state_machine_alias: shown.state_machine_alias,
            map_run: shown.child,
            forked_from: shown.forked_from,
            ..Header::new(machine, shown.execution_arn, shown.name, input, start_time, seed)
        };
        let (events, is_whole) = journal.history(&header, &revision, settings, registry, events_max).await;
        Ok(Some(ExpressHistory { events, is_whole, definition: revision.definition_text.clone() }))
    }

    fn look_up<T>(
        &self,
        execution_arn: &str,
        live: impl Fn(&Live) -> T,
        ended: impl Fn(Kept, Journal) -> T,
    ) -> Option<T> {
        // One that ends meanwhile is in the second place before it leaves the first.
        let running = self.shards.each().find_map(|shard| shard.live.get(execution_arn).cloned());
        running.map(|running| live(&running)).or_else(|| {
            let (kept, journal) = self.shards.each().find_map(|shard| shard.recents.find(execution_arn))?;
            Some(ended(kept, journal))
        })
    }
}

/// An execution that runs, as it would be kept now.
fn kept(live: &Live) -> Kept {
    let Header { revision, seed, test_case, .. } = &live.header;
    Kept { shown: shown(live), revision: *revision, seed: *seed, test_case: test_case.clone() }
}

/// An execution that runs.
fn shown(live: &Live) -> ExpressExecution {
    let header = &live.header;
    ExpressExecution {
        execution_arn: header.execution_arn.clone(),
        state_machine_arn: header.state_machine_arn.clone(),
        name: header.name.clone(),
        kind: live.kind,
        status: ApiStatus::Running,
        start_date_ms: header.start_time.0,
        stop_date_ms: None,
        input: header.input.text().clone(),
        output: None,
        error: None,
        cause: None,
        trace_header: header.trace_header.clone(),
        state_machine_version: header.state_machine_version,
        state_machine_alias: header.state_machine_alias.clone(),
        forked_from: header.forked_from.clone(),
        child: header.map_run,
    }
}
