//! A revision: a definition and its settings as they were given once. Executions keep the one they started with.

use super::account::name_of;
use super::row::Row;
use super::{Inner, definition};
use crate::metrics::{MachineMetrics, Metrics};
use api::{EncryptionConfiguration, LoggingConfiguration, StateMachineType, TracingConfiguration, VariableReferences};
use arn::StateMachineArn;
use asl::StateMachineDefinition;
use asl::definition::StateKind;
use interpreter::OfMachine;
use json::{Object, ObjectBuilder};
use std::fmt;
use std::sync::{Arc, OnceLock};
use store::StoreError;

/// Number of a revision, unique in a store and rising with every one made, of whatever machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RevisionNumber(pub u64);

/// One revision of a state machine, parsed.
#[derive(Debug)]
pub struct Revision {
    /// Its number.
    pub number: RevisionNumber,
    /// The machine it is of, unqualified.
    pub machine_arn: StateMachineArn,
    /// The machine's key in the registry.
    pub(crate) machine_key: Arc<str>,
    /// The machine's name.
    pub machine_name: Arc<str>,
    /// The machine's type.
    pub machine_type: StateMachineType,
    /// The role executions run under.
    pub role_arn: Arc<str>,
    /// The definition byte for byte as it was given.
    pub definition_text: Arc<str>,
    /// The definition.
    pub definition: StateMachineDefinition,
    /// AWS's `revisionId`; `None` for the revision the machine was created with.
    pub revision_id: Option<Arc<str>>,
    /// When it was made, in ms since the epoch.
    pub update_date_ms: i64,
    /// Logging.
    pub logging: LoggingConfiguration,
    /// Tracing.
    pub tracing: TracingConfiguration,
    /// Encryption.
    pub encryption: EncryptionConfiguration,
    /// The variables its states refer to.
    pub variable_references: VariableReferences,
    /// What is counted of its machine, once an execution of it was seen.
    pub(super) metrics: OnceLock<Arc<MachineMetrics>>,
}

/// What of a revision is kept: everything but what the text says already.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) role_arn: Arc<str>,
    pub(super) definition_text: Arc<str>,
    pub(super) logging: LoggingConfiguration,
    pub(super) tracing: TracingConfiguration,
    pub(super) encryption: EncryptionConfiguration,
}

impl RevisionNumber {
    /// The key of its row: ordered as the numbers are.
    pub(super) fn key(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }

    /// The number of a row's key.
    pub(super) fn from_key(key: &[u8]) -> Option<RevisionNumber> {
        key.try_into().ok().map(|bytes| RevisionNumber(u64::from_be_bytes(bytes)))
    }

    /// A `revisionId` for this number: a UUID of the free-form version 8, distinct because the number's scrambling is one to one and the
    /// 58 bits the UUID keeps of it outlast any store.
    pub(super) fn revision_id(self, now_ms: i64) -> Arc<str> {
        let low = scramble(self.0);
        let high = scramble(low ^ now_ms.unsigned_abs());
        let text = format!(
            "{:08x}-{:04x}-8{:03x}-{:x}{:03x}-{:012x}",
            high >> 32,
            high >> 16 & 0xffff,
            high & 0xfff,
            8 + (low >> 60 & 3),
            low >> 48 & 0xfff,
            low & 0xffff_ffff_ffff
        );
        text.into()
    }
}

/// SplitMix64's finishing steps: each can be undone, so different numbers stay different.
fn scramble(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

impl fmt::Display for RevisionNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Revision {
    /// What is counted of its machine.
    pub(crate) fn counted(&self, metrics: &Metrics) -> &MachineMetrics {
        self.metrics.get_or_init(|| metrics.machines.of(&self.machine_arn.to_string()))
    }

    /// What the header of an execution of it says. `machine_arn` is its machine's, which some have as text already.
    pub(crate) fn of_machine(&self, machine_arn: Arc<str>) -> OfMachine {
        OfMachine {
            arn: machine_arn,
            name: self.machine_name.clone(),
            role_arn: self.role_arn.clone(),
            region: self.machine_arn.identity.region.clone(),
            revision: self.number.0,
        }
    }

    /// What an update starts from.
    pub(super) fn settings(&self) -> Settings {
        Settings {
            role_arn: self.role_arn.clone(),
            definition_text: self.definition_text.clone(),
            logging: self.logging.clone(),
            tracing: self.tracing,
            encryption: self.encryption.clone(),
        }
    }

    /// Whether a Distributed Map of it has the label, be it given or made up.
    pub(super) fn has_map_labelled(&self, label: &str) -> bool {
        let machine = self.machine_arn.to_string();
        let states = self.definition.scopes.iter().flat_map(|scope| &scope.states);
        states.into_iter().any(|state| match &state.kind {
            StateKind::Map(map) => {
                map.distributed.is_some() && *interpreter::label(&machine, &state.name, map) == *label
            }
            _ => false,
        })
    }

    /// Whether everything but the role is `settings`' own: what makes a repeated CreateStateMachine the same request.
    pub(super) fn equals_except_role(&self, settings: &Settings) -> bool {
        self.definition_text == settings.definition_text
            && self.logging == settings.logging
            && self.tracing == settings.tracing
            && self.encryption == settings.encryption
    }

    pub(super) fn encode(&self) -> Object {
        let mut row = ObjectBuilder::new();
        row.insert("name", &self.machine_key);
        row.insert("type", self.machine_type.as_str());
        row.insert("roleArn", &self.role_arn);
        row.insert("definition", &self.definition_text);
        row.insert_some("revisionId", self.revision_id.as_ref());
        row.insert("updateDateMs", self.update_date_ms);
        row.insert("loggingConfiguration", self.logging.encode());
        row.insert("tracingConfiguration", self.tracing.encode());
        row.insert("encryptionConfiguration", self.encryption.encode());
        row.build()
    }

    /// The revision of a row, its definition parsed anew.
    pub(super) fn decode(row: &Row, number: RevisionNumber, registry: &Inner) -> Result<Revision, StoreError> {
        let machine_key = row.text("name")?;
        let machine_arn = StateMachineArn::new(registry.owner(&machine_key), name_of(&machine_key));
        let definition_text = row.text("definition")?;
        let machine_type = StateMachineType::from_word(&row.text("type")?).ok_or_else(|| row.missing("type"))?;
        let parsed = row.checked(definition::parse(&definition_text, machine_type))?;
        Ok(Revision {
            number,
            machine_name: machine_arn.name.as_str().into(),
            machine_arn,
            machine_key,
            machine_type,
            role_arn: row.text("roleArn")?,
            definition_text,
            definition: parsed.definition,
            revision_id: row.optional_text("revisionId"),
            update_date_ms: row.integer("updateDateMs")?,
            logging: row.checked(LoggingConfiguration::decode_member(row.value()))?.unwrap_or_default(),
            tracing: row.checked(TracingConfiguration::decode_member(row.value()))?.unwrap_or_default(),
            encryption: row.checked(EncryptionConfiguration::decode_member(row.value()))?.unwrap_or_default(),
            variable_references: parsed.variable_references,
            metrics: OnceLock::new(),
        })
    }
}
