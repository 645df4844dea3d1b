//! One file of the log: a header, then frames with consecutive sequences, then whatever the file held before.
//!
//! Space is written ahead (zeros in a new file, old frames in one that is used again), because a sync that need not
//! record new extents is faster. So nothing marks the end but the absence of the next frame.

use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::io;
#[cfg(not(test))]
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

#[cfg(test)]
use crate::faults;
use crate::retired::{rename, sync_directory};

const MAGIC: &[u8; 8] = b"stepwlog";
pub(crate) const HEADER_BYTES: usize = 32;
const CHECKSUM_AT: usize = 28;
/// How far space is written ahead: small, because every data directory starts with it.
const AHEAD_BYTES: usize = 1024 * 1024;
/// A frame of this size or more writes its own new space: beside it the cost of recording an extent is small.
const LARGE_FRAME_BYTES: usize = 64 * 1024;

/// A segment open for appending.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) path: PathBuf,
    pub(crate) header: Header,
    file: File,
    /// Where the next frame goes.
    end: u64,
    /// Bytes of the file that were written before, with whatever content.
    written_ahead: u64,
    /// Zeros written since this was last asked.
    zeros: u64,
}

/// What a segment says about itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Header {
    /// Sequence of the first frame.
    pub(crate) first_sequence: u64,
    /// What the checksums of its frames start from. Random, so that nobody can make a value that passes for a frame.
    pub(crate) salt: u32,
}

impl Segment {
    /// Makes a segment, over the file `spare` if there is one. Its name appears once its header is durable.
    pub(crate) fn create(directory: &Path, first_sequence: u64, spare: Option<&Path>) -> io::Result<Segment> {
        let header = Header { first_sequence, salt: RandomState::new().hash_one(first_sequence) as u32 };
        let unfinished = spare.map_or_else(|| directory.join("new"), Path::to_owned);
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&unfinished)?;
        let written_ahead = file.metadata()?.len();
        let path = directory.join(format!("{first_sequence:020}.log"));
        let mut segment = Segment { path, header, file, end: HEADER_BYTES as u64, written_ahead, zeros: 0 };
        segment.write_ahead(HEADER_BYTES as u64)?;
        segment.write_at(0, &header.encode())?;
        segment.sync()?;
        rename(&unfinished, &segment.path)?;
        sync_directory(directory)?;
        Ok(segment)
    }

    /// Goes on with a segment whose frames end at `end`, with `last_frame`.
    ///
    /// The last frame is written again: the process before may have ended because it could not sync it, and then the
    /// kernel shows bytes that the disk does not have, and would sync nothing.
    pub(crate) fn resume(path: PathBuf, header: Header, end: u64, last_frame: &[u8]) -> io::Result<Segment> {
        let file = OpenOptions::new().write(true).open(&path)?;
        let written_ahead = file.metadata()?.len();
        let mut segment = Segment { path, header, file, end, written_ahead, zeros: 0 };
        segment.write_at(end - last_frame.len() as u64, last_frame)?;
        segment.sync()?;
        Ok(segment)
    }

    /// Bytes up to the end of its frames.
    pub(crate) fn len(&self) -> u64 {
        self.end
    }

    /// Puts a frame behind the others. If this fails the segment is as before: what was partly written is not a frame
    /// and the next one goes over it.
    pub(crate) fn write(&mut self, frame: &[u8]) -> io::Result<()> {
        let end = self.end + frame.len() as u64;
        if frame.len() < LARGE_FRAME_BYTES {
            self.write_ahead(end)?;
        }
        self.write_at(self.end, frame)?;
        self.end = end;
        self.written_ahead = self.written_ahead.max(end);
        Ok(())
    }

    /// Zeros written ahead since this was last asked.
    pub(crate) fn take_zeros(&mut self) -> u64 {
        std::mem::take(&mut self.zeros)
    }

    /// Makes what was written durable.
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        #[cfg(test)]
        faults::strike(&self.path, faults::Operation::Sync)?;
        self.file.sync_data()?;
        #[cfg(test)]
        faults::synced(&self.path);
        Ok(())
    }

    /// Whether its name still leads to it.
    pub(crate) fn is_in_place(&self) -> bool {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let place = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
            match (fs::metadata(&self.path).map(place), self.file.metadata().map(place)) {
                (Ok(named), Ok(open)) => named == open,
                _ => false,
            }
        }
        #[cfg(not(unix))]
        self.path.exists()
    }

    fn write_ahead(&mut self, end: u64) -> io::Result<()> {
        static ZEROS: [u8; AHEAD_BYTES] = [0; AHEAD_BYTES];
        while self.written_ahead < end {
            self.write_at(self.written_ahead, &ZEROS)?;
            self.written_ahead += AHEAD_BYTES as u64;
            self.zeros += AHEAD_BYTES as u64;
        }
        Ok(())
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        #[cfg(test)]
        return faults::write(&self.path, &mut self.file, offset, bytes);
        #[cfg(not(test))]
        {
            self.file.seek(SeekFrom::Start(offset))?;
            self.file.write_all(bytes)
        }
    }
}

impl Header {
    fn encode(self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8..16].copy_from_slice(&self.first_sequence.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.salt.to_le_bytes());
        let checksum = crc32c::crc32c(&bytes[..CHECKSUM_AT]);
        bytes[CHECKSUM_AT..].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    /// The header at the start of a segment's bytes, if it is intact.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Header> {
        let bytes = bytes.first_chunk::<HEADER_BYTES>()?;
        let header = Header {
            first_sequence: u64::from_le_bytes(bytes[8..16].try_into().ok()?),
            salt: u32::from_le_bytes(bytes[16..20].try_into().ok()?),
        };
        (header.encode() == *bytes).then_some(header)
    }
}
