//! The starts of Express executions that have not ended: rows by themselves.

use super::{Checker, PAGE};
use crate::engine::EXPRESS_PARTITION;
use crate::environment::uuid;
use crate::express::group;
use crate::keys::EXPRESS_STARTS;
use crate::registry::RevisionNumber;
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
                match group::read(&key, &row) {
                    Ok(starts) => self.express_group(&starts).await?,
                    Err(corrupt) => self.report("express", key.escape_ascii().to_string(), corrupt.to_string()),
                }
            }
        }
    }

    async fn express_group(&mut self, starts: &[group::Row]) -> Result<(), StoreError> {
        self.checked.express += starts.len() as u64;
        for start in starts {
            self.express_start(start).await?;
        }
        Ok(())
    }

    async fn express_start(&mut self, start: &group::Row) -> Result<(), StoreError> {
        let header = &start.header;
        let place = header.execution_arn.to_string();
        if !place.ends_with(&format!(":{}", uuid(start.id))) {
            self.report("express", place.as_str(), format!("its id is {}", start.id.escape_ascii()));
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
