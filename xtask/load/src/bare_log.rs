//! A bare file that is appended to and synced once per group: what the disk allows.

use std::fs::File;
use std::io::Write;
use std::path::Path;

/// The file.
pub(crate) struct BareLog(File);

impl BareLog {
    pub(crate) fn create(directory: &Path) -> std::io::Result<BareLog> {
        File::create(directory.join("bare.log")).map(BareLog)
    }

    /// Makes the bytes durable.
    pub(crate) fn commit(&mut self, group: &[u8]) -> std::io::Result<()> {
        self.0.write_all(group)?;
        self.0.sync_data()
    }
}
