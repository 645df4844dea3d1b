//! Why a store did not do what it was asked, as four kinds a caller acts on differently.
//! Errors of opening a particular backend (a locked directory, a refused login) belong to that backend.

use crate::{Epoch, PartitionId};

/// A refused or failed operation. Cheap to clone: one failed sync answers every commit that waited for it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StoreError {
    /// The commit came under an epoch that is not the partition's latest: another owner took over. Stop owning it.
    #[error("partition {partition} is at epoch {current}, the commit came under epoch {given}")]
    Fenced {
        /// The partition.
        partition: PartitionId,
        /// The epoch of the refused batch.
        given: Epoch,
        /// The partition's latest epoch; 0 if it was never opened.
        current: Epoch,
    },
    /// Nothing was changed and a later attempt may succeed: too much is queued, the disk is full, or the store is closing.
    #[error("the store is unavailable: {reason}")]
    Unavailable {
        /// What is in the way, and for an operator what to do about it.
        reason: String,
    },
    /// Stored bytes are not what was written.
    #[error("{what} in {place}")]
    Corrupt {
        /// What is wrong with the bytes.
        what: String,
        /// The file or row, with offset if there is one.
        place: String,
    },
    /// The store can no longer promise durability. Whether the batch survives is unknown until the store is opened again:
    /// stop acknowledging.
    #[error("{message}")]
    Failed {
        /// Names the file or server, what it answered, and what to do.
        message: String,
    },
}

impl StoreError {
    /// An [`Unavailable`](StoreError::Unavailable).
    pub fn unavailable(reason: impl Into<String>) -> StoreError {
        StoreError::Unavailable { reason: reason.into() }
    }

    /// A [`Failed`](StoreError::Failed).
    pub fn failed(message: impl Into<String>) -> StoreError {
        StoreError::Failed { message: message.into() }
    }
}
