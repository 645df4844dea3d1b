//! Whoever creates machines with their aliases, and gives them other definitions while executions run.

use super::clients::machine_arn;
use super::ledger::Dated;
use super::workers::is_uncertain;
use super::{World, decoded, outcome};
use crate::machine;
use api::Exception;
use engine::Engine;
use json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// The name of every machine's alias.
const ALIAS: &str = "live";

pub(crate) fn version_arn(machine: usize, version: u64) -> String {
    format!("{}:{version}", machine_arn(machine))
}

pub(crate) fn alias_arn(machine: usize) -> String {
    format!("{}:{ALIAS}", machine_arn(machine))
}

/// The number at the end of a version's ARN.
pub(crate) fn version_of(arn: &str) -> Option<u64> {
    arn.rsplit(':').next()?.parse().ok()
}

/// Creates the machine that tasks start executions of, each time anew.
pub(crate) async fn create_nested(world: &World, engine: &Engine) -> Result<(), Exception> {
    let body = json!({"name": "nested", "definition": (machine::render_nested(&world.plan.nested)),
        "roleArn": "arn:aws:iam::123456789012:role/r"});
    engine.create_state_machine(decoded(api::CreateStateMachineRequest::decode(&body))).await.map(drop)
}

/// Creates a machine, its first version and its alias, unless that was answered before.
pub(crate) async fn create(world: &World, engine: &Engine, machine: usize) -> Result<(), Exception> {
    let revisions = world.state().ledger.revisions.get(&machine).map_or(0, Vec::len);
    if revisions == 0 {
        asked(world, machine, 0);
    }
    if !world.state().ledger.revisions[&machine].iter().any(|revision| revision.answered.is_some()) {
        let body = json!({"name": (format!("m{machine}")), "definition": (machine::render(&world.plan.machines[machine])),
            "roleArn": "arn:aws:iam::123456789012:role/r", "publish": true});
        let created = engine.create_state_machine(decoded(api::CreateStateMachineRequest::decode(&body))).await?;
        know_version(world, machine, created.state_machine_version_arn.as_deref(), 0);
        answered(world, machine, 0);
    }
    let has_alias = world.state().ledger.aliases.get(&machine).is_some_and(|all| all[0].answered.is_some());
    if !has_alias {
        let body = json!({"name": ALIAS, "routingConfiguration": (routing(machine, &[(1, 100)]))});
        set_alias(world, machine, vec![1]);
        engine.create_state_machine_alias(decoded(api::CreateStateMachineAliasRequest::decode(&body))).await?;
        alias_answered(world, machine);
    }
    Ok(())
}

/// Updates machines as the plan says.
pub(crate) async fn update_all(world: Arc<World>, engine: Engine) {
    loop {
        let done = world.state().updates_done;
        let Some(update) = world.plan.updates.get(done).cloned() else { return };
        world.sleep_until(update.at_ms).await;
        let before = world.plan.updates[..done].iter().filter(|other| other.machine == update.machine).count();
        for _ in 0..30 {
            world.pass("update").await;
            let answer = update_one(&world, &engine, &update, before + 1).await;
            world.pass("updated").await;
            world.trace(&format!("update {} of m{} {}", update.name, update.machine, outcome(&answer)));
            match answer {
                Err(exception) if is_uncertain(&exception) => tokio::time::sleep(Duration::from_millis(450)).await,
                _ => break,
            }
        }
        world.state().updates_done += 1;
    }
}

async fn update_one(
    world: &World,
    engine: &Engine,
    update: &crate::plan::Update,
    revision: usize,
) -> Result<(), Exception> {
    let machine = update.machine;
    let known = world.state().ledger.revisions[&machine].iter().any(|known| known.what == revision);
    if !known {
        asked(world, machine, revision);
    }
    let body = json!({"stateMachineArn": (machine_arn(machine)), "definition": (machine::render(&update.to)),
        "publish": true});
    let updated = engine.update_state_machine(decoded(api::UpdateStateMachineRequest::decode(&body))).await?;
    let version = updated.state_machine_version_arn.as_deref().and_then(version_of);
    know_version(world, machine, updated.state_machine_version_arn.as_deref(), revision);
    answered(world, machine, revision);
    let (Some(weight), Some(version)) = (update.weight, version.filter(|version| *version > 1)) else { return Ok(()) };
    let routes = if weight == 100 { vec![(version, 100)] } else { vec![(version, weight), (1, 100 - weight)] };
    let body =
        json!({"stateMachineAliasArn": (alias_arn(machine)), "routingConfiguration": (routing(machine, &routes))});
    set_alias(world, machine, routes.iter().map(|(version, _)| *version).collect());
    engine.update_state_machine_alias(decoded(api::UpdateStateMachineAliasRequest::decode(&body))).await?;
    alias_answered(world, machine);
    Ok(())
}

fn routing(machine: usize, routes: &[(u64, u64)]) -> Value {
    let routes = routes.iter().map(
        |(version, weight)| json!({"stateMachineVersionArn": (version_arn(machine, *version)), "weight": (*weight)}),
    );
    Value::from(routes.collect::<Vec<_>>())
}

fn asked(world: &World, machine: usize, revision: usize) {
    let mut state = world.state();
    let asked = state.operations;
    state.ledger.revisions.entry(machine).or_default().push(Dated { what: revision, asked, answered: None });
}

fn answered(world: &World, machine: usize, revision: usize) {
    let mut state = world.state();
    let now = state.operations;
    let revisions = state.ledger.revisions.entry(machine).or_default();
    for known in revisions.iter_mut().filter(|known| known.what == revision) {
        known.answered.get_or_insert(now);
    }
}

/// Notes where the alias is to lead. A repetition is the same wish.
fn set_alias(world: &World, machine: usize, versions: Vec<u64>) {
    let mut state = world.state();
    let asked = state.operations;
    let all = state.ledger.aliases.entry(machine).or_default();
    if all.last().is_none_or(|last| last.answered.is_some() || last.what != versions) {
        all.push(Dated { what: versions, asked, answered: None });
    }
}

fn alias_answered(world: &World, machine: usize) {
    let mut state = world.state();
    let now = state.operations;
    if let Some(last) = state.ledger.aliases.get_mut(&machine).and_then(|all| all.last_mut()) {
        last.answered.get_or_insert(now);
    }
}

fn know_version(world: &World, machine: usize, version_arn: Option<&str>, revision: usize) {
    let Some(version) = version_arn.and_then(version_of) else {
        return world.violation(format!("a definition of m{machine} was to be published and was not"));
    };
    let before = world.state().ledger.versions.insert((machine, version), revision);
    let renders = |revision: usize| world.plan.revisions(machine).get(revision).map(|it| machine::render(it));
    if before.is_some_and(|before| renders(before) != renders(revision)) {
        world.violation(format!("version {version} of m{machine} is revision {revision}, and was {before:?}"));
    }
}
