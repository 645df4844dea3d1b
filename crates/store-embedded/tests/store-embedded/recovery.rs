//! What a crash leaves is recovered; what only damage can explain refuses to open and names the place.
//!
//! A store dropped without closing leaves its directory as a killed process does: everything is in the log.

use std::fs;
use std::path::{Path, PathBuf};

use stepwell_store_embedded::{Embedded, OpenError, Options};
use store::{Batch, Epoch, PartitionId, Range, Store, Table, Write};
use tempfile::TempDir;

const PARTITION: PartitionId = PartitionId(1);
const TABLE: Table = Table(1);

fn open(directory: &Path) -> Result<Embedded, OpenError> {
    Embedded::open(directory, Options::default())
}

async fn commit(store: &Embedded, epoch: Epoch, key: &str, value: &str) {
    let writes = vec![Write::put(TABLE, key.to_owned(), value.to_owned()), Write::put(TABLE, "last", key.to_owned())];
    store.commit(Batch { partition: PARTITION, epoch, writes }).await.expect("the owner's batch commits");
}

/// A directory whose log has the opening of the partition and one group for each key.
async fn killed_after(keys: &[&str]) -> TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = open(directory.path()).expect("it opens");
    let epoch = store.open_partition(PARTITION).await.expect("a partition opens");
    for key in keys {
        commit(&store, epoch, key, "value").await;
    }
    directory
}

async fn keys(store: &Embedded) -> Vec<String> {
    let rows = store.scan(PARTITION, Range::all(TABLE)).await.expect("a range can be read");
    rows.into_iter().map(|(key, _)| String::from_utf8_lossy(&key).into_owned()).collect()
}

fn segment(directory: &Path) -> PathBuf {
    let entries = fs::read_dir(directory.join("log")).expect("the log can be listed");
    let mut paths = entries.map(|entry| entry.expect("an entry").path()).collect::<Vec<_>>();
    assert_eq!(paths.len(), 1, "{paths:?}");
    paths.remove(0)
}

/// Where each frame of a segment begins, and where the next one would.
fn frames(bytes: &[u8]) -> Vec<usize> {
    let mut offsets = vec![32];
    loop {
        let start = offsets[offsets.len() - 1];
        let length = u32::from_le_bytes(bytes[start..start + 4].try_into().expect("four bytes")) as usize;
        if length == 0 {
            return offsets;
        }
        offsets.push((start + 16 + length).next_multiple_of(16));
    }
}

#[tokio::test]
async fn a_killed_store_has_everything_it_acknowledged() {
    let directory = killed_after(&["a", "b", "c"]).await;
    for round in 0..3 {
        let store = open(directory.path()).expect("it opens");
        assert_eq!(keys(&store).await.len(), 4 + round);
        let epoch = store.open_partition(PARTITION).await.expect("a partition opens");
        assert_eq!(epoch, Epoch(2 + round as u64));
        commit(&store, epoch, &format!("round {round}"), "value").await;
    }
}

#[tokio::test]
async fn a_group_torn_at_any_byte_is_as_if_never_written() {
    let directory = killed_after(&["a", "b"]).await;
    let path = segment(directory.path());
    let intact = fs::read(&path).expect("the segment can be read");
    let offsets = frames(&intact);
    let start = offsets[2];
    let length = u32::from_le_bytes(intact[start..start + 4].try_into().expect("four bytes")) as usize;
    let end = start + 16 + length;
    for torn_at in start..end {
        for filler in [0, 0xff] {
            let mut torn = intact.clone();
            torn[torn_at..end].fill(filler);
            if torn == intact {
                continue;
            }
            fs::write(&path, &torn).expect("the segment can be written");
            let store = open(directory.path()).expect("a torn last group is passed over");
            assert_eq!(keys(&store).await, ["a", "last"], "torn at {torn_at}");
        }
        fs::write(&path, &intact[..torn_at]).expect("the segment can be written");
        let store = open(directory.path()).expect("a short last group is passed over");
        assert_eq!(keys(&store).await, ["a", "last"], "cut at {torn_at}");
    }
    // The next group takes the torn one's place, over what is left of it.
    let mut torn = intact.clone();
    torn[start + 4] ^= 1;
    fs::write(&path, &torn).expect("the segment can be written");
    let store = open(directory.path()).expect("it opens");
    let epoch = store.open_partition(PARTITION).await.expect("a partition opens");
    drop(store);
    let store = open(directory.path()).expect("it opens");
    commit(&store, epoch, "c", "value").await;
    drop(store);
    assert_eq!(keys(&open(directory.path()).expect("it opens")).await, ["a", "c", "last"]);
}

