//! Tests of a disk that fails under log and engine: what is answered, what is kept, what may go on.

use std::io::ErrorKind;
use std::path::Path;

use store::{Batch, Epoch, PartitionId, Range, Store, StoreError, Table, Write};

use crate::faults::{self, Fault, Operation, Survivors};
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
        "{} could not be synced: no storage space; the disk is full: free space and restart (stepwell explain SW002)",
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
    assert!(
        reason.starts_with("the disk is full: ") && reason.ends_with("; free space (stepwell explain SW001)"),
        "{reason}"
    );

    let refused = commit(&store, epoch, "builds on it").await;
    assert!(matches!(refused, Err(StoreError::Unavailable { .. })), "{refused:?}");
    let epoch = store.open_partition(PARTITION).await.expect("there is room again");
    commit(&store, epoch, "later").await.expect("a new beginning");
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
    loop {
        if let Ok(epoch) = store.open_partition(PARTITION).await
            && commit(&store, epoch, "later").await.is_ok()
        {
            break;
        }
        tokio::task::yield_now().await;
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

#[tokio::test]
async fn a_log_that_vanished_acknowledges_nothing() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = open(directory.path());
    let epoch = store.open_partition(PARTITION).await.expect("a partition opens");
    commit(&store, epoch, "before").await.expect("the owner's batch commits");
    let (log, moved) = (directory.path().join("log"), directory.path().join("moved"));
    std::fs::rename(&log, &moved).expect("it can be moved");
    for _ in 0..2 {
        let Err(StoreError::Failed { message }) = commit(&store, epoch, "nowhere").await else {
            panic!("it was acknowledged")
        };
        assert!(
            message.contains("is not there any more") && message.ends_with("(stepwell explain SW011)"),
            "{message}"
        );
    }
    drop(store);
    std::fs::rename(&moved, &log).expect("it can be moved back");
    let store = open(directory.path());
    assert!(keys(&store).await.contains(&"before".to_owned()));
}

/// Segments of a few groups each, so that all that a log does is in a few commits.
const SHORT_SEGMENTS: Options = Options { segment_bytes: 4096, ..TINY };
const COMMITS: u8 = 5;

/// What a caller was told: the epoch it got, and which of its commits are durable.
#[derive(Debug, Default)]
struct Told {
    epoch: u64,
    durable: Vec<u8>,
}

/// Opens, commits and closes, whatever goes wrong.
async fn work(directory: &Path, closes: bool) -> Told {
    let mut told = Told::default();
    let Ok(store) = Embedded::open(directory, SHORT_SEGMENTS) else { return told };
    let Ok(epoch) = store.open_partition(PARTITION).await else { return told };
    told.epoch = epoch.0;
    for number in 0..COMMITS {
        // Both rows or none.
        let row = |half: &str| Write::put(TABLE, format!("{number}/{half}"), vec![number; 700]);
        let batch = Batch { partition: PARTITION, epoch, writes: vec![row("a"), row("b")] };
        if store.commit(batch).await.is_ok() {
            told.durable.push(number);
        }
    }
    if closes {
        // It may not end well; the directory must be in order all the same.
        let _ = store.close().await;
    }
    told
}

/// Opens it again: nothing that was acknowledged is lost, nothing that was not is half there, and it works.
async fn check(directory: &Path, told: &Told, case: &str) {
    let store = Embedded::open(directory, SHORT_SEGMENTS).unwrap_or_else(|error| panic!("{case}: {error}"));
    let found = keys(&store).await;
    for number in 0..COMMITS {
        let halves = found.iter().filter(|key| key.starts_with(&format!("{number}/"))).count();
        assert!(halves == 0 || halves == 2, "{case}: half of {number} is there");
        assert!(halves == 2 || !told.durable.contains(&number), "{case}: {number} was acknowledged and is lost");
    }
    let epoch = store.open_partition(PARTITION).await.unwrap_or_else(|error| panic!("{case}: {error}"));
    assert!(epoch.0 > told.epoch, "{case}: epoch {epoch} was given before");
    commit(&store, epoch, "later").await.unwrap_or_else(|error| panic!("{case}: {error}"));
    drop(store);
    let store = Embedded::open(directory, SHORT_SEGMENTS).unwrap_or_else(|error| panic!("{case}: {error}"));
    assert_eq!(keys(&store).await.len(), found.len() + 1, "{case}");
}

