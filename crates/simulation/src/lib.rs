//! Seeded runs of the whole engine in a hostile world.
//!
//! The engine and the interpreter are the real ones. What is around them is simulated on one thread and virtual time: a clock that is set, a
//! disk that is slow, fails and forgets, tasks that are late, doubled or never end, clients that ask again, and crashes between any two calls
//! between engine and world. A seed decides everything: the same seed is the same run, byte for byte.
//!
//! Reading order: [`simulate`], `plan` (what a seed stands for), `run`, `world`, `checks`, `removal` (how a run may end); `machine` and `oracle` make what is run,
//! `reference` says how it must end, `shrink` makes a failing run smaller.

#[cfg(test)]
mod cases;
mod checks;
mod machine;
mod oracle;
mod panics;
mod plan;
#[cfg(test)]
mod planted;
mod random;
mod reference;
mod removal;
mod run;
mod shrink;
mod world;

pub use run::Report;

use plan::Plan;
use std::collections::BTreeSet;
use std::sync::Arc;
use world::{SimulatedPerformer, SimulatedStore, World};

/// Nothing between engine and world.
const NOTHING: run::Wrap<'static> = (&plain_store, &plain_performer);

fn plain_store(_: Arc<World>, store: SimulatedStore) -> Arc<dyn store::Store> {
    Arc::new(store)
}

fn plain_performer(performer: SimulatedPerformer) -> Box<dyn integrations::Performer> {
    Box::new(performer)
}

/// Runs a seed without some of its parts, as [`reproduction`] names them.
pub fn simulate(seed: u64, without: &BTreeSet<String>) -> Report {
    run::run(Plan::new(seed, without), NOTHING)
}

/// The definitions a seed's clients run, in ASL: of the machines, then those they are given later, then that of Express
/// executions, then that of those that tasks start.
pub fn definitions(seed: u64, without: &BTreeSet<String>) -> Vec<String> {
    let plan = Plan::new(seed, without);
    let updates = plan.updates.iter().map(|update| &update.to);
    let express = (!plan.express_runs.is_empty()).then_some(&plan.express);
    let of_others = std::iter::once(machine::render_nested(&plan.nested));
    plan.machines.iter().chain(updates).chain(express).map(machine::render).chain(of_others).collect()
}

/// What can be left out of a run that fails, trying so many times; with the report of what is left.
pub fn shrink(seed: u64, without: &BTreeSet<String>, runs_max: usize) -> (BTreeSet<String>, Report) {
    shrink::shrink(seed, without.clone(), runs_max, NOTHING)
}

/// The command that runs a seed again.
pub fn reproduction(seed: u64, without: &BTreeSet<String>) -> String {
    let mut command = format!("cargo xtask simulate --seed {seed} --trace");
    if !without.is_empty() {
        let parts: Vec<&str> = without.iter().map(String::as_str).collect();
        command.push_str(&format!(" --without {}", parts.join(",")));
    }
    command
}
