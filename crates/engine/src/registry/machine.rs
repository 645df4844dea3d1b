//! The row of a state machine: what does not change with an update, and which revision is current.

use super::revision::RevisionNumber;
use super::row::Row;
use super::versions::Publication;
use api::StateMachineType;
use json::{Object, ObjectBuilder, Value};
use std::sync::Arc;
use store::StoreError;

/// A state machine that exists.
#[derive(Clone, Debug)]
pub(super) struct Machine {
    /// Its key: with the account in front if that is not the server's own.
    pub(super) key: Arc<str>,
    pub(super) machine_type: StateMachineType,
    pub(super) creation_date_ms: i64,
    pub(super) current: RevisionNumber,
    /// The last version's number, deleted or not; 0 if none was ever published.
    pub(super) last_version: u64,
    /// The version that was asked for when it was created.
    pub(super) created_with: Option<Publication>,
}

impl Machine {
    pub(super) fn encode(&self) -> Object {
        let mut row = ObjectBuilder::new();
        row.insert("name", &self.key);
        row.insert("type", self.machine_type.as_str());
        row.insert("creationDateMs", self.creation_date_ms);
        row.insert("currentRevision", self.current.0);
        row.insert("lastVersion", self.last_version);
        if let Some(publication) = &self.created_with {
            row.insert("createdWithVersion", true);
            row.insert_some("createdWithVersionDescription", publication.description.as_ref());
        }
        row.build()
    }

    pub(super) fn decode(row: &Row) -> Result<Machine, StoreError> {
        Ok(Machine {
            key: row.text("name")?,
            machine_type: StateMachineType::from_word(&row.text("type")?).ok_or_else(|| row.missing("type"))?,
            creation_date_ms: row.integer("creationDateMs")?,
            current: RevisionNumber(row.integer("currentRevision")?.unsigned_abs()),
            last_version: row.optional_integer("lastVersion").unwrap_or_default().unsigned_abs(),
            created_with: (row.value().get("createdWithVersion").and_then(Value::as_bool) == Some(true))
                .then(|| Publication { description: row.optional_text("createdWithVersionDescription") }),
        })
    }
}
