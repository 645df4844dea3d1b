//! What a seed stands for: machines, what clients do and when, and what goes wrong. Everything has a name, and can be left out without
//! anything else changing: that is how a failing run is made smaller.

use crate::machine::{self, Machine};
use crate::random::Random;
use engine::Settings;
use json::{Value, json};
use std::collections::BTreeSet;

/// One run.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub seed: u64,
    pub machines: Vec<Machine>,
    pub clients: Vec<Client>,
    /// What becomes of the machines meanwhile, in order.
    pub updates: Vec<Update>,
    /// A machine of Express executions, and those.
    pub express: Machine,
    pub express_runs: Vec<ExpressRun>,
    /// The machine that tasks start executions of.
    pub nested: Machine,
    /// Whether everything is removed in the end because it was kept long enough.
    pub removes: bool,
    pub crashes: Vec<Crash>,
    pub jumps: Vec<Jump>,
    pub faults: Vec<Fault>,
    /// How long commits take.
    pub pace: Pace,
    /// The engine's limits: some runs have small ones.
    pub settings: Settings,
}

/// A client that starts an execution, perhaps again and again, and perhaps stops it.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub name: String,
    pub machine: usize,
    pub execution: String,
    pub acts: Vec<Act>,
}

#[derive(Clone, Debug)]
pub(crate) struct Act {
    pub at_ms: u64,
    pub kind: ActKind,
}

/// What is asked to start an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Via {
    /// The machine.
    Machine,
    /// The version of this number, if there is one yet.
    Version(u64),
    /// The alias.
    Alias,
}

/// A machine gets another definition, which is published as a version; perhaps its alias leads there then, in so many percent.
#[derive(Clone, Debug)]
pub(crate) struct Update {
    pub name: String,
    pub machine: usize,
    pub at_ms: u64,
    pub to: Machine,
    pub weight: Option<u64>,
}

/// An Express execution.
#[derive(Clone, Debug)]
pub(crate) struct ExpressRun {
    /// Of the part, and of the execution.
    pub name: String,
    pub at_ms: u64,
    pub input: Value,
    pub is_synchronous: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum ActKind {
    Start { input: Value, via: Via },
    Stop,
    Look,
    List,
    DeleteMachine,
}

/// Everything in memory goes, and what was not durable with it.
#[derive(Clone, Debug)]
pub(crate) struct Crash {
    pub name: String,
    /// When: before so many operations at the border between engine and world.
    pub at_operation: u64,
    pub downtime_ms: u64,
    /// Whether the server is told to end instead.
    pub is_orderly: bool,
}

/// The clock is set.
#[derive(Clone, Debug)]
pub(crate) struct Jump {
    pub name: String,
    pub at_ms: u64,
    pub by_ms: i64,
}

/// The store does not do as it is told.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub name: String,
    /// The number of the commit or read.
    pub at: u64,
    pub kind: FaultKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// A commit is refused, and with it those of its partition that follow before it is opened again.
    CommitUnavailable,
    /// From this commit on the store promises nothing until it is opened again.
    CommitFailed,
    ReadUnavailable,
}

/// Crashes at this operation or later come so many operations after the beginning of the removal.
pub(crate) const REMOVAL: u64 = 1 << 40;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    Immediate,
    Quick,
    Erratic,
}

