//! The embedded store beside a bare log in the same run: groups of 1 to 1,024 batches in flight, the same bytes in both. A batch is one
//! state transition: a blob of 1 KiB, three events of 300 bytes, an index row. Rounds of the two alternate, so that a busy disk hits both.

use crate::bare_log::BareLog;
use crate::figures::{Better, Figure, figure};
use crate::latencies::Latencies;
use crate::options::Options;
use std::time::{Duration, Instant};
use store::{Batch, Bytes, Epoch, PartitionId, Store, Table, Write};
use store_embedded::Embedded;

const PARTITION: PartitionId = PartitionId(1);
const GROUPS: [usize; 4] = [1, 16, 128, 1024];
const ROUNDS: usize = 200;
const EXECUTIONS: u64 = 20_000;
const ROWS_PER_BATCH: f64 = 5.0;
/// Batches of the sustained load: so many that feeding the engine counts.
const SUSTAINED: usize = 128 * 1500;

pub(crate) async fn all(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let directory = options.directory("bench-store-")?;
    let store = Embedded::open(&directory.path().join("data"), store_embedded::Options::default())?;
    let epoch = store.open_partition(PARTITION).await?;
    let mut bare = BareLog::create(directory.path())?;
    let mut load = Load::new();
    let mut figures = Vec::new();
    for group in GROUPS {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let batches = load.batches(epoch, group);
            let bytes = concatenated(&batches);
            let begun = Instant::now();
            bare.commit(&bytes)?;
            theirs.push(begun.elapsed());
            let begun = Instant::now();
            commit(&store, batches).await?;
            ours.push(begun.elapsed());
        }
        let (ours_seconds, theirs_seconds) = (total(&ours), total(&theirs));
        let batches = (group * ROUNDS) as f64;
        let ours = Latencies::of(ours);
        let name = |what: &str| format!("groups of {group}: {what}");
        figures.extend([
            figure(name("transitions"), batches / ours_seconds, "/s", Better::More),
            figure(name("rows"), batches * ROWS_PER_BATCH / ours_seconds, "/s", Better::More),
            figure(name("share of the bare log's bytes/s"), theirs_seconds / ours_seconds, "", Better::More),
            figure(name("commit, p50"), ours.milliseconds(0.5), "ms", Better::Less),
            figure(name("commit, p99"), ours.milliseconds(0.99), "ms", Better::Less),
        ]);
    }
    let begun = Instant::now();
    for _ in 0..SUSTAINED / 128 {
        commit(&store, load.batches(epoch, 128)).await?;
    }
    store.close().await?;
    let rate = SUSTAINED as f64 / begun.elapsed().as_secs_f64();
    figures.push(figure("sustained, groups of 128, until closed", rate, "/s", Better::More));
    Ok(figures)
}

async fn commit(store: &Embedded, batches: Vec<Batch>) -> anyhow::Result<()> {
    let pending: Vec<_> = batches.into_iter().map(|batch| store.commit(batch)).collect();
    for commit in pending {
        commit.await?;
    }
    Ok(())
}

fn concatenated(batches: &[Batch]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for write in batches.iter().flat_map(|batch| &batch.writes) {
        bytes.extend_from_slice(write.key());
        bytes.extend_from_slice(write.value().expect("the load only puts"));
    }
    bytes
}

fn total(times: &[Duration]) -> f64 {
    times.iter().sum::<Duration>().as_secs_f64()
}

struct Load {
    next: u64,
    blob: Bytes,
    event: Bytes,
}

impl Load {
    fn new() -> Load {
        let mut random = fastrand::Rng::with_seed(1);
        let mut bytes = |length: usize| (0..length).map(|_| random.alphanumeric() as u8).collect::<Vec<u8>>().into();
        Load { next: 0, blob: bytes(1024), event: bytes(300) }
    }

    fn batches(&mut self, epoch: Epoch, group: usize) -> Vec<Batch> {
        (0..group).map(|_| Batch { partition: PARTITION, epoch, writes: self.writes() }).collect()
    }

    fn writes(&mut self) -> Vec<Write> {
        self.next += 1;
        let number = self.next;
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
