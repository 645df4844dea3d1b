//! Keys and values: any bytes, empty, large.

use super::{Owner, TABLE};
use crate::{Bytes, KEY_BYTES_MAX, Range, Store, StoreError, Write};

pub(super) async fn any_bytes_are_kept(store: &dyn Store) {
    let owner = Owner::open(store, 30).await;
    let longest = vec![0xff; KEY_BYTES_MAX];
    let keys: [&[u8]; 7] = [b"", b"\x00", b"\x00\x00", b"\x00\xff", b"\xfe\xff\x00", b"\xff", &longest];
    let values: [&[u8]; 7] = [b"\x00", b"", b"\xff\x00", b"a", b"", b"\xff", b"longest"];
    let rows = keys.iter().zip(values).map(|(key, value)| Write::put(TABLE, key.to_vec(), value.to_vec()));
    owner.commit(rows.collect()).await;
    for (key, value) in keys.iter().zip(values) {
        assert_eq!(owner.get(key).await.as_deref(), Some(value), "{key:?}");
    }
    let found = owner.scan(Range::all(TABLE)).await;
    assert!(found.iter().map(|(key, value)| (&key[..], &value[..])).eq(keys.into_iter().zip(values)), "{found:?}");
    owner.commit(vec![Write::delete(TABLE, "")]).await;
    assert_eq!(owner.get(b"").await, None);
}

pub(super) async fn ten_megabytes_are_kept(store: &dyn Store) {
    let owner = Owner::open(store, 31).await;
    let value = Bytes::from(
        (0..10_000_000_u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8).collect::<Vec<_>>(),
    );
    owner.commit(vec![Write::put(TABLE, "one", value.clone()), Write::put(TABLE, "two", value.clone())]).await;
    assert!(owner.get(b"one").await == Some(value.clone()), "the value came back changed");
    assert!(owner.scan(Range::all(TABLE)).await[1].1 == value, "the value came back changed");
}

pub(super) async fn too_long_a_key_is_refused(store: &dyn Store) {
    let owner = Owner::open(store, 32).await;
    let long = Write::put(TABLE, vec![b'k'; KEY_BYTES_MAX + 1], "");
    let refused = store.commit(owner.batch(vec![super::put("row", ""), long])).await;
    assert!(matches!(refused, Err(StoreError::Failed { .. })), "{refused:?}");
    assert_eq!(owner.scan(Range::all(TABLE)).await, [], "the batch was refused as a whole");
    owner.commit(vec![super::put("row", "")]).await;
}
