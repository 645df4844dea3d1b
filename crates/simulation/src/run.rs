//! One run: lives of the engine, one after the other, until everything that can close has closed.

use crate::checks;
use crate::oracle::PANIC;
use crate::plan::Plan;
use crate::removal;
use crate::world::clients::{self, Others, Shown};
use crate::world::{
    ACTIVITY_ARN, Key, SimulatedEnvironment, SimulatedPerformer, SimulatedStore, World, decoded, express, identity,
    machines, poll_for_tasks, send,
};
use ::store::{Store, StoreError};
use api::{Code, CreateActivityRequest};
use engine::{Engine, Options, ResidentLimits};
use integrations::Performer;
use json::json;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Lives of one run at most.
const LIVES_MAX: usize = 64;
/// Rounds of waiting for the last executions at most.
const ROUNDS_MAX: usize = 2_000;
/// Rounds in which nothing happens although nothing is waited for.
const IDLE_ROUNDS_MAX: usize = 60;

/// What came of a run.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What must not happen, and did.
    pub violations: Vec<String>,
    /// Everything that happened.
    pub trace: String,
    /// Operations at the border between engine and world.
    pub operations: u64,
    /// Lives of the engine.
    pub lives: usize,
    /// Executions that closed.
    pub closed: usize,
    /// Of those, executions whose ending was compared with the reference's.
    pub compared: usize,
    /// Events of all histories.
    pub events: usize,
}

/// How an engine is put between the world's store and performer: for planting faults.
pub(crate) type Wrap<'w> =
    (&'w dyn Fn(Arc<World>, SimulatedStore) -> Arc<dyn Store>, &'w dyn Fn(SimulatedPerformer) -> Box<dyn Performer>);

/// Why a life of the engine ended.
pub(crate) enum End<T> {
    /// By a crash, or an order: the server is started again.
    Again,
    /// Everything that was to happen has happened: that everything closed, as is shown.
    Done(T),
}

/// Runs a plan in a world of its own.
pub(crate) fn run(plan: Plan, wrap: Wrap<'_>) -> Report {
    let panics = crate::panics::Panics::watch();
    let world = World::new(plan);
    let mut report = Report::default();
    let mut shown = None;
    while shown.is_none() && report.lives < LIVES_MAX {
        report.lives += 1;
        shown = life(&world, live(&world, wrap));
    }
    match shown {
        Some((shown, others)) => {
            checks::check(&world, &shown, others.as_ref(), &mut report);
            if world.plan.removes && world.state().violations.is_empty() {
                removal::run(&world, wrap, &mut report);
            }
        }
        None => world.violation(format!("the run does not end in {LIVES_MAX} lives")),
    }
    for panic in panics.seen().into_iter().filter(|panic| !panic.contains(PANIC)) {
        world.violation(format!("panic: {panic}"));
    }
    let state = world.state();
    report.violations.clone_from(&state.violations);
    report.trace.clone_from(&state.trace);
    report.operations = state.operations;
    report
}

/// One life of the engine, which ends with a crash, after an order, or with a result.
pub(crate) fn life<T>(world: &Arc<World>, live: impl Future<Output = End<T>>) -> Option<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.expect("a runtime of one thread needs nothing");
    let end = runtime.block_on(async {
        world.begin();
        let end = tokio::select! {
            biased;
            () = world.frozen() => End::Again,
            end = live => end,
        };
        world.end();
        end
    });
    drop(runtime);
    match end {
        End::Again => {
            world.pause(world.downtime_ms());
            None
        }
        End::Done(result) => Some(result),
    }
}

