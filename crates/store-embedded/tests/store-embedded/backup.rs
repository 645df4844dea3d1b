//! Backups of a store in use, what is found when one is damaged, and the way out of a damaged log.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use stepwell_store_embedded::{Embedded, Inspection, OpenError, Options, cut_log, restore, verify_backup};
use store::{Batch, Epoch, PartitionId, Range, Store, Table, Write};

const PARTITION: PartitionId = PartitionId(1);
const TABLE: Table = Table(1);

/// Rows move to the engine all the time.
const BUSY: Options = Options {
    generation_bytes: 20_000,
    pending_soft_bytes: 40_000,
    pending_hard_bytes: 80_000,
    cache_bytes: 0,
    segment_bytes: 16_384,
};

/// Raises all of some rows at once to a number.
async fn raise(store: &Embedded, epoch: Epoch, number: u64) {
    let mut writes: Vec<Write> =
        (0..20_u64).map(|row| Write::put(TABLE, row.to_be_bytes().to_vec(), number.to_be_bytes().to_vec())).collect();
    // Something that comes, and something that goes.
    writes.push(Write::put(TABLE, format!("at {number}"), vec![7; 300]));
    writes.push(Write::delete(TABLE, format!("at {}", number.wrapping_sub(50))));
    store.commit(Batch { partition: PARTITION, epoch, writes }).await.expect("the owner's batch commits");
}

async fn rows(store: &impl Store) -> Vec<(store::Bytes, store::Bytes)> {
    store.scan(PARTITION, Range::all(TABLE)).await.expect("a range can be read")
}

fn back_up(store: &Embedded, path: &Path) -> stepwell_store_embedded::BackupSummary {
    let mut file = fs::File::create(path).expect("it can be made");
    store.back_up(1_700_000_000_000, &mut file).expect("it can be read")
}

/// Everything in a backup is of one moment, however much is committed meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_is_of_one_moment() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let data = directory.path().join("data");
    let store = Arc::new(Embedded::open(&data, BUSY).expect("it opens"));
    let epoch = store.open_partition(PARTITION).await.expect("a partition opens");
    raise(&store, epoch, 0).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let (writing, ends) = (store.clone(), is_over.clone());
    let writer = tokio::spawn(async move {
        let mut number = 1;
        while !ends.load(Ordering::Relaxed) {
            raise(&writing, epoch, number).await;
            number += 1;
        }
        number - 1
    });
    let mut last = 0;
    for round in 0..15 {
        let path = directory.path().join(format!("backup {round}"));
        let made = back_up(&store, &path);
        assert_eq!(verify_backup(&path).expect("it is whole"), made);
        let restored = directory.path().join(format!("restored {round}"));
        assert_eq!(restore(&path, &restored, &BUSY).expect("it can be restored"), made);
        let restored = Embedded::open(&restored, BUSY).expect("it opens");
        let found = rows(&restored).await;
        let number = u64::from_be_bytes(found[0].1[..].try_into().expect("eight bytes"));
        assert!(found[..20].iter().all(|(_, value)| value[..] == number.to_be_bytes()), "of more than one moment");
        let kept = (number.saturating_sub(49)..=number).count();
        assert_eq!(found.len(), 20 + kept, "at {number}");
        assert!(number >= last);
        last = number;
        assert!(restored.open_partition(PARTITION).await.expect("it opens") > epoch, "owners of before are fenced");
    }
    is_over.store(true, Ordering::Relaxed);
    assert!(writer.await.expect("it wrote to the end") > last);
}

#[tokio::test]
async fn a_damaged_backup_is_refused_and_nothing_is_overwritten() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let data = directory.path().join("data");
    let store = Embedded::open(&data, BUSY).expect("it opens");
    let epoch = store.open_partition(PARTITION).await.expect("a partition opens");
    raise(&store, epoch, 1).await;
    let path = directory.path().join("backup");
    back_up(&store, &path);
    let intact = fs::read(&path).expect("it can be read");
    let target = directory.path().join("target");
    let refused = |bytes: &[u8]| {
        fs::write(&path, bytes).expect("it can be written");
        assert!(verify_backup(&path).is_err());
        assert!(restore(&path, &target, &BUSY).is_err());
        assert!(!target.exists(), "half of a directory was made");
    };
    for damaged in 0..intact.len() {
        let mut bytes = intact.clone();
        bytes[damaged] ^= 0x20;
        // Zeros that fill a frame up mean nothing.
        let is_filling = intact[damaged] == 0 && {
            fs::write(&path, &bytes).expect("it can be written");
            verify_backup(&path).is_ok()
        };
        if !is_filling {
            refused(&bytes);
        }
    }
    for length in (0..intact.len()).step_by(7) {
        refused(&intact[..length]);
    }
    refused(&[&intact[..], &[0; 16]].concat());
    fs::write(&path, &intact).expect("it can be written");
    let taken = restore(&path, &data, &BUSY).expect_err("there is data already");
    assert!(matches!(taken, OpenError::NotEmpty { .. }), "{taken}");
    fs::create_dir(&target).expect("it can be made");
    restore(&path, &target, &BUSY).expect("an empty directory is as good as none");
}

