//! Ownership: who may commit.

use super::{Owner, is_fenced, put};
use crate::{Batch, Epoch, PartitionId, Store};

pub(super) async fn first_opening_gives_one_and_each_next_is_higher(store: &dyn Store) {
    let first = Owner::open(store, 1).await.epoch;
    let second = Owner::open(store, 1).await.epoch;
    assert_eq!(first, Epoch(1));
    assert!(second > first, "{second} after {first}");
}

pub(super) async fn other_epochs_are_fenced_and_change_nothing(store: &dyn Store) {
    let former = Owner::open(store, 2).await;
    former.commit(vec![put("row", "former")]).await;
    let owner = Owner::open(store, 2).await;
    assert_eq!(owner.get(b"row").await.as_deref(), Some(&b"former"[..]), "what the former owner committed is there");

    let refused = store.commit(former.batch(vec![put("row", "stale"), put("other", "stale")])).await;
    assert!(is_fenced(&refused), "{refused:?}");
    let future = Batch { epoch: Epoch(owner.epoch.0 + 1), ..owner.batch(vec![put("row", "future")]) };
    let refused = store.commit(future).await;
    assert!(is_fenced(&refused), "an epoch never given out: {refused:?}");
    let never_opened =
        Batch { partition: PartitionId(3), epoch: Epoch(0), writes: vec![put("row", "of a partition nobody opened")] };
    let refused = store.commit(never_opened).await;
    assert!(is_fenced(&refused), "{refused:?}");

    assert_eq!(owner.get(b"row").await.as_deref(), Some(&b"former"[..]));
    assert_eq!(owner.get(b"other").await, None);
    owner.commit(vec![put("row", "owner")]).await;
    assert_eq!(owner.get(b"row").await.as_deref(), Some(&b"owner"[..]));
}

pub(super) async fn partitions_are_fenced_apart(store: &dyn Store) {
    let low = Owner::open(store, 4).await;
    let high = Owner::open(store, u32::MAX).await;
    Owner::open(store, 4).await;
    assert!(is_fenced(&store.commit(low.batch(vec![put("row", "stale")])).await));
    high.commit(vec![put("row", "fine")]).await;
}
