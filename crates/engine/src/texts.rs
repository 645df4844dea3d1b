//! Texts that stand apart, read before the rows that refer to them.

use crate::keys::{self, ExecutionKey};
use interpreter::rows::{CorruptRow, KnownTexts, texts_apart};
use store::{PartitionId, Store, StoreError};

/// Reads what a row refers to and `known` has not. What is missing, or no row at all, is found when the row itself is read.
pub(crate) async fn read_texts(
    store: &dyn Store,
    partition: PartitionId,
    key: &ExecutionKey,
    row: &[u8],
    known: &mut KnownTexts,
) -> Result<Result<(), CorruptRow>, StoreError> {
    for id in texts_apart(row).unwrap_or_default() {
        if known.has_read(&id) {
            continue;
        }
        let text = store.get(partition, keys::TEXTS, &key.text(id)).await?;
        if let Some(Err(corrupt)) = text.map(|text| known.read_apart(id, &text)) {
            return Ok(Err(corrupt));
        }
    }
    Ok(Ok(()))
}
