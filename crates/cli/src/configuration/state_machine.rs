//! `stateMachines:`, by name.

use super::reader::{Fields, Findings};
use api::StateMachineType;
use asl::Entry;
use std::path::{Path, PathBuf};
use std::time::Duration;

const FIELDS: [&str; 4] = ["definition", "type", "roleArn", "retention"];

/// One state machine and where its definition is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StateMachine {
    /// Its name.
    pub(crate) name: String,
    /// The file of its definition, JSON or YAML.
    pub(crate) definition: PathBuf,
    /// Its type.
    pub(crate) machine_type: StateMachineType,
    /// The role it is created with; nothing assumes it.
    pub(crate) role_arn: Option<String>,
    /// How long its closed executions are kept, if that is said: `None` within is forever.
    pub(crate) retention: Option<Option<Duration>>,
}

/// Reads one entry; relative paths are relative to `base`.
pub(super) fn read(entry: &Entry, base: &Path, findings: &mut Findings) -> Option<StateMachine> {
    let name = &entry.key;
    let fields = Fields::of(name, &entry.value, &FIELDS, findings);
    let Some(node) = fields.get("definition") else {
        findings.add(&entry.key_span, format!("State machine '{name}' needs the file of its 'definition'"));
        return None;
    };
    let definition = base.join(&**findings.text("definition", node)?);
    if !definition.is_file() {
        findings.add(&node.span, format!("There is no file {}", definition.display()));
    }
    let machine_type = match fields.get("type") {
        None => StateMachineType::Standard,
        Some(node) => match node.as_str().and_then(StateMachineType::from_word) {
            Some(machine_type) => machine_type,
            None => {
                findings.add(&node.span, "'type' must be STANDARD or EXPRESS");
                StateMachineType::Standard
            }
        },
    };
    let role_arn = fields.get("roleArn").and_then(|node| findings.text("roleArn", node)).map(|arn| arn.to_string());
    let retention = fields.get("retention").and_then(|node| findings.kept("retention", node));
    Some(StateMachine { name: name.to_string(), definition, machine_type, role_arn, retention })
}