impl Plan {
    /// The plan of a seed without some of its parts.
    pub fn new(seed: u64, without: &BTreeSet<String>) -> Plan {
        let mut random = Random::new(seed, "plan", 0);
        let machines = (0..random.between(1, 3)).map(|number| {
            let mut machine = machine::generate(&mut Random::new(seed, "machine", number.unsigned_abs()));
            machine.simplify(&|state| without.contains(&format!("m{number}.{state}")));
            machine
        });
        let machines: Vec<Machine> = machines.collect();
        let wants = |name: &str| !without.contains(name);
        let deletes = random.percent(8);
        let spread_ms = *random.pick(&[30, 2_000, 20_000]);
        let count = random.between(1, if spread_ms < 100 { 24 } else { 8 });
        let make = Make { seed, machines: machines.len(), deletes, spread_ms };
        let clients = (0..count).map(|number| client(&make, number.unsigned_abs(), &wants));
        let clients = clients.filter(|client| wants(&client.name)).collect();
        let pace = *random.pick(&[Pace::Immediate, Pace::Quick, Pace::Erratic]);
        let settings = Settings {
            transitions_per_step: *random.pick(&[1000, 1000, 1000, 20, 3, 1]),
            events_max: *random.pick(&[25_000, 25_000, 25_000, 25_000, 60]),
            inline_map_concurrency_max: *random.pick(&[40, 40, 2]),
            ..Settings::default()
        };
        let mut several = |percent: u32, most: i64| if random.percent(percent) { random.between(1, most) } else { 0 };
        let (crashes, jumps, faults) = (several(70, 5), several(40, 3), several(40, 4));
        let (updates, express_runs, removal_crashes) = (several(40, 3), several(35, 6), several(60, 3));
        let removes = random.percent(30);
        let updates = (0..updates).map(|number| update(&make, number.unsigned_abs(), &wants));
        let mut updates: Vec<Update> = updates.filter(|it| wants(&it.name)).collect();
        updates.sort_by_key(|update| update.at_ms);
        let removal_crashes = (0..removal_crashes).filter(|_| removes);
        let crashes = (0..crashes).map(|number| crash(seed, number.unsigned_abs()));
        let crashes = crashes.chain(removal_crashes.map(|number| removal_crash(seed, number.unsigned_abs())));
        let mut express = machine::generate_express(&mut Random::new(seed, "express machine", 0));
        express.simplify(&|state| without.contains(&format!("q.{state}")));
        let mut nested = machine::generate_nested(&mut Random::new(seed, "nested machine", 0));
        nested.simplify(&|state| without.contains(&format!("n.{state}")));
        let express_runs = (0..express_runs).map(|number| express_run(&make, number.unsigned_abs()));
        Plan {
            seed,
            machines,
            clients,
            updates,
            express,
            nested,
            express_runs: express_runs.filter(|it| wants(&it.name)).collect(),
            removes: removes && wants("removal"),
            crashes: crashes.filter(|it| wants(&it.name)).collect(),
            jumps: (0..jumps).map(|number| jump(seed, number.unsigned_abs())).filter(|it| wants(&it.name)).collect(),
            faults: (0..faults).map(|number| fault(seed, number.unsigned_abs())).filter(|it| wants(&it.name)).collect(),
            pace,
            settings,
        }
    }

    /// What a machine runs, one after the other.
    pub fn revisions(&self, machine: usize) -> Vec<&Machine> {
        let updates = self.updates.iter().filter(|update| update.machine == machine);
        std::iter::once(&self.machines[machine]).chain(updates.map(|update| &update.to)).collect()
    }

    /// The names of everything that can be left out, the largest first.
    pub fn parts(&self) -> Vec<String> {
        let mut parts: Vec<String> = self.clients.iter().map(|client| client.name.clone()).collect();
        parts.extend(self.updates.iter().map(|update| update.name.clone()));
        parts.extend(self.express_runs.iter().map(|run| run.name.clone()));
        parts.extend(self.removes.then(|| "removal".to_owned()));
        parts.extend(self.crashes.iter().map(|crash| crash.name.clone()));
        parts.extend(self.faults.iter().map(|fault| fault.name.clone()));
        parts.extend(self.jumps.iter().map(|jump| jump.name.clone()));
        for client in &self.clients {
            parts.extend((1..client.acts.len()).map(|act| format!("{}.{act}", client.name)));
        }
        for (number, machine) in self.machines.iter().enumerate() {
            parts.extend(machine.states().into_iter().map(|state| format!("m{number}.{state}")));
        }
        for update in &self.updates {
            parts.extend(update.to.states().into_iter().map(|state| format!("{}.{state}", update.name)));
        }
        parts.extend(self.nested.states().into_iter().map(|state| format!("n.{state}")));
        if !self.express_runs.is_empty() {
            parts.extend(self.express.states().into_iter().map(|state| format!("q.{state}")));
        }
        parts
    }
}

/// What all clients of a plan have in common.
struct Make {
    seed: u64,
    machines: usize,
    deletes: bool,
    /// Within what time they begin.
    spread_ms: i64,
}

