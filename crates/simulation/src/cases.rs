//! What the simulation has found, each as a plan made by hand.

use crate::machine::{Kind, Language, Machine, Scope, State};
use crate::plan::{Act, ActKind, Client, Fault, FaultKind, Pace, Plan, Via};
use crate::run::run;
use json::json;

/// The commits that create the activity, the machine and its alias.
const COMMITS_BEFORE: u64 = 3;

/// Clients that start the executions `executions`, one after the other, of a machine that does nothing.
fn plan(executions: &[&str], apart_ms: u64) -> Plan {
    let nothing = Kind::Wait { seconds: 0 };
    let state = State {
        name: "Nothing".to_owned(),
        language: Language::JsonPath,
        kind: nothing,
        retry: Vec::new(),
        catch: Vec::new(),
        assign: None,
    };
    let top = Scope { states: vec![state] };
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
        express: machine,
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
