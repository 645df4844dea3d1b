//! Gives back the space of removed tables a little at a time. A merge removes hundreds of megabytes at its end. A file system frees a file in one go,
//! and mounted with `discard` tells the disk so as well; syncs of the log wait meanwhile, 10-15 ms for each table of 64 MiB.
//!
//! It is the engine that removes the files. So they are held open here: a removed one has lost its name at once, and loses its space by degrees.
//! Nothing stays behind after a crash, as nothing is kept under another name.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

/// Bytes freed at once, and the pause after them: a sync of the log waits for 1-2 ms at most.
const STEP_BYTES: u64 = 4 * 1024 * 1024;
const PAUSE: Duration = Duration::from_millis(5);
/// Tables held open: the newest, as each takes a file descriptor. Most are removed while they are young.
const HELD_MAX: usize = 256;
/// A change is told when it is about to be made: looks after one, and the time between them.
const LOOKS: u32 = 20;
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// The time between looks when no change was told.
const QUIET: Duration = Duration::from_secs(10);

/// Starts holding the tables in a directory, until every sender is gone. It wants to be told when tables come or go.
pub(crate) fn hold(tables: PathBuf) -> Sender<()> {
    let (changed, changes) = channel();
    let holder = Holder { tables, held: HashMap::new(), changes };
    let started = thread::Builder::new().name("store-removal".to_owned()).spawn(|| holder.run());
    if let Err(error) = started {
        // They are freed at once then.
        tracing::warn!("removed tables cannot be freed by degrees: {error}");
    }
    changed
}

/// The tables of a directory, the newest first.
pub(crate) fn newest(tables: &Path) -> impl Iterator<Item = (u64, PathBuf)> {
    let entries = fs::read_dir(tables).into_iter().flatten().flatten();
    let mut numbers: Vec<u64> = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    numbers.sort_unstable_by(|a, b| b.cmp(a));
    numbers.into_iter().map(move |number| (number, tables.join(number.to_string())))
}

struct Holder {
    tables: PathBuf,
    held: HashMap<u64, File>,
    changes: Receiver<()>,
}

impl Holder {
    fn run(mut self) {
        let mut looks = 0;
        loop {
            self.look();
            match self.changes.recv_timeout(if looks > 0 { LOOK_EVERY } else { QUIET }) {
                Ok(()) => looks = LOOKS,
                Err(RecvTimeoutError::Timeout) => looks = looks.saturating_sub(1),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Frees what was removed and holds what is new.
    fn look(&mut self) {
        let mut there = HashMap::new();
        for (number, path) in newest(&self.tables).take(HELD_MAX) {
            let held = self.held.remove(&number).map_or_else(|| File::options().write(true).open(path), Ok);
            // It may be gone already.
            there.extend(held.ok().map(|table| (number, table)));
        }
        let gone = std::mem::replace(&mut self.held, there).into_values();
        // What is merely not one of the newest any more has a name still.
        let removed: Vec<File> = gone.filter(|table| table.metadata().is_ok_and(|table| table.nlink() == 0)).collect();
        if removed.is_empty() {
            return;
        }
        // Whoever removes the directory under a server at work leaves it tables that it reads. The engine always has one with a name.
        thread::sleep(LOOK_EVERY);
        if newest(&self.tables).next().is_some() {
            removed.iter().for_each(free);
        }
    }
}

/// Frees a file that has no name and that nobody reads. What cannot be freed by degrees is freed when it is closed.
fn free(table: &File) {
    while let Ok(true) = shorten(table) {
        thread::sleep(PAUSE);
    }
}

/// Frees the end of a file. Whether there was one.
fn shorten(table: &File) -> io::Result<bool> {
    let bytes = table.metadata()?.len();
    table.set_len(bytes.saturating_sub(STEP_BYTES))?;
    Ok(bytes > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    /// A table of so many bytes, and the same file open for whoever watches it.
    fn table(tables: &Path, number: u64, bytes: u64) -> File {
        let path = tables.join(number.to_string());
        File::create(&path).unwrap().set_len(bytes).unwrap();
        File::open(path).unwrap()
    }

    fn holder(tables: &Path) -> Holder {
        Holder { tables: tables.to_owned(), held: HashMap::new(), changes: channel().1 }
    }

    fn length(table: &File) -> u64 {
        table.metadata().unwrap().len()
    }

    #[test]
    fn what_is_removed_is_freed_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let tables = directory.path();
        let bytes = 3 * STEP_BYTES + 1;
        let [removed, kept] = [7, 12].map(|number| table(tables, number, bytes));
        let mut holder = holder(tables);
        holder.look();
        fs::remove_file(tables.join("7")).unwrap();
        assert_eq!(length(&removed), bytes);
        holder.look();
        assert_eq!((length(&removed), length(&kept)), (0, bytes));
        assert_eq!(holder.held.keys().collect::<Vec<_>>(), [&12]);
    }

    #[test]
    fn a_table_that_is_only_not_held_any_more_keeps_its_rows() {
        let directory = tempfile::tempdir().unwrap();
        let tables = directory.path();
        let oldest = table(tables, 0, 100);
        let mut holder = holder(tables);
        holder.look();
        assert!(holder.held.contains_key(&0));
        (1..=HELD_MAX as u64).for_each(|number| drop(table(tables, number, 1)));
        holder.look();
        assert_eq!((holder.held.len(), holder.held.contains_key(&0)), (HELD_MAX, false));
        let mut rows = Vec::new();
        (&oldest).read_to_end(&mut rows).unwrap();
        assert_eq!(rows.len(), 100);
    }

    #[test]
    fn tables_that_went_with_their_directory_keep_their_rows() {
        let directory = tempfile::tempdir().unwrap();
        let tables = directory.path().join("tables");
        fs::create_dir(&tables).unwrap();
        let read = table(&tables, 3, 100);
        let mut holder = holder(&tables);
        holder.look();
        fs::remove_dir_all(&tables).unwrap();
        holder.look();
        assert_eq!((length(&read), holder.held.len()), (100, 0));
    }

    #[test]
    fn it_ends_with_whoever_tells_of_changes() {
        let directory = tempfile::tempdir().unwrap();
        let (changed, changes) = channel();
        let holder = Holder { tables: directory.path().to_owned(), held: HashMap::new(), changes };
        let thread = thread::spawn(|| holder.run());
        changed.send(()).unwrap();
        drop(changed);
        thread.join().unwrap();
    }
}
