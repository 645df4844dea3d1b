//! `run:`, the executions that are started once everything is up.

use super::reader::{Fields, Findings};
use asl::Node;
use json::Value;

const FIELDS: [&str; 3] = ["stateMachine", "input", "name"];

/// One execution to start.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Run {
    /// The name of its state machine.
    pub(crate) state_machine: String,
    /// Its input.
    pub(crate) input: Value,
    /// Its name; made up if there is none. With a name it runs once in the life of a data directory.
    pub(crate) name: Option<String>,
}

/// Reads one element; `machines` are the names there are.
pub(super) fn read(node: &Node, machines: &[&str], findings: &mut Findings) -> Option<Run> {
    let fields = Fields::of("run", node, &FIELDS, findings);
    let Some(machine) = fields.get("stateMachine") else {
        findings.add(&fields.span, "An execution needs its 'stateMachine'");
        return None;
    };
    let state_machine = findings.text("stateMachine", machine)?.to_string();
    if !machines.contains(&&*state_machine) {
        findings.add(&machine.span, format!("There is no state machine '{state_machine}' under 'stateMachines'"));
    }
    let input = fields.get("input").map_or_else(Value::empty_object, Node::to_value);
    let name = fields.get("name").and_then(|node| findings.text("name", node)).map(|name| name.to_string());
    Some(Run { state_machine, input, name })
}