fn segments(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory.join("log")).expect("the log can be listed");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

/// A damaged log is told with its place, looked at without being changed, and cut only when that is asked for.
#[tokio::test]
async fn a_damaged_log_can_be_cut() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let options = Options { segment_bytes: 4096, ..Options::default() };
    let store = Embedded::open(directory.path(), options).expect("it opens");
    let epoch = store.open_partition(PARTITION).await.expect("a partition opens");
    let mut random = fastrand::Rng::with_seed(1);
    for number in 0..12_u8 {
        // Nothing that could be compressed.
        let value: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(1000).collect();
        let writes = vec![Write::put(TABLE, vec![number], value)];
        store.commit(Batch { partition: PARTITION, epoch, writes }).await.expect("the owner's batch commits");
    }
    drop(store);
    assert_eq!(cut_log(directory.path(), &options).expect("it can be read"), None);
    let hurt = segments(directory.path())[1].clone();
    let mut bytes = fs::read(&hurt).expect("it can be read");
    bytes[1500] ^= 1;
    fs::write(&hurt, &bytes).expect("it can be written");
    let files = segments(directory.path());
    let refusal = Embedded::open(directory.path(), options).err().expect("it does not open").to_string();
    assert!(refusal.contains(&hurt.display().to_string()) && refusal.contains(" at offset "), "{refusal}");
    let looked = Inspection::open(directory.path(), &options).expect("it can be looked at");
    assert_eq!(looked.log_damage().len(), 1, "{:?}", looked.log_damage());
    let readable = rows(&looked).await.len();
    drop(looked);
    assert_eq!(segments(directory.path()), files, "looking changes nothing");

    let cut = cut_log(directory.path(), &options).expect("it can be cut").expect("it was damaged");
    assert!(refusal.starts_with(&cut.damage), "{}", cut.damage);
    assert_eq!(fs::read(cut.put_aside.join(hurt.file_name().expect("a name"))).expect("it is kept"), bytes);
    let store = Embedded::open(directory.path(), options).expect("it opens again");
    let found = rows(&store).await;
    assert_eq!(found.len(), readable);
    assert!(
        found.len() >= 3 && found.iter().zip(0..).all(|((key, _), number)| key[..] == [number]),
        "a prefix is kept"
    );
    let epoch = store.open_partition(PARTITION).await.expect("a partition opens");
    let writes = vec![Write::put(TABLE, "later", "")];
    store.commit(Batch { partition: PARTITION, epoch, writes }).await.expect("it works");
    drop(store);
    let store = Embedded::open(directory.path(), options).expect("it opens again");
    assert_eq!(rows(&store).await.len(), readable + 1);
}

/// A flipped bit in a table is found by reading all of it.
#[tokio::test]
async fn a_damaged_table_is_found() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = Embedded::open(directory.path(), BUSY).expect("it opens");
    let epoch = store.open_partition(PARTITION).await.expect("a partition opens");
    // Many blocks that nothing compresses, so that the damaged one is not needed to open.
    let mut random = fastrand::Rng::with_seed(1);
    let mut put = |number: u16| {
        let value: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(500).collect();
        Write::put(TABLE, number.to_be_bytes().to_vec(), value)
    };
    let writes = (0..200).map(&mut put).collect();
    store.commit(Batch { partition: PARTITION, epoch, writes }).await.expect("the owner's batch commits");
    store.close().await.expect("it closes");
    drop(store);
    let looked = Inspection::open(directory.path(), &BUSY).expect("it can be looked at");
    let (count, error) = looked.read_all();
    assert!(count > 50 && error.is_none(), "{count} {error:?}");
    drop(looked);
    let mut tables = Vec::new();
    walk(&directory.path().join("rows"), &mut tables);
    let (path, mut bytes) = tables.into_iter().max_by_key(|(_, bytes)| bytes.len()).expect("there are tables");
    bytes[50_000] ^= 1;
    fs::write(&path, &bytes).expect("it can be written");
    let looked = Inspection::open(directory.path(), &BUSY).expect("it can be looked at");
    let (_, error) = looked.read_all();
    assert!(error.is_some(), "{}", path.display());
}

fn walk(directory: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(directory).expect("it can be listed") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.components().any(|part| part.as_os_str() == "tables") {
            let bytes = fs::read(&path).expect("it can be read");
            files.push((path, bytes));
        }
    }
}
