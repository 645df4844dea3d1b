//! The row of an activity.

use super::row::Row;
use api::EncryptionConfiguration;
use json::{Object, ObjectBuilder};
use std::sync::Arc;
use store::StoreError;

/// An activity that exists.
#[derive(Clone, Debug)]
pub(super) struct Activity {
    /// Its key: with the account in front if that is not the server's own.
    pub(super) key: Arc<str>,
    pub(super) creation_date_ms: i64,
    pub(super) encryption: EncryptionConfiguration,
}

impl Activity {
    pub(super) fn encode(&self) -> Object {
        let mut row = ObjectBuilder::new();
        row.insert("name", &self.key);
        row.insert("creationDateMs", self.creation_date_ms);
        row.insert("encryptionConfiguration", self.encryption.encode());
        row.build()
    }

    pub(super) fn decode(row: &Row) -> Result<Activity, StoreError> {
        Ok(Activity {
            key: row.text("name")?,
            creation_date_ms: row.integer("creationDateMs")?,
            encryption: row.checked(EncryptionConfiguration::decode_member(row.value()))?.unwrap_or_default(),
        })
    }
}
