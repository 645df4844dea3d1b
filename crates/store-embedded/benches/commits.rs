//! Commits per second at group sizes of 1, 16 and 128 batches in flight, beside a bare file that is appended to and
//! synced once per group, with the same bytes: what the disk allows. A batch is one state transition: a blob of 1 KiB,
//! three events of 300 bytes, an index row.
//!
//! `sustained` commits so much that feeding the engine counts.

use std::fs::File;
use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use divan::Bencher;
use divan::counter::ItemsCount;
use stepwell_store_embedded::{Embedded, Options};
use store::{Batch, Bytes, Epoch, PartitionId, Store, Table, Write};

const PARTITION: PartitionId = PartitionId(1);
const GROUPS: [usize; 3] = [1, 16, 128];
const EXECUTIONS: u64 = 20_000;

fn main() {
    divan::main();
}

struct Load {
    next: AtomicU64,
    blob: Bytes,
    event: Bytes,
}

impl Load {
    fn new() -> Load {
        let mut random = fastrand::Rng::with_seed(1);
        let mut bytes = |length: usize| (0..length).map(|_| random.alphanumeric() as u8).collect::<Vec<u8>>().into();
        Load { next: AtomicU64::new(0), blob: bytes(1024), event: bytes(300) }
    }

    fn writes(&self) -> Vec<Write> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let execution = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) % EXECUTIONS;
        let key = |suffix: u64| {
            let mut key = b"executions/".to_vec();
            key.extend_from_slice(&execution.to_be_bytes());
            key.extend_from_slice(&suffix.to_be_bytes());
            key
        };
        let mut writes = vec![Write::put(Table(1), key(0), self.blob.clone())];
        writes.extend((0..3).map(|event| Write::put(Table(2), key(number * 3 + event), self.event.clone())));
        writes.push(Write::put(Table(3), key(0), number.to_be_bytes().to_vec()));
        writes
    }
}

fn batches(epoch: Epoch, load: &Load, group: usize) -> Vec<Batch> {
    (0..group).map(|_| Batch { partition: PARTITION, epoch, writes: load.writes() }).collect()
}

fn commit_group(store: &Embedded, runtime: &tokio::runtime::Runtime, group: Vec<Batch>) {
    let pending = group.into_iter().map(|batch| store.commit(batch)).collect::<Vec<_>>();
    runtime.block_on(async {
        for commit in pending {
            commit.await.expect("the owner's batch commits");
        }
    });
}

fn with_store(run: impl FnOnce(&Embedded, &tokio::runtime::Runtime, Epoch, &Load)) {
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary directory");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let store = Embedded::open(directory.path(), Options::default()).expect("it opens");
    let epoch = runtime.block_on(store.open_partition(PARTITION)).expect("a partition opens");
    run(&store, &runtime, epoch, &Load::new());
    runtime.block_on(store.close()).expect("a store closes");
}

#[divan::bench(args = GROUPS, sample_count = 300, sample_size = 1)]
fn embedded(bencher: Bencher<'_, '_>, group: usize) {
    with_store(|store, runtime, epoch, load| {
        let bencher = bencher.counter(ItemsCount::new(group)).with_inputs(|| batches(epoch, load, group));
        bencher.bench_local_values(|group| commit_group(store, runtime, group));
    });
}

#[divan::bench(args = GROUPS, sample_count = 300, sample_size = 1)]
fn bare_file(bencher: Bencher<'_, '_>, group: usize) {
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary directory");
    let mut file = File::create(directory.path().join("file")).expect("the file can be created");
    let load = Load::new();
    let bencher = bencher.counter(ItemsCount::new(group)).with_inputs(|| batches(Epoch(1), &load, group));
    bencher.bench_local_values(|group| {
        let mut bytes = Vec::new();
        for write in group.iter().flat_map(|batch| &batch.writes) {
            bytes.extend_from_slice(write.key());
            bytes.extend_from_slice(write.value().expect("the load only puts"));
        }
        file.write_all(&bytes).and_then(|()| file.sync_data()).expect("the file can be written");
    });
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn sustained(bencher: Bencher<'_, '_>) {
    const COMMITS: usize = 128 * 1200;
    bencher.counter(ItemsCount::new(COMMITS)).bench_local(|| {
        with_store(|store, runtime, epoch, load| {
            (0..COMMITS / 128).for_each(|_| commit_group(store, runtime, batches(epoch, load, 128)));
        });
    });
}
