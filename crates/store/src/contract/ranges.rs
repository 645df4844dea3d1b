//! Scans: bounds, directions, limits.

use std::ops::Bound::{Excluded, Included, Unbounded};

use super::{Owner, TABLE, delete, put};
use crate::{Bytes, Range, Store, Table, Write};

fn bytes(text: &'static str) -> Bytes {
    Bytes::from_static(text.as_bytes())
}

/// Rows a b c d e f, of which some are old, some just written and some overwritten or deleted: a backend that merges
/// recent rows over older ones has both.
async fn letters(store: &dyn Store, partition: u32) -> Owner<'_> {
    let owner = Owner::open(store, partition).await;
    owner.commit(["a", "b", "b2", "c", "e"].map(|key| put(key, "old")).to_vec()).await;
    owner.commit(vec![put("d", "new"), put("b", "new"), delete("b2"), put("f", "new")]).await;
    owner
}

pub(super) async fn bounds_directions_and_limits(store: &dyn Store) {
    let owner = letters(store, 20).await;
    let cases = [
        (Unbounded, Unbounded, "abcdef"),
        (Included(bytes("b")), Included(bytes("d")), "bcd"),
        (Included(bytes("b")), Excluded(bytes("d")), "bc"),
        (Excluded(bytes("b")), Included(bytes("d")), "cd"),
        (Excluded(bytes("b")), Excluded(bytes("d")), "c"),
        (Excluded(bytes("b")), Excluded(bytes("c")), ""),
        (Included(bytes("bb")), Unbounded, "cdef"),
        (Unbounded, Excluded(bytes("bb")), "ab"),
        (Included(bytes("c")), Included(bytes("c")), "c"),
        (Excluded(bytes("c")), Excluded(bytes("c")), ""),
        (Included(bytes("c")), Excluded(bytes("c")), ""),
        (Included(bytes("e")), Included(bytes("b")), ""),
        (Included(bytes("x")), Unbounded, ""),
    ];
    for (start, end, expected) in cases {
        let range = Range::between(TABLE, start, end);
        for limit in [0, 1, 2, 3, 6, usize::MAX] {
            let forward = expected.chars().take(limit).collect::<String>();
            assert_eq!(owner.keys(range.clone().limit(limit)).await.concat(), forward, "{range:?} limit {limit}");
            let backward = expected.chars().rev().take(limit).collect::<String>();
            let reversed = range.clone().reversed().limit(limit);
            assert_eq!(owner.keys(reversed).await.concat(), backward, "{range:?} reversed, limit {limit}");
        }
    }
    let values = owner.scan(Range::all(TABLE)).await.into_iter().map(|(_, value)| value).collect::<Vec<_>>();
    assert_eq!(values, ["old", "new", "old", "new", "old", "new"], "recent values hide older ones");
}

pub(super) async fn prefixes(store: &dyn Store) {
    let owner = Owner::open(store, 21).await;
    let keys: [&[u8]; 8] = [b"", b"\x00", b"a", b"a\x00", b"a\xff", b"b", b"\xff", b"\xff\xff\x01"];
    owner.commit(keys.iter().map(|key| Write::put(TABLE, key.to_vec(), "")).collect()).await;
    for prefix in [&b""[..], b"a", b"a\xff", b"\xff", b"\xff\xff", b"\x00", b"c"] {
        let mut expected = keys.iter().filter(|key| key.starts_with(prefix)).collect::<Vec<_>>();
        let found = owner.scan(Range::prefix(TABLE, prefix.to_vec())).await;
        assert!(found.iter().map(|(key, _)| &key[..]).eq(expected.iter().map(|key| &key[..])), "{prefix:?}: {found:?}");
        expected.reverse();
        let found = owner.scan(Range::prefix(TABLE, prefix.to_vec()).reversed()).await;
        assert!(found.iter().map(|(key, _)| &key[..]).eq(expected.iter().map(|key| &key[..])), "{prefix:?}: {found:?}");
    }
}

pub(super) async fn tables_and_partitions_do_not_meet(store: &dyn Store) {
    let mut owners = Vec::new();
    for partition in [0, 22, 23, 0x1700_0000] {
        let owner = Owner::open(store, partition).await;
        let rows = [0, 1, 254, 255].map(|table| Write::put(Table(table), "row", format!("{partition}/{table}")));
        owner.commit(rows.to_vec()).await;
        owners.push(owner);
    }
    for owner in &owners {
        for table in [0, 1, 254, 255] {
            let expected = format!("{}/{table}", owner.partition);
            let value = store.get(owner.partition, Table(table), b"row").await.expect("a row can be read");
            assert_eq!(value.as_deref(), Some(expected.as_bytes()));
            for range in [Range::all(Table(table)), Range::all(Table(table)).reversed()] {
                let rows = owner.scan(range).await;
                assert_eq!(rows, [(bytes("row"), Bytes::from(expected.clone()))]);
            }
        }
        assert_eq!(owner.scan(Range::all(Table(2))).await, []);
    }
}

pub(super) async fn pages_meet_without_gap_or_overlap(store: &dyn Store) {
    let owner = Owner::open(store, 24).await;
    let keys = (0..250).map(|number| format!("{number:04}")).collect::<Vec<_>>();
    owner.commit(keys.iter().map(|key| put(key, "value")).collect()).await;
    let mut found = Vec::new();
    let mut range = Range::all(TABLE).limit(17);
    loop {
        let page = owner.keys(range.clone()).await;
        let Some(last) = page.last() else { break };
        range = range.after(last.clone());
        found.extend(page);
    }
    assert_eq!(found, keys);
    found.clear();
    let mut range = Range::all(TABLE).limit(50).reversed();
    loop {
        let page = owner.keys(range.clone()).await;
        let Some(last) = page.last() else { break };
        range = range.before(last.clone());
        found.extend(page);
    }
    found.reverse();
    assert_eq!(found, keys);
}
