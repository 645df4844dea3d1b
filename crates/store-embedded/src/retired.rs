//! Log segments that are complete, until the engine has what they hold. One is then kept to be written over: a file
//! whose space exists syncs faster than one that grows.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};
use std::{fs, io};

use crate::directory;
#[cfg(test)]
use crate::faults;

/// The complete segments of one log. The writer adds to them, the feeder takes away.
#[derive(Debug)]
pub(crate) struct Retired {
    directory: PathBuf,
    files: Mutex<Files>,
}

#[derive(Default, Debug)]
struct Files {
    /// Oldest first, with the last group in each.
    segments: VecDeque<(PathBuf, u64)>,
    spare: Option<PathBuf>,
}

impl Retired {
    pub(crate) fn new(directory: PathBuf) -> Retired {
        Retired { directory, files: Mutex::default() }
    }

    /// Adds a segment whose last group is `last_sequence`.
    pub(crate) fn push(&self, path: PathBuf, last_sequence: u64) {
        self.files().segments.push_back((path, last_sequence));
    }

    /// A file whose content nobody needs any more.
    pub(crate) fn spare(&self) -> Option<PathBuf> {
        self.files().spare.clone()
    }

    /// The spare file became a segment.
    pub(crate) fn used_spare(&self) {
        self.files().spare = None;
    }

    /// Lets go of the segments that end at or before the group `applied`.
    pub(crate) fn applied(&self, applied: u64) -> io::Result<()> {
        loop {
            let (path, needs_spare) = {
                let files = self.files();
                match files.segments.front() {
                    Some((path, last)) if *last <= applied => (path.clone(), files.spare.is_none()),
                    _ => return Ok(()),
                }
            };
            if needs_spare {
                let spare = self.directory.join("spare");
                rename(&path, &spare)?;
                // Its header will be written over: no crash may bring the former name back.
                sync_directory(&self.directory)?;
                self.files().spare = Some(spare);
            } else {
                remove(&path)?;
            }
            self.files().segments.pop_front();
        }
    }

    /// Lets go of the spare file too.
    pub(crate) fn remove_spare(&self) -> io::Result<()> {
        self.files().spare.take().map_or(Ok(()), |spare| remove(&spare))
    }

    fn files(&self) -> MutexGuard<'_, Files> {
        self.files.lock().expect("nothing panics while holding the lock")
    }
}

/// Gives a file of the log another name.
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    #[cfg(test)]
    faults::strike(from, faults::Operation::Rename)?;
    fs::rename(from, to)?;
    #[cfg(test)]
    faults::renamed(from, to);
    Ok(())
}

/// Makes the names of the log's files durable.
pub(crate) fn sync_directory(directory: &Path) -> io::Result<()> {
    #[cfg(test)]
    faults::strike(&directory.join("names"), faults::Operation::SyncDirectory)?;
    directory::sync_directory(directory)?;
    #[cfg(test)]
    faults::names_synced(directory);
    Ok(())
}

/// Removes a file that may be gone already.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    #[cfg(test)]
    faults::strike(path, faults::Operation::Remove)?;
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