async fn live(world: &Arc<World>, wrap: Wrap<'_>) -> End<(BTreeMap<Key, Shown>, Option<Others>)> {
    let cell = Arc::new(OnceLock::new());
    let engine = match open(world, wrap, cell.clone(), None).await {
        Ok(engine) => engine,
        Err(error) => {
            world.trace(&format!("the engine does not open: {error}"));
            return End::Again;
        }
    };
    let _ = cell.set(engine.clone());
    let mut actors = tokio::task::JoinSet::new();
    if !create(world, &engine).await {
        return End::Again;
    }
    for number in 0..world.plan.clients.len() {
        actors.spawn(clients::act(world.clone(), engine.clone(), number));
    }
    for number in 0..world.plan.express_runs.len() {
        actors.spawn(express::start(world.clone(), engine.clone(), number));
    }
    actors.spawn(machines::update_all(world.clone(), engine.clone()));
    actors.spawn(set_clock(world.clone()));
    for worker in 0..2 {
        tokio::spawn(poll_for_tasks(world.clone(), engine.clone(), worker));
    }
    let sendings = world.state().sendings.len();
    for number in 0..sendings {
        tokio::spawn(send(world.clone(), engine.clone(), number));
    }
    let working = async {
        while actors.join_next().await.is_some() {}
        let shown = wait_for_all(world, &engine).await;
        let others = wait_for_others(world, &engine, &shown).await;
        (shown, others)
    };
    let shown = tokio::select! {
        biased;
        () = world.ordered() => None,
        shown = working => Some(shown),
    };
    if let Err(error) = engine.shutdown().await {
        world.trace(&format!("the store does not close: {error}"));
    }
    world.trace("ended");
    shown.map_or(End::Again, End::Done)
}

/// Opens an engine that keeps closed executions so long, or forever.
pub(crate) async fn open(
    world: &Arc<World>,
    wrap: Wrap<'_>,
    cell: Arc<OnceLock<Engine>>,
    kept: Option<Duration>,
) -> Result<Engine, StoreError> {
    let mut options = Options::new(identity());
    options.retention.default = kept;
    options.settings = world.plan.settings;
    if world.plan.seed.is_multiple_of(2) {
        // Whatever nothing happens to leaves memory at once.
        options.residents = ResidentLimits { bytes_max: 0, count_min: 0 };
    }
    options.environment = Arc::new(SimulatedEnvironment(world.clone()));
    let store = wrap.0(world.clone(), SimulatedStore(world.clone()));
    let performer = wrap.1(SimulatedPerformer { world: world.clone(), engine: cell });
    Engine::open(store, Boxed(performer), options).await
}

struct Boxed(Box<dyn Performer>);

impl Performer for Boxed {
    fn perform(&self, request: integrations::TaskRequest) -> integrations::PerformFuture {
        self.0.perform(request)
    }

    fn look(&self, job: integrations::Job) -> integrations::PerformFuture {
        self.0.look(job)
    }

    fn cancel(&self, job: integrations::Job) -> integrations::PerformFuture {
        self.0.cancel(job)
    }
}

