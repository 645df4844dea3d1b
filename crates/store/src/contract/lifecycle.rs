//! Closing and opening again: what is kept, what is refused.

use std::sync::Arc;

use super::{Owner, TABLE, delete, is_fenced, put};
use crate::{PartitionId, Range, Store, StoreError, Write};

pub(super) async fn a_closed_store_refuses(store: Arc<dyn Store>) {
    let owner = Owner::open(&*store, 40).await;
    store.close().await.expect("a store closes");
    store.close().await.expect("closing again is no error");
    let refused = [
        store.commit(owner.batch(vec![put("row", "late")])).await.expect_err("closed"),
        store.get(owner.partition, TABLE, b"row").await.expect_err("closed"),
        store.scan(owner.partition, Range::all(TABLE)).await.expect_err("closed"),
        store.open_partition(owner.partition).await.expect_err("closed"),
    ];
    assert!(refused.iter().all(|error| matches!(error, StoreError::Unavailable { .. })), "{refused:?}");
}

pub(super) async fn reopening_keeps_everything(open: &impl AsyncFn() -> Arc<dyn Store>) {
    let large = vec![7_u8; 300_000];
    for round in 0..3 {
        let store = open().await;
        let owner = Owner::open(&*store, 41).await;
        let rows = owner.keys(Range::all(TABLE)).await;
        assert_eq!(rows, (0..round * 100).map(|row| format!("{row:04}")).collect::<Vec<_>>());
        if round > 0 {
            assert_eq!(owner.get(b"0000").await.as_deref(), Some(&large[..]));
            assert_eq!(owner.get(b"0001").await.as_deref(), Some(round.to_string().as_bytes()), "the latest value");
        }
        for row in round * 100..(round + 1) * 100 {
            owner.commit(vec![put(&format!("{row:04}"), "first")]).await;
        }
        let writes = vec![Write::put(TABLE, "0000", large.clone()), put("0001", &(round + 1).to_string())];
        owner.commit(writes).await;
        store.close().await.expect("a store closes");
    }
}

pub(super) async fn deleted_rows_stay_deleted(open: &impl AsyncFn() -> Arc<dyn Store>) {
    let store = open().await;
    let owner = Owner::open(&*store, 42).await;
    owner.commit(vec![put("a", "1"), put("b", "1"), put("c", "1")]).await;
    owner.commit(vec![delete("a")]).await;
    store.close().await.expect("a store closes");

    let store = open().await;
    let owner = Owner::open(&*store, 42).await;
    assert_eq!(owner.keys(Range::all(TABLE)).await, ["b", "c"]);
    owner.commit(vec![delete("c")]).await;
    assert_eq!(owner.keys(Range::all(TABLE)).await, ["b"], "hidden, though the row was stored before");
    assert_eq!(owner.keys(Range::all(TABLE).reversed().limit(1)).await, ["b"], "the limit counts rows that exist");
    assert_eq!(owner.get(b"c").await, None);
    store.close().await.expect("a store closes");

    let store = open().await;
    assert_eq!(Owner::open(&*store, 42).await.keys(Range::all(TABLE)).await, ["b"]);
    store.close().await.expect("a store closes");
}

pub(super) async fn epochs_outlive_the_process(open: &impl AsyncFn() -> Arc<dyn Store>) {
    let store = open().await;
    let before = store.open_partition(PartitionId(43)).await.expect("a partition opens");
    store.close().await.expect("a store closes");

    let store = open().await;
    let owner = Owner::open(&*store, 43).await;
    assert!(owner.epoch > before, "{} after {before}", owner.epoch);
    let former = crate::Batch { epoch: before, ..owner.batch(vec![put("row", "stale")]) };
    assert!(is_fenced(&store.commit(former).await));
    store.close().await.expect("a store closes");
}

pub(super) async fn close_finishes_what_is_queued(open: &impl AsyncFn() -> Arc<dyn Store>) {
    let store = open().await;
    let owner = Owner::open(&*store, 44).await;
    let pending =
        (0..200).map(|row| store.commit(owner.batch(vec![put(&format!("{row:03}"), "")]))).collect::<Vec<_>>();
    store.close().await.expect("a store closes");
    for commit in pending {
        commit.await.expect("what was queued before closing is committed");
    }
    let store = open().await;
    assert_eq!(Owner::open(&*store, 44).await.scan(Range::all(TABLE)).await.len(), 200);
    store.close().await.expect("a store closes");
}
