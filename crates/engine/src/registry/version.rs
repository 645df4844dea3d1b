//! The row of a version: a number for a revision.

use super::revision::RevisionNumber;
use super::row::Row;
use json::{Object, ObjectBuilder};
use std::sync::Arc;
use store::{Bytes, StoreError};

/// A published version.
#[derive(Clone, Debug)]
pub(super) struct Version {
    /// The machine's key.
    pub(super) machine: Arc<str>,
    pub(super) number: u64,
    pub(super) revision: RevisionNumber,
    pub(super) description: Option<Arc<str>>,
    pub(super) creation_date_ms: i64,
}

impl Version {
    /// The key of its row. A zero ends the machine's name, which cannot hold one.
    pub(super) fn key(machine: &str, number: u64) -> Bytes {
        [machine.as_bytes(), &[0], &number.to_be_bytes()].concat().into()
    }

    pub(super) fn encode(&self) -> Object {
        let mut row = ObjectBuilder::new();
        row.insert("stateMachine", &self.machine);
        row.insert("number", self.number);
        row.insert("revision", self.revision.0);
        row.insert_some("description", self.description.as_ref());
        row.insert("creationDateMs", self.creation_date_ms);
        row.build()
    }

    pub(super) fn decode(row: &Row) -> Result<Version, StoreError> {
        Ok(Version {
            machine: row.text("stateMachine")?,
            number: row.integer("number")?.unsigned_abs(),
            revision: RevisionNumber(row.integer("revision")?.unsigned_abs()),
            description: row.optional_text("description"),
            creation_date_ms: row.integer("creationDateMs")?,
        })
    }
}
