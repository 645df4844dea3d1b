//! Traces: of every execution whose `tracingConfiguration` asks for them, spans of itself, its states, iterations and attempts, told as
//! they end.
//!
//! Like the logs they are made by a thread of their own from the events that have become durable. What is open in an execution is known
//! from its earlier events; of executions that were not heard of lately, as after a restart, these are read from the history once more.
//! Express executions have none: what is lost of them stays lost, and is counted.
//!
//! Reading order: `step` (an event without its payloads), `visits` (events to what is over), `context` (which trace), `span` (the text).

mod context;
mod span;
mod step;
mod visits;

use crate::engine::partition_of;
use crate::histories::History;
use crate::keys::ExecutionKey;
use crate::outbox::{Entry, Lines, Outbox, Sink};
use crate::partition::{Head, Stored, read_head};
use crate::registry::{Registry, Revision};
use arn::ExecutionArn;
use context::{SpanId, TraceContext};
use interpreter::history::HistoryEvent;
use interpreter::{Header, TaskId, Timestamp};
use std::collections::HashMap;
use std::mem;
use std::sync::Arc;
use step::Step;
use store::Store;
use tokio::runtime::Handle;
use visits::{VisitId, Visits};

/// What is remembered of open executions: two times so many rows at most. The others are read again.
const ROWS_MAX: usize = 100_000;
/// Events read in one go.
const EVENTS: usize = 1000;

/// Where they go.
pub(crate) type Traces = Outbox<TraceEntry>;

/// New events of one execution.
pub(crate) struct TraceEntry {
    subject: Subject,
    steps: Vec<Step>,
    histories: Histories,
}

/// Whether an execution's history can be read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Histories {
    Stored,
    None,
}

/// What spans say of their execution.
struct Subject {
    execution_arn: Arc<str>,
    machine_arn: Arc<str>,
    machine_name: Arc<str>,
    version: Option<u64>,
    alias: Option<Arc<str>>,
    trace_header: Option<Arc<str>>,
    start_time: Timestamp,
}

/// Traces on the way to `sink`.
pub(crate) fn to(sink: Option<Box<dyn Sink>>, store: &Arc<dyn Store>, registry: &Registry) -> Traces {
    if sink.is_none() {
        return Outbox::to(None, Box::new(|_, _| {}));
    }
    let reader = Reader { store: store.clone(), registry: registry.clone(), runtime: Handle::current() };
    let mut tracer = Tracer { reader, open: Open::default() };
    Outbox::to(sink, Box::new(move |entry: TraceEntry, lines| tracer.take(&entry, lines)))
}

impl Entry for TraceEntry {
    const NAME: &'static str = "the trace export";

    fn lines(&self) -> u64 {
        self.steps.iter().map(Step::spans).sum()
    }

    fn bytes(&self) -> usize {
        // Names and errors are shared or short, causes bounded and rare.
        size_of::<TraceEntry>() + size_of::<Step>() * self.steps.len() + 512
    }
}

impl Traces {
    /// Tells new events of an execution, if its machine wants traces and its caller does not refuse them.
    pub fn tell(&self, revision: &Revision, header: &Header, events: &[HistoryEvent], histories: Histories) {
        if !self.wants(revision, header) {
            return;
        }
        let subject = Subject {
            execution_arn: header.execution_arn.clone(),
            machine_arn: header.state_machine_arn.clone(),
            machine_name: header.state_machine_name.clone(),
            version: header.state_machine_version,
            alias: header.state_machine_alias.clone(),
            trace_header: header.trace_header.clone(),
            start_time: header.start_time,
        };
        self.put(TraceEntry { subject, steps: events.iter().map(Step::of).collect(), histories });
    }

    /// What an attempt tells whoever performs it, so that what happens there is in the same trace.
    pub fn header(&self, revision: &Revision, header: &Header, task: TaskId) -> Option<Arc<str>> {
        let of_attempt = || {
            let Header { execution_arn, trace_header, start_time, .. } = header;
            let context = TraceContext::of(trace_header.as_deref(), execution_arn, *start_time);
            context.header(SpanId::of(execution_arn, VisitId::of_attempt(task.scheduled_event))).into()
        };
        self.wants(revision, header).then(of_attempt)
    }