fn client(make: &Make, number: u64, wants: &dyn Fn(&str) -> bool) -> Client {
    let mut random = Random::new(make.seed, "client", number);
    let name = format!("e{number}");
    let machine = random.below(make.machines);
    // Now and then two clients mean the same execution.
    let execution = if random.percent(15) { "x0".to_owned() } else { format!("x{number}") };
    let input = input(&mut random);
    let at_ms = random.between(0, make.spread_ms).unsigned_abs();
    let via = match random.below(10) {
        0 => Via::Version(random.between(1, 2).unsigned_abs()),
        1 | 2 => Via::Alias,
        _ => Via::Machine,
    };
    let mut acts = vec![Act { at_ms, kind: ActKind::Start { input: input.clone(), via } }];
    let later = |random: &mut Random, within: i64| at_ms + random.between(0, within).unsigned_abs();
    for _ in 0..random.below(3) {
        let input = if random.percent(80) { input.clone() } else { self::input(&mut random) };
        acts.push(Act { at_ms: later(&mut random, 15_000), kind: ActKind::Start { input, via } });
    }
    if random.percent(15) {
        acts.push(Act { at_ms: later(&mut random, 30_000), kind: ActKind::Stop });
    }
    for _ in 0..random.below(5) {
        let kind = if random.percent(80) { ActKind::Look } else { ActKind::List };
        acts.push(Act { at_ms: later(&mut random, 40_000), kind });
    }
    if make.deletes && random.percent(30) {
        acts.push(Act { at_ms: later(&mut random, 30_000), kind: ActKind::DeleteMachine });
    }
    acts.sort_by_key(|act| act.at_ms);
    let mut position = 0;
    acts.retain(|_| {
        position += 1;
        position == 1 || wants(&format!("{name}.{}", position - 1))
    });
    Client { name, machine, execution, acts }
}

fn update(make: &Make, number: u64, wants: &dyn Fn(&str) -> bool) -> Update {
    let mut random = Random::new(make.seed, "update", number);
    let name = format!("u{number}");
    let (machine, at_ms) = (random.below(make.machines), random.between(0, make.spread_ms * 2).unsigned_abs());
    let weight = random.percent(60).then(|| *random.pick(&[100, 100, 50, 1]));
    let mut to = machine::generate(&mut random);
    to.simplify(&|state| !wants(&format!("{name}.{state}")));
    Update { name, machine, at_ms, to, weight }
}

fn express_run(make: &Make, number: u64) -> ExpressRun {
    let mut random = Random::new(make.seed, "express run", number);
    let at_ms = random.between(0, make.spread_ms).unsigned_abs();
    ExpressRun { name: format!("q{number}"), at_ms, input: input(&mut random), is_synchronous: random.percent(40) }
}

fn removal_crash(seed: u64, number: u64) -> Crash {
    let crash = crash(seed, 1000 + number);
    Crash { name: format!("r{number}"), at_operation: REMOVAL + crash.at_operation % 400, ..crash }
}

fn input(random: &mut Random) -> Value {
    let list: Vec<Value> = (0..random.between(2, 4)).map(|_| Value::from(random.between(0, 9))).collect();
    json!({"n": (random.between(-2, 12)), "s": (*random.pick(&["a", "b", "zwölf"])), "l": list})
}

fn crash(seed: u64, number: u64) -> Crash {
    let mut random = Random::new(seed, "crash", number);
    let magnitude = random.between(3, 12);
    let at_operation = random.between(1, 1 << magnitude).unsigned_abs();
    let downtime_ms = if random.percent(60) { random.between(0, 2_000) } else { random.between(0, 120_000) };
    let is_orderly = random.percent(20);
    Crash { name: format!("c{number}"), at_operation, downtime_ms: downtime_ms.unsigned_abs(), is_orderly }
}

fn jump(seed: u64, number: u64) -> Jump {
    let mut random = Random::new(seed, "jump", number);
    let by_ms =
        if random.percent(80) { random.between(-30_000, 30_000) } else { random.between(-86_400_000, 86_400_000) };
    Jump { name: format!("j{number}"), at_ms: random.between(0, 40_000).unsigned_abs(), by_ms }
}

fn fault(seed: u64, number: u64) -> Fault {
    let mut random = Random::new(seed, "fault", number);
    let kinds = [
        FaultKind::CommitUnavailable,
        FaultKind::CommitUnavailable,
        FaultKind::CommitFailed,
        FaultKind::ReadUnavailable,
    ];
    let kind = *random.pick(&kinds);
    // The first commits and reads are those that create the machines; the world needs them.
    let magnitude = random.between(2, 9);
    Fault { name: format!("f{number}"), at: random.between(1, 1 << magnitude).unsigned_abs(), kind }
}
