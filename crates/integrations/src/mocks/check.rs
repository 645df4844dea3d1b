//! What a file of mocks says, held to the state machines it is for.

use super::read::{CODE, read};
use super::template::Template;
use crate::mocked_result_problem;
use asl::definition::{State, StateKind};
use asl::{Diagnostic, Entry, Node, NodeKind, Severity, StateMachineDefinition, similar};
use std::collections::BTreeMap;

/// All findings in `text`: its own, and where it does not fit the definitions of its state machines, as far as they are given by name.
pub fn check(text: &str, definitions: &BTreeMap<String, StateMachineDefinition>) -> Vec<Diagnostic> {
    let read = read(text);
    let mut findings = read.findings;
    let Some(tree) = read.tree.filter(|_| findings.iter().all(|finding| finding.severity != Severity::Error)) else {
        return findings;
    };
    for machine in entries(tree.get("StateMachines")) {
        let Some(definition) = definitions.get(&*machine.key) else { continue };
        let states: BTreeMap<&str, &State> =
            definition.scopes.iter().flat_map(|scope| &scope.states).map(|state| (&*state.name, state)).collect();
        for case in entries(machine.value.get("TestCases")) {
            for entry in entries(Some(&case.value)) {
                let finding = state_problem(&machine.key, entry, &states);
                let results = results(&tree, entry, &states);
                for finding in finding.into_iter().chain(results) {
                    if !findings.contains(&finding) {
                        findings.push(finding);
                    }
                }
            }
        }
    }
    findings
}

fn state_problem(machine: &str, entry: &Entry, states: &BTreeMap<&str, &State>) -> Option<Diagnostic> {
    let name = &*entry.key;
    let (message, help) = match states.get(name) {
        Some(State { kind: StateKind::Task(_), .. }) => return None,
        Some(_) => (format!("The state '{name}' of '{machine}' is no Task: nothing of it is mocked"), None),
        None => {
            let help = similar(name, states.keys().copied()).map(|meant| format!("did you mean '{meant}'?"));
            (format!("'{machine}' has no state '{name}'"), help)
        }
    };
    Some(Diagnostic { help, ..Diagnostic::error(CODE, message, entry.key_span.clone()) })
}

/// Results that no reply of the service is like.
fn results(tree: &Node, entry: &Entry, states: &BTreeMap<&str, &State>) -> Vec<Diagnostic> {
    let Some(State { kind: StateKind::Task(task), .. }) = states.get(&*entry.key) else { return Vec::new() };
    let response = match &entry.value.kind {
        NodeKind::String(name) => tree.get("MockedResponses").and_then(|responses| responses.get(name)),
        _ => Some(&entry.value),
    };
    let mut findings = Vec::new();
    for result in response.into_iter().flat_map(returned) {
        let Ok(Template::Value(value)) = Template::compile(result) else { continue };
        if let Some(problem) = mocked_result_problem(&task.resource, &value, false) {
            let message = format!("The state '{}' gets no such result: {problem}", entry.key);
            findings.push(Diagnostic::warning(CODE, message, result.span.clone()));
        }
    }
    findings
}

/// The values of `Return` in a response, whatever form it has.
fn returned(response: &Node) -> Vec<&Node> {
    match &response.kind {
        NodeKind::Array(rules) => rules.iter().filter_map(|rule| rule.get("Return")).collect(),
        NodeKind::Object(fields) => match response.get("Return") {
            Some(result) => vec![result],
            None => fields.iter().filter_map(|entry| entry.value.get("Return")).collect(),
        },
        _ => Vec::new(),
    }
}

fn entries(node: Option<&Node>) -> &[Entry] {
    node.and_then(Node::as_object).unwrap_or_default()
}
