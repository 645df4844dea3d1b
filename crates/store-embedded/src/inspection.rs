//! A data directory that nobody has open, looked at without being changed: what is damaged, and the rows as far as they can be read.

use std::fs;
use std::future::ready;
use std::ops::Bound;
use std::path::{Path, PathBuf};

use store::{Batch, Bytes, CommitFuture, Epoch, PartitionId, Range, ReadFuture, Store, StoreError, Table};

use crate::directory::{Directory, sync_directory};
use crate::engine::Engine;
use crate::recovery;
use crate::view::View;
use crate::{OpenError, Options};

/// A data directory held for a look. Reads see what a server would see that opens it; commits are refused.
pub struct Inspection {
    view: View,
    engine: Engine,
    damages: Vec<String>,
    groups: u64,
    _held: Directory,
}

/// What [`cut_log`] did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CutLog {
    /// Where the log was damaged.
    pub damage: String,
    /// Where the damaged part of the log is now.
    pub put_aside: PathBuf,
}

impl Inspection {
    /// Takes the directory and reads its log.
    ///
    /// # Errors
    /// If there is no data directory, if a process has it open, if a newer release wrote it, or if nothing of it can be read.
    pub fn open(directory: &Path, options: &Options) -> Result<Inspection, OpenError> {
        let held = hold_existing(directory)?;
        let engine = Engine::open(held.rows(), options)?;
        let applied = applied(&engine, &held)?;
        let (overlay, damage) = recovery::inspect(&held.log(), applied)?;
        let groups = overlay.sequence.max(applied);
        let damages = damage.iter().map(ToString::to_string).collect();
        Ok(Inspection { view: View::new(overlay, engine.clone()), engine, damages, groups, _held: held })
    }

    /// What is wrong with the log, each with file and offset.
    pub fn log_damage(&self) -> &[String] {
        &self.damages
    }

    /// The last log group that could be read.
    pub fn last_group(&self) -> u64 {
        self.groups
    }

    /// Reads every block of every table. Returns how many rows there are, and why it ended early, if it did.
    pub fn read_all(&self) -> (u64, Option<StoreError>) {
        let mut rows = 0;
        for row in self.engine.moment().range((Bound::Unbounded, Bound::Unbounded), false) {
            match row {
                Ok(_) => rows += 1,
                Err(error) => return (rows, Some(error)),
            }
        }
        (rows, None)
    }
}

fn hold_existing(directory: &Path) -> Result<Directory, OpenError> {
    if !directory.join("FORMAT").is_file() {
        return Err(OpenError::NoDirectory { directory: directory.to_owned() });
    }
    Directory::hold(directory)
}

fn applied(engine: &Engine, held: &Directory) -> Result<u64, OpenError> {
    engine.applied().map_err(|error| OpenError::Engine { path: held.rows(), message: error.to_string() })
}

/// Cuts a damaged log where the damage begins, so that the directory can be opened again. What is cut off is lost to the server; the files it
/// was in are kept aside. `None` if the log is not damaged.
///
/// # Errors
/// As [`Inspection::open`], and if files cannot be moved.
pub fn cut_log(directory: &Path, options: &Options) -> Result<Option<CutLog>, OpenError> {
    let held = hold_existing(directory)?;
    let engine = Engine::open(held.rows(), options)?;
    let applied = applied(&engine, &held)?;
    drop(engine);
    let (_, damage) = recovery::inspect(&held.log(), applied)?;
    let Some(damage) = damage else { return Ok(None) };
    let put_aside = (1..).map(|number| directory.join(format!("damaged-log-{number}"))).find(|path| !path.exists());
    let put_aside = put_aside.expect("numbers do not end");
    fs::create_dir(&put_aside).map_err(OpenError::io(&put_aside))?;
    for (path, _) in recovery::list(&held.log())?.iter().filter(|(path, _)| *path >= damage.path) {
        let aside = put_aside.join(path.file_name().expect("a segment has a name"));
        let keeps = *path == damage.path && damage.offset > 0;
        if keeps {
            fs::copy(path, &aside).map_err(OpenError::io(&aside))?;
            let file = fs::OpenOptions::new().write(true).open(path).map_err(OpenError::io(path))?;
            file.set_len(damage.offset).and_then(|()| file.sync_all()).map_err(OpenError::io(path))?;
        } else {
            fs::rename(path, &aside).map_err(OpenError::io(path))?;
        }
    }
    for path in [&held.log(), &put_aside, &directory.to_owned()] {
        sync_directory(path).map_err(OpenError::io(path))?;
    }
    Ok(Some(CutLog { damage: damage.to_string(), put_aside }))
}

impl Store for Inspection {
    fn open_partition(&self, partition: PartitionId) -> ReadFuture<'_, Epoch> {
        Box::pin(ready(self.view.epoch(partition).map(Epoch)))
    }

    fn commit(&self, _batch: Batch) -> CommitFuture {
        Box::pin(ready(Err(StoreError::unavailable("it is only looked at"))))
    }

    fn get(&self, partition: PartitionId, table: Table, key: &[u8]) -> ReadFuture<'_, Option<Bytes>> {
        Box::pin(ready(self.view.get(partition, table, key)))
    }

    fn scan(&self, partition: PartitionId, range: Range) -> ReadFuture<'_, Vec<(Bytes, Bytes)>> {
        Box::pin(ready(self.view.scan(partition, &range)))
    }

    fn close(&self) -> CommitFuture {
        self.view.close();
        Box::pin(ready(Ok(())))
    }
}
