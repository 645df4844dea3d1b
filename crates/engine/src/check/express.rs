//! The starts of Express executions that have not ended: rows by themselves.

use super::{Checker, PAGE};
use crate::engine::EXPRESS_PARTITION;
use crate::environment::uuid;
use crate::keys::EXPRESS_STARTS;
use crate::registry::RevisionNumber;
use interpreter::Header;
use store::{Range, StoreError};

impl Checker<'_> {
    pub(super) async fn express_starts(&mut self) -> Result<(), StoreError> {
        let mut range = Range::all(EXPRESS_STARTS).limit(PAGE);
        loop {
            let rows = self.page(EXPRESS_PARTITION, &mut range).await?;
            if rows.is_empty() {
                return Ok(());
            }
            for (key, row) in rows {
                self.checked.express += 1;
                self.express_start(&key, &row).await?;
            }
        }
    }

    async fn express_start(&mut self, key: &[u8], row: &[u8]) -> Result<(), StoreError> {
        let header = match Header::from_row(row) {
            Ok(header) => header,
            Err(corrupt) => {
                self.report("express", key.escape_ascii().to_string(), corrupt.to_string());
                return Ok(());
            }
        };
        let place = header.execution_arn.to_string();
        let is_its_key = <[u8; 16]>::try_from(key).is_ok_and(|id| place.ends_with(&format!(":{}", uuid(id))));
        if !is_its_key {
            self.report("express", place.as_str(), format!("its key is {}", key.escape_ascii()));
        }
        match self.registry.revision(RevisionNumber(header.revision)).await {
            Ok(revision) if revision.machine_name != header.state_machine_name => {
                self.report("express", place, format!("it runs a revision of {}", revision.machine_name));
            }
            Ok(_) => {}
            Err(StoreError::Corrupt { what, place: row }) => self.report("express", place, format!("{what} ({row})")),
            Err(error) => return Err(error),
        }
        Ok(())
    }
}