#[tokio::test]
async fn damage_before_an_intact_group_names_its_place() {
    let directory = killed_after(&["a", "b"]).await;
    let path = segment(directory.path());
    let intact = fs::read(&path).expect("the segment can be read");
    let offsets = frames(&intact);
    let length = u32::from_le_bytes(intact[offsets[1]..offsets[1] + 4].try_into().expect("four bytes")) as usize;
    for damaged in offsets[1]..offsets[1] + 16 + length {
        let mut bytes = intact.clone();
        bytes[damaged] ^= 0x10;
        fs::write(&path, &bytes).expect("the segment can be written");
        let error = open(directory.path()).err().expect("it does not open");
        let expected = format!("log group 2 is damaged in {} at offset {}: ", path.display(), offsets[1]);
        assert!(error.to_string().starts_with(&expected), "bit flipped at {damaged}: {error}");
    }
    let mut bytes = intact.clone();
    bytes[9] ^= 1;
    fs::write(&path, &bytes).expect("the segment can be written");
    let error = open(directory.path()).err().expect("it does not open");
    let expected = format!("the log segment's header is damaged in {} at offset 0: ", path.display());
    assert!(error.to_string().starts_with(&expected), "{error}");
    fs::write(&path, &intact).expect("the segment can be written");
    assert_eq!(keys(&open(directory.path()).expect("undamaged, it opens")).await, ["a", "b", "last"]);
}

/// Groups across many segments, none of which the engine has.
#[tokio::test]
async fn a_missing_segment_is_missed() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let options = Options { segment_bytes: 4096, ..Options::default() };
    let store = Embedded::open(directory.path(), options).expect("it opens");
    let epoch = store.open_partition(PARTITION).await.expect("a partition opens");
    let mut random = fastrand::Rng::with_seed(1);
    for row in 0..30 {
        // Nothing that could be compressed.
        let value: String = std::iter::repeat_with(|| random.alphanumeric()).take(1400).collect();
        commit(&store, epoch, &format!("{row:02}"), &value).await;
    }
    drop(store);
    let store = Embedded::open(directory.path(), options).expect("it opens");
    assert_eq!(keys(&store).await.len(), 31);
    drop(store);

    let mut segments = fs::read_dir(directory.path().join("log"))
        .expect("the log can be listed")
        .map(|entry| entry.expect("an entry").path())
        .collect::<Vec<_>>();
    segments.sort();
    assert!(segments.len() > 5, "{segments:?}");
    let hidden = directory.path().join("hidden");
    for missing in [0, 3] {
        fs::rename(&segments[missing], &hidden).expect("the segment can be moved");
        let error = Embedded::open(directory.path(), options).err().expect("it does not open");
        assert!(matches!(error, OpenError::LogDamaged { .. }), "{error}");
        fs::rename(&hidden, &segments[missing]).expect("the segment can be moved");
    }
    let store = Embedded::open(directory.path(), options).expect("complete, it opens");
    assert_eq!(keys(&store).await.len(), 31);
    store.close().await.expect("a store closes");
    let left = fs::read_dir(directory.path().join("log")).expect("the log can be listed").count();
    assert_eq!(left, 0, "a closed store leaves nothing to replay");
}

/// A caller's value that looks like the next group cannot be taken for one.
#[tokio::test]
async fn values_are_not_mistaken_for_groups() {
    let directory = killed_after(&["a"]).await;
    let log = fs::read(segment(directory.path())).expect("the segment can be read");
    let other = killed_after(&[]).await;
    let store = open(other.path()).expect("it opens");
    let epoch = store.open_partition(PARTITION).await.expect("a partition opens");
    // Short enough to stand in the log as it is.
    let value = log[..(*frames(&log).last().expect("there are groups") + 48)].to_vec();
    let writes = vec![Write::put(TABLE, "log", value.clone())];
    store.commit(Batch { partition: PARTITION, epoch, writes }).await.expect("the owner's batch commits");
    drop(store);
    let path = segment(other.path());
    let mut bytes = fs::read(&path).expect("the segment can be read");
    assert!(bytes.windows(value.len()).any(|window| window == value));
    let last = frames(&bytes)[2];
    bytes[last + 4] ^= 1;
    fs::write(&path, &bytes).expect("the segment can be written");
    assert_eq!(keys(&open(other.path()).expect("a torn last group is passed over")).await, [""; 0]);
}
