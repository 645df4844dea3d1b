//! Batches: all or nothing, in the order of the calls, visible when acknowledged.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Wake, Waker};
use std::thread::{self, Thread};

use super::{Owner, TABLE, delete, put};
use crate::{Range, Store};

pub(super) async fn a_batch_is_visible_once_its_future_resolves(store: &dyn Store) {
    let owner = Owner::open(store, 10).await;
    assert_eq!(owner.get(b"a").await, None);
    for round in 0..50 {
        let value = round.to_string();
        owner.commit(vec![put("a", &value), put("b", &value)]).await;
        assert_eq!(owner.get(b"a").await.as_deref(), Some(value.as_bytes()));
        assert_eq!(owner.scan(Range::all(TABLE)).await.len(), 2);
    }
    owner.commit(Vec::new()).await;
}

pub(super) async fn later_writes_win_within_a_batch_and_across_batches(store: &dyn Store) {
    let owner = Owner::open(store, 11).await;
    owner.commit(vec![put("a", "1"), put("a", "2"), put("b", "1"), delete("b"), delete("c"), put("c", "1")]).await;
    assert_eq!(owner.keys(Range::all(TABLE)).await, ["a", "c"]);
    assert_eq!(owner.get(b"a").await.as_deref(), Some(&b"2"[..]));
    owner.commit(vec![delete("a"), delete("never existed")]).await;
    owner.commit(vec![put("b", "3")]).await;
    assert_eq!(owner.keys(Range::all(TABLE)).await, ["b", "c"]);
}

pub(super) async fn an_unpolled_commit_happens(store: &dyn Store) {
    let owner = Owner::open(store, 12).await;
    drop(store.commit(owner.batch(vec![put("dropped", "1")])));
    let unpolled = store.commit(owner.batch(vec![put("unpolled", "1")]));
    owner.commit(vec![put("last", "1")]).await;
    assert_eq!(owner.keys(Range::all(TABLE)).await, ["dropped", "last", "unpolled"]);
    unpolled.await.expect("a commit can be awaited late");
}

pub(super) async fn calls_apply_in_order(store: &dyn Store) {
    let owner = Owner::open(store, 13).await;
    let values = (0..500).map(|number| number.to_string()).collect::<Vec<_>>();
    let pending = values.iter().map(|value| store.commit(owner.batch(vec![put("row", value)]))).collect::<Vec<_>>();
    for commit in pending.into_iter().rev() {
        commit.await.expect("every one commits, whatever the order of awaiting");
    }
    assert_eq!(owner.get(b"row").await.as_deref(), Some(&b"499"[..]));
}

pub(super) async fn readers_never_see_half_a_batch(store: &Arc<dyn Store>) {
    let owner = Owner::open(&**store, 14).await;
    owner.commit(vec![put("left", "0"), put("right", "0")]).await;
    let done = Arc::new(AtomicBool::new(false));
    let reader = thread::spawn({
        let (store, done, partition) = (Arc::clone(store), Arc::clone(&done), owner.partition);
        move || {
            while !done.load(Ordering::Acquire) {
                let rows = block_on(store.scan(partition, Range::all(TABLE))).expect("a range can be read");
                assert_eq!(rows[0].1, rows[1].1, "both rows come from one batch");
            }
        }
    });
    for round in 1..300 {
        let value = round.to_string();
        owner.commit(vec![put("left", &value), put("right", &value)]).await;
    }
    done.store(true, Ordering::Release);
    reader.join().expect("the reader saw whole batches");
}

pub(super) async fn many_committers_lose_nothing(store: &Arc<dyn Store>) {
    const COMMITTERS: u32 = 8;
    const ROWS: u32 = 100;
    let mut threads = Vec::new();
    for committer in 0..COMMITTERS {
        let store = Arc::clone(store);
        threads.push(thread::spawn(move || {
            block_on(async {
                let own = Owner::open(&*store, 100 + committer).await;
                for row in 0..ROWS {
                    let batch = own.batch(vec![put(&format!("{row:03}"), &format!("{committer}/{row}"))]);
                    store.commit(batch).await.expect("the owner's batch commits");
                }
            });
        }));
    }
    threads.into_iter().for_each(|thread| thread.join().expect("the committer finished"));
    for committer in 0..COMMITTERS {
        let rows = Owner::open(&**store, 100 + committer).await.scan(Range::all(TABLE)).await;
        let values = rows.iter().map(|(_, value)| String::from_utf8_lossy(value).into_owned()).collect::<Vec<_>>();
        let expected = (0..ROWS).map(|row| format!("{committer}/{row}")).collect::<Vec<_>>();
        assert_eq!(values, expected);
    }
}

/// Polls on this thread, parked in between: the suite has no runtime of its own.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            std::task::Poll::Ready(value) => return value,
            std::task::Poll::Pending => thread::park(),
        }
    }
}
