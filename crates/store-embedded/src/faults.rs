//! Faults of the disk under log and engine, for tests: the next operations of a kind, in one directory, fail.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// What can fail.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Operation {
    Write,
    Sync,
    Feed,
}

type Planned = HashMap<(PathBuf, Operation), (io::ErrorKind, u32)>;

static PLANNED: Mutex<Option<Planned>> = Mutex::new(None);

/// The next `times` operations on files in `directory` fail.
pub(crate) fn plan(directory: &Path, operation: Operation, kind: io::ErrorKind, times: u32) {
    let mut planned = PLANNED.lock().expect("nothing panics while holding the lock");
    planned.get_or_insert_default().insert((directory.to_owned(), operation), (kind, times));
}

/// Fails if that was planned for the directory the file is in.
pub(crate) fn strike(file: &Path, operation: Operation) -> io::Result<()> {
    let mut planned = PLANNED.lock().expect("nothing panics while holding the lock");
    let directory = file.parent().unwrap_or(file).to_owned();
    match planned.as_mut().and_then(|planned| planned.get_mut(&(directory, operation))) {
        Some((kind, times)) if *times > 0 => {
            *times -= 1;
            Err((*kind).into())
        }
        _ => Ok(()),
    }
}
