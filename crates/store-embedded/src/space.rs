//! A test that removed rows give their disk space back, while commits go on.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use store::{Batch, PartitionId, Range, Store, Table, Write};

use crate::{Embedded, Options};

const PARTITION: PartitionId = PartitionId(1);
const TABLE: Table = Table(1);

fn bytes_in(directory: &Path) -> u64 {
    let entries = fs::read_dir(directory).map(|entries| entries.flatten().collect::<Vec<_>>()).unwrap_or_default();
    let bytes = |entry: fs::DirEntry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => bytes_in(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    };
    entries.into_iter().map(bytes).sum()
}

/// Fills a store with four megabytes that nothing compresses and removes them, a little of it at a time; goes on writing small rows without a
/// pause until most of their space is back.
async fn until_space_is_back(options: Options, reopens: bool) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mut store = Embedded::open(directory.path(), options).expect("it opens");
    let mut epoch = store.open_partition(PARTITION).await.expect("a partition opens");
    let mut random = fastrand::Rng::with_seed(1);
    for batch in 0..40_u32 {
        let rows = (0..100).map(|row| {
            let value: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(1000).collect();
            Write::put(TABLE, (batch * 100 + row).to_be_bytes().to_vec(), value)
        });
        let writes = rows.collect();
        store.commit(Batch { partition: PARTITION, epoch, writes }).await.expect("the owner commits");
    }
    if reopens {
        store.close().await.expect("a store closes");
        drop(store);
        store = Embedded::open(directory.path(), options).expect("it opens again");
        epoch = store.open_partition(PARTITION).await.expect("a partition opens");
    }
    let tables = directory.path().join("rows").join("keyspaces");
    let full = bytes_in(&tables);
    assert!(full > 2_000_000, "{full}");
    for batch in 0..40_u32 {
        let rows = (0..100).map(|row| Write::delete(TABLE, (batch * 100 + row).to_be_bytes().to_vec()));
        let writes = rows.collect();
        store.commit(Batch { partition: PARTITION, epoch, writes }).await.expect("the owner commits");
    }
    // A little goes on being written, as on any server.
    let deadline = Instant::now() + Duration::from_secs(30);
    while bytes_in(&tables) > full / 4 {
        assert!(Instant::now() < deadline, "{} of {full} bytes are still taken", bytes_in(&tables));
        let value: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(2000).collect();
        let writes = vec![Write::put(TABLE, "beat", value)];
        store.commit(Batch { partition: PARTITION, epoch, writes }).await.expect("the owner commits");
    }
    let rows = store.scan(PARTITION, Range::all(TABLE)).await.expect("it reads");
    assert!(rows.len() <= 1, "{}", rows.len());
    store.close().await.expect("a store closes");
}

#[tokio::test]
async fn removed_rows_give_their_space_back() {
    until_space_is_back(Options { generation_bytes: 100_000, ..Options::default() }, false).await;
}

/// Neither is a generation ever full, nor do commits ever pause.
#[tokio::test]
async fn a_trickle_of_commits_gives_space_back_in_time() {
    until_space_is_back(Options::default(), true).await;
}
