//! What the simulation has found, each as a plan made by hand.

use crate::machine::{Distributed, Kind, Language, Machine, Resource, Scope, State, Task};
use crate::plan::{Act, ActKind, Client, Fault, FaultKind, Pace, Plan, Via};
use crate::run::run;
use json::json;

/// The commits that create the activity, the machine that tasks start executions of, the machine and its alias.
const COMMITS_BEFORE: u64 = 4;

/// A scope of one state.
fn scope(name: &str, kind: Kind) -> Scope {
    let (name, language) = (name.to_owned(), Language::JsonPath);
    Scope { states: vec![State { name, language, kind, retry: Vec::new(), catch: Vec::new(), assign: None }] }
}

/// Clients that start the executions `executions`, one after the other, of a machine that does nothing.
fn plan(executions: &[&str], apart_ms: u64) -> Plan {
    let top = scope("Nothing", Kind::Wait { seconds: 0 });
    let clients = executions.iter().zip(0..).map(|(execution, number)| Client {
        name: format!("e{number}"),
        machine: 0,
        execution: (*execution).to_owned(),
        acts: vec![Act {
            at_ms: number * apart_ms,
            kind: ActKind::Start { input: json!({"n": 0, "s": "", "l": [1, 2]}), via: Via::Machine },
        }],
    });
    let machine = Machine { language: Language::JsonPath, timeout_seconds: None, top };
    Plan {
        seed: 0,
        machines: vec![machine.clone()],
        clients: clients.collect(),
        updates: Vec::new(),
        express: machine.clone(),
        nested: machine,
        express_runs: Vec::new(),
        removes: false,
        crashes: Vec::new(),
        jumps: Vec::new(),
        faults: Vec::new(),
        pace: Pace::Immediate,
        settings: engine::Settings::default(),
    }
}

/// When the first line of a trace that has all these words was written, in milliseconds.
fn when(trace: &str, words: &[&str]) -> Option<u64> {
    let line = trace.lines().find(|line| words.iter().all(|word| line.contains(word)))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Each refused input put the moment of opening off, so that a partition under load stayed closed as long as there was load.
#[test]
fn a_partition_that_is_asked_without_pause_opens_again() {
    let mut plan = plan(&["x"; 40], 100);
    plan.faults = vec![Fault { name: "f0".to_owned(), at: COMMITS_BEFORE + 1, kind: FaultKind::CommitUnavailable }];
    let report = run(plan, crate::NOTHING);
    assert_eq!(report.violations, [""; 0]);
    let refused = when(&report.trace, &[&format!("refused {}", COMMITS_BEFORE + 1)]).expect("the start is refused");
    let opened = when(&report.trace, &["open partition", "Ok(Epoch(2))"]).expect("the partition opens again");
    assert!(opened - refused <= 600, "it took {} ms", opened - refused);
}

/// The registry's partition takes nothing more after a refusal until it is opened again, which nobody but the registry can do.
#[test]
fn machines_can_be_created_after_one_was_refused() {
    let mut plan = plan(&["x"], 0);
    plan.faults = vec![Fault { name: "f0".to_owned(), at: COMMITS_BEFORE, kind: FaultKind::CommitUnavailable }];
    let report = run(plan, crate::NOTHING);
    assert_eq!(report.violations, [""; 0]);
    assert_eq!((report.lives, report.closed), (1, 1));
}

/// An execution that is started by a task waited for ever when the partition of the one it starts refused a commit: nobody asked again.
#[test]
fn a_task_starts_its_execution_whatever_is_refused() {
    for at in COMMITS_BEFORE + 1..COMMITS_BEFORE + 10 {
        let mut plan = plan(&["x"], 0);
        let (resource, keeps_input, is_broken) = (Resource::Nested, false, false);
        let task = Task { resource, timeout_seconds: None, heartbeat_seconds: None, keeps_input, is_broken };
        plan.machines[0].top = scope("Start", Kind::Task(task));
        plan.faults = vec![Fault { name: "f0".to_owned(), at, kind: FaultKind::CommitUnavailable }];
        let report = run(plan, crate::NOTHING);
        assert_eq!(report.violations, [""; 0], "commit {at} is refused");
        assert_eq!((report.closed, report.compared), (2, 1));
    }
}

/// What a Map Run had to say of its last children was lost when its execution was stopped in that moment: a redrive would not have known them.
#[test]
fn a_map_run_that_is_stopped_at_its_end_keeps_what_its_children_did() {
    for at_ms in 0..40 {
        let mut plan = plan(&["x"], 0);
        let distributed = Some(Distributed { is_express: at_ms % 2 == 0, tolerates: false });
        let iteration = scope("Child", Kind::Wait { seconds: 0 });
        let map = Kind::Map { iteration, max_concurrency: 0, keeps_input: false, distributed };
        plan.machines[0].top = scope("Map", map);
        plan.clients[0].acts.push(Act { at_ms, kind: ActKind::Stop });
        plan.pace = Pace::Quick;
        plan.seed = at_ms / 2;
        assert_eq!(run(plan, crate::NOTHING).violations, [""; 0], "stopped after {at_ms} ms");
    }
}
