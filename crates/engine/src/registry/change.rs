//! How a change is made: one at a time, durable before it is visible in memory, and finished even when whoever asked has gone.

use super::revision::RevisionNumber;
use super::tables::CONTROL;
use super::{Names, Registry};
use api::{Code, Exception};
use std::sync::atomic::Ordering;
use store::{Batch, Epoch, StoreError, Write};
use tokio::sync::OwnedMutexGuard;

/// What only the one who changes something may touch.
pub(super) struct Changer {
    epoch: Epoch,
    last_revision: RevisionNumber,
}

/// The right to change something: read, check, [`commit`](Change::commit).
pub(super) struct Change {
    registry: Registry,
    changer: OwnedMutexGuard<Changer>,
}

impl Changer {
    pub(super) fn new(epoch: Epoch, last_revision: RevisionNumber) -> Changer {
        Changer { epoch, last_revision }
    }
}

impl Registry {
    /// Waits for the changes before this one. What is read afterwards stays true until the commit.
    pub(super) async fn change(&self) -> Change {
        Change { changer: self.0.changer.clone().lock_owned().await, registry: self.clone() }
    }
}

impl Change {
    /// A number no revision has had. A commit that fails wastes it.
    pub(super) fn next_revision(&mut self) -> RevisionNumber {
        self.changer.last_revision.0 += 1;
        self.changer.last_revision
    }

    /// Makes `writes` durable, then lets `apply` change what is in memory.
    ///
    /// Both happen in a task of their own: a caller that is dropped meanwhile, as when its client hangs up, must not leave memory behind
    /// the store.
    pub(super) async fn commit(
        mut self,
        writes: Vec<Write>,
        apply: impl FnOnce(&mut Names) + Send + 'static,
    ) -> Result<(), Exception> {
        let batch = Batch { partition: CONTROL, epoch: self.changer.epoch, writes };
        let done = self.registry.0.store.commit(batch);
        let committed = tokio::spawn(async move {
            let outcome = done.await;
            if outcome.is_ok() {
                let mut names = self.registry.0.names.write().expect("nothing panics while holding the lock");
                apply(&mut names);
                self.registry.0.generation.fetch_add(1, Ordering::Release);
            } else if let Err(StoreError::Unavailable { .. }) = outcome
                && let Ok(epoch) = self.registry.0.store.open_partition(CONTROL).await
            {
                // After a refusal the store takes nothing more under the old epoch.
                self.changer.epoch = epoch;
            }
            drop(self.changer);
            outcome
        });
        match committed.await {
            Ok(outcome) => outcome.map_err(|error| exception(&error)),
            Err(_) => Err(Exception::new(Code::ServiceUnavailable, "The server is shutting down")),
        }
    }
}

/// What the API answers when the store does not do as asked. The store's own words go to the log.
pub(super) fn exception(error: &StoreError) -> Exception {
    match error {
        StoreError::Unavailable { reason } => {
            Exception::service_unavailable(format!("The store is unavailable: {reason}"))
        }
        StoreError::Fenced { .. } | StoreError::Corrupt { .. } | StoreError::Failed { .. } => {
            tracing::error!(%error, "the registry could not use its store");
            Exception::internal_failure()
        }
    }
}