    fn wants(&self, revision: &Revision, header: &Header) -> bool {
        self.is_wanted() && revision.tracing.enabled && !context::is_refused(header.trace_header.as_deref())
    }
}

/// Makes spans of events.
struct Tracer {
    reader: Reader,
    open: Open,
}

impl Tracer {
    fn take(&mut self, entry: &TraceEntry, lines: &mut Lines) {
        let TraceEntry { subject, steps, histories } = entry;
        let Some(first) = steps.first() else { return };
        let known = self.open.take(&subject.execution_arn).filter(|visits| visits.next_event() == first.id);
        let mut visits = match known {
            Some(visits) => visits,
            None if first.id == 1 => Visits::new(),
            None if *histories == Histories::Stored => match self.reader.read(subject, first.id) {
                Some(visits) => visits,
                // Its history says no more, or its rows are damaged, of which the log tells.
                None => return,
            },
            // Part of it was dropped, and counted.
            None => return,
        };
        let mut over = Vec::new();
        for step in steps {
            visits.add(step, &mut over);
        }
        let header = subject.trace_header.as_deref();
        let context = TraceContext::of(header, &subject.execution_arn, subject.start_time);
        for visit in over {
            lines.add(None, |text| visit.write(subject, &context, text));
        }
        let is_closed = matches!(steps.last(), Some(Step { what: step::What::Closed { .. }, .. }));
        if !is_closed {
            self.open.keep(subject.execution_arn.clone(), visits);
        }
    }
}

/// The executions that were heard of lately.
#[derive(Default)]
struct Open {
    newer: HashMap<Arc<str>, Visits>,
    older: HashMap<Arc<str>, Visits>,
    /// Rows in `newer`.
    rows: usize,
}

impl Open {
    fn take(&mut self, execution_arn: &str) -> Option<Visits> {
        if let Some(visits) = self.newer.remove(execution_arn) {
            self.rows -= visits.len();
            return Some(visits);
        }
        self.older.remove(execution_arn)
    }

    fn keep(&mut self, execution_arn: Arc<str>, visits: Visits) {
        if self.rows + visits.len() > ROWS_MAX {
            self.older = mem::take(&mut self.newer);
            self.rows = 0;
        }
        self.rows += visits.len();
        self.newer.insert(execution_arn, visits);
    }
}

/// Reads histories once more.
struct Reader {
    store: Arc<dyn Store>,
    registry: Registry,
    runtime: Handle,
}

impl Reader {
    /// What was open in an execution before its event `before`.
    fn read(&self, subject: &Subject, before: u64) -> Option<Visits> {
        // This thread is none of the runtime's.
        self.runtime.block_on(self.read_again(subject, before))
    }

    async fn read_again(&self, subject: &Subject, before: u64) -> Option<Visits> {
        let arn = ExecutionArn::parse(&subject.execution_arn).ok()?;
        let key = ExecutionKey::of_arn(&arn, self.registry.home());
        let partition = partition_of(&key);
        let store = &*self.store;
        let Ok(Stored::Execution(Head { execution, history: whole })) = read_head(store, partition, &key).await else {
            return None;
        };
        let known = execution.known_texts();
        let mut history = History { store, partition, key: &key, known, last_event: before - 1 };
        let mut visits = Visits::new();
        let mut over = Vec::new();
        for event in whole.iter().flatten().take_while(|event| event.id < before) {
            visits.add(&Step::of(event), &mut over);
        }
        over.clear();
        while visits.next_event() < before {
            let events = history.forward(visits.next_event(), EVENTS).await.ok()?;
            if events.first().is_none_or(|event| event.id != visits.next_event()) {
                return None;
            }
            for event in &events {
                visits.add(&Step::of(event), &mut over);
                // They were told when they ended.
                over.clear();
            }
        }
        Some(visits)
    }
}
