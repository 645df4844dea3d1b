//! Random commits, reads, reopenings and kills, against the memory backend: same answers throughout, with generations so
//! small that rows are spread over memory, the generation being fed and the engine's levels.

use std::ops::Bound;

use stepwell_store_embedded::{Embedded, Options};
use store::{Batch, Bytes, Memory, PartitionId, Range, Store, Table, Write};

fn key(random: &mut fastrand::Rng) -> Bytes {
    let length = random.usize(0..4);
    (0..length).map(|_| *random.choice(&[0, b'a', b'b', 0xff]).expect("a choice")).collect::<Vec<u8>>().into()
}

fn bound(random: &mut fastrand::Rng) -> Bound<Bytes> {
    match random.u8(0..3) {
        0 => Bound::Unbounded,
        1 => Bound::Included(key(random)),
        _ => Bound::Excluded(key(random)),
    }
}

fn write(random: &mut fastrand::Rng) -> Write {
    let table = Table(*random.choice(&[0, 1, 255]).expect("a choice"));
    match random.u8(0..3) {
        0 => Write::delete(table, key(random)),
        _ => Write::put(table, key(random), vec![random.u8(..); random.usize(0..200)]),
    }
}

async fn run(seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let options = Options { generation_bytes: 3000, segment_bytes: 5000, ..Options::default() };
    let directory = tempfile::tempdir().expect("a temporary directory");
    let model = Memory::new();
    for _life in 0..3 {
        let store = Embedded::open(directory.path(), options).expect("it opens");
        let mut epochs = Vec::new();
        for partition in [PartitionId(0), PartitionId(1), PartitionId(u32::MAX)] {
            let epoch = store.open_partition(partition).await.expect("a partition opens");
            assert_eq!(model.open_partition(partition).await, Ok(epoch));
            epochs.push((partition, epoch));
        }
        for _step in 0..300 {
            let (partition, epoch) = *random.choice(&epochs).expect("a choice");
            if random.bool() {
                let writes = (0..random.usize(0..6)).map(|_| write(&mut random)).collect();
                let batch = Batch { partition, epoch, writes };
                assert_eq!(model.commit(batch.clone()).await, Ok(()));
                let commit = store.commit(batch);
                assert_eq!(commit.await, Ok(()));
            } else {
                let table = Table(*random.choice(&[0, 1, 255]).expect("a choice"));
                let mut range = Range::between(table, bound(&mut random), bound(&mut random));
                range.reverse = random.bool();
                range.limit = *random.choice(&[1, 2, 5, usize::MAX]).expect("a choice");
                let expected = model.scan(partition, range.clone()).await;
                assert_eq!(store.scan(partition, range.clone()).await, expected, "seed {seed}, {range:?}");
                let key = key(&mut random);
                let expected = model.get(partition, table, &key).await;
                assert_eq!(store.get(partition, table, &key).await, expected, "seed {seed}, {key:?}");
            }
        }
        if random.bool() {
            store.close().await.expect("a store closes");
        }
    }
}

#[tokio::test]
async fn answers_as_memory_does() {
    for seed in 0..4 {
        run(seed).await;
    }
}
