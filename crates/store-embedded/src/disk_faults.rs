//! Tests of a disk that fails under log and engine: what is answered, what is kept, what may go on.

use std::io::ErrorKind;
use std::path::Path;

use store::{Batch, Epoch, PartitionId, Range, Store, StoreError, Table, Write};

use crate::faults::{self, Operation};
use crate::{Embedded, Options};

const PARTITION: PartitionId = PartitionId(1);
const TABLE: Table = Table(1);

fn open(directory: &Path) -> Embedded {
    Embedded::open(directory, Options::default()).expect("it opens")
}

async fn commit(store: &Embedded, epoch: Epoch, key: &'static str) -> Result<(), StoreError> {
    store.commit(Batch { partition: PARTITION, epoch, writes: vec![Write::put(TABLE, key, "")] }).await
}

async fn keys(store: &Embedded) -> Vec<String> {
    let rows = store.scan(PARTITION, Range::all(TABLE)).await.expect("a range can be read");
    rows.into_iter().map(|(key, _)| String::from_utf8_lossy(&key).into_owned()).collect()
}

#[tokio::test]
async fn after_a_failed_sync_nothing_is_acknowledged_until_a_restart() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = open(directory.path());
    let epoch = store.open_partition(PARTITION).await.expect("a partition opens");
    commit(&store, epoch, "before").await.expect("the owner's batch commits");

    let log = directory.path().join("log");
    faults::plan(&log, Operation::Sync, ErrorKind::StorageFull, 1);
    let segment = log.join(format!("{:020}.log", 1));
    let expected = StoreError::failed(format!(
        "{} could not be synced: no storage space; the disk is full: free space and restart",
        segment.display()
    ));
    for key in ["unsynced", "later"] {
        assert_eq!(commit(&store, epoch, key).await, Err(expected.clone()));
    }
    assert_eq!(store.open_partition(PARTITION).await, Err(expected));
    assert_eq!(keys(&store).await, ["before"], "reads go on, and see what is durable");
    store.close().await.expect("a store closes");

    let store = open(directory.path());
    assert!(keys(&store).await.contains(&"before".to_owned()));
    let epoch = store.open_partition(PARTITION).await.expect("a partition opens");
    commit(&store, epoch, "after").await.expect("a restart makes it whole");
}

#[tokio::test]
async fn a_full_disk_refuses_commits_until_there_is_room() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = open(directory.path());
    let epoch = store.open_partition(PARTITION).await.expect("a partition opens");
    faults::plan(&directory.path().join("log"), Operation::Write, ErrorKind::StorageFull, 2);
    let refused = store.open_partition(PARTITION).await;
    assert!(matches!(refused, Err(StoreError::Unavailable { .. })), "{refused:?}");
    let refused = commit(&store, epoch, "refused").await;
    let Err(StoreError::Unavailable { reason }) = refused else { panic!("{refused:?}") };
    assert!(reason.starts_with("the disk is full: ") && reason.ends_with("; free space"), "{reason}");

    commit(&store, epoch, "later").await.expect("the epoch was not raised, and there is room again");
    assert_eq!(keys(&store).await, ["later"]);
    drop(store);
    assert_eq!(keys(&open(directory.path())).await, ["later"]);
}

#[tokio::test]
async fn a_write_that_fails_for_another_reason_is_final() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = open(directory.path());
    let epoch = store.open_partition(PARTITION).await.expect("a partition opens");
    faults::plan(&directory.path().join("log"), Operation::Write, ErrorKind::Other, 1);
    for key in ["failed", "later"] {
        let failed = commit(&store, epoch, key).await;
        assert!(matches!(failed, Err(StoreError::Failed { .. })), "{failed:?}");
    }
}

/// Rows move to the engine as soon as there are a few.
const TINY: Options = Options {
    generation_bytes: 500,
    pending_soft_bytes: 1000,
    pending_hard_bytes: 2000,
    cache_bytes: 0,
    segment_bytes: 4096,
};

/// Commits until it does not succeed; returns how many rows there are, and why.
async fn commit_until_refused(store: &Embedded, epoch: Epoch) -> (usize, StoreError) {
    for row in 0..10_000_usize {
        let writes = vec![Write::put(TABLE, row.to_be_bytes().to_vec(), vec![0; 100])];
        if let Err(error) = store.commit(Batch { partition: PARTITION, epoch, writes }).await {
            return (row, error);
        }
    }
    panic!("memory is bounded");
}

#[tokio::test]
async fn an_engine_without_room_stops_commits_at_the_bound_and_recovers() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = Embedded::open(directory.path(), TINY).expect("it opens");
    let epoch = store.open_partition(PARTITION).await.expect("a partition opens");
    let rows = directory.path().join("rows");
    faults::plan(&rows, Operation::Feed, ErrorKind::StorageFull, u32::MAX);
    let (committed, error) = commit_until_refused(&store, epoch).await;
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    assert_eq!(keys(&store).await.len(), committed, "what was acknowledged, and nothing else, is there");

    faults::plan(&rows, Operation::Feed, ErrorKind::StorageFull, 0);
    let mut later = commit(&store, epoch, "later").await;
    while later.is_err() {
        tokio::task::yield_now().await;
        later = commit(&store, epoch, "later").await;
    }
    assert_eq!(keys(&store).await.len(), committed + 1);
    store.close().await.expect("a store closes");
    assert_eq!(keys(&open(directory.path())).await.len(), committed + 1);
}

#[tokio::test]
async fn a_broken_engine_stops_commits_and_loses_nothing() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = Embedded::open(directory.path(), TINY).expect("it opens");
    let epoch = store.open_partition(PARTITION).await.expect("a partition opens");
    faults::plan(&directory.path().join("rows"), Operation::Feed, ErrorKind::Other, 1);
    let (committed, error) = commit_until_refused(&store, epoch).await;
    assert!(matches!(error, StoreError::Failed { .. }), "{error}");
    assert_eq!(keys(&store).await.len(), committed);
    store.close().await.expect("what was acknowledged is in the log");
    assert_eq!(keys(&open(directory.path())).await.len(), committed);
}
