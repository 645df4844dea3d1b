//! The engine: opens the partitions over a store and routes what is asked to them.

use crate::environment::{Environment, SystemEnvironment};
use crate::express::{Express, ExpressOptions, Starts, StartsInput};
use crate::keys::ExecutionKey;
use crate::map_runs::{MapRunOptions, MapRuns};
use crate::metrics::Metrics;
use crate::nested::Whole;
use crate::outbox::Sink;
use crate::partition::{Input, Partition, ResidentLimits, Retention, Shared};
use crate::registry::{Identity, Registry};
use crate::watch::{ExecutionEvents, Watchers};
use crate::{logs, status_changes, traces};
use api::{Code, Exception};
use integrations::{Buckets, Performer};
use interpreter::{Settings, Timestamp};
use std::sync::{Arc, Mutex};
use store::{PartitionId, Store, StoreError};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::task::JoinSet;

/// Into how many partitions executions are divided. Part of the storage format: it decides where an execution's rows are.
pub(crate) const PARTITIONS: u32 = 8;

/// The first partition of executions; the one before it is the registry's.
pub(crate) const FIRST_PARTITION: u32 = 1;

/// The partition of the durable starts of Express executions.
pub(crate) const EXPRESS_PARTITION: PartitionId = PartitionId(FIRST_PARTITION + PARTITIONS);

/// Inputs that may wait at one partition. Beyond it callers are told to slow down.
pub(crate) const INBOX: usize = 8192;

/// What an engine is made of.
pub struct Options {
    /// Partition, Region and account of every ARN.
    pub identity: Identity,
    /// Limits and scales of the interpreter.
    pub settings: Settings,
    /// How long closed executions are kept.
    pub retention: Retention,
    /// How many executions stay in memory.
    pub residents: ResidentLimits,
    /// Limits of Express executions.
    pub express: ExpressOptions,
    /// Where the events go that `loggingConfiguration` asks for, one line of JSON each; nowhere by default.
    pub execution_log: Option<Box<dyn Sink>>,
    /// Where AWS's events about status changes of Standard executions go, one line of JSON each; nowhere by default.
    pub status_changes: Option<Box<dyn Sink>>,
    /// Where the spans go of executions whose `tracingConfiguration` asks for traces, one line each in OTLP's JSON; nowhere by default.
    pub traces: Option<Box<dyn Sink>>,
    /// Where Distributed Maps read items from and write results to.
    pub buckets: Buckets,
    /// Limits of Distributed Maps.
    pub map_runs: MapRunOptions,
    /// Clock and entropy.
    pub environment: Arc<dyn Environment>,
}

impl Options {
    /// AWS's limits and the machine's clock.
    pub fn new(identity: Identity) -> Options {
        Options {
            identity,
            settings: Settings::default(),
            retention: Retention::default(),
            residents: ResidentLimits::default(),
            express: ExpressOptions::default(),
            execution_log: None,
            status_changes: None,
            traces: None,
            buckets: Buckets::default(),
            map_runs: MapRunOptions::default(),
            environment: Arc::new(SystemEnvironment),
        }
    }
}

/// Lines that were dropped: they came faster than they were taken, or could not be delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// Events that `loggingConfiguration` asked for.
    pub log_events: u64,
    /// Events about new statuses.
    pub status_changes: u64,
    /// Spans, about.
    pub spans: u64,
}

/// The partition that owns an execution.
pub(crate) fn partition_of(key: &ExecutionKey) -> PartitionId {
    PartitionId(FIRST_PARTITION + key.partition(PARTITIONS))
}

/// All partitions that hold executions.
pub(crate) fn partitions() -> impl Iterator<Item = PartitionId> {
    (FIRST_PARTITION..FIRST_PARTITION + PARTITIONS).map(PartitionId)
}

/// A running engine, as one account sees it. Cloning shares it.
///
/// Its methods are the operations of the Step Functions API, by their names in snake case; see `operations`.
#[derive(Clone)]
pub struct Engine(pub(crate) Arc<Inner>, Registry);

pub(crate) struct Inner {
    pub shared: Arc<Shared>,
    pub inboxes: Vec<mpsc::Sender<Input>>,
    pub express: Arc<Express>,
    express_starts: mpsc::Sender<StartsInput>,
    /// Ends Express executions, also by going away.
    express_closing: watch::Sender<bool>,
    drivers: Mutex<JoinSet<()>>,
}

impl Inner {
    /// Where inputs go that are about an execution.
    pub fn inbox(&self, key: &ExecutionKey) -> &mpsc::Sender<Input> {
        &self.inboxes[key.partition(PARTITIONS) as usize]
    }
}

