//! The commit log: appends a group and syncs it, rolling from segment to segment.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use store::Trouble;

use crate::engine::is_full;
use crate::frame;
use crate::retired::Retired;
use crate::segment::{self, Segment};

/// Beyond this the buffer of a large group is given back.
const BUFFER_KEPT_BYTES: usize = 1024 * 1024;

/// The log, open for appending.
#[derive(Debug)]
pub(crate) struct Log {
    directory: PathBuf,
    segment_bytes: u64,
    current: Segment,
    /// The next group.
    next_sequence: u64,
    retired: Arc<Retired>,
    buffer: Vec<u8>,
}

/// A group that was appended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Appended {
    pub(crate) sequence: u64,
    pub(crate) row_bytes: u64,
    pub(crate) log_bytes: u64,
    /// Zeros written so that there is space for the next groups.
    pub(crate) ahead_bytes: u64,
}

/// A group that was not appended.
#[derive(Debug)]
pub(crate) enum AppendError {
    /// There was no room. The log is as it was.
    Full(String),
    /// Nobody knows what the disk has. The log must not be used any more.
    Broken(String),
}

impl Log {
    /// Starts a log whose next group is `next_sequence`.
    pub(crate) fn create(
        directory: PathBuf,
        segment_bytes: u64,
        next_sequence: u64,
        retired: Arc<Retired>,
    ) -> io::Result<Log> {
        let current = Segment::create(&directory, next_sequence, None)?;
        Ok(Log::resume(directory, segment_bytes, current, next_sequence, retired))
    }

    /// Goes on after the frames of `current`.
    pub(crate) fn resume(
        directory: PathBuf,
        segment_bytes: u64,
        current: Segment,
        next_sequence: u64,
        retired: Arc<Retired>,
    ) -> Log {
        Log { directory, segment_bytes, current, next_sequence, retired, buffer: Vec::new() }
    }

    /// Makes the writes durable as one group.
    pub(crate) fn append(&mut self, writes: &[u8]) -> Result<Appended, AppendError> {
        let sequence = self.next_sequence;
        if self.current.len() > segment::HEADER_BYTES as u64
            && self.current.len() + frame_bytes(writes) > self.segment_bytes
        {
            self.roll()?;
        }
        frame::encode(&mut self.buffer, self.current.header.salt, sequence, writes);
        let (row_bytes, log_bytes) = (writes.len() as u64, self.buffer.len() as u64);
        self.current.write(&self.buffer).map_err(|error| write_error(&self.current.path, &error))?;
        self.current.sync().map_err(|error| sync_error(&self.current.path, &error))?;
        if !self.current.is_in_place() {
            return Err(gone_error(&self.current.path));
        }
        self.next_sequence += 1;
        self.buffer.clear();
        self.buffer.shrink_to(BUFFER_KEPT_BYTES);
        Ok(Appended { sequence, row_bytes, log_bytes, ahead_bytes: self.current.take_zeros() })
    }

    /// Ends the log: its last segment is complete.
    pub(crate) fn finish(self) {
        self.retired.push(self.current.path, self.next_sequence - 1);
    }

    fn roll(&mut self) -> Result<(), AppendError> {
        let spare = self.retired.spare();
        let next = Segment::create(&self.directory, self.next_sequence, spare.as_deref())
            .map_err(|error| write_error(&self.directory, &error))?;
        if spare.is_some() {
            self.retired.used_spare();
        }
        let complete = std::mem::replace(&mut self.current, next);
        self.retired.push(complete.path, self.next_sequence - 1);
        Ok(())
    }
}

/// Bytes of the group's frame at most.
fn frame_bytes(writes: &[u8]) -> u64 {
    // Compressing never makes them longer.
    (frame::HEADER_BYTES + writes.len() + frame::ALIGNMENT_BYTES) as u64
}

fn write_error(path: &Path, error: &io::Error) -> AppendError {
    if is_full(error.kind()) {
        let hint = Trouble::DiskFull.hint();
        return AppendError::Full(format!("the disk is full: {}: {error}; free space {hint}", path.display()));
    }
    let hint = Trouble::WriteFailed.hint();
    AppendError::Broken(format!("{} could not be written: {error}; check the disk and restart {hint}", path.display()))
}

/// After a failed sync the kernel may have dropped what it could not write: trying again would prove nothing.
fn sync_error(path: &Path, error: &io::Error) -> AppendError {
    let remedy = if is_full(error.kind()) { "the disk is full: free space" } else { "check the disk" };
    let hint = Trouble::SyncFailed.hint();
    AppendError::Broken(format!("{} could not be synced: {error}; {remedy} and restart {hint}", path.display()))
}

/// What is written to a file that has no name is lost with the process.
fn gone_error(path: &Path) -> AppendError {
    let hint = Trouble::DirectoryGone.hint();
    AppendError::Broken(format!(
        "{} is not there any more; bring the directory back and restart {hint}",
        path.display()
    ))
}