/// A directory on a file system that syncs at once, if there is one: what a disk keeps is the test's own business.
fn quick_directory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a temporary directory")
}

/// Lets the first, second, third... operation of the log fail, until there is none left to fail.
async fn exhaust(fault: Fault, closes: bool, after: Option<Survivors>) -> u64 {
    for nth in 1.. {
        let directory = quick_directory();
        let log = directory.path().join("log");
        faults::plan_nth(&log, nth, fault);
        let told = work(directory.path(), closes).await;
        let operations = faults::heal(&log);
        if let Some(survivors) = after {
            faults::cut_power(&log, survivors);
        }
        check(directory.path(), &told, &format!("{fault:?} at operation {nth}, {after:?} after it")).await;
        if operations < nth {
            assert_eq!(told.durable.len(), usize::from(COMMITS), "without a fault everything is acknowledged");
            return operations;
        }
    }
    unreachable!("operations end")
}

#[tokio::test]
async fn no_failing_operation_loses_what_was_acknowledged() {
    let mut least = u64::MAX;
    for (fault, after) in [
        (Fault::Error(ErrorKind::StorageFull), None),
        (Fault::Error(ErrorKind::Other), Some(Survivors::None)),
        (Fault::Short(ErrorKind::StorageFull), Some(Survivors::All)),
    ] {
        least = least.min(exhaust(fault, true, after).await);
    }
    assert!(least > 20, "only {least} operations were tried");
}

#[tokio::test]
async fn no_power_cut_loses_what_was_acknowledged() {
    for survivors in [Survivors::None, Survivors::Earlier, Survivors::Last, Survivors::All] {
        exhaust(Fault::PowerCut, false, Some(survivors)).await;
    }
}

/// A bit that flips on its way to the disk is found, or was in the last group, which looks like one that a crash tore.
#[tokio::test]
async fn a_flipped_bit_is_never_taken_for_data() {
    let (mut refused, mut harmless) = (0, 0);
    for nth in 1.. {
        let directory = quick_directory();
        let log = directory.path().join("log");
        faults::plan_nth(&log, nth, Fault::BitFlip);
        let roomy = Options { segment_bytes: 4096, ..Options::default() };
        let store = Embedded::open(directory.path(), roomy).expect("it opens");
        let epoch = store.open_partition(PARTITION).await.expect("a partition opens");
        for key in ["0", "1", "2", "3", "4", "5"] {
            let writes = vec![Write::put(TABLE, key, key.repeat(1200))];
            store.commit(Batch { partition: PARTITION, epoch, writes }).await.expect("nobody has noticed yet");
        }
        drop(store);
        let operations = faults::heal(&log);
        match Embedded::open(directory.path(), roomy) {
            Ok(store) => {
                harmless += 1;
                let rows = store.scan(PARTITION, Range::all(TABLE)).await.expect("it reads");
                assert!(rows.len() >= 5, "{nth}: more than the last group is gone");
                assert!(
                    rows.iter().all(|(key, value)| value.iter().all(|byte| *byte == key[0])),
                    "{nth}: it was taken"
                );
            }
            Err(error) => {
                refused += 1;
                let message = error.to_string();
                assert!(
                    message.contains(".log at offset ") && message.ends_with("(stepwell explain SW004)"),
                    "{message}"
                );
            }
        }
        if operations < nth {
            break;
        }
    }
    assert!(refused >= 6 && harmless > 0, "{refused} refused, {harmless} harmless");
}