impl Engine {
    /// Takes over everything in `store` and goes on with what was left open.
    pub async fn open(
        store: Arc<dyn Store>,
        performer: impl Performer,
        options: Options,
    ) -> Result<Engine, StoreError> {
        let begun = options.environment.now();
        let registry = Registry::open(store.clone(), options.identity).await?;
        let traces = traces::to(options.traces, &store, &registry);
        let shared = Arc::new(Shared {
            store,
            registry,
            environment: options.environment,
            settings: options.settings,
            retention: options.retention,
            residents: options.residents,
            performer: Box::new(performer),
            activities: Default::default(),
            watchers: Watchers::new(),
            metrics: Metrics::default(),
            logs: logs::to(options.execution_log),
            status_changes: status_changes::to(options.status_changes),
            traces,
            map_runs: MapRuns::new(options.map_runs),
            buckets: options.buckets,
            whole: Whole::default(),
        });
        let (inboxes, inbox_ends): (Vec<_>, Vec<_>) = (0..PARTITIONS).map(|_| mpsc::channel(INBOX)).unzip();
        let (express_starts, starts_inbox) = Starts::channel();
        let (express_closing, closing) = watch::channel(false);
        let express = Arc::new(Express::new(shared.clone(), options.express, express_starts.clone(), closing));
        // Before any partition opens, which has the runners of its Map Runs go on.
        shared.map_runs.opened(inboxes.clone(), &express);
        // Side by side, so that one sync serves them all.
        let mut opening = JoinSet::new();
        for ((number, sender), inbox) in (FIRST_PARTITION..).zip(&inboxes).zip(inbox_ends) {
            opening.spawn(Partition::open(PartitionId(number), shared.clone(), inbox, sender.clone()));
        }
        let starts = Starts::open(express.clone(), starts_inbox);
        let starts = starts.await?;
        let mut partitions = Vec::new();
        while let Some(opened) = opening.join_next().await {
            partitions.push(opened.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))?);
        }
        tracing::info!(
            partitions = PARTITIONS,
            took_ms = shared.environment.now().0 - begun.0,
            "all partitions are open"
        );
        let registry = shared.registry.clone();
        let drivers = Mutex::default();
        let inner = Arc::new(Inner { shared, inboxes, express, express_starts, express_closing, drivers });
        // Before anything runs: tasks that were open may start executions.
        inner.shared.whole.is(&inner);
        {
            let mut drivers = inner.drivers.lock().expect("nothing panics while holding the lock");
            drivers.spawn(starts.run());
            partitions.into_iter().for_each(|partition| drop(drivers.spawn(partition.run())));
        }
        Ok(Engine(inner, registry))
    }

    /// An engine as `account` sees it.
    pub(crate) fn of(inner: Arc<Inner>, account: &str) -> Engine {
        let registry = inner.shared.registry.in_account(account);
        Engine(inner, registry)
    }

    /// The same engine as `account`, twelve digits, sees it: nothing of any other account is there.
    pub fn in_account(&self, account: &str) -> Engine {
        Engine(self.0.clone(), self.1.in_account(account))
    }

    /// The account that sees it.
    pub fn account(&self) -> &str {
        &self.1.identity().account
    }

    /// What exists besides executions, for the account.
    pub(crate) fn registry(&self) -> &Registry {
        &self.1
    }

    /// The key of one of the account's executions.
    pub(crate) fn key_of(&self, arn: &arn::ExecutionArn) -> ExecutionKey {
        ExecutionKey::of_arn(arn, self.1.home())
    }

    /// What is counted since the opening.
    pub fn metrics(&self) -> &Metrics {
        &self.0.shared.metrics
    }

    /// What becomes durable from now on, of all executions.
    pub fn watch(&self) -> broadcast::Receiver<ExecutionEvents> {
        self.0.shared.watchers.subscribe()
    }

    /// What did not arrive where it was to go since the start.
    pub fn dropped(&self) -> Dropped {
        let Shared { logs, status_changes, traces, .. } = &*self.0.shared;
        Dropped { log_events: logs.dropped(), status_changes: status_changes.dropped(), spans: traces.dropped() }
    }

    /// Finishes what was begun, stops everything, and closes the store. Tasks in flight stay open and are performed again later.
    pub async fn shutdown(&self) -> Result<(), StoreError> {
        // Nobody may be left to be told.
        let _ = self.0.express_closing.send(true);
        self.0.express.closed().await;
        let _ = self.0.express_starts.send(StartsInput::Shutdown).await;
        for inbox in &self.0.inboxes {
            // A driver that is gone has nothing left to finish.
            let _ = inbox.send(Input::Shutdown).await;
        }
        let mut drivers = std::mem::take(&mut *self.0.drivers.lock().expect("nothing panics while holding the lock"));
        while drivers.join_next().await.is_some() {}
        self.0.shared.logs.flush().await;
        self.0.shared.status_changes.flush().await;
        self.0.shared.traces.flush().await;
        self.0.shared.store.close().await
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.shared.environment.now()
    }

    pub(crate) fn partition_of(&self, key: &ExecutionKey) -> PartitionId {
        partition_of(key)
    }

    /// Hands an input to the partition that owns `key` and waits for the answer.
    pub(crate) async fn ask<T>(
        &self,
        key: &ExecutionKey,
        input: impl FnOnce(oneshot::Sender<Result<T, Exception>>) -> Input,
    ) -> Result<T, Exception> {
        let inbox = self.0.inbox(key);
        let (answer, answered) = oneshot::channel();
        inbox.try_send(input(answer)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => {
                self.0.shared.metrics.throttled.add(1);
                Exception::throttling()
            }
            mpsc::error::TrySendError::Closed(_) => unavailable(),
        })?;
        answered.await.map_err(|_| unavailable())?
    }
}

/// The caller cannot be told what became of the request; the log says why.
pub(crate) fn unavailable() -> Exception {
    Exception::new(Code::ServiceUnavailable, "The request could not be completed; try again later")
}

/// What the caller asks about is damaged; the log says more.
pub(crate) fn damaged() -> Exception {
    Exception::new(
        Code::InternalFailure,
        "The stored execution is damaged and is left alone; the server's log says more",
    )
}

/// A failed read, for the log; the caller is told to try again, unless that would not help.
pub(crate) fn read_failed(error: &StoreError) -> Exception {
    tracing::error!(%error, "a read failed");
    match error {
        StoreError::Corrupt { .. } => damaged(),
        _ => unavailable(),
    }
}
