//! What opening a data directory refuses, and what it says.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use stepwell_store_embedded::{Embedded, OpenError, Options};
use store::{Batch, PartitionId, Store, StoreError, Table, Write};

fn open(directory: &Path) -> Result<Embedded, OpenError> {
    Embedded::open(directory, Options::default())
}

fn refusal(directory: &Path) -> OpenError {
    open(directory).err().expect("it does not open")
}

#[test]
fn one_handle_at_a_time() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let first = open(directory.path()).expect("it opens");
    let second = refusal(directory.path());
    assert!(matches!(second, OpenError::InUse { .. }), "{second}");
    drop(first);
    open(directory.path()).expect("free again");
}

/// A killed process may leave the lock for a moment to a child it was about to start.
#[test]
fn a_lock_that_is_about_to_go_is_waited_for() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let left = fs::File::create(directory.path().join("LOCK")).expect("the file can be made");
    left.try_lock().expect("nobody else has it");
    let child = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(100));
        drop(left);
    });
    open(directory.path()).expect("free after a moment");
    child.join().expect("it only sleeps");
}

#[test]
fn a_newer_format_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    drop(open(directory.path()).expect("it opens"));
    fs::write(directory.path().join("FORMAT"), "7\n").expect("the file can be written");
    let path = directory.path().display();
    assert_eq!(
        refusal(directory.path()).to_string(),
        format!(
            "{path} has storage format 7, this release reads up to 6: use a newer release (stepwell explain SW010)"
        )
    );
    for older in ["1\n", "2\n", "3\n", "4\n", "5\n"] {
        fs::write(directory.path().join("FORMAT"), older).expect("the file can be written");
        drop(open(directory.path()).expect("an older format is read"));
        assert_eq!(fs::read_to_string(directory.path().join("FORMAT")).expect("it is there"), "6\n");
    }
    fs::write(directory.path().join("FORMAT"), "new\n").expect("the file can be written");
    assert_eq!(refusal(directory.path()).to_string(), format!("no storage format number in {path}/FORMAT"));
    fs::remove_file(directory.path().join("FORMAT")).expect("the file can be removed");
    let missing = format!("the file with the storage format is missing in {path}/FORMAT");
    assert_eq!(refusal(directory.path()).to_string(), missing);
}

#[test]
fn what_cannot_be_a_directory_is_not_writable() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let file = directory.path().join("file");
    fs::write(&file, "").expect("the file can be written");
    assert!(matches!(refusal(&file), OpenError::NotWritable { .. }));

    let read_only = directory.path().join("read-only");
    fs::create_dir(&read_only).expect("the directory can be created");
    fs::set_permissions(&read_only, fs::Permissions::from_mode(0o500)).expect("permissions can be set");
    // Root may write anywhere: then there is nothing to refuse.
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    if !is_root {
        assert!(matches!(refusal(&read_only), OpenError::NotWritable { .. }));
    }
}

#[tokio::test]
async fn a_batch_beyond_the_bound_is_refused() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = open(directory.path()).expect("it opens");
    let epoch = store.open_partition(PartitionId(1)).await.expect("a partition opens");
    let half = vec![0_u8; 130 * 1024 * 1024];
    let half = store::Bytes::from(half);
    let writes = vec![Write::put(Table(1), "a", half.clone()), Write::put(Table(1), "b", half)];
    let refused = store.commit(Batch { partition: PartitionId(1), epoch, writes }).await;
    assert!(matches!(refused, Err(StoreError::Failed { .. })), "{refused:?}");
}