/// Creates machines and activity, those that are not there already. False if the store is in the way for good.
async fn create(world: &Arc<World>, engine: &Engine) -> bool {
    let activity_name = ACTIVITY_ARN.rsplit(':').next().unwrap_or_default();
    for _ in 0..20 {
        let request = decoded(CreateActivityRequest::decode(&json!({"name": activity_name})));
        let mut created = engine.create_activity(request).await.map(drop);
        if created.is_ok() {
            created = machines::create_nested(world, engine).await;
        }
        for number in 0..world.plan.machines.len() {
            if created.is_ok() && !is_deleted(world, number) {
                created = machines::create(world, engine, number).await;
            }
        }
        if created.is_ok() && !world.plan.express_runs.is_empty() {
            created = express::create(world, engine).await;
        }
        match created {
            Ok(()) => return true,
            Err(exception) if matches!(exception.code, Code::ServiceUnavailable | Code::InternalFailure) => {
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
            Err(exception) => {
                world.violation(format!("a machine cannot be created: {exception:?}"));
                return true;
            }
        }
    }
    false
}

/// Whether somebody has begun to delete the machine: then it is not created again.
fn is_deleted(world: &World, machine: usize) -> bool {
    let state = world.state();
    let began = |entry: &crate::world::Entry| entry.is_deleting;
    state.ledger.executions.iter().any(|((of, _), entry)| *of == machine && began(entry))
}

/// Sets the engine's clock when the plan says so.
async fn set_clock(world: Arc<World>) {
    loop {
        let done = world.state().jumps_done;
        let Some(jump) = world.plan.jumps.get(done) else { return };
        world.sleep_until(jump.at_ms).await;
        world.pass("set the clock").await;
        world.trace(&format!("the clock is set by {} ms", jump.by_ms));
        let mut state = world.state();
        state.skew_ms += jump.by_ms;
        state.jumps_done += 1;
    }
}

/// Lets time pass until no execution runs any more; long waits are passed by setting the clock.
async fn wait_for_all(world: &Arc<World>, engine: &Engine) -> BTreeMap<Key, Shown> {
    let mut idle = 0;
    let mut before = 0;
    for _ in 0..ROUNDS_MAX {
        let (shown, is_certain) = look_at_all(world, engine).await;
        let running = shown.values().filter(|shown| shown.is_running()).count();
        if running == 0 && is_certain && no_sendings(world) && express::all_ended(engine) {
            return shown;
        }
        // While the children of a Map Run work, its execution has no events; they have tasks.
        let events: usize = shown.values().map(|shown| shown.events.len()).sum();
        let happened = events + world.state().ledger.performed.len();
        match pass_over_waiting(world).await {
            Some(left) if left > 0 => {}
            _ if happened == before && running > 0 => idle += 1,
            _ => idle = 0,
        }
        before = happened;
        if idle > IDLE_ROUNDS_MAX {
            let open: Vec<String> =
                shown.iter().filter(|(_, shown)| shown.is_running()).map(|(key, _)| format!("{key:?}")).collect();
            world.violation(format!("nothing happens any more, but these run: {}", open.join(", ")));
            return shown;
        }
        tokio::time::sleep(Duration::from_millis(1_500)).await;
    }
    world.violation("executions do not close".to_owned());
    look_at_all(world, engine).await.0
}

/// Sets the clock so that the next timer is soon due; how long it was until then.
async fn pass_over_waiting(world: &World) -> Option<i64> {
    let due = engine::earliest_timer(&*world.memory()).await.ok().flatten()?;
    let left = due.0.saturating_sub(world.now_ms());
    if left > 5_000 {
        world.state().skew_ms += left - 2_000;
    }
    Some(left)
}

/// Lets time pass until Map Runs that nobody waits for have stopped their children, and what abandoned tasks started has closed; then looks
/// at all of them.
async fn wait_for_others(world: &Arc<World>, engine: &Engine, shown: &BTreeMap<Key, Shown>) -> Option<Others> {
    let mut left = String::new();
    for _ in 0..ROUNDS_MAX {
        // In this time a partition that refused a commit is open again.
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        pass_over_waiting(world).await;
        match clients::look_at_others(world, engine, shown).await {
            Ok(others) => {
                let is_over = engine::nothing_is_left(&*world.memory()).await.unwrap_or(false);
                let mut running =
                    others.executions.iter().filter(|(_, shown)| shown.is_running()).map(|(arn, _)| arn.as_str());
                let first = running.next();
                if is_over && first.is_none() {
                    return Some(others);
                }
                left = format!("{first:?} runs, and nothing is left to be done for Map Runs and jobs: {is_over}");
            }
            Err(exception) => world.trace(&format!("others cannot be looked at: {exception:?}")),
        }
    }
    for partition in (1..=8).map(store::PartitionId) {
        for table in [43, 46].map(store::Table) {
            for (key, row) in world.memory().scan(partition, store::Range::all(table)).await.unwrap_or_default() {
                let (key, row) = (key.escape_ascii(), row.escape_ascii());
                world.trace(&format!("partition {partition} has a row of table {}: {key} {row}", table.0));
            }
        }
    }
    world.violation(format!("what nobody waits for does not close: {left}"));
    None
}

/// Whether nobody is about to send an outcome.
fn no_sendings(world: &World) -> bool {
    let elapsed = world.elapsed_ms();
    world.state().sendings.iter().all(|sending| sending.left == 0 || sending.at_ms > elapsed + 60_000)
}

async fn look_at_all(world: &Arc<World>, engine: &Engine) -> (BTreeMap<Key, Shown>, bool) {
    let keys: Vec<Key> = world.state().ledger.executions.keys().cloned().collect();
    let mut all = BTreeMap::new();
    let mut is_certain = true;
    for key in keys {
        match clients::look(world, engine, &key).await {
            Ok(shown) => drop(all.insert(key, shown)),
            Err(exception) => is_certain &= exception.code == Code::ExecutionDoesNotExist,
        }
    }
    (all, is_certain)
}
